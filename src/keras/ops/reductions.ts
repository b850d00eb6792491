// keras.ops: sums, means, extremes, running totals.
// Owns: Keras's dtypes of results (sums of small integers widen, means of integers are floats) and what tf does not have.
import { type DType, dtypes } from '../../base/dtype.ts';
import { reshape, transpose } from '../../ops/core/arrange.ts';
import { linspace, onesLike } from '../../ops/core/create.ts';
import * as math from '../../ops/math/elementwise.ts';
import * as reduce from '../../ops/math/reduce.ts';
import * as scans from '../../ops/math/scans.ts';
import { unsortedSegmentSum } from '../../ops/math/segments.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { floats, isFloating, kerasOp, promoted, tensor, to } from './define.ts';

/** The dtype of sums: bool and small integers widen to 32 bits. */
const summed = (x: Tensor): Tensor => {
  const { kind, bits } = dtypes[x.dtype];
  if (x.dtype === 'bool') return to(x, 'int32');
  if (kind === 'int' && bits < 32) return to(x, 'int32');
  if (kind === 'uint' && bits < 32) return to(x, 'uint32');
  return x;
};
type Reduce = (x: TensorLike, options: { axis: Axis; keepdims: boolean }) => Tensor;
const define = (name: string, prepare: (x: Tensor) => Tensor, f: Reduce) =>
  kerasOp(
    name,
    ['x', 'axis', 'keepdims'],
    (x: TensorLike, axis?: Axis, keepdims: boolean = false): Tensor =>
      f(prepare(tensor(x)), { axis: axis ?? null, keepdims }),
  );
const same = (x: Tensor): Tensor => x;
const bool = (x: Tensor): Tensor => to(x, 'bool');
const numeric = (x: Tensor): Tensor => (x.dtype === 'bool' ? to(x, 'int32') : x);

export const sum = define('sum', summed, reduce.reduceSum);
export const prod = kerasOp(
  'prod',
  ['x', 'axis', 'keepdims', 'dtype'],
  (x: TensorLike, axis?: Axis, keepdims: boolean = false, dtype?: DType): Tensor =>
    reduce.reduceProd(dtype === undefined ? summed(tensor(x)) : to(tensor(x), dtype), { axis: axis ?? null, keepdims }),
);
export const mean = define('mean', floats, reduce.reduceMean);
export const std = define('std', floats, reduce.reduceStd);
export const variance = define('var', floats, reduce.reduceVariance);
const extreme = (name: string, f: Reduce, combine: (a: TensorLike, b: TensorLike) => Tensor) =>
  kerasOp(
    name,
    ['x', 'axis', 'keepdims', 'initial'],
    (x: TensorLike, axis?: Axis, keepdims: boolean = false, initial?: TensorLike): Tensor => {
      const given = tensor(x);
      const result = f(numeric(given), { axis: axis ?? null, keepdims });
      const started = initial === undefined ? result : combine(result, initial);
      return given.dtype === 'bool' ? to(started, 'bool') : started;
    },
  );
export const max = extreme('max', reduce.reduceMax, math.maximum);
export const min = extreme('min', reduce.reduceMin, math.minimum);
export const amax = max;
export const amin = min;
export const any = define('any', bool, reduce.reduceAny);
export const all = define('all', bool, reduce.reduceAll);
export const logsumexp = define('logsumexp', floats, reduce.reduceLogsumexp);
export const countNonzero = kerasOp(
  'countNonzero',
  ['x', 'axis'],
  (x: TensorLike, axis?: Axis): Tensor => reduce.countNonzero(tensor(x), { axis: axis ?? null, dtype: 'int32' }),
);
/** The largest less the smallest. */
export const ptp = define('ptp', same, (x, options) =>
  math.subtract(reduce.reduceMax(x, options), reduce.reduceMin(x, options)),
);

