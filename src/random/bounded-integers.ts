// Integers below a bound, from bits: NumPy's two ways. `RandomState` masks and rejects, `Generator` multiplies and rejects
// (Lemire, 2019). The smaller integer types share a word among several draws, so the dtype decides which numbers come.
import { show, ValueError } from '../base/errors.ts';
import { multiplyHigh } from '../base/random/multiply-high.ts';

/** A stream of random bits. */
export interface BitSource {
  nextUint32(): number;
  nextUint64(): bigint;
  nextDouble(): number;
}

/** The integer dtypes that may be asked for. They change the numbers drawn; what comes back are numbers all the same. */
export type IntegerDType = 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'bool';

const LIMITS: Readonly<Record<IntegerDType, readonly [bits: number, lowest: number, highest: number]>> = {
  int8: [8, -128, 127],
  int16: [16, -32768, 32767],
  int32: [32, -2147483648, 2147483647],
  int64: [64, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint8: [8, 0, 255],
  uint16: [16, 0, 65535],
  uint32: [32, 0, 4294967295],
  uint64: [64, 0, Number.MAX_SAFE_INTEGER],
  bool: [1, 0, 1],
};

/** The smallest 2^k − 1 that is at least `n`, for n below 2^32. */
const maskOf = (n: number) => (n === 0 ? 0 : 0xffffffff >>> Math.clz32(n));

/** A number in [0, max], by masking and rejecting: how NumPy shuffles. */
export function interval(source: BitSource, max: number): number {
  if (max === 0) return 0;
  if (max > 0xffffffff) return maskedBig(source, BigInt(max));
  const mask = maskOf(max);
  let value = (source.nextUint32() & mask) >>> 0;
  while (value > max) value = (source.nextUint32() & mask) >>> 0;
  return value;
}

function maskedBig(source: BitSource, range: bigint): number {
  const mask = (1n << BigInt(range.toString(2).length)) - 1n;
  let value = source.nextUint64() & mask;
  while (value > range) value = source.nextUint64() & mask;
  return Number(value);
}

/** A number in [0, range], by multiplication, for range below 2^32 − 1. */
export function lemire32(source: BitSource, range: number): number {
  const exclusive = range + 1;
  let word = source.nextUint32();
  let left = Math.imul(word, exclusive) >>> 0;
  if (left < exclusive) {
    const threshold = (0xffffffff - range) % exclusive;
    while (left < threshold) {
      word = source.nextUint32();
      left = Math.imul(word, exclusive) >>> 0;
    }
  }
  return multiplyHigh(word, exclusive) >>> 0;
}

function lemireBig(source: BitSource, range: bigint): number {
  const exclusive = range + 1n;
  const low = (1n << 64n) - 1n;
  let product = source.nextUint64() * exclusive;
  if ((product & low) < exclusive) {
    const threshold = (low - range) % exclusive;
    while ((product & low) < threshold) product = source.nextUint64() * exclusive;
  }
  return Number(product >> 64n);
}

/** Draws `bits` at a time out of 32-bit words, lowest first. */
function sliced(source: BitSource, bits: number): () => number {
  let left = 0;
  let word = 0;
  const mask = 2 ** bits - 1;
  return () => {
    if (left === 0) {
      word = source.nextUint32();
      left = 32 / bits - 1;
    } else {
      word >>>= bits;
      left--;
    }
    return word & mask;
  };
}

/**
 * A function that draws integers of [low, high], both included, as NumPy does for `dtype`.
 *
 * Its words are its own: make one for each call that fills an array.
 */
export function integerDrawer(
  source: BitSource,
  low: number,
  high: number,
  dtype: IntegerDType,
  method: 'masked' | 'lemire',
): () => number {
  const limits = LIMITS[dtype];
  if (!limits) throw new ValueError(`dtype: found ${show(dtype)}, wanted one of ${Object.keys(LIMITS).join(', ')}.`);
  const [bits, lowest, highest] = limits;
  if (!Number.isInteger(low) || low < lowest) {
    throw new ValueError(`low: found ${show(low)}, wanted an integer of at least ${lowest} for dtype ${dtype}.`);
  }
  if (!Number.isInteger(high) || high > highest) {
    throw new ValueError(`high: found ${show(high)}, wanted an integer of at most ${highest} for dtype ${dtype}.`);
  }
  if (low > high) throw new ValueError(`low: found ${low}, which leaves no integer up to ${high} to draw.`);
  const range = high - low;
  if (range === 0) return () => low;
  if (range > 0xffffffff) {
    const big = BigInt(high) - BigInt(low);
    return method === 'masked' ? () => low + maskedBig(source, big) : () => low + lemireBig(source, big);
  }
  if (range === 0xffffffff) return () => low + source.nextUint32();
  if (bits < 32) {
    const next = sliced(source, bits);
    if (range === 2 ** bits - 1) return () => low + next();
    if (method === 'masked') {
      const mask = maskOf(range);
      return () => {
        let value = next() & mask;
        while (value > range) value = next() & mask;
        return low + value;
      };
    }
    const exclusive = range + 1;
    const threshold = (2 ** bits - 1 - range) % exclusive;
    return () => {
      let product = next() * exclusive;
      while (product % 2 ** bits < threshold) product = next() * exclusive;
      return low + Math.floor(product / 2 ** bits);
    };
  }
  if (method === 'lemire') return () => low + lemire32(source, range);
  return () => low + interval(source, range);
}
