// Masks of attention by position: bool, true where a query sees a key.
import * as p from '../../../primitives/functions.ts';
import type { Tensor } from '../../../runtime/tensor.ts';

/** (1, queries, keys): query i sees the keys 0 … i. */
export function causalMask(queries: number, keys: number): Tensor {
  const dims = [1, queries, keys];
  return p.compare('greaterEqual', p.iota(dims, 1, 'int32'), p.iota(dims, 2, 'int32')) as Tensor;
}
/** (1, queries, keys): query i sees the keys less than `window` away. */
export function slidingWindowMask(queries: number, keys: number, window: number): Tensor {
  const dims = [1, queries, keys];
  const distance = p.unary('abs', p.sub(p.iota(dims, 1, 'int32'), p.iota(dims, 2, 'int32')));
  return p.compare('less', distance, p.full(window, distance)) as Tensor;
}
