// Adamax: Adam with the largest gradient instead of the mean of squares (Kingma & Ba, 2014, section 7).
import { callable } from '../../base/callable.ts';
import { add, divide, maximum, multiply, subtract } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { number, optional } from '../schema.ts';
import { absoluteGradient } from './gradients.ts';
import { movingMean } from './moments.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const options = optimizerSchema('Adamax', 0.001, {
  beta1: optional(number(), 0.9),
  beta2: optional(number(), 0.999),
  epsilon: optional(number(), 1e-7),
});
export interface AdamaxOptions extends OptimizerOptions, Options<{ beta1: number; beta2: number; epsilon: number }> {}

class Adamax_ extends Optimizer_ {
  declare readonly beta1: number;
  declare readonly beta2: number;
  declare readonly epsilon: number;
  static override readonly options = options;
  #momentums: VariableTensor[] = [];
  #norms: VariableTensor[] = [];

  constructor(...args: OptimizerArgs<AdamaxOptions>) {
    super(options.parse(args), options);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    const slots = this.addOptimizerVariables(variables, ['momentum', 'norm']);
    this.#momentums = slots[0]!;
    this.#norms = slots[1]!;
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const at = this.indexOf(variable);
    const m = movingMean(this.#momentums[at]!, gradient, this.beta1);
    const norm = this.#norms[at]!;
    const u = maximum(multiply(norm.value(), this.beta2), absoluteGradient(gradient));
    norm.set(u);
    const correction = subtract(1, this.power(this.beta1, variable.dtype));
    this.assignSub(variable, divide(multiply(m, rate), multiply(add(u, this.epsilon), correction)));
  }
}
export interface Adamax extends Adamax_ {}
/** u ← max(β₂ u, |g|), w ← w − η / (1 − β₁ᵗ) · m / (u + ε). */
export const Adamax: OptimizerClass<AdamaxOptions, Adamax> = callable(Adamax_, 'Adamax');
