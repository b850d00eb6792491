// RandomBrightness: a random amount, a share of the range of values, is added to all pixels of an image.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_brightness/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { add, cast, clipByValue, multiply } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Factor, imageSchema, PIXELS, signedFactor, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';

const options = imageSchema(
  'RandomBrightness',
  {
    factor: o.required(signedFactor),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'valueRange', 'seed'] },
);
export interface RandomBrightnessOptions extends LayerOptionsOf<typeof options> {}
type RandomBrightnessArgs =
  | [factor: Factor, options?: RandomBrightnessOptions]
  | [options: With<RandomBrightnessOptions, 'factor'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomBrightnessLayer extends ImageLayer<Tensor> {
  static override readonly schema = options;
  constructor(...args: RandomBrightnessArgs) {
    super(options, args);
  }
  protected override get convertsAlways(): boolean {
    return false;
  }
  override draw([batch]: Dims, seed: SeedGenerator): Tensor {
    const [minval, maxval] = this.factor;
    const [low, high] = this.valueRange;
    return multiply(uniform([batch!, 1, 1, 1], { minval, maxval, seed }), high - low);
  }
  override augment(images: Tensor, delta: Tensor): Tensor {
    return clipByValue(add(images, cast(delta, images.dtype)), ...this.valueRange);
  }
}
interface RandomBrightnessLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomBrightness extends RandomBrightnessLayer {}
export const RandomBrightness: Class<RandomBrightnessArgs, RandomBrightness> = callable(
  RandomBrightnessLayer,
  'RandomBrightness',
);
