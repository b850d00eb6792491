// Dense: every output is a weighted sum of all inputs.
// Source: https://keras.io/api/layers/core_layers/dense/

import { type Class, callable } from '../../../base/callable.ts';
import { ShapeError, show } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import type { Variable } from '../../../ops/core/variable.ts';
import { add } from '../../../ops/math/elementwise.ts';
import { matmul, tensordot } from '../../../ops/math/matmul.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { CallOptions, With } from '../../types.ts';
import { activation, constraint, initializer, regularizer } from '../kinds.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { loraDefinitions } from '../low-rank-layer.ts';
import { QuantizableLayer, type QuantizedField, quantizationDefinitions } from '../quantizable-layer.ts';

const options = layerSchema(
  'Dense',
  {
    units: o.required(o.integer({ min: 1 })),
    activation: o.optional(activation, null),
    useBias: o.optional(o.boolean, true),
    kernelInitializer: o.optional(initializer, 'glorot_uniform'),
    biasInitializer: o.optional(initializer, 'zeros'),
    kernelRegularizer: o.optional(o.nullable(regularizer), null),
    biasRegularizer: o.optional(o.nullable(regularizer), null),
    kernelConstraint: o.optional(o.nullable(constraint), null),
    biasConstraint: o.optional(o.nullable(constraint), null),
    ...loraDefinitions,
    ...quantizationDefinitions,
  },
  { positional: ['units', 'activation'] },
);
export interface DenseOptions extends LayerOptionsOf<typeof options> {}
type DenseArgs = [units: number, options?: DenseOptions] | [options: With<DenseOptions, 'units'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class DenseLayer extends QuantizableLayer {
  static override readonly schema = options;
  protected override readonly adaptedName = 'kernel';
  kernel!: Variable;
  bias: Variable | null = null;
  #length = 0;

  constructor(...args: DenseArgs) {
    super(options, args);
    this.supportsMasking = true;
    this.inputSpec = { minNdim: 2 };
  }
  override build(inputShape: Shape): void {
    const length = inputShape.at(-1);
    if (length === null || length === undefined)
      throw new ShapeError(
        `Dense '${this.name}': the last dimension of its input ${showShape(inputShape)} must be known, found ${show(length ?? null)}.`,
      );
    this.#length = length;
    if (!this.buildQuantized())
      this.kernel = this.addWeight({
        name: 'kernel',
        shape: [length, this.units],
        initializer: this.kernelInitializer,
        regularizer: this.kernelRegularizer,
        constraint: this.kernelConstraint,
      });
    if (this.useBias)
      this.bias = this.addWeight({
        name: 'bias',
        shape: [this.units],
        initializer: this.biasInitializer,
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      });
    this.inputSpec = { minNdim: 2, axes: { [-1]: length } };
    this.buildFloat8();
    // Keras drops the option loraAlpha here.
    this.buildPair();
  }
  protected override get hasFloat8(): boolean {
    return true;
  }
  protected override quantizedFields(): QuantizedField[] {
    return [{ field: 'kernel', name: 'kernel', dims: [this.#length, this.units], reduced: [0] }];
  }
  protected override adapted() {
    return { weight: this.kernel, constrained: this.kernelConstraint !== null };
  }
  /** activation(inputs · kernel + bias): (batch, …, length) → (batch, …, units) */
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    const product = (x: Tensor, kernel: Tensor): Tensor => (x.rank === 2 ? matmul(x, kernel) : tensordot(x, kernel, 1));
    let x = this.product(inputs, [-1], Boolean(training), product);
    if (this.bias) x = add(x, this.biasOf(this.bias));
    return this.activation ? this.activation(x) : x;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return [...inputShape.slice(0, -1), this.units];
  }
}
interface DenseLayer extends LayerValues<typeof options> {}
export interface Dense extends DenseLayer {}
export const Dense: Class<DenseArgs, Dense> = callable(DenseLayer, 'Dense');
