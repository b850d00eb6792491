// The base of Conv1DTranspose, Conv2DTranspose and Conv3DTranspose.
// Owns: their options, weights and the lengths that outputPadding decides.
import { ValueError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import { convTranspose } from '../../../ops/nn/convolution-transpose.ts';
import { biasAdd } from '../../../ops/nn/normalization.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';
import { channelAxis, channelsOf, spatialOf, tensorFlowFormat, withSpatial } from '../spatial.ts';
import { checkStrides, windowDefinitions } from './base-conv.ts';

export const convTransposeDefinitions = (rank: number) => {
  const { groups: _, ...definitions } = windowDefinitions(rank);
  return { ...definitions, outputPadding: o.optional(o.nullable(o.perAxis(rank, { min: 0 })), null) };
};

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BaseConvTranspose extends LayerBase<Tensor> {
  kernel!: VariableTensor;
  bias: VariableTensor | null = null;

  constructor(schema: o.SchemaLike, args: readonly unknown[]) {
    super(schema, args);
    this.inputSpec = { ndim: this.kernelSize.length + 2 };
    const { outputPadding, strides } = this;
    if (outputPadding?.some((n, axis) => n >= strides[axis]!))
      throw new ValueError(
        `layer '${this.name}': found outputPadding ${showShape(outputPadding)} with strides ${showShape(strides)}, wanted less than the stride along each axis.`,
      );
    checkStrides(this);
  }
  override build(inputShape: Shape): void {
    const channels = channelsOf(inputShape, this.dataFormat, this.name);
    this.computeOutputShape(inputShape);
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, this.filters, channels],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    if (this.useBias)
      this.bias = this.addWeight({
        name: 'bias',
        shape: [this.filters],
        initializer: this.biasInitializer,
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      });
    this.inputSpec = { ndim: this.kernelSize.length + 2, axes: { [channelAxis(this.dataFormat)]: channels } };
  }
  /** (batch, …spatial, channels) → (batch, …larger, filters) */
  override call(inputs: Tensor): Tensor {
    const format = tensorFlowFormat(this.dataFormat);
    const shape = this.computeOutputShape(inputs.dims) as number[];
    const kernel = this.inComputeDtype(this.kernel);
    const x = convTranspose(inputs, kernel, shape, this.strides, this.padding, format, this.dilationRate);
    const y = this.bias ? biasAdd(x, this.inComputeDtype(this.bias), format) : x;
    return this.activation ? this.activation(y) : y;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const spatial = spatialOf(inputShape, this.dataFormat).map((n, axis) => this.#length(n, axis));
    return withSpatial(inputShape[0] ?? null, spatial, this.filters, this.dataFormat);
  }
  #length(n: number | null, axis: number): number | null {
    if (n === null) return null;
    const stride = this.strides[axis]!;
    const reach = (this.kernelSize[axis]! - 1) * this.dilationRate[axis]! + 1;
    const extra = this.outputPadding?.[axis];
    if (this.padding === 'valid') return (n - 1) * stride + reach + (extra ?? Math.max(stride - reach, 0));
    return extra === undefined ? n * stride : (n - 1) * stride + (reach % 2) + extra;
  }
}
export interface BaseConvTranspose extends LayerValues<o.Schema<ReturnType<typeof convTransposeDefinitions>>> {}
