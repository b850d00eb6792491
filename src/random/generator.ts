// NumPy's new generator `numpy.random.default_rng(seed)`, number for number: PCG64, the ziggurat, integers by multiplication.
// Owns what the legacy generator does differently; the rest is in `Distributions`.
import { type Class, callable } from '../base/callable.ts';
import { named, sizeArgument } from './arguments.ts';
import { type IntegerDType, integerDrawer, lemire32 } from './bounded-integers.ts';
import { type Choice, choose } from './choice.ts';
import { FurtherDistributions } from './further-distributions.ts';
import { fill, type NDArray, type Size } from './nd-array.ts';
import { Pcg64, type Pcg64State } from './pcg64.ts';
import type { Entropy } from './seed-sequence.ts';
import { zigguratExponential, zigguratNormal } from './ziggurat.ts';

export interface IntegersOptions {
  readonly size?: Size;
  readonly dtype?: IntegerDType;
  /** Whether `high` itself may be drawn. */
  readonly endpoint?: boolean;
}

/**
 * The numbers of `numpy.random.default_rng(seed)`: the same for the same seed and the same calls.
 *
 * @example
 * const rng = defaultRng(42);
 * rng.standardNormal([2, 3]); // shape [2, 3]
 * rng.integers(0, 10, 5);
 */
class GeneratorBase extends FurtherDistributions {
  protected readonly legacy = false;
  readonly #source: Pcg64;

  constructor(seed: Entropy | null = null) {
    super();
    this.#source = new Pcg64(seed);
  }

  getState(): Pcg64State {
    return this.#source.state;
  }

  setState(state: Pcg64State): void {
    this.#source.state = state;
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

  nextNormal(): number {
    return zigguratNormal(this.#source);
  }

  nextExponential(): number {
    return zigguratExponential(this.#source);
  }

  /** Integers of [low, high), or of [0, low) where only one bound is given; with `endpoint`, the upper bound included. */
  integers(low: number, high?: number | null): number;
  integers(low: number, high: number | null, size: Size): NDArray;
  integers(low: number, high: number | null, size: Size, options: IntegersOptions): NDArray;
  integers(low: number, high: number | null, options: IntegersOptions): NDArray;
  integers(low: number, options: IntegersOptions): NDArray;
  integers(...args: unknown[]): number | NDArray {
    const { low, high, size, dtype, endpoint } = named('integers', ['low', 'high', 'size', 'dtype', 'endpoint'], args);
    const [from, to] = high === undefined || high === null ? [0, low] : [low, high];
    const last = Number(to) - (endpoint ? 0 : 1);
    const kind = (dtype as IntegerDType | undefined) ?? 'int64';
    const draw = integerDrawer(this, Number(from), last, kind, 'lemire');
    return fill('integers', sizeArgument('integers', size), [], draw, kind);
  }

  /** Elements of `a`, or integers below `a`, chosen at random. */
  readonly choice: Choice = ((...args: unknown[]) =>
    choose(
      {
        nextDouble: () => this.nextDouble(),
        withReplacement: (population, count) =>
          new Float64Array(count).map(integerDrawer(this, 0, population - 1, 'int64', 'lemire')),
        withoutReplacement: (population, count, shuffle) => this.#distinct(population, count, shuffle),
      },
      args,
    )) as Choice;

  #shuffleTail(numbers: Float64Array, first: number): void {
    for (let i = numbers.length - 1; i >= first; i--) {
      const j = i === 0 ? 0 : lemire32(this, i);
      const item = numbers[j]!;
      numbers[j] = numbers[i]!;
      numbers[i] = item;
    }
  }

  /** Large parts of large populations by shuffling their tail, everything else by Floyd's method. */
  #distinct(population: number, count: number, shuffle: boolean): Float64Array {
    if (population > 10000 && count > Math.floor(population / (shuffle ? 50 : 20))) {
      const all = Float64Array.from({ length: population }, (_, i) => i);
      this.#shuffleTail(all, Math.max(population - count, 1));
      return all.slice(population - count);
    }
    const taken = new Set<number>();
    const result = new Float64Array(count);
    for (let j = population - count; j < population; j++) {
      const drawn = j === 0 ? 0 : lemire32(this, j);
      const value = taken.has(drawn) ? j : drawn;
      taken.add(value);
      result[j - population + count] = value;
    }
    if (shuffle) this.#shuffleTail(result, 1);
    return result;
  }
}
export interface Generator extends GeneratorBase {}
export const Generator: Class<[seed?: Entropy | null], Generator> = callable(GeneratorBase, 'Generator');

/** A new generator; without a seed, one that nobody can repeat. A generator is returned as it is. */
export const defaultRng = (seed: Entropy | Generator | null = null): Generator =>
  seed instanceof Generator ? seed : new Generator(seed);
