// Pixels as a PNG inside a data address, for images within an SVG: the same in Node and in browsers, and exact.
// Owns: the pixels of an image artist. Leaves the container to src/formats/images, files of whole figures to raster.ts.
import type { ImageArtist } from './artists.ts';
import type { Colormap } from './colormaps.ts';

/** The pixels of an image artist as RGBA; numbers that are not finite stay transparent. */
export function imagePixels(artist: ImageArtist, map: Colormap): Uint8Array {
  const { rows, columns, channels, values, scale } = artist;
  const rgba = new Uint8Array(rows * columns * 4);
  const span = scale.high - scale.low || 1;
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    const at = pixel * channels;
    if (!Number.isFinite(values[at])) continue;
    const part = (i: number) => Math.round(values[at + i]! * 255);
    const [red, green, blue] =
      channels === 1 ? map(Math.min(1, Math.max(0, (values[at]! - scale.low) / span))) : [part(0), part(1), part(2)];
    rgba.set([red, green, blue, channels === 4 ? part(3) : 255], pixel * 4);
  }
  return rgba;
}

/** Bytes as a data address. */
export function pngAddress(bytes: Uint8Array): string {
  let text = '';
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return `data:image/png;base64,${btoa(text)}`;
}
