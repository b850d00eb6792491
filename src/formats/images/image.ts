// What all picture formats share: decoded pixels, the kinds of files by their first bytes, the error, the bound on sizes.
// Owns: those. Leaves each format to its folder or file.
import { FormatError } from '../file-error.ts';

/** Rows of interleaved samples: `data[(y * width + x) * channels + c]`. */
export interface Picture<D extends Uint8Array | Uint16Array = Uint8Array> {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: D;
}

/** Frames of one size: `data[((frame * height + y) * width + x) * channels + c]`. */
export interface Animation extends Picture {
  readonly frames: number;
}

export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'bmp' | 'webp';

/** The format that the first bytes tell; undefined where they tell none. */
export function imageFormatOf(bytes: Uint8Array): ImageFormat | undefined {
  const starts = (...magic: number[]) => bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
  if (starts(0xff, 0xd8, 0xff)) return 'jpeg';
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (starts(0x47, 0x49, 0x46, 0x38)) return 'gif';
  if (starts(0x42, 0x4d)) return 'bmp';
  const webp = [0x57, 0x45, 0x42, 0x50];
  if (starts(0x52, 0x49, 0x46, 0x46) && bytes.length > 12 && webp.every((byte, i) => bytes[8 + i] === byte))
    return 'webp';
  return undefined;
}

/** Refuses a picture: damaged, of another kind, or too large. */
export const refuse = (file: string, message: string, options?: ErrorOptions): never => {
  throw new FormatError('bad_image', file, message, options);
};

/** TensorFlow's bound: a picture of more samples is refused before memory is taken for it. */
const MOST_SAMPLES = 2 ** 29;

/** Checks a declared size. */
export function checkSize(file: string, width: number, height: number, channels: number): void {
  if (!(width > 0 && height > 0)) refuse(file, `the picture says that it has ${width} × ${height} pixels.`);
  if (width * height * channels >= MOST_SAMPLES)
    refuse(file, `the picture says that it has ${width} × ${height} pixels, which is too many; refused.`);
}
