// tf.nn.softmax and logSoftmax: the largest element is taken out first, so that exponentials never overflow.
// Owns: values along an axis. Cross-entropies stand in cross-entropy.ts.
import { normalizeAxis } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { signature } from '../core/signature.ts';
import { floating } from '../math/elementwise.ts';
import { spreadOver } from '../math/reduce.ts';

const shifted = (x: Value, axis: number): Value =>
  p.sub(x, spreadOver(p.stopGradient(p.reduceMax(x, [axis])), x, [axis]));

/** eˣ / Σ eˣ over one axis, as a function of values. */
export function softmaxValue(x: Value, axis: number): Value {
  const e = p.unary('exp', shifted(x, axis));
  return p.div(e, spreadOver(p.reduceSum(e, [axis]), e, [axis]));
}

/** x − log Σ eˣ over one axis, as a function of values. */
export function logSoftmaxValue(x: Value, axis: number): Value {
  const centred = shifted(x, axis);
  const total = p.unary('log', p.reduceSum(p.unary('exp', centred), [axis]));
  return p.sub(centred, spreadOver(total, centred, [axis]));
}

/** eˣ / Σ eˣ along an axis. */
export const softmax = signature('softmax', ['logits', 'axis'], (logits: TensorLike, axis: number = -1): Tensor => {
  const x = floating(logits, 'softmax');
  return softmaxValue(x, normalizeAxis(axis, x.dims.length, 'softmax')) as Tensor;
});

/** log softmax(x) along an axis. */
export const logSoftmax = signature(
  'logSoftmax',
  ['logits', 'axis'],
  (logits: TensorLike, axis: number = -1): Tensor => {
    const x = floating(logits, 'logSoftmax');
    return logSoftmaxValue(x, normalizeAxis(axis, x.dims.length, 'logSoftmax')) as Tensor;
  },
);
