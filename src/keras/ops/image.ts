// keras.ops.image.
// Owns: Keras's names and data formats for tf.image's functions.
import { transpose } from '../../ops/core/arrange.ts';
import { pad } from '../../ops/core/pad.ts';
import * as image from '../../ops/image/index.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { imageDataFormat } from '../config.ts';
import { kerasOp, tensor } from './define.ts';

type Format = 'channels_last' | 'channels_first';
const isFirst = (format: Format | undefined): boolean => (format ?? imageDataFormat()) === 'channels_first';
/** Applies `f` to images with the channels last. */
function channelsLast(images: TensorLike, format: Format | undefined, f: (x: Tensor) => Tensor): Tensor {
  const x = tensor(images);
  if (!isFirst(format)) return f(x);
  const batch = x.shape.length === 4;
  return transpose(f(transpose(x, batch ? [0, 2, 3, 1] : [1, 2, 0])), batch ? [0, 3, 1, 2] : [2, 0, 1]);
}
const coloured = (name: string, f: (x: TensorLike) => Tensor) =>
  kerasOp(
    name,
    ['images', 'dataFormat'],
    (images: TensorLike, dataFormat?: Format): Tensor => channelsLast(images, dataFormat, f),
  );
export const rgbToGrayscale = coloured('image.rgbToGrayscale', image.rgbToGrayscale);
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
        const ch = Math.min(h, Math.trunc((w * height) / width)) || h;
        const cw = Math.min(w, Math.trunc((h * width) / height)) || w;
        x = image.cropToBoundingBox(x, Math.trunc((h - ch) / 2), Math.trunc((w - cw) / 2), ch, cw);
      } else if (padToAspectRatio) {
        const ph = Math.max(h, Math.trunc((w * height) / width));
        const pw = Math.max(w, Math.trunc((h * width) / height));
        const [top, left] = [Math.trunc((ph - h) / 2), Math.trunc((pw - w) / 2)];
        const rows = x.dims.map((_, i) =>
          i === x.dims.length - 3 ? [top, ph - h - top] : i === x.dims.length - 2 ? [left, pw - w - left] : [0, 0],
        );
        x = pad(x, rows, 'constant', fillValue);
      }
      const resized = image.resize(x, size, { method: interpolation, antialias });
      return x.dtype === resized.dtype ? resized : resized.cast(x.dtype);
    }),
);
export const extractPatches = kerasOp(
  'image.extractPatches',
  ['images', 'size', 'strides', 'dilationRate', 'padding', 'dataFormat'],
  (
    images: TensorLike,
    size: number | readonly [number, number],
    strides?: number | readonly [number, number],
    dilationRate: number = 1,
    padding: 'valid' | 'same' = 'valid',
    dataFormat?: Format,
  ): Tensor => {
    const pair = (n: number | readonly [number, number]): readonly [number, number] =>
      typeof n === 'number' ? [n, n] : n;
    const [window, step] = [pair(size), pair(strides ?? size)];
    return channelsLast(images, dataFormat, (x) =>
      image.extractPatches(x, [1, ...window, 1], [1, ...step, 1], [1, dilationRate, dilationRate, 1], padding),
    );
  },
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
