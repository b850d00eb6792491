// Python's `random.Random`, number for number: Keras takes its default seeds from it, TensorFlow its eager op seeds, and
// Python programs shuffle with it. Owns seeding (integers of any size, strings) and the distributions in common use.
import { type Class, callable } from '../callable.ts';
import { ShapeError, show, ValueError } from '../errors.ts';
import { exp, pow } from './c-library/exp-pow.ts';
import { log } from './c-library/log.ts';
import { cos, sin } from './c-library/sin-cos.ts';
import { MersenneTwister, type MersenneTwisterState } from './mersenne-twister.ts';
import { sha512 } from './sha512.ts';

/** What Python's `random.seed` takes here: an integer, a text or bytes; null or nothing for a stream nobody can repeat. */
export type PythonSeed = number | bigint | string | Uint8Array | null | undefined;

/** The 32-bit words of |n|, lowest first, at least one. */
export function wordsOf(n: bigint): number[] {
  const words: number[] = [];
  for (let rest = n < 0n ? -n : n; words.length === 0 || rest > 0n; rest >>= 32n)
    words.push(Number(rest & 0xffffffffn));
  return words;
}

function seedInteger(seed: number | bigint | string | Uint8Array): bigint {
  if (typeof seed === 'bigint') return seed;
  if (typeof seed === 'number') {
    if (Number.isInteger(seed)) return BigInt(seed);
    throw new ValueError(`seed: found ${seed}, wanted an integer, a bigint or a string.`);
  }
  const bytes = typeof seed === 'string' ? new TextEncoder().encode(seed) : seed;
  let value = 0n;
  for (const part of [bytes, sha512(bytes)]) for (const byte of part) value = (value << 8n) | BigInt(byte);
  return value;
}

function integerArgument(name: string, value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new ValueError(`${name}: found ${show(value)}, wanted an integer below 2^53.`);
}

const MAGIC = (4 * Math.exp(-0.5)) / Math.sqrt(2);
const LOG_4 = log(4);
const GAMMA_MAGIC = 1 + log(4.5);

/**
 * A stream of pseudo-random numbers equal to that of Python's `random.Random(seed)`.
 *
 * @example
 * const random = new Random(42);
 * random.random(); // 0.6394267984578837
 * random.randint(1, 6);
 */
class RandomBase {
  readonly #source = new MersenneTwister();
  #nextGauss: number | null = null;

  constructor(seed?: PythonSeed) {
    this.seed(seed);
  }

  /** Starts the stream of `seed` again. */
  seed(seed?: PythonSeed): void {
    this.#nextGauss = null;
    if (seed === null || seed === undefined) this.#source.seedFromSystem();
    else this.#source.seedByArray(wordsOf(seedInteger(seed)));
  }

