// Cross-entropies between labels and probabilities or logits, and their relatives of two distributions.
// Owns: functions and classes. Probabilities that came out of softmax or sigmoid are traced back to their logits, as Keras
// does it; the stable forms stand in src/ops/nn.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { normalizeAxis, sameShape, showShape } from '../../base/shape.ts';
import { expandDims, reshape, squeeze } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { oneHot } from '../../ops/core/create.ts';
import { signature } from '../../ops/core/signature.ts';
import {
  add,
  cast,
  clipByValue,
  divide,
  log,
  multiply,
  negative,
  notEqual,
  pow,
  subtract,
  where,
} from '../../ops/math/elementwise.ts';
import { reduceMean, reduceSum } from '../../ops/math/reduce.ts';
import {
  sigmoidCrossEntropyWithLogits,
  softmaxCrossEntropyWithLogits,
  sparseSoftmaxCrossEntropyWithLogits,
} from '../../ops/nn/cross-entropy.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { type Parameter, parameter } from '../activations/options.ts';
import { logitsOf, setMask } from '../annotations.ts';
import { epsilon } from '../config.ts';
import { boolean, either, integer, integers, nullable, number, optional } from '../schema.ts';
import { lossClass } from './loss.ts';
import { asFloat, checkBroadcast, checkSameShape, predictionsAndTargets } from './reduction.ts';

/** Probabilities away from 0 and 1, so that logarithms stay finite. */
export const clipped = (probabilities: Tensor): Tensor => clipByValue(probabilities, epsilon(), 1 - epsilon());
/** Labels moved towards the same for all classes. */
export const smoothed = (labels: Tensor, smoothing: number, classes: number): Tensor =>
  smoothing === 0 ? labels : add(multiply(labels, 1 - smoothing), smoothing / classes);

/** −yTrue log yPred − (1 − yTrue) log(1 − yPred), elementwise. */
export function binaryElements(yTrue: Tensor, yPred: Tensor, fromLogits: boolean, name: string): Tensor {
  checkSameShape(yTrue, yPred, name);
  const logits = fromLogits ? yPred : logitsOf(yPred);
  if (logits) return sigmoidCrossEntropyWithLogits(yTrue, logits);
  const q = clipped(yPred);
  return negative(add(multiply(yTrue, log(q)), multiply(subtract(1, yTrue), log(subtract(1, q)))));
}

/** mean(−yTrue log yPred − (1 − yTrue) log(1 − yPred)) along an axis. */
export const binaryCrossentropy = signature(
  'binaryCrossentropy',
  ['yTrue', 'yPred', 'fromLogits', 'labelSmoothing', 'axis'],
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    fromLogits: boolean = false,
    labelSmoothing: number = 0,
    axis: number | readonly number[] = -1,
  ): Tensor => {
    const [labels, q] = predictionsAndTargets(yTrue, yPred);
    const t = smoothed(labels, labelSmoothing, 2);
    return reduceMean(binaryElements(t, q, fromLogits, 'binaryCrossentropy'), axis);
  },
);

/** −Σ yTrue log yPred along an axis, labels one-hot or probabilities. */
export const categoricalCrossentropy = signature(
  'categoricalCrossentropy',
  ['yTrue', 'yPred', 'fromLogits', 'labelSmoothing', 'axis'],
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    fromLogits: boolean = false,
    labelSmoothing: number = 0,
    axis: number = -1,
  ): Tensor => {
    const name = 'categoricalCrossentropy';
    const [labels, q] = predictionsAndTargets(yTrue, yPred);
    if (q.rank === 0 || !sameShape(labels.dims, q.dims))
      throw new ShapeError(
        `${name}: yTrue has shape ${showShape(labels.dims)} and yPred ${showShape(q.dims)}; wanted equal shapes, labels one-hot. For labels that are class numbers use sparseCategoricalCrossentropy.`,
      );
    const t = smoothed(labels, labelSmoothing, labels.dims.at(-1)!);
    const logits = fromLogits ? q : logitsOf(q);
    if (logits) return softmaxCrossEntropyWithLogits(t, logits, axis);
    const normalized = divide(q, reduceSum(q, { axis, keepdims: true }));
    return negative(reduceSum(multiply(t, log(clipped(normalized))), axis));
  },
);

