// tf.sort, tf.argsort, tf.math.topK, tf.searchsorted: order along an axis.
// Owns: axes and directions; the sorting itself is a primitive.
import { asDType, type DType, dtypes } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { normalizeAxis, showShape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertPair, convertToTensor } from './convert.ts';
import { signature } from './signature.ts';

type Direction = 'ASCENDING' | 'DESCENDING';
const descending = (direction: string, name: string): boolean => {
  if (direction !== 'ASCENDING' && direction !== 'DESCENDING')
    throw new ValueError(`${name}: direction ${show(direction)}; wanted 'ASCENDING' or 'DESCENDING'.`);
  return direction === 'DESCENDING';
};

/** Applies `f` to the axis as the last one, and moves it back. */
export function alongLast(x: Value, axis: number, f: (x: Value) => Value): Value {
  const last = x.dims.length - 1;
  if (axis === last) return f(x);
  const order = x.dims.map((_, i) => i);
  order.splice(axis, 1);
  order.push(axis);
  return p.transpose(
    f(p.transpose(x, order)),
    order.map((_, i) => order.indexOf(i)),
  );
}

function sortable(values: TensorLike, name: string): Tensor {
  const x = convertToTensor(values, undefined, name);
  const { kind } = dtypes[x.dtype];
  if (kind === 'string' || kind === 'complex' || kind === 'bool')
    throw new DTypeError(`${name}: dtype ${x.dtype} has no order here; wanted numbers.`);
  if (x.dims.length === 0) throw new ShapeError(`${name}: found a scalar, wanted at least one axis.`);
  return x;
}

/** The elements in order along an axis; NaN counts as the largest. */
export const sort = signature(
  'sort',
  ['values', 'axis', 'direction'],
  (values: TensorLike, axis: number = -1, direction: Direction = 'ASCENDING'): Tensor => {
    const x = sortable(values, 'sort');
    const down = descending(direction, 'sort');
    return alongLast(x, normalizeAxis(axis, x.dims.length, 'sort'), (y) => p.sort(y, down)[0]!) as Tensor;
  },
);
/** Where the elements in order come from; equal ones keep their order. */
export const argsort = signature(
  'argsort',
  ['values', 'axis', 'direction', 'stable'],
  (values: TensorLike, axis: number = -1, direction: Direction = 'ASCENDING', _stable: boolean = false): Tensor => {
    const x = sortable(values, 'argsort');
    const down = descending(direction, 'argsort');
    return alongLast(x, normalizeAxis(axis, x.dims.length, 'argsort'), (y) => p.sort(y, down)[1]!) as Tensor;
  },
);

/** The k largest along the last axis, largest first, and where they are. Of equal ones the first counts as larger. */
export const topK = signature(
  'topK',
  ['input', 'k', 'sorted', 'indexType'],
  (
    input: TensorLike,
    k: number | Tensor = 1,
    _sorted: boolean = true,
    indexType: DType = 'int32',
  ): [values: Tensor, indices: Tensor] => {
    const x = sortable(input, 'topK');
    const count = typeof k === 'number' ? k : k.item();
    const n = x.dims.at(-1)!;
    if (!Number.isInteger(count) || count < 0 || count > n)
      throw new ValueError(
        `topK: k is ${show(count)}; wanted a whole number from 0 to ${n}, the length of the last axis.`,
      );
    const start = x.dims.map(() => 0);
    const limit = [...x.dims.slice(0, -1), count];
    const [values, indices] = p.sort(x, true).map((part) => p.slice(part, start, limit));
    return [values as Tensor, p.convert(indices!, asDType(indexType)) as Tensor];
  },
);

