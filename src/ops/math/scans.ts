// tf.cumsum, tf.math.cumprod, tf.math.cumulativeLogsumexp: running totals along an axis.
// Owns: exclusive and reversed forms; inclusive scans are a primitive.

import { isComplex } from '../../base/dtype.ts';
import { normalizeAxis } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { alongLast } from '../core/sorting.ts';
import { argument, modulus, polar } from './complex-functions.ts';
import { floating } from './operands.ts';

/** Moves along the last axis by `by` places, away from where the scan begins; `fill` comes in. */
function shiftLast(x: Value, by: number, reverse: boolean, fill: number): Value {
  const last = x.dims.length - 1;
  const n = x.dims[last]!;
  const count = Math.min(by, n);
  const none = x.dims.map(() => 0);
  const cut = p.slice(
    x,
    none.map((_, i) => (i === last && reverse ? count : 0)),
    x.dims.map((m, i) => (i === last && !reverse ? n - count : m)),
  );
  const before = none.map((_, i) => (i === last && !reverse ? count : 0));
  const after = none.map((_, i) => (i === last && reverse ? count : 0));
  return p.pad(cut, p.scalar(fill, x.dtype), before, after);
}

const scanOp = (name: string, kind: 'sum' | 'prod') =>
  signature(
    name,
    ['x', 'axis', 'exclusive', 'reverse'],
    (x: TensorLike, axis: number | Tensor = 0, exclusive: boolean = false, reverse: boolean = false): Tensor => {
      const tensor = convertToTensor(x, undefined, name);
      const at = normalizeAxis(asInteger(axis, `${name}: axis`), tensor.dims.length, name);
      return alongLast(tensor, at, (y) => {
        if (y.dims.at(-1) === 0) return y;
        const shifted = exclusive ? shiftLast(y, 1, reverse, kind === 'sum' ? 0 : 1) : y;
        if (!isComplex(y.dtype)) return p.cumulative(shifted, kind, reverse);
        const run = (part: Value, how: 'sum' | 'prod'): Value => p.cumulative(part, how, reverse);
        if (kind === 'sum') return p.complex(run(p.real(shifted), 'sum'), run(p.imag(shifted), 'sum'));
        return polar(run(modulus(shifted), 'prod'), run(argument(shifted), 'sum'));
      }) as Tensor;
    },
  );
/** Running sums; exclusive: without the element itself; reverse: from the end. */
export const cumsum = scanOp('cumsum', 'sum');
/** Running products. */
export const cumprod = scanOp('cumprod', 'prod');

/** log(eᵃ + eᵇ), also where one or both are −∞. */
function logAddExp(a: Value, b: Value): Value {
  const high = p.stopGradient(p.binary('max', a, b));
  const finite = p.select(p.isFinite(high), high, p.zerosLike(high));
  const sum = p.add(p.unary('exp', p.sub(a, finite)), p.unary('exp', p.sub(b, finite)));
  const none = p.compare('equal', sum, p.zerosLike(sum));
  const safe = p.select(none, p.onesLike(sum), sum);
  return p.select(none, p.full(Number.NEGATIVE_INFINITY, sum), p.add(p.unary('log', safe), finite));
}

/** log of running sums of eˣ; each total is made of two halves, so nothing underflows however far apart the elements are. */
export const cumulativeLogsumexp = signature(
  'cumulativeLogsumexp',
  ['x', 'axis', 'exclusive', 'reverse'],
  (x: TensorLike, axis: number | Tensor = 0, exclusive: boolean = false, reverse: boolean = false): Tensor => {
    const tensor = floating(x, 'cumulativeLogsumexp');
    const at = normalizeAxis(asInteger(axis, 'cumulativeLogsumexp: axis'), tensor.dims.length, 'cumulativeLogsumexp');
    return alongLast(tensor, at, (start) => {
      const n = start.dims.at(-1)!;
      let y = exclusive ? shiftLast(start, 1, reverse, Number.NEGATIVE_INFINITY) : start;
      for (let step = 1; step < n; step *= 2) y = logAddExp(y, shiftLast(y, step, reverse, Number.NEGATIVE_INFINITY));
      return y;
    }) as Tensor;
  },
);
