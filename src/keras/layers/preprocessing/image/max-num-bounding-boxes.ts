// MaxNumBoundingBoxes: every image gets the same number of boxes; what is too much is dropped, what is missing filled.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/max_num_bounding_boxes/
import { type Class, callable } from '../../../../base/callable.ts';
import { slice } from '../../../../ops/core/arrange.ts';
import { pad } from '../../../../ops/core/pad.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import type { DenseBoxes } from './dense-boxes.ts';
import { imageSchema } from './factors.ts';
import { ImageLayer } from './image-layer.ts';

const options = imageSchema(
  'MaxNumBoundingBoxes',
  { maxNumber: o.required(o.integer({ min: 1 })), fillValue: o.optional(o.integer(), -1, { internal: true }) },
  { positional: ['maxNumber', 'fillValue'] },
);
export interface MaxNumBoundingBoxesOptions extends LayerOptionsOf<typeof options> {}
type MaxNumBoundingBoxesArgs =
  | [maxNumber: number, options?: MaxNumBoundingBoxesOptions]
  | [options: With<MaxNumBoundingBoxesOptions, 'maxNumber'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class MaxNumBoundingBoxesLayer extends ImageLayer<true> {
  static override readonly schema = options;
  constructor(...args: MaxNumBoundingBoxesArgs) {
    super(options, args);
  }
  override draw(): true {
    return true;
  }
  override augment(images: Tensor): Tensor {
    return images;
  }
  protected override get always(): boolean {
    return true;
  }
  override augmentBoxes({ boxes, labels }: DenseBoxes): DenseBoxes {
    const toLength = (x: Tensor): Tensor => {
      const count = Math.min(x.dims[1]!, this.maxNumber);
      const size = x.dims.map((n, axis) => (axis === 1 ? count : n));
      const edges = x.dims.map((_, axis) => [0, axis === 1 ? this.maxNumber - count : 0]);
      return pad(
        slice(
          x,
          size.map(() => 0),
          size,
        ),
        edges,
        { constantValues: this.fillValue },
      );
    };
    return { boxes: toLength(boxes), labels: toLength(labels) };
  }
}
interface MaxNumBoundingBoxesLayer extends Omit<LayerValues<typeof options>, 'dataFormat'> {}
export interface MaxNumBoundingBoxes extends MaxNumBoundingBoxesLayer {}
export const MaxNumBoundingBoxes: Class<MaxNumBoundingBoxesArgs, MaxNumBoundingBoxes> = callable(
  MaxNumBoundingBoxesLayer,
  'MaxNumBoundingBoxes',
);
