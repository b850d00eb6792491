// keras.ops.image.
// Owns: Keras's names for tf.image's functions. Leaves what tf.image has not to image-transforms.ts.
import { pad } from '../../ops/core/pad.ts';
import * as image from '../../ops/image/index.ts';
import { saturateCast } from '../../ops/math/arithmetic.ts';
import { round } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { floats, isInteger, kerasOp, tensor, to } from './define.ts';
import { channelsLast, type Format } from './image-format.ts';

const coloured = (name: string, f: (x: TensorLike) => Tensor) =>
  kerasOp(
    name,
    ['images', 'dataFormat'],
    (images: TensorLike, dataFormat?: Format): Tensor => channelsLast(images, dataFormat, f),
  );
// Whole numbers are cut, not rounded, as in Keras.
export const rgbToGrayscale = coloured('image.rgbToGrayscale', (x) =>
  to(image.rgbToGrayscale(floats(x)), tensor(x).dtype),
);
export const rgbToHsv = coloured('image.rgbToHsv', image.rgbToHsv);
export const hsvToRgb = coloured('image.hsvToRgb', image.hsvToRgb);
export const resize = kerasOp(
  'image.resize',
  [
    'images',
    'size',
    'interpolation',
    'antialias',
    'cropToAspectRatio',
    'padToAspectRatio',
    'fillMode',
    'fillValue',
    'dataFormat',
  ],
  (
    images: TensorLike,
    size: readonly [number, number],
    interpolation: 'bilinear' | 'nearest' | 'bicubic' | 'lanczos3' | 'lanczos5' = 'bilinear',
    antialias: boolean = false,
    cropToAspectRatio: boolean = false,
    padToAspectRatio: boolean = false,
    _fillMode: 'constant' = 'constant',
    fillValue: number = 0,
    dataFormat?: Format,
  ): Tensor =>
    channelsLast(images, dataFormat, (given) => {
      let x = given;
      const [h, w] = x.dims.slice(-3, -1) as [number, number];
      const [height, width] = size;
      if (cropToAspectRatio) {
        const ch = Math.max(Math.min(h, Math.trunc((w * height) / width)), 1);
        const cw = Math.max(Math.min(w, Math.trunc((h * width) / height)), 1);
        x = image.cropToBoundingBox(x, Math.trunc((h - ch) / 2), Math.trunc((w - cw) / 2), ch, cw);
      } else if (padToAspectRatio) {
        const ph = Math.max(h, Math.trunc((w * height) / width));
        const pw = Math.max(w, Math.trunc((h * width) / height));
        const [top, left] = [Math.trunc((ph - h) / 2), Math.trunc((pw - w) / 2)];
        // As many on both sides, as in Keras: of an odd number one is left out.
        const rows = x.dims.map((_, i) =>
          i === x.dims.length - 3 ? [top, top] : i === x.dims.length - 2 ? [left, left] : [0, 0],
        );
        x = pad(x, rows, 'constant', fillValue);
      }
      const resized = image.resize(x, size, { method: interpolation, antialias });
      if (x.dtype === resized.dtype) return resized;
      return saturateCast(isInteger(x.dtype) ? round(resized) : resized, x.dtype);
    }),
);
export const padImages = kerasOp(
  'image.padImages',
  ['images', 'topPadding', 'leftPadding', 'bottomPadding', 'rightPadding', 'targetHeight', 'targetWidth', 'dataFormat'],
  (
    images: TensorLike,
    topPadding?: number,
    leftPadding?: number,
    bottomPadding?: number,
    rightPadding?: number,
    targetHeight?: number,
    targetWidth?: number,
    dataFormat?: Format,
  ): Tensor =>
    channelsLast(images, dataFormat, (x) => {
      const [h, w] = x.dims.slice(-3, -1) as [number, number];
      const top = topPadding ?? (targetHeight ?? h) - h - (bottomPadding ?? 0);
      const left = leftPadding ?? (targetWidth ?? w) - w - (rightPadding ?? 0);
      return image.padToBoundingBox(
        x,
        top,
        left,
        targetHeight ?? h + top + (bottomPadding ?? 0),
        targetWidth ?? w + left + (rightPadding ?? 0),
      );
    }),
);
export const cropImages = kerasOp(
  'image.cropImages',
  [
    'images',
    'topCropping',
    'leftCropping',
    'bottomCropping',
    'rightCropping',
    'targetHeight',
    'targetWidth',
    'dataFormat',
  ],
  (
    images: TensorLike,
    topCropping?: number,
    leftCropping?: number,
    bottomCropping?: number,
    rightCropping?: number,
    targetHeight?: number,
    targetWidth?: number,
    dataFormat?: Format,
  ): Tensor =>
    channelsLast(images, dataFormat, (x) => {
      const [h, w] = x.dims.slice(-3, -1) as [number, number];
      const height = targetHeight ?? h - (topCropping ?? 0) - (bottomCropping ?? 0);
      const width = targetWidth ?? w - (leftCropping ?? 0) - (rightCropping ?? 0);
      return image.cropToBoundingBox(
        x,
        topCropping ?? h - height - (bottomCropping ?? 0),
        leftCropping ?? w - width - (rightCropping ?? 0),
        height,
        width,
      );
    }),
);
export { extractPatches, extractPatches3d } from './image-patches.ts';
export * from './image-transforms.ts';
