// ScheduleFreeAdamW: AdamW whose weights are an average of its path, so that no schedule is needed (Defazio et al., 2024).
import { callable } from '../../base/callable.ts';
import { add, divide, minimum, multiply, reciprocal, sqrt, subtract } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { number, optional } from '../schema.ts';
import { heldIn, movingSquare } from './moments.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const options = optimizerSchema('ScheduleFreeAdamW', 0.0025, {
  beta1: optional(number(), 0.9),
  beta2: optional(number(), 0.999),
  epsilon: optional(number(), 1e-8),
  warmupSteps: optional(number({ min: 0 }), 0),
});
export interface ScheduleFreeAdamWOptions
  extends OptimizerOptions,
    Options<{ beta1: number; beta2: number; epsilon: number; warmupSteps: number }> {}

class ScheduleFreeAdamW_ extends Optimizer_ {
  declare readonly beta1: number;
  declare readonly beta2: number;
  declare readonly epsilon: number;
  declare readonly warmupSteps: number;
  static override readonly options = options;
  #momentums: VariableTensor[] = [];
  #velocities: VariableTensor[] = [];

  constructor(...args: OptimizerArgs<ScheduleFreeAdamWOptions>) {
    super(options.parse(args), options);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    const slots = this.addOptimizerVariables(variables, ['momentum', 'velocity']);
    this.#momentums = slots[0]!;
    this.#velocities = slots[1]!;
    // z begins at the weights. Where the first step is a compiled one (fit) it begins at 0: so it does in Keras on TensorFlow,
    // where the copy belongs to a trace that is thrown away, and the numbers of fit are wanted to be Keras's.
    variables.forEach((variable, i) => {
      const value = variable.value();
      if (value.elements) this.#momentums[i]!.set(value);
    });
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const { dtype } = variable;
    const at = this.indexOf(variable);
    const step = this.step(dtype);
    const lr = this.warmupSteps > 0 ? multiply(rate, minimum(divide(step, this.warmupSteps), 1)) : rate;
    const v = movingSquare(this.#velocities[at]!, gradient, heldIn(dtype, this.beta2));
    const root = add(sqrt(divide(v, subtract(1, this.power(this.beta2, dtype)))), this.epsilon);
    const slot = this.#momentums[at]!;
    const z = subtract(slot.value(), divide(multiply(gradient, lr), root));
    slot.set(z);
    // The variable is y = (1 − β₁) z + β₁ x; x, the average of all z, is found from it again. By the paper with the z before
    // this step; Keras on TensorFlow reads its variable after the step, and its numbers are wanted here.
    const weight = reciprocal(step);
    const rest = 1 - heldIn(dtype, this.beta1);
    const x = divide(subtract(variable.value(), multiply(z, rest)), this.beta1);
    const average = add(multiply(subtract(1, weight), x), multiply(weight, z));
    this.assign(variable, add(multiply(z, rest), multiply(average, this.beta1)));
  }
}
export interface ScheduleFreeAdamW extends ScheduleFreeAdamW_ {}
export const ScheduleFreeAdamW: OptimizerClass<ScheduleFreeAdamWOptions, ScheduleFreeAdamW> = callable(
  ScheduleFreeAdamW_,
  'ScheduleFreeAdamW',
);
