// Writes PNG files of 8 or 16 bits: gray, gray with opacity, colours, colours with opacity.
// Owns: the container and the choice of filters. Leaves compression to what is passed in.
import { crc32 } from '../checksum.ts';

export type Compress = (data: Uint8Array) => Uint8Array;

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

const COLOR_TYPES: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 };

/** The file of a picture of 1 to 4 channels; `compress` makes a zlib stream. */
export function encodePng(
  picture: {
    readonly width: number;
    readonly height: number;
    readonly channels: number;
    readonly data: Uint8Array | Uint16Array;
  },
  compress: Compress,
): Uint8Array {
  const { width, height, channels, data } = picture;
  const wide = data instanceof Uint16Array;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([wide ? 16 : 8, COLOR_TYPES[channels]!, 0, 0, 0], 8);
  const samples = wide ? highByteFirst(data) : data;
  const step = channels * (wide ? 2 : 1);
  const parts = [
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk('IHDR', header),
    chunk('IDAT', compress(filtered(samples, width * step, height, step))),
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

function highByteFirst(data: Uint16Array): Uint8Array {
  const out = new Uint8Array(2 * data.length);
  data.forEach((sample, i) => {
    out[2 * i] = sample >> 8;
    out[2 * i + 1] = sample & 255;
  });
  return out;
}

/** Each row under the filter that leaves the smallest differences. */
function filtered(samples: Uint8Array, length: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array(height * (length + 1));
  const tries = Array.from({ length: 5 }, () => new Uint8Array(length));
  for (let y = 0; y < height; y++) {
    const row = y * length;
    const sums = [0, 0, 0, 0, 0];
    for (let i = 0; i < length; i++) {
      const value = samples[row + i]!;
      const a = i < step ? 0 : samples[row + i - step]!;
      const b = y === 0 ? 0 : samples[row + i - length]!;
      const c = i < step || y === 0 ? 0 : samples[row + i - length - step]!;
      const pa = Math.abs(b - c);
      const pb = Math.abs(a - c);
      const pc = Math.abs(a + b - 2 * c);
      tries[0]![i] = value;
      tries[1]![i] = value - a;
      tries[2]![i] = value - b;
      tries[3]![i] = value - ((a + b) >> 1);
      tries[4]![i] = value - (pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
      for (let filter = 0; filter < 5; filter++) {
        const difference = tries[filter]![i]!;
        sums[filter]! += difference < 128 ? difference : 256 - difference;
      }
    }
    const best = sums.indexOf(Math.min(...sums));
    out[y * (length + 1)] = best;
    out.set(tries[best]!, y * (length + 1) + 1);
  }
  return out;
}
