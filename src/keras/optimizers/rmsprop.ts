// RMSprop: steps divided by the root of a running mean of squared gradients (Hinton, 2012).
import { callable } from '../../base/callable.ts';
import { add, divide, multiply, sqrt, square, subtract } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { boolean, number, optional } from '../schema.ts';
import { decayedSquare } from './moments.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const options = optimizerSchema('RMSprop', 0.001, {
  rho: optional(number(), 0.9),
  momentum: optional(number(), 0),
  epsilon: optional(number(), 1e-7),
  centered: optional(boolean, false),
});
export interface RMSpropOptions
  extends OptimizerOptions,
    Options<{ rho: number; momentum: number; epsilon: number; centered: boolean }> {}

class RMSprop_ extends Optimizer_ {
  declare readonly rho: number;
  declare readonly momentum: number;
  declare readonly epsilon: number;
  declare readonly centered: boolean;
  static override readonly options = options;
  #velocities: VariableTensor[] = [];
  #momentums: VariableTensor[] = [];
  #averages: VariableTensor[] = [];

  constructor(...args: OptimizerArgs<RMSpropOptions>) {
    super(options.parse(args), options);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    const slots = (name: string): VariableTensor[] => this.addOptimizerVariables(variables, [name])[0]!;
    this.#velocities = slots('velocity');
    if (this.momentum > 0) this.#momentums = slots('momentum');
    if (this.centered) this.#averages = slots('average_gradient');
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const at = this.indexOf(variable);
    let v = decayedSquare(this.#velocities[at]!, gradient, this.rho);
    if (this.centered) {
      const slot = this.#averages[at]!;
      const average = add(multiply(slot.value(), this.rho), multiply(gradient, 1 - this.rho));
      slot.set(average);
      v = subtract(v, square(average));
    }
    const step = divide(multiply(gradient, rate), sqrt(add(v, this.epsilon)));
    if (this.momentum > 0) {
      const slot = this.#momentums[at]!;
      const m = add(multiply(slot.value(), this.momentum), step);
      slot.set(m);
      this.assignSub(variable, m);
    } else this.assignSub(variable, step);
  }
}
export interface RMSprop extends RMSprop_ {}
/** v ← ρ v + (1 − ρ) g², w ← w − η g / √(v + ε). */
export const RMSprop: OptimizerClass<RMSpropOptions, RMSprop> = callable(RMSprop_, 'RMSprop');
