// PCG64 (O'Neill's XSL-RR 128/64): the source of bits of NumPy's `default_rng`. A 128-bit state held as four words, multiplied
// and added to at every step; the output is a rotation of its two halves. Owns bits and uniform numbers.
import { multiplyHigh } from '../base/random/multiply-high.ts';
import { type Entropy, seedWords } from './seed-sequence.ts';

// The multiplier's four words, lowest first.
const M0 = 0x9fccf645 | 0;
const M1 = 0x4385df64;
const M2 = 0x1fc65da4;
const M3 = 0x2360ed05;

/** The state's four words and the increment's, lowest first. */
export interface Pcg64State {
  readonly state: readonly [number, number, number, number];
  readonly increment: readonly [number, number, number, number];
  readonly spare: number | null;
}

export class Pcg64 {
  // The state, lowest word first, and the increment, which is odd.
  #s0 = 0;
  #s1 = 0;
  #s2 = 0;
  #s3 = 0;
  readonly #increment = new Int32Array(4);
  /** The upper half of a 64-bit number of which only the lower was used. */
  #spare: number | null = null;
  /** The two words of the last 64-bit number, as signed integers. */
  high = 0;
  low = 0;

  constructor(entropy?: Entropy | null) {
    const words = seedWords(8, entropy);
    // Pairs of words make 64-bit numbers, lowest first; pairs of those 128-bit numbers, highest first.
    const [state, sequence] = [0, 4].map((i) => [words[i + 2]!, words[i + 3]!, words[i]!, words[i + 1]!]);
    for (let i = 0; i < 4; i++) {
      const below = i === 0 ? 1 : sequence![i - 1]! >>> 31;
      this.#increment[i] = (sequence![i]! << 1) | below;
    }
    this.#advance();
    this.#add(state!);
    this.#advance();
  }

  get state(): Pcg64State {
    const [a = 0, b = 0, c = 0, d = 0] = this.#increment;
    return {
      state: [this.#s0 >>> 0, this.#s1 >>> 0, this.#s2 >>> 0, this.#s3 >>> 0],
      increment: [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
      spare: this.#spare,
    };
  }

  set state(saved: Pcg64State) {
    [this.#s0, this.#s1, this.#s2, this.#s3] = saved.state;
    this.#increment.set(saved.increment);
    this.#spare = saved.spare;
  }

  #add(words: ArrayLike<number>): void {
    let sum = (this.#s0 >>> 0) + (words[0]! >>> 0);
    this.#s0 = sum | 0;
    sum = (this.#s1 >>> 0) + (words[1]! >>> 0) + (sum > 0xffffffff ? 1 : 0);
    this.#s1 = sum | 0;
    sum = (this.#s2 >>> 0) + (words[2]! >>> 0) + (sum > 0xffffffff ? 1 : 0);
    this.#s2 = sum | 0;
    this.#s3 = (this.#s3 + words[3]! + (sum > 0xffffffff ? 1 : 0)) | 0;
  }

  #advance(): void {
    const s0 = this.#s0;
    const s1 = this.#s1;
    const s2 = this.#s2;
    const s3 = this.#s3;
    let sum = (multiplyHigh(s0, M0) >>> 0) + (Math.imul(s0, M1) >>> 0) + (Math.imul(s1, M0) >>> 0);
    this.#s0 = Math.imul(s0, M0);
    this.#s1 = sum | 0;
    const carry = Math.floor(sum / 4294967296);
    sum =
      carry +
      (multiplyHigh(s0, M1) >>> 0) +
      (multiplyHigh(s1, M0) >>> 0) +
      (Math.imul(s0, M2) >>> 0) +
      (Math.imul(s1, M1) >>> 0) +
      (Math.imul(s2, M0) >>> 0);
    this.#s2 = sum | 0;
    this.#s3 =
      (Math.floor(sum / 4294967296) +
        multiplyHigh(s0, M2) +
        multiplyHigh(s1, M1) +
        multiplyHigh(s2, M0) +
        Math.imul(s0, M3) +
        Math.imul(s1, M2) +
        Math.imul(s2, M1) +
        Math.imul(s3, M0)) |
      0;
    this.#add(this.#increment);
  }

  /** Draws 64 bits into `high` and `low`. */
  next(): void {
    this.#advance();
    const low = this.#s0 ^ this.#s2;
    const high = this.#s1 ^ this.#s3;
    const rotation = this.#s3 >>> 26;
    const by = rotation & 31;
    const [a, b] = rotation & 32 ? [high, low] : [low, high];
    this.low = by === 0 ? a : (a >>> by) | (b << (32 - by));
    this.high = by === 0 ? b : (b >>> by) | (a << (32 - by));
  }

  nextUint64(): bigint {
    this.next();
    return (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
  }

  /** 32 bits: the lower half of the next 64, then the upper half. */
  nextUint32(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    this.next();
    this.#spare = this.high >>> 0;
    return this.low >>> 0;
  }

  /** A multiple of 2^-53 in [0, 1). */
  nextDouble(): number {
    this.next();
    return ((this.high >>> 0) * 2097152 + (this.low >>> 11)) / 9007199254740992;
  }
}
