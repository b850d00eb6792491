// Losses of numbers: squared, absolute, relative and logarithmic errors, Huber, log-cosh, Poisson, cosine similarity.
// Owns: functions and classes. All reduce the last axis: (batch, …, d) → (batch, …).
import {
  abs,
  add,
  cast,
  divide,
  log,
  maximum,
  minimum,
  multiply,
  negative,
  rsqrt,
  square,
  subtract,
  where,
} from '../../ops/math/elementwise.ts';
import { reduceMean, reduceSum } from '../../ops/math/reduce.ts';
import { softplus } from '../../ops/nn/activations.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { type Parameter, parameter } from '../activations/options.ts';
import { epsilon } from '../config.ts';
import { either, integer, integers, nullable, number, optional } from '../schema.ts';
import { lossClass } from './loss.ts';
import { checkBroadcast, matched, predictionsAndTargets } from './reduction.ts';

const meanOverLast = (x: Tensor): Tensor => reduceMean(x, -1);

/** mean((yTrue − yPred)²). */
export function meanSquaredError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, q] = matched(yTrue, yPred, 'meanSquaredError');
  return meanOverLast(square(subtract(t, q)));
}
/** mean(|yTrue − yPred|). */
export function meanAbsoluteError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, q] = matched(yTrue, yPred, 'meanAbsoluteError');
  return meanOverLast(abs(subtract(t, q)));
}
/** 100 · mean(|yTrue − yPred| / |yTrue|). */
export function meanAbsolutePercentageError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, q] = matched(yTrue, yPred, 'meanAbsolutePercentageError');
  return multiply(meanOverLast(abs(divide(subtract(t, q), maximum(abs(t), epsilon())))), 100);
}
/** mean((log(yTrue + 1) − log(yPred + 1))²). */
export function meanSquaredLogarithmicError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, q] = matched(yTrue, yPred, 'meanSquaredLogarithmicError');
  // Keras's smallest number is a float32 here, so that half precision becomes single precision.
  const wide = (x: Tensor): Tensor => (x.dtype === 'float64' ? x : cast(x, 'float32'));
  const logarithm = (x: Tensor): Tensor => log(add(maximum(wide(x), epsilon()), 1));
  return meanOverLast(square(subtract(logarithm(q), logarithm(t))));
}
/** x over its norm along an axis, 0 staying 0. */
export function unitVectors(x: Tensor, axis: Axis): Tensor {
  const inverse = rsqrt(reduceSum(square(x), { axis, keepdims: true }));
  return multiply(x, minimum(inverse, 1 / epsilon()));
}
/** −cos of the angle between yTrue and yPred along an axis, several or all (null): −1 where they point the same way. */
export function cosineSimilarity(yTrue: TensorLike, yPred: TensorLike, axis?: Parameter<'axis', Axis>): Tensor {
  const [t, q] = matched(yTrue, yPred, 'cosineSimilarity');
  const at = parameter(axis, 'axis', -1);
  return negative(reduceSum(multiply(unitVectors(t, at), unitVectors(q, at)), at));
}
/** mean of error² / 2 where |error| ≤ δ, δ |error| − δ² / 2 beyond. */
export function huber(yTrue: TensorLike, yPred: TensorLike, delta?: Parameter<'delta', number>): Tensor {
  const [t, q] = matched(yTrue, yPred, 'huber');
  const d = parameter(delta, 'delta', 1);
  const error = subtract(q, t);
  const size = abs(error);
  const outside = subtract(multiply(size, d), 0.5 * d * d);
  return meanOverLast(where(size.lessEqual(d), multiply(square(error), 0.5), outside));
}
/** mean(log(cosh(yPred − yTrue))). */
export function logCosh(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, q] = matched(yTrue, yPred, 'logCosh');
  const x = subtract(q, t);
  return meanOverLast(subtract(add(x, softplus(multiply(x, -2))), Math.LN2));
}
/** mean(yPred − yTrue · log(yPred)). */
export function poisson(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, q] = predictionsAndTargets(yTrue, yPred);
  checkBroadcast(t, q, 'poisson');
  return meanOverLast(subtract(q, multiply(t, log(add(q, epsilon())))));
}

/** @example tf.keras.losses.MeanSquaredError()(yTrue, yPred) */
export const MeanSquaredError = lossClass('MeanSquaredError', 'mean_squared_error', {}, meanSquaredError);
export const MeanAbsoluteError = lossClass('MeanAbsoluteError', 'mean_absolute_error', {}, meanAbsoluteError);
export const MeanAbsolutePercentageError = lossClass(
  'MeanAbsolutePercentageError',
  'mean_absolute_percentage_error',
  {},
  meanAbsolutePercentageError,
);
export const MeanSquaredLogarithmicError = lossClass(
  'MeanSquaredLogarithmicError',
  'mean_squared_logarithmic_error',
  {},
  meanSquaredLogarithmicError,
);
// Keras leaves the parameters of these two out of their configs.
const axis = optional(nullable(either(integer(), integers())), -1, { internal: true });
export const CosineSimilarity = lossClass('CosineSimilarity', 'cosine_similarity', { axis }, cosineSimilarity, 'axis');
const delta = optional(number(), 1, { internal: true });
export const Huber = lossClass('Huber', 'huber_loss', { delta }, huber, 'delta');
export const LogCosh = lossClass('LogCosh', 'log_cosh', {}, logCosh);
export const Poisson = lossClass('Poisson', 'poisson', {}, poisson);
