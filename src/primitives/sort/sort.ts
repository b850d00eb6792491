// Sorting and cumulative operations along the last axis.
// Owns: rules and references; sorting by digits is in radix.ts. Other axes, arg-sorts, top-k, exclusive forms are compositions in src/ops.
import { type DType, dtypes, isBig, roundInPlace } from '../../base/dtype.ts';
import type { OpaquePrimitive } from '../../graph/primitive.ts';
import type { Value } from '../../graph/value.ts';
import {
  add,
  broadcast,
  type CumulativeKind,
  compare,
  cumulative as cumulate,
  iota,
  mul,
  offset,
  pad,
  reshape,
  scalar,
  scatterRows,
  select,
  slice,
  reverse as turned,
  zerosLike,
} from '../functions.ts';
import { orderOfKeys, sortKeys } from './radix.ts';

/** Positions of a (…, n) index array within the flattened rows: index + row · n. */
function flatPositions(indices: Value, n: number): Value {
  const rows = indices.dims.slice(0, -1).reduce((a, b) => a * b, 1);
  const row = broadcast(iota([rows], 0, 'int32'), [rows, indices.dims.at(-1)!], [0]);
  const flat = reshape(indices, [rows, indices.dims.at(-1)!]);
  return reshape(add(flat, mul(row, offset(zerosLike(row), n))), [rows * indices.dims.at(-1)!]);
}

export const sort: OpaquePrimitive<{ readonly descending: boolean }> = {
  name: 'sort',
  kind: 'opaque',
  infer: ([x]) => [
    { dims: x!.dims, dtype: x!.dtype },
    { dims: x!.dims, dtype: 'int32' },
  ],
  evaluate: ([x], { descending }, [values, indices]) => {
    const n = x!.dims.at(-1)!;
    const keys = sortKeys(x!.data, descending);
    if (keys) {
      const order = new Int32Array(n);
      for (let start = 0; start < keys.length; start += n) {
        orderOfKeys(keys.subarray(start, start + n), order);
        for (let i = 0; i < n; i++) values!.data[start + i] = x!.data[start + order[i]!]!;
        (indices!.data as Int32Array).set(order, start);
      }
      return;
    }
    const source = x!.data as Float64Array;
    // NaN is larger than everything, as in NumPy. TensorFlow compares with NaN as if it were a number: its order then depends on
    // the algorithm, and is none (topK([1, 2, NaN], 1) gives 1).
    const less = (a: number, b: number): boolean => a < b || (Number.isNaN(b) && !Number.isNaN(a));
    const compareAt = descending
      ? (i: number, j: number): number => (less(source[j]!, source[i]!) ? -1 : less(source[i]!, source[j]!) ? 1 : i - j)
      : (i: number, j: number): number =>
          less(source[i]!, source[j]!) ? -1 : less(source[j]!, source[i]!) ? 1 : i - j;
    const order = new Int32Array(n);
    for (let start = 0; start < source.length; start += n) {
      for (let i = 0; i < n; i++) order[i] = start + i;
      order.sort(compareAt);
      for (let i = 0; i < n; i++) {
        (values!.data as Float64Array)[start + i] = source[order[i]!]!;
        indices!.data[start + i] = order[i]! - start;
      }
    }
  },
  vjp: ({ inputs: [x], outputs, cotangents: [g] }) => {
    if (!g) return [null];
    const n = x!.dims.at(-1)!;
    const flat = reshape(zerosLike(x!), [x!.dims.reduce((a, b) => a * b, 1)]);
    const positions = flatPositions(outputs[1]!, n);
    return [reshape(scatterRows(flat, positions, reshape(g, flat.dims), 'add'), x!.dims)];
  },
  samples: () =>
    (['float32', 'float64', 'int32', 'int64', 'uint8'] as const).flatMap((dtype: DType) =>
      [true, false].map((descending) => ({
        inputs: [{ dims: [3, 7], dtype, low: dtypes[dtype].kind === 'uint' ? 0 : -20, high: 20 }],
        params: { descending },
      })),
    ),
};

const COMBINE: Record<
  CumulativeKind,
  { readonly number: (a: number, b: number) => number; readonly big: (a: bigint, b: bigint) => bigint }
> = {
  sum: { number: (a, b) => a + b, big: (a, b) => a + b },
  prod: { number: (a, b) => a * b, big: (a, b) => a * b },
  max: { number: Math.max, big: (a, b) => (a > b ? a : b) },
  min: { number: Math.min, big: (a, b) => (a < b ? a : b) },
};

