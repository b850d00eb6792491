// tf.nn.ctcLoss and its decoders: sequences of labels without alignment (Graves et al., 2006).
// Owns: the sums over alignments in logarithms and double precision, and decoding by the best path and by beams.

import type { DType } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { type Dims, showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { doubles, hostFunction, known, store } from '../core/host.ts';
import { integersTensor } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';
import { floating } from '../math/operands.ts';
import { toDense } from '../sparse/index.ts';
import { SparseTensor } from '../sparse/sparse-tensor.ts';

const NONE = Number.NEGATIVE_INFINITY;
const logAdd = (a: number, b: number): number => {
  if (a === NONE) return b;
  if (b === NONE) return a;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
};

/** What TensorFlow takes for the logarithm of 0 where dense labels begin and end: impossible alignments stay finite. */
const FAINT = Math.log(1e-307);

interface Sequence {
  /** log softmax of the logits: (steps, classes). */
  readonly logs: Float64Array;
  readonly classes: number;
  /** The labels, and those behind their end that only pad: dense labels may run on into these. */
  readonly labels: readonly number[];
  readonly length: number;
  readonly blank: number;
  /** log P of beginning or ending where a sequence must not: −∞, or `FAINT`. */
  readonly elsewhere: number;
}

/**
 * −log p of one sequence over the steps that count; `posterior` gets the log probability of every state at every step.
 * States are the begin, the labels, and a blank behind each of these.
 */
function alignments(
  { logs, classes, labels, length, blank, elsewhere }: Sequence,
  steps: number,
  posterior: Float64Array,
) {
  const places = labels.length + 1;
  const states = 2 * places;
  const emitted = (t: number, s: number): number => {
    if (s === 0) return NONE;
    const label = s < places ? labels[s - 1]! : blank;
    return label >= 0 && label < classes ? logs[t * classes + label]! : 0;
  };
  // Where a state comes from: itself; a blank from its label; a label from the blank before, and from another label before.
  const before = (s: number): number[] => {
    if (s >= places) return [s, s - places];
    if (s === 0) return [s];
    const from = s === 1 ? [s, s - 1, s - 1 + places] : [s, s - 1 + places];
    return s > 1 && labels[s - 1] !== labels[s - 2] ? [...from, s - 1] : from;
  };
  const sources = Array.from({ length: states }, (_, s) => before(s));
  const forward = new Float64Array((steps + 1) * states).fill(NONE);
  const backward = new Float64Array((steps + 1) * states).fill(NONE);
  for (let s = 0; s < states; s++) {
    forward[s] = s === 0 ? 0 : elsewhere;
    backward[steps * states + s] = s === length || s === length + places ? 0 : elsewhere;
  }
  for (let t = 0; t < steps; t++)
    for (let s = 0; s < states; s++) {
      let sum = NONE;
      for (const from of sources[s]!) sum = logAdd(sum, forward[t * states + from]!);
      forward[(t + 1) * states + s] = sum + emitted(t, s);
    }
  for (let t = steps - 1; t >= 0; t--)
    for (let s = 0; s < states; s++) {
      const next = backward[(t + 1) * states + s]! + emitted(t, s);
      for (const from of sources[s]!) backward[t * states + from] = logAdd(backward[t * states + from]!, next);
    }
  for (let t = 0; t < steps; t++) {
    let total = NONE;
    const at = (t + 1) * states;
    for (let s = 0; s < states; s++) total = logAdd(total, forward[at + s]! + backward[at + s]!);
    for (let s = 0; s < states; s++)
      posterior[t * states + s] = total === NONE ? NONE : forward[at + s]! + backward[at + s]! - total;
  }
  return -backward[0]!;
}

/** −log p of one sequence; adds its gradient by the logits to `gradient`. */
function sequenceLoss(
  logits: Float64Array,
  own: Pick<Sequence, 'labels' | 'length' | 'blank' | 'elsewhere'>,
  steps: number,
  classes: number,
  row: (t: number) => number,
  gradient: Float64Array,
): number {
  const logs = new Float64Array(steps * classes);
  for (let t = 0; t < steps; t++) {
    let largest = NONE;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[row(t) + c]!);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[row(t) + c]! - largest);
    for (let c = 0; c < classes; c++) logs[t * classes + c] = logits[row(t) + c]! - largest - Math.log(sum);
  }
  const places = own.labels.length + 1;
  const posterior = new Float64Array(steps * 2 * places);
  const loss = alignments({ logs, classes, ...own }, steps, posterior);
  for (let t = 0; t < steps; t++) {
    for (let c = 0; c < classes; c++) gradient[row(t) + c] = Math.exp(logs[t * classes + c]!);
    for (let s = 1; s < 2 * places; s++) {
      const label = s < places ? own.labels[s - 1]! : own.blank;
      // What runs on into padding belongs to no class.
      if (s < places && (label === own.blank || label < 0 || label >= classes)) continue;
      gradient[row(t) + label]! -= Math.exp(posterior[t * 2 * places + s]!);
    }
  }
  return loss;
}

