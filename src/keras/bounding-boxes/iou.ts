// How far boxes overlap: intersection over union, for all pairs, and its "complete" form for boxes one by one.
// Source: https://keras.io/api/utils/bounding_boxes/
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { expandDims, squeeze, transpose } from '../../ops/core/arrange.ts';
import {
  add,
  atan,
  cast,
  divide,
  less,
  logicalOr,
  maximum,
  minimum,
  multiply,
  square,
  subtract,
  where,
} from '../../ops/math/elementwise.ts';
import { reduceMax } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { epsilon } from '../config.ts';
import { kerasOp, tensor } from '../ops/define.ts';
import { type ImageShape, sizeOf } from './deltas.ts';
import { type BoxFormat, converted, edgesOf } from './formats.ts';

const area = ([left, top, right, bottom]: readonly Tensor[]): Tensor =>
  multiply(subtract(right!, left!), subtract(bottom!, top!));
/** (…, count, 1) → (…, 1, count) */
const across = (x: Tensor): Tensor => transpose(x, x.rank === 2 ? [1, 0] : [0, 2, 1]);
const isRelative = (format: string): boolean => String(format).toLowerCase().startsWith('rel');

/** Boxes (N, 4) or (batch, N, 4) and (M, 4) or (batch, M, 4) → (N, M) or (batch, N, M). With `useMasking`, pairs with a box of negative numbers give `maskVal`. */
export const computeIou = kerasOp(
  'boundingBoxes.computeIou',
  ['boxes1', 'boxes2', 'boundingBoxFormat', 'useMasking', 'maskVal', 'imageShape'],
  (
    boxes1: TensorLike,
    boxes2: TensorLike,
    boundingBoxFormat: BoxFormat,
    useMasking: boolean = false,
    maskVal: number = -1,
    imageShape?: ImageShape,
  ): Tensor => {
    const fn = 'boundingBoxes.computeIou';
    const given = [tensor(boxes1), tensor(boxes2)];
    if (given.some(({ rank }) => rank !== 2 && rank !== 3))
      throw new ShapeError(
        `${fn}: found boxes of shapes ${given.map(({ dims }) => showShape(dims)).join(' and ')}; wanted (count, 4) or (batch, count, 4).`,
      );
    if (isRelative(boundingBoxFormat) && imageShape === undefined)
      throw new ValueError(
        `${fn}: boundingBoxFormat ${show(boundingBoxFormat)} needs imageShape, [height, width, channels].`,
      );
    const [a, b] = given.map((boxes) => converted(boxes, boundingBoxFormat, 'yxyx', sizeOf(imageShape))) as [
      Tensor,
      Tensor,
    ];
    const [top1, left1, bottom1, right1] = edgesOf(a);
    const [top2, left2, bottom2, right2] = edgesOf(b);
    const overlap = (low1: Tensor, high1: Tensor, low2: Tensor, high2: Tensor): Tensor =>
      maximum(subtract(minimum(high1, across(high2)), maximum(low1, across(low2))), 0);
    const shared = multiply(overlap(top1, bottom1, top2, bottom2), overlap(left1, right1, left2, right2));
    const union = subtract(
      add(area([left1, top1, right1, bottom1]), across(area([left2, top2, right2, bottom2]))),
      shared,
    );
    const result = divide(shared, add(union, epsilon()));
    if (!useMasking) return result;
    const negative = (x: Tensor): Tensor => expandDims(less(reduceMax(x, { axis: -1 }), 0), -1);
    return where(logicalOr(negative(a), across(negative(b))), cast(maskVal, result.dtype), result);
  },
);

/**
 * Boxes (…, 4), (…, 4) → (…): intersection over union, less the centres' distance and the difference of proportions
 * (Zheng et al., 2020). Absolute formats only.
 */
export const computeCiou = kerasOp(
  'boundingBoxes.computeCiou',
  ['boxes1', 'boxes2', 'boundingBoxFormat', 'imageShape'],
  (boxes1: TensorLike, boxes2: TensorLike, boundingBoxFormat: BoxFormat, imageShape?: ImageShape): Tensor => {
    if (isRelative(boundingBoxFormat) && imageShape === undefined)
      throw new ValueError(
        `boundingBoxes.computeCiou: boundingBoxFormat ${show(boundingBoxFormat)} needs imageShape, [height, width, channels].`,
      );
    const edges = [boxes1, boxes2].map((boxes) =>
      edgesOf(converted(tensor(boxes), boundingBoxFormat, 'xyxy', sizeOf(imageShape))),
    );
    const [[left1, top1, right1, bottom1], [left2, top2, right2, bottom2]] = edges as [
      (typeof edges)[0],
      (typeof edges)[0],
    ];
    const small = epsilon();
    const [width1, width2] = [subtract(right1, left1), subtract(right2, left2)];
    const [height1, height2] = [add(subtract(bottom1, top1), small), add(subtract(bottom2, top2), small)];
    const shared = multiply(
      maximum(subtract(minimum(right1, right2), maximum(left1, left2)), 0),
      maximum(subtract(minimum(bottom1, bottom2), maximum(top1, top2)), 0),
    );
    const union = add(subtract(add(multiply(width1, height1), multiply(width2, height2)), shared), small);
    const iou = divide(shared, add(union, small));
    const hullWidth = subtract(maximum(right1, right2), minimum(left1, left2));
    const hullHeight = subtract(maximum(bottom1, bottom2), minimum(top1, top2));
    const diagonal = add(add(square(hullWidth), square(hullHeight)), small);
    const apart = (low1: Tensor, high1: Tensor, low2: Tensor, high2: Tensor): Tensor =>
      square(subtract(divide(add(low1, high1), 2), divide(add(low2, high2), 2)));
    const distance = add(apart(left1, right1, left2, right2), apart(top1, bottom1, top2, bottom2));
    const shape = multiply(
      square(subtract(atan(divide(width2, height2)), atan(divide(width1, height1)))),
      4 / Math.PI ** 2,
    );
    const weight = divide(shape, add(subtract(shape, iou), 1 + small));
    return squeeze(subtract(iou, add(divide(distance, diagonal), multiply(shape, weight))), -1);
  },
);