  getstate(): { readonly source: MersenneTwisterState; readonly gauss: number | null } {
    return { source: this.#source.state, gauss: this.#nextGauss };
  }

  setstate(state: { readonly source: MersenneTwisterState; readonly gauss: number | null }): void {
    this.#source.state = state.source;
    this.#nextGauss = state.gauss;
  }

  /** A number in [0, 1). */
  random(): number {
    return this.#source.nextDouble();
  }

  /** An integer of `k` random bits: a number up to 53 bits, a bigint above. */
  getrandbits(k: number): number | bigint {
    if (!Number.isInteger(k) || k < 0)
      throw new ValueError(`getrandbits: found ${show(k)} bits, wanted an integer ≥ 0.`);
    if (k <= 53) return this.#smallBits(k);
    let value = 0n;
    for (let done = 0; done < k; done += 32) {
      const bits = Math.min(32, k - done);
      value |= BigInt(this.#source.nextUint32() >>> (32 - bits)) << BigInt(done);
    }
    return value;
  }

  #smallBits(k: number): number {
    if (k === 0) return 0;
    if (k <= 32) return this.#source.nextUint32() >>> (32 - k);
    const low = this.#source.nextUint32();
    return low + (this.#source.nextUint32() >>> (64 - k)) * 4294967296;
  }

  #below(n: number): number {
    const k = n < 4294967296 ? 32 - Math.clz32(n) : 64 - Math.clz32(Math.floor(n / 4294967296));
    let r = this.#smallBits(k);
    while (r >= n) r = this.#smallBits(k);
    return r;
  }

  /** An integer of `range(stop)` or `range(start, stop, step)`. */
  randrange(start: number, stop?: number, step = 1): number {
    const from = stop === undefined ? 0 : integerArgument('start', start);
    const to = integerArgument('stop', stop ?? start);
    const by = integerArgument('step', step);
    const n = by === 0 ? 0 : Math.ceil((to - from) / by);
    if (!(n > 0)) throw new ValueError(`randrange: the range from ${from} to ${to} by ${by} is empty.`);
    return from + by * this.#below(n);
  }

  /** An integer of [a, b], both ends included. */
  randint(a: number, b: number): number {
    return this.randrange(a, integerArgument('b', b) + 1);
  }

  /** One element of `items`. */
  choice<T>(items: ArrayLike<T>): T {
    if (items.length === 0) throw new ShapeError('choice: found nothing to choose from, wanted at least one element.');
    return items[this.#below(items.length)]!;
  }

  /** `k` elements, drawn with replacement, with probabilities in proportion to `weights` if given. */
  choices<T>(items: ArrayLike<T>, options: { weights?: ArrayLike<number>; k?: number } = {}): T[] {
    const { weights, k = 1 } = options;
    const n = items.length;
    if (!weights) return Array.from({ length: k }, () => items[Math.floor(this.random() * n)]!);
    if (weights.length !== n) throw new ShapeError(`choices: found ${weights.length} weights for ${n} elements.`);
    const sums: number[] = [];
    for (let i = 0; i < n; i++) sums.push((sums[i - 1] ?? 0) + weights[i]!);
    const total = sums[n - 1] ?? 0;
    if (!(total > 0) || total === Number.POSITIVE_INFINITY) {
      throw new ValueError(`choices: the weights sum to ${total}, wanted a positive finite number.`);
    }
    return Array.from({ length: k }, () => {
      const sought = this.random() * total;
      let i = 0;
      while (i < n - 1 && sums[i]! <= sought) i++;
      return items[i]!;
    });
  }

  /** Shuffles `items` in place. */
  shuffle<T>(items: { readonly length: number; [index: number]: T }): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      const item = items[i]!;
      items[i] = items[j]!;
      items[j] = item;
    }
  }

  /** `k` different elements in the order in which they were drawn. */
  sample<T>(items: ArrayLike<T>, k: number): T[] {
    const n = items.length;
    if (!Number.isInteger(k) || k < 0 || k > n) {
      throw new ValueError(
        `sample: found k = ${show(k)}, wanted an integer between 0 and the ${n} elements there are.`,
      );
    }
    // Python takes from a copy, or remembers what it took: whichever needs less memory. The draws differ.
    const setSize = 21 + (k > 5 ? 4 ** Math.ceil(log(k * 3) / log(4)) : 0);
    const result: T[] = [];
    if (n <= setSize) {
      const pool = Array.from(items);
      for (let i = 0; i < k; i++) {
        const j = this.#below(n - i);
        result.push(pool[j]!);
        pool[j] = pool[n - i - 1]!;
      }
    } else {
      const taken = new Set<number>();
      for (let i = 0; i < k; i++) {
        let j = this.#below(n);
        while (taken.has(j)) j = this.#below(n);
        taken.add(j);
        result.push(items[j]!);
      }
    }
    return result;
  }

  /** A number between `a` and `b`. */
  uniform(a: number, b: number): number {
    return a + (b - a) * this.random();
  }

  /** A normal deviate, two at a time by Box and Muller's transform. */
  gauss(mu = 0, sigma = 1): number {
    let z = this.#nextGauss;
    this.#nextGauss = null;
    if (z === null) {
      const angle = this.random() * (2 * Math.PI);
      const radius = Math.sqrt(-2 * log(1 - this.random()));
      z = cos(angle) * radius;
      this.#nextGauss = sin(angle) * radius;
    }
    return mu + z * sigma;
  }