/** Where values would be inserted into rows in order: before equal elements ('left') or behind them ('right'). */
export const searchsorted = signature(
  'searchsorted',
  ['sortedSequence', 'values', 'side', 'outType'],
  (
    sortedSequence: TensorLike,
    values: TensorLike,
    side: 'left' | 'right' = 'left',
    outType: DType = 'int32',
  ): Tensor => {
    const [rows, wanted] = convertPair(sortedSequence, values, 'searchsorted');
    const outer = rows.dims.slice(0, -1);
    if (rows.dims.length === 0 || sizeOf(outer) !== sizeOf(wanted.dims.slice(0, -1)))
      throw new ShapeError(
        `searchsorted: rows of shape ${showShape(rows.dims)} and values ${showShape(wanted.dims)}; wanted as many rows of values as of the sequence.`,
      );
    if (side !== 'left' && side !== 'right')
      throw new ValueError(`searchsorted: side ${show(side)}; wanted 'left' or 'right'.`);
    const [n, count] = [rows.dims.at(-1)!, wanted.dims.at(-1)!];
    const flat = p.reshape(rows, [sizeOf(rows.dims)]);
    const value = p.reshape(wanted, [sizeOf(wanted.dims)]);
    const place = { dims: value.dims, dtype: 'int32' as const };
    // The row of each value begins behind the rows of those before it.
    const begin =
      sizeOf(outer) === 1
        ? p.zerosLike(place)
        : p.reshape(
            p.mul(p.iota([sizeOf(outer), count], 0, 'int32'), p.full(n, { ...place, dims: [sizeOf(outer), count] })),
            value.dims,
          );
    // By halves: so many elements lie before for sure, and as many more as a power of two where the last of those does too.
    let before: Value = p.zerosLike(place);
    for (let step = n === 0 ? 0 : 2 ** Math.floor(Math.log2(n)); step >= 1; step /= 2) {
      const more = p.add(before, p.full(step, place));
      const last = p.sub(p.binary('min', more, p.full(n, place)), p.onesLike(place));
      const element = p.takeRows(flat, p.add(begin, last));
      const isBefore = side === 'left' ? p.compare('less', element, value) : p.not(p.compare('less', value, element));
      const isThere = p.compare('lessEqual', more, p.full(n, place));
      before = p.select(p.binary('and', isThere, isBefore), more, before);
    }
    return p.convert(p.reshape(before, wanted.dims), asDType(outType)) as Tensor;
  },
);

/** The k largest (or smallest) along an axis; here always exact. */
const approximate = (name: string, largest: boolean) =>
  signature(
    name,
    ['operand', 'k', 'reductionDimension', 'recallTarget', 'reductionInputSizeOverride', 'aggregateToTopk'],
    (
      operand: TensorLike,
      count: number | Tensor,
      reductionDimension: number | Tensor = -1,
    ): [values: Tensor, indices: Tensor] => {
      const x = sortable(operand, name);
      const k = asInteger(count, `${name}: k`);
      const axis = normalizeAxis(asInteger(reductionDimension, `${name}: reductionDimension`), x.dims.length, name);
      const parts = [0, 1].map((part) =>
        alongLast(x, axis, (y) =>
          p.slice(
            p.sort(y, largest)[part]!,
            y.dims.map(() => 0),
            [...y.dims.slice(0, -1), k],
          ),
        ),
      );
      return [parts[0] as Tensor, parts[1] as Tensor];
    },
  );
export const approxMaxK = approximate('approxMaxK', true);
export const approxMinK = approximate('approxMinK', false);
/** The k largest (or smallest) along an axis and their places; here always exact. */
export const approxTopK = signature(
  'approxTopK',
  ['input', 'k', 'reductionDimension', 'recallTarget', 'isMaxK', 'reductionInputSizeOverride', 'aggregateToTopk'],
  (
    input: TensorLike,
    k: number | Tensor,
    reductionDimension: number | Tensor = -1,
    _recallTarget: number = 0.95,
    isMaxK: boolean = true,
    _reductionInputSizeOverride: number = -1,
    _aggregateToTopk: boolean = true,
  ): [values: Tensor, indices: Tensor] => (isMaxK ? approxMaxK : approxMinK)(input, k, reductionDimension),
);
