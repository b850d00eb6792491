// The Mersenne Twister MT19937: the source of bits of NumPy's `RandomState` and of Python's `random`. Owns: state, seeding
// and the three kinds of draws that they share. Leaves distributions to those that draw them.

const LENGTH = 624;
const MIDDLE = 397;

/** What is needed to continue a stream: 624 words and the position in them. */
export interface MersenneTwisterState {
  readonly key: Uint32Array;
  readonly position: number;
}

/** A stream of pseudo-random 32-bit words with period 2^19937 − 1 (Matsumoto and Nishimura, 1998). */
export class MersenneTwister {
  readonly #key = new Uint32Array(LENGTH);
  #position = LENGTH;
  /** Seeded by the system, but not yet: that is dear, and most streams are never drawn from. */
  #awaitsSystem = false;

  /** Starts the stream of one 32-bit number, as NumPy does for an integer seed. */
  seed(seed: number): void {
    const key = this.#key;
    key[0] = seed;
    for (let i = 1; i < LENGTH; i++) {
      const previous = key[i - 1]!;
      key[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
    this.#position = LENGTH;
    this.#awaitsSystem = false;
  }

  /** Starts the stream of several 32-bit words, as NumPy does for an array and Python for every seed. */
  seedByArray(words: ArrayLike<number>): void {
    this.seed(19650218);
    const key = this.#key;
    let i = 1;
    let j = 0;
    for (let k = Math.max(LENGTH, words.length); k > 0; k--) {
      const previous = key[i - 1]!;
      key[i] = (key[i]! ^ Math.imul(previous ^ (previous >>> 30), 1664525)) + words[j]! + j;
      if (++i >= LENGTH) {
        key[0] = key[LENGTH - 1]!;
        i = 1;
      }
      if (++j >= words.length) j = 0;
    }
    for (let k = LENGTH - 1; k > 0; k--) {
      const previous = key[i - 1]!;
      key[i] = (key[i]! ^ Math.imul(previous ^ (previous >>> 30), 1566083941)) - i;
      if (++i >= LENGTH) {
        key[0] = key[LENGTH - 1]!;
        i = 1;
      }
    }
    key[0] = 0x80000000;
  }

  /** Starts a stream that nobody can repeat. */
  seedFromSystem(): void {
    this.#awaitsSystem = true;
    this.#position = LENGTH;
  }

  #seedNow(): void {
    // Not from `crypto`, which Node takes 4 ms to load: nothing here is a secret, and Math.random starts from the system's bits.
    if (this.#awaitsSystem) this.seedByArray(Uint32Array.from({ length: LENGTH }, () => Math.random() * 2 ** 32));
  }

  get state(): MersenneTwisterState {
    this.#seedNow();
    return { key: this.#key.slice(), position: this.#position };
  }

  set state(state: MersenneTwisterState) {
    this.#key.set(state.key);
    this.#position = state.position;
    this.#awaitsSystem = false;
  }

  #refill(): void {
    this.#seedNow();
    const key = this.#key;
    const twist = (i: number, next: number, far: number) => {
      const y = (key[i]! & 0x80000000) | (key[next]! & 0x7fffffff);
      key[i] = key[far]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    };
    for (let i = 0; i < LENGTH - MIDDLE; i++) twist(i, i + 1, i + MIDDLE);
    for (let i = LENGTH - MIDDLE; i < LENGTH - 1; i++) twist(i, i + 1, i + MIDDLE - LENGTH);
    twist(LENGTH - 1, 0, MIDDLE - 1);
    this.#position = 0;
  }

  /** The next 32 bits, as a number in [0, 2^32). */
  nextUint32(): number {
    if (this.#position === LENGTH) this.#refill();
    let y = this.#key[this.#position++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** The next 64 bits, the first word drawn above the second. */
  nextUint64(): bigint {
    const high = this.nextUint32();
    return (BigInt(high) << 32n) | BigInt(this.nextUint32());
  }

  /** The next multiple of 2^-53 in [0, 1), from two words. */
  nextDouble(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }
}
