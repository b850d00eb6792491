// Ftrl: follow the regularized leader, for sparse linear models (McMahan et al., 2013).
import { callable } from '../../base/callable.ts';
import { add, clipByValue, divide, multiply, pow, subtract } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { Constant } from '../initializers/index.ts';
import { number, optional } from '../schema.ts';
import { squaredGradient } from './gradients.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const strength = optional(number({ min: 0 }), 0);
const options = optimizerSchema('Ftrl', 0.001, {
  learningRatePower: optional(number({ max: 0 }), -0.5),
  initialAccumulatorValue: optional(number({ min: 0 }), 0.1),
  l1RegularizationStrength: strength,
  l2RegularizationStrength: strength,
  l2ShrinkageRegularizationStrength: strength,
  beta: optional(number(), 0),
});
export interface FtrlOptions
  extends OptimizerOptions,
    Options<{
      learningRatePower: number;
      initialAccumulatorValue: number;
      l1RegularizationStrength: number;
      l2RegularizationStrength: number;
      l2ShrinkageRegularizationStrength: number;
      beta: number;
    }> {}

class Ftrl_ extends Optimizer_ {
  declare readonly learningRatePower: number;
  declare readonly initialAccumulatorValue: number;
  declare readonly l1RegularizationStrength: number;
  declare readonly l2RegularizationStrength: number;
  declare readonly l2ShrinkageRegularizationStrength: number;
  declare readonly beta: number;
  static override readonly options = options;
  #accumulators: VariableTensor[] = [];
  #linears: VariableTensor[] = [];

  constructor(...args: OptimizerArgs<FtrlOptions>) {
    super(options.parse(args), options);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    const slots = this.addOptimizerVariables(
      variables,
      ['accumulator', 'linear'],
      [Constant(this.initialAccumulatorValue), 'zeros'],
    );
    this.#accumulators = slots[0]!;
    this.#linears = slots[1]!;
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const at = this.indexOf(variable);
    const [accumulator, linear] = [this.#accumulators[at]!, this.#linears[at]!];
    const value = variable.value();
    const l2 = add(divide(this.beta, multiply(rate, 2)), this.l2RegularizationStrength);
    const shrunk = add(gradient, multiply(value, 2 * this.l2ShrinkageRegularizationStrength));
    const before = accumulator.value();
    const after = add(before, squaredGradient(gradient));
    const root = (x: Tensor): Tensor => pow(x, -this.learningRatePower);
    const sigma = divide(subtract(root(after), root(before)), rate);
    const z = add(linear.value(), subtract(shrunk, multiply(sigma, value)));
    linear.set(z);
    const quadratic = add(divide(root(after), rate), multiply(l2, 2));
    const l1 = this.l1RegularizationStrength;
    this.assign(variable, divide(subtract(clipByValue(z, -l1, l1), z), quadratic));
    accumulator.set(after);
  }
}
export interface Ftrl extends Ftrl_ {}
export const Ftrl: OptimizerClass<FtrlOptions, Ftrl> = callable(Ftrl_, 'Ftrl');