  /** A normal deviate, by Kinderman and Monahan's ratio of uniforms. */
  normalvariate(mu = 0, sigma = 1): number {
    for (;;) {
      const u1 = this.random();
      const u2 = 1 - this.random();
      const z = (MAGIC * (u1 - 0.5)) / u2;
      if ((z * z) / 4 <= -log(u2)) return mu + z * sigma;
    }
  }

  /** A deviate whose logarithm is normal. */
  lognormvariate(mu = 0, sigma = 1): number {
    return exp(this.normalvariate(mu, sigma));
  }

  /** A gamma deviate with shape `alpha` and scale `beta`: Cheng (1977) above shape 1, Ahrens and Dieter (1974) below. */
  gammavariate(alpha: number, beta: number): number {
    if (!(alpha > 0 && beta > 0))
      throw new ValueError(`gammavariate: found alpha ${show(alpha)} and beta ${show(beta)}, wanted numbers above 0.`);
    if (alpha === 1) return -log(1 - this.random()) * beta;
    if (alpha > 1) {
      const root = Math.sqrt(2 * alpha - 1);
      const b = alpha - LOG_4;
      const c = alpha + root;
      for (;;) {
        const u1 = this.random();
        if (!(u1 > 1e-7 && u1 < 0.9999999)) continue;
        const u2 = 1 - this.random();
        const v = log(u1 / (1 - u1)) / root;
        const x = alpha * exp(v);
        const z = u1 * u1 * u2;
        const r = b + c * v - x;
        if (r + GAMMA_MAGIC - 4.5 * z >= 0 || r >= log(z)) return x * beta;
      }
    }
    for (;;) {
      const p = ((Math.E + alpha) / Math.E) * this.random();
      const x = p <= 1 ? pow(p, 1 / alpha) : -log(((Math.E + alpha) / Math.E - p) / alpha);
      const u = this.random();
      if (u <= (p > 1 ? pow(x, alpha - 1) : exp(-x))) return x * beta;
    }
  }

  /** A beta deviate, between 0 and 1. */
  betavariate(alpha: number, beta: number): number {
    const y = this.gammavariate(alpha, 1);
    return y === 0 ? 0 : y / (y + this.gammavariate(beta, 1));
  }

  /** A deviate of Pareto's first distribution with shape `alpha`. */
  paretovariate(alpha: number): number {
    return pow(1 - this.random(), -1 / alpha);
  }

  /** A Weibull deviate with scale `alpha` and shape `beta`. */
  weibullvariate(alpha: number, beta: number): number {
    return alpha * pow(-log(1 - this.random()), 1 / beta);
  }

  /** `n` random bytes. */
  randbytes(n: number): Uint8Array {
    let rest = BigInt(this.getrandbits(8 * n));
    return Uint8Array.from({ length: n }, () => {
      const byte = Number(rest & 255n);
      rest >>= 8n;
      return byte;
    });
  }

  /** An exponential deviate with mean 1 / `lambd`. */
  expovariate(lambd = 1): number {
    if (lambd === 0) throw new ValueError('expovariate: found lambd = 0, wanted another number.');
    return -log(1 - this.random()) / lambd;
  }

  /** A deviate whose density rises from `low` to `mode` and falls to `high`. */
  triangular(low = 0, high = 1, mode?: number): number {
    let u = this.random();
    if (mode !== undefined && high === low) return low;
    let c = mode === undefined ? 0.5 : (mode - low) / (high - low);
    if (u > c) {
      u = 1 - u;
      c = 1 - c;
      [low, high] = [high, low];
    }
    return low + (high - low) * Math.sqrt(u * c);
  }
}
export interface Random extends RandomBase {}
export const Random: Class<[seed?: PythonSeed], Random> = callable(RandomBase, 'Random');
