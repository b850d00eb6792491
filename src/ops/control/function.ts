// tf.function with an inputSignature: arguments become tensors of the dtypes that it names, and must have its shapes.
// Owns: conformity of arguments to specs. Leaves tracing and compiling to src/runtime/function.ts.

import { asDType, isInteger } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { guarded, requireFunction } from '../../base/misuse.ts';
import { isRecord } from '../../base/record.ts';
import { type Shape, showShape } from '../../base/shape.ts';
import { flattenTree, mapTree } from '../../base/tree.ts';
import { type FunctionOptions, makeFunction, type TracedFunction } from '../../runtime/function.ts';
import { isLeaf } from '../../runtime/structure.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { TensorShape, TensorSpec, TypeSpec } from '../core/tensor-spec.ts';
import { type ConcreteFunction, concreteFunction } from './concrete-function.ts';

/** A spec, or what is written like one: { shape, dtype }. */
function specOf(value: unknown): TypeSpec | null {
  if (value instanceof TypeSpec) return value;
  if (!isRecord(value) || typeof value.dtype !== 'string') return null;
  const shape = value.shape instanceof TensorShape ? value.shape.dims : value.shape;
  return Array.isArray(shape) ? new TensorSpec(shape as Shape, asDType(value.dtype)) : null;
}

/** Refuses signatures that are none, when the function is made. */
function checkSignature(entry: unknown, path: string): void {
  if (specOf(entry)) return;
  if (Array.isArray(entry)) entry.forEach((item, i) => checkSignature(item, `${path}[${i}]`));
  else if (isRecord(entry)) for (const key of Object.keys(entry)) checkSignature(entry[key], `${path}.${key}`);
  else
    throw new ValueError(
      `tf.function: ${path}: found ${show(entry)}, wanted a tf.TensorSpec, { shape, dtype }, or a list or record of them.`,
    );
}

const fits = (shape: Shape, wanted: Shape): boolean =>
  shape.length === wanted.length && wanted.every((n, axis) => n === null || shape[axis] === null || n === shape[axis]);

/** One value as its spec says. */
function conformTensor(value: unknown, spec: TypeSpec, where: string): unknown {
  if (!(spec instanceof TensorSpec)) {
    if (spec.isCompatibleWith(value)) return value;
    throw new ValueError(`${where}: found ${show(value)}, wanted ${spec}.`);
  }
  if (ArrayBuffer.isView(value) && isInteger(spec.dtype) && !isLossless(value))
    throw new DTypeError(
      `${where}: found ${show(value)}, wanted ${spec}; convert it with tf.cast(x, '${spec.dtype}').`,
    );
  let tensor: Tensor;
  try {
    tensor = convertToTensor(value as TensorLike, spec.dtype, where);
  } catch (error) {
    if (!(value instanceof Tensor)) throw error;
    throw new DTypeError(
      `${where}: found a tensor of dtype ${value.dtype} and shape ${showShape(value.shape)}, wanted ${spec}; convert it with tf.cast(x, '${spec.dtype}').`,
    );
  }
  if (!fits(tensor.shape, spec.shape))
    throw new ShapeError(
      `${where}: found shape ${showShape(tensor.shape)}, wanted ${showShape(spec.shape)} (null may be any length), as ${spec} says.`,
    );
  return tensor;
}
/** Whether an array of numbers is one of whole numbers. */
const isLossless = (view: ArrayBufferView): boolean =>
  !(view instanceof Float32Array || view instanceof Float64Array) || view.every(Number.isInteger);

/** A structure of values as a structure of specs says. */
function conform(value: unknown, entry: unknown, where: string): unknown {
  const spec = specOf(entry);
  if (spec) return conformTensor(value, spec, where);
  if (Array.isArray(entry)) {
    if (!Array.isArray(value) || value.length !== entry.length)
      throw new ValueError(
        `${where}: found ${show(value)}, wanted a list of ${entry.length}, as the inputSignature says.`,
      );
    return entry.map((item, i) => conform(value[i], item, `${where}[${i}]`));
  }
  const wanted = Object.keys(entry as object).sort();
  const found = isRecord(value) && !isLeaf(value) ? Object.keys(value).sort() : null;
  if (found?.join() !== wanted.join())
    throw new ValueError(
      `${where}: found ${found ? `a record of ${show(found)}` : show(value)}, wanted a record of ${show(wanted)}, as the inputSignature says.`,
    );
  const record = entry as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(value as object).map(([key, item]) => [key, conform(item, record[key], `${where}.${key}`)]),
  );
}

/** The arguments as the signature says; one more or less than it names is an error. */
function conformArguments(name: string, args: readonly unknown[], entries: readonly unknown[]): unknown[] {
  const given = args.findLastIndex((value) => value !== undefined) + 1;
  if (given !== entries.length)
    throw new ValueError(
      `tf.function ${name}: found ${given} arguments, wanted ${entries.length}, as the inputSignature says: ${entries.map((entry) => specOf(entry) ?? show(entry)).join(', ')}.`,
    );
  return entries.map((entry, i) => {
    const named = entry instanceof TensorSpec && entry.name ? ` ('${entry.name}')` : '';
    return conform(args[i], entry, `tf.function ${name}: argument ${i}${named}`);
  });
}