const lossCall = (blank: number, dense: boolean) =>
  hostFunction(
    'ctcLoss',
    ([logits]) => [
      { dims: [logits!.dims[1]!], dtype: logits!.dtype },
      { dims: logits!.dims, dtype: logits!.dtype },
    ],
    ([logits, labels, labelLengths, logitLengths], [loss, gradient]) => {
      const [, batch, classes] = logits!.dims as [number, number, number];
      const width = labels!.dims[1]!;
      const source = doubles(logits!);
      const slope = new Float64Array(source.length);
      const numbers = (x: { data: unknown }): number[] => Array.from(x.data as ArrayLike<number>, Number);
      const [all, lengths, steps] = [numbers(labels!), numbers(labelLengths!), numbers(logitLengths!)];
      const losses = lengths.map((length, b) => {
        const row = all.slice(b * width, dense ? (b + 1) * width : b * width + length);
        const needed = length + row.slice(1, length).filter((label, i) => label === row[i]).length;
        if (!dense && needed > steps[b]!)
          throw new ValueError(
            `ctcLoss: row ${b} has ${length} labels, which take ${needed} steps, for between equal ones stands a blank; logitLength is ${steps[b]}. Give more steps, or fewer labels.`,
          );
        const own = { labels: row, length, blank, elsewhere: dense ? FAINT : NONE };
        return sequenceLoss(source, own, steps[b]!, classes, (t) => (t * batch + b) * classes, slope);
      });
      store(loss!, losses);
      store(gradient!, slope);
    },
    ({ inputs, outputs: [, slope], cotangents: [g] }) => [
      g ? p.mul(p.broadcast(g, inputs[0]!.dims, [1]), p.stopGradient(slope!)) : null,
      null,
      null,
      null,
    ],
  );
const lossCalls = new Map<string, ReturnType<typeof lossCall>>();

