// keras.ops: medians, quantiles, percentiles, with NaN counted or left out.
// Owns: the places between sorted elements and what stands at them.
import { show, ValueError } from '../../base/errors.ts';
import { normalizeAxis } from '../../base/shape.ts';
import { gather, reshape, transpose } from '../../ops/core/arrange.ts';
import { sort } from '../../ops/core/sorting.ts';
import * as math from '../../ops/math/elementwise.ts';
import { reduceAny, reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { floats, kerasOp, tensor, to } from './define.ts';

type Method = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';

/** Elements of sorted rows (rows, n) at `share` (quantiles) of the way from the first to the last of each row's own `length`. */
function between(sorted: Tensor, length: Tensor | number, share: Tensor, method: Method): Tensor {
  // Positions in double precision, as in Keras: whole ones stay whole.
  const last =
    typeof length === 'number' ? length - 1 : math.maximum(math.subtract(to(length, 'float64'), 1), 0).expandDims(1);
  const place = math.multiply(to(share, 'float64').expandDims(0), last); // (rows or 1, quantiles)
  const at = (places: Tensor): Tensor => {
    const index = to(places, 'int32');
    return index.dims[0] === sorted.dims[0]
      ? gather(sorted, index, { batchDims: 1 })
      : gather(sorted, index.squeeze(0), { axis: 1 });
  };
  const [low, high] = [math.floor(place), math.ceil(place)];
  if (method === 'lower') return at(low);
  if (method === 'higher') return at(high);
  if (method === 'nearest') return at(math.round(place));
  if (method === 'midpoint') return math.multiply(math.add(at(low), at(high)), 0.5);
  if (method !== 'linear')
    throw new ValueError(
      `ops.quantile: method ${show(method)}; wanted 'linear', 'lower', 'higher', 'midpoint' or 'nearest'.`,
    );
  const before = math.maximum(math.subtract(high, 1), 0);
  const after = math.minimum(math.add(before, 1), last);
  const part = to(math.subtract(after, place), sorted.dtype);
  return math.add(math.multiply(at(after), math.subtract(1, part)), math.multiply(at(before), part));
}

function quantiles(
  x: Tensor,
  q: Tensor,
  axis: Axis | undefined,
  method: Method,
  keepdims: boolean,
  skipNan: boolean,
): Tensor {
  const rank = x.dims.length;
  const axes = (
    axis === undefined || axis === null ? x.dims.map((_, i) => i) : typeof axis === 'number' ? [axis] : axis
  ).map((a) => normalizeAxis(a, rank, 'ops.quantile'));
  const kept = x.dims.map((_, i) => i).filter((i) => !axes.includes(i));
  const outer = kept.map((i) => x.dims[i]!);
  const n = axes.reduce((product, i) => product * x.dims[i]!, 1);
  const rows = reshape(transpose(x, [...kept, ...axes]), [outer.reduce((a, b) => a * b, 1), n]);
  if (n === 0) throw new ValueError(`ops.quantile: found no elements along axis ${show(axes)}; wanted at least one.`);
  const share = reshape(q, [-1]);
  const bad = math.isNan(rows);
  let found: Tensor;
  if (skipNan) {
    const present = reduceSum(to(math.logicalNot(bad), 'int32'), { axis: 1 });
    const sorted = sort(math.where(bad, Number.POSITIVE_INFINITY, rows), 1);
    found = math.where(math.equal(present, 0).expandDims(1), Number.NaN, between(sorted, present, share, method));
  } else {
    const any = reduceAny(bad, { axis: 1, keepdims: true });
    found = math.where(any, Number.NaN, between(sort(rows, 1), n, share, method));
  }
  const dims = keepdims ? x.dims.map((m, i) => (axes.includes(i) ? 1 : m)) : outer;
  return reshape(transpose(found, [1, 0]), [...q.dims, ...dims]);
}

const define = (name: string, scale: number, skipNan: boolean) =>
  kerasOp(
    name,
    ['x', 'q', 'axis', 'method', 'keepdims'],
    (x: TensorLike, q: TensorLike, axis?: Axis, method: Method = 'linear', keepdims: boolean = false): Tensor => {
      const share = tensor(q);
      return quantiles(
        floats(x),
        scale === 1 ? share : math.divide(floats(share), scale),
        axis,
        method,
        keepdims,
        skipNan,
      );
    },
  );
export const quantile = define('quantile', 1, false);
export const percentile = define('percentile', 100, false);
export const nanquantile = define('nanquantile', 1, true);
export const nanpercentile = define('nanpercentile', 100, true);

const middle = (name: string, skipNan: boolean) =>
  kerasOp(name, ['x', 'axis', 'keepdims'], (x: TensorLike, axis?: Axis, keepdims: boolean = false): Tensor => {
    const t = floats(x);
    return quantiles(t, to(tensor(0.5), t.dtype), axis, 'linear', keepdims, skipNan);
  });
export const median = middle('median', false);
export const nanmedian = middle('nanmedian', true);
