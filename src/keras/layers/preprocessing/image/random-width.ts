// RandomWidth (Keras 2): images are resized to a random width, the same for a batch.
// Source: https://www.tensorflow.org/api_docs/python/tf/keras/layers/RandomWidth
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims, Shape } from '../../../../base/shape.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import type { SeedGenerator } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Factor, imageSchema, rangeOf, writtenFactor } from './factors.ts';
import { ImageLayer, withSize } from './image-layer.ts';
import { randomLength } from './random-length.ts';
import { resizeImages, resizeMethods } from './sizes.ts';

const BOUNDS = { min: -1, max: Number.POSITIVE_INFINITY, open: true } as const;
const options = imageSchema(
  'RandomWidth',
  {
    factor: o.required(writtenFactor(BOUNDS)),
    interpolation: o.optional(resizeMethods, 'bilinear'),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'interpolation', 'seed'], ignored: ['rngType'] },
);
export interface RandomWidthOptions extends LayerOptionsOf<typeof options> {}
type RandomWidthArgs = [factor: Factor, options?: RandomWidthOptions] | [options: With<RandomWidthOptions, 'factor'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomWidthLayer extends ImageLayer<number> {
  static override readonly schema = options;
  constructor(...args: RandomWidthArgs) {
    super(options, args);
  }
  override draw(dims: Dims, seed: SeedGenerator): number {
    return randomLength(dims[2]!, rangeOf(this.factor, BOUNDS)!, seed, `RandomWidth '${this.name}'`);
  }
  override augment(images: Tensor, width: number): Tensor {
    const h = images.dims[1]!;
    return resizeImages(images, [h, width], { interpolation: this.interpolation });
  }
  override augmentBoxes(): never {
    throw this.withoutRule('boundingBoxes');
  }
  override augmentMasks(masks: Tensor, width: number): Tensor {
    return resizeImages(masks, [masks.dims[1]!, width], { interpolation: 'nearest' });
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const at = inputShape.length - (this.dataFormat === 'channels_first' ? 2 : 3);
    return withSize(inputShape, inputShape[at]!, null, this.dataFormat);
  }
}
interface RandomWidthLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomWidth extends RandomWidthLayer {}
export const RandomWidth: Class<RandomWidthArgs, RandomWidth> = callable(RandomWidthLayer, 'RandomWidth');
