// GIF pictures: frames of indices with their palettes, and the frames drawn as TensorFlow draws them.
// Owns: blocks, LZW, interlacing, transparency between frames. Writing is not needed anywhere.
import { type Animation, checkSize, refuse } from './image.ts';

export interface GifFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** One index of the palette for each pixel, in rows from the top. */
  readonly indices: Uint8Array;
  /** Red, green, blue of each colour. */
  readonly palette: Uint8Array | null;
  /** The index that leaves a pixel as it was; −1 where there is none. */
  readonly transparent: number;
  /** What becomes of the frame before the next: 2 clears it, 3 restores what was there. */
  readonly disposal: number;
}

export interface Gif {
  /** The size of the whole canvas. */
  readonly width: number;
  readonly height: number;
  readonly background: number;
  readonly frames: readonly GifFrame[];
  /** Why reading stopped before the end; undefined where it did not. */
  readonly damage?: string;
}

class Damage extends Error {}

/**
 * Reads up to `most` frames. A file that is damaged after some frame gives those before, and says so. The end of a frame's data
 * may be missing where `lenient`, as long as all its pixels are there.
 */
export function readGif(bytes: Uint8Array, file = '', most = Number.POSITIVE_INFINITY, lenient = false): Gif {
  const signature = String.fromCharCode(...bytes.subarray(0, 6));
  if (signature !== 'GIF87a' && signature !== 'GIF89a') refuse(file, 'this is no GIF file.');
  if (bytes.length < 13) refuse(file, 'the GIF file is cut off in its header.');
  const word = (at: number) => bytes[at]! | (bytes[at + 1]! << 8);
  const [width, height, flags] = [word(6), word(8), bytes[10]!];
  let at = 13;
  const need = (count: number) => {
    if (at + count > bytes.length) throw new Damage('the file is cut off');
    at += count;
    return at - count;
  };
  const paletteOf = (flag: number): Uint8Array | null => {
    if ((flag & 128) === 0) return null;
    const size = 3 * (2 << (flag & 7));
    const start = need(size);
    return bytes.subarray(start, start + size);
  };
  const subBlocks = (): Uint8Array => {
    const start = at;
    let size = 0;
    for (;;) {
      if (lenient && at + (bytes[at] ?? 0) >= bytes.length) {
        size += Math.max(0, bytes.length - at - 1);
        at = bytes.length;
        break;
      }
      const count = bytes[need(1)]!;
      if (count === 0) break;
      need(count);
      size += count;
    }
    const all = new Uint8Array(size);
    for (let from = start, to = 0; to < size; from += bytes[from]! + 1) {
      const part = bytes.subarray(from + 1, from + 1 + bytes[from]!);
      all.set(part, to);
      to += part.length;
    }
    return all;
  };
  const frames: GifFrame[] = [];
  let samples = 0;
  const readAll = (): void => {
    const shared = paletteOf(flags);
    let transparent = -1;
    let disposal = 0;
    while (frames.length < most) {
      const kind = bytes[need(1)]!;
      if (kind === 0x3b) return;
      if (kind === 0x21) {
        const label = bytes[need(1)]!;
        const body = subBlocks();
        if (label === 0xf9 && body.length >= 4) {
          transparent = body[0]! & 1 ? body[3]! : -1;
          disposal = (body[0]! >> 2) & 7;
        }
        continue;
      }
      if (kind !== 0x2c) throw new Damage(`a block of kind ${kind} is not known`);
      const start = need(9);
      const [left, top, wide, high] = [word(start), word(start + 2), word(start + 4), word(start + 6)];
      const flag = bytes[start + 8]!;
      samples += wide * high;
      checkSize(file, wide, high, 3);
      if (samples * 3 >= 2 ** 29) refuse(file, 'the GIF file has too many pixels; refused.');
      const palette = paletteOf(flag) ?? shared;
      const codeSize = bytes[need(1)]!;
      const packed = subBlocks();
      // A code stands for at most 4,096 pixels.
      if (wide * high > packed.length * 8 * 4096) throw new Damage('a frame has fewer bytes than its size needs');
      const straight = unpack(packed, codeSize, wide * high);
      const indices = flag & 64 ? deinterlaced(straight, wide, high) : straight;
      frames.push({ left, top, width: wide, height: high, indices, palette, transparent, disposal });
      transparent = -1;
      disposal = 0;
    }
  };
  let damage: string | undefined;
  try {
    readAll();
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    damage = error.message;
  }
  return { width, height, background: bytes[11]!, frames, ...(damage === undefined ? {} : { damage }) };
}