export const cumulative: OpaquePrimitive<{ readonly combine: CumulativeKind; readonly reverse: boolean }> = {
  name: 'cumulative',
  kind: 'opaque',
  infer: ([x]) => [{ dims: x!.dims, dtype: x!.dtype }],
  evaluate: ([x], { combine, reverse }, [out]) => {
    const n = x!.dims.at(-1)!;
    const [source, target] = [x!.data as Float64Array, out!.data as Float64Array];
    const integers = dtypes[x!.dtype].kind !== 'float';
    const run = (
      isBig(x!.dtype) ? COMBINE[combine].big : integers && combine === 'prod' ? Math.imul : COMBINE[combine].number
    ) as (a: number, b: number) => number;
    const plain = !integers || combine === 'sum' ? (isBig(x!.dtype) ? undefined : combine) : undefined;
    const step = reverse ? -1 : 1;
    for (let start = 0; start < source.length; start += n) {
      const first = reverse ? start + n - 1 : start;
      let value = source[first]!;
      target[first] = value;
      // The usual ones without a call for each element.
      if (plain === 'sum') for (let i = 1, at = first + step; i < n; i++, at += step) target[at] = value += source[at]!;
      else if (plain === 'prod')
        for (let i = 1, at = first + step; i < n; i++, at += step) target[at] = value *= source[at]!;
      else for (let i = 1, at = first + step; i < n; i++, at += step) target[at] = value = run(value, source[at]!);
    }
    roundInPlace(out!.dtype, out!.data);
  },
  vjp: ({ inputs: [x], outputs: [y], params: { combine, reverse }, cotangents: [g] }) => {
    if (combine === 'sum') return [cumulate(g!, 'sum', !reverse)];
    if (combine === 'prod') return [productGradient(g!, x!, y!, reverse)];
    // Each result came from the last position (in running order) that set a new extreme.
    const n = x!.dims.at(-1)!;
    const last = x!.dims.length - 1;
    const set = compare('equal', x!, y!);
    const position = iota(x!.dims, last, 'int32');
    const never = offset(zerosLike(position), reverse ? n : -1);
    const source = cumulate(select(set, position, never), reverse ? 'min' : 'max', reverse);
    const size = x!.dims.reduce((a, b) => a * b, 1);
    return [
      reshape(
        scatterRows(reshape(zerosLike(x!), [size]), flatPositions(source, n), reshape(g!, [size]), 'add'),
        x!.dims,
      ),
    ];
  },
  samples: () =>
    (['sum', 'prod', 'max', 'min'] as const).flatMap((combine) =>
      [true, false].flatMap((reverse) =>
        (['float32', 'float64', 'int32', 'int64'] as const).map((dtype) => ({
          inputs: [{ dims: [2, 5], dtype, low: 1, high: 3 }],
          params: { combine, reverse },
        })),
      ),
    ),
};

/**
 * By x_k: the product of what comes before, times S_k = Σ over i ≥ k of g_i times the factors between. S_k = g_k + x_(k+1)·S_(k+1)
 * is combined pairwise in log n steps, without dividing by x, which may be 0.
 */
function productGradient(g: Value, x: Value, y: Value, reverse: boolean): Value {
  const last = x.dims.length - 1;
  const n = x.dims[last]!;
  if (n === 0) return g;
  if (reverse) {
    const turn = (value: Value): Value => turned(value, [last]);
    return turn(productGradient(turn(g), turn(x), turn(y), false));
  }
  const along = (inner: number): number[] => x.dims.map((_, axis) => (axis === last ? inner : 0));
  const to = (inner: number): number[] => x.dims.map((m, axis) => (axis === last ? inner : m));
  const zero = scalar(0, x.dtype);
  const ahead = (value: Value, by: number): Value => pad(slice(value, along(by), x.dims), zero, along(0), along(by));
  const before = pad(slice(y, along(0), to(n - 1)), scalar(1, x.dtype), along(1), along(0));
  let [factor, sum] = [ahead(x, 1), g];
  for (let step = 1; step < n; step *= 2) {
    sum = add(sum, mul(factor, ahead(sum, step)));
    if (2 * step < n) factor = mul(factor, ahead(factor, step));
  }
  return mul(before, sum);
}
