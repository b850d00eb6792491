// Colour spaces of JPEG files, converted row by row with libjpeg's tables of whole numbers.
// Owns: which space a file has, and the rare conversions. YCbCr to red, green, blue is assembled in row-kernels.ts.
import type { Frame } from './headers.ts';

export type ColorSpace = 'gray' | 'ycc' | 'rgb' | 'cmyk' | 'ycck' | 'other';
type Row = Uint8Array | Uint8ClampedArray;

/** libjpeg's guess: markers first, then the identifiers of the components. */
export function colorSpaceOf(frame: Frame, sawJfif: boolean, adobeTransform: number | null): ColorSpace {
  const ids = frame.components.map((component) => component.id);
  if (ids.length === 1) return 'gray';
  if (ids.length === 3) {
    if (sawJfif) return 'ycc';
    if (adobeTransform !== null) return adobeTransform === 0 ? 'rgb' : 'ycc';
    return String(ids) === '82,71,66' ? 'rgb' : 'ycc';
  }
  if (ids.length === 4) return adobeTransform === 2 ? 'ycck' : 'cmyk';
  return 'other';
}

// As expressions, not as tables made when the module is loaded: hardly any file needs them.
const redOfCr = (cr: number): number => (91881 * (cr - 128) + 32768) >> 16;
const blueOfCb = (cb: number): number => (116130 * (cb - 128) + 32768) >> 16;
const greenOf = (cb: number, cr: number): number => (-22554 * (cb - 128) + 32768 - 46802 * (cr - 128)) >> 16;

export function rgbToGray(r: Row, g: Row, b: Row, width: number, out: Uint8ClampedArray, to: number): void {
  for (let x = 0; x < width; x++) out[to + x] = (19595 * r[x]! + 38470 * g[x]! + 7471 * b[x]! + 32768) >> 16;
}
export function interleave(rows: readonly Row[], width: number, out: Uint8ClampedArray, to: number): void {
  const count = rows.length;
  rows.forEach((row, c) => {
    for (let x = 0, at = to + c; x < width; x++, at += count) out[at] = row[x]!;
  });
}
/** YCCK to CMYK: the first three are inverted. */
export function ycckToCmyk(rows: readonly Row[], width: number, out: Uint8ClampedArray, to: number): void {
  const [y, cb, cr, k] = rows as readonly [Row, Row, Row, Row];
  for (let x = 0; x < width; x++, to += 4) {
    const luma = 255 - y[x]!;
    out[to] = luma - redOfCr(cr[x]!);
    out[to + 1] = luma - greenOf(cb[x]!, cr[x]!);
    out[to + 2] = luma - blueOfCb(cb[x]!);
    out[to + 3] = k![x]!;
  }
}
