// tf.image.resize on plain arrays, for threads that load pictures: one picture (height, width, channels) at a time.
// Owns: the loops. Which pixels enter with which weights stands in taps.ts.
import { HALF, methodOf, type ResizeMethodName } from './resize-methods.ts';
import type { Taps } from './taps.ts';

export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array | Float32Array;
}

const f = Math.fround;

/** The picture in another size: floats, but bytes stay bytes for 'nearest' and where nothing changes. */
export function resizePixels(image: Pixels, height: number, width: number, method: ResizeMethodName): Pixels {
  const { channels, data } = image;
  const same = height === image.height && width === image.width;
  const result = (out: Uint8Array | Float32Array): Pixels => ({ height, width, channels, data: out });
  // Every method leaves a picture of the same size as it is, but those whose kernel is wide: they blur.
  const blurs = method === 'gaussian' || method === 'mitchellcubic';
  if (same && !blurs) return image;
  const rows = methodOf(method, false, HALF)(image.height, height);
  const columns = methodOf(method, false, HALF)(image.width, width);
  if (method === 'nearest') return result(picked(image, rows, columns));
  if (method === 'bilinear') return result(interpolated(image, rows, columns));
  const high = summed(Float32Array.from(data), rows, image.height, image.width * channels, 1);
  return result(summed(high, columns, image.width, channels, height));
}

function picked({ data, width, channels }: Pixels, rows: Taps, columns: Taps): Uint8Array | Float32Array {
  const [high, wide] = [rows.indices.length, columns.indices.length];
  const out =
    data instanceof Float32Array ? new Float32Array(high * wide * channels) : new Uint8Array(high * wide * channels);
  let to = 0;
  for (let y = 0; y < high; y++)
    for (let x = 0; x < wide; x++) {
      const from = (rows.indices[y]![0]! * width + columns.indices[x]![0]!) * channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c]!;
    }
  return out;
}

/** Between two rows and two columns, rounded as TensorFlow rounds. */
function interpolated({ data, width, channels }: Pixels, rows: Taps, columns: Taps): Float32Array {
  const [high, wide] = [rows.indices.length, columns.indices.length];
  const left = Int32Array.from(columns.indices, (taps) => taps[0]! * channels);
  const right = Int32Array.from(columns.indices, (taps) => taps[1]! * channels);
  const across = Float32Array.from(columns.weights, (weights) => weights[1]!);
  const out = new Float32Array(high * wide * channels);
  let to = 0;
  for (let y = 0; y < high; y++) {
    const top = rows.indices[y]![0]! * width * channels;
    const bottom = rows.indices[y]![1]! * width * channels;
    const down = f(rows.weights[y]![1]!);
    for (let x = 0; x < wide; x++) {
      const l = left[x]!;
      const r = right[x]!;
      const share = across[x]!;
      for (let c = 0; c < channels; c++) {
        const tl = data[top + l + c]!;
        const bl = data[bottom + l + c]!;
        const above = f(tl + f(f(data[top + r + c]! - tl) * share));
        const below = f(bl + f(f(data[bottom + r + c]! - bl) * share));
        out[to++] = f(above + f(f(below - above) * down));
      }
    }
  }
  return out;
}

/** Weighted sums along one axis of (outer, from, inner). */
function summed(data: Float32Array, taps: Taps, from: number, inner: number, outer: number): Float32Array {
  const to = taps.indices.length;
  const out = new Float32Array(outer * to * inner);
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < to; i++) {
      const indices = taps.indices[i]!;
      const weights = taps.weights[i]!;
      const at = (o * to + i) * inner;
      for (let k = 0; k < indices.length; k++) {
        const weight = f(weights[k]!);
        const start = (o * from + indices[k]!) * inner;
        for (let c = 0; c < inner; c++) out[at + c]! += f(data[start + c]! * weight);
      }
    }
  return out;
}
