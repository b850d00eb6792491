// tf.image.resize and its relatives.
// Owns: methods, sizes, aspect ratios. Which pixels enter with which weights stands in taps.ts.

import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { takeAxis } from '../core/take-axis.ts';
import { batchOf, type Size, sizeOfImages } from './batch.ts';
import { cropToBoundingBox, padToBoundingBox } from './crop.ts';
import { HALF, methodOf, type ResizeMethodName } from './resize-methods.ts';
import type { Grid, Taps } from './taps.ts';

/** Weighted sums along one axis: tap by tap, or as a product where there are many. */
function applyTaps(x: Value, axis: number, { indices, weights }: Taps): Value {
  const n = indices.length;
  const count = indices.reduce((most, row) => Math.max(most, row.length), 0);
  if (weights.every((row) => row.length === 1 && row[0] === 1))
    return takeAxis(
      x,
      eagerTensor(
        Int32Array.from(indices, (row) => row[0]!),
        [n],
        'int32',
      ),
      axis,
    );
  if (count > 8) {
    const matrix = new Float32Array(n * x.dims[axis]!);
    indices.forEach((row, i) => {
      row.forEach((index, k) => {
        matrix[i * x.dims[axis]! + index]! += weights[i]![k]!;
      });
    });
    const weight = p.convert(eagerTensor(matrix, [n, x.dims[axis]!], 'float32'), x.dtype);
    const product = p.dotGeneral(x, weight, { lhsBatch: [], rhsBatch: [], lhsContract: [axis], rhsContract: [1] });
    const order = product.dims.map((_, i) => i).slice(0, -1);
    order.splice(axis, 0, product.dims.length - 1);
    return p.transpose(product, order);
  }
  let sum: Value | null = null;
  for (let k = 0; k < count; k++) {
    const index = Int32Array.from(indices, (row) => row[k] ?? 0);
    const weight = Float32Array.from(weights, (row) => row[k] ?? 0);
    const taken = takeAxis(x, eagerTensor(index, [n], 'int32'), axis);
    const factor = p.broadcast(p.convert(eagerTensor(weight, [n], 'float32'), x.dtype), taken.dims, [axis]);
    const term = p.mul(taken, factor);
    sum = sum ? p.add(sum, term) : term;
  }
  return sum!;
}

/** Images resampled to a size; all but 'nearest' give float32. */
function resampled(x: Value, [height, width]: Size, method: string, antialias: boolean, grid: Grid): Value {
  const taps = methodOf(method, antialias, grid);
  const [h, w] = sizeOfImages(x);
  const source = method.toLowerCase() === 'nearest' ? x : p.convert(x, 'float32');
  return applyTaps(applyTaps(source, 1, taps(h, height)), 2, taps(w, width));
}

const sizeArgument = (size: TensorLike, name: string): Size => {
  const list = asIntegers(size, `${name}: size`);
  if (list.length !== 2 || list.some((n) => n < 1))
    throw new ValueError(`${name}: size ${show(list)}; wanted [height, width], both at least 1.`);
  return [list[0]!, list[1]!];
};

/** Images of another size, (batch, height, width, channels) or without batch. */
export const resize = signature(
  'image.resize',
  ['images', 'size', 'method', 'preserveAspectRatio', 'antialias'],
  (
    images: TensorLike,
    size: TensorLike,
    method: ResizeMethodName = 'bilinear',
    preserveAspectRatio: boolean = false,
    antialias: boolean = false,
  ): Tensor => {
    const { x, back } = batchOf(images, 'image.resize');
    let target = sizeArgument(size, 'image.resize');
    const [h, w] = sizeOfImages(x);
    if (preserveAspectRatio) {
      const scale = Math.min(target[0] / h, target[1] / w);
      target = [Math.max(1, Math.round(scale * h)), Math.max(1, Math.round(scale * w))];
    }
    return back(resampled(x, target, method, antialias, HALF));
  },
);

/** Resized to fit into a size with its aspect ratio, and padded with zeros. */
export const resizeWithPad = signature(
  'image.resizeWithPad',
  ['image', 'targetHeight', 'targetWidth', 'method', 'antialias'],
  (
    image: TensorLike,
    targetHeight: number,
    targetWidth: number,
    method: ResizeMethodName = 'bilinear',
    antialias: boolean = false,
  ): Tensor => {
    const { x, back } = batchOf(image, 'image.resizeWithPad');
    const [h, w] = sizeOfImages(x);
    const ratio = Math.max(w / targetWidth, h / targetHeight);
    const inner: Size = [Math.floor(h / ratio), Math.floor(w / ratio)];
    const resized = resize(x as Tensor, inner, { method, antialias });
    // The size before rounding decides the place.
    const top = Math.max(0, Math.floor((targetHeight - h / ratio) / 2));
    const left = Math.max(0, Math.floor((targetWidth - w / ratio) / 2));
    return back(padToBoundingBox(resized, top, left, targetHeight, targetWidth));
  },
);

/** Cropped around the centre or padded with zeros to a size. */
export const resizeWithCropOrPad = signature(
  'image.resizeWithCropOrPad',
  ['image', 'targetHeight', 'targetWidth'],
  (image: TensorLike, targetHeight: number, targetWidth: number): Tensor => {
    const { x, back } = batchOf(image, 'image.resizeWithCropOrPad');
    const [h, w] = sizeOfImages(x);
    const half = (n: number): number => Math.max(Math.floor(n / 2), 0);
    const cropped = cropToBoundingBox(
      x as Tensor,
      half(-(targetHeight - h)),
      half(-(targetWidth - w)),
      Math.min(targetHeight, h),
      Math.min(targetWidth, w),
    );
    return back(padToBoundingBox(cropped, half(targetHeight - h), half(targetWidth - w), targetHeight, targetWidth));
  },
);

const legacy = (name: string, method: string) =>
  signature(
    name,
    ['images', 'size', 'alignCorners', 'halfPixelCenters'],
    (
      images: TensorLike,
      size: TensorLike,
      alignCorners: boolean = false,
      halfPixelCenters: boolean = false,
    ): Tensor => {
      const x = convertToTensor(images, undefined, name);
      if (x.dims.length !== 4)
        throw new ShapeError(
          `${name}: found shape ${showShape(x.dims)}; wanted (batch, height, width, channels). tf.image.resize takes single images too.`,
        );
      return batchOf(x, name).back(
        resampled(x, sizeArgument(size, name), method, false, { alignCorners, halfPixelCenters }),
      );
    },
  );
/** The older ops, whose pixels lie on corners unless told otherwise. */
export const resizeBilinear = legacy('resizeBilinear', 'bilinear');
export const resizeBicubic = legacy('resizeBicubic', 'bicubic');
export const resizeNearestNeighbor = legacy('resizeNearestNeighbor', 'nearest');
export const resizeArea = legacy('resizeArea', 'area');
