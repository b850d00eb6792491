// From the loss of each sample to one number: ranks brought together, sample weights, masks, reductions.
// Owns: Keras's rules for these; metrics use the first three too.
import type { DType } from '../../base/dtype.ts';
import { isFloating } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { broadcastShapes, showShape, sizeOf } from '../../base/shape.ts';
import { expandDims, squeeze } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { cast, divide, multiply, where } from '../../ops/math/elementwise.ts';
import { reduceSum } from '../../ops/math/reduce.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { floatx } from '../config.ts';

export const reductions = ['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none'] as const;
export type Reduction = (typeof reductions)[number];
/** Keras 2's names of the reductions; `auto` is the sum over the batch size. */
export const Reduction = {
  AUTO: 'sum_over_batch_size',
  NONE: 'none',
  SUM: 'sum',
  SUM_OVER_BATCH_SIZE: 'sum_over_batch_size',
} as const satisfies Readonly<Record<string, Reduction>>;

/** As a tensor of the dtype, whatever it was. */
export const asDType = (x: TensorLike, dtype: DType, name = 'value'): Tensor => {
  const tensor = convertToTensor(x, undefined, name);
  if (tensor.dtype === 'string')
    throw new DTypeError(
      `${name}: found texts (dtype string); wanted numbers. Number the classes from 0, with keras.layers.StringLookup({ numOovIndices: 0 }) or by their place in a list.`,
    );
  return tensor.dtype === dtype ? tensor : cast(tensor, dtype);
};
/** As a floating tensor: whole numbers and booleans take Keras's float dtype. */
export const asFloat = (x: TensorLike, name = 'value'): Tensor => {
  const tensor = convertToTensor(x, undefined, name);
  return isFloating(tensor.dtype) ? tensor : cast(tensor, floatx());
};
/** Predictions as floats, targets in their dtype. */
export function predictionsAndTargets(yTrue: TensorLike, yPred: TensorLike): [yTrue: Tensor, yPred: Tensor] {
  const prediction = asFloat(yPred, 'yPred');
  return [asDType(yTrue, prediction.dtype, 'yTrue'), prediction];
}

/** Ranks that differ by a last axis of length 1 are made equal. */
export function squeezeOrExpand(x1: Tensor, x2: Tensor, expandRank1 = true): [Tensor, Tensor] {
  const [rank1, rank2] = [x1.rank, x2.rank];
  if (rank1 === rank2 + 1 && x1.dims.at(-1) === 1)
    return rank2 === 1 && expandRank1 ? [x1, expandDims(x2, -1)] : [squeeze(x1, -1), x2];
  if (rank2 === rank1 + 1 && x2.dims.at(-1) === 1)
    return rank1 === 1 && expandRank1 ? [expandDims(x1, -1), x2] : [x1, squeeze(x2, -1)];
  return [x1, x2];
}

/** Targets and predictions of one rank and dtype that broadcast; throws naming both shapes otherwise. */
export function matched(yTrue: TensorLike, yPred: TensorLike, name: string): [yTrue: Tensor, yPred: Tensor] {
  const [t, q] = squeezeOrExpand(...predictionsAndTargets(yTrue, yPred));
  checkBroadcast(t, q, name);
  return [t, q];
}

export function checkBroadcast(yTrue: Tensor, yPred: Tensor, name: string): void {
  try {
    broadcastShapes(yTrue.dims, yPred.dims);
  } catch {
    throw new ShapeError(
      `${name}: yTrue has shape ${showShape(yTrue.dims)} and yPred ${showShape(yPred.dims)}; wanted equal shapes. Check the model's output and how the targets are encoded.`,
    );
  }
}

/** Of equal shapes; throws naming both otherwise. */
export function checkSameShape(yTrue: Tensor, yPred: Tensor, name: string): void {
  if (yTrue.rank !== yPred.rank || yTrue.dims.some((n, i) => n !== yPred.dims[i]))
    throw new ShapeError(
      `${name}: yTrue has shape ${showShape(yTrue.dims)} and yPred ${showShape(yPred.dims)}; wanted equal shapes.`,
    );
}

/** a / b, 0 where b is 0. */
export function divideNoNan(a: Tensor, b: Tensor): Tensor {
  const zero = p.compare('equal', b, p.zerosLike(b)) as Tensor;
  return where(zero, 0, divide(a, where(zero, 1, b)));
}

/** The weights of samples with those masked at 0; of means they grow so that the others count in full. */
export function applyMask(
  sampleWeight: Tensor | null,
  mask: Tensor | null,
  dtype: DType,
  reduction: Reduction,
): Tensor | null {
  if (!mask) return sampleWeight;
  let weight = cast(mask, dtype);
  if (reduction === 'mean' || reduction === 'sum_over_batch_size') {
    const total = p.scalar(sizeOf(mask.dims), dtype) as Tensor;
    weight = multiply(weight, divideNoNan(total, reduceSum(weight)));
  }
  if (!sampleWeight) return weight;
  const [of, given] = squeezeOrExpand(weight, cast(sampleWeight, dtype));
  return multiply(given, of);
}

/** Weighted, masked and reduced. */
export function reduceWeighted(
  values: TensorLike,
  sampleWeight: TensorLike | null,
  mask: Tensor | null,
  reduction: Reduction,
  dtype: DType,
  name: string,
): Tensor {
  let losses = asDType(values, dtype, name);
  const given = sampleWeight === null ? null : asDType(sampleWeight, dtype, `${name}: sampleWeight`);
  let weight = applyMask(given, mask, dtype, reduction);
  if (weight) {
    [losses, weight] = squeezeOrExpand(losses, weight);
    try {
      broadcastShapes(losses.dims, weight.dims);
    } catch {
      throw new ShapeError(
        `${name}: sampleWeight has shape ${showShape(weight.dims)}, the losses of the samples ${showShape(losses.dims)}; wanted shapes that broadcast: one weight for each sample, or for each loss.`,
      );
    }
    losses = multiply(losses, weight);
  }
  if (reduction === 'none' || losses.rank === 0 || (losses.rank === 1 && losses.dims[0] === 0)) return losses;
  const sum = reduceSum(losses);
  if (reduction === 'sum') return sum;
  if (reduction === 'mean_with_sample_weight' && weight) return divideNoNan(sum, reduceSum(weight));
  const count = sizeOf(losses.dims);
  return count === 0 ? sum : divide(sum, count);
}

/** `reduction` as Keras names it; null means none. */
export function parseReduction(value: unknown): Reduction {
  if (value === null) return 'none';
  if ((reductions as readonly unknown[]).includes(value)) return value as Reduction;
  throw new ValueError(
    `reduction: found ${show(value)}, wanted one of ${reductions.map((name) => `'${name}'`).join(', ')}.`,
  );
}
