// From planes of different resolutions to rows of full resolution, as libjpeg interpolates them.
// Owns: the choice of the interpolation, and one row at a time. Leaves colours to color.ts.
import { refuse } from '../image.ts';
import type { Plane } from './planes.ts';

/** Gives row `y` of the picture: an array with at least as many samples as the picture is wide, valid until the next call. */
export type RowSource = (y: number) => Uint8Array | Uint8ClampedArray;

/** Three parts of the nearer and one of the farther column. */
function widen(row: ArrayLike<number>, width: number, out: Uint8Array): void {
  out[0] = row[0]!;
  let [previous, current] = [row[0]!, row[0]!];
  for (let x = 0, to = 0; x < width; x++, to += 2) {
    const next = x + 1 < width ? row[x + 1]! : current;
    if (x > 0) out[to] = (3 * current + previous + 1) >> 2;
    if (x + 1 < width) out[to + 1] = (3 * current + next + 2) >> 2;
    previous = current;
    current = next;
  }
  out[2 * width - 1] = row[width - 1]!;
}

/** The same in both directions: sums of columns over two rows, `near` three times. */
function widenSums(near: number, far: number, samples: Uint8ClampedArray, width: number, out: Uint8Array): void {
  let previous = 0;
  let current = 3 * samples[near]! + samples[far]!;
  let next = 3 * samples[near + 1]! + samples[far + 1]!;
  out[0] = (4 * current + 8) >> 4;
  out[1] = (3 * current + next + 7) >> 4;
  for (let x = 1, to = 2; x < width - 1; x++, to += 2) {
    previous = current;
    current = next;
    next = 3 * samples[near + x + 1]! + samples[far + x + 1]!;
    out[to] = (3 * current + previous + 8) >> 4;
    out[to + 1] = (3 * current + next + 7) >> 4;
  }
  out[2 * width - 2] = (3 * next + current + 8) >> 4;
  out[2 * width - 1] = (4 * next + 7) >> 4;
}

/** Rows of a plane that is `across` times too narrow and `down` times too low. */
export function rowsOf(
  plane: Plane,
  across: number,
  down: number,
  fancy: boolean,
  outWidth: number,
  file: string,
): RowSource {
  const { samples, stride, width, height } = plane;
  if (!Number.isInteger(across) || !Number.isInteger(down))
    refuse(file, `the JPEG data has planes of ${across} × ${down} times the size of others; wanted whole factors.`);
  const row = (y: number) => samples.subarray(y * stride, y * stride + stride);
  if (across === 1 && down === 1) return row;
  const out = new Uint8Array(Math.max(across * width, outWidth) + 2 * across);
  const nextRow = (y: number) => Math.min(Math.max((y >> 1) + (y % 2 === 0 ? -1 : 1), 0), height - 1);
  if (fancy && across === 2 && down === 1 && width > 2)
    return (y) => {
      widen(row(y), width, out);
      return out;
    };
  if (fancy && across === 2 && down === 2 && width > 2)
    return (y) => {
      widenSums((y >> 1) * stride, nextRow(y) * stride, samples, width, out);
      return out;
    };
  if (fancy && across === 1 && down === 2)
    return (y) => {
      const near = (y >> 1) * stride;
      const far = nextRow(y) * stride;
      const bias = y % 2 === 0 ? 1 : 2;
      for (let x = 0; x < width; x++) out[x] = (3 * samples[near + x]! + samples[far + x]! + bias) >> 2;
      return out;
    };
  return (y) => {
    const from = Math.floor(y / down) * stride;
    for (let x = 0; x < width; x++) out.fill(samples[from + x]!, x * across, (x + 1) * across);
    return out;
  };
}
