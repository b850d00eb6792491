// Losses of overlap: Dice and Tversky, for segmentation.
// Owns: functions and classes.

import { signature } from '../../ops/core/signature.ts';
import { add, divide, multiply, subtract } from '../../ops/math/elementwise.ts';
import { reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { epsilon } from '../config.ts';
import { either, integer, integers, nullable, number, optional } from '../schema.ts';
import { lossClass } from './loss.ts';
import { checkBroadcast, predictionsAndTargets } from './reduction.ts';

/** 1 − 2 Σ yTrue · yPred / (Σ yTrue + Σ yPred) over axes, all of them by default. */
export const dice = signature(
  'dice',
  ['yTrue', 'yPred', 'axis'],
  (yTrue: TensorLike, yPred: TensorLike, axis?: Axis): Tensor => {
    const [t, q] = predictionsAndTargets(yTrue, yPred);
    checkBroadcast(t, q, 'dice');
    const sum = (x: Tensor): Tensor => reduceSum(x, axis ?? null);
    const both = multiply(sum(multiply(t, q)), 2);
    return subtract(1, divide(both, add(add(sum(t), sum(q)), epsilon())));
  },
);

/** 1 − TP / (TP + α FP + β FN) over axes, all of them by default. */
export const tversky = signature(
  'tversky',
  ['yTrue', 'yPred', 'alpha', 'beta', 'axis'],
  (yTrue: TensorLike, yPred: TensorLike, alpha: number = 0.5, beta: number = 0.5, axis?: Axis): Tensor => {
    const [t, q] = predictionsAndTargets(yTrue, yPred);
    checkBroadcast(t, q, 'tversky');
    const sum = (x: Tensor): Tensor => reduceSum(x, axis ?? null);
    const both = sum(multiply(t, q));
    const onlyTrue = multiply(sum(multiply(subtract(1, q), t)), alpha);
    const onlyPredicted = multiply(sum(multiply(q, subtract(1, t))), beta);
    return subtract(1, divide(both, add(add(add(both, onlyTrue), onlyPredicted), epsilon())));
  },
);

const axis = optional(nullable(either(integer(), integers())), null);
export const Dice = lossClass('Dice', 'dice', { axis }, dice);
export const Tversky = lossClass(
  'Tversky',
  'tversky',
  { alpha: optional(number(), 0.5), beta: optional(number(), 0.5), axis },
  tversky,
  'alpha',
);
