// Turns what users write into tensors, and brings two operands to one dtype.
// Owns: inference of dtype and shape from nested arrays, TensorFlow's rules for mixing dtypes.
import {
  allocate,
  asDType,
  type Data,
  type DType,
  dtypes,
  isBig,
  isDType,
  isFloating,
  isInteger,
  roundInPlace,
  type StringElement,
  type TypedArray,
} from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { type Dims, resolveReshape, type Shape, sameShape, showShape, sizeOf } from '../../base/shape.ts';
import { decodeText } from '../../formats/array-data.ts';
import { convert } from '../../primitives/functions.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import type { NestedArray, Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import { stackTensors } from './stack.ts';

export interface TensorOptions extends Options<{ dtype: DType; shape: Shape; name: string }> {}

const TYPED: readonly (readonly [new (...args: never[]) => TypedArray, DType])[] = [
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Int32Array, 'int32'],
  [Uint8Array, 'uint8'],
  [Uint8ClampedArray, 'uint8'],
  [Int8Array, 'int8'],
  [Int16Array, 'int16'],
  [Uint16Array, 'uint16'],
  [Uint32Array, 'uint32'],
  [BigInt64Array, 'int64'],
  [BigUint64Array, 'uint64'],
];

/** The dtype of a typed array's elements. */
export function typedArrayDType(array: ArrayBufferView): DType {
  for (const [type, dtype] of TYPED) if (array instanceof type) return dtype;
  throw new DTypeError(`a ${array.constructor.name} cannot become a tensor; use a typed array of numbers.`);
}

interface Leaves {
  readonly shape: number[];
  readonly values: (number | bigint | boolean | string)[];
  tensors: boolean;
  typed: DType | null;
}

/** Walks nested arrays, checking that they are rectangular. */
function collect(value: TensorLike, argument: string): Leaves {
  const leaves: Leaves = { shape: [], values: [], tensors: false, typed: null };
  const walk = (item: TensorLike | NestedArray[number], depth: number, path: string): void => {
    if (Array.isArray(item) || (ArrayBuffer.isView(item) && depth > 0)) {
      const list = item as ArrayLike<TensorLike>;
      if (ArrayBuffer.isView(item)) leaves.typed ??= typedArrayDType(item);
      if (leaves.shape.length === depth) {
        if (leaves.values.length > 0) ragged(path, depth);
        leaves.shape.push(list.length);
      } else if (leaves.shape[depth] !== list.length) {
        throw new ShapeError(
          `${argument}: the nested arrays are not rectangular: ${path || 'the outermost'} has length ${list.length}, its neighbours ${leaves.shape[depth]}. Pad them, or use tf.ragged.constant.`,
        );
      }
      for (let i = 0; i < list.length; i++) walk(list[i]!, depth + 1, `${path}[${i}]`);
      return;
    }
    if (item instanceof Tensor) {
      leaves.tensors = true;
      return;
    }
    if (depth !== leaves.shape.length) ragged(path, depth);
    if (typeof item !== 'number' && typeof item !== 'bigint' && typeof item !== 'boolean' && typeof item !== 'string') {
      throw new ValueError(
        `${argument}: element ${path} is ${show(item)}; wanted numbers, booleans, strings, tensors or typed arrays.`,
      );
    }
    leaves.values.push(item);
  };
  const ragged = (path: string, depth: number): never => {
    throw new ShapeError(
      `${argument}: the nested arrays are not rectangular at ${path}: depth ${depth} there, another depth elsewhere. Pad them, or use tf.ragged.constant.`,
    );
  };
  walk(value, 0, '');
  return leaves;
}

/**
 * What a plain number is: int32 where that holds it, else int64 where that does, float32 for all others. Whole numbers of 2^63 and
 * more, which no Python integer may be in TensorFlow, are floats written as 1e30 is.
 */
function plainDType(value: number): DType {
  if (!Number.isInteger(value) || Object.is(value, -0)) return 'float32';
  if (value >= dtypes.int32.min && value <= dtypes.int32.max) return 'int32';
  return value >= -(2 ** 63) && value < 2 ** 63 ? 'int64' : 'float32';
}

function inferDType(values: Leaves['values']): DType {
  let dtype: DType = 'float32';
  let first = true;
  for (const value of values) {
    const one: DType =
      typeof value === 'boolean'
        ? 'bool'
        : typeof value === 'string'
          ? 'string'
          : typeof value === 'bigint'
            ? 'int64'
            : plainDType(value);
    if (first) dtype = one;
    else if (one !== dtype) {
      const numbers = ['int32', 'int64', 'float32'];
      if (!numbers.includes(one) || !numbers.includes(dtype))
        throw new DTypeError(
          `an array mixes ${dtype} and ${one} elements; wanted elements of one kind. Several arrays side by side, as a tuple of Python's, are tensors in a list: [tf.constant(texts), tf.constant(labels)].`,
        );
      dtype = numbers[Math.max(numbers.indexOf(one), numbers.indexOf(dtype))] as DType;
    }
    first = false;
  }
  return dtype;
}

