// Data sets of what is in memory or comes from a generator: tensors, rows, ranges, generators and streams.
import { asDType, type DType } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { type Shape, showShape } from '../../base/shape.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { DONE, type Later, pullFrom, whenThere } from '../pull.ts';
import { fail, INFINITE, type Source, UNKNOWN } from '../source.ts';
import { isLeaf, isSpec, type LeafSpec, rowSpec, type Spec, specOf } from '../spec.ts';
import { componentsToTensors, isTensor, rowReader, toTensors } from '../structure.ts';

export function sliceSource(tensors: unknown): Source {
  const structure = toTensors(tensors, 'Dataset.fromTensorSlices');
  const reader = rowReader(structure);
  return {
    open: () => {
      let i = 0;
      return { next: () => (i < reader.rows ? reader.row(i++) : DONE) };
    },
    cardinality: reader.rows,
    spec: () => rowSpec(specOf(structure)),
  };
}

export function wholeSource(tensors: unknown): Source {
  const element = toTensors(tensors, 'Dataset.fromTensors');
  return { open: () => pullFrom([element]), cardinality: 1, spec: () => specOf(element) };
}

/** Elements that are there, as they are. */
export const elementSource = (elements: readonly unknown[], spec: Spec | null): Source => ({
  open: () => pullFrom(elements),
  cardinality: elements.length,
  spec: () => spec ?? (elements.length > 0 ? specOf(elements[0]) : null),
});

export interface RangeOptions extends Options<{ outputType: DType; name: string }> {}

/** One number of a range or a count; what int64 does not hold wraps, as TensorFlow's counters do. */
function numberAs(value: bigint, dtype: DType): Tensor {
  const int64 = eagerTensor(BigInt64Array.of(value), [], 'int64');
  return dtype === 'int64' ? int64 : cast(int64, dtype);
}

export function rangeSource(start: bigint, stop: bigint, step: bigint, dtype: DType): Source {
  if (step === 0n) throw new ValueError('Dataset.range: step is 0.');
  const one = step > 0n ? 1n : -1n;
  const steps = (stop - start + step - one) / step;
  const count = steps > 0n ? Number(steps) : 0;
  return {
    open: () => {
      let value = start;
      return {
        next: () => {
          if (step > 0n ? value >= stop : value <= stop) return DONE;
          const now = numberAs(value, dtype);
          value += step;
          return now;
        },
      };
    },
    cardinality: count,
    spec: () => new TensorSpec([], dtype),
  };
}

export function counterSource(start: bigint, step: bigint, dtype: DType): Source {
  const spec = new TensorSpec([], dtype);
  return {
    open: () => {
      let value = start;
      return {
        next: () => {
          const now = numberAs(value, dtype);
          value += step;
          return now;
        },
      };
    },
    cardinality: INFINITE,
    spec: () => spec,
  };
}

/** What a generator gives: a spec for each tensor, or dtypes and shapes apart. */
export interface GeneratorOptions
  extends Options<{
    outputSignature: Spec;
    outputTypes: DTypes;
    outputShapes: Shapes;
    args: readonly TensorLike[];
    name: string;
  }> {}
type DTypes = DType | readonly DTypes[] | { readonly [name: string]: DTypes };
type Shapes = Shape | null | readonly Shapes[] | { readonly [name: string]: Shapes };

const isShape = (value: unknown): boolean =>
  value === null || (Array.isArray(value) && value.every((n) => n === null || typeof n === 'number'));

function signatureOf(options: GeneratorOptions): Spec | null {
  const { outputSignature, outputTypes, outputShapes } = options;
  if (outputSignature) {
    if (outputTypes || outputShapes)
      throw new ValueError('Dataset.fromGenerator: give either outputSignature, or outputTypes and outputShapes.');
    return outputSignature;
  }
  if (!outputTypes) return null;
  const shapes = outputShapes === undefined ? [] : (flattenTree(outputShapes, isShape) as (Shape | null)[]);
  const types = flattenTree(outputTypes) as DType[];
  const specs = types.map((dtype, k) => new TensorSpec(shapes[k] ?? ANY, asDType(dtype)));
  return packTree(outputTypes, specs) as Spec;
}

/** The shape of tensors of any rank. */
const ANY: Shape = [];

/** An element as the signature says, or an error that says where it differs. */
function conform(element: unknown, signature: Spec): unknown {
  const specs = flattenTree(signature, isSpec) as LeafSpec[];
  const parts = isSpec(signature) ? [element] : partsOf(element, signature);
  if (parts.length !== specs.length)
    throw new ValueError(`found an element of ${parts.length} parts, wanted ${specs.length} as the signature says.`);
  const leaves = parts.map((part, k) => {
    const spec = specs[k]!;
    const isTensorSpec = spec instanceof TensorSpec;
    if (isLeaf(part) && !isTensor(part) && !isTensorSpec) return part;
    if (!isTensorSpec || (isLeaf(part) && !isTensor(part)))
      throw new ValueError(`found ${show(part)}, wanted ${String(spec)}.`);
    const tensor = convertPart(part, spec.dtype);
    const fits =
      spec.shape === ANY ||
      (tensor.dims.length === spec.shape.length && spec.shape.every((n, i) => n === null || n === tensor.dims[i]));
    if (!fits)
      throw new ShapeError(`found a tensor of shape ${showShape(tensor.shape)}, wanted ${showShape(spec.shape)}.`);
    return tensor;
  });
  return packTree(signature, leaves, isSpec);
}

