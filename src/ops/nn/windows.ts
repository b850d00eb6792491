// What convolutions and pools share: strides, paddings and data formats, as TensorFlow writes them.
// Owns: reading of those arguments for any number of spatial axes, and the way to channels-last and back.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import type { Dims } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { asIntegers } from '../core/convert.ts';

/** 'SAME', 'VALID', or the elements before and after each axis, in the order of the data format. */
export type Padding = 'SAME' | 'VALID' | 'same' | 'valid' | readonly (readonly number[])[];
/** One number for all spatial axes, or one for each of them, or one for every axis. */
export type PerAxis = number | readonly number[] | Tensor;

export const channelsFirst = (dataFormat: string | undefined): boolean => dataFormat?.startsWith('NC') ?? false;

/** To (batch, …spatial, channels). */
export function toChannelsLast(x: Value, first: boolean): Value {
  return first ? p.transpose(x, [0, ...x.dims.slice(2).map((_, i) => i + 2), 1]) : x;
}
/** Back to (batch, channels, …spatial). */
export function fromChannelsLast(x: Value, first: boolean): Value {
  return first ? p.transpose(x, [0, x.dims.length - 1, ...x.dims.slice(2).map((_, i) => i + 1)]) : x;
}

/** One number for each spatial axis. */
export function perSpatialAxis(
  given: PerAxis | undefined,
  rank: number,
  first: boolean,
  what: string,
  fallback = 1,
): number[] {
  if (given === undefined) return new Array<number>(rank).fill(fallback);
  const list = asIntegers(given as number, what);
  if (list.some((n) => n < 1)) throw new ValueError(`${what}: found ${show(list)}, wanted numbers ≥ 1.`);
  if (list.length === 1) return new Array<number>(rank).fill(list[0]!);
  if (list.length === rank) return list;
  if (list.length === rank + 2) {
    const channel = first ? 1 : rank + 1;
    if (list[0] !== 1 || list[channel] !== 1)
      throw new ValueError(`${what}: found ${show(list)}; wanted 1 for the batch and channel axes.`);
    return first ? list.slice(2) : list.slice(1, -1);
  }
  throw new ValueError(`${what}: found ${show(list)}, wanted 1, ${rank} or ${rank + 2} numbers.`);
}

/** Elements added before and after each spatial axis. */
export function paddingOf(
  padding: Padding,
  spatial: Dims,
  window: Dims,
  strides: Dims,
  dilation: Dims,
  first: boolean,
  what: string,
): { low: number[]; high: number[] } {
  if (typeof padding !== 'string') {
    const rows = padding.map((row) => asIntegers(row, `${what}: padding`));
    const inner = rows.length === spatial.length ? rows : first ? rows.slice(2) : rows.slice(1, -1);
    if (rows.some((row) => !inner.includes(row) && row.some((n) => n !== 0)))
      throw new ValueError(`${what}: padding ${show(padding)}; wanted [0, 0] for the axes of batch and channels.`);
    if (inner.length !== spatial.length || inner.some((row) => row.length !== 2 || row.some((n) => n < 0)))
      throw new ValueError(`${what}: padding ${show(padding)}; wanted [before, after] for each axis, none negative.`);
    return { low: inner.map((row) => row[0]!), high: inner.map((row) => row[1]!) };
  }
  const kind = padding.toUpperCase();
  if (kind === 'VALID') return { low: spatial.map(() => 0), high: spatial.map(() => 0) };
  if (kind !== 'SAME')
    throw new ValueError(`${what}: padding ${show(padding)}; wanted 'SAME', 'VALID' or explicit paddings.`);
  const total = spatial.map((n, i) =>
    Math.max((Math.ceil(n / strides[i]!) - 1) * strides[i]! + (window[i]! - 1) * dilation[i]! + 1 - n, 0),
  );
  const low = total.map((n) => Math.floor(n / 2));
  return { low, high: total.map((n, i) => n - low[i]!) };
}

/**
 * How often a window fits along each spatial axis. Where it reaches beyond the end, but not by as much as two strides, TensorFlow
 * counts it 0 times, and refuses what is wider.
 */
export function countWindows(
  spatial: Dims,
  window: Dims,
  dilation: Dims,
  strides: Dims,
  low: Dims,
  high: Dims,
  what: string,
): number[] {
  return spatial.map((n, i) => {
    const reach = (window[i]! - 1) * dilation[i]! + 1;
    const padding = low[i]! + high[i]!;
    const count = Math.trunc((n + padding - reach + strides[i]!) / strides[i]!);
    if (count < 0)
      throw new ShapeError(
        `${what}: spatial axis ${i} has length ${n}${padding > 0 ? ` and padding ${padding}` : ''}, less than the window's ${reach}. Use padding 'SAME', a smaller window, or larger input.`,
      );
    return Math.max(count, 0);
  });
}
/** What windows that fit nowhere make: nothing, of the shape that it would have. */
export const nothingOf = (dims: Dims, ...operands: readonly Value[]): Value => {
  // Of the operands, so that their gradients are zeros.
  const parts = operands.map((x) => {
    const none = x.dims.map(() => 0);
    return p.reshape(p.slice(x, none, none), [0]);
  });
  return p.reshape(p.concatenate(parts, 0), dims);
};
