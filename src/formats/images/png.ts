// PNG pictures: every depth, colour type and interlacing, to raw samples; and back.
// Owns: chunks, checksums, filters, passes. Leaves conversions of samples to png-samples.ts, inflating to fflate.
import { crc32 } from '../checksum.ts';
import { checkSize, refuse } from './image.ts';

export type PngColorType = 'gray' | 'rgb' | 'palette' | 'gray-alpha' | 'rgb-alpha';

/** The samples as they stand in the file, one number for each (indices of the palette, for one). */
export interface PngSamples {
  readonly width: number;
  readonly height: number;
  readonly colorType: PngColorType;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly bitDepth: number;
  /** Samples of a pixel in `data`. */
  readonly channels: number;
  readonly data: Uint8Array | Uint16Array;
  /** Red, green, blue of each colour of the palette. */
  readonly palette: Uint8Array | null;
  /** Opacity of the palette's first colours, or the transparent colour's samples. */
  readonly transparency: Uint8Array | Uint16Array | null;
  /** The exponent of the file's samples times 100,000; 0 where the file does not say. */
  readonly gamma: number;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const colorTypes: Record<number, { readonly name: PngColorType; readonly channels: number; readonly depths: string }> =
  {
    0: { name: 'gray', channels: 1, depths: '1,2,4,8,16' },
    2: { name: 'rgb', channels: 3, depths: '8,16' },
    3: { name: 'palette', channels: 1, depths: '1,2,4,8' },
    4: { name: 'gray-alpha', channels: 2, depths: '8,16' },
    6: { name: 'rgb-alpha', channels: 4, depths: '8,16' },
  };

/** Column and row where each of the seven passes begins, and its steps. */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly type: { readonly name: PngColorType; readonly channels: number };
  readonly interlaced: boolean;
}

/** Reads a PNG file. The end of the file may be missing where `lenient`, as long as all pixels are there. */
export async function readPng(bytes: Uint8Array, file = '', lenient = false): Promise<PngSamples> {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) refuse(file, 'this is no PNG file.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: Header | null = null;
  let palette: Uint8Array | null = null;
  let transparency: Uint8Array | Uint16Array | null = null;
  let gamma = 0;
  const parts: Uint8Array[] = [];
  for (let at = 8; ; ) {
    const mayEnd = lenient && parts.length > 0;
    if (at + 12 > bytes.length) {
      if (mayEnd) break;
      refuse(file, 'the PNG file is cut off.');
    }
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (length > bytes.length - at - 12 && mayEnd) break;
    if (length > bytes.length - at - 12) refuse(file, `the PNG file is cut off in its ${show(name)} chunk.`);
    const body = bytes.subarray(at + 8, at + 8 + length);
    const intact = crc32(bytes.subarray(at + 4, at + 8 + length)) === view.getUint32(at + 8 + length);
    // A chunk that begins with a small letter may be passed over.
    const isCritical = (bytes[at + 4]! & 32) === 0;
    if (!intact && isCritical) refuse(file, `the ${show(name)} chunk of the PNG file has a wrong checksum.`);
    at += 12 + length;
    if (!header && name !== 'IHDR') refuse(file, 'the PNG file does not begin with an IHDR chunk.');
    if (name === 'IHDR') header = headerOf(body, file);
    else if (name === 'IDAT') parts.push(body);
    else if (name === 'IEND') break;
    else if (name === 'PLTE') {
      if (length % 3 !== 0 || length > 768 || length === 0) refuse(file, 'the palette of the PNG file is damaged.');
      palette = body.slice();
    } else if (name === 'tRNS' && intact) transparency = transparencyOf(body, header!);
    else if (name === 'gAMA' && intact && length === 4 && gamma === 0)
      gamma = new DataView(body.buffer, body.byteOffset).getUint32(0);
    else if (name === 'sRGB' && intact) gamma = 45455;
    else if (isCritical) refuse(file, `the PNG file has a chunk ${show(name)} that is not known.`);
  }
  if (!header || parts.length === 0) return refuse(file, 'the PNG file has no pixels.');
  if (header.type.name === 'palette' && !palette) refuse(file, 'the PNG file lacks its palette.');
  const data = await samplesOf(parts, header, file);
  return {
    width: header.width,
    height: header.height,
    colorType: header.type.name,
    bitDepth: header.bitDepth,
    channels: header.type.channels,
    data,
    palette,
    transparency,
    gamma,
  };
}

const show = (name: string): string => JSON.stringify(name);

function headerOf(body: Uint8Array, file: string): Header {
  if (body.length !== 13) refuse(file, 'the header of the PNG file is damaged.');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const [width, height, bitDepth, color] = [view.getUint32(0), view.getUint32(4), body[8]!, body[9]!];
  const type = colorTypes[color];
  if (!type?.depths.split(',').includes(String(bitDepth)) || body[10] !== 0 || body[11] !== 0 || body[12]! > 1)
    return refuse(file, 'the header of the PNG file is damaged.');
  checkSize(file, width, height, type.channels);
  return { width, height, bitDepth, type, interlaced: body[12] === 1 };
}

function transparencyOf(body: Uint8Array, header: Header): Uint8Array | Uint16Array | null {
  if (header.type.name === 'palette') return body.slice();
  const wanted = header.type.name === 'gray' ? 1 : header.type.name === 'rgb' ? 3 : 0;
  if (wanted === 0 || body.length !== 2 * wanted) return null;
  return Uint16Array.from({ length: wanted }, (_, i) => (body[2 * i]! << 8) | body[2 * i + 1]!);
}

