// tf.nn: softmax and log-softmax, stable for logits of any size. Gradients of every order follow from the composition.
// Owns: both, as ops and as functions of values. Cross-entropies stand in cross-entropy.ts, softplus in activations.ts.

import { normalizeAxis } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { signature } from '../core/signature.ts';
import { floating, spreadOver } from '../math/operands.ts';

export { softplus } from './activations.ts';

/** x less its largest element along the axis, which takes no part in the gradient: exponentials then do not overflow. */
export function shifted(x: Value, axis: number): Value {
  if (x.dims[axis] === 0) return x;
  return p.sub(x, spreadOver(p.stopGradient(p.reduceMax(x, [axis])), x, [axis]));
}

/** eˣ / Σ eˣ over one axis. */
export function softmaxOver(x: Value, axis: number): Value {
  const exponentials = p.unary('exp', shifted(x, axis));
  return p.div(exponentials, spreadOver(p.reduceSum(exponentials, [axis]), x, [axis]));
}

/** x − log Σ eˣ over one axis. */
export function logSoftmaxOver(x: Value, axis: number): Value {
  const z = shifted(x, axis);
  return p.sub(z, spreadOver(p.unary('log', p.reduceSum(p.unary('exp', z), [axis])), x, [axis]));
}

/** eˣ / Σ eˣ along an axis. */
export const softmax = signature('softmax', ['logits', 'axis'], (logits: TensorLike, axis: number = -1): Tensor => {
  const x = floating(logits, 'softmax');
  return softmaxOver(x, normalizeAxis(axis, x.dims.length, 'softmax')) as Tensor;
});
/** log softmax(x) = x − log Σ eˣ along an axis. */
export const logSoftmax = signature(
  'logSoftmax',
  ['logits', 'axis'],
  (logits: TensorLike, axis: number = -1): Tensor => {
    const x = floating(logits, 'logSoftmax');
    return logSoftmaxOver(x, normalizeAxis(axis, x.dims.length, 'logSoftmax')) as Tensor;
  },
);
