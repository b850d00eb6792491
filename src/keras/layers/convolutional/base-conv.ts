// The base of Conv1D, Conv2D and Conv3D.
// Owns: their options, weights, output shape and the convolution itself, for any number of spatial axes.
import { ValueError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import type { Variable } from '../../../ops/core/variable.ts';
import { convolution } from '../../../ops/nn/convolution.ts';
import { biasAdd } from '../../../ops/nn/normalization.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { activation, constraint, initializer, regularizer } from '../kinds.ts';
import type { LayerValues } from '../layer-options.ts';
import { LowRankLayer, loraDefinitions } from '../low-rank-layer.ts';
import { channelAxis, channelsOf, dataFormat, tensorFlowFormat, windowedShape } from '../spatial.ts';

const padding = o.oneOf('valid', 'same');
const causal = o.oneOf('valid', 'same', 'causal');

/** The options of Conv1D, Conv2D, Conv3D, but for the padding. */
const shared = (rank: number) => ({
  filters: o.required(o.integer({ min: 1 })),
  kernelSize: o.required(o.perAxis(rank)),
  strides: o.optional(o.perAxis(rank), 1),
  dataFormat,
  dilationRate: o.optional(o.perAxis(rank), 1),
  groups: o.optional(o.integer({ min: 1 }), 1),
  activation: o.optional(activation, null),
  useBias: o.optional(o.boolean, true),
  kernelInitializer: o.optional(initializer, 'glorot_uniform'),
  biasInitializer: o.optional(initializer, 'zeros'),
  kernelRegularizer: o.optional(o.nullable(regularizer), null),
  biasRegularizer: o.optional(o.nullable(regularizer), null),
  activityRegularizer: o.optional(o.nullable(regularizer), null),
  kernelConstraint: o.optional(o.nullable(constraint), null),
  biasConstraint: o.optional(o.nullable(constraint), null),
});
/** The options of convolutions that take strides and padding as Conv2D does. */
export const windowDefinitions = (rank: number) => ({ ...shared(rank), padding: o.optional(padding, 'valid') });
export const convDefinitions = (rank: number) => ({ ...windowDefinitions(rank), ...loraDefinitions });
export const causalConvDefinitions = () => ({
  ...shared(1),
  padding: o.optional(causal, 'valid'),
  ...loraDefinitions,
});
export const convSettings = { positional: ['filters', 'kernelSize', 'strides', 'padding'] as const };

/** The arguments of a convolution whose options are O: filters and window may stand first, strides after them. */
export type ConvArgs<O> =
  | [filters: number, kernelSize: number | readonly number[], options?: O]
  | [filters: number, kernelSize: number | readonly number[], strides: number | readonly number[], options?: O]
  | [filters: number, options: O & { kernelSize: number | readonly number[] }]
  | [options: O & { filters: number; kernelSize: number | readonly number[] }];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BaseConv extends LowRankLayer {
  protected override readonly adaptedName = 'kernel';
  kernel!: Variable;
  bias: Variable | null = null;

  constructor(schema: o.SchemaLike, args: readonly unknown[]) {
    super(schema, args);
    this.inputSpec = { minNdim: this.kernelSize.length + 2 };
    if (this.filters % this.groups !== 0)
      throw new ValueError(
        `layer '${this.name}': found ${this.filters} filters and ${this.groups} groups, wanted a number of filters that the groups divide.`,
      );
    checkStrides(this);
  }
  override build(inputShape: Shape): void {
    const channels = channelsOf(inputShape, this.dataFormat, this.name);
    if (channels % this.groups !== 0)
      throw new ValueError(
        `layer '${this.name}': the input has ${channels} channels (shape ${showShape(inputShape)}), which ${this.groups} groups do not divide.`,
      );
    this.computeOutputShape(inputShape);
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, channels / this.groups, this.filters],
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
    this.inputSpec = { minNdim: this.kernelSize.length + 2, axes: { [channelAxis(this.dataFormat)]: channels } };
    this.buildPair({ loraAlpha: this.loraAlpha });
  }
  protected override adapted() {
    return { weight: this.kernel, constrained: this.kernelConstraint !== null };
  }
  /** activation(inputs ∗ kernel + bias): (batch, …spatial, channels) → (batch, …spatial, filters) */
  override call(inputs: Tensor): Tensor {
    const format = tensorFlowFormat(this.dataFormat);
    // Causal: all padding before the first step, so that no output sees what comes after it.
    const padding =
      this.padding === 'causal'
        ? this.kernelSize.map((window, axis) => [(window - 1) * this.dilationRate[axis]!, 0])
        : this.padding;
    const x = convolution(inputs, this.adaptedKernel(this.kernel), this.strides, padding, format, this.dilationRate);
    const y = this.bias ? biasAdd(x, this.inComputeDtype(this.bias), format) : x;
    return this.activation ? this.activation(y) : y;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const { kernelSize: window, strides, dilationRate: dilation, padding, dataFormat: format } = this;
    return windowedShape(inputShape, this.filters, { window, strides, dilation, padding, format }, this.name);
  }
}
export interface BaseConv extends LayerValues<o.Schema<ReturnType<typeof causalConvDefinitions>>> {}

interface Strided {
  readonly name: string;
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
}
/** Keras does not skip positions and spread the window at once. */
export function checkStrides({ name, strides, dilationRate }: Strided): void {
  if (Math.max(...strides) > 1 && Math.max(...dilationRate) > 1)
    throw new ValueError(
      `layer '${name}': found strides ${showShape(strides)} and dilationRate ${showShape(dilationRate)}, wanted one of them to be 1.`,
    );
}