const isTypedArray = (value: object): boolean => ArrayBuffer.isView(value) && !(value instanceof DataView);

/** Whether typed arrays stand somewhere in a value. */
function holdsArrays(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || value instanceof Tensor) return false;
  if (Array.isArray(value)) return value.some(holdsArrays);
  if (isTypedArray(value)) return true;
  if (!isRecord(value)) return false;
  for (const name in value) if (holdsArrays(value[name])) return true;
  return false;
}
/** Typed arrays as tensors, wherever they stand: as NumPy's arrays they are data, and their elements may change. */
function withTensors(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Tensor) return value;
  if (Array.isArray(value)) return value.map(withTensors);
  if (isTypedArray(value)) return convertToTensor(value as TensorLike);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withTensors(item)]));
}

/**
 * The function, compiled for each new combination of shapes, dtypes and other arguments; typed arrays are tensors, and a
 * method has programs for each object that it is called on. With `inputSignature` (a list of
 * tf.TensorSpec, or lists and records of them, one entry an argument) lists and numbers become tensors of the dtypes it
 * names, and arguments of other dtypes or shapes throw. Programs are made for shapes that are known: lengths that the
 * signature leaves open (null) are traced once for each length, and `tracingCount` counts them; TensorFlow traces once.
 */
export function tracedFunction<F extends (...args: never) => unknown>(
  f: F,
  options: FunctionOptions = {},
): CompiledFunction<F> {
  requireFunction('tf.function', f);
  const entries = options?.inputSignature ?? null;
  const name = f.name || 'anonymous';
  if (entries !== null && !Array.isArray(entries))
    throw new ValueError(
      `tf.function: inputSignature: found ${show(entries)}, wanted a list with one tf.TensorSpec for each argument.`,
    );
  entries?.forEach((entry, i) => checkSignature(entry, `inputSignature[${i}]`));
  const traced = makeFunction(
    f,
    options,
    entries === null
      ? (args) => (holdsArrays(args) ? args.map(withTensors) : args)
      : (args) => conformArguments(name, args, entries),
  );
  const call = traced as (...args: never) => unknown as (...args: unknown[]) => unknown;
  type Concrete = ConcreteFunction<ReturnType<F>>;
  let ofSignature: Concrete | null = null;
  const getConcreteFunction = guarded('getConcreteFunction', ['...args'], (...args: readonly unknown[]): Concrete => {
    const given = args.map(withTensors).map(withSpecs);
    if (entries === null) return concreteFunction(f, call, given, conform) as Concrete;
    const wanted = entries.map(withSpecs);
    if (given.length > 0) compatibleArguments(name, given, wanted);
    ofSignature ??= concreteFunction(f, call, wanted, conform) as Concrete;
    return ofSignature;
  });
  return Object.assign(traced, { getConcreteFunction, pythonFunction: f as F });
}

/** A compiled function. */
export type CompiledFunction<F extends (...args: never) => unknown> = F &
  TracedFunction & {
    /**
     * The function for arguments of these descriptions (tf.TensorSpec, or tensors that stand for theirs; anything else is fixed):
     * with what it takes and gives. Without arguments, those of `inputSignature`.
     *
     * @example
     * const double = tf.function((x: tf.Tensor) => tf.multiply(x, 2));
     * const concrete = double.getConcreteFunction(tf.TensorSpec([null, 3]));
     * concrete.outputs[0]; // TensorSpec(shape=(None, 3), dtype=tf.float32, name=None)
     * @source tf.types.experimental.PolymorphicFunction.get_concrete_function
     */
    readonly getConcreteFunction: (...args: readonly unknown[]) => ConcreteFunction<ReturnType<F>>;
    /** The function as it was given. */
    readonly pythonFunction: F;
  };

/** Descriptions that are written as plain objects, as the class. */
const withSpecs = (value: unknown): unknown =>
  mapTree(
    value,
    (leaf) => specOf(leaf) ?? leaf,
    (leaf) => leaf instanceof Tensor || specOf(leaf) !== null,
  );

/** Refuses arguments for getConcreteFunction that the signature does not allow. */
function compatibleArguments(name: string, given: readonly unknown[], entries: readonly unknown[]): void {
  const leaves = (value: unknown): unknown[] =>
    flattenTree(value, (leaf) => leaf instanceof TypeSpec || leaf instanceof Tensor);
  const [found, wanted] = [leaves(given), leaves(entries)];
  const wrong = wanted.findIndex((entry, i) => !(entry as TypeSpec).isCompatibleWith(found[i]));
  if (found.length === wanted.length && wrong < 0) return;
  throw new ValueError(
    `getConcreteFunction: tf.function ${name}: found ${found.map(String).join(', ')}, wanted what the inputSignature says: ${wanted.map(String).join(', ')}.`,
  );
}
