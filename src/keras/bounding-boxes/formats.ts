// Rectangles in pictures, and the nine ways of writing one down.
// Owns: conversion between the formats, and what moves rectangles (clipping, cropping, padding, affine maps), all in 'xyxy'.
// Leaves offsets from anchors to deltas.ts, overlaps to iou.ts.
// Source: https://keras.io/api/utils/bounding_boxes/
import { type DType, isFloating } from '../../base/dtype.ts';
import { didYouMean, ShapeError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { showShape } from '../../base/shape.ts';
import { concat, reshape, split, squeeze, stack, transpose, unstack } from '../../ops/core/arrange.ts';
import { fill } from '../../ops/core/create.ts';
import { einsum } from '../../ops/math/einsum.ts';
import {
  add,
  cast,
  clipByValue,
  cos,
  divide,
  greater,
  multiply,
  negative,
  sin,
  subtract,
  tan,
  where,
} from '../../ops/math/elementwise.ts';
import { reduceMax, reduceMin } from '../../ops/math/reduce.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { kerasOp, tensor } from '../ops/define.ts';

/** 'x' runs along the width, 'y' along the height; `rel_` formats count in widths and heights of the picture. */
export type BoxFormat =
  | 'xyxy'
  | 'yxyx'
  | 'xywh'
  | 'center_xywh'
  | 'center_yxhw'
  | 'rel_xyxy'
  | 'rel_yxyx'
  | 'rel_xywh'
  | 'rel_center_xywh';
export const boxFormats: readonly BoxFormat[] = [
  'xyxy',
  'yxyx',
  'xywh',
  'center_xywh',
  'center_yxhw',
  'rel_xyxy',
  'rel_yxyx',
  'rel_xywh',
  'rel_center_xywh',
];
/** Boxes (…, count, 4) with their classes (…, count). */
export interface BoundingBoxes {
  readonly boxes: TensorLike;
  readonly labels?: TensorLike;
}
/** What a function gives for boxes, or for a record with boxes in it. */
type Same<B> = B extends { readonly boxes: unknown } ? Omit<B, 'boxes'> & { boxes: Tensor } : Tensor;
/** A length of the picture: one for all, or a tensor that spreads over the boxes' edges. */
export type Length = number | Tensor;
type Edges = readonly [Tensor, Tensor, Tensor, Tensor];

/** The four numbers of boxes, (…, 1) each. */
export const edgesOf = (boxes: Tensor): Edges => split(boxes, 4, { axis: -1 }) as Tensor[] as object as Edges;
export const joined = (edges: readonly Tensor[]): Tensor => concat([...edges], -1);

const half = (x: Tensor): Tensor => divide(x, 2);
/** Centre and size as edges: the two of one axis. */
const around = (centre: Tensor, size: Tensor): [Tensor, Tensor] => [
  subtract(centre, half(size)),
  add(centre, half(size)),
];
const between = (low: Tensor, high: Tensor): Tensor => add(low, half(subtract(high, low)));

/** A format without `rel_` to left, top, right, bottom. */
function toEdges(boxes: Tensor, format: string): Edges {
  const [a, b, c, d] = edgesOf(boxes);
  if (format === 'yxyx') return [b, a, d, c];
  if (format === 'xywh') return [a, b, add(a, c), add(b, d)];
  if (format === 'center_xywh' || format === 'center_yxhw') {
    const [x, y, w, h] = format === 'center_xywh' ? [a, b, c, d] : [b, a, d, c];
    const [[left, right], [top, bottom]] = [around(x, w), around(y, h)];
    return [left, top, right, bottom];
  }
  return [a, b, c, d];
}
function fromEdges([left, top, right, bottom]: Edges, format: string): Tensor {
  if (format === 'yxyx') return joined([top, left, bottom, right]);
  if (format === 'xyxy') return joined([left, top, right, bottom]);
  const [w, h] = [subtract(right, left), subtract(bottom, top)];
  if (format === 'xywh') return joined([left, top, w, h]);
  const [x, y] = [between(left, right), between(top, bottom)];
  return format === 'center_xywh' ? joined([x, y, w, h]) : joined([y, x, h, w]);
}
const scaled = ([a, b, c, d]: Edges, f: typeof multiply, width: Length, height: Length): Edges => [
  f(a, width),
  f(b, height),
  f(c, width),
  f(d, height),
];
/** The format as it is spelled here; its case does not matter. */
function known(format: string, what: string, fn: string): BoxFormat {
  const found = boxFormats.find((name) => name === (typeof format === 'string' ? format.toLowerCase() : format));
  if (found) return found;
  throw new ValueError(
    `${fn}: ${what} ${show(format)}; wanted one of ${boxFormats.map((name) => show(name)).join(', ')}.${didYouMean(String(format), boxFormats)}`,
  );
}
const inDType = (length: Length, dtype: DType): Length => (length instanceof Tensor ? cast(length, dtype) : length);

/** Boxes (…, 4) of one format in another. Relative formats need the picture's `height` and `width`. */
export function converted(
  boxes: Tensor,
  from: string,
  to: string,
  { height, width, dtype = 'float32' }: { height?: Length; width?: Length; dtype?: DType } = {},
): Tensor {
  const fn = 'boundingBoxes.convertFormat';
  if (boxes.dims.at(-1) !== 4)
    throw new ShapeError(`${fn}: found boxes of shape ${showShape(boxes.dims)}; wanted (…, 4).`);
  const [source, target] = [known(from, 'source', fn), known(to, 'target', fn)];
  const [relativeSource, relativeTarget] = [source.startsWith('rel_'), target.startsWith('rel_')];
  if ((relativeSource || relativeTarget) && (height === undefined || width === undefined))
    throw new ValueError(
      `${fn}: from ${show(source)} to ${show(target)} needs the picture's height and width; found height ${show(height)}, width ${show(width)}.`,
    );
  const x = cast(boxes, dtype);
  if (source === target) return x;
  let edges = toEdges(x, source.replace('rel_', ''));
  if (relativeSource !== relativeTarget)
    edges = scaled(edges, relativeSource ? multiply : divide, inDType(width!, dtype), inDType(height!, dtype));
  return fromEdges(edges, target.replace('rel_', ''));
}
const record = (value: unknown): value is BoundingBoxes => isRecord(value) && 'boxes' in value;

/** Boxes (…, 4), or those of a record, in another format. */
export const convertFormat = kerasOp(
  'boundingBoxes.convertFormat',
  ['boxes', 'source', 'target', 'height', 'width', 'dtype'],
  <B extends TensorLike | BoundingBoxes>(
    boxes: B,
    source: BoxFormat,
    target: BoxFormat,
    height?: Length,
    width?: Length,
    dtype: DType = 'float32',
  ): Same<B> => {
    const given = record(boxes) ? boxes.boxes : (boxes as TensorLike);
    const result = converted(tensor(given), source, target, {
      dtype,
      ...(height === undefined ? {} : { height }),
      ...(width === undefined ? {} : { width }),
    });
    return (record(boxes) ? { ...(boxes as BoundingBoxes), boxes: result } : result) as Same<B>;
  },
);

/** Boxes within 0 … width, 0 … height; classes of those with nothing left become −1. */
export function clipped<B extends { readonly boxes: Tensor; readonly labels?: TensorLike }>(
  record: B,
  height: Length,
  width: Length,
): B & { boxes: Tensor } {
  const dtype = record.boxes.dtype;
  const [w, h] = [inDType(width, dtype), inDType(height, dtype)];
  const [left, top, right, bottom] = edgesOf(record.boxes);
  const edges: Edges = [
    clipByValue(left, 0, w),
    clipByValue(top, 0, h),
    clipByValue(right, 0, w),
    clipByValue(bottom, 0, h),
  ];
  const result = { ...record, boxes: joined(edges) };
  if (record.labels === undefined) return result;
  const area = multiply(subtract(edges[2], edges[0]), subtract(edges[3], edges[1]));
  const labels = tensor(record.labels);
  return { ...result, labels: where(greater(squeeze(area, -1), 0), labels, cast(-1, labels.dtype)) };
}
/** Boxes of a record within the picture; classes of those with nothing left become −1. */
export const clipToImageSize = kerasOp(
  'boundingBoxes.clipToImageSize',
  ['boundingBoxes', 'height', 'width', 'boundingBoxFormat'],
  <B extends BoundingBoxes>(
    boundingBoxes: B,
    height?: Length,
    width?: Length,
    boundingBoxFormat: 'xyxy' | 'rel_xyxy' = 'xyxy',
  ): Omit<B, 'boxes'> & { boxes: Tensor } => {
    const fn = 'boundingBoxes.clipToImageSize';
    if (!record(boundingBoxes))
      throw new ValueError(`${fn}: found ${show(boundingBoxes)}; wanted a record {boxes, labels}.`);
    const given = tensor(boundingBoxes.boxes);
    const boxes = isFloating(given.dtype) ? given : cast(given, 'float32');
    if (boundingBoxFormat === 'rel_xyxy') return clipped({ ...boundingBoxes, boxes }, 1, 1);
    only(boundingBoxFormat, fn, ['xyxy', 'rel_xyxy']);
    if (height === undefined || width === undefined)
      throw new ValueError(
        `${fn}: 'xyxy' needs the picture's height and width; found ${show(height)}, ${show(width)}.`,
      );
    return clipped({ ...boundingBoxes, boxes }, height, width);
  },
);
function only(format: string, fn: string, wanted: readonly string[] = ['xyxy']): void {
  if (!wanted.includes(format))
    throw new ValueError(
      `${fn}: boundingBoxFormat ${show(format)}; wanted ${wanted.map((name) => show(name)).join(' or ')}: convert with convertFormat.`,
    );
}

/** Boxes as seen in the part of a picture that begins at `top`, `left`: moved there and clipped to its size. */
export const crop = kerasOp(
  'boundingBoxes.crop',
  ['boxes', 'top', 'left', 'height', 'width', 'boundingBoxFormat'],
  (
    boxes: TensorLike,
    top: Length,
    left: Length,
    height: Length,
    width: Length,
    boundingBoxFormat: 'xyxy' = 'xyxy',
  ): Tensor => {
    only(boundingBoxFormat, 'boundingBoxes.crop');
    const [x1, y1, x2, y2] = edgesOf(tensor(boxes));
    return joined([
      clipByValue(subtract(x1, left), 0, width),
      clipByValue(subtract(y1, top), 0, height),
      clipByValue(subtract(x2, left), 0, width),
      clipByValue(subtract(y2, top), 0, height),
    ]);
  },
);
/** Boxes of a picture that got `top` rows and `left` columns more. */
export const pad = kerasOp(
  'boundingBoxes.pad',
  ['boxes', 'top', 'left', 'height', 'width', 'boundingBoxFormat'],
  (
    boxes: TensorLike,
    top: Length,
    left: Length,
    _height?: Length,
    _width?: Length,
    boundingBoxFormat: 'xyxy' = 'xyxy',
  ): Tensor => {
    only(boundingBoxFormat, 'boundingBoxes.pad');
    const [x1, y1, x2, y2] = edgesOf(tensor(boxes));
    return joined([add(x1, left), add(y1, top), add(x2, left), add(y2, top)]);
  },
);

/**
 * The upright boxes around boxes (batch, count, 4) that are turned by `angle` and slanted by `shearX`, `shearY` degrees, moved by
 * shares of the picture and scaled, about a centre given in shares of it; every amount (batch,).
 */
export const affineTransform = kerasOp(
  'boundingBoxes.affineTransform',
  [
    'boxes',
    'angle',
    'translateX',
    'translateY',
    'scale',
    'shearX',
    'shearY',
    'height',
    'width',
    'centerX',
    'centerY',
    'boundingBoxFormat',
  ],
  (
    boxes: TensorLike,
    angle: TensorLike,
    translateX: TensorLike,
    translateY: TensorLike,
    scale: TensorLike,
    shearX: TensorLike,
    shearY: TensorLike,
    height: number,
    width: number,
    centerX: number = 0.5,
    centerY: number = 0.5,
    boundingBoxFormat: 'xyxy' = 'xyxy',
  ): Tensor => {
    const fn = 'boundingBoxes.affineTransform';
    only(boundingBoxFormat, fn);
    const degrees = tensor(angle);
    const dtype: DType = isFloating(degrees.dtype) ? degrees.dtype : 'float32';
    const given = cast(tensor(boxes), dtype);
    const [batch, count] = given.dims;
    if (given.rank !== 3 || given.dims[2] !== 4 || degrees.rank !== 1 || degrees.dims[0] !== batch)
      throw new ShapeError(
        `${fn}: found boxes of shape ${showShape(given.dims)} and angle of shape ${showShape(degrees.dims)}; wanted (batch, count, 4) and (batch,).`,
      );
    const amount = (x: TensorLike): Tensor => cast(tensor(x), dtype);
    const radians = (x: TensorLike): Tensor => multiply(negative(amount(x)), Math.PI / 180);
    const [turn, slantX, slantY] = [radians(degrees), radians(shearX), radians(shearY)];
    const [cx, cy] = [centerX * (width - 1), centerY * (height - 1)];
    const [x0, y0] = [
      subtract(cx, multiply(amount(translateX), width - 1)),
      subtract(cy, multiply(amount(translateY), height - 1)),
    ];
    // The inverse of turning, slanting and scaling: [[a, b], [c, d]] has determinant 1.
    const rest = subtract(turn, slantY);
    const a = divide(cos(rest), cos(slantY));
    const b = add(multiply(a, tan(slantX)), sin(turn));
    const c = divide(negative(sin(rest)), cos(slantY));
    const d = subtract(cos(turn), multiply(c, tan(slantX)));
    const by = amount(scale);
    const rows = [
      [multiply(d, by), multiply(negative(b), by), cx],
      [multiply(negative(c), by), multiply(a, by), cy],
    ] as const;
    const matrix = stack(
      rows.map(([x, y, middle]) =>
        stack([x, y, subtract(subtract(middle, multiply(x, x0)), multiply(y, y0))], { axis: -1 }),
      ),
      { axis: 1 },
    );
    const [left, top, right, bottom] = unstack(given, { axis: -1 }) as Tensor[];
    const corners = reshape(stack([left!, top!, right!, top!, right!, bottom!, left!, bottom!], { axis: -1 }), [
      batch!,
      count!,
      4,
      2,
    ]);
    const points = concat([corners, cast(fill([batch!, count!, 4, 1], 1), dtype)], -1);
    const moved = einsum('bnxy,byz->bnxz', points, transpose(matrix, [0, 2, 1]));
    return concat([reduceMin(moved, { axis: 2 }), reduceMax(moved, { axis: 2 })], -1);
  },
);

/** Amounts (batch,) or (batch, 1) as (batch, 1, 1), to meet boxes' edges. */
export const perPicture = (x: Tensor): Tensor => reshape(x, [-1, 1, 1]);
