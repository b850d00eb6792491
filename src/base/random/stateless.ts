// `tf.random.stateless_*` as functions from a seed to numbers, and the masks and orders that Keras makes of them: every value is
// a function of the seed and its position alone. Shapes are left to the callers: numbers come in row-major order.
import { type DType, roundToBfloat16, roundToFloat16 } from '../dtype.ts';
import { DTypeError, show, ValueError } from '../errors.ts';
import { categoricalSamples } from './categorical.ts';
import { normalFloats, truncatedNormalFloats } from './normal.ts';
import type { PhiloxStream } from './philox.ts';
import { scaleAndShift, uniformInRange } from './scale.ts';
import { shuffledIndices } from './shuffle.ts';
import { type StatelessSeed, statelessStream } from './tensorflow-seed.ts';
import {
  assertFloat,
  type FloatArray,
  type FloatDType,
  fullRangeIntegers,
  type RandomInteger,
  uniformIntegers,
} from './uniform.ts';

export interface UniformOptions {
  readonly minval?: number;
  readonly maxval?: number;
  readonly dtype?: DType;
}
export interface NormalOptions {
  readonly mean?: number;
  readonly stddev?: number;
  readonly dtype?: DType;
}
export interface IntegerOptions {
  /** null in both places: the whole range of the dtype. */
  readonly minval?: number | bigint | null;
  readonly maxval?: number | bigint | null;
  readonly dtype?: DType;
}

/** Uniform floats of a stream in [minval, maxval). */
export function drawUniform(stream: PhiloxStream, count: number, options: UniformOptions = {}): FloatArray {
  const { minval = 0, maxval = 1, dtype = 'float32' } = options;
  assertFloat(dtype, 'uniform');
  return uniformInRange(stream, count, dtype, minval, maxval);
}

/** Normal deviates of a stream. */
export function drawNormal(stream: PhiloxStream, count: number, options: NormalOptions = {}): FloatArray {
  const { mean = 0, stddev = 1, dtype = 'float32' } = options;
  assertFloat(dtype, 'normal');
  return scaleAndShift(normalFloats(stream, count, dtype), dtype, stddev, mean);
}

/** Normal deviates of a stream, at most two standard deviations from the mean. */
export function drawTruncatedNormal(stream: PhiloxStream, count: number, options: NormalOptions = {}): FloatArray {
  const { mean = 0, stddev = 1, dtype = 'float32' } = options;
  assertFloat(dtype, 'truncatedNormal');
  return scaleAndShift(truncatedNormalFloats(stream, count, dtype), dtype, stddev, mean);
}

/** Integers of a stream in [minval, maxval), or over the whole range of the dtype. */
export function drawIntegers(stream: PhiloxStream, count: number, options: IntegerOptions) {
  const { minval = 0, maxval, dtype = 'int32' } = options;
  if (dtype !== 'int32' && dtype !== 'int64' && dtype !== 'uint32' && dtype !== 'uint64') {
    throw new DTypeError(`uniform: found dtype ${show(dtype)}, wanted a float, int32, int64, uint32 or uint64.`);
  }
  if (minval === null && maxval === null) return fullRangeIntegers(stream, count, dtype as RandomInteger);
  if (minval === null || maxval === null || maxval === undefined) {
    throw new ValueError(
      `uniform: found minval ${minval} and maxval ${maxval}, wanted both for dtype ${dtype}, or null for both.`,
    );
  }
  if (dtype === 'uint32' || dtype === 'uint64') {
    throw new DTypeError(
      `uniform: found limits for dtype ${dtype}, wanted null for both: unsigned integers come over their full range only.`,
    );
  }
  return uniformIntegers(stream, count, dtype, minval, maxval);
}

/** `tf.random.stateless_uniform` for floats. */
export const statelessUniform = (seed: StatelessSeed, count: number, options?: UniformOptions) =>
  drawUniform(statelessStream(seed), count, options);

/** `tf.random.stateless_normal`. */
export const statelessNormal = (seed: StatelessSeed, count: number, options?: NormalOptions) =>
  drawNormal(statelessStream(seed), count, options);

/** `tf.random.stateless_truncated_normal`. */
export const statelessTruncatedNormal = (seed: StatelessSeed, count: number, options?: NormalOptions) =>
  drawTruncatedNormal(statelessStream(seed), count, options);

/** `tf.random.stateless_uniform` for integers. */
export const statelessIntegers = (seed: StatelessSeed, count: number, options: IntegerOptions) =>
  drawIntegers(statelessStream(seed), count, options);

/** `tf.random.stateless_categorical`: shape (rows, samples). */
export const statelessCategorical = (
  seed: StatelessSeed,
  logits: ArrayLike<number>,
  shape: readonly number[],
  samples: number,
) => categoricalSamples(statelessStream(seed), logits, shape, samples);

/** `tf.random.experimental.stateless_shuffle`: which row comes to each place. */
export const statelessShuffle = (seed: StatelessSeed, rows: number) => shuffledIndices(statelessStream(seed), rows);

/** Which row comes to each place in `keras.random.shuffle`: the order of as many uniform numbers. */
export function uniformOrder(seed: StatelessSeed, rows: number): Int32Array {
  const keys = statelessUniform(seed, rows);
  return Int32Array.from({ length: rows }, (_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);
}

const roundings: Partial<Record<DType, (x: number) => number>> = {
  float16: roundToFloat16,
  bfloat16: roundToBfloat16,
  float32: Math.fround,
};

/**
 * Which elements dropout keeps: 1 where a uniform number is at least `rate`. What is kept is then multiplied by
 * 1 / (1 − rate), rounded to the dtype.
 */
export function dropoutMask(
  seed: StatelessSeed,
  count: number,
  rate: number,
  dtype: FloatDType = 'float32',
): Uint8Array {
  if (!(rate >= 0 && rate < 1)) throw new ValueError(`rate: found ${show(rate)}, wanted a number in [0, 1).`);
  const uniform = statelessUniform(seed, count, { dtype });
  const limit = roundings[dtype]?.(rate) ?? rate;
  const mask = new Uint8Array(count);
  for (let i = 0; i < count; i++) mask[i] = uniform[i]! >= limit ? 1 : 0;
  return mask;
}
