// Pictures as Pillow holds them: pixels of a mode, and their conversion from mode to mode.
// Owns: the modes that Keras meets, Pillow's whole-number formulas. Leaves files to open.ts, sizes to resample.ts.

/** '1' and 'L' have one sample; 'P' indices of a palette; 'I;16' 16 bits; 'I' 32. */
export type Mode = '1' | 'L' | 'LA' | 'P' | 'RGB' | 'RGBA' | 'CMYK' | 'I;16' | 'I';

/** A class, so that a picture is never taken for an options object. */
export class ModeImage {
  readonly mode: Mode;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Rows of interleaved samples; '1' as 0 and 255. */
  readonly data: Uint8Array | Uint16Array | Int32Array;
  /** Of 'P': red, green, blue of each colour, and their opacity. */
  readonly palette: Uint8Array | undefined;
  readonly paletteAlpha: Uint8Array | undefined;
  /** The samples of the colour that is transparent. */
  readonly transparent: readonly number[] | undefined;

  constructor(mode: Mode, width: number, height: number, data: ModeImage['data'], extra: ModeExtras = {}) {
    this.mode = mode;
    this.width = width;
    this.height = height;
    this.channels = channelsOfMode[mode];
    this.data = data;
    this.palette = extra.palette;
    this.paletteAlpha = extra.paletteAlpha;
    this.transparent = extra.transparent;
  }
}
interface ModeExtras {
  readonly palette?: Uint8Array | undefined;
  readonly paletteAlpha?: Uint8Array | undefined;
  readonly transparent?: readonly number[] | undefined;
}

export const channelsOfMode: Readonly<Record<Mode, number>> = {
  '1': 1,
  L: 1,
  LA: 2,
  P: 1,
  RGB: 3,
  RGBA: 4,
  CMYK: 4,
  'I;16': 1,
  I: 1,
};

/** a · b / 255, rounded. */
export const timesShare = (a: number, b: number): number => {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
};
const gray = (r: number, g: number, b: number): number => (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;

/** Red, green, blue and opacity of every pixel. */
function eachColor(image: ModeImage, visit: (i: number, r: number, g: number, b: number, a: number) => void): void {
  const { mode, data, palette, paletteAlpha, transparent } = image;
  const count = image.width * image.height;
  switch (mode) {
    case 'RGB':
      for (let i = 0, at = 0; i < count; i++, at += 3) {
        const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
        visit(
          i,
          r,
          g,
          b,
          transparent && r === transparent[0] && g === transparent[1] && b === transparent[2] ? 0 : 255,
        );
      }
      return;
    case 'RGBA':
      for (let i = 0, at = 0; i < count; i++, at += 4) visit(i, data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!);
      return;
    case 'CMYK':
      for (let i = 0, at = 0; i < count; i++, at += 4) {
        const light = 255 - data[at + 3]!;
        const of = (ink: number) => Math.max(0, light - timesShare(ink, light));
        visit(i, of(data[at]!), of(data[at + 1]!), of(data[at + 2]!), 255);
      }
      return;
    case 'P':
      for (let i = 0; i < count; i++) {
        const index = data[i]!;
        const color = (c: number) => palette?.[3 * index + c] ?? 0;
        visit(i, color(0), color(1), color(2), paletteAlpha?.[index] ?? 255);
      }
      return;
    case 'LA':
      for (let i = 0; i < count; i++) visit(i, data[2 * i]!, data[2 * i]!, data[2 * i]!, data[2 * i + 1]!);
      return;
    default:
      // Wider samples are clipped, not scaled.
      for (let i = 0; i < count; i++) {
        const value = Math.min(Math.max(data[i]!, 0), 255);
        visit(i, value, value, value, transparent && data[i] === transparent[0] ? 0 : 255);
      }
  }
}

/** The picture in the mode that Keras asked for. */
export function convertMode(image: ModeImage, mode: 'L' | 'RGB' | 'RGBA'): ModeImage {
  if (image.mode === mode) return image;
  const { width, height } = image;
  const out = new Uint8Array(width * height * channelsOfMode[mode]);
  if (mode === 'L')
    eachColor(image, (i, r, g, b) => {
      out[i] = r === g && g === b ? r : gray(r, g, b);
    });
  else if (mode === 'RGB')
    eachColor(image, (i, r, g, b) => {
      out[3 * i] = r;
      out[3 * i + 1] = g;
      out[3 * i + 2] = b;
    });
  else
    eachColor(image, (i, r, g, b, a) => {
      out[4 * i] = r;
      out[4 * i + 1] = g;
      out[4 * i + 2] = b;
      out[4 * i + 3] = a;
    });
  return new ModeImage(mode, width, height, out);
}
