// Focal cross-entropies: easy examples count less (Lin et al., 2018).
// Owns: functions and classes.

import { signature } from '../../ops/core/signature.ts';
import { add, divide, log, multiply, negative, pow, subtract } from '../../ops/math/elementwise.ts';
import { reduceMean, reduceSum } from '../../ops/math/reduce.ts';
import { softmax } from '../../ops/nn/softmax.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { sigmoid } from '../activations/smooth.ts';
import { boolean, either, integer, integers, list, number, optional } from '../schema.ts';
import { binaryElements, clipped, smoothed } from './cross-entropy.ts';
import { lossClass } from './loss.ts';
import { checkBroadcast, predictionsAndTargets } from './reduction.ts';

/** mean((1 − p)^γ · binary cross-entropy) along an axis, p the probability of the right class. */
export const binaryFocalCrossentropy = signature(
  'binaryFocalCrossentropy',
  ['yTrue', 'yPred', 'applyClassBalancing', 'alpha', 'gamma', 'fromLogits', 'labelSmoothing', 'axis'],
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    applyClassBalancing: boolean = false,
    alpha: number = 0.25,
    gamma: number = 2,
    fromLogits: boolean = false,
    labelSmoothing: number = 0,
    axis: number | readonly number[] = -1,
  ): Tensor => {
    const [labels, given] = predictionsAndTargets(yTrue, yPred);
    const t = smoothed(labels, labelSmoothing, 2);
    // Keras's sigmoid: binaryElements finds the logits again.
    const q = fromLogits ? sigmoid(given) : given;
    const losses = binaryElements(t, q, false, 'binaryFocalCrossentropy');
    const right = add(multiply(t, q), multiply(subtract(1, t), subtract(1, q)));
    let focal = multiply(pow(subtract(1, right), gamma), losses);
    if (applyClassBalancing) focal = multiply(add(multiply(t, alpha), multiply(subtract(1, t), 1 - alpha)), focal);
    return reduceMean(focal, axis);
  },
);

/** Σ α (1 − yPred)^γ · −yTrue log yPred along an axis. */
export const categoricalFocalCrossentropy = signature(
  'categoricalFocalCrossentropy',
  ['yTrue', 'yPred', 'alpha', 'gamma', 'fromLogits', 'labelSmoothing', 'axis'],
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    alpha: number | readonly number[] = 0.25,
    gamma: number = 2,
    fromLogits: boolean = false,
    labelSmoothing: number = 0,
    axis: number = -1,
  ): Tensor => {
    const [labels, given] = predictionsAndTargets(yTrue, yPred);
    checkBroadcast(labels, given, 'categoricalFocalCrossentropy');
    const t = smoothed(labels, labelSmoothing, labels.dims.at(-1)!);
    const q = fromLogits ? softmax(given, axis) : given;
    const output = clipped(divide(q, reduceSum(q, { axis, keepdims: true })));
    const losses = multiply(negative(t), log(output));
    const factor = multiply(pow(subtract(1, output), gamma), alpha);
    return reduceSum(multiply(factor, losses), axis);
  },
);

const shared = { fromLogits: optional(boolean, false), labelSmoothing: optional(number({ min: 0, max: 1 }), 0) };
const gamma = optional(number(), 2);
export const BinaryFocalCrossentropy = lossClass(
  'BinaryFocalCrossentropy',
  'binary_focal_crossentropy',
  {
    ...shared,
    axis: optional(either(integer(), integers()), -1),
    applyClassBalancing: optional(boolean, false),
    alpha: optional(number(), 0.25),
    gamma,
  },
  binaryFocalCrossentropy,
  'applyClassBalancing',
);
export const CategoricalFocalCrossentropy = lossClass(
  'CategoricalFocalCrossentropy',
  'categorical_focal_crossentropy',
  { ...shared, axis: optional(integer(), -1), alpha: optional(either(number(), list(number())), 0.25), gamma },
  categoricalFocalCrossentropy,
  'alpha',
);
