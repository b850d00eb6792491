// Lamb: Adam's steps scaled to the norm of each layer's weights, for large batches (You et al., 2020).
import { callable } from '../../base/callable.ts';
import {
  abs,
  add,
  divide,
  greater,
  logicalAnd,
  multiply,
  sqrt,
  square,
  subtract,
  where,
} from '../../ops/math/elementwise.ts';
import { reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { number, optional } from '../schema.ts';
import { movingMean, movingSquare } from './moments.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const options = optimizerSchema('Lamb', 0.001, {
  beta1: optional(number(), 0.9),
  beta2: optional(number(), 0.999),
  epsilon: optional(number(), 1e-7),
});
export interface LambOptions extends OptimizerOptions, Options<{ beta1: number; beta2: number; epsilon: number }> {}

class Lamb_ extends Optimizer_ {
  declare readonly beta1: number;
  declare readonly beta2: number;
  declare readonly epsilon: number;
  static override readonly options = options;
  #momentums: VariableTensor[] = [];
  #velocities: VariableTensor[] = [];

  constructor(...args: OptimizerArgs<LambOptions>) {
    super(options.parse(args), options);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    const slots = this.addOptimizerVariables(variables, ['momentum', 'velocity']);
    this.#momentums = slots[0]!;
    this.#velocities = slots[1]!;
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const { dtype } = variable;
    const at = this.indexOf(variable);
    const m = movingMean(this.#momentums[at]!, gradient, this.beta1);
    const v = movingSquare(this.#velocities[at]!, gradient, this.beta2);
    // The ratio below would make a whole step of the floor that running means end at, where gradients are zero throughout.
    const moved = where(greater(abs(m), 1e-27), m, 0);
    const mean = divide(moved, subtract(1, this.power(this.beta1, dtype)));
    const root = add(sqrt(divide(v, subtract(1, this.power(this.beta2, dtype)))), this.epsilon);
    const step = divide(mean, root);
    const norm = (x: Tensor): Tensor => sqrt(reduceSum(square(x)));
    const [ofWeights, ofStep] = [norm(variable.value()), norm(step)];
    const both = logicalAnd(greater(ofWeights, 0), greater(ofStep, 0));
    const ratio = where(both, divide(ofWeights, where(both, ofStep, 1)), 1);
    this.assignSub(variable, multiply(step, multiply(ratio, rate)));
  }
}
export interface Lamb extends Lamb_ {}
/** w ← w − η ‖w‖ / ‖s‖ · s with Adam's step s. */
export const Lamb: OptimizerClass<LambOptions, Lamb> = callable(Lamb_, 'Lamb');
