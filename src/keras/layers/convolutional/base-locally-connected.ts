// The base of LocallyConnected1D and LocallyConnected2D (Keras 2): convolutions whose weights differ from place to place.
// Owns: which inputs each output sees, and the three layouts of the kernel that Keras 2 calls implementations 1, 2, 3.
import { ShapeError, ValueError } from '../../../base/errors.ts';
import { type Shape, showShape, sizeOf } from '../../../base/shape.ts';
import { concat, gather, reshape, transpose } from '../../../ops/core/arrange.ts';
import { zeros } from '../../../ops/core/create.ts';
import { einsum } from '../../../ops/math/einsum.ts';
import { add, multiply } from '../../../ops/math/elementwise.ts';
import { matmul } from '../../../ops/math/matmul.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';
import { channelAxis, channelsOf, spatialOf, windowedShape } from '../spatial.ts';
import { windowDefinitions } from './base-conv.ts';

export const locallyConnectedDefinitions = (rank: number) => {
  const { groups: _, dilationRate: __, ...definitions } = windowDefinitions(rank);
  /** 1: patches times small matrices; 2: one large masked matrix; 3: only the weights that exist, in one list. */
  return { ...definitions, implementation: o.optional(o.integer({ min: 1, max: 3 }), 1) };
};

/** Every position of a grid, the last axis fastest. */
function positions(dims: readonly number[]): number[][] {
  return dims.reduce<number[][]>(
    (all, n) => all.flatMap((at) => Array.from({ length: n }, (_, i) => [...at, i])),
    [[]],
  );
}
const flatIndex = (at: readonly number[], dims: readonly number[]): number =>
  at.reduce((i, x, axis) => i * dims[axis]! + x, 0);

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BaseLocallyConnected extends LayerBase<Tensor> {
  kernel!: VariableTensor;
  bias: VariableTensor | null = null;

  constructor(schema: o.SchemaLike, args: readonly unknown[]) {
    super(schema, args);
    this.inputSpec = { ndim: this.kernelSize.length + 2 };
    if (this.padding !== 'valid' && this.implementation === 1)
      throw new ValueError(
        `layer '${this.name}': found padding '${this.padding}' with implementation 1, wanted 'valid', or implementation 2 or 3.`,
      );
  }
  /** Lengths of input and output, channels, and the flat order of channels and positions. */
  #geometry(inputShape: Shape) {
    const format = this.dataFormat;
    const channels = channelsOf(inputShape, format, this.name);
    const spatial = spatialOf(inputShape, format);
    if (spatial.includes(null))
      throw new ShapeError(
        `layer '${this.name}': all lengths of its input but the batch must be known, for every place has weights of its own: found ${showShape(inputShape)}.`,
      );
    const inputs = spatial as number[];
    const outputs = spatialOf(this.computeOutputShape(inputShape), format) as number[];
    const flat = (at: readonly number[], channel: number, dims: readonly number[], count: number): number =>
      format === 'channels_first'
        ? channel * sizeOf(dims) + flatIndex(at, dims)
        : flatIndex(at, dims) * count + channel;
    return { channels, inputs, outputs, flat };
  }
  /** The input positions that an output position sees. */
  #seen(output: readonly number[], inputs: readonly number[]): number[][] {
    const ranges = output.map((at, axis) => {
      const window = this.kernelSize[axis]!;
      const first = at * this.strides[axis]! - (this.padding === 'valid' ? 0 : Math.floor(window / 2));
      const [from, to] = [Math.max(first, 0), Math.min(first + window, inputs[axis]!)];
      return { from, count: Math.max(to - from, 0) };
    });
    return positions(ranges.map(({ count }) => count)).map((at) => at.map((i, axis) => i + ranges[axis]!.from));
  }
  /** Pairs of flat outputs and flat inputs that are connected, in order. */
  #connections(inputShape: Shape): [output: number, input: number][] {
    const { channels, inputs, outputs, flat } = this.#geometry(inputShape);
    const pairs = positions(outputs).flatMap((output) =>
      this.#seen(output, inputs).flatMap((input) =>
        Array.from({ length: channels * this.filters }, (_, i): [number, number] => [
          flat(output, i % this.filters, outputs, this.filters),
          flat(input, Math.floor(i / this.filters), inputs, channels),
        ]),
      ),
    );
    return pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  }
  override build(inputShape: Shape): void {
    const { channels, inputs, outputs } = this.#geometry(inputShape);
    const first = this.dataFormat === 'channels_first';
    const shape =
      this.implementation === 1
        ? [sizeOf(outputs), sizeOf(this.kernelSize) * channels, this.filters]
        : this.implementation === 3
          ? [this.#connections(inputShape).length]
          : first
            ? [channels, ...inputs, this.filters, ...outputs]
            : [...inputs, channels, ...outputs, this.filters];
    this.kernel = this.addWeight({
      name: 'kernel',
      shape,
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    if (this.useBias)
      this.bias = this.addWeight({
        name: 'bias',
        shape: [...outputs, this.filters],
        initializer: this.biasInitializer,
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      });
    this.inputSpec = { ndim: this.kernelSize.length + 2, axes: { [channelAxis(this.dataFormat)]: channels } };
  }
  override call(inputs: Tensor): Tensor {
    const { dims } = inputs;
    const x = reshape(inputs, [dims[0]!, sizeOf(dims.slice(1))]); // (batch, flat input)
    const kernel = this.inComputeDtype(this.kernel);
    const product =
      this.implementation === 1 ? this.#byPatches(x, kernel, dims) : matmul(x, this.#matrix(kernel, dims));
    let y = reshape(product, this.computeOutputShape(dims) as number[]);
    if (this.bias) {
      // Keras 2 takes the bias's numbers in their order also where channels stand first.
      const bias = this.inComputeDtype(this.bias);
      y = add(y, reshape(bias, [1, ...y.dims.slice(1)]));
    }
    return this.activation ? this.activation(y) : y;
  }
  #byPatches(x: Tensor, kernel: Tensor, dims: Shape): Tensor {
    const { channels, inputs, outputs, flat } = this.#geometry(dims);
    const places = positions(outputs);
    const first = this.dataFormat === 'channels_first';
    const taps = places.flatMap((output) => {
      const seen = this.#seen(output, inputs);
      const list = Array.from({ length: channels }, (_, c) => seen.map((at) => flat(at, c, inputs, channels)));
      return first ? list.flat() : seen.flatMap((_, i) => list.map((row) => row[i]!));
    });
    const patches = gather(
      x,
      eagerTensor(Int32Array.from(taps), [places.length, taps.length / places.length], 'int32'),
      {
        axis: 1,
      },
    );
    const y = einsum('bpk,pkf->bpf', patches, kernel); // (batch, places, filters)
    return first ? transpose(y, [0, 2, 1]) : y;
  }
  /** (flat input, flat output) */
  #matrix(kernel: Tensor, dims: Shape): Tensor {
    const { channels, inputs, outputs } = this.#geometry(dims);
    const [rows, columns] = [sizeOf(inputs) * channels, sizeOf(outputs) * this.filters];
    const connections = this.#connections(dims);
    if (this.implementation === 2) {
      const mask = new Float32Array(rows * columns);
      for (const [output, input] of connections) mask[input * columns + output] = 1;
      return multiply(
        reshape(kernel, [rows, columns]),
        eagerTensor(mask, [rows, columns], 'float32').cast(kernel.dtype),
      );
    }
    const index = new Int32Array(rows * columns).fill(connections.length);
    connections.forEach(([output, input], i) => {
      index[input * columns + output] = i;
    });
    return gather(concat([kernel, zeros([1], kernel.dtype)], 0), eagerTensor(index, [rows, columns], 'int32'));
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const { kernelSize: window, strides, padding, dataFormat: format } = this;
    return windowedShape(inputShape, this.filters, { window, strides, padding, format }, this.name);
  }
}
export interface BaseLocallyConnected extends LayerValues<o.Schema<ReturnType<typeof locallyConnectedDefinitions>>> {}
