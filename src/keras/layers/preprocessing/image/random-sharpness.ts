// RandomSharpness: images are blurred or sharpened by a random factor; 0.5 leaves them.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_sharpness/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { add, cast, clipByValue, multiply, subtract } from '../../../../ops/math/elementwise.ts';
import { depthwiseConv2d } from '../../../../ops/nn/convolution.ts';
import { eagerTensor, type Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Factor, imageSchema, PIXELS, share, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { perImage } from './pixels.ts';

const options = imageSchema(
  'RandomSharpness',
  {
    factor: o.required(share),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'valueRange', 'dataFormat', 'seed'] },
);
export interface RandomSharpnessOptions extends LayerOptionsOf<typeof options> {}
type RandomSharpnessArgs =
  | [factor: Factor, options?: RandomSharpnessOptions]
  | [options: With<RandomSharpnessOptions, 'factor'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomSharpnessLayer extends ImageLayer<Tensor> {
  static override readonly schema = options;
  constructor(...args: RandomSharpnessArgs) {
    super(options, args);
  }
  override draw([batch]: Dims, seed: SeedGenerator): Tensor {
    const [minval, maxval] = this.factor;
    return uniform([batch!], { minval, maxval, seed });
  }
  override augment(images: Tensor, factor: Tensor): Tensor {
    const channels = images.dims[3]!;
    const weights = Float32Array.from(
      { length: 9 * channels },
      (_, i) => (Math.floor(i / channels) === 4 ? 5 : 1) / 13,
    );
    const kernel = cast(eagerTensor(weights, [3, 3, channels, 1], 'float32'), images.dtype);
    const smooth = depthwiseConv2d(images, kernel, [1, 1, 1, 1], 'SAME');
    const amount = subtract(1, perImage(multiply(cast(factor, images.dtype), 2)));
    return clipByValue(add(images, multiply(amount, subtract(smooth, images))), ...this.valueRange);
  }
}
interface RandomSharpnessLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomSharpness extends RandomSharpnessLayer {}
export const RandomSharpness: Class<RandomSharpnessArgs, RandomSharpness> = callable(
  RandomSharpnessLayer,
  'RandomSharpness',
);
