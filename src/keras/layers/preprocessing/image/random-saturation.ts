// RandomSaturation: colours are made stronger or weaker by a random factor; 0.5 leaves them.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_saturation/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { reshape, stack, unstack } from '../../../../ops/core/arrange.ts';
import { hsvToRgb, rgbToHsv } from '../../../../ops/image/color.ts';
import { add, cast, clipByValue, divide, multiply, subtract } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { epsilon } from '../../../config.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Factor, imageSchema, PIXELS, signedFactor, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';

const options = imageSchema(
  'RandomSaturation',
  {
    factor: o.required(signedFactor),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'valueRange', 'dataFormat', 'seed'] },
);
export interface RandomSaturationOptions extends LayerOptionsOf<typeof options> {}
type RandomSaturationArgs =
  | [factor: Factor, options?: RandomSaturationOptions]
  | [options: With<RandomSaturationOptions, 'factor'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomSaturationLayer extends ImageLayer<Tensor> {
  static override readonly schema = options;
  constructor(...args: RandomSaturationArgs) {
    super(options, args);
  }
  protected override get convertsAlways(): boolean {
    return false;
  }
  override draw([batch]: Dims, seed: SeedGenerator): Tensor {
    const [minval, maxval] = this.factor;
    const factor = uniform([batch!], { minval, maxval, seed });
    return divide(factor, add(subtract(1, factor), epsilon()));
  }
  override augment(images: Tensor, factor: Tensor): Tensor {
    const [hue, saturation, value] = unstack(rgbToHsv(images), { axis: -1 });
    const by = reshape(cast(factor, this.computeDtype), [-1, 1, 1]);
    const changed = clipByValue(multiply(saturation!, by), ...this.valueRange);
    return hsvToRgb(stack([hue!, changed, value!], { axis: -1 }));
  }
}
interface RandomSaturationLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomSaturation extends RandomSaturationLayer {}
export const RandomSaturation: Class<RandomSaturationArgs, RandomSaturation> = callable(
  RandomSaturationLayer,
  'RandomSaturation',
);
