// Cross-entropies from logits, joined with softmax and sigmoid so that neither rounds to 0 or 1 on the way.
// Owns: values and gradients, which are TensorFlow's: softmax(logits) − labels, also for labels that do not sum to 1.
import { isInteger } from '../../base/dtype.ts';
import { DTypeError, ShapeError, ValueError } from '../../base/errors.ts';
import { normalizeAxis, sameShape, showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair, convertToTensor } from '../core/convert.ts';
import { customGradient } from '../core/gradients.ts';
import { signature } from '../core/signature.ts';
import { floating } from '../math/elementwise.ts';
import { spreadOver } from '../math/reduce.ts';
import { logSoftmaxValue, softmaxValue } from './softmax.ts';

/** Adds an axis of length `n` at `axis`, the same along it. */
const spread = (x: Value, axis: number, n: number): Value => {
  const dims = [...x.dims.slice(0, axis), n, ...x.dims.slice(axis)];
  return p.broadcast(
    x,
    dims,
    x.dims.map((_, i) => (i < axis ? i : i + 1)),
  );
};

/** log(1 + e^−|x|): what sigmoid's cross-entropy adds to a straight line. */
const tail = (x: Value): Value => p.unary('log1p', p.unary('exp', p.neg(p.unary('abs', x))));

/** −Σ labels · log softmax(logits) along an axis, which goes. */
export const softmaxCrossEntropyWithLogits = signature(
  'softmaxCrossEntropyWithLogits',
  ['labels', 'logits', 'axis'],
  (targets: TensorLike, scores: TensorLike, along: number = -1): Tensor => {
    const name = 'softmaxCrossEntropyWithLogits';
    const x = floating(scores, name);
    const axis = normalizeAxis(along, x.dims.length, name);
    const [logits, given] = convertPair(x, targets, name);
    const labels = sameShape(given.dims, logits.dims) ? given : (p.broadcastTo(given, logits.dims) as Tensor);
    const rule = customGradient((z: Tensor, t: Tensor) => {
      const logs = logSoftmaxValue(z, axis);
      return [
        p.neg(p.reduceSum(p.mul(t, logs), [axis])) as Tensor,
        (g) => {
          const wide = spreadOver(g, z, [axis]);
          return [p.mul(wide, p.sub(softmaxValue(z, axis), t)) as Tensor, p.neg(p.mul(wide, logs)) as Tensor];
        },
      ];
    });
    return rule(logits, labels) as Tensor;
  },
);

/** −log softmax(logits)[label] along the last axis. Labels are whole numbers of the logits' shape without that axis. */
export const sparseSoftmaxCrossEntropyWithLogits = signature(
  'sparseSoftmaxCrossEntropyWithLogits',
  ['labels', 'logits'],
  (targets: TensorLike, scores: TensorLike): Tensor => {
    const name = 'sparseSoftmaxCrossEntropyWithLogits';
    const x = floating(scores, name);
    const labels = resolve(convertToTensor(targets, undefined, `${name}: labels`));
    if (!isInteger(labels.dtype))
      throw new DTypeError(`${name}: labels have dtype ${labels.dtype}, wanted an integer dtype; use tf.cast.`);
    const axis = x.dims.length - 1;
    if (!sameShape(labels.dims, x.dims.slice(0, -1))) {
      throw new ShapeError(
        `${name}: labels have shape ${showShape(labels.dims)} and logits ${showShape(x.dims)}; wanted labels of shape ${showShape(x.dims.slice(0, -1))}, one whole number for each row of logits.`,
      );
    }
    const classes = x.dims[axis]!;
    checkLabels(labels, classes, name);
    const positions = p.convert(labels, 'int32');
    const hot = p.compare('equal', spread(positions, axis, classes), p.iota(x.dims, axis, 'int32'));
    const valid = p.binary(
      'and',
      p.compare('greaterEqual', positions, p.zerosLike(positions)),
      p.compare('less', positions, p.full(classes, positions)),
    );
    const rule = customGradient((z: Tensor) => {
      const logs = logSoftmaxValue(z, axis);
      const picked = p.reduceSum(p.select(hot, logs, p.zerosLike(logs)), [axis]);
      // Inside a program nothing can be thrown: a label out of range shows as NaN, as it does on TensorFlow's GPUs.
      const loss = p.select(valid, p.neg(picked), p.full(Number.NaN, picked));
      return [
        loss as Tensor,
        (g) => p.mul(spread(g, axis, classes), p.sub(softmaxValue(z, axis), p.convert(hot, z.dtype))) as Tensor,
      ];
    });
    return rule(x) as Tensor;
  },
);

function checkLabels(labels: Tensor, classes: number, name: string): void {
  const { elements } = labels;
  if (!elements) return;
  for (let i = 0; i < elements.length; i++) {
    const label = Number(elements[i]);
    if (label < 0 || label >= classes)
      throw new ValueError(
        `${name}: found the label ${label} at position ${i}; wanted labels from 0 to ${classes - 1}, for the logits have ${classes} classes.`,
      );
  }
}

/** −labels · log σ(logits) − (1 − labels) · log(1 − σ(logits)), elementwise. */
export const sigmoidCrossEntropyWithLogits = signature(
  'sigmoidCrossEntropyWithLogits',
  ['labels', 'logits'],
  (targets: TensorLike, scores: TensorLike): Tensor => {
    const name = 'sigmoidCrossEntropyWithLogits';
    const [logits, labels] = convertPair(floating(scores, name), targets, name);
    if (!sameShape(logits.dims, labels.dims)) {
      throw new ShapeError(
        `${name}: logits have shape ${showShape(logits.dims)} and labels ${showShape(labels.dims)}; wanted equal shapes.`,
      );
    }
    const rule = customGradient((z: Tensor, t: Tensor) => [
      p.add(p.sub(p.binary('max', z, p.zerosLike(z)), p.mul(z, t)), tail(z)) as Tensor,
      (g) => [p.mul(g, p.sub(p.unary('logistic', z), t)) as Tensor, p.neg(p.mul(g, z)) as Tensor],
    ]);
    return rule(logits, labels) as Tensor;
  },
);