const argument = (name: string, f: typeof reduce.argmax) =>
  kerasOp(name, ['x', 'axis', 'keepdims'], (x: TensorLike, axis?: number, keepdims: boolean = false): Tensor => {
    const t = numeric(tensor(x));
    const flat = axis === undefined ? reshape(t, [-1]) : t;
    const found = f(flat, axis ?? 0, { outputType: 'int32' });
    if (!keepdims) return found;
    if (axis === undefined)
      return reshape(
        found,
        t.shape.map(() => 1),
      );
    return found.expandDims(axis < 0 ? axis + t.shape.length : axis);
  });
export const argmax = argument('argmax', reduce.argmax);
export const argmin = argument('argmin', reduce.argmin);

/** The weighted mean. */
export const average = kerasOp(
  'average',
  ['x', 'axis', 'weights'],
  (x: TensorLike, axis?: Axis, weights?: TensorLike): Tensor => {
    const t = floats(x);
    if (weights === undefined) return reduce.reduceMean(t, { axis: axis ?? null });
    let [values, w] = promoted(t, floats(weights)) as [Tensor, Tensor];
    if (w.shape.length === 1 && values.shape.length > 1 && typeof axis === 'number') {
      const at = axis < 0 ? axis + values.shape.length : axis;
      w = reshape(
        w,
        values.shape.map((_, i) => (i === at ? -1 : 1)),
      );
    }
    values = math.multiply(values, w);
    const total = math.multiply(onesLike(values), w);
    return math.divide(
      reduce.reduceSum(values, { axis: axis ?? null }),
      reduce.reduceSum(total, { axis: axis ?? null }),
    );
  },
);

const running = (name: string, f: typeof scans.cumsum) =>
  kerasOp(name, ['x', 'axis', 'dtype'], (x: TensorLike, axis?: number, dtype?: DType): Tensor => {
    const t = dtype === undefined ? numeric(tensor(x)) : to(tensor(x), dtype);
    return axis === undefined ? f(reshape(t, [-1]), 0) : f(t, axis);
  });
export const cumsum = running('cumsum', scans.cumsum);
export const cumprod = running('cumprod', scans.cumprod);

// ── NaN left out ────────────────────────────────────────────────────────────────────────────────────────────────

const without = (x: TensorLike, fill: number): Tensor => {
  const t = tensor(x);
  return isFloating(t.dtype) ? math.where(math.isNan(t), fill, t) : t;
};
const present = (x: TensorLike): Tensor => {
  const t = floats(x);
  return to(math.logicalNot(math.isNan(t)), t.dtype);
};
const noNan = (name: string, fill: number, f: Reduce) => define(name, (x) => summed(without(x, fill)), f);
export const nansum = noNan('nansum', 0, reduce.reduceSum);
export const nanprod = noNan('nanprod', 1, reduce.reduceProd);
const nanExtreme = (name: string, fill: number, f: Reduce) =>
  define(name, same, (x, options) => {
    const result = f(without(x, fill), options);
    return isFloating(result.dtype)
      ? math.where(math.equal(reduce.reduceSum(present(x), options), 0), Number.NaN, result)
      : result;
  });
export const nanmax = nanExtreme('nanmax', Number.NEGATIVE_INFINITY, reduce.reduceMax);
export const nanmin = nanExtreme('nanmin', Number.POSITIVE_INFINITY, reduce.reduceMin);
export const nanmean = define('nanmean', floats, (x, options) =>
  math.divide(reduce.reduceSum(without(x, 0), options), reduce.reduceSum(present(x), options)),
);
export const nanvar = define('nanvar', floats, (x, options) => {
  const kept = present(x);
  const wide = { ...options, keepdims: true };
  const centre = math.divide(reduce.reduceSum(without(x, 0), wide), reduce.reduceSum(kept, wide));
  const distance = math.multiply(math.square(math.subtract(without(x, 0), centre)), kept);
  return math.divide(reduce.reduceSum(distance, options), reduce.reduceSum(kept, options));
});
export const nanstd = define('nanstd', floats, (x, options) => math.sqrt(nanvar(x, options)));
export const nancumsum = kerasOp(
  'nancumsum',
  ['x', 'axis', 'dtype'],
  (x: TensorLike, axis?: number, dtype?: DType): Tensor => cumsum(without(x, 0), axis, dtype),
);
export const nancumprod = kerasOp(
  'nancumprod',
  ['x', 'axis', 'dtype'],
  (x: TensorLike, axis?: number, dtype?: DType): Tensor => cumprod(without(x, 1), axis, dtype),
);
export const nanargmax = kerasOp(
  'nanargmax',
  ['x', 'axis', 'keepdims'],
  (x: TensorLike, axis?: number, keepdims: boolean = false): Tensor =>
    argmax(without(x, Number.NEGATIVE_INFINITY), axis, keepdims),
);
export const nanargmin = kerasOp(
  'nanargmin',
  ['x', 'axis', 'keepdims'],
  (x: TensorLike, axis?: number, keepdims: boolean = false): Tensor =>
    argmin(without(x, Number.POSITIVE_INFINITY), axis, keepdims),
);

