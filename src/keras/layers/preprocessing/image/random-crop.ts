// RandomCrop: a part of images at a random place, the same for a batch; smaller images are resized.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_crop/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims, Shape } from '../../../../base/shape.ts';
import { gather } from '../../../../ops/core/arrange.ts';
import { range } from '../../../../ops/core/create.ts';
import { add, cast, maximum, subtract } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { converted, edgesOf, joined } from '../../../bounding-boxes/formats.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import type { DenseBoxes } from './dense-boxes.ts';
import { imageSchema } from './factors.ts';
import { ImageLayer, withSize } from './image-layer.ts';
import { randomSeed } from './seeds.ts';
import { cropped, largestPart, resizeImages } from './sizes.ts';

const options = imageSchema(
  'RandomCrop',
  {
    height: o.required(o.integer({ min: 1 })),
    width: o.required(o.integer({ min: 1 })),
    seed: o.optional(randomSeed, null),
  },
  { positional: ['height', 'width', 'seed', 'dataFormat'] },
);
export interface RandomCropOptions extends LayerOptionsOf<typeof options> {}
type RandomCropArgs =
  | [height: number, width: number, options?: RandomCropOptions]
  | [options: With<RandomCropOptions, 'height' | 'width'>];
/** Where the part begins; null where images are resized instead. */
interface Drawn {
  readonly top: Tensor | null;
  readonly left: Tensor | null;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomCropLayer extends ImageLayer<Drawn> {
  static override readonly schema = options;
  constructor(...args: RandomCropArgs) {
    super(options, args);
  }
  override draw([, height, width]: Dims, seed: SeedGenerator): Drawn {
    if (height! <= this.height || width! <= this.width) return { top: null, left: null };
    const start = (room: number): Tensor => cast(uniform([], { maxval: room + 1, seed }), 'int32');
    const top = start(height! - this.height);
    return { top, left: start(width! - this.width) };
  }
  override augment(images: Tensor, { top, left }: Drawn): Tensor {
    if (!top || !left) {
      // As much as there is from where the largest part of these proportions begins, as in Keras.
      const size = [this.height, this.width] as const;
      const { top: y, left: x } = largestPart(images.dims, size);
      const part = cropped(
        images,
        y,
        x,
        Math.min(this.height, images.dims[1]! - y),
        Math.min(this.width, images.dims[2]! - x),
      );
      return cast(resizeImages(part, size, {}), this.computeDtype);
    }
    const rows = gather(images, add(range(this.height), top), { axis: 1 });
    return gather(rows, add(range(this.width), left), { axis: 2 });
  }
  override augmentBoxes(given: DenseBoxes, { top, left }: Drawn, dims: Dims): DenseBoxes {
    const size = { height: this.height, width: this.width };
    const part = largestPart(dims, [this.height, this.width]);
    // As Keras has it: relative boxes count in the part's size, and rows are taken off x, columns off y.
    const [across, down] = [cast(top ?? part.top, 'float32'), cast(left ?? part.left, 'float32')];
    const [x1, y1, x2, y2] = edgesOf(converted(given.boxes, this.boundingBoxFormat!, 'xyxy', size));
    const from = (x: Tensor, start: Tensor): Tensor => maximum(subtract(x, start), 0);
    const moved = joined([from(x1, across), from(y1, down), from(x2, across), from(y2, down)]);
    return { ...given, boxes: converted(moved, 'xyxy', this.boundingBoxFormat!, size) };
  }
  override augmentMasks(masks: Tensor, drawn: Drawn): Tensor {
    return this.augment(masks, drawn);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return withSize(inputShape, this.height, this.width, this.dataFormat);
  }
}
interface RandomCropLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomCrop extends RandomCropLayer {}
export const RandomCrop: Class<RandomCropArgs, RandomCrop> = callable(RandomCropLayer, 'RandomCrop');
