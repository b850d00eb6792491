// `tf.random.Generator`: a stream that the user holds, whose place is three 64-bit numbers. Owns state, seeding and moving on;
// what is drawn from the place that a call reserves is in uniform.ts and normal.ts.
import { ShapeError, show } from '../errors.ts';
import { integerSeed } from './operation-seeds.ts';
import { type PhiloxStream, philoxStream, skipBlocks, stateOfStream } from './philox.ts';
import { fullRangeIntegers } from './uniform.ts';

const streamOfState = (state: ArrayLike<bigint>): PhiloxStream => philoxStream(state[2]!, state[0]!, state[1]!);

/** The state that TensorFlow makes of a seed: its 64-bit digits, lowest first. */
export function stateOfSeed(seed: number | bigint | readonly (number | bigint)[]): BigInt64Array {
  if (typeof seed === 'object') {
    // Fewer than three numbers fill the state from its end.
    const given = seed.slice(0, 3).map((part) => BigInt.asIntN(64, integerSeed(part)));
    return BigInt64Array.from([...new Array<bigint>(3 - given.length).fill(0n), ...given]);
  }
  const digits = integerSeed(seed);
  return BigInt64Array.from([0n, 64n, 128n], (shift) => BigInt.asIntN(64, digits >> shift));
}

/** A Philox stream with a place that moves on with every draw. */
export class StatefulGenerator {
  #stream: PhiloxStream;

  /** `state`: the two halves of the counter and the key. */
  constructor(state: ArrayLike<bigint>) {
    this.#stream = this.#checked(state);
  }

  static fromSeed(seed: number | bigint | readonly (number | bigint)[]): StatefulGenerator {
    return new StatefulGenerator(stateOfSeed(seed));
  }

  static fromKeyCounter(key: number | bigint, counter: readonly (number | bigint)[]): StatefulGenerator {
    return new StatefulGenerator([...counter, key].map((part) => BigInt.asIntN(64, integerSeed(part))));
  }

  static fromNonDeterministicState(): StatefulGenerator {
    return new StatefulGenerator(crypto.getRandomValues(new BigInt64Array(3)));
  }

  #checked(state: ArrayLike<bigint>): PhiloxStream {
    if (state.length === 3) return streamOfState(state);
    throw new ShapeError(
      `state: found ${show(state.length)} numbers, wanted three: two for the counter, one for the key.`,
    );
  }

  get state(): BigInt64Array {
    return stateOfStream(this.#stream);
  }

  get key(): bigint {
    return this.state[2]!;
  }

  reset(state: ArrayLike<bigint>): void {
    this.#stream = this.#checked(state);
  }

  resetFromSeed(seed: number | bigint | readonly (number | bigint)[]): void {
    this.reset(stateOfSeed(seed));
  }

  resetFromKeyCounter(key: number | bigint, counter: readonly (number | bigint)[]): void {
    this.reset(StatefulGenerator.fromKeyCounter(key, counter).state);
  }

  /** The place from which `elements` numbers may be drawn; the generator moves on by 256 blocks for each. */
  reserve(elements: number | bigint): PhiloxStream {
    const stream = this.#stream;
    this.#stream = skipBlocks(stream, BigInt(elements) * 256n);
    return stream;
  }

  /** Moves on as if `delta` numbers had been drawn. */
  skip(delta: number | bigint): void {
    this.reserve(delta);
  }

  /** `count` keys: each the seed of a generator of its own, or the first row of `makeSeeds`. */
  #keys(count: number): BigInt64Array {
    return fullRangeIntegers(this.reserve(count), count, 'int64') as BigInt64Array;
  }

  /** Seeds for stateless ops, row-major, shape [2, count]: the second row is zero. */
  makeSeeds(count = 1): BigInt64Array {
    const seeds = new BigInt64Array(2 * count);
    seeds.set(this.#keys(count));
    return seeds;
  }

  /** `count` generators independent of each other and of this one. */
  split(count = 1): StatefulGenerator[] {
    return Array.from(this.#keys(count), (key) => new StatefulGenerator([0n, 0n, key]));
  }
}
