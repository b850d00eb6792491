// tf.image: crops, pads, flips, rotations, patches.
// Owns: what moves pixels without changing them.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, asIntegers } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { type Padding, paddingOf } from '../nn/windows.ts';
import { batchOf, piece, sizeOfImages } from './batch.ts';

/** The part of `targetHeight` × `targetWidth` pixels that begins at an offset. */
export const cropToBoundingBox = signature(
  'image.cropToBoundingBox',
  ['image', 'offsetHeight', 'offsetWidth', 'targetHeight', 'targetWidth'],
  (
    image: TensorLike,
    offsetHeight: number | Tensor,
    offsetWidth: number | Tensor,
    targetHeight: number | Tensor,
    targetWidth: number | Tensor,
  ): Tensor => {
    const name = 'image.cropToBoundingBox';
    const { x, back } = batchOf(image, name);
    const [top, left, height, width] = [offsetHeight, offsetWidth, targetHeight, targetWidth].map((n) =>
      asInteger(n, name),
    ) as [number, number, number, number];
    const [h, w] = sizeOfImages(x);
    if (top < 0 || left < 0 || height < 1 || width < 1 || top + height > h || left + width > w)
      throw new ShapeError(
        `${name}: ${height} × ${width} pixels from (${top}, ${left}) do not lie in an image of ${h} × ${w}; make them fit, or use resizeWithCropOrPad.`,
      );
    return back(piece(piece(x, 1, top, top + height), 2, left, left + width));
  },
);
/** Zeros around, so that the image begins at an offset of the new size. */
export const padToBoundingBox = signature(
  'image.padToBoundingBox',
  ['image', 'offsetHeight', 'offsetWidth', 'targetHeight', 'targetWidth'],
  (image: TensorLike, offsetHeight: number, offsetWidth: number, targetHeight: number, targetWidth: number): Tensor => {
    const name = 'image.padToBoundingBox';
    const { x, back } = batchOf(image, name);
    const [h, w] = sizeOfImages(x);
    const [below, behind] = [targetHeight - offsetHeight - h, targetWidth - offsetWidth - w];
    if (offsetHeight < 0 || offsetWidth < 0 || below < 0 || behind < 0)
      throw new ShapeError(
        `${name}: an image of ${h} × ${w} at (${offsetHeight}, ${offsetWidth}) does not fit into ${targetHeight} × ${targetWidth}.`,
      );
    return back(p.pad(x, p.scalar(0, x.dtype), [0, offsetHeight, offsetWidth, 0], [0, below, behind, 0]));
  },
);
/** The middle part, a share of each side. */
export const centralCrop = signature(
  'image.centralCrop',
  ['image', 'centralFraction'],
  (image: TensorLike, centralFraction: number | Tensor): Tensor => {
    const share = typeof centralFraction === 'number' ? centralFraction : centralFraction.item();
    if (!(share > 0 && share <= 1))
      throw new ValueError(`image.centralCrop: centralFraction ${show(share)}; wanted a number in (0, 1].`);
    const { x, back } = batchOf(image, 'image.centralCrop');
    const [h, w] = sizeOfImages(x);
    const [top, left] = [Math.trunc((h - h * share) / 2), Math.trunc((w - w * share) / 2)];
    return back(piece(piece(x, 1, top, h - top), 2, left, w - left));
  },
);

const moved = (name: string, move: (x: Value) => Value) =>
  signature(name, ['image'], (image: TensorLike): Tensor => {
    const { x, back } = batchOf(image, name);
    return back(move(x));
  });
export const flipLeftRight = moved('image.flipLeftRight', (x) => p.reverse(x, [2]));
export const flipUpDown = moved('image.flipUpDown', (x) => p.reverse(x, [1]));
/** Rows and columns exchanged. */
export const transpose = moved('image.transpose', (x) => p.transpose(x, [0, 2, 1, 3]));
/** Turned by k quarters of a circle against the clock. */
export const rot90 = signature('image.rot90', ['image', 'k'], (image: TensorLike, k: number | Tensor = 1): Tensor => {
  const { x, back } = batchOf(image, 'image.rot90');
  const quarters = ((asInteger(k, 'image.rot90: k') % 4) + 4) % 4;
  if (quarters === 0) return back(x);
  if (quarters === 2) return back(p.reverse(x, [1, 2]));
  if (quarters === 1) return back(p.reverse(p.transpose(x, [0, 2, 1, 3]), [1]));
  return back(p.reverse(p.transpose(x, [0, 2, 1, 3]), [2]));
});

/** Patches under a sliding window as channels: (batch, rows, columns, height · width · channels). */
export const extractPatches = signature(
  'image.extractPatches',
  ['images', 'sizes', 'strides', 'rates', 'padding'],
  (images: TensorLike, sizes: TensorLike, strides: TensorLike, rates: TensorLike, padding: Padding): Tensor => {
    const name = 'image.extractPatches';
    const { x, back } = batchOf(images, name);
    const inner = (list: TensorLike): [number, number] => {
      const all = asIntegers(list, name);
      if (all.length !== 4)
        throw new ShapeError(`${name}: found ${show(all)}; wanted four numbers, 1 for batch and channels.`);
      return [all[1]!, all[2]!];
    };
    const [size, step, rate] = [inner(sizes), inner(strides), inner(rates)];
    const spatial = sizeOfImages(x);
    const { low, high } = paddingOf(padding, spatial, size, step, rate, false, name);
    const padded = p.pad(x, p.scalar(0, x.dtype), [0, ...low, 0], [0, ...high, 0]);
    const out = spatial.map(
      (n, i) => Math.floor((n + low[i]! + high[i]! - (size[i]! - 1) * rate[i]! - 1) / step[i]!) + 1,
    );
    if (out.some((n) => n < 1))
      throw new ShapeError(`${name}: patches of ${size.join(' × ')} do not fit into images ${showShape(x.dims)}.`);
    const taps: Value[] = [];
    for (let i = 0; i < size[0]; i++)
      for (let j = 0; j < size[1]; j++) {
        const start = [0, i * rate[0], j * rate[1], 0];
        const limit = [
          x.dims[0]!,
          start[1]! + (out[0]! - 1) * step[0] + 1,
          start[2]! + (out[1]! - 1) * step[1] + 1,
          x.dims[3]!,
        ];
        taps.push(p.slice(padded, start, limit, [1, step[0], step[1], 1]));
      }
    return back(p.concatenate(taps, 3));
  },
);
