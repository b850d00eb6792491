// Losses of overlap: Dice and Tversky, for segmentation.
// Owns: functions and classes.
import { add, divide, multiply, subtract } from '../../ops/math/elementwise.ts';
import { reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { epsilon } from '../config.ts';
import { either, integer, integers, nullable, number, optional } from '../schema.ts';
import { lossClass } from './loss.ts';
import { checkBroadcast, predictionsAndTargets } from './reduction.ts';

export interface DiceOptions extends Options<{ axis: Axis }> {}
export interface TverskyOptions extends Options<{ alpha: number; beta: number; axis: Axis }> {}

/** 1 − 2 Σ yTrue · yPred / (Σ yTrue + Σ yPred) over axes, all of them by default. */
export function dice(yTrue: TensorLike, yPred: TensorLike, options: DiceOptions = {}): Tensor {
  const [t, q] = predictionsAndTargets(yTrue, yPred);
  checkBroadcast(t, q, 'dice');
  const sum = (x: Tensor): Tensor => reduceSum(x, options.axis ?? null);
  const both = multiply(sum(multiply(t, q)), 2);
  return subtract(1, divide(both, add(add(sum(t), sum(q)), epsilon())));
}

/** 1 − TP / (TP + α FP + β FN) over axes, all of them by default. */
export function tversky(yTrue: TensorLike, yPred: TensorLike, options: TverskyOptions = {}): Tensor {
  const [t, q] = predictionsAndTargets(yTrue, yPred);
  checkBroadcast(t, q, 'tversky');
  const sum = (x: Tensor): Tensor => reduceSum(x, options.axis ?? null);
  const both = sum(multiply(t, q));
  const onlyTrue = multiply(sum(multiply(subtract(1, q), t)), options.alpha ?? 0.5);
  const onlyPredicted = multiply(sum(multiply(q, subtract(1, t))), options.beta ?? 0.5);
  return subtract(1, divide(both, add(add(add(both, onlyTrue), onlyPredicted), epsilon())));
}

const axis = optional(nullable(either(integer(), integers())), null);
export const Dice = lossClass('Dice', 'dice', { axis }, dice);
export const Tversky = lossClass(
  'Tversky',
  'tversky',
  { alpha: optional(number(), 0.5), beta: optional(number(), 0.5), axis },
  tversky,
  'alpha',
);