/** The least and the greatest value of an integer dtype, exactly: as numbers those of 64 bits would be rounded. */
function rangeOf(dtype: DType): string {
  const { min, max, bits } = dtypes[dtype];
  if (!isBig(dtype)) return `${min} to ${max}`;
  return dtype === 'int64' ? `${-(2n ** 63n)} to ${2n ** 63n - 1n}` : `0 to ${2n ** BigInt(bits) - 1n}`;
}

/** Elements of a dtype from plain values, refusing what would lose its meaning. */
function fill(values: Leaves['values'], dtype: DType, argument: string): Data {
  const { kind, lanes } = dtypes[dtype];
  if (kind === 'string') {
    return values.map((value): StringElement => {
      if (typeof value !== 'string')
        throw new DTypeError(`${argument}: found ${show(value)} where a string is wanted.`);
      return value;
    });
  }
  const data = allocate(dtype, values.length) as Float64Array;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (typeof value === 'string')
      throw new DTypeError(
        `${argument}: found the string ${show(value)} where ${dtype} is wanted; parse it with tf.strings.toNumber.`,
      );
    if (isInteger(dtype)) {
      if (typeof value === 'number' && !Number.isInteger(value)) {
        throw new DTypeError(
          `${argument}: cannot make ${dtype} of ${value}: it is no whole number. Give { dtype: 'float32' }, or convert with tf.cast, which rounds towards zero.`,
        );
      }
      const { min, max } = dtypes[dtype];
      // As a number 2^63 equals the largest int64.
      const fits = isBig(dtype)
        ? BigInt[dtype === 'int64' ? 'asIntN' : 'asUintN'](64, BigInt(value)) === BigInt(value)
        : Number(value) >= min && Number(value) <= max;
      if (!fits)
        throw new DTypeError(`${argument}: ${value} does not fit ${dtype} (${rangeOf(dtype)}); give a wider dtype.`);
      if (isBig(dtype)) (data as object as BigInt64Array)[i] = BigInt(value);
      else data[i] = Number(value);
    } else data[i * lanes] = kind === 'bool' ? (value ? 1 : 0) : Number(value);
  }
  roundInPlace(dtype, data);
  return data;
}

let readAs: DType | null = null;
/** Runs `f`, in which variables of floating dtypes are read in another one: what autocasting is, in layers of a program's own. */
export function withVariablesAs<T>(dtype: DType | null, f: () => T): T {
  if (dtype === readAs) return f();
  const outer = readAs;
  readAs = dtype;
  try {
    return f();
  } finally {
    readAs = outer;
  }
}
/** Whether floats may be assigned to variables of another floating dtype, for they were computed from variables read in it. */
export const readsVariablesAs = (): DType | null => readAs;
const asRead = (x: Tensor): Tensor =>
  readAs !== null && x instanceof VariableTensor && x.autocast && isFloating(x.dtype) && x.dtype !== readAs
    ? (convert(x, readAs) as Tensor)
    : x;

/** A function that makes a tensor of a value of a class of the program's own; null where it cannot. */
export type Conversion = (value: object, dtype?: DType) => Tensor | null;
interface Registered {
  readonly type: abstract new (...args: never[]) => unknown;
  readonly convert: Conversion;
  readonly priority: number;
}
const conversions: Registered[] = [];
/** Lower priorities are asked first; of equal ones in the order in which they came. */
export function addConversion(entry: Registered): void {
  conversions.push(entry);
  conversions.sort((a, b) => a.priority - b.priority);
}
function converted(value: unknown, dtype: DType | undefined): Tensor | null {
  for (const { type, convert: make } of conversions) {
    const found = value instanceof type ? make(value as object, dtype) : null;
    if (found) return found;
  }
  return null;
}

