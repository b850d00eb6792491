// Nadam: Adam with Nesterov's momentum (Dozat, 2015).
import { callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { add, cast, divide, multiply, sqrt, subtract } from '../../ops/math/elementwise.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { floatx } from '../config.ts';
import { autoName } from '../names.ts';
import { number, optional } from '../schema.ts';
import { heldIn, movingMean, movingSquare } from './moments.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const options = optimizerSchema('Nadam', 0.001, {
  beta1: optional(number(), 0.9),
  beta2: optional(number(), 0.999),
  epsilon: optional(number(), 1e-7),
});
export interface NadamOptions extends OptimizerOptions, Options<{ beta1: number; beta2: number; epsilon: number }> {}

class Nadam_ extends Optimizer_ {
  declare readonly beta1: number;
  declare readonly beta2: number;
  declare readonly epsilon: number;
  static override readonly options = options;
  #momentums: VariableTensor[] = [];
  #velocities: VariableTensor[] = [];
  /** The product of all momentum coefficients so far. */
  #product: VariableTensor | null = null;

  constructor(...args: OptimizerArgs<NadamOptions>) {
    super(options.parse(args), options);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    const slots = this.addOptimizerVariables(variables, ['momentum', 'velocity']);
    this.#momentums = slots[0]!;
    this.#velocities = slots[1]!;
    this.#product = this.addUnscopedVariable(1, variables[0]?.dtype ?? floatx(), autoName('Variable'));
  }
  override ownFields(): ReadonlyMap<string, VariableTensor> {
    const fields = new Map(super.ownFields());
    return this.#product ? fields.set('_u_product', this.#product) : fields;
  }
  /**
   * The product after some steps of Keras 2, which most of its files leave out. In its training graphs every variable multiplies
   * the product once more, so that is what its training goes on with.
   */
  productOfKeras2(steps: number): number {
    let product = this.beta1 ** steps;
    // 0.96^1000 is nothing beside 1.
    for (let step = 1; step <= Math.min(steps, 1000); step++) product *= 1 - 0.96 ** step / 2;
    return product ** this.#momentums.length;
  }
  /** β₁ (1 − 0.96^step / 2): the momentum coefficient of this step, or of the next. */
  #coefficient(dtype: DType, next: boolean): Tensor {
    return this.shared(`u ${next} ${dtype}`, () => {
      const step = next ? add(this.step(dtype), 1) : this.step(dtype);
      const power = p.binary('pow', p.scalar(0.96, dtype), step) as Tensor;
      return multiply(subtract(1, multiply(power, 0.5)), this.beta1);
    });
  }
  protected override updateAll(gradients: readonly Tensor[], variables: readonly VariableTensor[], rate: Tensor): void {
    const product = this.#product!;
    product.set(multiply(product.value(), this.#coefficient(product.dtype, false)));
    super.updateAll(gradients, variables, rate);
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const { dtype } = variable;
    const at = this.indexOf(variable);
    const now = this.#coefficient(dtype, false);
    const next = this.#coefficient(dtype, true);
    const product = cast(this.#product!.value(), dtype);
    const ofMean = this.shared(`mean ${dtype}`, () => divide(next, subtract(1, multiply(product, next))));
    const ofGradient = this.shared(`gradient ${dtype}`, () => divide(subtract(1, now), subtract(1, product)));
    const correction = this.shared(`square ${dtype}`, () => subtract(1, this.power(this.beta2, dtype)));
    const m = movingMean(this.#momentums[at]!, gradient, heldIn(dtype, this.beta1));
    const v = movingSquare(this.#velocities[at]!, gradient, heldIn(dtype, this.beta2));
    const ahead = add(multiply(m, ofMean), multiply(gradient, ofGradient));
    this.assignSub(variable, divide(multiply(ahead, rate), add(sqrt(divide(v, correction)), this.epsilon)));
  }
}
export interface Nadam extends Nadam_ {}
/** Adam whose mean looks one step ahead. */
export const Nadam: OptimizerClass<NadamOptions, Nadam> = callable(Nadam_, 'Nadam');
