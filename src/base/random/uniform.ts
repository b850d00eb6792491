// Uniform numbers from random bits, as TensorFlow's processor kernels make them. Owns, for every dtype, which words become
// which element; leaves where the words come from to philox.ts, and ranges of floats to scale.ts.
import type { DType } from '../dtype.ts';
import { DTypeError, show, ValueError } from '../errors.ts';
import { type PhiloxStream, philoxBits } from './philox.ts';

export type FloatDType = 'float16' | 'bfloat16' | 'float32' | 'float64';
/** The integers that TensorFlow draws; the unsigned ones over their full range only. */
export type RandomInteger = 'int32' | 'int64' | 'uint32' | 'uint64';

const isWide = (dtype: DType) => dtype === 'float64' || dtype === 'int64' || dtype === 'uint64';
/** How many words one uniform element takes: 1, or 2 for 64 bits. */
export const wordsPerElement = (dtype: DType): 1 | 2 => (isWide(dtype) ? 2 : 1);

/** Room for floats of a dtype: float16 and bfloat16 lie in float32, as everywhere. */
export type FloatArray = Float32Array | Float64Array;

export function assertFloat(dtype: DType, what: string): asserts dtype is FloatDType {
  if (dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16') return;
  throw new DTypeError(`${what}: found dtype ${show(dtype)}, wanted float16, bfloat16, float32 or float64.`);
}

/**
 * Numbers in [0, 1): the bits become the mantissa of a number in [1, 2), less 1.
 *
 * float32: element i is (word i & (2²³ − 1)) · 2⁻²³; float16 and bfloat16 take the lowest 10 and 7 bits of word i alike.
 * float64: element i takes words 2i and 2i + 1, the lowest 20 bits of the first above the 32 of the second.
 */
export function bitsToUniform(words: Uint32Array, dtype: FloatDType): FloatArray {
  if (dtype === 'float64') {
    const wide = new Float64Array(words.length >> 1);
    for (let i = 0; i < wide.length; i++) {
      wide[i] = (words[2 * i]! & 0xfffff) / 1048576 + words[2 * i + 1]! / 4503599627370496;
    }
    return wide;
  }
  const mask = dtype === 'float32' ? 0x7fffff : dtype === 'float16' ? 0x3ff : 0x7f;
  const unit = 1 / (mask + 1);
  const numbers = new Float32Array(words.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = (words[i]! & mask) * unit;
  return numbers;
}

/** `count` numbers of a stream in [0, 1). */
export function uniformFloats(stream: PhiloxStream, count: number, dtype: FloatDType = 'float32'): FloatArray {
  return bitsToUniform(philoxBits(stream, count * wordsPerElement(dtype)), dtype);
}

const wide = (words: Uint32Array, i: number) => (BigInt(words[2 * i + 1]!) << 32n) | BigInt(words[2 * i]!);

/**
 * Integers over the whole range of their type: the bits themselves.
 *
 * 32 bits: element i is word i. 64 bits: element i has word 2i below word 2i + 1.
 */
export function bitsToIntegers(
  words: Uint32Array,
  dtype: RandomInteger,
): Int32Array | Uint32Array | BigInt64Array | BigUint64Array {
  if (dtype === 'uint32') return words.slice();
  if (dtype === 'int32') return new Int32Array(words);
  const make = dtype === 'int64' ? BigInt64Array : BigUint64Array;
  const out = new make(words.length >> 1);
  for (let i = 0; i < out.length; i++) out[i] = wide(words, i);
  return out;
}

/** `count` integers of a stream over the whole range of their type. */
export function fullRangeIntegers(stream: PhiloxStream, count: number, dtype: RandomInteger) {
  return bitsToIntegers(philoxBits(stream, count * wordsPerElement(dtype)), dtype);
}

/**
 * Integers of [low, high): the bits of `bitsToIntegers`, unsigned, modulo high − low.
 *
 * As in TensorFlow slightly biased where the range is no power of two.
 */
export function bitsToRange(
  words: Uint32Array,
  dtype: 'int32' | 'int64',
  low: number | bigint,
  high: number | bigint,
): Int32Array | BigInt64Array {
  const [from, to] = [integer('minval', low), integer('maxval', high)];
  if (from >= to) throw new ValueError(`maxval: found ${to}, wanted more than minval, which is ${from}.`);
  if (dtype === 'int32') {
    for (const [name, value, bound] of [['minval', from, from] as const, ['maxval', to, to - 1n] as const]) {
      if (BigInt.asIntN(32, bound) !== bound)
        throw new ValueError(`${name}: found ${value}, which does not fit into int32.`);
    }
    const [base, range] = [Number(from), Number(to - from)];
    const out = new Int32Array(words.length);
    for (let i = 0; i < out.length; i++) out[i] = base + (words[i]! % range);
    return out;
  }
  const range = to - from;
  const out = new BigInt64Array(words.length >> 1);
  for (let i = 0; i < out.length; i++) out[i] = from + (wide(words, i) % range);
  return out;
}

function integer(name: string, value: number | bigint): bigint {
  if (typeof value === 'bigint') return value;
  if (Number.isInteger(value)) return BigInt(value);
  throw new ValueError(`${name}: found ${show(value)}, wanted an integer, as the dtype is one.`);
}

/** `count` integers of a stream in [low, high). */
export function uniformIntegers(
  stream: PhiloxStream,
  count: number,
  dtype: 'int32' | 'int64',
  low: number | bigint,
  high: number | bigint,
): Int32Array | BigInt64Array {
  return bitsToRange(philoxBits(stream, count * wordsPerElement(dtype)), dtype, low, high);
}