/** −log of the probability of labels, summed over all alignments: one number for each sequence. */
export const ctcLoss = signature(
  'ctcLoss',
  ['labels', 'logits', 'labelLength', 'logitLength', 'logitsTimeMajor', 'unique', 'blankIndex'],
  (
    labels: TensorLike | SparseTensor,
    logits: TensorLike,
    labelLength: TensorLike | undefined,
    logitLength: TensorLike,
    logitsTimeMajor: boolean = true,
    _unique?: unknown,
    blankIndex?: number,
  ): Tensor => {
    const given = floating(logits, 'ctcLoss');
    if (given.dims.length !== 3)
      throw new ShapeError(`ctcLoss: logits have shape ${showShape(given.dims)}; wanted (time, batch, classes).`);
    const x = logitsTimeMajor ? given : p.transpose(given, [1, 0, 2]);
    const [, batch, classes] = x.dims as [number, number, number];
    const sparse = labels instanceof SparseTensor;
    let blank = blankIndex ?? (sparse ? classes - 1 : 0);
    if (blank < 0) blank += classes;
    if (!(blank >= 0 && blank < classes))
      throw new ValueError(`ctcLoss: blankIndex ${blankIndex}; wanted 0 to ${classes - 1}.`);
    const dense = p.convert(
      sparse ? toDense(labels) : convertToTensor(labels as TensorLike, undefined, 'ctcLoss: labels'),
      'int32',
    );
    if (dense.dims.length !== 2 || dense.dims[0] !== batch)
      throw new ShapeError(`ctcLoss: labels have shape ${showShape(dense.dims)}; wanted (${batch}, longest).`);
    let lengths =
      labelLength === undefined
        ? null
        : p.convert(convertToTensor(labelLength, undefined, 'ctcLoss: labelLength'), 'int32');
    if (!lengths && sparse) {
      const counts = new Int32Array(batch);
      const rows = labels.indices.dataSync() as BigInt64Array;
      for (let i = 0; i < rows.length; i += 2) counts[Number(rows[i])]!++;
      lengths = eagerTensor(counts, [batch], 'int32');
    }
    if (!lengths) throw new ValueError('ctcLoss: labelLength is missing; wanted the length of each row of labels.');
    const steps = p.convert(convertToTensor(logitLength, undefined, 'ctcLoss: logitLength'), 'int32');
    const key = `${blank} ${sparse}`;
    let call = lossCalls.get(key);
    if (!call) {
      call = lossCall(blank, !sparse);
      lossCalls.set(key, call);
    }
    return p.customCall(call, [x, dense, lengths, steps])[0] as Tensor;
  },
);

function sparseRows(rows: readonly (readonly number[])[]): SparseTensor {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const indices = rows.flatMap((row, b) => row.flatMap((_, i) => [b, i]));
  const flat = rows.flat();
  return SparseTensor(
    integersTensor(indices, [flat.length, 2], 'int64'),
    integersTensor(flat, [flat.length], 'int64'),
    [rows.length, width],
  );
}
const numbersTensor = (values: Float64Array, dims: Dims, dtype: DType): Tensor =>
  p.convert(eagerTensor(values, dims, 'float64'), dtype) as Tensor;
const read = (inputs: TensorLike, sequenceLength: TensorLike, name: string) => {
  const x = floating(inputs, name);
  if (x.dims.length !== 3)
    throw new ShapeError(`${name}: inputs have shape ${showShape(x.dims)}; wanted (time, batch, classes).`);
  const [, batch, classes] = x.dims as [number, number, number];
  const data = known(x, name, 'Call it outside tf.function.') as ArrayLike<number>;
  const steps = Array.from(convertToTensor(sequenceLength, undefined, name).dataSync() as ArrayLike<number>, Number);
  const long = steps.findIndex((n) => !(n >= 0 && n <= x.dims[0]!));
  if (steps.length !== batch || long >= 0)
    throw new ValueError(
      `${name}: sequenceLength is ${show(steps)}; wanted ${batch} lengths of 0 to ${x.dims[0]}, the time axis of the inputs.`,
    );
  return {
    batch,
    classes,
    steps,
    dtype: x.dtype,
    at: (t: number, b: number, c: number) => data[(t * batch + b) * classes + c]!,
  };
};

/** The best class at every step, repeated ones and blanks left out; and −Σ of the chosen logits. */
export const ctcGreedyDecoder = signature(
  'ctcGreedyDecoder',
  ['inputs', 'sequenceLength', 'mergeRepeated', 'blankIndex'],
  (
    inputs: TensorLike,
    sequenceLength: TensorLike,
    mergeRepeated: boolean = true,
    blankIndex?: number,
  ): [decoded: SparseTensor[], negSumLogits: Tensor] => {
    const { batch, classes, steps, at, dtype } = read(inputs, sequenceLength, 'ctcGreedyDecoder');
    const blank = blankIndex === undefined ? classes - 1 : blankIndex < 0 ? blankIndex + classes : blankIndex;
    if (!(blank >= 0 && blank < classes))
      throw new ValueError(`ctcGreedyDecoder: blankIndex ${blankIndex}; wanted ${-classes} to ${classes - 1}.`);
    const sums = new Float64Array(batch);
    const rows = Array.from({ length: batch }, (_, b) => {
      const row: number[] = [];
      let before = -1;
      for (let t = 0; t < steps[b]!; t++) {
        let best = 0;
        for (let c = 1; c < classes; c++) if (at(t, b, c) > at(t, b, best)) best = c;
        sums[b]! -= at(t, b, best);
        if (best !== blank && !(mergeRepeated && best === before)) row.push(best);
        before = best;
      }
      return row;
    });
    return [[sparseRows(rows)], numbersTensor(sums, [batch, 1], dtype)];
  },
);

