// Copies between strided views of row-major data: the reference evaluation of everything that only moves elements.
// Owns: two loops. Works for numbers, BigInt and strings, and for complex pairs through `lanes`.
import type { Data } from '../../base/dtype.ts';
import type { Dims } from '../../base/shape.ts';

/** `target[targetOffset + Σ iₖ·targetStrides] = source[sourceOffset + Σ iₖ·sourceStrides]` for every index of `dims`. */
export function copyStrided(
  dims: Dims,
  source: Data,
  sourceOffset: number,
  sourceStrides: Dims,
  target: Data,
  targetOffset: number,
  targetStrides: Dims,
  lanes: number,
): void {
  const rank = dims.length;
  const from = source as Float64Array;
  const to = target as Float64Array;
  if (dims.some((dimension) => dimension === 0)) return;
  if (rank === 0) {
    for (let lane = 0; lane < lanes; lane++) to[targetOffset * lanes + lane] = from[sourceOffset * lanes + lane]!;
    return;
  }
  const last = rank - 1;
  const count = dims[last]!;
  const sourceStep = sourceStrides[last]!;
  const targetStep = targetStrides[last]!;
  const counter = new Array<number>(last).fill(0);
  let s = sourceOffset;
  let t = targetOffset;
  for (;;) {
    if (lanes === 1) for (let i = 0, p = s, q = t; i < count; i++, p += sourceStep, q += targetStep) to[q] = from[p]!;
    else {
      for (let i = 0, p = s, q = t; i < count; i++, p += sourceStep, q += targetStep) {
        to[2 * q] = from[2 * p]!;
        to[2 * q + 1] = from[2 * p + 1]!;
      }
    }
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      counter[axis]!++;
      s += sourceStrides[axis]!;
      t += targetStrides[axis]!;
      if (counter[axis]! < dims[axis]!) break;
      s -= sourceStrides[axis]! * dims[axis]!;
      t -= targetStrides[axis]! * dims[axis]!;
      counter[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Copies all elements in order. */
export function copyAll(source: Data, target: Data): void {
  if (Array.isArray(target)) for (let i = 0; i < target.length; i++) target[i] = (source as string[])[i]!;
  else (target as Float64Array).set(source as Float64Array);
}
