// The base of SeparableConv1D and SeparableConv2D.
// Owns: their options, weights and output shape.
import type { Shape } from '../../../base/shape.ts';
import { convolution } from '../../../ops/nn/convolution.ts';
import { biasAdd } from '../../../ops/nn/normalization.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import * as o from '../../schema.ts';
import { constraint, initializer, regularizer } from '../kinds.ts';
import { LayerBase } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';
import { channelAxis, channelsOf, tensorFlowFormat, windowedShape } from '../spatial.ts';
import { depthwiseDefinitions } from './base-depthwise-conv.ts';
import { depthwiseConvolution } from './depthwise.ts';

export const separableDefinitions = (rank: number) => ({
  ...depthwiseDefinitions(rank),
  filters: o.required(o.integer({ min: 1 })),
  pointwiseInitializer: o.optional(initializer, 'glorot_uniform'),
  pointwiseRegularizer: o.optional(o.nullable(regularizer), null),
  pointwiseConstraint: o.optional(o.nullable(constraint), null),
});
// Keras 2 writes the options of the convolution underneath too.
export const separableSettings = {
  positional: ['filters', 'kernelSize', 'strides', 'padding'] as const,
  ignored: ['groups', 'kernelInitializer', 'kernelRegularizer', 'kernelConstraint'],
};

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BaseSeparableConv extends LayerBase<Tensor> {
  depthwiseKernel!: VariableTensor;
  pointwiseKernel!: VariableTensor;
  bias: VariableTensor | null = null;

  constructor(schema: o.SchemaLike, args: readonly unknown[]) {
    super(schema, args);
    this.inputSpec = { minNdim: this.kernelSize.length + 2 };
  }
  override build(inputShape: Shape): void {
    const channels = channelsOf(inputShape, this.dataFormat, this.name);
    this.computeOutputShape(inputShape);
    this.depthwiseKernel = this.addWeight({
      name: 'depthwise_kernel',
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      initializer: this.depthwiseInitializer,
      regularizer: this.depthwiseRegularizer,
      constraint: this.depthwiseConstraint,
    });
    this.pointwiseKernel = this.addWeight({
      name: 'pointwise_kernel',
      shape: [...this.kernelSize.map(() => 1), channels * this.depthMultiplier, this.filters],
      initializer: this.pointwiseInitializer,
      regularizer: this.pointwiseRegularizer,
      constraint: this.pointwiseConstraint,
    });
    if (this.useBias)
      this.bias = this.addWeight({
        name: 'bias',
        shape: [this.filters],
        initializer: this.biasInitializer,
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      });
    this.inputSpec = { minNdim: this.kernelSize.length + 2, axes: { [channelAxis(this.dataFormat)]: channels } };
  }
  /** (batch, …spatial, channels) → (batch, …spatial, filters) */
  override call(inputs: Tensor): Tensor {
    const format = tensorFlowFormat(this.dataFormat);
    const each = depthwiseConvolution(inputs, this.inComputeDtype(this.depthwiseKernel), this, format);
    const mixed = convolution(each, this.inComputeDtype(this.pointwiseKernel), 1, 'valid', format);
    const y = this.bias ? biasAdd(mixed, this.inComputeDtype(this.bias), format) : mixed;
    return this.activation ? this.activation(y) : y;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const { kernelSize: window, strides, dilationRate: dilation, padding, dataFormat: format } = this;
    return windowedShape(inputShape, this.filters, { window, strides, dilation, padding, format }, this.name);
  }
}
export interface BaseSeparableConv extends LayerValues<o.Schema<ReturnType<typeof separableDefinitions>>> {}
