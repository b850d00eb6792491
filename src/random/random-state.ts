// NumPy's legacy generator `numpy.random.RandomState`, number for number: the Mersenne Twister, normal deviates by the polar
// method, integers by masking. Owns what the new generator does differently; the rest is in `Distributions`.
import { type Class, callable } from '../base/callable.ts';
import { show, ValueError } from '../base/errors.ts';
import { log } from '../base/random/c-library/log.ts';
import { MersenneTwister, type MersenneTwisterState } from '../base/random/mersenne-twister.ts';
import { named, sizeArgument } from './arguments.ts';
import { type IntegerDType, integerDrawer } from './bounded-integers.ts';
import { type Choice, choose } from './choice.ts';
import { FurtherDistributions } from './further-distributions.ts';
import { fill, type NDArray, type Size } from './nd-array.ts';

/** A seed of `RandomState`: an integer of [0, 2^32), or several. */
export type Seed = number | ArrayLike<number> | null;

export interface RandintOptions {
  readonly size?: Size;
  readonly dtype?: IntegerDType;
}

/** Everything that decides what comes next. */
export interface RandomStateState extends MersenneTwisterState {
  readonly gauss: number | null;
}

const isSeed = (seed: number) => Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff;

/**
 * The numbers of `numpy.random.RandomState(seed)`: the same for the same seed and the same calls.
 *
 * @example
 * const random = new RandomState(42);
 * const x = random.rand(100, 1); // shape [100, 1]
 * random.randint(0, 10, 20);
 */
class RandomStateBase extends FurtherDistributions {
  protected readonly legacy = true;
  readonly #source = new MersenneTwister();
  #gauss: number | null = null;

  constructor(seed: Seed = null) {
    super();
    this.seed(seed);
  }

  /** Starts the stream of `seed`; without one, a stream that nobody can repeat. */
  seed(seed: Seed = null): void {
    this.#gauss = null;
    if (seed === null) {
      this.#source.seedFromSystem();
    } else if (typeof seed === 'number') {
      if (!isSeed(seed)) throw new ValueError(`seed: found ${show(seed)}, wanted an integer from 0 to 2^32 − 1.`);
      this.#source.seed(seed);
    } else {
      const words = Array.from(seed);
      const wrong = words.find((word) => !isSeed(word));
      if (words.length === 0 || wrong !== undefined) {
        throw new ValueError(`seed: found ${show(wrong ?? seed)}, wanted integers from 0 to 2^32 − 1, at least one.`);
      }
      this.#source.seedByArray(words);
    }
  }

  getState(): RandomStateState {
    return { ...this.#source.state, gauss: this.#gauss };
  }

  setState(state: RandomStateState): void {
    this.#source.state = state;
    this.#gauss = state.gauss;
  }

  nextUint32(): number {
    return this.#source.nextUint32();
  }

  nextUint64(): bigint {
    return this.#source.nextUint64();
  }

  nextDouble(): number {
    return this.#source.nextDouble();
  }

  /** Two deviates from a point in the unit disc (Marsaglia's polar method); the second is kept for the next call. */
  nextNormal(): number {
    if (this.#gauss !== null) {
      const kept = this.#gauss;
      this.#gauss = null;
      return kept;
    }
    for (;;) {
      const x1 = 2 * this.nextDouble() - 1;
      const x2 = 2 * this.nextDouble() - 1;
      const r2 = x1 * x1 + x2 * x2;
      if (r2 >= 1 || r2 === 0) continue;
      const f = Math.sqrt((-2 * log(r2)) / r2);
      this.#gauss = f * x1;
      return f * x2;
    }
  }

  nextExponential(): number {
    return -log(1 - this.nextDouble());
  }

  /** Numbers in [0, 1) of the given shape. */
  rand(): number;
  rand(...shape: number[]): NDArray;
  rand(...shape: number[]): number | NDArray {
    return fill('rand', shape.length === 0 ? null : shape, [], () => this.nextDouble());
  }

  /** Standard normal deviates of the given shape. */
  randn(): number;
  randn(...shape: number[]): NDArray;
  randn(...shape: number[]): number | NDArray {
    return fill('randn', shape.length === 0 ? null : shape, [], () => this.nextNormal());
  }

  /** Numbers in [0, 1): `random` by its older name. */
  randomSample(): number;
  randomSample(size: Size): NDArray;
  randomSample(...args: unknown[]): number | NDArray {
    const { size } = named('randomSample', ['size'], args);
    return fill('randomSample', sizeArgument('randomSample', size), [], () => this.nextDouble());
  }

  /** Integers of [low, high), or of [0, low) where only one bound is given. */
  randint(low: number, high?: number | null): number;
  randint(low: number, high: number | null, size: Size, dtype?: IntegerDType): NDArray;
  randint(low: number, high: number | null, options: RandintOptions): NDArray;
  randint(low: number, options: RandintOptions): NDArray;
  randint(...args: unknown[]): number | NDArray {
    const { low, high, size, dtype } = named('randint', ['low', 'high', 'size', 'dtype'], args);
    const [from, to] = high === undefined || high === null ? [0, low] : [low, high];
    const kind = (dtype as IntegerDType | undefined) ?? 'int64';
    const draw = integerDrawer(this, Number(from), Number(to) - 1, kind, 'masked');
    return fill('randint', sizeArgument('randint', size), [], draw, kind);
  }

  /** Elements of `a`, or integers below `a`, chosen at random. */
  readonly choice: Choice = ((...args: unknown[]) =>
    choose(
      {
        nextDouble: () => this.nextDouble(),
        withReplacement: (population, count) =>
          new Float64Array(count).map(integerDrawer(this, 0, population - 1, 'int64', 'masked')),
        withoutReplacement: (population, count) => this.permutation(population).slice(0, count),
      },
      args,
    )) as Choice;
}
export interface RandomState extends RandomStateBase {}
export const RandomState: Class<[seed?: Seed], RandomState> = callable(RandomStateBase, 'RandomState');
