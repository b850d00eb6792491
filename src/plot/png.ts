// Pixels as a PNG inside a data address, for images within an SVG: the same in Node and in browsers, and exact.
// Owns: the PNG container. Leaves compression to fflate, and files of whole figures to raster.ts.
import { crc32 } from '../formats/checksum.ts';
import type { ImageArtist } from './artists.ts';
import type { Colormap } from './colormaps.ts';

type Compress = (data: Uint8Array) => Uint8Array;

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** A PNG file of 8-bit RGBA pixels, row by row. */
export function encodePng(width: number, height: number, rgba: Uint8Array, compress: Compress): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 6, 0, 0, 0], 8);
  const rows = new Uint8Array(height * (width * 4 + 1));
  for (let row = 0; row < height; row++) {
    rows.set(rgba.subarray(row * width * 4, (row + 1) * width * 4), row * (width * 4 + 1) + 1);
  }
  const parts = [
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk('IHDR', header),
    chunk('IDAT', compress(rows)),
    chunk('IEND', new Uint8Array(0)),
  ];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

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
