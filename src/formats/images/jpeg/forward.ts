// From pixels to quantized coefficients, as libjpeg computes them: colours, downsampling, cosine transform, rounding.
// Owns: those, and the quantization tables of a quality. Leaves coding to jpeg-encode.ts.
import { zigzag } from './headers.ts';

// The tables of the standard's annex K, in natural order.
const LUMA =
  '16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99';
const CHROMA =
  '17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99';

/** The tables of a quality of 1 to 100, in natural order: luminance and chrominance. */
export function quantizationTables(quality: number): readonly [Int32Array, Int32Array] {
  const q = Math.min(Math.max(quality, 1), 100);
  const scale = q < 50 ? Math.trunc(5000 / q) : 200 - 2 * q;
  const table = (text: string) =>
    Int32Array.from(text.split(' '), (base) =>
      Math.min(Math.max(Math.trunc((Number(base) * scale + 50) / 100), 1), 255),
    );
  return [table(LUMA), table(CHROMA)];
}

/** Quantized coefficients of one component, 64 for each block in zigzag order, with the blocks that fill up MCUs. */
export interface CodedComponent {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly tableIndex: 0 | 1;
  readonly blocksWide: number;
  readonly blocksHigh: number;
  readonly storedWide: number;
  readonly coefficients: Int16Array;
}

interface Plane {
  readonly width: number;
  readonly height: number;
  readonly samples: Uint8Array;
}

/** Quantized components of a gray (1 channel) or RGB (3 or 4 channels, the fourth is left out) picture. */
export function quantizedComponents(
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
  tables: readonly [Int32Array, Int32Array],
  downsample: boolean,
): CodedComponent[] {
  if (channels === 1) return [transformed({ width, height, samples: data }, 1, 1, 1, 0, tables[0], width, height, 1)];
  const [y, cb, cr] = colorPlanes(data, width, height, channels);
  const most = downsample ? 2 : 1;
  const small = (plane: Plane) => (downsample ? halved(plane) : plane);
  return [
    transformed(y, 1, most, most, 0, tables[0], width, height, most),
    transformed(small(cb), 2, 1, 1, 1, tables[1], width, height, most),
    transformed(small(cr), 3, 1, 1, 1, tables[1], width, height, most),
  ];
}

function colorPlanes(data: Uint8Array, width: number, height: number, channels: number): [Plane, Plane, Plane] {
  const count = width * height;
  const [y, cb, cr] = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
  const middle = (128 << 16) + 32767;
  for (let i = 0, at = 0; i < count; i++, at += channels) {
    const r = data[at]!;
    const g = data[at + 1]!;
    const b = data[at + 2]!;
    y[i] = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
    cb[i] = (-11059 * r - 21709 * g + 32768 * b + middle) >> 16;
    cr[i] = (32768 * r - 27439 * g - 5329 * b + middle) >> 16;
  }
  return [y, cb, cr].map((samples) => ({ width, height, samples })) as [Plane, Plane, Plane];
}

/** Means of four; the rounding alternates, so that it does not drift. Edges are continued over whole blocks. */
function halved({ width, height, samples }: Plane): Plane {
  const wide = Math.ceil(Math.ceil(width / 2) / 8) * 8;
  const high = Math.ceil(height / 2);
  const out = new Uint8Array(wide * high);
  for (let y = 0; y < high; y++) {
    const top = 2 * y * width;
    const bottom = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < wide; x++) {
      const left = Math.min(2 * x, width - 1);
      const right = Math.min(2 * x + 1, width - 1);
      const sum = samples[top + left]! + samples[top + right]! + samples[bottom + left]! + samples[bottom + right]!;
      out[y * wide + x] = (sum + 1 + (x & 1)) >> 2;
    }
  }
  return { width: wide, height: high, samples: out };
}

