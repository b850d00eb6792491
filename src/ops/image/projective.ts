// Images seen through projective maps: every pixel of the output is read at a place of the input.
// Owns: the sampling of TensorFlow's ImageProjectiveTransformV3 and its fill modes.
import { roundInPlace } from '../../base/dtype.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { hostFunction } from '../core/host.ts';
import { cast } from '../math/elementwise.ts';

export type FillMode = 'reflect' | 'wrap' | 'constant' | 'nearest';
export interface Sampling {
  readonly interpolation: 'bilinear' | 'nearest';
  readonly fillMode: FillMode;
  readonly fillValue: number;
}

const clamp = (x: number, n: number): number => Math.min(Math.max(x, 0), n - 1);
/** Where a place outside of 0 … n − 1 is read. */
export function placeOf(x: number, n: number, mode: FillMode): number {
  if (mode === 'constant') return x;
  if (mode === 'nearest') return clamp(x, n);
  if (n <= 1) return 0;
  if (mode === 'wrap') {
    if (x < 0) return clamp(x + n * (Math.trunc(-x / (n - 1)) + 1), n);
    return x > n - 1 ? clamp(x - n * Math.trunc(x / (n - 1)), n) : x;
  }
  const period = 2 * n;
  if (x < 0) {
    const inner = x < period ? period * Math.trunc(-x / period) + x : x;
    return clamp(inner < -n ? inner + period : -inner - 1, n);
  }
  if (x <= n - 1) return x;
  const inner = x - period * Math.trunc(x / period);
  return clamp(inner >= n ? period - inner - 1 : inner, n);
}
/** To the nearest whole number, halves away from zero. */
const nearest = (x: number): number => (x < 0 ? -Math.round(-x) : Math.round(x));

/** Fills `out` with the pixels of one image read at the places that `at` gives: (height, width, channels). */
export function sampleImage(
  image: ArrayLike<number>,
  out: { [index: number]: number },
  [height, width, channels]: readonly [number, number, number],
  { interpolation, fillMode, fillValue }: Sampling,
  at: (x: number, y: number) => readonly [x: number, y: number] | null,
): void {
  const read = (y: number, x: number, channel: number): number =>
    y >= 0 && y < height && x >= 0 && x < width ? image[(y * width + x) * channels + channel]! : fillValue;
  let index = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const place = at(x, y);
      const inX = place ? placeOf(place[0], width, fillMode) : 0;
      const inY = place ? placeOf(place[1], height, fillMode) : 0;
      const [left, top] = [Math.floor(inX), Math.floor(inY)];
      const [right, bottom] = [inX - left, inY - top];
      for (let channel = 0; channel < channels; channel++, index++) {
        if (!place) out[index] = fillValue;
        else if (interpolation === 'nearest') out[index] = read(nearest(inY), nearest(inX), channel);
        else {
          const above = (1 - right) * read(top, left, channel) + right * read(top, left + 1, channel);
          const below = (1 - right) * read(top + 1, left, channel) + right * read(top + 1, left + 1, channel);
          out[index] = (1 - bottom) * above + bottom * below;
        }
      }
    }
}

const f = Math.fround;
/** Images (batch, height, width, channels) through maps (batch, 8): x' = (a₀x + a₁y + a₂) / (c₀x + c₁y + 1), y' alike. */
export function projectiveTransform(images: Tensor, maps: Tensor, sampling: Sampling): Tensor {
  const call = hostFunction(
    'projectiveTransform',
    ([first]) => [{ dims: first!.dims, dtype: first!.dtype }],
    ([input, transforms], [out]) => {
      const [batch, height, width, channels] = input!.dims as [number, number, number, number];
      const size = height * width * channels;
      const m = transforms!.data as Float32Array;
      const source = input!.data as Float32Array;
      for (let n = 0; n < batch; n++) {
        const [a0, a1, a2, b0, b1, b2, c0, c1] = Array.from(m.subarray(n * 8, n * 8 + 8), Number);
        const target = (out!.data as Float32Array).subarray(n * size, (n + 1) * size);
        sampleImage(source.subarray(n * size, (n + 1) * size), target, [height, width, channels], sampling, (x, y) => {
          // In single precision, as in TensorFlow: where a place lies on an edge, the last bit decides.
          const k = f(f(f(c0! * x) + f(c1! * y)) + 1);
          if (k === 0) return null;
          return [f(f(f(f(a0! * x) + f(a1! * y)) + a2!) / k), f(f(f(f(b0! * x) + f(b1! * y)) + b2!) / k)];
        });
      }
      roundInPlace(out!.dtype, out!.data);
    },
  );
  return p.customCall(call, [images, cast(maps, 'float32')])[0] as Tensor;
}