function convertPart(part: unknown, dtype: DType): Tensor {
  if (part instanceof Tensor && part.dtype !== dtype && !part.weak)
    throw new DTypeError(`found a tensor of dtype ${part.dtype}, wanted ${dtype}; cast it in the generator.`);
  if (part instanceof Tensor || !ArrayBuffer.isView(part)) return convertToTensor(part as TensorLike, dtype, 'element');
  return cast(convertToTensor(part as TensorLike, undefined, 'element'), dtype);
}

/** The parts of an element in the order of the signature's leaves. */
function partsOf(element: unknown, signature: Spec): unknown[] {
  if (isSpec(signature)) return [element];
  if (Array.isArray(signature)) {
    const list = element instanceof Tensor || !Array.isArray(element) ? null : element;
    if (!list || list.length !== signature.length)
      throw new ValueError(`found ${show(element)}, wanted a list of ${signature.length} parts.`);
    return signature.flatMap((inner: Spec, i) => partsOf(list[i], inner));
  }
  const record = signature as { readonly [name: string]: Spec };
  return Object.keys(record)
    .sort()
    .flatMap((key) => {
      if (element === null || typeof element !== 'object' || !(key in element))
        throw new ValueError(`found ${show(element)}, wanted a record with the key '${key}'.`);
      return partsOf((element as Record<string, unknown>)[key], record[key]!);
    });
}

/** A stream, as Node's and browsers' have it, or anything that can be iterated. */
export type Iteration<T> = Iterable<T> | AsyncIterable<T> | ReadableStream<T>;

/** A browser's stream where it cannot be iterated by itself. */
export function iterable<T>(given: Iteration<T>, where: string): Iterable<T> | AsyncIterable<T> {
  const value: unknown = given;
  if (value !== null && typeof value === 'object' && (Symbol.asyncIterator in value || Symbol.iterator in value))
    return value as Iterable<T> | AsyncIterable<T>;
  if (typeof ReadableStream !== 'undefined' && value instanceof ReadableStream) return readStream<T>(value);
  throw new ValueError(`${where}: found ${show(given)}, wanted an iterable, a generator or a stream.`);
}
async function* readStream<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

export function generatorSource(generator: (...args: never) => unknown, options: GeneratorOptions): Source {
  if (typeof generator !== 'function')
    throw new ValueError(
      `Dataset.fromGenerator: found ${show(generator)}, wanted a function that returns an iterable (a generator function).`,
    );
  const signature = signatureOf(options);
  // As NumPy's are in Python: a number is one to count and to compare with, arrays are tensors.
  const args = (options.args ?? []).map((arg) =>
    typeof arg === 'object' ? convertToTensor(arg, undefined, 'Dataset.fromGenerator: args') : arg,
  );
  let seen: Spec | null = null;
  return {
    open: () => {
      const made = (generator as (...args: readonly unknown[]) => unknown)(...args);
      const pull = pullFrom(iterable(made as Iteration<unknown>, 'Dataset.fromGenerator'));
      let first: Spec | null = null;
      let index = 0;
      let ended = false;
      const convert = (given: unknown): unknown => {
        if (signature) return conform(given, signature);
        const element = componentsToTensors(given, 'Dataset.fromGenerator');
        // Without a signature the first element says what the others must be: dtypes and ranks.
        const spec = specOf(element);
        first ??= spec;
        requireLike(first, spec);
        seen ??= spec;
        return element;
      };
      const next = (): Later<unknown> => {
        if (ended) return DONE;
        const at = index++;
        const stop = (error: unknown): never => {
          ended = true; // a generator that threw is at its end
          return fail(error, 'fromGenerator', at);
        };
        try {
          const got = whenThere(pull.next(), (element) => (element === DONE ? DONE : convert(element)));
          return got instanceof Promise ? got.catch(stop) : got;
        } catch (error) {
          return stop(error);
        }
      };
      return { next, close: () => pull.close?.() };
    },
    cardinality: UNKNOWN,
    spec: () => signature ?? seen,
  };
}

function requireLike(first: Spec, spec: Spec): void {
  const [a, b] = [flattenTree(first, isSpec) as LeafSpec[], flattenTree(spec, isSpec) as LeafSpec[]];
  if (a.length !== b.length)
    throw new ValueError(`found an element of ${b.length} parts, the first had ${a.length}; wanted one structure.`);
  for (const [k, x] of a.entries()) {
    const y = b[k]!;
    if (!(x instanceof TensorSpec && y instanceof TensorSpec)) continue;
    if (x.dtype !== y.dtype || x.shape.length !== y.shape.length)
      throw new ShapeError(
        `found a tensor of shape ${showShape(y.shape)} (${y.dtype}), the first element had ${showShape(x.shape)} (${x.dtype}); wanted one dtype and rank. Say what comes with outputSignature.`,
      );
  }
}
