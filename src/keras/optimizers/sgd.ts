// Gradient descent, with momentum.
import { callable } from '../../base/callable.ts';
import { zeros } from '../../ops/core/create.ts';
import { Variable } from '../../ops/core/variable.ts';
import { multiply, subtract } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { boolean, number, optional } from '../schema.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const options = optimizerSchema('SGD', 0.01, {
  momentum: optional(number({ min: 0, max: 1 }), 0),
  nesterov: optional(boolean, false),
});
export interface SGDOptions extends OptimizerOptions, Options<{ momentum: number; nesterov: boolean }> {}

class SGD_ extends Optimizer_ {
  declare readonly momentum: number;
  declare readonly nesterov: boolean;
  static override readonly options = options;
  #momentums: VariableTensor[] = [];

  constructor(...args: OptimizerArgs<SGDOptions>) {
    super(options.parse(args), options);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    if (this.momentum !== 0)
      [this.#momentums] = this.addOptimizerVariables(variables, ['momentum']) as [VariableTensor[]];
  }
  /** Keras 2 keeps momentums that it does without: zeros, which stand in for them in files. */
  override variablesOfKeras2(): VariableTensor[] {
    const listed = super.variablesOfKeras2();
    if (this.momentum !== 0) return listed;
    const unused = this.trainableVariables.map(
      ({ dims, dtype }) => new Variable(zeros(dims, dtype), { trainable: false }),
    );
    return [...listed, ...unused];
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const step = multiply(gradient, rate);
    if (this.momentum === 0) {
      this.assignSub(variable, step);
      return;
    }
    const momentum = this.#momentums[this.indexOf(variable)]!;
    const m = subtract(multiply(momentum.value(), this.momentum), step);
    momentum.set(m);
    this.assignAdd(variable, this.nesterov ? subtract(multiply(m, this.momentum), step) : m);
  }
}
export interface SGD extends SGD_ {}
/** w ← w − η g; with momentum m ← μ m − η g, w ← w + m; Nesterov's w ← w + μ m − η g. */
export const SGD: OptimizerClass<SGDOptions, SGD> = callable(SGD_, 'SGD');