function transformed(
  plane: Plane,
  id: number,
  h: number,
  v: number,
  tableIndex: 0 | 1,
  table: Int32Array,
  width: number,
  height: number,
  most: number,
): CodedComponent {
  const blocksWide = Math.ceil((width * h) / (most * 8));
  const blocksHigh = Math.ceil((height * v) / (most * 8));
  const storedWide = Math.ceil(width / (most * 8)) * h;
  const storedHigh = Math.ceil(height / (most * 8)) * v;
  const coefficients = new Int16Array(storedWide * storedHigh * 64);
  const work = new Int32Array(64);
  for (let by = 0; by < storedHigh; by++) {
    for (let bx = 0; bx < storedWide; bx++) {
      const to = (by * storedWide + bx) * 64;
      if (by >= blocksHigh || bx >= blocksWide) {
        // Blocks that only fill up an MCU repeat the one before, without detail.
        const before = by < blocksHigh ? to - 64 : ((by - 1) * storedWide + (Math.floor(bx / h) + 1) * h - 1) * 64;
        coefficients[to] = coefficients[before]!;
        continue;
      }
      for (let y = 0; y < 8; y++) {
        const row = Math.min(by * 8 + y, plane.height - 1) * plane.width;
        for (let x = 0; x < 8; x++) work[y * 8 + x] = plane.samples[row + Math.min(bx * 8 + x, plane.width - 1)]! - 128;
      }
      forwardTransform(work);
      for (let k = 0; k < 64; k++) {
        const value = work[zigzag[k]!]!;
        const step = table[zigzag[k]!]! << 3;
        const size = Math.trunc((Math.abs(value) + (step >> 1)) / step);
        coefficients[to + k] = value < 0 ? -size : size;
      }
    }
  }
  return { id, h, v, tableIndex, blocksWide, blocksHigh, storedWide, coefficients };
}

/** The accurate transform on whole numbers, in place; results are 8 times too large. */
function forwardTransform(d: Int32Array): void {
  for (let pass = 0; pass < 2; pass++) {
    const step = pass === 0 ? 1 : 8;
    const next = pass === 0 ? 8 : 1;
    const shift = pass === 0 ? 11 : 15;
    const half = 1 << (shift - 1);
    for (let i = 0, at = 0; i < 8; i++, at += next) {
      const s0 = d[at]!;
      const s1 = d[at + step]!;
      const s2 = d[at + 2 * step]!;
      const s3 = d[at + 3 * step]!;
      const s4 = d[at + 4 * step]!;
      const s5 = d[at + 5 * step]!;
      const s6 = d[at + 6 * step]!;
      const s7 = d[at + 7 * step]!;
      const e0 = s0 + s7 + s3 + s4;
      const e3 = s0 + s7 - s3 - s4;
      const e1 = s1 + s6 + s2 + s5;
      const e2 = s1 + s6 - s2 - s5;
      d[at] = pass === 0 ? (e0 + e1) << 2 : (e0 + e1 + 2) >> 2;
      d[at + 4 * step] = pass === 0 ? (e0 - e1) << 2 : (e0 - e1 + 2) >> 2;
      const even = (e2 + e3) * 4433;
      d[at + 2 * step] = (even + e3 * 6270 + half) >> shift;
      d[at + 6 * step] = (even - e2 * 15137 + half) >> shift;
      const t4 = s3 - s4;
      const t5 = s2 - s5;
      const t6 = s1 - s6;
      const t7 = s0 - s7;
      const z5 = (t4 + t6 + t5 + t7) * 9633;
      const z1 = (t4 + t7) * -7373;
      const z2 = (t5 + t6) * -20995;
      const z3 = (t4 + t6) * -16069 + z5;
      const z4 = (t5 + t7) * -3196 + z5;
      d[at + 7 * step] = (t4 * 2446 + z1 + z3 + half) >> shift;
      d[at + 5 * step] = (t5 * 16819 + z2 + z4 + half) >> shift;
      d[at + 3 * step] = (t6 * 25172 + z2 + z3 + half) >> shift;
      d[at + step] = (t7 * 12299 + z1 + z4 + half) >> shift;
    }
  }
}