/** −log yPred[yTrue] along the last axis, labels class numbers. */
export const sparseCategoricalCrossentropy = signature(
  'sparseCategoricalCrossentropy',
  ['yTrue', 'yPred', 'fromLogits', 'ignoreClass', 'axis'],
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    fromLogits: boolean = false,
    ignoreClass?: number | null,
    axis: number = -1,
  ): Tensor => {
    const name = 'sparseCategoricalCrossentropy';
    let q = asFloat(yPred, 'yPred');
    let labels = convertToTensor(yTrue, undefined, 'yTrue');
    const last = normalizeAxis(axis, Math.max(q.rank, 1), name);
    if (last !== q.rank - 1)
      throw new ValueError(
        `${name}: axis is ${show(axis)} for yPred of shape ${showShape(q.dims)}; wanted the last axis.`,
      );
    if (labels.rank === q.rank && labels.dims.at(-1) === 1) labels = squeeze(labels, -1);
    if (!sameShape(labels.dims, q.dims.slice(0, -1)))
      throw new ShapeError(
        `${name}: yTrue has shape ${showShape(labels.dims)} and yPred ${showShape(q.dims)}; wanted yTrue of shape ${showShape(q.dims.slice(0, -1))}, a class number for each row of yPred. For one-hot labels use categoricalCrossentropy.`,
      );
    let t = cast(labels, 'int32');
    const logits = fromLogits ? q : logitsOf(q);
    q = logits ?? q;
    let valid: Tensor | null = null;
    if (ignoreClass !== undefined && ignoreClass !== null) {
      valid = notEqual(t, ignoreClass);
      t = where(valid, t, 0);
      q = where(expandDims(valid, -1), q, 0);
    }
    const losses = sparseSoftmaxCrossEntropyWithLogits(t, logits ? q : log(clipped(q)));
    if (!valid) return losses;
    const result = where(valid, losses, 0);
    setMask(result, reshape(valid, result.dims));
    return result;
  },
);

/** Σ yTrue log(yTrue / yPred) along the last axis. */
export function klDivergence(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const given = predictionsAndTargets(yTrue, yPred);
  checkBroadcast(...given, 'klDivergence');
  const [t, q] = given.map((x) => clipByValue(x, epsilon(), 1)) as [Tensor, Tensor];
  return reduceSum(multiply(t, log(divide(t, q))), -1);
}

/** (1 − p^q) / q, p the probability of the right class; between cross-entropy (q → 0) and the absolute error (q = 1). */
export function categoricalGeneralizedCrossEntropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  q?: Parameter<'q', number>,
): Tensor {
  const prediction = asFloat(yPred, 'yPred');
  const power = parameter(q, 'q', 0.5);
  const labels = cast(convertToTensor(yTrue, undefined, 'yTrue'), 'int32');
  const hot = oneHot(labels, prediction.dims.at(-1)!, { dtype: prediction.dtype });
  const right = reduceSum(multiply(prediction, hot), -1);
  return divide(subtract(1, pow(right, power)), power);
}

const fromLogits = optional(boolean, false);
const labelSmoothing = optional(number({ min: 0, max: 1 }), 0);
const axis = optional(integer(), -1);
/** @example tf.keras.losses.BinaryCrossentropy({ fromLogits: true })(yTrue, logits) */
export const BinaryCrossentropy = lossClass(
  'BinaryCrossentropy',
  'binary_crossentropy',
  { fromLogits, labelSmoothing, axis: optional(either(integer(), integers()), -1) },
  binaryCrossentropy,
  'fromLogits',
);
export const CategoricalCrossentropy = lossClass(
  'CategoricalCrossentropy',
  'categorical_crossentropy',
  { fromLogits, labelSmoothing, axis },
  categoricalCrossentropy,
  'fromLogits',
);
export const SparseCategoricalCrossentropy = lossClass(
  'SparseCategoricalCrossentropy',
  'sparse_categorical_crossentropy',
  { fromLogits, ignoreClass: optional(nullable(integer()), null), axis: optional(integer(), -1, { internal: true }) },
  sparseCategoricalCrossentropy,
  'fromLogits',
);
export const KLDivergence = lossClass('KLDivergence', 'kl_divergence', {}, klDivergence);
export const CategoricalGeneralizedCrossEntropy = lossClass(
  'CategoricalGeneralizedCrossEntropy',
  'categorical_generalized_cross_entropy',
  { q: optional(number({ min: 0, max: 1, open: 'both' }), 0.5) },
  categoricalGeneralizedCrossEntropy,
  'q',
);
