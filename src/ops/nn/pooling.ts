// tf.nn: pools over windows: largest, mean, with positions.
// Owns: the pools for one, two, three and any number of axes, all of them one function.

import type { DType } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { type Dims, showShape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { floating } from '../math/operands.ts';
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

interface Window {
  readonly x: Value;
  readonly params: p.WindowParams;
  readonly first: boolean;
  /** The shape of the result where the window fits nowhere. */
  readonly empty: Dims | null;
}

/** In volumes what strides leave over is left out at both ends; elsewhere at the end only. */
function centered(x: Value, window: Dims, strides: Dims): Value {
  const from = x.dims.slice(1, -1).map((n, i) => {
    const reached = (Math.ceil(n / strides[i]!) - 1) * strides[i]! + window[i]!;
    return Math.max(Math.trunc((n - reached) / 2), 0);
  });
  return from.some((n) => n > 0) ? p.slice(x, [0, ...from, 0], x.dims) : x;
}

function windowed(
  name: string,
  input: TensorLike,
  rank: number | null,
  ksize: PerAxis,
  strides: PerAxis | undefined,
  padding: Padding,
  dataFormat: string | undefined,
  dilations?: PerAxis,
): Window {
  const tensor = convertToTensor(input, undefined, name);
  const n = rank ?? tensor.dims.length - 2;
  if (tensor.dims.length !== n + 2)
    throw new ShapeError(
      `${name}: input has shape ${showShape(tensor.dims)}; wanted rank ${n + 2}: batch, ${n} spatial axes, channels.`,
    );
  const first = channelsFirst(dataFormat);
  const given = toChannelsLast(tensor, first);
  const window = perSpatialAxis(ksize, n, first, `${name}: ksize`);
  const step = perSpatialAxis(strides, n, first, `${name}: strides`);
  const dilation = perSpatialAxis(dilations, n, first, `${name}: dilations`);
  const x = n === 3 && `${padding}`.toUpperCase() === 'SAME' ? centered(given, window, step) : given;
  const { low, high } = paddingOf(padding, x.dims.slice(1, -1), window, step, dilation, first, name);
  const counts = countWindows(x.dims.slice(1, -1), window, dilation, step, low, high, name);
  const all = (list: readonly number[], end: number): number[] => [end, ...list, end];
  return {
    x,
    first,
    empty: counts.includes(0) ? [x.dims[0]!, ...counts, x.dims.at(-1)!] : null,
    params: {
      window: all(window, 1),
      strides: all(step, 1),
      dilation: all(dilation, 1),
      low: all(low, 0),
      high: all(high, 0),
    },
  };
}

const largest = ({ x, params, first, empty }: Window): Tensor =>
  fromChannelsLast(empty ? nothingOf(empty, x) : p.windowMax(x, params), first) as Tensor;

/** The mean of the elements that exist: padding is not counted. */
function mean({ x, params, first, empty }: Window): Tensor {
  if (empty) return fromChannelsLast(nothingOf(empty, x), first) as Tensor;
  const sum = p.windowSum(x, params);
  const padded = [...params.low, ...params.high].some((n) => n > 0);
  let count: Value;
  if (padded) {
    const dims = [1, ...x.dims.slice(1, -1), 1];
    const counts = p.windowSum(p.full(1, { dims, dtype: x.dtype }), params);
    count = p.broadcast(
      p.reshape(counts, counts.dims.slice(1, -1)),
      sum.dims,
      counts.dims.slice(1, -1).map((_, i) => i + 1),
    );
  } else count = p.full(sizeOf(params.window), sum);
  return fromChannelsLast(p.div(sum, count), first) as Tensor;
}

const pools = <F extends string>(name: string, rank: number | null, apply: (window: Window) => Tensor) =>
  signature(
    name,
    ['input', 'ksize', 'strides', 'padding', 'dataFormat'],
    (input: TensorLike, ksize: PerAxis, strides: PerAxis, padding: Padding, dataFormat?: F): Tensor =>
      apply(windowed(name, input, rank, ksize, strides, padding, dataFormat)),
  );
/** The largest element in each window. */
export const maxPool = pools<string>('maxPool', null, largest);
export const maxPool1d = pools<'NWC' | 'NCW'>('maxPool1d', 1, largest);
export const maxPool2d = pools<'NHWC' | 'NCHW'>('maxPool2d', 2, largest);
export const maxPool3d = pools<'NDHWC' | 'NCDHW'>('maxPool3d', 3, largest);
/** The mean over each window, of the elements that exist. */
export const avgPool = pools<string>('avgPool', null, mean);
export const avgPool1d = pools<'NWC' | 'NCW'>('avgPool1d', 1, mean);
export const avgPool2d = pools<'NHWC' | 'NCHW'>('avgPool2d', 2, mean);
export const avgPool3d = pools<'NDHWC' | 'NCDHW'>('avgPool3d', 3, mean);

/** A pool over any number of axes, with dilation. */
export const pool = signature(
  'pool',
  ['input', 'windowShape', 'poolingType', 'strides', 'padding', 'dataFormat', 'dilations'],
  (
    input: TensorLike,
    windowShape: PerAxis,
    poolingType: 'AVG' | 'MAX',
    strides?: PerAxis,
    padding: Padding = 'VALID',
    dataFormat?: string,
    dilations?: PerAxis,
  ): Tensor => {
    const window = windowed('pool', input, null, windowShape, strides, padding, dataFormat, dilations);
    if (poolingType === 'MAX') return largest(window);
    if (poolingType === 'AVG') return mean(window);
    throw new ValueError(`pool: poolingType ${show(poolingType)}; wanted 'AVG' or 'MAX'.`);
  },
);

/** The largest element in each window and where it lies, counted through (height, width, channels), or the batch too. */
export const maxPoolWithArgmax = signature(
  'maxPoolWithArgmax',
  ['input', 'ksize', 'strides', 'padding', 'dataFormat', 'outputDtype', 'includeBatchInIndex'],
  (
    input: TensorLike,
    ksize: PerAxis,
    strides: PerAxis,
    padding: Padding,
    _dataFormat: 'NHWC' = 'NHWC',
    outputDtype: DType = 'int64',
    includeBatchInIndex: boolean = false,
  ): { output: Tensor; argmax: Tensor } => {
    const window = windowed(
      'maxPoolWithArgmax',
      floating(input, 'maxPoolWithArgmax'),
      2,
      ksize,
      strides,
      padding,
      'NHWC',
    );
    const { dims } = window.x;
    if (window.empty)
      return { output: largest(window), argmax: p.full(0, { dims: window.empty, dtype: outputDtype }) as Tensor };
    const counted = includeBatchInIndex ? dims : dims.slice(1);
    const positions = p.reshape(p.iota([sizeOf(counted)], 0, 'int32'), counted);
    const argmax = p.windowPick(p.windowArgMax(window.x, window.params), p.broadcastTo(positions, dims), window.params);
    return { output: largest(window), argmax: p.convert(argmax, outputDtype) as Tensor };
  },
);
