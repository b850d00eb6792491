// Counts of true and false positives and negatives at thresholds, added to variables.
// Owns: sample and label weights, classes, top k, and both ways of counting: into buckets where thresholds are evenly spaced,
// by comparing with each threshold where they are not.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import { broadcastTo, expandDims, reshape, transpose } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import {
  add,
  cast,
  ceil,
  clipByValue,
  greater,
  logicalAnd,
  logicalNot,
  maximum,
  multiply,
  subtract,
  where,
} from '../../ops/math/elementwise.ts';
import { reduceSum } from '../../ops/math/reduce.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { epsilon } from '../config.ts';
import { asDType, squeezeOrExpand } from '../losses/reduction.ts';

export type Condition = 'tp' | 'fp' | 'tn' | 'fn';
export type Counts = { readonly [C in Condition]?: VariableTensor };

/** Lower than any prediction: what stands for classes that are not among the top k. */
export const NEGATIVE_INFINITY = -1e10;

/** Thresholds as a list, checked to lie between 0 and 1. */
export function parseThresholds(
  given: number | readonly number[] | null,
  fallback: number,
  name: string,
): readonly number[] {
  if (given === null) return [fallback];
  const list = typeof given === 'number' ? [given] : [...given];
  const wrong = list.filter((threshold) => !(threshold >= 0 && threshold <= 1));
  if (wrong.length > 0) throw new ValueError(`${name}: thresholds: found ${show(wrong)}, wanted numbers from 0 to 1.`);
  return list;
}

/** n thresholds from 0 to 1, and ends a little beyond where `beyond` is given. */
export function evenThresholds(count: number, beyond = 0): number[] {
  const inner = Array.from({ length: Math.max(count - 2, 0) }, (_, i) => (i + 1) / (count - 1));
  return [0 - beyond, ...inner, 1 + beyond];
}
export const areEven = (thresholds: readonly number[]): boolean =>
  thresholds.length >= 3 &&
  thresholds.every((threshold, i) => {
    const even = i / (thresholds.length - 1);
    return Math.abs(threshold - even) <= epsilon() + 1e-5 * even;
  });

export interface CountOptions {
  readonly thresholds: readonly number[];
  readonly even: boolean;
  readonly topK?: number | null;
  readonly classId?: number | null;
  readonly sampleWeight?: TensorLike | null;
  readonly multiLabel?: boolean;
  readonly labelWeights?: Tensor | null;
}

/** Adds the counts of a batch to the variables. */
export function updateCounts(counts: Counts, yTrue: TensorLike, yPred: TensorLike, options: CountOptions): void {
  const { dtype } = Object.values(counts)[0]!;
  let [q, t] = squeezeOrExpand(asDType(yPred, dtype, 'yPred'), asDType(yTrue, dtype, 'yTrue'));
  if (q.rank !== t.rank || q.dims.some((n, i) => n !== t.dims[i]))
    throw new ShapeError(
      `yTrue has shape ${showShape(t.dims)} and yPred ${showShape(q.dims)}; wanted equal shapes. For labels that are class numbers use tf.oneHot first.`,
    );
  let weight: Tensor | null = null;
  if (options.sampleWeight !== null && options.sampleWeight !== undefined) {
    const given = expandDims(asDType(options.sampleWeight, dtype, 'sampleWeight'), -1);
    weight = squeezeOrExpand(t, given, false)[1];
  }
  if (options.topK !== null && options.topK !== undefined) q = onlyTopK(q, options.topK);
  if (options.classId !== null && options.classId !== undefined) {
    if (q.rank < 2) throw new ShapeError(`classId: yPred has shape ${showShape(q.dims)}, wanted (batch, classes).`);
    const column = options.classId;
    t = t.at('...', [column]);
    q = q.at('...', [column]);
  }
  const wide = weight ? broadcastTo(weight, q.dims) : null;
  const labels = options.labelWeights ? broadcastTo(expandDims(options.labelWeights, 0), q.dims) : null;
  const weights = wide && labels ? multiply(wide, labels) : (wide ?? labels);
  if (options.even) countInBuckets(counts, t, q, weights, options);
  else countByComparing(counts, t, q, weights, options);
}

