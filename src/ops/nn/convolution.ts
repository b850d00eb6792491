// tf.nn: convolutions forwards: conv1d, conv2d, conv3d, depthwise, separable, dilated, and morphology.
// Owns: one function for any number of spatial axes. Transposed ones stand in convolution-transpose.ts.
import { ShapeError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import {
  channelsFirst,
  countWindows,
  fromChannelsLast,
  nothingOf,
  type Padding,
  type PerAxis,
  paddingOf,
  perSpatialAxis,
  toChannelsLast,
} from './windows.ts';

interface Settings {
  readonly strides: PerAxis | undefined;
  readonly padding: Padding;
  readonly dataFormat: string | undefined;
  readonly dilations: PerAxis | undefined;
}

/** Input and filter as values, with leading batch axes made one. */
export function convolutionOperands(
  input: TensorLike,
  filters: TensorLike,
  rank: number | null,
  first: boolean,
  name: string,
): { x: Value; filter: Value; outer: readonly number[]; rank: number } {
  const [a, filter] = convertPair(input, filters, name);
  const spatial = rank ?? filter.dims.length - 2;
  if (a.dims.length < spatial + 2 || filter.dims.length !== spatial + 2) {
    throw new ShapeError(
      `${name}: input has shape ${showShape(a.dims)} and filters ${showShape(filter.dims)}; wanted rank ${spatial + 2} for both: ${first ? '(batch, channels, …spatial)' : '(batch, …spatial, channels)'} and (…window, channels, outputs).`,
    );
  }
  const outer = a.dims.slice(0, a.dims.length - spatial - 1);
  const inner = a.dims.slice(a.dims.length - spatial - 1);
  const flat = p.reshape(a, [outer.reduce((n, m) => n * m, 1), ...inner]);
  return { x: toChannelsLast(flat, first), filter, outer, rank: spatial };
}

function convolve(
  name: string,
  input: TensorLike,
  filters: TensorLike,
  rank: number | null,
  settings: Settings,
  groups?: (channels: number, filter: Value) => { filter: Value; groups: number },
): Tensor {
  // Whole numbers in double precision, which holds their sums.
  const given = convertToTensor(input, undefined, name);
  if (given.dtype === 'int32' && !given.weak) {
    const [wide, weights] = [given, convertToTensor(filters, undefined, name)].map((t) => p.convert(t, 'float64'));
    return p.convert(convolve(name, wide as Tensor, weights as Tensor, rank, settings, groups), 'int32') as Tensor;
  }
  const first = channelsFirst(settings.dataFormat);
  const { x, filter, outer, rank: n } = convolutionOperands(input, filters, rank, first, name);
  const spatial = x.dims.slice(1, -1);
  const window = filter.dims.slice(0, n);
  const strides = perSpatialAxis(settings.strides, n, first, `${name}: strides`);
  const dilation = perSpatialAxis(settings.dilations, n, first, `${name}: dilations`);
  const { low, high } = paddingOf(settings.padding, spatial, window, strides, dilation, first, name);
  const counts = countWindows(spatial, window, dilation, strides, low, high, name);
  const channels = x.dims.at(-1)!;
  const grouped = groups?.(channels, filter) ?? {
    filter,
    groups: Math.max(1, Math.floor(channels / filter.dims.at(-2)!)),
  };
  const result = counts.includes(0)
    ? nothingOf([x.dims[0]!, ...counts, grouped.filter.dims.at(-1)!], x, grouped.filter)
    : p.convolution(x, grouped.filter, { strides, dilation, low, high, groups: grouped.groups });
  const y = fromChannelsLast(result, first);
  return p.reshape(y, [...outer, ...y.dims.slice(1)]) as Tensor;
}

/** Convolution over one axis: input (batch, time, channels), filters (window, channels, outputs). */
export const conv1d = signature(
  'conv1d',
  ['input', 'filters', 'stride', 'padding', 'dataFormat', 'dilations'],
  (
    input: TensorLike,
    filters: TensorLike,
    stride: PerAxis,
    padding: Padding,
    dataFormat: 'NWC' | 'NCW' = 'NWC',
    dilations?: PerAxis,
  ): Tensor => convolve('conv1d', input, filters, 1, { strides: stride, padding, dataFormat, dilations }),
);
/** Convolution over two axes: input (batch, height, width, channels), filters (height, width, channels, outputs). */
export const conv2d = signature(
  'conv2d',
  ['input', 'filters', 'strides', 'padding', 'dataFormat', 'dilations'],
  (
    input: TensorLike,
    filters: TensorLike,
    strides: PerAxis,
    padding: Padding,
    dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
    dilations?: PerAxis,
  ): Tensor => convolve('conv2d', input, filters, 2, { strides, padding, dataFormat, dilations }),
);
/** Convolution over three axes: input (batch, depth, height, width, channels). */
export const conv3d = signature(
  'conv3d',
  ['input', 'filters', 'strides', 'padding', 'dataFormat', 'dilations'],
  (
    input: TensorLike,
    filters: TensorLike,
    strides: PerAxis,
    padding: Padding,
    dataFormat: 'NDHWC' | 'NCDHW' = 'NDHWC',
    dilations?: PerAxis,
  ): Tensor => convolve('conv3d', input, filters, 3, { strides, padding, dataFormat, dilations }),
);
/** Convolution over as many axes as the filters have. */
export const convolution = signature(
  'convolution',
  ['input', 'filters', 'strides', 'padding', 'dataFormat', 'dilations'],
  (
    input: TensorLike,
    filters: TensorLike,
    strides?: PerAxis,
    padding: Padding = 'VALID',
    dataFormat?: string,
    dilations?: PerAxis,
  ): Tensor => convolve('convolution', input, filters, null, { strides, padding, dataFormat, dilations }),
);
/** conv2d whose taps lie `rate` apart. */
export const atrousConv2d = signature(
  'atrousConv2d',
  ['value', 'filters', 'rate', 'padding'],
  (value: TensorLike, filters: TensorLike, rate: number, padding: Padding): Tensor =>
    convolve('atrousConv2d', value, filters, 2, { strides: 1, padding, dataFormat: undefined, dilations: rate }),
);

/** Each channel by itself: (height, width, channels, multiplier) filters as grouped ones. */
const depthwise = (channels: number, filter: Value): { filter: Value; groups: number } => {
  if (filter.dims.at(-2) !== channels)
    throw new ShapeError(
      `depthwiseConv2d: the input has ${channels} channels and the filter ${showShape(filter.dims)}; wanted a filter of shape (height, width, ${channels}, multiplier).`,
    );
  return {
    filter: p.reshape(filter, [...filter.dims.slice(0, -2), 1, channels * filter.dims.at(-1)!]),
    groups: channels,
  };
};
/** One convolution for each channel: outputs are channels · multiplier. */
export const depthwiseConv2d = signature(
  'depthwiseConv2d',
  ['input', 'filter', 'strides', 'padding', 'dataFormat', 'dilations'],
  (
    input: TensorLike,
    filter: TensorLike,
    strides: PerAxis,
    padding: Padding,
    dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
    dilations?: PerAxis,
  ): Tensor => convolve('depthwiseConv2d', input, filter, 2, { strides, padding, dataFormat, dilations }, depthwise),
);
/** depthwiseConv2d, then a 1 × 1 convolution. */
export const separableConv2d = signature(
  'separableConv2d',
  ['input', 'depthwiseFilter', 'pointwiseFilter', 'strides', 'padding', 'dataFormat', 'dilations'],
  (
    input: TensorLike,
    depthwiseFilter: TensorLike,
    pointwiseFilter: TensorLike,
    strides: PerAxis,
    padding: Padding,
    dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
    dilations?: PerAxis,
  ): Tensor => {
    const pointwise = convertToTensor(pointwiseFilter, undefined, 'separableConv2d: pointwiseFilter');
    if (pointwise.dims.length !== 4 || pointwise.dims[0] !== 1 || pointwise.dims[1] !== 1)
      throw new ShapeError(
        `separableConv2d: pointwiseFilter has shape ${showShape(pointwise.dims)}; wanted (1, 1, channels, outputs).`,
      );
    const middle = convolve(
      'separableConv2d',
      input,
      depthwiseFilter,
      2,
      { strides, padding, dataFormat, dilations },
      depthwise,
    );
    return convolve('separableConv2d', middle, pointwise, 2, {
      strides: 1,
      padding: 'VALID',
      dataFormat,
      dilations: 1,
    });
  },
);

/** max over the window of x + filter, for each channel: grey-scale dilation. */
export function dilate(
  name: string,
  input: TensorLike,
  filters: TensorLike,
  strides: PerAxis,
  padding: Padding,
  dilations: PerAxis | undefined,
): Tensor {
  const [x, filter] = convertPair(input, filters, name);
  if (x.dims.length !== 4 || filter.dims.length !== 3 || x.dims[3] !== filter.dims[2])
    throw new ShapeError(
      `${name}: input ${showShape(x.dims)} and filters ${showShape(filter.dims)}; wanted (batch, height, width, channels) and (height, width, channels).`,
    );
  const step = perSpatialAxis(strides, 2, false, `${name}: strides`);
  const rate = perSpatialAxis(dilations, 2, false, `${name}: dilations`);
  const spatial = x.dims.slice(1, 3);
  const window = filter.dims.slice(0, 2);
  const { low, high } = paddingOf(padding, spatial, window, step, rate, false, name);
  const out = countWindows(spatial, window, rate, step, low, high, name);
  if (out.includes(0)) return nothingOf([x.dims[0]!, ...out, x.dims[3]!], x, filter) as Tensor;
  const padded = p.pad(x, p.scalar(Number.NEGATIVE_INFINITY, x.dtype), [0, ...low, 0], [0, ...high, 0]);
  let best: Value | null = null;
  for (let i = 0; i < window[0]!; i++) {
    for (let j = 0; j < window[1]!; j++) {
      const start = [0, i * rate[0]!, j * rate[1]!, 0];
      const limit = [
        x.dims[0]!,
        start[1]! + (out[0]! - 1) * step[0]! + 1,
        start[2]! + (out[1]! - 1) * step[1]! + 1,
        x.dims[3]!,
      ];
      const tap = p.slice(padded, start, limit, [1, step[0]!, step[1]!, 1]);
      const weight = p.reshape(p.slice(filter, [i, j, 0], [i + 1, j + 1, filter.dims[2]!]), [filter.dims[2]!]);
      const sum = p.add(tap, p.broadcast(weight, tap.dims, [3]));
      best = best ? p.binary('max', best, sum) : sum;
    }
  }
  return best as Tensor;
}
/** Grey-scale dilation: the largest x + filter within the window. */
export const dilation2d = signature(
  'dilation2d',
  ['input', 'filters', 'strides', 'padding', 'dataFormat', 'dilations'],
  (
    input: TensorLike,
    filters: TensorLike,
    strides: PerAxis,
    padding: Padding,
    _dataFormat: 'NHWC',
    dilations: PerAxis,
  ): Tensor => dilate('dilation2d', input, filters, strides, padding, dilations),
);
/** Grey-scale erosion: the smallest x − filter within the window. */
export const erosion2d = signature(
  'erosion2d',
  ['value', 'filters', 'strides', 'padding', 'dataFormat', 'dilations'],
  (
    value: TensorLike,
    filters: TensorLike,
    strides: PerAxis,
    padding: Padding,
    _dataFormat: 'NHWC',
    dilations: PerAxis,
  ): Tensor => {
    const [x, filter] = convertPair(value, filters, 'erosion2d');
    return p.neg(
      dilate('erosion2d', p.neg(x) as Tensor, p.reverse(filter, [0, 1]) as Tensor, strides, padding, dilations),
    ) as Tensor;
  },
);
