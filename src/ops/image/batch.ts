// What the image ops share: images with or without a batch axis.
// Owns: the check of rank, and the way to (batch, height, width, channels) and back.
import { ShapeError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';

export type Size = readonly [height: number, width: number];

/** Images as (batch, height, width, channels), and the way back to the rank that was given. */
export function batchOf(images: TensorLike, name: string): { x: Value; back: (y: Value) => Tensor } {
  const given = convertToTensor(images, undefined, name);
  const rank = given.dims.length;
  if (rank !== 3 && rank !== 4)
    throw new ShapeError(
      `${name}: found shape ${showShape(given.dims)}; wanted images (height, width, channels) or (batch, height, width, channels). Use expandDims for images without a channel axis.`,
    );
  if (given.dims.slice(-3).includes(0))
    throw new ShapeError(
      `${name}: found shape ${showShape(given.dims)}; wanted images with at least one row, column and channel.`,
    );
  const x = rank === 4 ? given : p.reshape(given, [1, ...given.dims]);
  return { x, back: (y) => (rank === 4 ? y : p.reshape(y, y.dims.slice(1))) as Tensor };
}

/** Height and width. */
export const sizeOfImages = (x: Value): Size => [x.dims[1]!, x.dims[2]!];

/** The part [from, to) of one axis. */
export const piece = (x: Value, axis: number, from: number, to: number): Value =>
  p.slice(
    x,
    x.dims.map((_, i) => (i === axis ? from : 0)),
    x.dims.map((n, i) => (i === axis ? to : n)),
  );
