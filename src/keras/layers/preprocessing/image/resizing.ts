// Resizing: images of one size, resampled; cropped or padded where their proportions are to stay.
// Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing/
import { type Class, callable } from '../../../../base/callable.ts';
import { type DType, dtypes, isFloating } from '../../../../base/dtype.ts';
import { ValueError } from '../../../../base/errors.ts';
import type { Dims, Shape } from '../../../../base/shape.ts';
import { zerosLike } from '../../../../ops/core/create.ts';
import { add, cast, clipByValue, equal, logicalOr, multiply, round, where } from '../../../../ops/math/elementwise.ts';
import { reduceAll } from '../../../../ops/math/reduce.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { clipped, converted, edgesOf, joined } from '../../../bounding-boxes/formats.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import type { DenseBoxes } from './dense-boxes.ts';
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
  override augmentBoxes(given: DenseBoxes, _drawn: true, [, height, width]: Dims): DenseBoxes {
    // Boxes of zeros or of −1 stand for none.
    const all = (value: number): Tensor => reduceAll(equal(given.boxes, value), { axis: -1, keepdims: true });
    const none = logicalOr(all(0), all(-1));
    const [[byWidth, left], [byHeight, top]] = this.#placement(height!, width!);
    const resized = (boxes: Tensor): Tensor => {
      const [x1, y1, x2, y2] = edgesOf(boxes);
      const along = (x: Tensor, by: number, start: number): Tensor => add(multiply(x, by), start);
      return joined([
        along(x1, byWidth, left),
        along(y1, byHeight, top),
        along(x2, byWidth, left),
        along(y2, byHeight, top),
      ]);
    };
    const size = { height: this.height, width: this.width };
    const moved = resized(converted(given.boxes, this.boundingBoxFormat!, 'xyxy', { height: height!, width: width! }));
    const inside = clipped({ ...given, boxes: moved }, this.height, this.width);
    const boxes = where(none, zerosLike(inside.boxes), inside.boxes);
    return { ...inside, boxes: converted(boxes, 'xyxy', this.boundingBoxFormat!, size) };
  }
  /** What becomes of a place along the width and along the height: times the first number, plus the second. */
  #placement(height: number, width: number): readonly [readonly [number, number], readonly [number, number]] {
    // In single precision, as in Keras: what is rounded down depends on it.
    const f = Math.fround;
    const [byWidth, byHeight] = [f(this.width / width), f(this.height / height)];
    if (this.padToAspectRatio) {
      const by = Math.min(byHeight, byWidth);
      return [
        [by, Math.floor(f(this.width - f(width * by)) / 2)],
        [by, Math.floor(f(this.height - f(height * by)) / 2)],
      ];
    }
    if (!this.cropToAspectRatio)
      return [
        [byWidth, 0],
        [byHeight, 0],
      ];
    const ratio = f(width / height);
    const wider = ratio > f(this.width / this.height);
    const newWidth = wider ? f(this.height * ratio) : this.width;
    const newHeight = wider ? this.height : f(this.width / ratio);
    return [
      [f(newWidth / width), -Math.floor((newWidth - this.width) / 2)],
      [f(newHeight / height), -Math.floor((newHeight - this.height) / 2)],
    ];
  }
  protected override get always(): boolean {
    return true;
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
