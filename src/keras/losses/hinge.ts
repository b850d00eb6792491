// Hinge losses: margins between classes. Labels are −1 and 1; 0 and 1 are taken as those.
// Owns: functions and classes. All reduce the last axis.
import { add, equal, logicalOr, maximum, multiply, square, subtract, where } from '../../ops/math/elementwise.ts';
import { reduceAll, reduceMax, reduceMean, reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { lossClass } from './loss.ts';
import { checkBroadcast, predictionsAndTargets } from './reduction.ts';

/** Where all labels are 0 or 1, −1 and 1. */
function signs(labels: Tensor): Tensor {
  const binary = reduceAll(logicalOr(equal(labels, 0), equal(labels, 1)));
  return where(binary, subtract(multiply(labels, 2), 1), labels);
}
function margins(yTrue: TensorLike, yPred: TensorLike, name: string): Tensor {
  const [t, q] = predictionsAndTargets(yTrue, yPred);
  checkBroadcast(t, q, name);
  return maximum(subtract(1, multiply(signs(t), q)), 0);
}

/** mean(max(1 − yTrue · yPred, 0)). */
export const hinge = (yTrue: TensorLike, yPred: TensorLike): Tensor => reduceMean(margins(yTrue, yPred, 'hinge'), -1);
/** mean(max(1 − yTrue · yPred, 0)²). */
export const squaredHinge = (yTrue: TensorLike, yPred: TensorLike): Tensor =>
  reduceMean(square(margins(yTrue, yPred, 'squaredHinge')), -1);
/** max(0, 1 + the best wrong class − the right class), labels one-hot. */
export function categoricalHinge(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, q] = predictionsAndTargets(yTrue, yPred);
  checkBroadcast(t, q, 'categoricalHinge');
  const right = reduceSum(multiply(t, q), -1);
  const wrong = reduceMax(multiply(subtract(1, t), q), -1);
  return maximum(add(subtract(wrong, right), 1), 0);
}

export const Hinge = lossClass('Hinge', 'hinge', {}, hinge);
export const SquaredHinge = lossClass('SquaredHinge', 'squared_hinge', {}, squaredHinge);
export const CategoricalHinge = lossClass('CategoricalHinge', 'categorical_hinge', {}, categoricalHinge);
