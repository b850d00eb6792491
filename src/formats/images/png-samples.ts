// PNG samples as libpng converts them for TensorFlow: to 1–4 channels of 8 or 16 bits.
// Owns: palettes, transparency, depth, gray from colours.
import type { Picture } from './image.ts';
import type { PngSamples } from './png.ts';

/** The channels that a file has of its own: a palette counts as colours, with opacity where some are transparent. */
export const channelsOfPng = (png: PngSamples): number =>
  png.colorType === 'palette' ? (png.transparency ? 4 : 3) : png.channels;

/** libpng's weights of red, green and blue for 0.299, 0.587 and the rest, of 2¹⁵. */
const RED = 9797;
const GREEN = 19234;
const BLUE = 3737;

/** Gray with the curve that a gAMA or sRGB chunk tells: weights apply to light, not to samples. */
function curves(gamma: number): { toLight: Uint8Array; fromLight: Uint8Array } | null {
  if (gamma === 0 || (gamma >= 95000 && gamma <= 105000)) return null;
  const curve = (exponent: number) =>
    Uint8Array.from({ length: 256 }, (_, i) =>
      i === 0 || i === 255 ? i : Math.floor(255 * (i / 255) ** (exponent * 0.00001) + 0.5),
    );
  const inverse = Math.floor(1e10 / gamma + 0.5);
  // The screen is taken to undo the file's curve.
  return { toLight: curve(inverse), fromLight: curve(Math.floor(1e10 / inverse + 0.5)) };
}

/** Pixels of `channels` channels (0: the file's own), of 16 bits where asked for. */
export function convertPng(png: PngSamples, channels: number, bits: 8 | 16): Picture<Uint8Array | Uint16Array> {
  const { width, height, colorType, bitDepth, data, palette, transparency } = png;
  const wanted = channels || channelsOfPng(png);
  const wantsAlpha = wanted % 2 === 0;
  const wantsGray = wanted < 3;
  const wide = bitDepth === 16;
  const isGray = colorType === 'gray' || colorType === 'gray-alpha';
  const ownAlpha = colorType === 'gray-alpha' || colorType === 'rgb-alpha';
  const scale = bitDepth < 8 && colorType === 'gray' ? 255 / ((1 << bitDepth) - 1) : 1;
  const filler = wide ? 65535 : (1 << bitDepth) - 1;
  const chop = wide && bits === 8 ? 8 : 0;
  const widen = !wide && bits === 16 ? 257 : 1;
  const light = wantsGray && !isGray && !wide ? curves(png.gamma) : null;
  const out = bits === 16 ? new Uint16Array(width * height * wanted) : new Uint8Array(width * height * wanted);
  const step = png.channels;
  const key = transparency && colorType !== 'palette' ? transparency : null;
  const mask = wide ? 65535 : 255;
  for (let i = 0, from = 0, to = 0; i < width * height; i++, from += step, to += wanted) {
    let r = data[from]!;
    let g = r;
    let b = r;
    let a = filler;
    if (colorType === 'palette') {
      const index = r;
      r = palette![3 * index] ?? 0;
      g = palette![3 * index + 1] ?? 0;
      b = palette![3 * index + 2] ?? 0;
      if (transparency) a = transparency[index] ?? 255;
    } else if (isGray) {
      if (ownAlpha) a = data[from + 1]!;
      else if (key && wantsAlpha) a = r === (key[0]! & (bitDepth < 8 ? (1 << bitDepth) - 1 : mask)) ? 0 : mask;
      r = g = b = r * scale;
    } else {
      g = data[from + 1]!;
      b = data[from + 2]!;
      if (ownAlpha) a = data[from + 3]!;
      else if (key && wantsAlpha)
        a = r === (key[0]! & mask) && g === (key[1]! & mask) && b === (key[2]! & mask) ? 0 : mask;
    }
    if (wantsGray && !(r === g && g === b)) {
      if (light) {
        const mean = RED * light.toLight[r]! + GREEN * light.toLight[g]! + BLUE * light.toLight[b]!;
        r = light.fromLight[(mean + 16384) >> 15]!;
      } else if (wide) r = (RED * r + GREEN * g + BLUE * b + 16384) / 32768;
      else r = (RED * r + GREEN * g + BLUE * b) >> 15;
    }
    out[to] = (r >> chop) * widen;
    if (!wantsGray) {
      out[to + 1] = (g >> chop) * widen;
      out[to + 2] = (b >> chop) * widen;
    }
    if (wantsAlpha) out[to + wanted - 1] = (a >> chop) * widen;
  }
  return { width, height, channels: wanted, data: out };
}
