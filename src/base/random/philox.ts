// Philox 4×32-10 (Salmon et al., 2011): the counter-based source of all of TensorFlow's random bits. Owns blocks of bits and
// places in a stream. A block is a pure function of key and counter, so that kernels may compute any part of a draw on its
// own; what the bits become is in uniform.ts and normal.ts.
import { multiplyHigh } from './multiply-high.ts';

/**
 * A place in a stream: a key of two 32-bit words and a counter of four, lowest word first.
 *
 * One block of four 32-bit words belongs to each value of the counter.
 */
export interface PhiloxStream {
  readonly key: readonly [number, number];
  readonly counter: readonly [number, number, number, number];
}

const MULTIPLIER_A = 0xd2511f53 | 0;
const MULTIPLIER_B = 0xcd9e8d57 | 0;
const WEYL_A = 0x9e3779b9 | 0;
const WEYL_B = 0xbb67ae85 | 0;
const ROUNDS = 10;

/** Writes the four words of one block to `out` from `at` on. */
export function philoxBlock(
  key: PhiloxStream['key'],
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  out: Uint32Array,
  at: number,
): void {
  let k0 = key[0] | 0;
  let k1 = key[1] | 0;
  let x0 = c0 | 0;
  let x1 = c1 | 0;
  let x2 = c2 | 0;
  let x3 = c3 | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(x0, MULTIPLIER_A);
    const high1 = multiplyHigh(x2, MULTIPLIER_B);
    const low0 = Math.imul(x0, MULTIPLIER_A);
    const low1 = Math.imul(x2, MULTIPLIER_B);
    x0 = high1 ^ x1 ^ k0;
    x1 = low1;
    x2 = high0 ^ x3 ^ k1;
    x3 = low0;
    k0 = (k0 + WEYL_A) | 0;
    k1 = (k1 + WEYL_B) | 0;
  }
  out[at] = x0;
  out[at + 1] = x1;
  out[at + 2] = x2;
  out[at + 3] = x3;
}

/** Adds fewer than 2^32 to a counter of four words, in place. */
export function addToCounter(counter: Uint32Array, blocks: number): void {
  let carry = blocks;
  for (let i = 0; i < 4 && carry > 0; i++) {
    const sum = counter[i]! + carry;
    counter[i] = sum;
    carry = sum > 0xffffffff ? 1 : 0;
  }
}

/** A faster way to many numbers. */
export interface RandomFiller {
  /** Fills an array whose length is a multiple of 4 with the words of a stream. */
  words(stream: PhiloxStream, words: Uint32Array): void;
  /** Fills an array with the uniform numbers of [0, 1) that are made of those words, each times `scale` plus `shift`. */
  floats(stream: PhiloxStream, numbers: Float32Array, scale: number, shift: number): void;
}
/** From so many words on the fast way is taken. */
const MANY = 512;
let findFiller: (() => RandomFiller | null) | null = null;
let filler: RandomFiller | null = null;

/** Installs a faster way to many numbers, made when they are first wanted. */
export function installRandomFiller(find: () => RandomFiller | null): void {
  findFiller = find;
}

/** The filler, where so many numbers are worth it. */
function fillerFor(count: number): RandomFiller | null {
  if (count < MANY) return null;
  if (findFiller) filler = findFiller();
  findFiller = null;
  return filler;
}

/** Uniform float32 numbers · scale + shift in one go, each step rounded; null where there is no faster way to them. */
export function philoxFloats(stream: PhiloxStream, count: number, scale: number, shift: number): Float32Array | null {
  const fill = fillerFor(count);
  if (!fill) return null;
  const numbers = new Float32Array(count);
  fill.floats(stream, numbers, scale, shift);
  return numbers;
}

/**
 * `count` 32-bit words: word 4b + i is word i of the block that belongs to counter + b.
 *
 * The whole counter is one 128-bit number: it carries from word to word.
 */
export function philoxBits(stream: PhiloxStream, count: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(count / 4) * 4);
  const fill = fillerFor(words.length);
  if (fill) fill.words(stream, words);
  else fillWords(stream, words);
  return words.length === count ? words : words.subarray(0, count);
}

function fillWords(stream: PhiloxStream, words: Uint32Array): void {
  const counter = Uint32Array.from(stream.counter);
  for (let at = 0; at < words.length; at += 4) {
    philoxBlock(stream.key, counter[0]!, counter[1]!, counter[2]!, counter[3]!, words, at);
    addToCounter(counter, 1);
  }
}

/** The place `blocks` blocks further on. */
export function skipBlocks(stream: PhiloxStream, blocks: number | bigint): PhiloxStream {
  const [c0, c1, c2, c3] = stream.counter;
  const low = (BigInt(c1 >>> 0) << 32n) | BigInt(c0 >>> 0);
  const high = (BigInt(c3 >>> 0) << 32n) | BigInt(c2 >>> 0);
  return { key: stream.key, counter: counterOf(low + BigInt.asUintN(64, BigInt(blocks)), high) };
}

const wordOf = (value: bigint, word: bigint) => Number((value >> (32n * word)) & 0xffffffffn);

/** The four words of a 128-bit counter given as two 64-bit numbers; the lower may carry into the upper. */
function counterOf(low: bigint, high: bigint): PhiloxStream['counter'] {
  const upper = high + (low >> 64n);
  return [wordOf(low, 0n), wordOf(low, 1n), wordOf(upper, 0n), wordOf(upper, 1n)];
}

/** A stream from 64-bit numbers: its key, and the lower and upper half of its counter. Signed numbers are taken as they lie in memory. */
export function philoxStream(key: number | bigint, low: number | bigint, high: number | bigint): PhiloxStream {
  const unsigned = (value: number | bigint) => BigInt.asUintN(64, BigInt(value));
  const bits = unsigned(key);
  return { key: [wordOf(bits, 0n), wordOf(bits, 1n)], counter: counterOf(unsigned(low), unsigned(high)) };
}

/** The stream of TensorFlow's two op seeds: the first is the key, the second the upper half of the counter. */
export const streamOfSeeds = (seed: number | bigint, seed2: number | bigint): PhiloxStream =>
  philoxStream(seed, 0, seed2);

/** The two 64-bit halves of a stream's counter and its key, as TensorFlow keeps them in the state of a generator. */
export function stateOfStream(stream: PhiloxStream): BigInt64Array {
  const join = (low: number, high: number) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  const [c0, c1, c2, c3] = stream.counter;
  return BigInt64Array.from([join(c0, c1), join(c2, c3), join(...stream.key)], (half) => BigInt.asIntN(64, half));
}

/** Words one after the other from a stream: for draws that take as many as they need. */
export class PhiloxWords {
  readonly #key: PhiloxStream['key'];
  readonly #counter: Uint32Array;
  readonly #words = new Uint32Array(4);
  #used = 4;

  constructor(stream: PhiloxStream) {
    this.#key = stream.key;
    this.#counter = Uint32Array.from(stream.counter);
  }

  next(): number {
    if (this.#used === 4) {
      const counter = this.#counter;
      philoxBlock(this.#key, counter[0]!, counter[1]!, counter[2]!, counter[3]!, this.#words, 0);
      addToCounter(counter, 1);
      this.#used = 0;
    }
    return this.#words[this.#used++]!;
  }

  /** A float64 in [0, 1) from two words. */
  nextDouble(): number {
    const high = this.next() & 0xfffff;
    return high / 1048576 + this.next() / 4503599627370496;
  }
}