function onlyTopK(x: Tensor, k: number): Tensor {
  const positions = p.sort(x, true)[1]!;
  const last = x.rank - 1;
  const first = p.slice(
    positions,
    x.dims.map(() => 0),
    x.dims.map((n, axis) => (axis === last ? Math.min(k, n) : n)),
  );
  // (…, k, classes)
  const dims = [...first.dims, x.dims[last]!];
  const hot = p.compare(
    'equal',
    p.broadcast(
      first,
      dims,
      first.dims.map((_, i) => i),
    ),
    p.iota(dims, last + 1, 'int32'),
  );
  const inside = p.reduce('reduceMax', hot, [last]) as Tensor;
  return where(inside, x, NEGATIVE_INFINITY);
}

const addTo = (variable: VariableTensor | undefined, count: Value): void => {
  if (variable) variable.set(p.add(variable.value(), count) as Tensor);
};

/** Each prediction falls between two thresholds; sums from above give the counts at each. */
function countInBuckets(counts: Counts, t: Tensor, q: Tensor, weights: Tensor | null, options: CountOptions): void {
  const { thresholds, multiLabel = false } = options;
  const n = thresholds.length;
  const beyond = thresholds[0]! < 0 || thresholds[n - 1]! > 1;
  const positive = cast(cast(t, 'bool'), t.dtype);
  let isTrue = positive;
  let isFalse = subtract(1, positive);
  if (weights) [isTrue, isFalse] = [multiply(isTrue, weights), multiply(isFalse, weights)];
  let bucket = subtract(ceil(multiply(clipByValue(q, 0, 1), n - 1)), 1);
  if (beyond) bucket = maximum(bucket, 0);
  // One list of counts for each label, or one for all; the first place is for predictions below every threshold.
  const lists = multiLabel ? q.dims[1]! : 1;
  const perList = n + 1;
  let place = add(cast(bucket, 'int32'), 1);
  if (multiLabel)
    place = add(place, multiply(p.broadcast(p.iota([lists], 0, 'int32'), q.dims, [1]) as Tensor, perList));
  const flatPlace = reshape(place, [sizeOf(q.dims)]);
  const summed = (values: Tensor): Tensor => {
    const empty = p.zerosLike({ dims: [lists * perList], dtype: values.dtype });
    const sums = p.scatterRows(empty, flatPlace, p.reshape(values, [sizeOf(q.dims)]), 'add');
    const inside = p.slice(p.reshape(sums, [lists, perList]), [0, 1], [lists, perList]);
    const above = p.cumulative(inside, 'sum', true) as Tensor;
    return multiLabel ? transpose(above) : reshape(above, [n]);
  };
  const [tp, fp] = [summed(isTrue), summed(isFalse)];
  addTo(counts.tp, tp);
  addTo(counts.fp, fp);
  const axes = multiLabel ? [0] : null;
  if (counts.tn) addTo(counts.tn, subtract(reduceSum(isFalse, axes), fp));
  if (counts.fn) addTo(counts.fn, subtract(reduceSum(isTrue, axes), tp));
}

/** Every prediction against every threshold. */
function countByComparing(counts: Counts, t: Tensor, q: Tensor, weights: Tensor | null, options: CountOptions): void {
  const { thresholds, multiLabel = false } = options;
  const n = thresholds.length;
  // (thresholds, predictions), or (thresholds, batch, labels)
  const shape = (x: Tensor): Tensor => (multiLabel ? expandDims(x, 0) : reshape(x, [1, -1]));
  const limits = reshape(convertToTensor([...thresholds], q.dtype), multiLabel ? [n, 1, 1] : [n, 1]);
  const above = greater(shape(q), limits);
  const isTrue = shape(cast(t, 'bool'));
  const spread = weights ? shape(weights) : null;
  const count = (of: Tensor): Value => reduceSum(spread ? where(of, spread, 0) : cast(of, q.dtype), 1);
  if (counts.tp) addTo(counts.tp, count(logicalAnd(isTrue, above)));
  if (counts.fn) addTo(counts.fn, count(logicalAnd(isTrue, logicalNot(above))));
  if (counts.fp) addTo(counts.fp, count(logicalAnd(logicalNot(isTrue), above)));
  if (counts.tn) addTo(counts.tn, count(logicalNot(isTrue.logicalOr(above))));
}
