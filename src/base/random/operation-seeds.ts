// `tf.random.setSeed` and what follows from it: the pair of seeds of every op that draws, and the streams that ops with state
// draw from. Owns TensorFlow's rules for both; leaves drawing to uniform.ts, normal.ts and shuffle.ts.
//
// Every kernel keeps a stream of its own and moves on by what a call may take, so that calls with one seed differ. Run op by op,
// a kernel is found again by its op, dtype and seeds; in a traced function each op has its own.
import { show, ValueError } from '../errors.ts';
import { type PhiloxStream, skipBlocks, streamOfSeeds } from './philox.ts';
import { Random } from './python-random.ts';

/** The two seeds of an op. */
export type SeedPair = readonly [seed: number, seed2: number];

/** 2^31 − 1: seeds are taken modulo this, and it stands in for the pair (0, 0), which means 'no seed'. */
const MODULUS = 2147483647n;
/** What stands for the global seed where only the op has one. */
const DEFAULT_GRAPH_SEED = 87654321;

const truncated = (seed: bigint) => Number(((seed % MODULUS) + MODULUS) % MODULUS);
const pairOf = (seed: number, seed2: number): SeedPair =>
  seed === 0 && seed2 === 0 ? [0, Number(MODULUS)] : [seed, seed2];

export function integerSeed(seed: number | bigint, what = 'seed'): bigint {
  if (typeof seed === 'bigint' || Number.isSafeInteger(seed)) return BigInt(seed);
  throw new ValueError(`${what}: found ${show(seed)}, wanted an integer (a bigint above 2^53).`);
}

const unseeded = (): PhiloxStream => {
  const [seed = 0n, seed2 = 0n] = crypto.getRandomValues(new BigUint64Array(2));
  return streamOfSeeds(seed, seed2);
};

/** The stream of one kernel: every call takes as many blocks as it may need and leaves the rest to the next. */
export class KernelStream {
  #stream: PhiloxStream;

  constructor(seeds: SeedPair | null) {
    this.#stream = seeds ? streamOfSeeds(...seeds) : unseeded();
  }

  /** The stream as it is, which then moves on by `blocks`. */
  reserve(blocks: number): PhiloxStream {
    const stream = this.#stream;
    this.#stream = skipBlocks(stream, blocks);
    return stream;
  }
}

/** The seeds of the ops of one traced function: the global seed when tracing began, and the number of unseeded ops so far. */
export class FunctionSeeds {
  readonly #globalSeed: bigint | null;
  #count = 0;

  constructor(globalSeed: bigint | null) {
    this.#globalSeed = globalSeed;
  }

  /** The seeds of the next op; null where neither it nor the program has one. */
  pair(opSeed?: number | bigint | null): SeedPair | null {
    const own = opSeed === undefined || opSeed === null ? null : integerSeed(opSeed);
    if (this.#globalSeed !== null)
      return pairOf(truncated(this.#globalSeed), own === null ? this.#count++ : truncated(own));
    return own === null ? null : pairOf(DEFAULT_GRAPH_SEED, truncated(own));
  }
}

/** The seeds of a program run op by op: `tf.random.setSeed` is `set`. */
export class OperationSeeds {
  #globalSeed: bigint | null = null;
  #random = new Random(0);
  readonly #kernels = new Map<string, KernelStream>();

  /** Sets the global seed, or takes it away; the kernels forget where their streams were. */
  set(seed: number | bigint | null): void {
    this.#globalSeed = seed === null ? null : integerSeed(seed);
    if (this.#globalSeed !== null) this.#random = new Random(this.#globalSeed);
    this.#kernels.clear();
  }

  get globalSeed(): bigint | null {
    return this.#globalSeed;
  }

  /** The seeds of the next op; null where neither it nor the program has one. An op without a seed takes one of Python's numbers. */
  pair(opSeed?: number | bigint | null): SeedPair | null {
    const own = opSeed === undefined || opSeed === null ? null : integerSeed(opSeed);
    if (this.#globalSeed !== null) {
      return pairOf(
        truncated(this.#globalSeed),
        own === null ? truncated(BigInt(this.#random.randint(0, 2147483647))) : truncated(own),
      );
    }
    return own === null ? null : pairOf(DEFAULT_GRAPH_SEED, truncated(own));
  }

  /** The stream for the next call of `kernel` (op and dtype, as 'RandomUniform float32') with these seeds. */
  reserve(kernel: string, seeds: SeedPair | null, blocks: number): PhiloxStream {
    if (!seeds) return new KernelStream(null).reserve(blocks);
    const name = `${kernel} ${seeds.join(' ')}`;
    let stream = this.#kernels.get(name);
    if (!stream) {
      stream = new KernelStream(seeds);
      this.#kernels.set(name, stream);
    }
    return stream.reserve(blocks);
  }

  /** What decides the seeds of the ops of a function traced now. */
  forFunction(): FunctionSeeds {
    return new FunctionSeeds(this.#globalSeed);
  }
}

/** Blocks that a draw of `elements` numbers of any distribution reserves. */
export const blocksForElements = (elements: number) => elements * 256;
/** Blocks that shuffling `rows` rows reserves: a word for every row but the last. */
export const blocksForShuffle = (rows: number) => Math.ceil(Math.max(rows - 1, 0) / 4);
/** Blocks that drawing `samples` classes for each of `rows` rows reserves. */
export const blocksForCategorical = (rows: number, samples: number) => rows * Math.ceil(samples / 4) * 8 * 256;
