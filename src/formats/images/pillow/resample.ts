// Pillow's resampling: weights in fixed point, rows first, then columns, over the whole filter's support.
// Owns: filters, weights, both passes, premultiplied opacity. Leaves cropping boxes to the caller.
import { channelsOfMode, ModeImage, timesShare } from './mode-image.ts';

export type PillowFilter = 'nearest' | 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';
/** Left, top, right, bottom. */
export type Box = readonly [number, number, number, number];

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));
const filters: Record<Exclude<PillowFilter, 'nearest'>, { support: number; at: (x: number) => number }> = {
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    at: (x) => {
      const angle = Math.abs(x) * Math.PI;
      if (angle === 0) return 1;
      return Math.abs(x) >= 1 ? 0 : (Math.sin(angle) / angle) * (0.54 + 0.46 * Math.cos(angle));
    },
  },
  bicubic: {
    support: 2,
    at: (given) => {
      const x = Math.abs(given);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
    },
  },
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly size: number;
  readonly values: Float64Array;
}

function weightsOf(
  filter: Exclude<PillowFilter, 'nearest'>,
  from: number,
  low: number,
  high: number,
  to: number,
): Weights {
  const { support, at } = filters[filter];
  const scale = (high - low) / to;
  const growth = Math.max(scale, 1);
  const reach = support * growth;
  const size = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const values = new Float64Array(to * size);
  for (let i = 0; i < to; i++) {
    const centre = low + (i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    let sum = 0;
    for (let k = 0; k < end - begin; k++) {
      const weight = at((k + begin - centre + 0.5) * (1 / growth));
      values[i * size + k] = weight;
      sum += weight;
    }
    if (sum !== 0) for (let k = 0; k < end - begin; k++) values[i * size + k]! /= sum;
    first[i] = begin;
    count[i] = end - begin;
  }
  return { first, count, size, values };
}

const BITS = 22;
const fixed = (values: Float64Array): Int32Array =>
  Int32Array.from(values, (weight) => Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * 2 ** BITS));

type Samples = Uint8Array | Uint16Array | Int32Array;

/** Weighted sums along one axis: `outer` lines, `inner` samples between two of the axis. */
function along(data: Samples, weights: Weights, from: number, to: number, outer: number, inner: number): Samples {
  const out = new (data.constructor as new (length: number) => Samples)(outer * to * inner);
  const bytes = data instanceof Uint8Array;
  const { first, count, size } = weights;
  const values = bytes ? fixed(weights.values) : weights.values;
  const clipped = bytes ? new Uint8ClampedArray(out.buffer) : null;
  for (let line = 0; line < outer; line++) {
    for (let i = 0; i < to; i++) {
      const start = (line * from + first[i]!) * inner;
      const at = (line * to + i) * inner;
      for (let c = 0; c < inner; c++) {
        let sum = bytes ? 1 << (BITS - 1) : 0;
        for (let k = 0, index = start + c; k < count[i]!; k++, index += inner)
          sum += data[index]! * values[i * size + k]!;
        if (clipped) clipped[at + c] = sum >> BITS;
        else {
          const whole = sum >= 0 ? Math.floor(sum + 0.5) : -Math.floor(0.5 - sum);
          out[at + c] = data instanceof Int32Array ? whole : clip16(whole);
        }
      }
    }
  }
  return out;
}
/** The two bytes of a 16-bit sample are clipped one by one, as Pillow does. */
const clip16 = (value: number): number => {
  const byte = (x: number) => Math.min(Math.max(x, 0), 255);
  return byte(value % 256) | (byte(value >> 8) << 8);
};

function nearest(image: ModeImage, width: number, height: number, box: Box): Samples {
  const { data, channels } = image;
  const out = new (data.constructor as new (length: number) => Samples)(width * height * channels);
  const [across, down] = [(box[2] - box[0]) / width, (box[3] - box[1]) / height];
  const columns = new Int32Array(width);
  for (let x = 0, at = box[0] + across * 0.5; x < width; x++, at += across) columns[x] = at < 0 ? -1 : Math.trunc(at);
  for (let y = 0, at = box[1] + down * 0.5, to = 0; y < height; y++, at += down) {
    const row = at < 0 ? -1 : Math.trunc(at);
    for (let x = 0; x < width; x++, to += channels) {
      const column = columns[x]!;
      if (row < 0 || row >= image.height || column < 0 || column >= image.width) continue;
      for (let c = 0; c < channels; c++) out[to + c] = data[(row * image.width + column) * channels + c]!;
    }
  }
  return out;
}

/** Colours times opacity: the colour of what is transparent must not shine through. */
function premultiplied(data: Samples, channels: number): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1]!;
    for (let c = 0; c < channels - 1; c++) out[i + c] = timesShare(data[i + c]!, alpha);
    out[i + channels - 1] = alpha;
  }
  return out;
}
function unmultiply(data: Samples, channels: number): void {
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1]!;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = 0; c < channels - 1; c++) data[i + c] = Math.min(255, Math.trunc((255 * data[i + c]!) / alpha));
  }
}

/** The picture, or the part of it in `box`, in another size. */
export function resample(image: ModeImage, width: number, height: number, given: PillowFilter, box?: Box): ModeImage {
  const { mode } = image;
  const whole: Box = [0, 0, image.width, image.height];
  const part = box ?? whole;
  if (image.width === width && image.height === height && part.every((x, i) => x === whole[i])) return image;
  const filter = mode === '1' || mode === 'P' ? 'nearest' : given;
  const result = (data: Samples): ModeImage => new ModeImage(mode, width, height, data, image);
  if (filter === 'nearest') return result(nearest(image, width, height, part));
  const channels = channelsOfMode[mode];
  const hasAlpha = mode === 'RGBA' || mode === 'LA';
  let data: Samples = hasAlpha ? premultiplied(image.data, channels) : image.data;
  const [left, top, right, bottom] = part;
  let [wide, high] = [image.width, image.height];
  const across = () => {
    if (width === image.width && left === 0 && right === width) return;
    data = along(data, weightsOf(filter, wide, left, right, width), wide, width, high, channels);
    wide = width;
  };
  const down = () => {
    if (height === image.height && top === 0 && bottom === height) return;
    data = along(data, weightsOf(filter, high, top, bottom, height), high, height, 1, wide * channels);
    high = height;
  };
  // Rows first, unless that leaves much more to do: Pillow 13's rule, found by asking it.
  const fewerRows = height < high && 2 * (wide - width) < high - height;
  for (const pass of fewerRows ? [down, across] : [across, down]) pass();
  if (hasAlpha) unmultiply(data, channels);
  return result(data);
}
