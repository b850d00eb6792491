// tf.image: boxes: crops by boxes, suppression of overlapping ones, drawing.
// Owns: these. Boxes are [y1, x1, y2, x2].

import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, asIntegers, convertToTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';
import { integersTensor } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';
import { floating } from '../math/operands.ts';

/** Crops by normalized boxes, resampled to one size; differentiable by the images and the boxes. */
export const cropAndResize = signature(
  'image.cropAndResize',
  ['image', 'boxes', 'boxIndices', 'cropSize', 'method', 'extrapolationValue'],
  (
    image: TensorLike,
    boxes: TensorLike,
    boxIndices: TensorLike,
    cropSize: TensorLike,
    method: 'bilinear' | 'nearest' = 'bilinear',
    extrapolationValue: number = 0,
  ): Tensor => {
    const name = 'image.cropAndResize';
    const given = convertToTensor(image, undefined, name);
    const x = p.convert(given, 'float32');
    const box = floating(boxes, name);
    const index = p.convert(convertToTensor(boxIndices, undefined, name), 'int32');
    if (x.dims.length !== 4 || box.dims.length !== 2 || box.dims[1] !== 4)
      throw new ShapeError(
        `${name}: images ${showShape(x.dims)} and boxes ${showShape(box.dims)}; wanted (batch, height, width, channels) and (boxes, 4).`,
      );
    if (method !== 'bilinear' && method !== 'nearest')
      throw new ValueError(`${name}: method ${show(method)}; wanted 'bilinear' or 'nearest'.`);
    const [, h, w, c] = x.dims as [number, number, number, number];
    const n = box.dims[0]!;
    const [rows, columns] = asIntegers(cropSize, `${name}: cropSize`) as [number, number];
    const side = (k: number): Value => p.reshape(p.slice(box, [0, k], [n, k + 1]), [n]);
    /** Positions (boxes, count) along an axis of length `size`. */
    const positions = (from: Value, to: Value, size: number, count: number): Value => {
      const dims = [n, count];
      const spread = (v: Value): Value => p.broadcast(v, dims, [0]);
      if (count === 1) return spread(p.scale(p.add(from, to), 0.5 * (size - 1)));
      const step = p.scale(p.sub(to, from), (size - 1) / (count - 1));
      return p.add(spread(p.scale(from, size - 1)), p.mul(p.iota(dims, 1, 'float32'), spread(step)));
    };
    const y = positions(side(0), side(2), h, rows);
    const z = positions(side(1), side(3), w, columns);
    const inside = (at: Value, size: number): Value =>
      p.binary('and', p.compare('greaterEqual', at, p.zerosLike(at)), p.compare('lessEqual', at, p.full(size - 1, at)));
    const clip = (at: Value, size: number): Value =>
      p.binary('min', p.binary('max', at, p.zerosLike(at)), p.full(size - 1, at));
    const all = [n, rows, columns];
    const down = (v: Value): Value => p.broadcast(v, all, [0, 1]);
    const across = (v: Value): Value => p.broadcast(v, all, [0, 2]);
    const flat = p.reshape(x, [x.dims[0]! * h * w, c]);
    const pixels = (row: Value, column: Value): Value => {
      const [r, q] = [p.convert(clip(row, h), 'int32'), p.convert(clip(column, w), 'int32')];
      const first = p.add(p.scale(p.broadcast(index, all, [0]), h * w), p.add(p.scale(down(r), w), across(q)));
      return p.takeRows(flat, p.reshape(first, all));
    };
    const wide = (v: Value): Value => p.broadcast(v, [...all, c], [0, 1, 2]);
    let crops: Value;
    if (method === 'nearest') {
      const rounded = (v: Value): Value => p.unary('floor', p.offset(v, 0.5));
      crops = pixels(rounded(y), rounded(z));
    } else {
      const [top, left] = [p.unary('floor', y), p.unary('floor', z)];
      const [bottom, right] = [p.unary('ceil', y), p.unary('ceil', z)];
      const [fy, fz] = [wide(down(p.sub(y, p.stopGradient(top)))), wide(across(p.sub(z, p.stopGradient(left))))];
      const mix = (a: Value, b: Value, share: Value): Value => p.add(a, p.mul(p.sub(b, a), share));
      crops = mix(
        mix(pixels(top, left), pixels(top, right), fz),
        mix(pixels(bottom, left), pixels(bottom, right), fz),
        fy,
      );
    }
    const shown = wide(p.binary('and', down(inside(y, h)), across(inside(z, w))));
    return p.select(shown, crops, p.full(extrapolationValue, crops)) as Tensor;
  },
);

