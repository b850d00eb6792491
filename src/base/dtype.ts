// The element types: one table from which everything that depends on a dtype is read.
// Owns: names, storage in JavaScript, kinds, conversion of one number. Leaves promotion to ops/convert and
// arithmetic to the primitives.
//
// float16 and bfloat16 are held as float32 numbers that are representable in 16 bits (every kernel rounds its
// results), complex64 as pairs of float32, strings as JavaScript strings (bytes that are not UTF-8 as Uint8Array).
import { DTypeError, didYouMean, show, ValueError } from './errors.ts';

export type DType =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'complex64'
  | 'string';

export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** One element of a string tensor: text, or bytes where they are not UTF-8. */
export type StringElement = string | Uint8Array;
/** The elements of a tensor in row-major order. complex64 has two numbers for each element. */
export type Data = TypedArray | StringElement[];

export type DTypeKind = 'float' | 'int' | 'uint' | 'bool' | 'complex' | 'string';

interface ArrayConstructor {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
}

export interface DTypeInfo {
  readonly kind: DTypeKind;
  /** Bits of the type itself, as TensorFlow counts them. */
  readonly bits: number;
  /** Numbers held for one element. */
  readonly lanes: 1 | 2;
  /** What holds the numbers; null for strings. */
  readonly array: ArrayConstructor | null;
  /** Bytes that one element takes in memory here. */
  readonly bytes: number;
  readonly min: number;
  readonly max: number;
}

const info = (
  kind: DTypeKind,
  bits: number,
  array: ArrayConstructor | null,
  min = 0,
  max = 0,
  lanes: 1 | 2 = 1,
): DTypeInfo => ({
  kind,
  bits,
  lanes,
  array,
  bytes: array ? array.BYTES_PER_ELEMENT * lanes : 0,
  min,
  max,
});

const inf = Number.POSITIVE_INFINITY;
export const dtypes = {
  float16: info('float', 16, Float32Array, -65504, 65504),
  bfloat16: info('float', 16, Float32Array, -3.3895313892515355e38, 3.3895313892515355e38),
  float32: info('float', 32, Float32Array, -3.4028234663852886e38, 3.4028234663852886e38),
  float64: info('float', 64, Float64Array, -Number.MAX_VALUE, Number.MAX_VALUE),
  int8: info('int', 8, Int8Array, -128, 127),
  int16: info('int', 16, Int16Array, -32768, 32767),
  int32: info('int', 32, Int32Array, -2147483648, 2147483647),
  int64: info('int', 64, BigInt64Array, -(2 ** 63), 2 ** 63),
  uint8: info('uint', 8, Uint8Array, 0, 255),
  uint16: info('uint', 16, Uint16Array, 0, 65535),
  uint32: info('uint', 32, Uint32Array, 0, 4294967295),
  uint64: info('uint', 64, BigUint64Array, 0, 2 ** 64),
  bool: info('bool', 8, Uint8Array, 0, 1),
  complex64: info('complex', 64, Float32Array, -inf, inf, 2),
  string: info('string', 0, null),
} as const satisfies Record<DType, DTypeInfo>;

export const isDType = (name: unknown): name is DType => typeof name === 'string' && Object.hasOwn(dtypes, name);

const ALIASES: Readonly<Record<string, DType>> = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  int: 'int32',
  boolean: 'bool',
  long: 'int64',
};

/** The dtype of a name; throws with the nearest known name otherwise. */
export function asDType(name: unknown, argument = 'dtype'): DType {
  if (isDType(name)) return name;
  const alias = typeof name === 'string' ? ALIASES[name] : undefined;
  if (alias) return alias;
  throw new DTypeError(
    `${argument}: unknown dtype ${show(name)}.${typeof name === 'string' ? didYouMean(name, Object.keys(dtypes)) : ''}`,
  );
}

export const isFloating = (dtype: DType): boolean => dtypes[dtype].kind === 'float';
export const isInteger = (dtype: DType): boolean => dtypes[dtype].kind === 'int' || dtypes[dtype].kind === 'uint';
export const isComplex = (dtype: DType): boolean => dtype === 'complex64';
/** Whether gradients flow through values of this dtype. */
export const isDifferentiable = (dtype: DType): boolean =>
  dtypes[dtype].kind === 'float' || dtypes[dtype].kind === 'complex';
/** Whether the elements are BigInt in JavaScript. */
export const isBig = (dtype: DType): boolean => dtype === 'int64' || dtype === 'uint64';

/** Room for `size` elements, all zero (strings: empty). */
export function allocate(dtype: DType, size: number): Data {
  const { array, lanes } = dtypes[dtype];
  try {
    return array ? new array(size * lanes) : new Array<StringElement>(size).fill('');
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ValueError(
      `there is no room for ${size} elements of ${dtype}: a tensor of this size cannot be made here.`,
    );
  }
}

const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

/** The nearest bfloat16, ties to even. */
export function roundToBfloat16(x: number): number {
  scratchFloat[0] = x;
  if (Number.isNaN(x)) return x;
  const bits = scratchBits[0]!;
  scratchBits[0] = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  return scratchFloat[0]!;
}

/** The nearest float16, ties to even. */
export function roundToFloat16(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < 65520)) return Number.isNaN(x) ? x : x > 0 ? inf : -inf;
  // Adding and subtracting a power of two rounds to its unit: 11 significant bits, or the subnormal unit 2^-24.
  const exponent = Math.max(magnitude === 0 ? -14 : Math.floor(Math.log2(magnitude)), -14);
  const unit = 2 ** (exponent - 10);
  const scaled = magnitude / unit;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  return (x < 0 || Object.is(x, -0) ? -1 : 1) * rounded * unit;
}

/** The nearest number of a floating dtype. */
export function roundTo(dtype: DType, x: number): number {
  if (dtype === 'float16') return roundToFloat16(x);
  if (dtype === 'bfloat16') return roundToBfloat16(x);
  return dtype === 'float32' ? Math.fround(x) : x;
}

/** Rounds `data` in place to what the dtype can represent; only the 16-bit floats need it. */
export function roundInPlace(dtype: DType, data: Data): void {
  if (dtype !== 'float16' && dtype !== 'bfloat16') return;
  const round = dtype === 'float16' ? roundToFloat16 : roundToBfloat16;
  const numbers = data as Float32Array;
  for (let i = 0; i < numbers.length; i++) numbers[i] = round(numbers[i]!);
}
