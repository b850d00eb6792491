// RandomGrayscale: images lose their colours with a probability.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_grayscale/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { less, where } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { imageSchema } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { grayscale, perImage } from './pixels.ts';

const options = imageSchema(
  'RandomGrayscale',
  {
    factor: o.optional(o.number({ min: 0, max: 1 }), 0.5),
    seed: o.optional(o.seed, null, { internal: true }),
  },
  { positional: ['factor', 'dataFormat', 'seed'] },
);
export interface RandomGrayscaleOptions extends LayerOptionsOf<typeof options> {}
type RandomGrayscaleArgs =
  | [options?: RandomGrayscaleOptions]
  | [factor: RandomGrayscaleOptions['factor'], options?: RandomGrayscaleOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomGrayscaleLayer extends ImageLayer<Tensor> {
  static override readonly schema = options;
  constructor(...args: RandomGrayscaleArgs) {
    super(options, args);
  }
  protected override get convertsAlways(): boolean {
    return false;
  }
  override draw([batch]: Dims, seed: SeedGenerator): Tensor {
    return perImage(less(uniform([batch!], { seed }), this.factor));
  }
  override augment(images: Tensor, chosen: Tensor): Tensor {
    return where(chosen, grayscale(images), images);
  }
}
interface RandomGrayscaleLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomGrayscale extends RandomGrayscaleLayer {}
export const RandomGrayscale: Class<RandomGrayscaleArgs, RandomGrayscale> = callable(
  RandomGrayscaleLayer,
  'RandomGrayscale',
);
