// RandomHeight (Keras 2): images are resized to a random height, the same for a batch.
// Source: https://www.tensorflow.org/api_docs/python/tf/keras/layers/RandomHeight
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
  'RandomHeight',
  {
    factor: o.required(writtenFactor(BOUNDS)),
    interpolation: o.optional(resizeMethods, 'bilinear'),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'interpolation', 'seed'], ignored: ['rngType'] },
);
export interface RandomHeightOptions extends LayerOptionsOf<typeof options> {}
type RandomHeightArgs =
  | [factor: Factor, options?: RandomHeightOptions]
  | [options: With<RandomHeightOptions, 'factor'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomHeightLayer extends ImageLayer<number> {
  static override readonly schema = options;
  constructor(...args: RandomHeightArgs) {
    super(options, args);
  }
  override draw(dims: Dims, seed: SeedGenerator): number {
    return randomLength(dims[1]!, rangeOf(this.factor, BOUNDS)!, seed, `RandomHeight '${this.name}'`);
  }
  override augment(images: Tensor, height: number): Tensor {
    const w = images.dims[2]!;
    return resizeImages(images, [height, w], { interpolation: this.interpolation });
  }
  override augmentBoxes(): never {
    throw this.withoutRule('boundingBoxes');
  }
  override augmentMasks(masks: Tensor, height: number): Tensor {
    return resizeImages(masks, [height, masks.dims[2]!], { interpolation: 'nearest' });
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const at = inputShape.length - (this.dataFormat === 'channels_first' ? 2 : 3);
    return withSize(inputShape, null, inputShape[at + 1]!, this.dataFormat);
  }
}
interface RandomHeightLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomHeight extends RandomHeightLayer {}
export const RandomHeight: Class<RandomHeightArgs, RandomHeight> = callable(RandomHeightLayer, 'RandomHeight');
