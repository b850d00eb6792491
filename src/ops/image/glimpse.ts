// tf.image.extractGlimpse: windows around given places, also beyond the edges.
// Owns: the geometry, and the noise where there is no picture.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { normal, uniform } from '../random/stateful.ts';
import { numbersOf } from './boxes.ts';

export type GlimpseNoise = 'uniform' | 'gaussian' | 'zero';

/** Windows (batch, *size, channels) of pictures (batch, height, width, channels) at offsets (batch, 2). */
export const extractGlimpse = signature(
  'image.extractGlimpse',
  ['input', 'size', 'offsets', 'centered', 'normalized', 'noise'],
  (
    input: TensorLike,
    size: TensorLike,
    offsets: TensorLike,
    centered: boolean = true,
    normalized: boolean = true,
    noise: GlimpseNoise = 'uniform',
  ): Tensor => {
    const name = 'image.extractGlimpse';
    const x = convertToTensor(input, 'float32', name);
    const places = convertToTensor(offsets, undefined, name);
    const [batch, height, width, channels] = x.dims as readonly [number, number, number, number];
    if (x.dims.length !== 4 || places.dims.length !== 2 || places.dims[0] !== batch || places.dims[1] !== 2)
      throw new ShapeError(
        `${name}: input ${showShape(x.dims)}, offsets ${showShape(places.dims)}; wanted (batch, height, width, channels) and (batch, 2).`,
      );
    if (noise !== 'uniform' && noise !== 'gaussian' && noise !== 'zero')
      throw new ValueError(`${name}: noise ${show(noise)}; wanted 'uniform', 'gaussian' or 'zero'.`);
    const [high, wide] = asIntegers(size, `${name}: size`) as [number, number];
    const data = known(x, name, 'Call it outside tf.function.') as Float32Array;
    const at = numbersOf(places, name);
    const dims = [batch, high, wide, channels];
    const one = height * width * channels;
    const out =
      noise === 'zero'
        ? new Float32Array(batch * high * wide * channels)
        : ((noise === 'uniform' ? uniform(dims) : normal(dims)).dataSync() as Float32Array);
    const begin = (offset: number, side: number, window: number): number => {
      const place = normalized ? offset * side : offset;
      if (!centered) return Math.trunc(place);
      return Math.trunc(normalized ? place / 2 + side / 2 - window / 2 : place + side / 2);
    };
    for (let b = 0; b < batch; b++) {
      const pixels = data.subarray(b * one, (b + 1) * one);
      const stretch = noise === 'zero' ? null : spreadOf(pixels, noise);
      const [top, left] = [begin(at[2 * b]!, height, high), begin(at[2 * b + 1]!, width, wide)];
      let to = b * high * wide * channels;
      for (let y = top; y < top + high; y++)
        for (let z = left; z < left + wide; z++)
          for (let c = 0; c < channels; c++, to++) {
            const inside = y >= 0 && y < height && z >= 0 && z < width;
            if (inside) out[to] = pixels[(y * width + z) * channels + c]!;
            else if (stretch) out[to] = stretch(out[to]!);
          }
    }
    return eagerTensor(out, dims, 'float32');
  },
);

/** Noise with the range, or the mean and deviation, of a picture. */
function spreadOf(pixels: Float32Array, noise: 'uniform' | 'gaussian'): (x: number) => number {
  let [least, most, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const pixel of pixels) {
    least = Math.min(least, pixel);
    most = Math.max(most, pixel);
    sum += pixel;
    squares += pixel * pixel;
  }
  if (noise === 'uniform') return (x) => least + (most - least) * x;
  const mean = sum / pixels.length;
  const deviation = Math.sqrt(Math.max(squares / pixels.length - mean * mean, 0));
  return (x) => Math.min(Math.max(mean + deviation * x, least), most);
}
