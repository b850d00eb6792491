// Random numbers from a seed tensor, eagerly and inside programs, equal to TensorFlow's stateless ops.
// Owns: the choice of the way: eagerly the exact functions of src/base/random; in a program bits from the randomBits
// primitive and arithmetic on them where a draw takes a fixed number of bits, else a call into JavaScript.
import { allocate, type Data, type DType } from '../../base/dtype.ts';
import { philoxStream } from '../../base/random/philox.ts';
import {
  dropoutMask,
  statelessIntegers,
  statelessNormal,
  statelessTruncatedNormal,
  statelessUniform,
  uniformOrder,
} from '../../base/random/stateless.ts';
import type { FloatDType } from '../../base/random/uniform.ts';
import { type Dims, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';

/** Two numbers, for the functions of src/base/random. */
export type EagerSeed = ArrayLike<number>;
export const eagerSeed = (seed: Tensor): EagerSeed | null => seed.elements as Int32Array | null;

/** The scrambler that makes a key and a counter of the user's seed. */
const SCRAMBLER = philoxStream(0x02461e293ec8f720n, 0, 0).key;

/** `count` words of the stream that belongs to a seed. */
function streamBits(seed: Value, count: number): Value {
  const words = p.convert(seed, 'uint32');
  const zero = p.zerosLike({ dims: [1], dtype: 'uint32' });
  const counter = p.concatenate([p.slice(words, [0], [1]), zero, p.slice(words, [1], [2]), zero], 0);
  const scrambled = p.randomBits(
    eagerTensor(
      Uint32Array.from(SCRAMBLER, (word) => word >>> 0),
      [2],
      'uint32',
    ),
    counter,
    4,
  );
  const upper = p.concatenate([p.zerosLike({ dims: [2], dtype: 'uint32' }), p.slice(scrambled, [2], [4])], 0);
  return p.randomBits(p.slice(scrambled, [0], [2]), upper, count);
}

/** Words as numbers in [0, 1): the lowest bits are the mantissa. */
function unit(words: Value, dtype: FloatDType): Value {
  const mask = dtype === 'float16' ? 0x3ff : dtype === 'bfloat16' ? 0x7f : 0x7fffff;
  const low = p.bitcast(p.binary('and', words, p.full(mask, words)), 'int32');
  return p.convert(p.scale(p.convert(low, 'float32'), 1 / (mask + 1)), dtype);
}

function copyInto(data: Data, values: ArrayLike<number | bigint>): void {
  for (let i = 0; i < values.length; i++) Reflect.set(data, i, values[i]);
}

/** A draw by a JavaScript function, as a node of a program. */
function hostDraw(
  name: string,
  seed: Tensor,
  dims: Dims,
  dtype: DType,
  draw: (seed: EagerSeed) => ArrayLike<number | bigint>,
): Tensor {
  return p.customCall(
    {
      hostFunction: name,
      infer: () => [{ dims, dtype }],
      evaluate: ([given], [out]) => {
        const values = draw(given!.data as Int32Array);
        copyInto(out!.data, values);
      },
    },
    [seed],
  )[0] as Tensor;
}

/** Eagerly the values themselves, in a program a call that makes them. */
export function drawBy(
  name: string,
  seed: Tensor,
  dims: Dims,
  dtype: DType,
  draw: (seed: EagerSeed) => ArrayLike<number | bigint>,
): Tensor {
  const now = eagerSeed(seed);
  if (!now) return hostDraw(name, seed, dims, dtype, draw);
  const values = draw(now);
  const data = allocate(dtype, sizeOf(dims));
  copyInto(data, values);
  return eagerTensor(data, dims, dtype);
}

/** Uniform floats in [low, high). */
export function uniformDraw(seed: Tensor, dims: Dims, dtype: FloatDType, low: number, high: number): Tensor {
  const count = sizeOf(dims);
  const exact = (now: EagerSeed) => statelessUniform(now, count, { minval: low, maxval: high, dtype });
  if (seed.elements || dtype === 'float64') return drawBy('uniform', seed, dims, dtype, exact);
  const numbers = p.reshape(unit(streamBits(seed, count), dtype), dims);
  return (low === 0 && high === 1 ? numbers : p.offset(p.scale(numbers, high - low), low)) as Tensor;
}

/** Normal deviates. */
export function normalDraw(seed: Tensor, dims: Dims, dtype: FloatDType, mean: number, stddev: number): Tensor {
  const count = sizeOf(dims);
  const exact = (now: EagerSeed) => statelessNormal(now, count, { mean, stddev, dtype });
  if (seed.elements || dtype === 'float64') return drawBy('normal', seed, dims, dtype, exact);
  // Box and Muller: a pair of words gives √(−2 log u) · sin(2πv) and · cos(2πv).
  const pairs = Math.ceil(count / 2);
  const words = p.reshape(streamBits(seed, 2 * pairs), [pairs, 2]);
  const first = unit(p.slice(words, [0, 0], [pairs, 1]), 'float32');
  const angle = p.scale(unit(p.slice(words, [0, 1], [pairs, 2]), 'float32'), 2 * Math.PI);
  const radius = p.unary('sqrt', p.scale(p.unary('log', p.binary('max', first, p.full(1e-7, first))), -2));
  const both = p.concatenate([p.mul(p.unary('sin', angle), radius), p.mul(p.unary('cos', angle), radius)], 1);
  const flat = p.reshape(both, [2 * pairs]);
  const numbers = p.convert(p.reshape(p.slice(flat, [0], [count]), dims), dtype);
  return (stddev === 1 && mean === 0 ? numbers : p.offset(p.scale(numbers, stddev), mean)) as Tensor;
}

/** Normal deviates within two standard deviations of the mean. */
export const truncatedNormalDraw = (
  seed: Tensor,
  dims: Dims,
  dtype: FloatDType,
  mean: number,
  stddev: number,
): Tensor =>
  drawBy('truncatedNormal', seed, dims, dtype, (now) =>
    statelessTruncatedNormal(now, sizeOf(dims), { mean, stddev, dtype }),
  );

/** Whole numbers in [low, high). */
export function integersDraw(seed: Tensor, dims: Dims, dtype: 'int32' | 'int64', low: number, high: number): Tensor {
  const count = sizeOf(dims);
  const exact = (now: EagerSeed) => statelessIntegers(now, count, { minval: low, maxval: high, dtype });
  const range = high - low;
  if (seed.elements || dtype === 'int64' || range < 1 || range > 0x7fffffff)
    return drawBy('integers', seed, dims, dtype, exact);
  const bits = streamBits(seed, count);
  const rest = p.bitcast(p.binary('rem', bits, p.full(range, bits)), 'int32');
  return p.reshape(p.offset(rest, low), dims) as Tensor;
}

/** Where dropout keeps: bool, true with probability 1 − rate. */
export function keepDraw(seed: Tensor, dims: Dims, dtype: FloatDType, rate: number): Tensor {
  const count = sizeOf(dims);
  if (seed.elements || dtype === 'float64')
    return drawBy('dropout', seed, dims, 'bool', (now) => dropoutMask(now, count, rate, dtype));
  const numbers = unit(streamBits(seed, count), dtype);
  return p.reshape(p.compare('greaterEqual', numbers, p.full(rate, numbers)), dims) as Tensor;
}

/** A permutation of 0 … rows − 1. */
export const orderDraw = (seed: Tensor, rows: number): Tensor =>
  drawBy('shuffle', seed, [rows], 'int32', (now) => uniformOrder(now, rows));
