// RandomElasticTransform: images are distorted by smooth random shifts of their pixels, with a probability (Simard et al., 2003).
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
import { type Class, callable } from '../../../../base/callable.ts';
import { roundInPlace } from '../../../../base/dtype.ts';
import type { Dims } from '../../../../base/shape.ts';
import { hostFunction } from '../../../../ops/core/host.ts';
import { cast, clipByValue, where } from '../../../../ops/math/elementwise.ts';
import * as p from '../../../../primitives/functions.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { normal, type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { imageSchema, PIXELS, share, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { chosen } from './pixels.ts';
import { interpolations } from './projective.ts';

const options = imageSchema(
  'RandomElasticTransform',
  {
    factor: o.optional(share, 1),
    scale: o.optional(share, 1),
    interpolation: o.optional(interpolations, 'bilinear'),
    fillMode: o.optional(o.oneOf('constant', 'nearest', 'wrap', 'mirror', 'reflect'), 'reflect'),
    fillValue: o.optional(o.number(), 0),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'scale', 'interpolation', 'fillMode', 'fillValue', 'valueRange', 'seed', 'dataFormat'] },
);
export interface RandomElasticTransformOptions extends LayerOptionsOf<typeof options> {}
type RandomElasticTransformArgs =
  | [options?: RandomElasticTransformOptions]
  | [factor: RandomElasticTransformOptions['factor'], options?: RandomElasticTransformOptions];
interface Drawn {
  readonly distorted: Tensor;
  /** How strong, 0 … 1. */
  readonly strength: Tensor;
  /** (batch, height, width): the shifts before they are smoothed; the same along both axes, as in Keras. */
  readonly noise: Tensor;
}
type Mode = 'constant' | 'nearest' | 'wrap' | 'mirror' | 'reflect';

/** The index that stands for one beyond an edge; null where the fill value does. */
function inside(index: number, n: number, mode: Mode): number | null {
  if (mode === 'constant') return index >= 0 && index < n ? index : null;
  if (mode === 'nearest') return Math.min(Math.max(index, 0), n - 1);
  if (mode === 'wrap') return ((index % n) + n) % n;
  const at = Math.abs(index) % (2 * n);
  if (at < n) return at;
  return Math.min(2 * n - at - (mode === 'reflect' ? 1 : 0), n - 1);
}
/** Rounds halves to even. */
const nearest = (x: number): number => {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (Math.abs(floor) % 2) : Math.round(x);
};
/** A plane smoothed by Gaussian weights; beyond its edges are zeros. */
function smooth(plane: Float64Array, height: number, width: number, sigma: number): Float64Array {
  const size = (6 * Math.trunc(sigma)) | 1;
  const half = (size - 1) / 2;
  const raw = Array.from({ length: size }, (_, i) => Math.exp(-0.5 * ((i - half) / sigma) ** 2));
  const total = raw.reduce((a, b) => a + b, 0);
  const along = (source: Float64Array, n: number, stride: (at: number) => number, count: number, other: number) => {
    const out = new Float64Array(source.length);
    for (let line = 0; line < count; line++)
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let k = 0; k < size; k++) {
          const j = i + k - half;
          if (j >= 0 && j < n) sum += (raw[k]! / total) * source[line * other + stride(j)]!;
        }
        out[line * other + stride(i)] = sum;
      }
    return out;
  };
  const rows = along(plane, width, (x) => x, height, width);
  return along(rows, height, (y) => y * width, width, 1);
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomElasticTransformLayer extends ImageLayer<Drawn> {
  static override readonly schema = options;
  constructor(...args: RandomElasticTransformArgs) {
    super(options, args);
  }
  override draw([batch, height, width]: Dims, seed: SeedGenerator): Drawn | null {
    if (this.scale[1] === 0 || this.factor[1] === 0) return null;
    const distorted = chosen(batch!, this.factor, seed);
    const [minval, maxval] = this.scale;
    const strength = uniform([], { minval, maxval, seed, dtype: 'float32' });
    return { distorted, strength, noise: normal([batch!, height!, width!], { seed, dtype: 'float32' }) };
  }
  override augment(images: Tensor, drawn: Drawn): Tensor {
    return clipByValue(this.#distorted(images, drawn, this.interpolation), ...this.valueRange);
  }
  override augmentBoxes(): never {
    throw this.withoutRule('boundingBoxes');
  }
  override augmentMasks(masks: Tensor, drawn: Drawn): Tensor {
    return this.#distorted(masks, drawn, 'nearest');
  }
  #distorted(images: Tensor, { distorted, strength, noise }: Drawn, interpolation: 'bilinear' | 'nearest'): Tensor {
    const { fillMode, fillValue } = this;
    const call = hostFunction(
      'elasticTransform',
      ([first]) => [{ dims: first!.dims, dtype: first!.dtype }],
      ([input, factor, shifts], [out]) => {
        const [batch, height, width, channels] = input!.dims as [number, number, number, number];
        const [source, target] = [input!.data as Float32Array, out!.data as Float32Array];
        const by = (factor!.data as Float32Array)[0]!;
        const [alpha, sigma] = [Math.max(height, width) * 0.1 * by, Math.min(height, width) * 0.05 * by];
        const area = height * width;
        for (let n = 0; n < batch; n++) {
          const plane = Float64Array.from(
            shifts!.data.slice(n * area, (n + 1) * area) as Float32Array,
            (v) => v * sigma,
          );
          const shift = smooth(plane, height, width, sigma);
          const read = (y: number, x: number, channel: number): number => {
            const [row, column] = [inside(y, height, fillMode), inside(x, width, fillMode)];
            if (row === null || column === null) return fillValue;
            return source[((n * height + row) * width + column) * channels + channel]!;
          };
          for (let i = 0; i < area; i++) {
            const y = Math.floor(i / width) + alpha * shift[i]!;
            const x = (i % width) + alpha * shift[i]!;
            const [top, left] = [Math.floor(y), Math.floor(x)];
            for (let c = 0; c < channels; c++) {
              const mixed = (row: number): number =>
                (1 - (x - left)) * read(row, left, c) + (x - left) * read(row, left + 1, c);
              target[(n * area + i) * channels + c] =
                interpolation === 'nearest'
                  ? read(nearest(y), nearest(x), c)
                  : (1 - (y - top)) * mixed(top) + (y - top) * mixed(top + 1);
            }
          }
        }
        roundInPlace(out!.dtype, out!.data);
      },
    );
    const moved = p.customCall(call, [images, cast(strength, 'float32'), noise])[0] as Tensor;
    return where(distorted, moved, images);
  }
}
interface RandomElasticTransformLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomElasticTransform extends RandomElasticTransformLayer {}
export const RandomElasticTransform: Class<RandomElasticTransformArgs, RandomElasticTransform> = callable(
  RandomElasticTransformLayer,
  'RandomElasticTransform',
);
