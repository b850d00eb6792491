// padSequences: sequences of different lengths as rows of one length.
// Owns: padding and cutting of nested lists.
import type { DType } from '../../../base/dtype.ts';
import { DTypeError, didYouMean, ShapeError, show, ValueError } from '../../../base/errors.ts';
import { showShape } from '../../../base/shape.ts';
import { bindArguments } from '../../../ops/core/signature.ts';
import { Tensor } from '../../../runtime/tensor.ts';
import type { Options } from '../../../runtime/tensor-methods.ts';

type Side = 'pre' | 'post';
type Item = number | bigint | string | boolean;
type Step = Item | readonly Step[];
/** One sequence: its steps in a list, a typed array or a tensor. */
export type SequenceLike<S extends Step = Step> = readonly S[] | ArrayBufferView | Tensor;

export interface PadOptions
  extends Options<{
    maxlen: number | null;
    dtype: DType | 'object' | 'str';
    padding: Side;
    truncating: Side;
    value: number | string;
  }> {}

/** Every step a number (a string, where the sequences are of strings). */
type Padded<S> = S extends readonly (infer I)[] ? Padded<I>[] : S extends string ? string : number;

const side = (given: string, argument: string): Side => {
  if (given === 'pre' || given === 'post') return given;
  throw new ValueError(
    `padSequences: ${argument}: found ${show(given)}.${didYouMean(String(given), ['pre', 'post'])} Wanted 'pre' or 'post'.`,
  );
};

const shapeOf = (step: unknown): number[] => (Array.isArray(step) ? [step.length, ...shapeOf(step[0])] : []);

function stepsOf(sequence: unknown, i: number): readonly unknown[] {
  if (Array.isArray(sequence)) return sequence;
  if (sequence instanceof Tensor && sequence.rank > 0) return sequence.arraySync() as unknown[];
  if (ArrayBuffer.isView(sequence) && 'length' in sequence) return Array.from(sequence as Uint8Array, Number);
  throw new ValueError(
    `padSequences: sequence ${i} is ${show(sequence)}; wanted a list of sequences, each a list of steps.`,
  );
}

/**
 * Rows of one length: shorter sequences get `value` before (`padding: 'pre'`) or after their steps, longer ones lose steps
 * at the beginning (`truncating: 'pre'`) or at the end. `maxlen` is the longest sequence's length by default.
 */
export function padSequences<const S extends Step = number>(
  sequences: readonly SequenceLike<S>[] | Tensor,
  ...rest: [options?: PadOptions]
): Padded<S>[][] {
  const names = ['sequences', 'maxlen', 'dtype', 'padding', 'truncating', 'value'];
  const [given, maxlen, dtype = 'int32', padding = 'pre', truncating = 'pre', value = 0] = bindArguments(
    'padSequences',
    names,
    [sequences, ...rest],
  ) as [unknown, number?, string?, string?, string?, (number | string)?];
  const rows = (given instanceof Tensor ? (given.arraySync() as unknown[]) : given) as readonly unknown[];
  if (!Array.isArray(rows))
    throw new ValueError(`padSequences: sequences: found ${show(given)}, wanted a list of sequences.`);
  const [pad, cut] = [side(padding, 'padding'), side(truncating, 'truncating')];
  const lists = rows.map(stepsOf);
  if (maxlen === undefined && lists.length === 0)
    throw new ValueError('padSequences: found no sequences; give maxlen, or at least one sequence.');
  const length = maxlen ?? lists.reduce((most, list) => Math.max(most, list.length), 0);
  if (!Number.isInteger(length) || length < 0)
    throw new ValueError(`padSequences: maxlen: found ${show(maxlen)}, wanted a whole number.`);
  const isText = dtype === 'object' || dtype === 'str' || dtype === 'string';
  if (typeof value === 'string' && !isText)
    throw new DTypeError(
      `padSequences: value ${show(value)} does not go with dtype ${dtype}; give { dtype: 'string' } for sequences of texts.`,
    );
  const convert = converter(dtype, isText);
  const stepShape = shapeOf(lists.find((list) => list.length > 0)?.[0]);
  const filler = (axis: number): unknown =>
    axis === stepShape.length ? convert(value) : Array.from({ length: stepShape[axis]! }, () => filler(axis + 1));
  return lists.map((list, i) => {
    // As Python's slices have it: the last 0 steps are all of them.
    const kept = cut === 'post' ? list.slice(0, length) : length === 0 ? list : list.slice(-length);
    if (kept.length > length) throw new ShapeError(`padSequences: maxlen 0 leaves no room for sequence ${i}.`);
    for (const step of kept)
      if (String(shapeOf(step)) !== String(stepShape))
        throw new ShapeError(
          `padSequences: a step of sequence ${i} has shape ${showShape(shapeOf(step))}, others ${showShape(stepShape)}; wanted one shape.`,
        );
    const fill = Array.from({ length: length - kept.length }, () => filler(0));
    const steps = kept.map((step) => held(step, convert(step), dtype, i));
    return pad === 'pre' ? [...fill, ...steps] : [...steps, ...fill];
  }) as Padded<S>[][];
}

/** NumPy's conversion to the dtype: integers lose their fractions and the value wraps around, a bool is 1 or 0. */
function converter(dtype: string, isText: boolean): (step: unknown) => unknown {
  const one = isText ? (step: unknown) => step : (NUMPY[dtype] ?? Number);
  const convert = (step: unknown): unknown => (Array.isArray(step) ? step.map(convert) : one(step));
  return convert;
}

/** The converted step; whole numbers that the dtype cannot hold are refused, as NumPy refuses them. */
function held(step: unknown, converted: unknown, dtype: string, sequence: number): unknown {
  if (Array.isArray(step)) {
    for (const [i, part] of step.entries()) held(part, (converted as unknown[])[i], dtype, sequence);
  } else if (/^u?int/.test(dtype) && Number.isInteger(step) && step !== converted)
    throw new ValueError(
      `padSequences: ${show(step)} in sequence ${sequence} is out of the range of ${dtype}; give another dtype.`,
    );
  return converted;
}

const within =
  (to: { of(value: number): ArrayLike<number> }) =>
  (step: unknown): number =>
    to.of(Number(step))[0]!;
const NUMPY: { readonly [dtype: string]: (step: unknown) => number } = {
  bool: (step) => Number(Boolean(step)),
  int8: within(Int8Array),
  uint8: within(Uint8Array),
  int16: within(Int16Array),
  uint16: within(Uint16Array),
  int32: within(Int32Array),
  uint32: within(Uint32Array),
  int64: (step) => Math.trunc(Number(step)),
  uint64: (step) => Math.trunc(Number(step)),
  float32: within(Float32Array),
};