function overlap(boxes: ArrayLike<number>, i: number, j: number): number {
  const side = (k: number, a: number, b: number): [number, number] => {
    const [x, y] = [boxes[4 * k + a]!, boxes[4 * k + b]!];
    return [Math.min(x, y), Math.max(x, y)];
  };
  const [[y1, y2], [x1, x2], [v1, v2], [u1, u2]] = [side(i, 0, 2), side(i, 1, 3), side(j, 0, 2), side(j, 1, 3)];
  const [a, b] = [(y2 - y1) * (x2 - x1), (v2 - v1) * (u2 - u1)];
  if (a <= 0 || b <= 0) return 0;
  const common = Math.max(Math.min(y2, v2) - Math.max(y1, v1), 0) * Math.max(Math.min(x2, u2) - Math.max(x1, u1), 0);
  return common / (a + b - common);
}
/** Boxes by falling score, without those that overlap a chosen one too much; with sigma their scores fall instead. */
export function suppressed(
  boxes: ArrayLike<number>,
  scores: ArrayLike<number>,
  most: number,
  iou: number,
  least: number,
  sigma: number,
  overlaps = overlap,
): { chosen: number[]; values: number[] } {
  const pending = Array.from({ length: scores.length }, (_, i) => ({ i, score: scores[i]!, begun: 0 })).filter(
    (c) => c.score > least,
  );
  const chosen: number[] = [];
  const values: number[] = [];
  while (chosen.length < most && pending.length > 0) {
    let at = 0;
    pending.forEach((candidate, k) => {
      const best = pending[at]!;
      if (candidate.score > best.score || (candidate.score === best.score && candidate.i < best.i)) at = k;
    });
    const next = pending[at]!;
    const before = next.score;
    let hard = false;
    for (let k = chosen.length - 1; k >= next.begun; k--) {
      const shared = overlaps(boxes, next.i, chosen[k]!);
      if (sigma > 0) next.score *= Math.exp((-0.5 / sigma) * shared * shared);
      else if (shared > iou) {
        hard = true;
        break;
      }
      if (next.score <= least) break;
    }
    next.begun = chosen.length;
    if (hard || next.score <= least) pending.splice(at, 1);
    else if (next.score === before) {
      pending.splice(at, 1);
      chosen.push(next.i);
      values.push(next.score);
    }
  }
  return { chosen, values };
}
const EAGER = 'Call it outside tf.function.';
/** The elements of a tensor that must be known. */
/** The boxes and their scores as numbers, n of each. */
function candidates(
  boxes: TensorLike,
  scores: TensorLike,
  iouThreshold: number,
  name: string,
): [boxes: ArrayLike<number>, scores: ArrayLike<number>] {
  const [frames, marks] = [convertToTensor(boxes, undefined, name), convertToTensor(scores, undefined, name)];
  if (frames.dims.length !== 2 || frames.dims[1] !== 4 || marks.dims.length !== 1 || marks.dims[0] !== frames.dims[0])
    throw new ShapeError(
      `${name}: boxes have shape ${showShape(frames.dims)} and scores ${showShape(marks.dims)}; wanted (n, 4) and (n,).`,
    );
  if (!(iouThreshold >= 0 && iouThreshold <= 1))
    throw new ValueError(`${name}: iouThreshold is ${show(iouThreshold)}; wanted a number in [0, 1].`);
  return [numbersOf(frames, name), numbersOf(marks, name)];
}

export const numbersOf = (x: TensorLike, name: string): ArrayLike<number> =>
  known(convertToTensor(x, undefined, name), name, EAGER) as ArrayLike<number>;

