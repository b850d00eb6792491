// PNG files of 8-bit pixels, written: the same in Node and in browsers, and exact.
// Owns: the container. Leaves compression to whoever has it (fflate), reading to the platform.
import { crc32 } from './checksum.ts';

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

/** The kind of picture by its channels: grey, grey with alpha, colours, colours with alpha. */
const colourTypes = [0, 4, 2, 6] as const;

/** A PNG file of 8-bit pixels, row by row; RGBA unless other channels are given. */
export function encodePng(
  width: number,
  height: number,
  pixels: Uint8Array,
  compress: Compress,
  channels = 4,
): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, colourTypes[channels - 1]!, 0, 0, 0], 8);
  const rows = new Uint8Array(height * (width * channels + 1));
  for (let row = 0; row < height; row++) {
    rows.set(pixels.subarray(row * width * channels, (row + 1) * width * channels), row * (width * channels + 1) + 1);
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
