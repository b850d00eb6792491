// Permutations from random bits, as TensorFlow makes them: the swapping of `tf.random.shuffle`, and the position of a single
// index in a permutation that is never written out (`tf.random.experimental.index_shuffle`).
import { show, ValueError } from '../errors.ts';
import { type PhiloxStream, philoxBits } from './philox.ts';

/**
 * A permutation of the integers below `count`: element i of the result says which row comes to place i.
 *
 * Row i changes places with row i + (word i mod (count − i)), for i from 0 to count − 2: the last row takes no word.
 */
export function shuffledIndices(stream: PhiloxStream, count: number): Int32Array {
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const words = philoxBits(stream, Math.max(count - 1, 0));
  for (let i = 0; i < words.length; i++) {
    const j = i + (words[i]! % (count - i));
    const row = order[i]!;
    order[i] = order[j]!;
    order[j] = row;
  }
  return order;
}

/** The first word of the key of `index_shuffle`, before the two of the seed. */
const FIRST_KEY = 498247692;
const ROUND_CONSTANT = 0xfffffffcn;
const ROUND_BITS = 0x7369f885192c0ef5n;

/**
 * Where `index` comes to in a pseudo-random permutation of 0 … maxIndex, by walking the cycle of a Simon block cipher
 * (`rounds` rounds, even) until it falls below the limit. The seed has two words, or all three of the key.
 */
export function indexShuffle(index: number, seed: ArrayLike<number | bigint>, maxIndex: number, rounds = 4): number {
  if (!Number.isInteger(index) || index < 0 || index > maxIndex) {
    throw new ValueError(
      `index: found ${show(index)}, wanted an integer between 0 and maxIndex, which is ${maxIndex}.`,
    );
  }
  if (maxIndex === 0) return 0;
  const bits = Math.ceil(Math.log2(maxIndex));
  const width = BigInt(Math.max(bits + (bits % 2), 16) / 2);
  const mask = (1n << width) - 1n;
  const left = (x: bigint, n: bigint) => ((x << n) | (x >> (width - n))) & mask;
  const right = (x: bigint, n: bigint) => ((x >> n) | (x << (width - n))) & mask;
  const mix = (x: bigint) => (left(x, 1n) & left(x, 8n % width)) ^ left(x, 2n);
  const words = Array.from(seed, BigInt);
  const keys = (words.length === 2 ? [BigInt(FIRST_KEY), ...words] : words).map(
    (key) => BigInt.asUintN(32, key) & mask,
  );
  for (let i = 3, z = ROUND_BITS & mask; i < rounds; i++, z >>= 1n) {
    keys.push((ROUND_CONSTANT & mask) ^ (z & 1n) ^ keys[i - 3]! ^ right(keys[i - 1]!, 3n) ^ right(keys[i - 1]!, 4n));
  }
  let value = BigInt(index);
  do {
    let high = (value >> width) & mask;
    let low = value & mask;
    for (let i = 0; i < rounds; i += 2) {
      high ^= mix(low) ^ keys[i]!;
      low ^= mix(high) ^ keys[i + 1]!;
    }
    value = (high << width) | low;
  } while (value > BigInt(maxIndex));
  return Number(value);
}
