// RandomPosterization: values keep only their highest bits, a random number of them.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_posterization/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { fill } from '../../../../ops/core/create.ts';
import { cast, divide, floor, multiply, pow, subtract } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { randint, type SeedGenerator } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Factor, imageSchema, PIXELS, type Range, rangeOf, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { perImage, rescaled } from './pixels.ts';

const BITS: o.Kind<Factor, Range> = {
  wanted: 'a whole number from 1 to 8, or two in a list',
  parse: (value) => {
    const range = rangeOf(value, { min: 1, max: 8 });
    return range?.every(Number.isInteger) ? { value: typeof value === 'number' ? [1, value] : range } : null;
  },
};
const options = imageSchema(
  'RandomPosterization',
  {
    factor: o.required(BITS),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'valueRange', 'dataFormat', 'seed'] },
);
export interface RandomPosterizationOptions extends LayerOptionsOf<typeof options> {}
type RandomPosterizationArgs =
  | [factor: Factor, options?: RandomPosterizationOptions]
  | [options: With<RandomPosterizationOptions, 'factor'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomPosterizationLayer extends ImageLayer<Tensor> {
  static override readonly schema = options;
  constructor(...args: RandomPosterizationArgs) {
    super(options, args);
  }
  protected override get convertsAlways(): boolean {
    return false;
  }
  override draw([batch]: Dims, seed: SeedGenerator): Tensor {
    const [least, most] = this.factor;
    const bits =
      least === most
        ? fill([batch!], least)
        : cast(randint([batch!], least, most, { seed, dtype: 'uint8' }), 'float32');
    // The size of a step: two to the number of bits that are dropped.
    return pow(2, subtract(8, bits));
  }
  override augment(images: Tensor, steps: Tensor): Tensor {
    const bytes = floor(rescaled(images, this.valueRange, PIXELS));
    const step = perImage(cast(steps, images.dtype));
    return rescaled(multiply(floor(divide(bytes, step)), step), PIXELS, this.valueRange);
  }
}
interface RandomPosterizationLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomPosterization extends RandomPosterizationLayer {}
export const RandomPosterization: Class<RandomPosterizationArgs, RandomPosterization> = callable(
  RandomPosterizationLayer,
  'RandomPosterization',
);
