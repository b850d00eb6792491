// The boxes that come with images: in tensors, ragged tensors or lists of different lengths.
// Owns: their checks, and filling up to the longest list, with boxes of zeros of class −1.
import { ShapeError, show, ValueError } from '../../../../base/errors.ts';
import { showShape } from '../../../../base/shape.ts';
import { expandDims } from '../../../../ops/core/arrange.ts';
import { convertToTensor } from '../../../../ops/core/convert.ts';
import { cast } from '../../../../ops/math/elementwise.ts';
import { RaggedTensor } from '../../../../ops/ragged/ragged-tensor.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import type { TensorLike } from '../../../types.ts';

/** Boxes (batch, count, 4) and their classes (batch, count), −1 where there is no box. */
export interface DenseBoxes {
  readonly boxes: Tensor;
  readonly labels: Tensor;
}
type Lists = readonly (readonly unknown[])[];

/** Lists of lists, the shorter ones filled up. */
function filled(lists: Lists, filler: unknown): unknown[][] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return lists.map((list) => [...list, ...Array.from({ length: longest - list.length }, () => filler)]);
}
function dense(value: unknown, single: boolean, filler: number | readonly number[]): Tensor {
  if (value instanceof RaggedTensor) return value.toTensor({ defaultValue: typeof filler === 'number' ? filler : 0 });
  const lists = !single && Array.isArray(value) && value.every((row) => Array.isArray(row));
  return convertToTensor((lists ? filled(value as Lists, filler) : value) as TensorLike);
}

/** A record {boxes, labels} of one image or a batch, as a batch of tensors. */
export function denseBoxes(value: unknown, single: boolean, what: string): DenseBoxes {
  const given = value as Partial<Record<'boxes' | 'labels', unknown>> | null;
  if (typeof given !== 'object' || given === null || given.boxes === undefined || given.labels === undefined)
    throw new ValueError(`${what}: found ${show(value)}; wanted a record {boxes, labels}.`);
  const boxes = cast(dense(given.boxes, single, [0, 0, 0, 0]), 'float32');
  const labels = dense(given.labels, single, -1);
  const rank = single ? 2 : 3;
  if (boxes.rank !== rank || boxes.dims.at(-1) !== 4)
    throw new ShapeError(
      `${what}: found boxes of shape ${showShape(boxes.dims)}; wanted ${single ? '(count, 4)' : '(batch, count, 4)'}.`,
    );
  if (boxes.dims.slice(0, -1).some((n, axis) => labels.dims[axis] !== n))
    throw new ShapeError(
      `${what}: found boxes of shape ${showShape(boxes.dims)} and labels of shape ${showShape(labels.dims)}; wanted a label for each box.`,
    );
  return single ? { boxes: expandDims(boxes, 0), labels: expandDims(labels, 0) } : { boxes, labels };
}