/** A tensor of anything that can become one. A tensor of the right dtype is returned as it is. */
export function convertToTensor(given: TensorLike, dtype?: DType | undefined, argument = 'value'): Tensor {
  const value = readAs !== null && given instanceof Tensor ? asRead(given) : given;
  if (value instanceof Tensor) {
    if (dtype === undefined || value.dtype === dtype) return value;
    if (value.weak && !(isInteger(dtype) && isFloating(value.dtype))) return convert(value, dtype) as Tensor;
    throw new DTypeError(
      `${argument}: found a tensor of dtype ${value.dtype}, wanted ${dtype}; convert it with tf.cast(x, '${dtype}').`,
    );
  }
  if (ArrayBuffer.isView(value)) {
    const own = typedArrayDType(value);
    const shape =
      'shape' in value && Array.isArray(value.shape) ? (value.shape as number[]) : [(value as TypedArray).length];
    const copy = (
      value instanceof Uint8ClampedArray ? new Uint8Array(value) : (value as TypedArray).slice()
    ) as TypedArray;
    const tensor = eagerTensor(
      new (copy.constructor as new (buffer: ArrayBufferLike) => TypedArray)(copy.buffer),
      shape,
      own,
    );
    // Whole numbers of `cornu/random` lie in a Float64Array, with their dtype beside the shape.
    const wanted = dtype ?? ('dtype' in value && isDType(value.dtype) ? value.dtype : own);
    return wanted === own ? tensor : (convert(tensor, wanted) as Tensor);
  }
  if (
    value === null ||
    value === undefined ||
    (typeof value === 'object' && !Array.isArray(value)) ||
    typeof value === 'function'
  ) {
    const own = converted(value, dtype);
    if (own) return own;
    throw new ValueError(
      `${argument}: found ${show(value)}; wanted a tensor, a typed array, or numbers, booleans or strings in nested arrays.`,
    );
  }
  const texts = textsAmong(value, dtype);
  if (texts) return eagerTensor(texts, [texts.length], 'string');
  const leaves = collect(value, argument);
  if (leaves.tensors) return stackNested(value as NestedArray, dtype, argument);
  const inferred = dtype ? asDType(dtype, `${argument}: dtype`) : (leaves.typed ?? inferDType(leaves.values));
  const weak =
    dtype === undefined &&
    leaves.typed === null &&
    (inferred === 'int32' || inferred === 'float32' || inferred === 'int64');
  return eagerTensor(
    fill(leaves.values, inferred, argument),
    leaves.shape,
    inferred,
    weak && typeof leaves.values[0] !== 'bigint',
  );
}

/** A list of texts of which some are bytes; null for others. Bytes alone are rows of numbers unless strings are asked for. */
function textsAmong(value: TensorLike, dtype: DType | undefined): StringElement[] | null {
  if (!Array.isArray(value) || !(value[0] instanceof Uint8Array || typeof value[0] === 'string')) return null;
  const list = value as readonly unknown[];
  if (!list.some((item) => item instanceof Uint8Array)) return null;
  if (dtype !== 'string' && !list.some((item) => typeof item === 'string')) return null;
  if (!list.every((item) => typeof item === 'string' || item instanceof Uint8Array)) return null;
  return list.map((item) => (typeof item === 'string' ? item : decodeText(item as Uint8Array)));
}

/** Nested arrays with tensors inside are stacked. */
function stackNested(list: NestedArray, dtype: DType | undefined, argument: string): Tensor {
  const first = (items: NestedArray): DType | undefined => {
    for (const item of items) {
      const found = item instanceof Tensor ? item.dtype : Array.isArray(item) ? first(item) : undefined;
      if (found) return found;
    }
    return undefined;
  };
  const target = dtype ?? first(list);
  const one = (item: NestedArray[number]): Tensor =>
    Array.isArray(item) ? stackTensors(item.map(one), 0) : convertToTensor(item as TensorLike, target, argument);
  return stackTensors(list.map(one), 0);
}

/** A tensor with options, as tf.constant makes it. */
export function makeTensor(value: TensorLike, options: TensorOptions = {}, argument = 'value'): Tensor {
  const dtype = options.dtype === undefined ? undefined : asDType(options.dtype);
  let tensor =
    value instanceof Tensor && dtype !== undefined && value.dtype !== dtype
      ? (convert(value, dtype) as Tensor)
      : convertToTensor(value, dtype, argument);
  const { shape } = options;
  if (shape !== undefined && shape !== null && !sameShape(shape, tensor.dims)) {
    const size = sizeOf(tensor.dims);
    const dims = shape as number[];
    if (size === 1 && !dims.includes(-1)) {
      const data = allocate(tensor.dtype, sizeOf(dims));
      if (Array.isArray(data)) data.fill(tensor.elements![0] as StringElement);
      else (data as Float64Array).fill(tensor.elements![0] as number);
      tensor = eagerTensor(data, dims, tensor.dtype, tensor.weak);
    } else
      tensor = eagerTensor(
        tensor.elements!,
        resolveReshape(dims, size, argument, tensor.dims),
        tensor.dtype,
        tensor.weak,
      );
  }
  return tensor;
}

/** Which of two operands to cast: the one whose values the other's dtype holds, or loses least of. */
function castRemedy(a: DType, b: DType): string {
  if (a === 'string' || b === 'string')
    return a === 'string' && b === 'string'
      ? ''
      : 'Parse strings with tf.strings.toNumber, or write numbers as strings with tf.strings.asString.';
  const kinds = ['bool', 'uint', 'int', 'float', 'complex'];
  const [p, q] = [dtypes[a], dtypes[b]];
  const [from, to] = [kinds.indexOf(p.kind), kinds.indexOf(q.kind)];
  // Of integers of as many bits with and without a sign neither holds the other: the first is cast to the second.
  const first =
    from <= 2 && to <= 2 && from > 0 && to > 0 ? p.bits <= q.bits : from === to ? p.bits <= q.bits : from < to;
  return first ? `Cast the first: tf.cast(x, '${b}') of the ${a}.` : `Cast the second: tf.cast(y, '${a}') of the ${b}.`;
}

