// tf.sort, tf.argsort, tf.math.topK, tf.searchsorted: order along an axis.
// Owns: axes and directions; the sorting itself is a primitive.
import { asDType, type DType, dtypes } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { normalizeAxis, showShape, sizeOf } from '../../base/shape.ts';
import type { HostFunction } from '../../graph/primitive.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertPair, convertToTensor } from './convert.ts';
import { hostFunction, store } from './host.ts';
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

/** By halves: of n elements in order log n are looked at. */
const searching = (side: 'left' | 'right') => {
  const made = new Map<DType, HostFunction>();
  const search = (dtype: DType): HostFunction =>
    hostFunction(
      'searchsorted',
      ([, wanted]) => [{ dims: wanted!.dims, dtype }],
      ([rows, wanted], [out]) => {
        const [row, value] = [rows!.data as ArrayLike<number>, wanted!.data as ArrayLike<number>];
        const [n, count] = [rows!.dims.at(-1)!, wanted!.dims.at(-1)!];
        const places = new Float64Array(value.length);
        for (let i = 0; i < value.length; i++) {
          const start = Math.floor(i / count) * n;
          const x = value[i]!;
          let [low, high] = [start, start + n];
          while (low < high) {
            const middle = (low + high) >> 1;
            const isBefore = side === 'left' ? row[middle]! < x : !(x < row[middle]!);
            if (isBefore) low = middle + 1;
            else high = middle;
          }
          places[i] = low - start;
        }
        store(out!, places);
      },
    );
  return (dtype: DType): HostFunction => {
    const known = made.get(dtype) ?? search(dtype);
    made.set(dtype, known);
    return known;
  };
};
const searches = { left: searching('left'), right: searching('right') };

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
    return p.customCall(searches[side](asDType(outType)), [rows, wanted])[0] as Tensor;
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
