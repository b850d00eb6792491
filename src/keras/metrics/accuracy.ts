// Accuracies: how often predictions equal labels.
// Owns: functions and classes.
import { guarded } from '../../base/misuse.ts';
import { expandDims, reshape, squeeze } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { oneHot } from '../../ops/core/create.ts';
import {
  cast,
  equal,
  greater,
  isFinite as isFiniteNumber,
  less,
  logicalAnd,
  where,
} from '../../ops/math/elementwise.ts';
import { argmax, reduceAll, reduceAny, reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { type Parameter, parameter } from '../activations/options.ts';
import { floatx } from '../config.ts';
import { asDType, asFloat, checkBroadcast, squeezeOrExpand } from '../losses/reduction.ts';
import { boolean, integer, number, optional } from '../schema.ts';
import { metricClass } from './reduction.ts';

const asScores = (matches: Tensor): Tensor => cast(matches, floatx());
const best = (x: Tensor): Tensor => argmax(x, -1, { outputType: 'int32' });

/** 1 where yPred equals yTrue. */
export function accuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const q = convertToTensor(yPred, undefined, 'yPred');
  const [t, u] = squeezeOrExpand(asDType(yTrue, q.dtype, 'yTrue'), q);
  checkBroadcast(t, u, 'accuracy');
  return asScores(equal(t, u));
}

/** 1 where yPred is on the side of the threshold that yTrue (0 or 1) says. */
export function binaryAccuracy(
  yTrue: TensorLike,
  yPred: TensorLike,
  threshold?: Parameter<'threshold', number>,
): Tensor {
  const [t, q] = squeezeOrExpand(convertToTensor(yTrue, undefined, 'yTrue'), asFloat(yPred, 'yPred'));
  checkBroadcast(t, q, 'binaryAccuracy');
  return asScores(equal(t, cast(greater(q, parameter(threshold, 'threshold', 0.5)), t.dtype)));
}

/** 1 where the largest of yPred is the largest of yTrue, labels one-hot. */
export function categoricalAccuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const labels = best(convertToTensor(yTrue, undefined, 'yTrue'));
  const q = convertToTensor(yPred, undefined, 'yPred');
  const extra = labels.rank === q.rank;
  const t = extra ? squeeze(labels, -1) : labels;
  const chosen = best(q);
  checkBroadcast(t, chosen, 'categoricalAccuracy');
  const matches = asScores(equal(t, chosen));
  return extra ? reshape(matches, labels.dims) : matches;
}

/** 1 where the largest of yPred is at yTrue, labels class numbers. */
export function sparseCategoricalAccuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const q = asFloat(yPred, 'yPred');
  const labels = asDType(yTrue, q.dtype, 'yTrue');
  const extra = labels.rank === q.rank && labels.dims.at(-1) === 1;
  const t = extra ? squeeze(labels, -1) : labels;
  const chosen = asDType(best(q), t.dtype);
  checkBroadcast(t, chosen, 'sparseCategoricalAccuracy');
  let matches = asScores(equal(t, chosen));
  if (extra) matches = reshape(matches, labels.dims);
  return matches.rank > 1 && matches.dims.at(-1) === 1 ? squeeze(matches, -1) : matches;
}

/** Whether the scores at `labels` (n,) are among the k largest of `scores` (n, classes); ties count as inside. */
function inTopK(labels: Tensor, scores: Tensor, k: number): Tensor {
  const hot = cast(oneHot(cast(labels, 'int32'), scores.dims[1]!), 'bool');
  const own = reduceSum(where(hot, scores, 0), { axis: 1, keepdims: true });
  const better = reduceSum(cast(greater(scores, own), 'int32'), 1);
  const known = logicalAnd(reduceAll(isFiniteNumber(scores), 1), reduceAny(hot, 1));
  return logicalAnd(less(better, k), known);
}
function topK(labels: Tensor, yPred: Tensor, found: (labels: Tensor, scores: Tensor) => Tensor): Tensor {
  const scores = yPred.rank > 2 ? reshape(yPred, [-1, yPred.dims.at(-1)!]) : yPred;
  const flat = labels.rank > 1 ? reshape(labels, [-1]) : labels;
  const matches = asScores(found(flat, scores));
  return labels.rank > 1 ? reshape(matches, labels.dims) : matches;
}

/** 1 where the label (one-hot) is among the k largest of yPred. */
export function topKCategoricalAccuracy(yTrue: TensorLike, yPred: TensorLike, k?: Parameter<'k', number>): Tensor {
  const labels = best(convertToTensor(yTrue, undefined, 'yTrue'));
  return topK(labels, asFloat(yPred, 'yPred'), (t, q) => inTopK(t, q, parameter(k, 'k', 5)));
}

/** 1 where the label (a class number) is among the k largest of yPred, or among the first k of ids already sorted. */
export const sparseTopKCategoricalAccuracy = guarded(
  'metrics.sparseTopKCategoricalAccuracy',
  ['yTrue', 'yPred', 'options'],
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    options: number | { readonly k?: number | undefined; readonly fromSortedIds?: boolean | undefined } = {},
  ): Tensor => {
    const { k = 5, fromSortedIds = false } = typeof options === 'number' ? { k: options } : options;
    if (!fromSortedIds)
      return topK(asDType(yTrue, 'int32', 'yTrue'), asFloat(yPred, 'yPred'), (t, q) => inTopK(t, q, k));
    const ids = convertToTensor(yPred, undefined, 'yPred');
    return topK(asDType(yTrue, ids.dtype, 'yTrue'), ids, (t, q) =>
      reduceAny(equal(expandDims(t, 1), q.at('...', `:${k}`)), 1),
    );
  },
);

export const Accuracy = metricClass('Accuracy', 'accuracy', {}, accuracy);
export const BinaryAccuracy = metricClass(
  'BinaryAccuracy',
  'binary_accuracy',
  { threshold: optional(number(), 0.5) },
  binaryAccuracy,
);
export const CategoricalAccuracy = metricClass('CategoricalAccuracy', 'categorical_accuracy', {}, categoricalAccuracy);
export const SparseCategoricalAccuracy = metricClass(
  'SparseCategoricalAccuracy',
  'sparse_categorical_accuracy',
  {},
  sparseCategoricalAccuracy,
);
const k = optional(integer({ min: 1 }), 5);
export const TopKCategoricalAccuracy = metricClass(
  'TopKCategoricalAccuracy',
  'top_k_categorical_accuracy',
  { k },
  topKCategoricalAccuracy,
  'k',
);
export const SparseTopKCategoricalAccuracy = metricClass(
  'SparseTopKCategoricalAccuracy',
  'sparse_top_k_categorical_accuracy',
  { k, fromSortedIds: optional(boolean, false, { omitFalse: true }) },
  sparseTopKCategoricalAccuracy,
  'k',
);
