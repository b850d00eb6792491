// From planes of different resolutions to rows of full resolution, as libjpeg interpolates them.
// Owns: the choice of the interpolation, and one row at a time. Leaves the common ones to row-kernels.ts, colours to color.ts.
import { refuse } from '../image.ts';
import type { Plane } from './planes.ts';
import { Workspace } from './workspace.ts';

/** Gives the address of row `y` of the picture: at least as many samples as the picture is wide, valid until the next call. */
export type RowSource = (y: number) => number;

/** What `rowsOf` allocates. */
export const roomForRows = (outWidth: number): number =>
  Workspace.sizeOf(outWidth + 16) + Workspace.sizeOf(2 * outWidth + 64);

/** Rows of a plane that is `across` times too narrow and `down` times too low. */
export function rowsOf(
  workspace: Workspace,
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
  const row = (y: number) => samples + y * stride;
  if (across === 1 && down === 1) return row;
  const { bytes, kernels } = workspace;
  const out = workspace.allocate(outWidth + 16);
  const sums = workspace.allocate(2 * outWidth + 64);
  const nextRow = (y: number) => Math.min(Math.max((y >> 1) + (y % 2 === 0 ? -1 : 1), 0), height - 1);
  if (fancy && across === 2 && down === 1 && width > 2)
    return (y) => {
      kernels.wide(row(y), 0, width, out, sums);
      return out;
    };
  if (fancy && across === 2 && down === 2 && width > 2)
    return (y) => {
      kernels.wideOfTwo(row(y >> 1), row(nextRow(y)), width, out, sums);
      return out;
    };
  if (fancy && across === 1 && down === 2)
    return (y) => {
      const near = row(y >> 1);
      const far = row(nextRow(y));
      const bias = y % 2 === 0 ? 1 : 2;
      for (let x = 0; x < width; x++) bytes[out + x] = (3 * bytes[near + x]! + bytes[far + x]! + bias) >> 2;
      return out;
    };
  return (y) => {
    const from = row(Math.floor(y / down));
    for (let x = 0; x < outWidth; x++) bytes[out + x] = bytes[from + Math.floor(x / across)]!;
    return out;
  };
}
