// RandomGaussianBlur: images are blurred with a probability, by Gaussian weights of random width.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_gaussian_blur/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { gather, reshape, tile } from '../../../../ops/core/arrange.ts';
import { add, cast, clipByValue, divide, exp, multiply, where } from '../../../../ops/math/elementwise.ts';
import { reduceSum } from '../../../../ops/math/reduce.ts';
import { depthwiseConv2d } from '../../../../ops/nn/convolution.ts';
import { eagerTensor, type Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Factor, imageSchema, PIXELS, type Range, share, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { chosen } from './pixels.ts';

const ODD: o.Kind<Factor, Range> = {
  wanted: 'an odd whole number, or two in a list',
  parse: (value) => {
    const pair: unknown = typeof value === 'number' ? [value, value] : value;
    if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((n) => Number.isInteger(n) && n % 2 === 1))
      return null;
    return { value: [pair[0], pair[1]] };
  },
};
const options = imageSchema(
  'RandomGaussianBlur',
  {
    factor: o.optional(share, 1),
    kernelSize: o.optional(ODD, 3),
    sigma: o.optional(share, 1),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'kernelSize', 'sigma', 'valueRange', 'dataFormat', 'seed'] },
);
export interface RandomGaussianBlurOptions extends LayerOptionsOf<typeof options> {}
type RandomGaussianBlurArgs =
  | [options?: RandomGaussianBlurOptions]
  | [factor: RandomGaussianBlurOptions['factor'], options?: RandomGaussianBlurOptions];
interface Drawn {
  readonly blurred: Tensor;
  readonly sigma: Tensor;
}
/** Weights exp(−x² / 2σ²) around the middle, with the sum 1. */
function weightsOf(size: number, sigma: Tensor): Tensor {
  const places = Float32Array.from({ length: size }, (_, i) => i - (size - 1) / 2);
  const scaled = divide(cast(eagerTensor(places, [size], 'float32'), sigma.dtype), sigma);
  const weights = exp(multiply(multiply(scaled, scaled), -0.5));
  return divide(weights, reduceSum(weights));
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomGaussianBlurLayer extends ImageLayer<Drawn> {
  static override readonly schema = options;
  constructor(...args: RandomGaussianBlurArgs) {
    super(options, args);
  }
  override draw([batch]: Dims, seed: SeedGenerator): Drawn {
    const blurred = chosen(batch!, this.factor, seed);
    const [minval, maxval] = this.sigma;
    return { blurred, sigma: add(uniform([2], { minval, maxval, seed, dtype: this.computeDtype }), 1e-6) };
  }
  override augment(images: Tensor, { blurred, sigma }: Drawn): Tensor {
    const channels = images.dims[3]!;
    const [height, width] = this.kernelSize;
    const across = weightsOf(height, gather(sigma, 0));
    const down = weightsOf(width, gather(sigma, 1));
    // The first size is that of the first axis of the kernel, the first sigma that of the second factor, as in Keras.
    const kernel = reshape(multiply(reshape(down, [-1, 1]), reshape(across, [1, -1])), [height, width, 1, 1]);
    const weights = tile(cast(kernel, images.dtype), [1, 1, channels, 1]);
    const smooth = depthwiseConv2d(images, weights, [1, 1, 1, 1], 'SAME');
    return clipByValue(where(blurred, smooth, images), ...this.valueRange);
  }
}
interface RandomGaussianBlurLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomGaussianBlur extends RandomGaussianBlurLayer {}
export const RandomGaussianBlur: Class<RandomGaussianBlurArgs, RandomGaussianBlur> = callable(
  RandomGaussianBlurLayer,
  'RandomGaussianBlur',
);
