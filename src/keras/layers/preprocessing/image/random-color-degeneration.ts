// RandomColorDegeneration: images are mixed with their gray ones by a random factor.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_color_degeneration/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { add, cast, clipByValue, multiply, subtract } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Factor, imageSchema, PIXELS, signedFactor, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { grayscale } from './pixels.ts';

const options = imageSchema(
  'RandomColorDegeneration',
  {
    factor: o.required(signedFactor),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'valueRange', 'dataFormat', 'seed'] },
);
export interface RandomColorDegenerationOptions extends LayerOptionsOf<typeof options> {}
type RandomColorDegenerationArgs =
  | [factor: Factor, options?: RandomColorDegenerationOptions]
  | [options: With<RandomColorDegenerationOptions, 'factor'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomColorDegenerationLayer extends ImageLayer<Tensor> {
  static override readonly schema = options;
  constructor(...args: RandomColorDegenerationArgs) {
    super(options, args);
  }
  override draw([batch]: Dims, seed: SeedGenerator): Tensor {
    const [minval, maxval] = this.factor;
    return uniform([batch!, 1, 1, 1], { minval, maxval, seed });
  }
  override augment(images: Tensor, factor: Tensor): Tensor {
    const gray = subtract(grayscale(images), images);
    return clipByValue(add(images, multiply(cast(factor, images.dtype), gray)), ...this.valueRange);
  }
}
interface RandomColorDegenerationLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomColorDegeneration extends RandomColorDegenerationLayer {}
export const RandomColorDegeneration: Class<RandomColorDegenerationArgs, RandomColorDegeneration> = callable(
  RandomColorDegenerationLayer,
  'RandomColorDegeneration',
);
