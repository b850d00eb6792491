// The inverse cosine transforms of libjpeg on whole numbers, so that pixels come out exactly as libjpeg gives them.
// Owns: the accurate one, the fast one (Arai, Agui, Nakajima), and the smaller ones for decoding at 1/2, 1/4 and 1/8; the
// multipliers each wants. Blocks are dequantized coefficients in natural order.

export type InverseTransform = (block: Int32Array, out: Uint8ClampedArray, at: number, stride: number) => void;

const work = new Int32Array(64);

/** The factors of the fast transform belong to the dequantization: scaled by 2¹⁴. */
const factor = (k: number): number => (k === 0 ? 1 : Math.cos((k * Math.PI) / 16) * Math.SQRT2);
const fastScales = Int32Array.from({ length: 64 }, (_, i) => Math.round(16384 * factor(i >> 3) * factor(i & 7)));
/** Multipliers of coefficients in zigzag order. */
export const fastMultipliers = (quantization: Uint16Array, zigzag: Uint8Array): Int32Array =>
  Int32Array.from(quantization, (q, i) => (q * fastScales[zigzag[i]!]! + 2048) >> 12);

/** What a block of nothing but `dc` is filled with; clipping is the array's, as below. */
export const fastFlat = (dc: number): number => (dc >> 5) + 128;
export const accurateFlat = (dc: number): number => ((dc + 4) >> 3) + 128;

export const fastTransform: InverseTransform = (b, out, at, stride) => {
  const w = work;
  for (let i = 0; i < 8; i++) {
    const b1 = b[i + 8]!;
    const b2 = b[i + 16]!;
    const b3 = b[i + 24]!;
    const b4 = b[i + 32]!;
    const b5 = b[i + 40]!;
    const b6 = b[i + 48]!;
    const b7 = b[i + 56]!;
    const b0 = b[i]!;
    if ((b1 | b2 | b3 | b4 | b5 | b6 | b7) === 0) {
      w[i] = b0;
      w[i + 8] = b0;
      w[i + 16] = b0;
      w[i + 24] = b0;
      w[i + 32] = b0;
      w[i + 40] = b0;
      w[i + 48] = b0;
      w[i + 56] = b0;
      continue;
    }
    const e0 = b0 + b4;
    const e1 = b0 - b4;
    const e3 = b2 + b6;
    const e2 = (((b2 - b6) * 362) >> 8) - e3;
    const t0 = e0 + e3;
    const t3 = e0 - e3;
    const t1 = e1 + e2;
    const t2 = e1 - e2;
    const z13 = b5 + b3;
    const z10 = b5 - b3;
    const z11 = b1 + b7;
    const z12 = b1 - b7;
    const t7 = z11 + z13;
    const z5 = ((z10 + z12) * 473) >> 8;
    const t6 = ((z10 * -669) >> 8) + z5 - t7;
    const t5 = (((z11 - z13) * 362) >> 8) - t6;
    const t4 = ((z12 * 277) >> 8) - z5 + t5;
    w[i] = t0 + t7;
    w[i + 56] = t0 - t7;
    w[i + 8] = t1 + t6;
    w[i + 48] = t1 - t6;
    w[i + 16] = t2 + t5;
    w[i + 40] = t2 - t5;
    w[i + 32] = t3 + t4;
    w[i + 24] = t3 - t4;
  }
  for (let i = 0; i < 64; i += 8, at += stride) {
    const b0 = w[i]!;
    const b1 = w[i + 1]!;
    const b2 = w[i + 2]!;
    const b3 = w[i + 3]!;
    const b4 = w[i + 4]!;
    const b5 = w[i + 5]!;
    const b6 = w[i + 6]!;
    const b7 = w[i + 7]!;
    const e0 = b0 + b4;
    const e1 = b0 - b4;
    const e3 = b2 + b6;
    const e2 = (((b2 - b6) * 362) >> 8) - e3;
    const t0 = e0 + e3;
    const t3 = e0 - e3;
    const t1 = e1 + e2;
    const t2 = e1 - e2;
    const z13 = b5 + b3;
    const z10 = b5 - b3;
    const z11 = b1 + b7;
    const z12 = b1 - b7;
    const t7 = z11 + z13;
    const z5 = ((z10 + z12) * 473) >> 8;
    const t6 = ((z10 * -669) >> 8) + z5 - t7;
    const t5 = (((z11 - z13) * 362) >> 8) - t6;
    const t4 = ((z12 * 277) >> 8) - z5 + t5;
    out[at] = ((t0 + t7) >> 5) + 128;
    out[at + 7] = ((t0 - t7) >> 5) + 128;
    out[at + 1] = ((t1 + t6) >> 5) + 128;
    out[at + 6] = ((t1 - t6) >> 5) + 128;
    out[at + 2] = ((t2 + t5) >> 5) + 128;
    out[at + 5] = ((t2 - t5) >> 5) + 128;
    out[at + 4] = ((t3 + t4) >> 5) + 128;
    out[at + 3] = ((t3 - t4) >> 5) + 128;
  }
};