/** Indices of the boxes that remain, by falling score. */
export const nonMaxSuppression = signature(
  'image.nonMaxSuppression',
  ['boxes', 'scores', 'maxOutputSize', 'iouThreshold', 'scoreThreshold'],
  (
    boxes: TensorLike,
    scores: TensorLike,
    maxOutputSize: number | Tensor,
    iouThreshold: number = 0.5,
    scoreThreshold: number = Number.NEGATIVE_INFINITY,
  ): Tensor => {
    const name = 'image.nonMaxSuppression';
    const { chosen } = suppressed(
      ...candidates(boxes, scores, iouThreshold, name),
      asInteger(maxOutputSize, name),
      iouThreshold,
      scoreThreshold,
      0,
    );
    return integersTensor(chosen, [chosen.length], 'int32');
  },
);
/** The same with their scores, which overlapping boxes lose softly where sigma is positive. */
export const nonMaxSuppressionWithScores = signature(
  'image.nonMaxSuppressionWithScores',
  ['boxes', 'scores', 'maxOutputSize', 'iouThreshold', 'scoreThreshold', 'softNmsSigma'],
  (
    boxes: TensorLike,
    scores: TensorLike,
    maxOutputSize: number | Tensor,
    iouThreshold: number = 0.5,
    scoreThreshold: number = Number.NEGATIVE_INFINITY,
    softNmsSigma: number = 0,
  ): [selectedIndices: Tensor, selectedScores: Tensor] => {
    const name = 'image.nonMaxSuppressionWithScores';
    const { chosen, values } = suppressed(
      ...candidates(boxes, scores, iouThreshold, name),
      asInteger(maxOutputSize, name),
      iouThreshold,
      scoreThreshold,
      softNmsSigma,
    );
    return [
      integersTensor(chosen, [chosen.length], 'int32'),
      eagerTensor(Float32Array.from(values), [values.length], 'float32'),
    ];
  },
);
/** Suppression by a matrix of overlaps (n, n). */
export const nonMaxSuppressionOverlaps = signature(
  'image.nonMaxSuppressionOverlaps',
  ['overlaps', 'scores', 'maxOutputSize', 'overlapThreshold', 'scoreThreshold'],
  (
    overlaps: TensorLike,
    scores: TensorLike,
    maxOutputSize: number | Tensor,
    overlapThreshold: number = 0.5,
    scoreThreshold: number = Number.NEGATIVE_INFINITY,
  ): Tensor => {
    const name = 'image.nonMaxSuppressionOverlaps';
    const values = numbersOf(scores, name);
    const n = values.length;
    const { chosen } = suppressed(
      numbersOf(overlaps, name),
      values,
      asInteger(maxOutputSize, name),
      overlapThreshold,
      scoreThreshold,
      0,
      (all, i, j) => all[i * n + j]!,
    );
    return integersTensor(chosen, [chosen.length], 'int32');
  },
);

/** Outlines of normalized boxes (batch, boxes, 4) drawn into images. */
export const drawBoundingBoxes = signature(
  'image.drawBoundingBoxes',
  ['images', 'boxes', 'colors'],
  (images: TensorLike, boxes: TensorLike, colors?: TensorLike): Tensor => {
    const name = 'image.drawBoundingBoxes';
    const x = convertToTensor(images, undefined, name);
    const frames = convertToTensor(boxes, undefined, name);
    const [batch, h, w, c] = x.dims as [number, number, number, number];
    const data = (known(x, name, EAGER) as Float32Array).slice();
    const corners = numbersOf(frames, name);
    const paint = colors === undefined ? null : convertToTensor(colors, undefined, name);
    const shades = paint && numbersOf(paint, name);
    const standard = [
      [1, 1, 0, 1],
      [0, 0, 1, 1],
      [1, 0, 0, 1],
      [0, 1, 0, 1],
      [0.5, 0, 0.5, 1],
      [0.5, 0.5, 0, 1],
      [0.5, 0, 0, 1],
      [0, 0, 0.5, 1],
      [0, 1, 1, 1],
      [1, 0, 1, 1],
    ];
    const count = frames.dims[1]!;
    for (let b = 0; b < batch; b++)
      for (let k = 0; k < count; k++) {
        const shade = (channel: number): number =>
          shades && paint
            ? shades[(k % paint.dims[0]!) * paint.dims[1]! + channel]!
            : (standard[k % standard.length]![channel] ?? 1);
        const at = (i: number, size: number): number =>
          Math.trunc(Math.fround(corners[(b * count + k) * 4 + i]!) * (size - 1));
        const [y1, x1, y2, x2] = [at(0, h), at(1, w), at(2, h), at(3, w)];
        if (y1 > y2 || x1 > x2 || y1 >= h || y2 < 0 || x1 >= w || x2 < 0) continue;
        const dot = (y: number, z: number): void => {
          if (y < 0 || y >= h || z < 0 || z >= w) return;
          for (let channel = 0; channel < c; channel++)
            data[((b * h + y) * w + z) * c + channel] = c === 1 && !shades ? 1 : shade(channel);
        };
        for (let z = Math.max(x1, 0); z <= Math.min(x2, w - 1); z++)
          [y1, y2].forEach((y) => {
            dot(y, z);
          });
        for (let y = Math.max(y1, 0); y <= Math.min(y2, h - 1); y++)
          [x1, x2].forEach((z) => {
            dot(y, z);
          });
      }
    return eagerTensor(data, x.dims, x.dtype);
  },
);