// ── Differences and integrals ───────────────────────────────────────────────────────────────────────────────────

const part = (x: Tensor, axis: number, from: number, until: number | null): Tensor =>
  x.at(...x.shape.map((_, i) => (i === axis ? (`${from}:${until ?? ''}` as const) : (':' as const))));
export const diff = kerasOp('diff', ['a', 'n', 'axis'], (a: TensorLike, n: number = 1, axis: number = -1): Tensor => {
  let x = tensor(a);
  const at = axis < 0 ? axis + x.shape.length : axis;
  for (let i = 0; i < n; i++) {
    const [later, earlier] = [part(x, at, 1, null), part(x, at, 0, -1)];
    x = x.dtype === 'bool' ? math.notEqual(later, earlier) : math.subtract(later, earlier);
  }
  return x;
});
/** The integral by trapezoids. */
export const trapezoid = kerasOp(
  'trapezoid',
  ['y', 'x', 'dx', 'axis'],
  (y: TensorLike, x?: TensorLike, dx: TensorLike = 1, axis: number = -1): Tensor => {
    const values = floats(y);
    const at = axis < 0 ? axis + values.shape.length : axis;
    const widths = x === undefined ? to(tensor(dx), values.dtype) : diff(floats(x), 1, -1);
    const shaped =
      widths.shape.length === 1 && values.shape.length > 1
        ? reshape(
            widths,
            values.shape.map((_, i) => (i === at ? -1 : 1)),
          )
        : widths;
    const sums = math.add(part(values, at, 1, null), part(values, at, 0, -1));
    return reduce.reduceSum(math.multiply(math.multiply(sums, 0.5), shaped), { axis: at });
  },
);
/** Correlations of rows. */
export const corrcoef = kerasOp('corrcoef', ['x'], (x: TensorLike): Tensor => {
  const t = floats(x);
  const centred = math.subtract(t, reduce.reduceMean(t, -1, { keepdims: true }));
  const covariance = centred.matmul(transpose(centred));
  const deviation = math.sqrt(reduce.reduceSum(math.square(centred), { axis: -1 }));
  return math.divide(covariance, math.multiply(deviation.expandDims(1), deviation.expandDims(0)));
});
/** Counts in equal bins, and their edges. */
export const histogram = kerasOp(
  'histogram',
  ['x', 'bins', 'range'],
  (x: TensorLike, bins: number = 10, range?: readonly [number, number]): [counts: Tensor, edges: Tensor] => {
    const t = reshape(tensor(x), [-1]);
    const wide = floats(t);
    const [low, high] = range
      ? (range.map((end) => to(tensor(end), wide.dtype)) as [Tensor, Tensor])
      : [reduce.reduceMin(wide), reduce.reduceMax(wide)];
    // Edges have the dtype of the elements, as in Keras: those of integers are cut.
    const edges = to(linspace(low, high, bins + 1), t.dtype);
    const within = math.logicalAnd(math.greaterEqual(wide, low), math.lessEqual(wide, high));
    const inner = edges.at('1:-1');
    const bin = reduce.reduceSum(to(math.greaterEqual(t.expandDims(1), inner.expandDims(0)), 'int32'), { axis: 1 });
    const counts = unsortedSegmentSum(to(within, t.dtype), bin, bins);
    return [counts, edges];
  },
);