interface Beam {
  readonly labels: readonly number[];
  blank: number;
  label: number;
}
/** The most probable sequences by a search that keeps `beamWidth` beginnings; the last class is the blank. */
export const ctcBeamSearchDecoder = signature(
  'ctcBeamSearchDecoder',
  ['inputs', 'sequenceLength', 'beamWidth', 'topPaths'],
  (
    inputs: TensorLike,
    sequenceLength: TensorLike,
    beamWidth: number = 100,
    topPaths: number = 1,
  ): [decoded: SparseTensor[], logProbability: Tensor] => {
    const { batch, classes, steps, at, dtype } = read(inputs, sequenceLength, 'ctcBeamSearchDecoder');
    const blank = classes - 1;
    const best = Array.from({ length: batch }, (_, b) => {
      let beams: Beam[] = [{ labels: [], blank: 0, label: NONE }];
      for (let t = 0; t < steps[b]!; t++) {
        const row = Array.from({ length: classes }, (_unused, c) => at(t, b, c));
        const norm = row.reduce((sum, x) => logAdd(sum, x), NONE);
        const log = row.map((x) => x - norm);
        const next = new Map<string, Beam>();
        const reach = (labels: readonly number[]): Beam => {
          const key = labels.join();
          let beam = next.get(key);
          if (!beam) {
            beam = { labels, blank: NONE, label: NONE };
            next.set(key, beam);
          }
          return beam;
        };
        for (const beam of beams) {
          const total = logAdd(beam.blank, beam.label);
          const same = reach(beam.labels);
          same.blank = logAdd(same.blank, total + log[blank]!);
          const last = beam.labels.at(-1);
          if (last !== undefined) same.label = logAdd(same.label, beam.label + log[last]!);
          for (let c = 0; c < blank; c++) {
            const longer = reach([...beam.labels, c]);
            longer.label = logAdd(longer.label, (c === last ? beam.blank : total) + log[c]!);
          }
        }
        beams = [...next.values()]
          .sort((x, y) => logAdd(y.blank, y.label) - logAdd(x.blank, x.label))
          .slice(0, beamWidth);
      }
      return beams;
    });
    const paths = Array.from({ length: topPaths }, (_, k) =>
      sparseRows(best.map((beams) => [...(beams[k]?.labels ?? [])])),
    );
    const logs = Float64Array.from(
      best.flatMap((beams) =>
        Array.from({ length: topPaths }, (_, k) => (beams[k] ? logAdd(beams[k].blank, beams[k].label) : NONE)),
      ),
    );
    return [paths, numbersTensor(logs, [batch, topPaths], dtype)];
  },
);
/** Repeated labels merged. */
export const collapseRepeated = signature(
  'collapseRepeated',
  ['labels', 'seqLength'],
  (labels: TensorLike, seqLength: TensorLike): [labels: Tensor, lengths: Tensor] => {
    const x = convertToTensor(labels, undefined, 'collapseRepeated');
    const [batch, width] = x.dims as [number, number];
    const flat = Array.from(x.dataSync() as ArrayLike<number>, Number);
    const lengths = Array.from(convertToTensor(seqLength).dataSync() as ArrayLike<number>, Number);
    const rows = Array.from({ length: batch }, (_, b) =>
      flat.slice(b * width, b * width + lengths[b]!).filter((label, i, row) => i === 0 || label !== row[i - 1]),
    );
    const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
    const padded = rows.flatMap((row) => [...row, ...new Array<number>(longest - row.length).fill(0)]);
    return [
      integersTensor(padded, [batch, longest], x.dtype),
      integersTensor(
        rows.map((row) => row.length),
        [batch],
        'int32',
      ),
    ];
  },
);