// Factors scaled by 2¹³.
const F_0_298 = 2446;
const F_0_390 = 3196;
const F_0_541 = 4433;
const F_0_765 = 6270;
const F_0_899 = 7373;
const F_1_175 = 9633;
const F_1_501 = 12299;
const F_1_847 = 15137;
const F_1_961 = 16069;
const F_2_053 = 16819;
const F_2_562 = 20995;
const F_3_072 = 25172;

/** Loeffler, Ligtenberg and Moschytz: 12 multiplications for eight numbers. */
export const accurateTransform: InverseTransform = (b, out, at, stride) => {
  const w = work;
  for (let i = 0; i < 8; i++) {
    const b1 = b[i + 8]!;
    const b2 = b[i + 16]!;
    const b3 = b[i + 24]!;
    const b4 = b[i + 32]!;
    const b5 = b[i + 40]!;
    const b6 = b[i + 48]!;
    const b7 = b[i + 56]!;
    const b0 = b[i]!;
    if ((b1 | b2 | b3 | b4 | b5 | b6 | b7) === 0) {
      const flat = b0 << 2;
      w[i] = flat;
      w[i + 8] = flat;
      w[i + 16] = flat;
      w[i + 24] = flat;
      w[i + 32] = flat;
      w[i + 40] = flat;
      w[i + 48] = flat;
      w[i + 56] = flat;
      continue;
    }
    const even = (b2 + b6) * F_0_541;
    const e2 = even - b6 * F_1_847;
    const e3 = even + b2 * F_0_765;
    const e0 = (b0 + b4) << 13;
    const e1 = (b0 - b4) << 13;
    const t10 = e0 + e3;
    const t13 = e0 - e3;
    const t11 = e1 + e2;
    const t12 = e1 - e2;
    const z5 = (b7 + b3 + b5 + b1) * F_1_175;
    const z1 = -(b7 + b1) * F_0_899;
    const z2 = -(b5 + b3) * F_2_562;
    const z3 = z5 - (b7 + b3) * F_1_961;
    const z4 = z5 - (b5 + b1) * F_0_390;
    const t0 = b7 * F_0_298 + z1 + z3;
    const t1 = b5 * F_2_053 + z2 + z4;
    const t2 = b3 * F_3_072 + z2 + z3;
    const t3 = b1 * F_1_501 + z1 + z4;
    w[i] = (t10 + t3 + 1024) >> 11;
    w[i + 56] = (t10 - t3 + 1024) >> 11;
    w[i + 8] = (t11 + t2 + 1024) >> 11;
    w[i + 48] = (t11 - t2 + 1024) >> 11;
    w[i + 16] = (t12 + t1 + 1024) >> 11;
    w[i + 40] = (t12 - t1 + 1024) >> 11;
    w[i + 24] = (t13 + t0 + 1024) >> 11;
    w[i + 32] = (t13 - t0 + 1024) >> 11;
  }
  for (let i = 0; i < 64; i += 8, at += stride) {
    const b0 = w[i]!;
    const b1 = w[i + 1]!;
    const b2 = w[i + 2]!;
    const b3 = w[i + 3]!;
    const b4 = w[i + 4]!;
    const b5 = w[i + 5]!;
    const b6 = w[i + 6]!;
    const b7 = w[i + 7]!;
    const even = (b2 + b6) * F_0_541;
    const e2 = even - b6 * F_1_847;
    const e3 = even + b2 * F_0_765;
    const e0 = (b0 + b4) << 13;
    const e1 = (b0 - b4) << 13;
    const t10 = e0 + e3;
    const t13 = e0 - e3;
    const t11 = e1 + e2;
    const t12 = e1 - e2;
    const z5 = (b7 + b3 + b5 + b1) * F_1_175;
    const z1 = -(b7 + b1) * F_0_899;
    const z2 = -(b5 + b3) * F_2_562;
    const z3 = z5 - (b7 + b3) * F_1_961;
    const z4 = z5 - (b5 + b1) * F_0_390;
    const t0 = b7 * F_0_298 + z1 + z3;
    const t1 = b5 * F_2_053 + z2 + z4;
    const t2 = b3 * F_3_072 + z2 + z3;
    const t3 = b1 * F_1_501 + z1 + z4;
    out[at] = ((t10 + t3 + 131072) >> 18) + 128;
    out[at + 7] = ((t10 - t3 + 131072) >> 18) + 128;
    out[at + 1] = ((t11 + t2 + 131072) >> 18) + 128;
    out[at + 6] = ((t11 - t2 + 131072) >> 18) + 128;
    out[at + 2] = ((t12 + t1 + 131072) >> 18) + 128;
    out[at + 5] = ((t12 - t1 + 131072) >> 18) + 128;
    out[at + 3] = ((t13 + t0 + 131072) >> 18) + 128;
    out[at + 4] = ((t13 - t0 + 131072) >> 18) + 128;
  }
};

/** 4 × 4 pixels of the lower frequencies. */
export const halfTransform: InverseTransform = (b, out, at, stride) => {
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
export const quarterTransform: InverseTransform = (b, out, at, stride) => {
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
export const eighthTransform: InverseTransform = (b, out, at) => {
  out[at] = accurateFlat(b[0]!);
};
