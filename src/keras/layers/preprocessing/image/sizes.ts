// Images of other sizes, as Keras's layers make them: cropped or padded to proportions, then resized.
// Owns: proportions, in Keras's single precision. The resampling is that of tf.image.resize.
import { isFloating } from '../../../../base/dtype.ts';
import type { Dims } from '../../../../base/shape.ts';
import { slice } from '../../../../ops/core/arrange.ts';
import { pad } from '../../../../ops/core/pad.ts';
import { resize } from '../../../../ops/image/resize.ts';
import { ResizeMethod, type ResizeMethodName } from '../../../../ops/image/resize-methods.ts';
import { cast } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import * as o from '../../../schema.ts';

export type Size = readonly [height: number, width: number];
export interface ResizeSettings {
  readonly interpolation?: string;
  readonly antialias?: boolean;
}

/** Part of images (batch, height, width, channels). */
export const cropped = (images: Tensor, top: number, left: number, height: number, width: number): Tensor =>
  slice(images, [0, top, left, 0], [-1, height, width, -1]);
const resized = (
  images: Tensor,
  size: Size,
  { interpolation = 'bilinear', antialias = false }: ResizeSettings,
): Tensor => {
  const result = resize(images, [...size], { method: interpolation as ResizeMethodName, antialias });
  return isFloating(images.dtype) ? cast(result, images.dtype) : result;
};

/** The height and width that go with the other one in the proportions of `size`. */
function inProportion([, h, w]: Dims, [toHeight, toWidth]: Size): Size {
  return [Math.trunc(Math.fround((w! * toHeight) / toWidth)), Math.trunc(Math.fround((h! * toWidth) / toHeight))];
}
/** The largest part in the middle that has the proportions of `size`. */
export function largestPart(dims: Dims, size: Size): { top: number; left: number; height: number; width: number } {
  const [h, w] = [dims[1]!, dims[2]!];
  const [fitHeight, fitWidth] = inProportion(dims, size);
  const height = Math.max(Math.min(h, fitHeight), 1);
  const width = Math.max(Math.min(w, fitWidth), 1);
  return { top: Math.trunc((h - height) / 2), left: Math.trunc((w - width) / 2), height, width };
}
/** Cropped to the proportions of a size, and resized to it. */
export function smartResize(images: Tensor, size: Size, settings: ResizeSettings = {}): Tensor {
  const { top, left, height, width } = largestPart(images.dims, size);
  return resized(cropped(images, top, left, height, width), size, settings);
}
/** Padded to the proportions of a size, and resized to it. */
export function resizeWithPadding(images: Tensor, size: Size, fillValue: number, settings: ResizeSettings): Tensor {
  const [h, w] = [images.dims[1]!, images.dims[2]!];
  const [fitHeight, fitWidth] = inProportion(images.dims, size);
  const top = Math.trunc((Math.max(h, fitHeight) - h) / 2);
  const left = Math.trunc((Math.max(w, fitWidth) - w) / 2);
  const around = [
    [0, 0],
    [top, top],
    [left, left],
    [0, 0],
  ];
  return resized(pad(images, around, { constantValues: fillValue }), size, settings);
}
export { resized as resizeImages };
/** The option of how images are resampled. */
export const resizeMethods = o.oneOf(...Object.values(ResizeMethod));
