// MaxNumBoundingBoxes: every image gets the same number of boxes; what is too much is dropped, what is missing filled.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/max_num_bounding_boxes/
import { type Class, callable } from '../../../../base/callable.ts';
import { ValueError } from '../../../../base/errors.ts';
import { reshape, slice } from '../../../../ops/core/arrange.ts';
import { convertToTensor } from '../../../../ops/core/convert.ts';
import { pad } from '../../../../ops/core/pad.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import * as o from '../../../schema.ts';
import type { CallOptions, TensorLike, With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { asOutput } from '../encode-categories.ts';
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
interface Boxes {
  readonly boxes: TensorLike;
  readonly labels: TensorLike;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class MaxNumBoundingBoxesLayer extends ImageLayer<never> {
  static override readonly schema = options;
  constructor(...args: MaxNumBoundingBoxesArgs) {
    super(options, args);
  }
  override draw(): null {
    return null;
  }
  override augment(images: Tensor): Tensor {
    return images;
  }
  override call(inputs: Tensor, settings: CallOptions = {}): Tensor {
    const given: object = inputs;
    const key = ['boundingBoxes', 'bounding_boxes'].find((name) => name in given);
    if (key === undefined) return super.call(inputs, settings);
    const { [key]: boxes, ...rest } = given as Record<string, unknown>;
    if (!('images' in rest)) throw new ValueError(`MaxNumBoundingBoxes '${this.name}': its inputs have no images.`);
    return asOutput({ ...(super.call(asOutput(rest), settings) as object), [key]: this.#fitted(boxes as Boxes) });
  }
  /** Boxes (batch, count, 4) and labels (batch, count), or those of one image. */
  #fitted({ boxes, labels }: Boxes): { boxes: Tensor; labels: Tensor } {
    const given = convertToTensor(boxes);
    const classes = convertToTensor(labels);
    const single = given.rank === 2;
    const toLength = (x: Tensor): Tensor => {
      const batch = single ? reshape(x, [1, ...x.dims]) : x;
      const count = Math.min(batch.dims[1]!, this.maxNumber);
      const begin = batch.dims.map(() => 0);
      const kept = slice(
        batch,
        begin,
        batch.dims.map((n, i) => (i === 1 ? count : n)),
      );
      const edges = batch.dims.map((_, i) => [0, i === 1 ? this.maxNumber - count : 0]);
      const filled = pad(kept, edges, { constantValues: this.fillValue });
      return single ? reshape(filled, filled.dims.slice(1)) : filled;
    };
    return { boxes: toLength(given), labels: toLength(classes) };
  }
}
interface MaxNumBoundingBoxesLayer extends Omit<LayerValues<typeof options>, 'dataFormat'> {}
export interface MaxNumBoundingBoxes extends MaxNumBoundingBoxesLayer {}
export const MaxNumBoundingBoxes: Class<MaxNumBoundingBoxesArgs, MaxNumBoundingBoxes> = callable(
  MaxNumBoundingBoxesLayer,
  'MaxNumBoundingBoxes',
);
