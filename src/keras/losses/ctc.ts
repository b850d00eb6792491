// Connectionist temporal classification: sequences without alignment (Graves et al., 2006).
// Owns: the forward-backward algorithm, as a call into JavaScript with its own gradient, and the loss of Keras.
import { ShapeError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import type { HostFunction } from '../../graph/primitive.ts';
import type { Value } from '../../graph/value.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { cast } from '../../ops/math/elementwise.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { lossClass } from './loss.ts';
import { asFloat } from './reduction.ts';

const logAdd = (a: number, b: number): number => {
  if (a === Number.NEGATIVE_INFINITY) return b;
  if (b === Number.NEGATIVE_INFINITY) return a;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
};

interface Sample {
  readonly loss: number;
  /** ∂ loss / ∂ logits: (steps, classes). */
  readonly gradient: Float64Array;
}

/** Loss and gradient of one sequence: `logits` (steps, classes), the labels without padding. */
function sequence(
  logits: ArrayLike<number>,
  at: number,
  steps: number,
  classes: number,
  labels: number[],
  blank: number,
): Sample {
  const logs = new Float64Array(steps * classes);
  for (let t = 0; t < steps; t++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) largest = Math.max(largest, logits[at + t * classes + k]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(logits[at + t * classes + k]! - largest);
    for (let k = 0; k < classes; k++) logs[t * classes + k] = logits[at + t * classes + k]! - largest - Math.log(sum);
  }
  // Blanks before, between and after the labels.
  const path = [blank, ...labels.flatMap((label) => [label, blank])];
  const states = path.length;
  const skips = (s: number): boolean => s >= 2 && path[s] !== blank && path[s] !== path[s - 2];
  const none = Number.NEGATIVE_INFINITY;
  const alpha = new Float64Array(steps * states).fill(none);
  const beta = new Float64Array(steps * states).fill(none);
  for (let t = 0; t < steps; t++)
    for (let s = 0; s < states; s++) {
      let from = t === 0 ? (s < 2 ? 0 : none) : alpha[(t - 1) * states + s]!;
      if (t > 0 && s > 0) from = logAdd(from, alpha[(t - 1) * states + s - 1]!);
      if (t > 0 && skips(s)) from = logAdd(from, alpha[(t - 1) * states + s - 2]!);
      alpha[t * states + s] = from + logs[t * classes + path[s]!]!;
    }
  for (let t = steps - 1; t >= 0; t--)
    for (let s = states - 1; s >= 0; s--) {
      const next = (target: number): number =>
        beta[(t + 1) * states + target]! + logs[(t + 1) * classes + path[target]!]!;
      let to = t === steps - 1 ? (s >= states - 2 ? 0 : none) : next(s);
      if (t < steps - 1 && s + 1 < states) to = logAdd(to, next(s + 1));
      if (t < steps - 1 && s + 2 < states && skips(s + 2)) to = logAdd(to, next(s + 2));
      beta[t * states + s] = to;
    }
  const last = (steps - 1) * states;
  const likelihood = logAdd(alpha[last + states - 1]!, states > 1 ? alpha[last + states - 2]! : none);
  const gradient = new Float64Array(steps * classes);
  for (let t = 0; t < steps; t++) {
    for (let k = 0; k < classes; k++) gradient[t * classes + k] = Math.exp(logs[t * classes + k]!);
    if (likelihood === none) continue;
    for (let s = 0; s < states; s++) {
      const posterior = Math.exp(alpha[t * states + s]! + beta[t * states + s]! - likelihood);
      const k = t * classes + path[s]!;
      gradient[k] = gradient[k]! - posterior;
    }
  }
  return { loss: -likelihood, gradient };
}

/** All sequences of a batch: logits (batch, steps, classes), labels (batch, length) int32, lengths without padding (batch,). */
function batch(
  logits: ArrayLike<number>,
  dims: readonly number[],
  labels: Int32Array,
  lengths: Int32Array,
  width: number,
  blank: number,
): Sample[] {
  const [count, steps, classes] = dims as readonly [number, number, number];
  return Array.from({ length: count }, (_, b) => {
    const own = Array.from(labels.subarray(b * width, b * width + lengths[b]!));
    return sequence(logits, b * steps * classes, steps, classes, own, blank);
  });
}

function call(blank: number, width: number, gradient: boolean): HostFunction {
  const sampled = (inputs: readonly { readonly data: unknown; readonly dims: readonly number[] }[]): Sample[] =>
    batch(
      inputs[0]!.data as Float32Array,
      inputs[0]!.dims,
      inputs[1]!.data as Int32Array,
      inputs[2]!.data as Int32Array,
      width,
      blank,
    );
  if (gradient)
    return {
      hostFunction: 'ctcGradient',
      infer: ([logits]) => [logits!],
      evaluate: (inputs, [out]) => {
        const size = inputs[0]!.dims[1]! * inputs[0]!.dims[2]!;
        sampled(inputs).forEach((sample, b) => {
          (out!.data as Float32Array).set(sample.gradient, b * size);
        });
      },
    };
  return {
    hostFunction: 'ctcLoss',
    infer: ([logits]) => [{ dims: [logits!.dims[0]!], dtype: logits!.dtype }],
    evaluate: (inputs, [out]) => {
      sampled(inputs).forEach((sample, b) => {
        (out!.data as Float32Array)[b] = sample.loss;
      });
    },
    vjp: ({ inputs, cotangents: [g] }) => {
      if (!g) return inputs.map(() => null);
      const own = p.customCall(call(blank, width, true), inputs)[0]!;
      return [p.mul(p.broadcast(g, own.dims, [0]), own), null, null];
    },
  };
}

/** −log P(labels | logits) for each sample; `lengths` says how many labels each has. */
export const ctcLoss = (logits: Tensor, labels: Tensor, lengths: Value, blank: number): Tensor =>
  p.customCall(call(blank, labels.dims[1]!, false), [logits, labels, lengths])[0] as Tensor;

/** yTrue: labels (batch, length), 0 is padding and the blank. yPred: logits (batch, steps, classes). Gives (batch,). */
export function ctc(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const labels = cast(convertToTensor(yTrue, undefined, 'yTrue'), 'int32');
  const logits = asFloat(yPred, 'yPred');
  if (labels.rank !== 2)
    throw new ShapeError(`ctc: yTrue has shape ${showShape(labels.dims)}, wanted (batch, length): class numbers.`);
  if (logits.rank !== 3 || logits.dims[0] !== labels.dims[0])
    throw new ShapeError(
      `ctc: yPred has shape ${showShape(logits.dims)} and yTrue ${showShape(labels.dims)}; wanted logits of shape (batch, steps, classes) with the same batch.`,
    );
  const lengths = p.reduceSum(p.convert(p.compare('notEqual', labels, p.zerosLike(labels)), 'int32'), [1]);
  return ctcLoss(logits, labels, lengths, 0);
}

export const CTC = lossClass('CTC', 'ctc', {}, ctc);
