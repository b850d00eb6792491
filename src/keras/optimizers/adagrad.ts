// Adagrad: steps divided by the root of the sum of all squared gradients (Duchi et al., 2011).
import { callable } from '../../base/callable.ts';
import { add, divide, multiply, sqrt } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { Constant } from '../initializers/index.ts';
import { number, optional } from '../schema.ts';
import { squaredGradient } from './gradients.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const options = optimizerSchema('Adagrad', 0.001, {
  initialAccumulatorValue: optional(number(), 0.1),
  epsilon: optional(number(), 1e-7),
});
export interface AdagradOptions
  extends OptimizerOptions,
    Options<{ initialAccumulatorValue: number; epsilon: number }> {}

class Adagrad_ extends Optimizer_ {
  declare readonly initialAccumulatorValue: number;
  declare readonly epsilon: number;
  static override readonly options = options;
  #sums: VariableTensor[] = [];

  constructor(...args: OptimizerArgs<AdagradOptions>) {
    super(options.parse(args), options);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    const initial = Constant(this.initialAccumulatorValue);
    [this.#sums] = this.addOptimizerVariables(variables, ['accumulator'], initial) as [VariableTensor[]];
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const slot = this.#sums[this.indexOf(variable)]!;
    const sum = add(slot.value(), squaredGradient(gradient));
    slot.set(sum);
    this.assignSub(variable, divide(multiply(gradient, rate), sqrt(add(sum, this.epsilon))));
  }
}
export interface Adagrad extends Adagrad_ {}
/** a ← a + g², w ← w − η g / √(a + ε). */
export const Adagrad: OptimizerClass<AdagradOptions, Adagrad> = callable(Adagrad_, 'Adagrad');
