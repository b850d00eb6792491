// The inverse cosine transforms of libjpeg that give smaller pictures: 4 × 4, 2 × 2 pixels or one of each block.
// Owns: those, and the multipliers of all transforms. Those for whole blocks are assembled in transform-kernels.ts.

import { zigzag } from './headers.ts';
import type { DctMethod } from './planes.ts';

/** Dequantized coefficients in natural order to pixels. */
export type InverseTransform = (block: Int32Array, out: Uint8ClampedArray, at: number, stride: number) => void;

const work = new Int32Array(64);

/** The factors of the fast transform belong to the dequantization: scaled by 2¹⁴. */
const factor = (k: number): number => (k === 0 ? 1 : Math.cos((k * Math.PI) / 16) * Math.SQRT2);
const fastScales = Int32Array.from({ length: 64 }, (_, i) => Math.round(16384 * factor(i >> 3) * factor(i & 7)));
/** What coefficients are multiplied with, in zigzag order. */
export function multipliersOf(quantization: Uint16Array, method: DctMethod): Int32Array {
  const multipliers = new Int32Array(64);
  for (let k = 0; k < 64; k++)
    multipliers[k] =
      method === 'accurate' ? quantization[k]! : (quantization[k]! * fastScales[zigzag[k]!]! + 2048) >> 12;
  return multipliers;
}

/** 4 × 4 pixels of the lower frequencies. */
const halfTransform: InverseTransform = (b, out, at, stride) => {
  const w = work;
  for (let i = 0; i < 8; i++) {
    // The last-but-three column is not used by the rows.
    if (i === 4) continue;
    const e0 = b[i]! << 14;
    const e2 = b[i + 16]! * 15137 - b[i + 48]! * 6270;
    const t10 = e0 + e2;
    const t12 = e0 - e2;
    const z1 = b[i + 56]!;
    const z2 = b[i + 40]!;
    const z3 = b[i + 24]!;
    const z4 = b[i + 8]!;
    const t0 = -z1 * 1730 + z2 * 11893 - z3 * 17799 + z4 * 8697;
    const t2 = -z1 * 4176 - z2 * 4926 + z3 * 7373 + z4 * 20995;
    w[i] = (t10 + t2 + 2048) >> 12;
    w[i + 24] = (t10 - t2 + 2048) >> 12;
    w[i + 8] = (t12 + t0 + 2048) >> 12;
    w[i + 16] = (t12 - t0 + 2048) >> 12;
  }
  for (let i = 0; i < 32; i += 8, at += stride) {
    const e0 = w[i]! << 14;
    const e2 = w[i + 2]! * 15137 - w[i + 6]! * 6270;
    const t10 = e0 + e2;
    const t12 = e0 - e2;
    const z1 = w[i + 7]!;
    const z2 = w[i + 5]!;
    const z3 = w[i + 3]!;
    const z4 = w[i + 1]!;
    const t0 = -z1 * 1730 + z2 * 11893 - z3 * 17799 + z4 * 8697;
    const t2 = -z1 * 4176 - z2 * 4926 + z3 * 7373 + z4 * 20995;
    out[at] = ((t10 + t2 + 262144) >> 19) + 128;
    out[at + 3] = ((t10 - t2 + 262144) >> 19) + 128;
    out[at + 1] = ((t12 + t0 + 262144) >> 19) + 128;
    out[at + 2] = ((t12 - t0 + 262144) >> 19) + 128;
  }
};

/** 2 × 2 pixels. */
const quarterTransform: InverseTransform = (b, out, at, stride) => {
  const w = work;
  for (let i = 0; i < 8; i++) {
    if (i === 2 || i === 4 || i === 6) continue;
    const e = b[i]! << 15;
    const t0 = -b[i + 56]! * 5906 + b[i + 40]! * 6967 - b[i + 24]! * 10426 + b[i + 8]! * 29692;
    w[i] = (e + t0 + 4096) >> 13;
    w[i + 8] = (e - t0 + 4096) >> 13;
  }
  for (let i = 0; i < 16; i += 8, at += stride) {
    const e = w[i]! << 15;
    const t0 = -w[i + 7]! * 5906 + w[i + 5]! * 6967 - w[i + 3]! * 10426 + w[i + 1]! * 29692;
    out[at] = ((e + t0 + 524288) >> 20) + 128;
    out[at + 1] = ((e - t0 + 524288) >> 20) + 128;
  }
};

/** One pixel: the mean. */
const eighthTransform: InverseTransform = (b, out, at) => {
  out[at] = ((b[0]! + 4) >> 3) + 128;
};

/** For blocks of 4, 2 and 1 pixels on a side. */
export const smallTransforms: readonly InverseTransform[] = [halfTransform, quarterTransform, eighthTransform];
/** The same for blocks of nothing but their mean. */
export const flatTransforms: readonly InverseTransform[] = [4, 2, 1].map((size) => (b, out, at, stride) => {
  const level = ((b[0]! + 4) >> 3) + 128;
  for (let row = 0; row < size; row++, at += stride) out.fill(level, at, at + size);
});
