// The seeds of TensorFlow's stateless ops: from the two numbers that a user gives to a Philox stream, and to further seeds.
import { ShapeError, show, ValueError } from '../errors.ts';
import { type PhiloxStream, philoxBits, philoxStream } from './philox.ts';
import { fullRangeIntegers } from './uniform.ts';

/** Two integers: what every `tf.random.stateless_*` takes as `seed`. */
export type StatelessSeed = ArrayLike<number | bigint>;

function seedPart(seed: StatelessSeed, i: 0 | 1): bigint {
  const value = seed[i];
  if (seed.length !== 2 || value === undefined) {
    throw new ShapeError(`seed: found ${seed.length} numbers, wanted two: a seed has shape [2].`);
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new ValueError(`seed: found ${show(value)}, wanted integers (bigints above 2^53).`);
  }
  return BigInt(value);
}

/** The stream of a stateless op: the seed is scrambled into a key and the upper half of the counter. */
export function statelessStream(seed: StatelessSeed): PhiloxStream {
  const scrambler = philoxStream(0x02461e293ec8f720n, seedPart(seed, 0), seedPart(seed, 1));
  const [key0 = 0, key1 = 0, counter2 = 0, counter3 = 0] = philoxBits(scrambler, 4);
  return { key: [key0, key1], counter: [0, 0, counter2, counter3] };
}

/** `num` seeds from one: `tf.random.split`. Row-major, shape [num, 2], of the dtype of the seed. */
export function splitSeed(seed: StatelessSeed, num = 2, dtype: 'int32' | 'int64' = 'int32') {
  if (!Number.isInteger(num) || num < 1) throw new ValueError(`num: found ${show(num)}, wanted a positive integer.`);
  return fullRangeIntegers(statelessStream(seed), 2 * num, dtype);
}

/** A seed from a seed and a number: `tf.random.fold_in`. */
export function foldIn(
  seed: StatelessSeed,
  data: number | bigint,
  dtype: 'int32' | 'int64' = 'int32',
): Int32Array | BigInt64Array {
  const first = fullRangeIntegers(statelessStream(seed), 1, dtype)[0]!;
  return dtype === 'int32' ? Int32Array.of(Number(first), Number(data)) : BigInt64Array.of(BigInt(first), BigInt(data));
}
