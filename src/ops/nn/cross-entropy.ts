// tf.nn: cross-entropies from logits, joined with softmax and sigmoid so that neither rounds to 0 or 1 on the way.
// Owns: each pair, written once; Keras's losses use them. Derivatives of every order follow from the composition.

import { isInteger } from '../../base/dtype.ts';
import { DTypeError, ShapeError, ValueError } from '../../base/errors.ts';
import { broadcastShapes, normalizeAxis, sameShape, showShape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { floating, spreadOver } from '../math/operands.ts';
import { reluValue, softplusValue } from './activations.ts';
import { shifted } from './softmax.ts';

/** Labels in the dtype of the logits. */
function labelsLike(x: Tensor, labels: TensorLike, name: string): Tensor {
  const given = convertToTensor(labels, undefined, `${name}: labels`);
  return (given.dtype === x.dtype ? given : p.convert(given, x.dtype)) as Tensor;
}

/**
 * −Σ labels · log softmax(logits) along an axis. Labels are probabilities that add up to 1: as in TensorFlow the gradient by
 * the logits is softmax − labels whatever their sum.
 */
export const softmaxCrossEntropyWithLogits = signature(
  'softmaxCrossEntropyWithLogits',
  ['labels', 'logits', 'axis'],
  (labels: TensorLike, logits: TensorLike, axis: number = -1): Tensor => {
    const name = 'softmaxCrossEntropyWithLogits';
    const x = floating(logits, name);
    const target = labelsLike(x, labels, name);
    const dims = broadcastShapes(target.dims, x.dims, name);
    const at = normalizeAxis(axis, dims.length, name);
    // Rows of labels for rows of logits: a single one may stand for all.
    const rowsOf = ({ dims: own }: Tensor): number => sizeOf(own) / (own[at - dims.length + own.length] || 1);
    const [labelled, scored] = [rowsOf(target), rowsOf(x)];
    if (labelled !== scored && labelled !== 1 && scored !== 1)
      throw new ShapeError(
        `${name}: labels have shape ${showShape(target.dims)} and logits ${showShape(x.dims)}; wanted equal shapes.`,
      );
    const [y, z] = [p.broadcastTo(target, dims), p.broadcastTo(x, dims)];
    const scores = shifted(z, at);
    const total = p.unary('log', p.reduceSum(p.unary('exp', scores), [at]));
    // The logarithm of the sum enters once for the gradient by the logits, and once for each label for the value.
    const constant = p.stopGradient(total);
    const weighted = p.reduceSum(p.mul(y, p.sub(spreadOver(constant, z, [at]), scores)), [at]);
    return p.add(weighted, p.sub(total, constant)) as Tensor;
  },
);

/** −log softmax(logits) at the label, the last axis being the classes. */
export const sparseSoftmaxCrossEntropyWithLogits = signature(
  'sparseSoftmaxCrossEntropyWithLogits',
  ['labels', 'logits'],
  (labels: TensorLike, logits: TensorLike): Tensor => {
    const name = 'sparseSoftmaxCrossEntropyWithLogits';
    const x = floating(logits, name);
    let target = resolve(convertToTensor(labels, undefined, `${name}: labels`));
    if (!isInteger(target.dtype)) {
      if (!target.weak)
        throw new DTypeError(
          `${name}: labels have dtype ${target.dtype}, wanted class numbers: int32 or int64; use tf.cast.`,
        );
      target = p.convert(target, 'int32') as Tensor;
    }
    if (!sameShape(target.dims, x.dims.slice(0, -1))) {
      throw new ShapeError(
        `${name}: labels have shape ${showShape(target.dims)} and logits ${showShape(x.dims)}; wanted labels of shape ${showShape(x.dims.slice(0, -1))}: one class number for each row of logits. For one-hot labels use softmaxCrossEntropyWithLogits.`,
      );
    }
    const classes = x.dims.at(-1)!;
    checkLabels(target, classes, name);
    const at = x.dims.length - 1;
    const scores = shifted(x, at);
    const positions = p.convert(target, 'int32');
    const hit = p.compare('equal', spreadOver(positions, x, [at]), p.iota(x.dims, at, 'int32'));
    const chosen = p.reduceSum(p.select(hit, scores, p.zerosLike(scores)), [at]);
    const loss = p.sub(p.unary('log', p.reduceSum(p.unary('exp', scores), [at])), chosen);
    if (target.elements) return loss as Tensor;
    // Inside a program nothing can be thrown: a label out of range shows as NaN, as it does on TensorFlow's GPUs.
    const inside = p.binary(
      'and',
      p.compare('greaterEqual', positions, p.zerosLike(positions)),
      p.compare('less', positions, p.full(classes, positions)),
    );
    return p.select(inside, loss, p.full(Number.NaN, loss)) as Tensor;
  },
);

function checkLabels({ elements }: Tensor, classes: number, name: string): void {
  if (!elements) return;
  for (let i = 0; i < elements.length; i++) {
    const label = Number(elements[i]);
    if (!(label >= 0 && label < classes))
      throw new ValueError(
        `${name}: found the label ${label} at position ${i}; wanted labels from 0 to ${classes - 1}, for the logits have ${classes} classes.`,
      );
  }
}

/** −z·log σ(x) − (1 − z)·log(1 − σ(x)) = softplus(x) − x·z, elementwise. */
export const sigmoidCrossEntropyWithLogits = signature(
  'sigmoidCrossEntropyWithLogits',
  ['labels', 'logits'],
  (labels: TensorLike, logits: TensorLike): Tensor => {
    const [z, x] = labelsAndLogits(labels, logits, 'sigmoidCrossEntropyWithLogits');
    return p.sub(softplusValue(x), p.mul(x, z)) as Tensor;
  },
);

/** Sigmoid cross-entropy in which positive labels weigh `posWeight`. */
export const weightedCrossEntropyWithLogits = signature(
  'weightedCrossEntropyWithLogits',
  ['labels', 'logits', 'posWeight'],
  (labels: TensorLike, logits: TensorLike, posWeight: TensorLike): Tensor => {
    const name = 'weightedCrossEntropyWithLogits';
    const [z, x] = labelsAndLogits(labels, logits, name);
    const weight = p.broadcastTo(convertPair(x as Tensor, posWeight, name)[1], x.dims);
    const factor = p.offset(p.mul(p.offset(weight, -1), z), 1);
    // Not softplus(−x): at a logit of 0 TensorFlow's formula has no derivative of its own, neither of |x| nor of max(−x, 0).
    const log = p.add(p.unary('log1p', p.unary('exp', p.neg(p.unary('abs', x)))), reluValue(p.neg(x)));
    return p.add(p.mul(p.sub(p.onesLike(z), z), x), p.mul(factor, log)) as Tensor;
  },
);

function labelsAndLogits(labels: TensorLike, logits: TensorLike, name: string): [Value, Value] {
  const x = floating(logits, name);
  const z = labelsLike(x, labels, name);
  if (!sameShape(z.dims, x.dims))
    throw new ShapeError(
      `${name}: labels have shape ${showShape(z.dims)} and logits ${showShape(x.dims)}; wanted equal shapes. Reshape one, or expandDims.`,
    );
  return [z, x];
}
