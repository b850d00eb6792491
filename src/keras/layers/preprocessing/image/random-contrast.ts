// RandomContrast: the distance of pixels from the mean of their image is multiplied by a random factor.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_contrast/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { add, clipByValue, multiply, subtract } from '../../../../ops/math/elementwise.ts';
import { reduceMean } from '../../../../ops/math/reduce.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Factor, imageSchema, PIXELS, share, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';

const options = imageSchema(
  'RandomContrast',
  {
    factor: o.required(share),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'valueRange', 'seed'] },
);
export interface RandomContrastOptions extends LayerOptionsOf<typeof options> {}
type RandomContrastArgs =
  | [factor: Factor, options?: RandomContrastOptions]
  | [options: With<RandomContrastOptions, 'factor'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomContrastLayer extends ImageLayer<Tensor> {
  static override readonly schema = options;
  constructor(...args: RandomContrastArgs) {
    super(options, args);
  }
  protected override get convertsAlways(): boolean {
    return false;
  }
  override draw([batch]: Dims, seed: SeedGenerator): Tensor {
    const [lower, upper] = this.factor;
    const settings = { minval: 1 - lower, maxval: 1 + upper, seed, dtype: this.computeDtype };
    return uniform([batch!, 1, 1, 1], settings);
  }
  override augment(images: Tensor, factor: Tensor): Tensor {
    const mean = reduceMean(images, { axis: [1, 2], keepdims: true });
    return clipByValue(add(multiply(subtract(images, mean), factor), mean), ...this.valueRange);
  }
}
interface RandomContrastLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomContrast extends RandomContrastLayer {}
export const RandomContrast: Class<RandomContrastArgs, RandomContrast> = callable(
  RandomContrastLayer,
  'RandomContrast',
);
