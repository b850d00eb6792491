// RandomInvert: images become their negatives with a probability.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_invert/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { subtract, where } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import type { SeedGenerator } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { imageSchema, PIXELS, share, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { chosen } from './pixels.ts';

const options = imageSchema(
  'RandomInvert',
  {
    factor: o.optional(share, 1),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'valueRange', 'seed', 'dataFormat'] },
);
export interface RandomInvertOptions extends LayerOptionsOf<typeof options> {}
type RandomInvertArgs =
  | [options?: RandomInvertOptions]
  | [factor: RandomInvertOptions['factor'], options?: RandomInvertOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomInvertLayer extends ImageLayer<Tensor> {
  static override readonly schema = options;
  constructor(...args: RandomInvertArgs) {
    super(options, args);
  }
  protected override get convertsAlways(): boolean {
    return false;
  }
  override draw([batch]: Dims, seed: SeedGenerator): Tensor {
    return chosen(batch!, this.factor, seed);
  }
  override augment(images: Tensor, inverted: Tensor): Tensor {
    return where(inverted, subtract(this.valueRange[1], images), images);
  }
}
interface RandomInvertLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomInvert extends RandomInvertLayer {}
export const RandomInvert: Class<RandomInvertArgs, RandomInvert> = callable(RandomInvertLayer, 'RandomInvert');
