// Adam and AdamW: steps scaled by running means of the gradient and of its square (Kingma & Ba, 2014).
import { callable } from '../../base/callable.ts';
import { ValueError } from '../../base/errors.ts';
import { add, divide, maximum, multiply, sqrt, subtract } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { boolean, nullable, number, optional } from '../schema.ts';
import { movingMean, movingSquare } from './moments.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const own = {
  beta1: optional(number(), 0.9),
  beta2: optional(number(), 0.999),
  epsilon: optional(number(), 1e-7),
  amsgrad: optional(boolean, false),
};
const options = optimizerSchema('Adam', 0.001, own);
const decayedOptions = optimizerSchema('AdamW', 0.001, own, { weightDecay: optional(nullable(number()), 0.004) });
export interface AdamOptions
  extends OptimizerOptions,
    Options<{ beta1: number; beta2: number; epsilon: number; amsgrad: boolean }> {}

class Adam_ extends Optimizer_ {
  declare readonly beta1: number;
  declare readonly beta2: number;
  declare readonly epsilon: number;
  declare readonly amsgrad: boolean;
  static override readonly options: typeof options = options;
  #momentums: VariableTensor[] = [];
  #velocities: VariableTensor[] = [];
  #velocityHats: VariableTensor[] = [];

  constructor(args: readonly unknown[], schema = options) {
    super(schema.parse(args), schema);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    const [momentums, velocities] = this.addOptimizerVariables(variables, ['momentum', 'velocity']);
    this.#momentums = momentums!;
    this.#velocities = velocities!;
    if (this.amsgrad)
      [this.#velocityHats] = this.addOptimizerVariables(variables, ['velocity_hat']) as [VariableTensor[]];
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const { dtype } = variable;
    const at = this.indexOf(variable);
    const alpha = this.shared(`alpha ${dtype}`, () =>
      divide(
        multiply(rate, sqrt(subtract(1, this.power(this.beta2, dtype)))),
        subtract(1, this.power(this.beta1, dtype)),
      ),
    );
    const m = movingMean(this.#momentums[at]!, gradient, this.beta1);
    let v = movingSquare(this.#velocities[at]!, gradient, this.beta2);
    if (this.amsgrad) {
      const hat = this.#velocityHats[at]!;
      v = maximum(hat.value(), v);
      hat.set(v);
    }
    this.assignSub(variable, divide(multiply(m, alpha), add(sqrt(v), this.epsilon)));
  }
}
class PlainAdam extends Adam_ {
  constructor(...args: OptimizerArgs<AdamOptions>) {
    super(args);
  }
}
export interface Adam extends Adam_ {}
/** w ← w − η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε). */
export const Adam: OptimizerClass<AdamOptions, Adam> = callable(PlainAdam, 'Adam');

class AdamW_ extends Adam_ {
  static override readonly options = decayedOptions;
  constructor(...args: OptimizerArgs<AdamOptions>) {
    super(args, decayedOptions);
    if (this.weightDecay === null)
      throw new ValueError('AdamW: weightDecay is null, wanted a number; use Adam without it.');
  }
}
export interface AdamW extends Adam_ {}
/** Adam with weights that decay by η · weightDecay a step (Loshchilov & Hutter, 2019). */
export const AdamW: OptimizerClass<AdamOptions, AdamW> = callable(AdamW_, 'AdamW');
