// ONNX's convolutions, and the paddings that they share with pools: channels first.
// Owns: pads of every kind, the turn to channels last in which convolutions run.
import type { Dims } from '../../../base/shape.ts';
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Operator, OperatorContext } from './context.ts';

type Inputs = readonly (Tensor | null)[];
export const range = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);

export interface Window {
  readonly size: number[];
  readonly strides: number[];
  readonly dilation: number[];
  readonly low: number[];
  readonly high: number[];
}

/** Strides, dilation and pads for spatial sizes. */
export function windowOf(context: OperatorContext, spatial: Dims, size: number[]): Window {
  const ones = spatial.map(() => 1);
  const strides = context.ints('strides') ?? ones;
  const dilation = context.ints('dilations') ?? ones;
  const auto = context.text('auto_pad', 'NOTSET');
  const pads = context.ints('pads') ?? [...ones, ...ones].map(() => 0);
  if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER') {
    const given = auto === 'VALID' ? pads.map(() => 0) : pads;
    return { size, strides, dilation, low: given.slice(0, spatial.length), high: given.slice(spatial.length) };
  }
  const total = spatial.map((n, i) =>
    Math.max((Math.ceil(n / strides[i]!) - 1) * strides[i]! + (size[i]! - 1) * dilation[i]! + 1 - n, 0),
  );
  const smaller = total.map((n) => Math.floor(n / 2));
  const larger = total.map((n, i) => n - smaller[i]!);
  const [low, high] = auto === 'SAME_UPPER' ? [smaller, larger] : [larger, smaller];
  return { size, strides, dilation, low, high };
}

/** A vector for the axis of channels, 1, of a tensor of that rank. */
export const perChannel = (x: Tensor, rank: number, axis = 1): Tensor =>
  p.reshape(
    x,
    Array.from({ length: rank }, (_, i) => (i === axis ? x.size : 1)),
  ) as Tensor;

const toLast = (x: Tensor): Tensor => p.transpose(x, [0, ...range(x.rank - 2, 2), 1]) as Tensor;
const toFirst = (x: Tensor): Tensor => p.transpose(x, [0, x.rank - 1, ...range(x.rank - 2, 1)]) as Tensor;
/** (outputs, inputs, …spatial) to (…spatial, inputs, outputs). */
const filterLast = (w: Tensor): Tensor => p.transpose(w, [...range(w.rank - 2, 2), 1, 0]) as Tensor;
const biased = (y: Tensor, bias: Tensor | null | undefined): Tensor =>
  bias ? tf.add(y, perChannel(bias, y.rank, y.rank - 1)) : y;

/** A convolution, channels first. */
export const convolveWith = (
  x: Tensor,
  w: Tensor,
  bias: Tensor | null | undefined,
  params: p.ConvolutionParams,
): Tensor => toFirst(biased(p.convolution(toLast(x), filterLast(w), params) as Tensor, bias));
/** A convolution with the node's settings. */
export function convolve(x: Tensor, w: Tensor, bias: Tensor | null | undefined, context: OperatorContext): Tensor {
  const { strides, dilation, low, high } = windowOf(context, x.dims.slice(2), w.dims.slice(2));
  return convolveWith(x, w, bias, { strides, dilation, low, high, groups: context.int('group', 1) });
}

function transposedConvolution(inputs: Inputs, context: OperatorContext): Tensor {
  const [x, w] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
  const size = w.dims.slice(2);
  const ones = size.map(() => 1);
  const strides = context.ints('strides') ?? ones;
  const dilation = context.ints('dilations') ?? ones;
  const extra = context.ints('output_padding') ?? ones.map(() => 0);
  const whole = size.map((k, i) => (x.dims[i + 2]! - 1) * strides[i]! + (k - 1) * dilation[i]! + 1 + extra[i]!);
  const auto = context.text('auto_pad', 'NOTSET');
  const wanted =
    context.ints('output_shape')?.slice(-size.length) ??
    (auto.startsWith('SAME') ? size.map((_, i) => x.dims[i + 2]! * strides[i]!) : null);
  let pads = context.ints('pads') ?? [...ones, ...ones].map(() => 0);
  if (wanted) {
    const total = wanted.map((n, i) => Math.max(whole[i]! - n, 0));
    const half = total.map((n) => Math.floor(n / 2));
    const rest = total.map((n, i) => n - half[i]!);
    pads = auto === 'SAME_UPPER' ? [...half, ...rest] : [...rest, ...half];
  }
  const low = pads.slice(0, size.length);
  const spatial = wanted ?? whole.map((n, i) => n - pads[i]! - pads[i + size.length]!);
  const params = { strides, dilation, low, high: pads.slice(size.length), groups: context.int('group', 1) };
  // The filter is (inputs, outputs / groups, …spatial): that of the convolution which this is the gradient of.
  return toFirst(biased(p.convolutionInputGradient(toLast(x), filterLast(w), params, spatial) as Tensor, inputs[2]));
}

export const convolutions: Readonly<Record<string, Operator>> = {
  Conv: (inputs, context) => convolve(context.need(inputs[0], 0), context.need(inputs[1], 1), inputs[2], context),
  ConvTranspose: transposedConvolution,
};
