// Resizing: images of one size, resampled; cropped or padded where their proportions are to stay.
// Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing/
import { type Class, callable } from '../../../../base/callable.ts';
import { type DType, dtypes, isFloating } from '../../../../base/dtype.ts';
import { ValueError } from '../../../../base/errors.ts';
import type { Shape } from '../../../../base/shape.ts';
import { cast, clipByValue, round } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { imageSchema } from './factors.ts';
import { ImageLayer, withSize } from './image-layer.ts';
import { resizeImages, resizeMethods, resizeWithPadding, smartResize } from './sizes.ts';

const options = imageSchema(
  'Resizing',
  {
    height: o.required(o.integer({ min: 1 })),
    width: o.required(o.integer({ min: 1 })),
    interpolation: o.optional(resizeMethods, 'bilinear'),
    cropToAspectRatio: o.optional(o.boolean, false),
    padToAspectRatio: o.optional(o.boolean, false),
    fillMode: o.optional(o.oneOf('constant'), 'constant'),
    fillValue: o.optional(o.number(), 0),
    antialias: o.optional(o.boolean, false),
  },
  { positional: ['height', 'width', 'interpolation'] },
);
export interface ResizingOptions extends LayerOptionsOf<typeof options> {}
type ResizingArgs =
  | [height: number, width: number, options?: ResizingOptions]
  | [options: With<ResizingOptions, 'height' | 'width'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ResizingLayer extends ImageLayer<true> {
  static override readonly schema = options;
  constructor(...args: ResizingArgs) {
    super(options, args);
    if (this.cropToAspectRatio && this.padToAspectRatio)
      throw new ValueError(`Resizing '${this.name}': cropToAspectRatio and padToAspectRatio exclude each other.`);
  }
  override draw(): true {
    return true;
  }
  protected override toCompute(images: Tensor): Tensor {
    return images;
  }
  override augment(images: Tensor): Tensor {
    return this.#resize(images, this.interpolation);
  }
  override augmentMasks(masks: Tensor): Tensor {
    return this.#resize(masks, 'nearest');
  }
  override inference(images: Tensor): Tensor {
    return this.augment(images);
  }
  #resize(images: Tensor, interpolation: string): Tensor {
    const size = [this.height, this.width] as const;
    const settings = { interpolation, antialias: this.antialias };
    const result = this.cropToAspectRatio
      ? smartResize(images, size, settings)
      : this.padToAspectRatio
        ? resizeWithPadding(images, size, this.fillValue, settings)
        : resizeImages(images, size, settings);
    return result.dtype === images.dtype ? result : saturated(result, images.dtype);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return withSize(inputShape, this.height, this.width, this.dataFormat);
  }
}
/** Values rounded to and kept within what the dtype can hold. */
function saturated(x: Tensor, dtype: DType): Tensor {
  if (isFloating(dtype)) return cast(x, dtype);
  const { min, max } = dtypes[dtype];
  return cast(clipByValue(round(x), min, max), dtype);
}
interface ResizingLayer extends Omit<LayerValues<typeof options>, 'dataFormat'> {}
export interface Resizing extends ResizingLayer {}
export const Resizing: Class<ResizingArgs, Resizing> = callable(ResizingLayer, 'Resizing');
