// Lion: steps of one size in the direction of the sign of the momentum (Chen et al., 2023).
import { callable } from '../../base/callable.ts';
import { add, multiply, sign } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { number, optional } from '../schema.ts';
import { heldIn } from './moments.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const options = optimizerSchema('Lion', 0.001, {
  beta1: optional(number({ min: 0, max: 1, open: 'min' }), 0.9),
  beta2: optional(number(), 0.99),
});
export interface LionOptions extends OptimizerOptions, Options<{ beta1: number; beta2: number }> {}

class Lion_ extends Optimizer_ {
  declare readonly beta1: number;
  declare readonly beta2: number;
  static override readonly options = options;
  #momentums: VariableTensor[] = [];

  constructor(...args: OptimizerArgs<LionOptions>) {
    super(options.parse(args), options);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#momentums] = this.addOptimizerVariables(variables, ['momentum']) as [VariableTensor[]];
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const slot = this.#momentums[this.indexOf(variable)]!;
    const m = slot.value();
    const mixed = (beta: number): Tensor =>
      add(multiply(m, beta), multiply(gradient, 1 - heldIn(variable.dtype, beta)));
    this.assignSub(variable, multiply(sign(mixed(this.beta1)), rate));
    slot.set(mixed(this.beta2));
  }
}
export interface Lion extends Lion_ {}
/** w ← w − η sign(β₁ m + (1 − β₁) g), m ← β₂ m + (1 − β₂) g. */
export const Lion: OptimizerClass<LionOptions, Lion> = callable(Lion_, 'Lion');