/** LZW with codes of growing size. */
function unpack(packed: Uint8Array, codeSize: number, count: number): Uint8Array {
  if (codeSize < 1 || codeSize > 8) throw new Damage(`a code size of ${codeSize} is impossible`);
  const clear = 1 << codeSize;
  const end = clear + 1;
  const prefix = new Int16Array(4096).fill(-1);
  const suffix = new Uint8Array(4096);
  const length = new Uint16Array(4096);
  for (let i = 0; i < clear; i++) {
    suffix[i] = i;
    length[i] = 1;
  }
  const out = new Uint8Array(count);
  let [size, next, previous] = [codeSize + 1, end + 1, -1];
  let [bits, have, at, to] = [0, 0, 0, 0];
  while (to < count) {
    while (have < size) {
      if (at >= packed.length) throw new Damage('the pixels of a frame are cut off');
      bits |= packed[at++]! << have;
      have += 8;
    }
    const code = bits & ((1 << size) - 1);
    bits >>>= size;
    have -= size;
    if (code === clear) {
      size = codeSize + 1;
      next = end + 1;
      previous = -1;
      continue;
    }
    if (code === end) throw new Damage('the pixels of a frame end early');
    if (code > next || (code === next && previous < 0) || (code >= clear && code < end + 1))
      throw new Damage('the pixels of a frame are damaged');
    const known = code < next;
    if (!known && next > 4095) throw new Damage('the pixels of a frame are damaged');
    // A code that is just being made stands for the previous string and its own first index.
    let walk = known ? code : previous;
    const total = length[walk]! + (known ? 0 : 1);
    let write = to + total - 1;
    let first = 0;
    if (!known) write--;
    for (; walk >= 0; walk = walk < clear ? -1 : prefix[walk]!) {
      first = suffix[walk]!;
      if (write < count) out[write] = first;
      write--;
    }
    if (!known && to + total - 1 < count) out[to + total - 1] = first;
    to += total;
    if (previous >= 0 && next < 4096) {
      prefix[next] = previous;
      suffix[next] = first;
      length[next] = length[previous]! + 1;
      next++;
      if (next === 1 << size && size < 12) size++;
    }
    previous = code;
  }
  return out;
}

function deinterlaced(rows: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(rows.length);
  let from = 0;
  for (const [start, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const)
    for (let y = start; y < height; y += step, from += width) out.set(rows.subarray(from, from + width), y * width);
  return out;
}

/** All frames (or the first) as red, green, blue, each drawn over the one before. */
export function decodeGif(bytes: Uint8Array, options: { file?: string; firstOnly?: boolean } = {}): Animation {
  const { file = '', firstOnly = false } = options;
  const gif = readGif(bytes, file);
  if (gif.frames.length === 0)
    refuse(file, `the GIF file holds no whole picture${gif.damage ? `: ${gif.damage}` : ''}.`);
  const frames = firstOnly ? gif.frames.slice(0, 1) : gif.frames;
  const width = Math.max(...frames.map((frame) => frame.width));
  const height = Math.max(...frames.map((frame) => frame.height));
  const size = width * height * 3;
  if (size * frames.length >= 2 ** 30) refuse(file, 'the GIF file has too many pixels; refused.');
  const data = new Uint8Array(size * frames.length);
  frames.forEach((frame, k) => {
    const start = k * size;
    if (k > 0) data.copyWithin(start, start - size, start);
    const { palette, transparent, left, top } = frame;
    if (!palette) return refuse(file, `frame ${k} of the GIF file has no palette.`);
    const [right, bottom] = [Math.min(left + frame.width, width), Math.min(top + frame.height, height)];
    for (let y = top; y < bottom; y++) {
      let to = start + (y * width + left) * 3;
      let from = (y - top) * frame.width;
      for (let x = left; x < right; x++, to += 3, from++) {
        const index = frame.indices[from]!;
        if (index === transparent) continue;
        if (3 * index >= palette.length)
          refuse(file, `frame ${k} of the GIF file names colour ${index} of a palette of ${palette.length / 3}.`);
        data[to] = palette[3 * index]!;
        data[to + 1] = palette[3 * index + 1]!;
        data[to + 2] = palette[3 * index + 2]!;
      }
    }
  });
  return { width, height, channels: 3, frames: frames.length, data };
}
