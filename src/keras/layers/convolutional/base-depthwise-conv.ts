// The base of DepthwiseConv1D and DepthwiseConv2D.
// Owns: their options, weights and output shape.
import type { Shape } from '../../../base/shape.ts';
import { biasAdd } from '../../../ops/nn/normalization.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import * as o from '../../schema.ts';
import { activation, constraint, initializer, regularizer } from '../kinds.ts';
import { LayerBase } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';
import { channelAxis, channelsOf, dataFormat, tensorFlowFormat, windowedShape } from '../spatial.ts';
import { depthwiseConvolution } from './depthwise.ts';

export const depthwiseDefinitions = (rank: number) => ({
  kernelSize: o.required(o.perAxis(rank)),
  strides: o.optional(o.perAxis(rank), 1),
  padding: o.optional(o.oneOf('valid', 'same'), 'valid'),
  depthMultiplier: o.optional(o.integer({ min: 1 }), 1),
  dataFormat,
  dilationRate: o.optional(o.perAxis(rank), 1),
  activation: o.optional(activation, null),
  useBias: o.optional(o.boolean, true),
  depthwiseInitializer: o.optional(initializer, 'glorot_uniform'),
  biasInitializer: o.optional(initializer, 'zeros'),
  depthwiseRegularizer: o.optional(o.nullable(regularizer), null),
  biasRegularizer: o.optional(o.nullable(regularizer), null),
  activityRegularizer: o.optional(o.nullable(regularizer), null),
  depthwiseConstraint: o.optional(o.nullable(constraint), null),
  biasConstraint: o.optional(o.nullable(constraint), null),
});
// Keras 2 writes the options of the convolution underneath too.
export const depthwiseSettings = {
  positional: ['kernelSize', 'strides', 'padding'] as const,
  ignored: ['filters', 'groups', 'kernelInitializer', 'kernelRegularizer', 'kernelConstraint'],
};
export type DepthwiseArgs<O> =
  | [kernelSize: number | readonly number[], options?: O]
  | [kernelSize: number | readonly number[], strides: number | readonly number[], options?: O]
  | [options: O & { kernelSize: number | readonly number[] }];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BaseDepthwiseConv extends LayerBase<Tensor> {
  kernel!: VariableTensor;
  bias: VariableTensor | null = null;

  constructor(schema: o.SchemaLike, args: readonly unknown[]) {
    super(schema, args);
    this.inputSpec = { minNdim: this.kernelSize.length + 2 };
  }
  override build(inputShape: Shape): void {
    const channels = channelsOf(inputShape, this.dataFormat, this.name);
    this.computeOutputShape(inputShape);
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      initializer: this.depthwiseInitializer,
      regularizer: this.depthwiseRegularizer,
      constraint: this.depthwiseConstraint,
    });
    if (this.useBias)
      this.bias = this.addWeight({
        name: 'bias',
        shape: [channels * this.depthMultiplier],
        initializer: this.biasInitializer,
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      });
    this.inputSpec = { minNdim: this.kernelSize.length + 2, axes: { [channelAxis(this.dataFormat)]: channels } };
  }
  /** (batch, …spatial, channels) → (batch, …spatial, channels · depthMultiplier) */
  override call(inputs: Tensor): Tensor {
    const format = tensorFlowFormat(this.dataFormat);
    const x = depthwiseConvolution(inputs, this.inComputeDtype(this.kernel), this, format);
    const y = this.bias ? biasAdd(x, this.inComputeDtype(this.bias), format) : x;
    return this.activation ? this.activation(y) : y;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const { kernelSize: window, strides, dilationRate: dilation, padding, dataFormat: format } = this;
    const channels = channelsOf(inputShape, format, this.name) * this.depthMultiplier;
    return windowedShape(inputShape, channels, { window, strides, dilation, padding, format }, this.name);
  }
}
export interface BaseDepthwiseConv extends LayerValues<o.Schema<ReturnType<typeof depthwiseDefinitions>>> {}
