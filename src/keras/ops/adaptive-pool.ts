// Pools to a given size, whatever the size of the input.
// Owns: the windows: output i covers the elements from ⌊i·n/size⌋ to ⌈(i+1)·n/size⌉.
import { concat, gather } from '../../ops/core/arrange.ts';
import { pool } from '../../ops/nn/pooling.ts';
import type { Tensor } from '../../runtime/tensor.ts';

/** Spatial axis `place` pooled to `size` elements. */
export function poolAxis(
  x: Tensor,
  place: number,
  size: number,
  kind: 'MAX' | 'AVG',
  format: 'channels_first' | 'channels_last',
): Tensor {
  const axis = place + (format === 'channels_first' ? 2 : 1);
  const n = x.dims[axis]!;
  const along = (window: number, stride: number): Tensor => {
    const only = (length: number): number[] =>
      Array.from({ length: x.dims.length - 2 }, (_, i) => (i === place ? length : 1));
    return pool(x, only(window), kind, only(stride), 'valid', format === 'channels_first' ? 'NC' : 'N…C');
  };
  if (n % size === 0) return along(n / size, n / size);
  // Windows have two lengths, one element apart: all windows of both lengths, and of these the ones wanted.
  const small = Math.ceil(n / size);
  const both = small < n ? concat([along(small, 1), along(small + 1, 1)], axis) : along(small, 1);
  const places = Array.from({ length: size }, (_, i) => {
    const start = Math.floor((i * n) / size);
    const length = Math.ceil(((i + 1) * n) / size) - start;
    return length === small ? start : n - small + 1 + start;
  });
  return gather(both, Int32Array.from(places), { axis });
}
