// Boxes as offsets from anchors, the form in which detectors predict them, and back.
// Source: https://keras.io/api/utils/bounding_boxes/
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { showShape } from '../../base/shape.ts';
import { concat, split } from '../../ops/core/arrange.ts';
import { add, divide, exp, log, maximum, multiply, subtract } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { epsilon } from '../config.ts';
import { kerasOp, tensor, to } from '../ops/define.ts';
import { type BoxFormat, converted } from './formats.ts';

export type EncodingFormat = 'center_yxhw' | 'center_xywh';
/** (height, width, channels) */
export type ImageShape = readonly number[];

/** Where the centre stands and how large the box is, (…, 2) each. */
const halves = (x: Tensor): readonly [Tensor, Tensor] => {
  const [place, size] = split(x, 2, { axis: -1 }) as Tensor[];
  return [place!, size!];
};
/** The sizes that convertFormat wants of an image's shape. */
export const sizeOf = (shape: ImageShape | undefined): { height?: number; width?: number } =>
  shape === undefined ? {} : { height: shape[0]!, width: shape[1]! };
function checked(encoding: string, variance: TensorLike | undefined, fn: string, name: string): Tensor | null {
  if (encoding !== 'center_yxhw' && encoding !== 'center_xywh')
    throw new ValueError(`${fn}: ${name} ${show(encoding)}; wanted 'center_xywh' or 'center_yxhw'.`);
  if (variance === undefined) return null;
  const factors = to(tensor(variance), 'float32');
  if (factors.dims.at(-1) !== 4)
    throw new ShapeError(`${fn}: variance of shape ${showShape(factors.dims)}; wanted four numbers.`);
  return factors;
}

/** Anchors (count, 4), boxes (…, count, 4) → (…, count, 4): (centre − anchor's) / anchor's size, log(size / anchor's size), over `variance`. */
export const encodeBoxToDeltas = kerasOp(
  'boundingBoxes.encodeBoxToDeltas',
  ['anchors', 'boxes', 'anchorFormat', 'boxFormat', 'encodingFormat', 'variance', 'imageShape'],
  (
    anchors: TensorLike,
    boxes: TensorLike,
    anchorFormat: BoxFormat,
    boxFormat: BoxFormat,
    encodingFormat: EncodingFormat = 'center_yxhw',
    variance?: TensorLike,
    imageShape?: ImageShape,
  ): Tensor => {
    const factors = checked(encodingFormat, variance, 'boundingBoxes.encodeBoxToDeltas', 'encodingFormat');
    const size = sizeOf(imageShape);
    const [anchorPlace, anchorSize] = halves(converted(tensor(anchors), anchorFormat, encodingFormat, size));
    const [place, extent] = halves(converted(tensor(boxes), boxFormat, encodingFormat, size));
    const by = maximum(anchorSize, epsilon());
    const deltas = concat([divide(subtract(place, anchorPlace), by), log(divide(maximum(extent, epsilon()), by))], -1);
    return factors ? divide(deltas, factors) : deltas;
  },
);

/** The inverse of encodeBoxToDeltas; anchors and deltas may be records by level, and so is the result. */
export const decodeDeltasToBoxes = kerasOp(
  'boundingBoxes.decodeDeltasToBoxes',
  ['anchors', 'boxesDelta', 'anchorFormat', 'boxFormat', 'encodedFormat', 'variance', 'imageShape'],
  <A extends TensorLike | Readonly<Record<string, TensorLike>>>(
    anchors: A,
    boxesDelta: A,
    anchorFormat: BoxFormat,
    boxFormat: BoxFormat,
    encodedFormat: EncodingFormat = 'center_yxhw',
    variance?: TensorLike,
    imageShape?: ImageShape,
  ): A extends TensorLike ? Tensor : Record<string, Tensor> => {
    const fn = 'boundingBoxes.decodeDeltasToBoxes';
    const factors = checked(encodedFormat, variance, fn, 'encodedFormat');
    const size = sizeOf(imageShape);
    const level = (anchor: TensorLike, delta: TensorLike): Tensor => {
      const [place, extent] = halves(converted(tensor(anchor), anchorFormat, encodedFormat, size));
      const given = tensor(delta);
      const [shift, growth] = halves(factors ? multiply(given, factors) : given);
      const box = concat([add(multiply(shift, extent), place), multiply(exp(growth), extent)], -1);
      return converted(box, encodedFormat, boxFormat, size);
    };
    type Result = A extends TensorLike ? Tensor : Record<string, Tensor>;
    if (!isRecord(anchors) || !isRecord(boxesDelta))
      return level(anchors as TensorLike, boxesDelta as TensorLike) as Result;
    const deltas = boxesDelta as Readonly<Record<string, TensorLike>>;
    const levels = Object.entries(anchors as Readonly<Record<string, TensorLike>>).map(([key, anchor]) => {
      if (deltas[key] === undefined) throw new ValueError(`${fn}: boxesDelta has no level ${show(key)}.`);
      return [key, level(anchor, deltas[key])] as const;
    });
    return Object.fromEntries(levels) as Result;
  },
);
