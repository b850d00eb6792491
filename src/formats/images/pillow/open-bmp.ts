// BMP pictures as Pillow opens them: palettes of 1, 4 and 8 bits, 16, 24 and 32 bits, bit fields, run lengths.
// Owns: the headers of all versions and the layouts of pixels.
import { checkSize, refuse } from '../image.ts';
import { ModeImage } from './mode-image.ts';

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  readonly colors: number;
  readonly paletteStart: number;
  readonly paletteStep: 3 | 4;
  /** Where red, green, blue and opacity stand in a pixel. */
  readonly masks: readonly number[];
}

const RLE8 = 1;
const RLE4 = 2;
const BITFIELDS = 3;

export function openBmp(bytes: Uint8Array, file: string): ModeImage {
  const header = headerOf(bytes, file);
  const { width, height, bits, paletteStart, paletteStep } = header;
  checkSize(file, width, height, 3);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = view.getUint32(10, true);
  if (start === paletteStart && bits <= 8) start += paletteStep * header.colors;
  if (bits > 8) return colorPixels(bytes, start, header, file);
  const count = Math.min(header.colors, 256);
  if (paletteStart + paletteStep * count > bytes.length) refuse(file, 'the BMP file is cut off in its palette.');
  const palette = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < 3; c++) palette[3 * i + c] = bytes[paletteStart + i * paletteStep + 2 - c]!;
  const packed = header.compression === RLE8 || header.compression === RLE4;
  const indices = packed ? runs(bytes, start, header) : indexPixels(bytes, start, header, file);
  // A palette of grays in order is none.
  const isGray = palette.every((sample, i) => sample === (header.colors === 2 ? 255 : 1) * Math.floor(i / 3));
  if (!isGray) return new ModeImage('P', width, height, indices, { palette });
  if (header.colors > 2) return new ModeImage('L', width, height, indices);
  return new ModeImage(
    '1',
    width,
    height,
    indices.map((index) => (index ? 255 : 0)),
  );
}

function headerOf(bytes: Uint8Array, file: string): BmpHeader {
  if (bytes.length < 26) refuse(file, 'the BMP file is cut off in its header.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(14, true);
  if (size === 12) {
    const bits = view.getUint16(24, true);
    const common = { topDown: false, compression: 0, colors: 1 << bits, paletteStart: 26, paletteStep: 3 as const };
    const masks = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
    return { width: view.getUint16(18, true), height: view.getUint16(20, true), bits, masks, ...common };
  }
  if (![40, 52, 56, 64, 108, 124].includes(size)) refuse(file, `a BMP header of ${size} bytes is not known.`);
  if (bytes.length < 14 + size) refuse(file, 'the BMP file is cut off in its header.');
  const rows = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (compression > BITFIELDS || ![1, 4, 8, 16, 24, 32].includes(bits))
    refuse(file, `BMP files of ${bits} bits a pixel with compression ${compression} cannot be read.`);
  let masks = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  if (compression === BITFIELDS) {
    if (bytes.length < 66) refuse(file, 'the BMP file is cut off in its header.');
    masks = [54, 58, 62].map((at) => view.getUint32(at, true));
    masks.push(size >= 56 ? view.getUint32(66, true) : 0);
    if (bits === 32 && masks.every((mask) => mask === 0)) masks = [0xff0000, 0xff00, 0xff, 0xff000000];
  }
  return {
    width: view.getInt32(18, true),
    height: Math.abs(rows),
    topDown: rows < 0,
    bits,
    compression,
    colors: view.getUint32(46, true) || 2 ** Math.min(bits, 16),
    paletteStart: 14 + size,
    paletteStep: 4,
    masks,
  };
}

const rowBytes = ({ width, bits }: BmpHeader): number => ((width * bits + 31) >> 3) & ~3;

function need(bytes: Uint8Array, start: number, header: BmpHeader, file: string): void {
  const last = Math.ceil((header.width * header.bits) / 8);
  if (start + rowBytes(header) * (header.height - 1) + last > bytes.length)
    refuse(file, `the BMP file is cut off: its ${header.width} × ${header.height} pixels are not all there.`);
}

function indexPixels(bytes: Uint8Array, start: number, header: BmpHeader, file: string): Uint8Array {
  need(bytes, start, header, file);
  const { width, height, bits } = header;
  const out = new Uint8Array(width * height);
  const mask = (1 << bits) - 1;
  for (let y = 0; y < height; y++) {
    const from = start + (header.topDown ? y : height - 1 - y) * rowBytes(header);
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      out[y * width + x] = (bytes[from + (bit >> 3)]! >> (8 - bits - (bit & 7))) & mask;
    }
  }
  return out;
}

/** Pairs of count and index; counts of zero begin escapes. */
function runs(bytes: Uint8Array, start: number, header: BmpHeader): Uint8Array {
  const { width, height } = header;
  const out = new Uint8Array(width * height);
  const nibbles = header.compression === RLE4;
  let [x, y, at] = [0, 0, start];
  const put = (index: number) => {
    if (x < width && y < height) out[(header.topDown ? y : height - 1 - y) * width + x] = index;
    x++;
  };
  while (at + 1 < bytes.length && y < height) {
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(nibbles ? (i % 2 === 0 ? value >> 4 : value & 15) : value);
    } else if (value === 0) {
      x = 0;
      y++;
    } else if (value === 1) break;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      for (let i = 0; i < value; i++) {
        const byte = bytes[at + (nibbles ? i >> 1 : i)] ?? 0;
        put(nibbles ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
      }
      const used = nibbles ? (value + 1) >> 1 : value;
      at += used + (used & 1);
    }
  }
  return out;
}

function colorPixels(bytes: Uint8Array, start: number, header: BmpHeader, file: string): ModeImage {
  need(bytes, start, header, file);
  const { width, height, bits, masks } = header;
  const hasAlpha = masks[3] !== 0;
  const channels = hasAlpha ? 4 : 3;
  const out = new Uint8Array(width * height * channels);
  const fields = masks.slice(0, channels).map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    const most = mask >>> shift;
    return { shift, most: most || 1, mask };
  });
  const step = bits >> 3;
  for (let y = 0, to = 0; y < height; y++) {
    let from = start + (header.topDown ? y : height - 1 - y) * rowBytes(header);
    for (let x = 0; x < width; x++, from += step) {
      let pixel = bytes[from]! | (bytes[from + 1]! << 8);
      if (step > 2) pixel |= bytes[from + 2]! << 16;
      if (step > 3) pixel |= bytes[from + 3]! << 24;
      for (const { shift, most, mask } of fields)
        out[to++] = most === 255 ? (pixel >>> shift) & 255 : Math.trunc((((pixel & mask) >>> shift) * 255) / most);
    }
  }
  return new ModeImage(hasAlpha ? 'RGBA' : 'RGB', width, height, out);
}
