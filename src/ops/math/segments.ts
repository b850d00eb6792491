// tf.math.segment*, tf.math.unsortedSegment*: reductions over rows with equal numbers.
// Owns: both families. Rows with negative numbers are dropped, as in TensorFlow.
import { type DType, dtypes, isBig, isComplex, isInteger } from '../../base/dtype.ts';
import { DTypeError, ShapeError, ValueError } from '../../base/errors.ts';
import { sameShape, showShape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import type { ScatterMode } from '../../primitives/functions.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { acceptsRagged } from '../ragged/accepts.ts';
import { argument, modulus, polar } from './complex-functions.ts';

type Kind = 'sum' | 'mean' | 'max' | 'min' | 'prod' | 'sqrtN';
const MODE: Record<Kind, ScatterMode> = { sum: 'add', mean: 'add', sqrtN: 'add', max: 'max', min: 'min', prod: 'mul' };

/** What a segment without rows holds before anything is combined into it. */
function initial(kind: Kind, dtype: DType): number | bigint {
  if (kind === 'prod') return isBig(dtype) ? 1n : 1;
  if (kind !== 'max' && kind !== 'min') return isBig(dtype) ? 0n : 0;
  if (dtype === 'int64') return kind === 'max' ? -(2n ** 63n) : 2n ** 63n - 1n;
  if (dtype === 'uint64') return kind === 'max' ? 0n : 2n ** 64n - 1n;
  return kind === 'max' ? dtypes[dtype].min : dtypes[dtype].max;
}

function combined(x: Value, ids: Value, segments: number, kind: Kind, emptyIsZero: boolean, name: string): Tensor {
  if (isComplex(x.dtype) && kind === 'prod') {
    // By sizes and angles.
    const part = (y: Value, how: Kind): Value => combined(y, ids, segments, how, emptyIsZero, name);
    return polar(part(modulus(x), 'prod'), part(argument(x), 'sum')) as Tensor;
  }
  if (isComplex(x.dtype) && (kind === 'max' || kind === 'min'))
    throw new DTypeError(`${name}: found dtype ${x.dtype}, which has no order; wanted real numbers.`);
  if (!sameShape(ids.dims, x.dims.slice(0, ids.dims.length)))
    throw new ShapeError(
      `${name}: segmentIds ${showShape(ids.dims)} are not the first axes of data ${showShape(x.dims)}.`,
    );
  const { elements } = resolve(ids);
  if (elements)
    for (let i = 0; i < elements.length; i++)
      if (Number(elements[i]) >= segments)
        throw new ValueError(`${name}: segment ${elements[i]} at position ${i}; wanted numbers below ${segments}.`);
  const inner = x.dims.slice(ids.dims.length);
  const n = sizeOf(ids.dims);
  const flat = p.reshape(ids, [n]);
  // Rows with negative numbers go to one row more, which is cut off; that row has no number of its own.
  const beyond = p.full(segments, flat);
  const within = elements ? flat : p.select(p.compare('less', flat, beyond), flat, p.full(segments + 1, flat));
  const rows = p.select(p.compare('less', flat, p.zerosLike(flat)), beyond, within);
  const values = p.reshape(x, [n, ...inner]);
  const into = (fill: number | bigint, updates: Value, mode: ScatterMode): Value => {
    const start = p.full(fill, { dims: [segments + 1, ...updates.dims.slice(1)], dtype: updates.dtype });
    const all = p.scatterRows(start, rows, updates, mode);
    return p.slice(
      all,
      all.dims.map(() => 0),
      [segments, ...all.dims.slice(1)],
    );
  };
  const result = into(initial(kind, x.dtype), values, MODE[kind]);
  if (kind === 'sum') return result as Tensor;
  const counted = (): Value => into(0, p.full(1, { dims: [n], dtype: 'int32' }), 'add');
  const spread = (count: Value): Value => p.broadcast(count, result.dims, [0]);
  if (kind === 'mean' || kind === 'sqrtN') {
    const count = counted();
    // Means of whole numbers are those of `/`, unless the segments are in order, where they stay whole.
    const wide = isInteger(x.dtype) && !emptyIsZero ? (dtypes[x.dtype].bits < 32 ? 'float32' : 'float64') : x.dtype;
    if (wide !== x.dtype) return combined(p.convert(x, wide), ids, segments, kind, emptyIsZero, name);
    const divisor = p.convert(p.binary('max', count, p.onesLike(count)), x.dtype);
    return p.div(result, spread(kind === 'mean' ? divisor : p.unary('sqrt', divisor))) as Tensor;
  }
  if (!emptyIsZero || kind === 'prod') return result as Tensor;
  const count = counted();
  return p.select(spread(p.compare('equal', count, p.zerosLike(count))), p.zerosLike(result), result) as Tensor;
}

const sorted = (name: string, kind: Kind) =>
  signature(name, ['data', 'segmentIds'], (data: TensorLike, segmentIds: TensorLike): Tensor => {
    const x = convertToTensor(data, undefined, name);
    const ids = convertToTensor(segmentIds, undefined, `${name}: segmentIds`);
    if (ids.dims.length !== 1)
      throw new ShapeError(
        `${name}: segmentIds have shape ${showShape(ids.dims)}; wanted one number for each row. The unsorted form takes more axes.`,
      );
    const numbers = Array.from(
      known(ids, name, 'Use the unsorted form, which takes numSegments.') as ArrayLike<number>,
      Number,
    );
    numbers.forEach((id, i) => {
      if (id < 0 || id < (numbers[i - 1] ?? 0))
        throw new ValueError(
          `${name}: segmentIds are ${id} at position ${i}, behind ${numbers[i - 1] ?? 'nothing'}; wanted numbers ≥ 0 in order. Use the unsorted form for others.`,
        );
    });
    return combined(x, ids, numbers.length === 0 ? 0 : numbers.at(-1)! + 1, kind, true, name);
  });
export const segmentSum = sorted('segmentSum', 'sum');
export const segmentMean = sorted('segmentMean', 'mean');
export const segmentMax = sorted('segmentMax', 'max');
export const segmentMin = sorted('segmentMin', 'min');
export const segmentProd = sorted('segmentProd', 'prod');

const unsorted = (name: string, kind: Kind) =>
  signature(
    name,
    ['data', 'segmentIds', 'numSegments'],
    (data: TensorLike, segmentIds: TensorLike, numSegments: number | Tensor): Tensor =>
      combined(
        convertToTensor(data, undefined, name),
        convertToTensor(segmentIds, undefined, `${name}: segmentIds`),
        asInteger(numSegments, `${name}: numSegments`),
        kind,
        false,
        name,
      ),
  );
export const unsortedSegmentSum = acceptsRagged(unsorted('unsortedSegmentSum', 'sum'));
export const unsortedSegmentMean = acceptsRagged(unsorted('unsortedSegmentMean', 'mean'));
export const unsortedSegmentMax = acceptsRagged(unsorted('unsortedSegmentMax', 'max'));
export const unsortedSegmentMin = acceptsRagged(unsorted('unsortedSegmentMin', 'min'));
export const unsortedSegmentProd = acceptsRagged(unsorted('unsortedSegmentProd', 'prod'));
/** Sums divided by the square root of the number of rows. */
export const unsortedSegmentSqrtN = acceptsRagged(unsorted('unsortedSegmentSqrtN', 'sqrtN'));
