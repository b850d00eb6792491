// Adadelta: steps as large as recent steps were, relative to recent gradients (Zeiler, 2012).
import { callable } from '../../base/callable.ts';
import { add, divide, multiply, sqrt } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { number, optional } from '../schema.ts';
import { squaredProduct } from './gradients.ts';
import { decayedMean, decayedSquare } from './moments.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const options = optimizerSchema('Adadelta', 0.001, {
  rho: optional(number(), 0.95),
  epsilon: optional(number(), 1e-7),
});
export interface AdadeltaOptions extends OptimizerOptions, Options<{ rho: number; epsilon: number }> {}

class Adadelta_ extends Optimizer_ {
  declare readonly rho: number;
  declare readonly epsilon: number;
  static override readonly options = options;
  #gradients: VariableTensor[] = [];
  #steps: VariableTensor[] = [];

  constructor(...args: OptimizerArgs<AdadeltaOptions>) {
    super(options.parse(args), options);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    const slots = this.addOptimizerVariables(variables, ['accumulated_grad', 'accumulated_delta_var']);
    this.#gradients = slots[0]!;
    this.#steps = slots[1]!;
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const at = this.indexOf(variable);
    const root = (mean: Tensor): Tensor => sqrt(add(mean, this.epsilon));
    const before = root(this.#steps[at]!.value());
    const gradients = decayedSquare(this.#gradients[at]!, gradient, this.rho);
    const factor = divide(before, root(gradients));
    decayedMean(this.#steps[at]!, squaredProduct(factor, gradient), this.rho);
    this.assignSub(variable, multiply(multiply(factor, gradient), rate));
  }
}
export interface Adadelta extends Adadelta_ {}
/** s = −√(d + ε) / √(a + ε) · g, w ← w + η s, with running means a of g² and d of s². */
export const Adadelta: OptimizerClass<AdadeltaOptions, Adadelta> = callable(Adadelta_, 'Adadelta');
