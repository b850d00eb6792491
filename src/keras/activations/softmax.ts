// Activations over an axis: softmax, log-softmax, sparsemax.
// Owns: axes as Keras takes them. The stable formulas stand in src/ops/nn.

import { normalizeAxes, normalizeAxis } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import { op } from '../../ops/core/define.ts';
import { floating, spreadOver } from '../../ops/math/operands.ts';
import { logSoftmaxOver, softmaxOver } from '../../ops/nn/softmax.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { setLogits } from '../annotations.ts';
import { type Parameter, parameter } from './options.ts';

type AxisParameter = Parameter<'axis', number | readonly number[] | null>;

/** The axes moved to the end as one, `apply` along it, and back. */
function overAxes(x: Tensor, axes: readonly number[], apply: (x: Value, axis: number) => Value): Tensor {
  if (axes.length === 1) return apply(x, axes[0]!) as Tensor;
  const order = [...x.dims.map((_, i) => i).filter((i) => !axes.includes(i)), ...axes];
  const moved = p.transpose(x, order);
  const kept = moved.dims.slice(0, x.dims.length - axes.length);
  const y = apply(p.reshape(moved, [...kept, axes.reduce((n, i) => n * x.dims[i]!, 1)]), kept.length);
  return p.transpose(
    p.reshape(y, moved.dims),
    order.map((_, i) => order.indexOf(i)),
  ) as Tensor;
}

/** exp(x) / Σ exp(x) along an axis, or along several together. Cross-entropies find its logits again. */
export const softmax = op('keras.activations.softmax', (x: TensorLike, axis?: AxisParameter): Tensor => {
  const logits = floating(x, 'softmax');
  const given = parameter(axis, 'axis', -1);
  const output = overAxes(logits, normalizeAxes(given, logits.dims.length, 'softmax'), softmaxOver);
  setLogits(output, logits);
  return output;
});

/** log softmax(x) along an axis. */
export const logSoftmax = op('keras.activations.log_softmax', (x: TensorLike, axis?: AxisParameter): Tensor => {
  const logits = floating(x, 'logSoftmax');
  const given = parameter(axis, 'axis', -1);
  return overAxes(logits, normalizeAxes(given, logits.dims.length, 'logSoftmax'), logSoftmaxOver);
});

/** max(x − τ, 0) with τ such that it sums to 1 along the axis: the nearest distribution, with zeros. */
export const sparsemax = op(
  'keras.activations.sparsemax',
  (x: TensorLike, axis?: Parameter<'axis', number>): Tensor => {
    const logits = floating(x, 'sparsemax');
    const rank = logits.dims.length;
    const at = normalizeAxis(parameter(axis, 'axis', -1), rank, 'sparsemax');
    const order = [...logits.dims.map((_, i) => i).filter((i) => i !== at), at];
    const moved = p.transpose(logits, order);
    const last = rank - 1;
    const sorted = p.sort(moved, true)[0]!;
    const sums = p.cumulative(sorted, 'sum', false);
    const place = p.offset(p.iota(moved.dims, last, moved.dtype), 1);
    const support = p.compare('greater', p.sub(sorted, p.div(p.offset(sums, -1), place)), p.zerosLike(sums));
    const count = p.reduceSum(p.convert(support, moved.dtype), [last]);
    const total = p.reduceSum(p.select(support, sums, p.zerosLike(sums)), [last]);
    const excess = spreadOver(p.div(p.offset(total, -1), count), moved, [last]);
    const output = p.binary('max', p.sub(moved, excess), p.zerosLike(moved));
    return p.transpose(
      output,
      order.map((_, i) => order.indexOf(i)),
    ) as Tensor;
  },
);