async function samplesOf(
  parts: readonly Uint8Array[],
  header: Header,
  file: string,
): Promise<Uint8Array | Uint16Array> {
  const { width, height, bitDepth, type, interlaced } = header;
  const rowBytes = (pixels: number) => Math.ceil((pixels * type.channels * bitDepth) / 8);
  const sections = (interlaced ? passes : ([[0, 0, 1, 1]] as const))
    .map(([left, top, across, down]) => {
      const [wide, high] = [Math.ceil((width - left) / across), Math.ceil((height - top) / down)];
      return { left, top, across, down, wide, high, bytes: high * (1 + rowBytes(wide)) };
    })
    .filter((section) => section.wide > 0 && section.high > 0);
  const size = sections.reduce((sum, section) => sum + section.bytes, 0);
  const packed = parts.length === 1 ? parts[0]! : joined(parts);
  // Deflate packs at most a thousandfold: what declares more is not worth the memory.
  if (size > 1100 * packed.length + 1024) refuse(file, 'the PNG file holds fewer bytes than its size needs.');
  const raw = await inflated(packed, size, file);
  const samples = width * height * type.channels;
  const data = bitDepth === 16 ? new Uint16Array(samples) : new Uint8Array(samples);
  let from = 0;
  for (const section of sections) {
    const { left, top, across, down, wide, high } = section;
    const length = rowBytes(wide);
    unfilter(raw, from, length, high, Math.max(1, (type.channels * bitDepth) >> 3), file);
    for (let y = 0; y < high; y++) {
      const row = raw.subarray(from + 1 + y * (length + 1), from + (y + 1) * (length + 1));
      spread(row, bitDepth, type.channels, wide, data, ((top + y * down) * width + left) * type.channels, across);
    }
    from += section.bytes;
  }
  return data;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function inflated(packed: Uint8Array, size: number, file: string): Promise<Uint8Array> {
  const { Unzlib } = await import('fflate');
  const out = new Uint8Array(size);
  let at = 0;
  const stream = new Unzlib((chunk) => {
    const part = chunk.length > size - at ? chunk.subarray(0, size - at) : chunk;
    out.set(part, at);
    at += part.length;
  });
  // A step may inflate a thousandfold: small pictures take small ones, so that what follows their pixels costs nothing.
  const step = Math.min(1 << 16, Math.max(1 << 8, size));
  try {
    for (let from = 0; from < packed.length && at < size; from += step)
      stream.push(packed.subarray(from, from + step), from + step >= packed.length);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (at < size) refuse(file, `the pixels of the PNG file are damaged (${why}).`, { cause: error });
  }
  if (at < size) refuse(file, 'the PNG file holds fewer pixels than its size needs.');
  return out;
}

/** Undoes the filters of a section in place: each row follows a byte that names its filter. */
function unfilter(raw: Uint8Array, from: number, length: number, rows: number, step: number, file: string): void {
  for (let y = 0; y < rows; y++) {
    const at = from + y * (length + 1);
    const filter = raw[at]!;
    const row = at + 1;
    const above = y === 0 ? -1 : row - length - 1;
    if (filter === 0) continue;
    if (filter === 1) {
      for (let i = step; i < length; i++) raw[row + i]! += raw[row + i - step]!;
    } else if (filter === 2) {
      if (above >= 0) for (let i = 0; i < length; i++) raw[row + i]! += raw[above + i]!;
    } else if (filter === 3) {
      for (let i = 0; i < length; i++) {
        const left = i < step ? 0 : raw[row + i - step]!;
        raw[row + i]! += (left + (above < 0 ? 0 : raw[above + i]!)) >> 1;
      }
    } else if (filter === 4) {
      for (let i = 0; i < length; i++) {
        const a = i < step ? 0 : raw[row + i - step]!;
        const b = above < 0 ? 0 : raw[above + i]!;
        const c = i < step || above < 0 ? 0 : raw[above + i - step]!;
        const pa = Math.abs(b - c);
        const pb = Math.abs(a - c);
        const pc = Math.abs(a + b - 2 * c);
        raw[row + i]! += pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      }
    } else refuse(file, `the PNG file uses filter ${filter}, which does not exist.`);
  }
}

/** Takes the samples of a row out of their bytes, pixel by pixel `across` apart. */
function spread(
  row: Uint8Array,
  bitDepth: number,
  channels: number,
  pixels: number,
  data: Uint8Array | Uint16Array,
  to: number,
  across: number,
): void {
  const count = pixels * channels;
  if (across === 1 && bitDepth === 8) {
    data.set(row.subarray(0, count), to);
    return;
  }
  const jump = (across - 1) * channels;
  const mask = (1 << bitDepth) - 1;
  for (let i = 0, at = to, c = 0; i < count; i++, at++) {
    if (bitDepth === 8) data[at] = row[i]!;
    else if (bitDepth === 16) data[at] = (row[2 * i]! << 8) | row[2 * i + 1]!;
    else {
      const bit = i * bitDepth;
      data[at] = (row[bit >> 3]! >> (8 - bitDepth - (bit & 7))) & mask;
    }
    if (++c === channels) {
      c = 0;
      at += jump;
    }
  }
}
