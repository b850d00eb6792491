// tf.nn.isotonicRegression: the nearest sequence that falls (or rises).
// Owns: pooling of adjacent violators; the gradient is that of means over the pools.

import { normalizeAxis } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { hostFunction } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { alongLast } from '../core/sorting.ts';
import { takeAxis } from '../core/take-axis.ts';
import { floating } from '../math/operands.ts';

/** For each element the number of its pool, counted through all rows; rows fall. */
const pools = hostFunction(
  'isotonicRegression',
  ([x]) => [{ dims: [x!.dims.reduce((a, b) => a * b, 1)], dtype: 'int32' }],
  ([x], [out]) => {
    const n = x!.dims.at(-1)!;
    const data = x!.data as Float64Array;
    let next = 0;
    for (let start = 0; start < data.length; start += n) {
      const sums: number[] = [];
      const counts: number[] = [];
      for (let i = 0; i < n; i++) {
        sums.push(data[start + i]!);
        counts.push(1);
        while (sums.length > 1 && sums.at(-1)! / counts.at(-1)! >= sums.at(-2)! / counts.at(-2)!) {
          const [sum, count] = [sums.pop()!, counts.pop()!];
          sums[sums.length - 1]! += sum;
          counts[counts.length - 1]! += count;
        }
      }
      let at = start;
      counts.forEach((count) => {
        for (let k = 0; k < count; k++) out!.data[at++] = next;
        next++;
      });
    }
  },
);

/** The nearest falling (or rising) rows, and for each element the number of its pool. */
export const isotonicRegression = signature(
  'isotonicRegression',
  ['inputs', 'decreasing', 'axis'],
  (inputs: TensorLike, decreasing: boolean = true, axis: number = -1): [output: Tensor, segments: Tensor] => {
    const x = floating(inputs, 'isotonicRegression');
    const at = normalizeAxis(axis, x.dims.length, 'isotonicRegression');
    let segments: Value = x;
    const output = alongLast(x, at, (y) => {
      const signed = decreasing ? y : p.neg(y);
      const size = y.dims.reduce((a, b) => a * b, 1);
      const ids = p.customCall(pools, [p.stopGradient(signed)])[0]!;
      const zero = p.full(0, { dims: [size], dtype: y.dtype });
      const sums = p.scatterRows(zero, ids, p.reshape(y, [size]), 'add');
      const counts = p.scatterRows(zero, ids, p.full(1, zero), 'add');
      const means = p.div(sums, p.binary('max', counts, p.full(1, counts)));
      // Numbers within the row.
      const n = y.dims.at(-1)!;
      const rows = p.reshape(ids, [size / n, n]);
      const first = p.slice(rows, [0, 0], [size / n, 1]);
      segments = p.reshape(p.sub(rows, p.broadcast(first, rows.dims, [0, 1])), y.dims);
      return p.reshape(takeAxis(means, ids, 0), y.dims);
    });
    return [output as Tensor, alongLast(p.zerosLike({ dims: x.dims, dtype: 'int32' }), at, () => segments) as Tensor];
  },
);
