// tf.image: choosing boxes for batches: of several classes, padded to one length, and from anchors.
// Owns: those ops. Leaves suppression itself to boxes.ts.
import { ShapeError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { integersTensor } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';
import { numbersOf, suppressed } from './boxes.ts';

export interface Detections {
  readonly nmsedBoxes: Tensor;
  readonly nmsedScores: Tensor;
  readonly nmsedClasses: Tensor;
  readonly validDetections: Tensor;
}

/** The best boxes of every picture over all classes: boxes (batch, n, q, 4), q one or the number of classes; scores (batch, n, classes). */
export const combinedNonMaxSuppression = signature(
  'image.combinedNonMaxSuppression',
  [
    'boxes',
    'scores',
    'maxOutputSizePerClass',
    'maxTotalSize',
    'iouThreshold',
    'scoreThreshold',
    'padPerClass',
    'clipBoxes',
  ],
  (
    boxes: TensorLike,
    scores: TensorLike,
    maxOutputSizePerClass: number | Tensor,
    maxTotalSize: number | Tensor,
    iouThreshold: number = 0.5,
    scoreThreshold: number = Number.NEGATIVE_INFINITY,
    padPerClass: boolean = false,
    clipBoxes: boolean = true,
  ): Detections => {
    const name = 'image.combinedNonMaxSuppression';
    const [frames, marks] = [convertToTensor(boxes, undefined, name), convertToTensor(scores, undefined, name)];
    const [batch, n, q, four] = frames.dims;
    const classes = marks.dims[2];
    if (
      frames.dims.length !== 4 ||
      four !== 4 ||
      marks.dims.length !== 3 ||
      marks.dims[1] !== n ||
      (q !== 1 && q !== classes)
    )
      throw new ShapeError(
        `${name}: boxes ${showShape(frames.dims)} and scores ${showShape(marks.dims)}; wanted (batch, n, 1 or classes, 4) and (batch, n, classes).`,
      );
    const [corners, values] = [numbersOf(frames, name), numbersOf(marks, name)];
    const perClass = asInteger(maxOutputSizePerClass, `${name}: maxOutputSizePerClass`);
    const most = asInteger(maxTotalSize, `${name}: maxTotalSize`);
    const total = padPerClass ? Math.min(most, perClass * classes!) : most;
    const outBoxes = new Float32Array(batch! * total * 4);
    const outScores = new Float32Array(batch! * total);
    const outClasses = new Float32Array(batch! * total);
    const valid: number[] = [];
    for (let b = 0; b < batch!; b++) {
      const found: { score: number; label: number; at: number }[] = [];
      for (let label = 0; label < classes!; label++) {
        const start = (i: number) => ((b * n! + i) * q! + (q === 1 ? 0 : label)) * 4;
        const own = Float32Array.from({ length: n! * 4 }, (_, i) => corners[start(i >> 2) + (i & 3)]!);
        const scored = Float32Array.from({ length: n! }, (_, i) => values[(b * n! + i) * classes! + label]!);
        const { chosen } = suppressed(own, scored, Math.min(perClass, n!), iouThreshold, scoreThreshold, 0);
        for (const i of chosen) found.push({ score: scored[i]!, label, at: start(i) });
      }
      found.sort((x, y) => y.score - x.score);
      const kept = found.slice(0, total);
      valid.push(kept.length);
      kept.forEach(({ score, label, at }, i) => {
        outScores[b * total + i] = score;
        outClasses[b * total + i] = label;
        for (let c = 0; c < 4; c++) {
          const corner = corners[at + c]!;
          outBoxes[(b * total + i) * 4 + c] = clipBoxes ? Math.min(Math.max(corner, 0), 1) : corner;
        }
      });
    }
    return {
      nmsedBoxes: eagerTensor(outBoxes, [batch!, total, 4], 'float32'),
      nmsedScores: eagerTensor(outScores, [batch!, total], 'float32'),
      nmsedClasses: eagerTensor(outClasses, [batch!, total], 'float32'),
      validDetections: integersTensor(valid, [batch!], 'int32'),
    };
  },
);

/** Indices of the boxes that remain (…, maxOutputSize), padded with zeros where asked for, and how many are valid. */
export const nonMaxSuppressionPadded = signature(
  'image.nonMaxSuppressionPadded',
  [
    'boxes',
    'scores',
    'maxOutputSize',
    'iouThreshold',
    'scoreThreshold',
    'padToMaxOutputSize',
    'sortedInput',
    'canonicalizedCoordinates',
    'tileSize',
  ],
  (
    boxes: TensorLike,
    scores: TensorLike,
    maxOutputSize: number | Tensor,
    iouThreshold: number = 0.5,
    scoreThreshold: number = Number.NEGATIVE_INFINITY,
    padToMaxOutputSize: boolean = false,
    _sortedInput?: boolean,
    _canonicalizedCoordinates?: boolean,
    _tileSize?: number,
  ): [selectedIndices: Tensor, validOutputs: Tensor] => {
    const name = 'image.nonMaxSuppressionPadded';
    const [frames, marks] = [convertToTensor(boxes, undefined, name), convertToTensor(scores, undefined, name)];
    const n = marks.dims.at(-1)!;
    const outer = marks.dims.slice(0, -1);
    const most = asInteger(maxOutputSize, `${name}: maxOutputSize`);
    if (outer.length > 0 && !padToMaxOutputSize)
      throw new ShapeError(
        `${name}: scores of shape ${showShape(marks.dims)}; a batch needs padToMaxOutputSize: true.`,
      );
    const [corners, values] = [numbersOf(frames, name), numbersOf(marks, name)];
    const count = outer.reduce((a, b) => a * b, 1);
    const lists = Array.from({ length: count }, (_, b) => {
      const own = Float32Array.from({ length: 4 * n }, (_, i) => corners[b * 4 * n + i]!);
      const scored = Float32Array.from({ length: n }, (_, i) => values[b * n + i]!);
      return suppressed(own, scored, most, iouThreshold, scoreThreshold, 0).chosen;
    });
    const valid = integersTensor(
      lists.map((list) => list.length),
      outer,
      'int32',
    );
    if (!padToMaxOutputSize) return [integersTensor(lists[0]!, [lists[0]!.length], 'int32'), valid];
    const padded = lists.flatMap((list) => Array.from({ length: most }, (_, i) => list[i] ?? 0));
    return [integersTensor(padded, [...outer, most], 'int32'), valid];
  },
);

/** Deltas may enlarge an anchor at most so much: log(1000 / 16). */
const LARGEST_GROWTH = Math.log(1000 / 16);

/** Regions of interest from scores (batch, h, w, anchors), deltas and anchors (…, anchors · 4): rois (batch, n, 4) and their probabilities. */
export const generateBoundingBoxProposals = signature(
  'image.generateBoundingBoxProposals',
  ['scores', 'bboxDeltas', 'imageInfo', 'anchors', 'nmsThreshold', 'preNmsTopn', 'minSize', 'postNmsTopn'],
  (
    scores: TensorLike,
    bboxDeltas: TensorLike,
    imageInfo: TensorLike,
    anchors: TensorLike,
    nmsThreshold: number = 0.7,
    preNmsTopn: number = 6000,
    minSize: number = 16,
    postNmsTopn: number = 300,
  ): { rois: Tensor; roiProbabilities: Tensor } => {
    const name = 'image.generateBoundingBoxProposals';
    const marks = convertToTensor(scores, undefined, name);
    if (marks.dims.length !== 4)
      throw new ShapeError(
        `${name}: scores of shape ${showShape(marks.dims)}; wanted (batch, height, width, anchors).`,
      );
    const batch = marks.dims[0]!;
    const n = marks.dims.slice(1).reduce((a, b) => a * b, 1);
    const [values, deltas, bases, info] = [marks, bboxDeltas, anchors, imageInfo].map((x) => numbersOf(x, name)) as [
      ArrayLike<number>,
      ArrayLike<number>,
      ArrayLike<number>,
      ArrayLike<number>,
    ];
    const most = Math.min(n, preNmsTopn, postNmsTopn);
    const rois = new Float32Array(batch * most * 4);
    const probabilities = new Float32Array(batch * most);
    for (let b = 0; b < batch; b++) {
      const [high, wide, scale] = [info[5 * b]!, info[5 * b + 1]!, info[5 * b + 2]!];
      const order = Array.from({ length: n }, (_, i) => i)
        .sort((i, j) => values[b * n + j]! - values[b * n + i]! || i - j)
        .slice(0, preNmsTopn);
      const kept: number[] = [];
      const corners: number[] = [];
      for (const i of order) {
        const side = (axis: 0 | 1, limit: number): [number, number] => {
          const [low, up] = [bases[4 * i + axis]!, bases[4 * i + axis + 2]!];
          const at = (b * n + i) * 4 + axis;
          const length = up - low;
          const centre = low + 0.5 * length + length * deltas[at]!;
          const grown = length * Math.exp(Math.min(deltas[at + 2]!, LARGEST_GROWTH));
          const clip = (x: number) => Math.max(Math.min(x, limit), 0);
          return [clip(centre - 0.5 * grown), clip(centre + 0.5 * grown)];
        };
        const [[y1, y2], [x1, x2]] = [side(0, high), side(1, wide)];
        if (Math.min(y2 - y1, x2 - x1) < minSize * scale) continue;
        kept.push(i);
        corners.push(y1, x1, y2, x2);
      }
      const own = Float32Array.from(kept, (i) => values[b * n + i]!);
      const { chosen } = suppressed(corners, own, most, nmsThreshold, Number.NEGATIVE_INFINITY, 0);
      chosen.forEach((k, i) => {
        probabilities[b * most + i] = own[k]!;
        rois.set(corners.slice(4 * k, 4 * k + 4), (b * most + i) * 4);
      });
    }
    return {
      rois: eagerTensor(rois, [batch, most, 4], 'float32'),
      roiProbabilities: eagerTensor(probabilities, [batch, most], 'float32'),
    };
  },
);
