// RandomFlip: images are mirrored at random, left to right, top to bottom, or both.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_flip/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { reshape, reverse } from '../../../../ops/core/arrange.ts';
import { lessEqual, subtract, where } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { clipped, converted, edgesOf, joined } from '../../../bounding-boxes/formats.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import type { DenseBoxes } from './dense-boxes.ts';
import { imageSchema } from './factors.ts';
import { ImageLayer } from './image-layer.ts';

const options = imageSchema(
  'RandomFlip',
  {
    mode: o.optional(o.oneOf('horizontal', 'vertical', 'horizontal_and_vertical'), 'horizontal_and_vertical'),
    seed: o.optional(o.seed, null),
  },
  { positional: ['mode', 'seed'] },
);
export interface RandomFlipOptions extends LayerOptionsOf<typeof options> {}
type RandomFlipArgs = [options?: RandomFlipOptions] | [mode: RandomFlipOptions['mode'], options?: RandomFlipOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomFlipLayer extends ImageLayer<Tensor> {
  static override readonly schema = options;
  constructor(...args: RandomFlipArgs) {
    super(options, args);
  }
  override draw(dims: Dims, seed: SeedGenerator): Tensor {
    return lessEqual(uniform([dims[0]!, 1, 1, 1], { seed }), 0.5);
  }
  override augment(images: Tensor, flips: Tensor): Tensor {
    let x = images;
    if (this.mode !== 'vertical') x = where(flips, reverse(x, [2]), x);
    if (this.mode !== 'horizontal') x = where(flips, reverse(x, [1]), x);
    return x;
  }
  override augmentBoxes(given: DenseBoxes, flips: Tensor, [, height, width]: Dims): DenseBoxes {
    const chosen = reshape(flips, [-1, 1, 1]);
    const mirrored = (boxes: Tensor): Tensor => {
      let [left, top, right, bottom] = edgesOf(boxes);
      if (this.mode !== 'vertical')
        [left, right] = [where(chosen, subtract(1, right), left), where(chosen, subtract(1, left), right)];
      if (this.mode !== 'horizontal')
        [top, bottom] = [where(chosen, subtract(1, bottom), top), where(chosen, subtract(1, top), bottom)];
      return joined([left, top, right, bottom]);
    };
    const size = { height: height!, width: width! };
    const boxes = mirrored(converted(given.boxes, this.boundingBoxFormat!, 'rel_xyxy', size));
    // Keras clips the shares to the picture's size in pixels: what lies below 0 is cut, what lies above 1 is not.
    const inside = clipped({ ...given, boxes }, height!, width!);
    return { ...inside, boxes: converted(inside.boxes, 'rel_xyxy', this.boundingBoxFormat!, size) };
  }
  override augmentMasks(masks: Tensor, flips: Tensor): Tensor {
    return this.augment(masks, flips);
  }
}
interface RandomFlipLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomFlip extends RandomFlipLayer {}
export const RandomFlip: Class<RandomFlipArgs, RandomFlip> = callable(RandomFlipLayer, 'RandomFlip');
