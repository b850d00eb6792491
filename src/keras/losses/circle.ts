// Circle loss: pulls embeddings of one class together and pushes others apart (Sun et al., 2020).
// Owns: the function and the class.
import { reshape } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { eye } from '../../ops/core/create.ts';
import { signature } from '../../ops/core/signature.ts';
import {
  add,
  cast,
  equal,
  greater,
  logicalAnd,
  logicalNot,
  maximum,
  multiply,
  subtract,
  where,
} from '../../ops/math/elementwise.ts';
import { matmul } from '../../ops/math/matmul.ts';
import { reduceLogsumexp } from '../../ops/math/reduce.ts';
import { softplus } from '../../ops/nn/activations.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { setMask } from '../annotations.ts';
import { boolean, number, optional } from '../schema.ts';
import { lossClass } from './loss.ts';
import { asDType, asFloat } from './reduction.ts';

/** Labels (batch,) of normalized embeddings (batch, d), each against all of the batch or of the references. */
export const circle = signature(
  'circle',
  ['yTrue', 'yPred', 'refLabels', 'refEmbeddings', 'removeDiagonal', 'gamma', 'margin'],
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    refLabels?: TensorLike | null,
    refEmbeddings?: TensorLike | null,
    removeDiagonal: boolean = true,
    gamma: number = 80,
    margin: number = 0.4,
  ): Tensor => {
    const embeddings = asFloat(yPred, 'yPred');
    const labels = cast(convertToTensor(yTrue, undefined, 'yTrue'), 'int32');
    const others = refEmbeddings ? asDType(refEmbeddings, embeddings.dtype, 'refEmbeddings') : embeddings;
    const otherLabels = refLabels ? cast(convertToTensor(refLabels), 'int32') : labels;
    // (batch, references)
    const distances = maximum(subtract(1, matmul(embeddings, others, { transposeB: true })), 0);
    const same = equal(reshape(labels, [-1, 1]), reshape(otherLabels, [1, -1]));
    const different = logicalNot(same);
    const positive = removeDiagonal
      ? logicalAnd(same, logicalNot(eye(same.dims[0]!, { numColumns: same.dims[1]!, dtype: 'bool' })))
      : same;
    const weight = (of: Tensor, mask: Tensor): Tensor => maximum(multiply(of, cast(mask, of.dtype)), 0);
    const pull = multiply(multiply(weight(add(distances, margin), positive), -gamma), subtract(margin, distances));
    const push = multiply(
      multiply(weight(subtract(1 + margin, distances), different), gamma),
      subtract(1 - margin, distances),
    );
    const total = (x: Tensor, mask: Tensor): Tensor => reduceLogsumexp(where(mask, x, Number.NEGATIVE_INFINITY), 1);
    const losses = softplus(add(total(pull, positive), total(push, different)));
    setMask(losses, greater(losses, 0));
    return losses;
  },
);

export const Circle = lossClass(
  'Circle',
  'circle',
  { gamma: optional(number(), 80), margin: optional(number(), 0.4), removeDiagonal: optional(boolean, true) },
  circle,
  'gamma',
);