const isNumberLike = (value: TensorLike): boolean => !(value instanceof Tensor) && !ArrayBuffer.isView(value);

/**
 * Two operands of one dtype. Plain numbers and weak tensors take the dtype of the other operand; two tensors of different
 * dtypes are refused, as TensorFlow refuses them.
 */
export function convertPair(first: TensorLike, second: TensorLike, operation: string): [Tensor, Tensor] {
  const casts = readAs !== null;
  const a = casts && first instanceof Tensor ? asRead(first) : first;
  const b = casts && second instanceof Tensor ? asRead(second) : second;
  if (a instanceof Tensor && b instanceof Tensor) {
    if (a.dtype === b.dtype) return [a, b];
    if (b.weak && !a.weak) return [a, weakly(b, a.dtype, operation)];
    if (a.weak && !b.weak) return [weakly(a, b.dtype, operation), b];
    if (a.weak && b.weak) {
      const dtype = isFloating(a.dtype) || isFloating(b.dtype) ? 'float32' : 'int64';
      return [convert(a, dtype) as Tensor, convert(b, dtype) as Tensor];
    }
    throw new DTypeError(
      `${operation}: found dtypes ${a.dtype} ${showShape(a.shape)} and ${b.dtype} ${showShape(b.shape)}; wanted one dtype. ${castRemedy(a.dtype, b.dtype)}`,
    );
  }
  if (a instanceof Tensor && isNumberLike(b)) return [a, numbersAs(b, a.dtype, operation)];
  if (b instanceof Tensor && isNumberLike(a)) return [numbersAs(a, b.dtype, operation), b];
  return convertPair(convertToTensor(a, undefined, operation), convertToTensor(b, undefined, operation), operation);
}

/** Plain numbers beside a tensor; beside float64 they are not rounded to float32 on the way. */
function numbersAs(value: TensorLike, dtype: DType, operation: string): Tensor {
  const x = convertToTensor(value, undefined, operation);
  return dtype === 'float64' && x.weak && x.dtype === 'float32'
    ? convertToTensor(value, dtype, operation)
    : weakly(x, dtype, operation);
}
function weakly(x: Tensor, dtype: DType, operation: string): Tensor {
  if (x.dtype === dtype) return x;
  const { kind } = dtypes[dtype];
  const whole = isInteger(x.dtype);
  if (
    (isInteger(dtype) && !whole) ||
    kind === 'bool' ||
    kind === 'string' ||
    x.dtype === 'bool' ||
    x.dtype === 'string'
  ) {
    if (isInteger(dtype) && x.elements && Array.from(x.elements as ArrayLike<number>).every(Number.isInteger))
      return convert(x, dtype) as Tensor;
    throw new DTypeError(
      `${operation}: cannot combine ${show(x.elements && x.size === 1 ? x.elements[0] : x)} with a tensor of dtype ${dtype}; cast the tensor with tf.cast(x, '${x.dtype}') first.`,
    );
  }
  return convert(x, dtype) as Tensor;
}

/** A whole number from a number or a scalar tensor: what axes, sizes and depths are given as. */
export function asInteger(value: number | bigint | Tensor, argument: string): number {
  const number = value instanceof Tensor ? value.item() : value;
  if (typeof number === 'bigint') return Number(number);
  if (typeof number !== 'number' || !Number.isInteger(number))
    throw new ValueError(`${argument}: found ${show(value)}, wanted a whole number.`);
  return number;
}

/** A list of whole numbers from numbers, tensors, or one tensor. */
export function asIntegers(value: TensorLike, argument: string): number[] {
  if (Array.isArray(value)) return value.map((item) => asInteger(item as number, argument));
  if (typeof value === 'number') return [asInteger(value, argument)];
  const tensor = convertToTensor(value, undefined, argument);
  if (tensor.dtype === 'string') throw new ValueError(`${argument}: found ${show(value)}, wanted whole numbers.`);
  return Array.from(tensor.dataSync() as ArrayLike<number | bigint>, Number);
}

/** Dims from a shape argument, which may hold scalar tensors. */
export function asDims(shape: TensorLike | Shape, argument: string): Dims {
  const dims = asIntegers(shape as TensorLike, argument);
  if (dims.some((n) => n < 0)) throw new ValueError(`${argument} ${show(dims)} has a negative dimension.`);
  return dims;
}
