// The shuffling of `tf.data`: the seeds of each pass over a data set, and the buffer from which elements are picked. Owns both,
// for elements of any kind, and the order of samples in Keras's `fit`; leaves reading and iterating to `data/`.
import { show, ValueError } from '../errors.ts';
import { KernelStream, type SeedPair } from './operation-seeds.ts';
import { PhiloxWords, streamOfSeeds } from './philox.ts';
import { shuffledIndices } from './shuffle.ts';

/**
 * The seeds of one pass after the other over a shuffled data set; one of these belongs to each `shuffle`.
 *
 * Without seeds the passes cannot be repeated. With `reshuffle` false all have the same seeds.
 */
export class PassSeeds {
  readonly #seeds: readonly [number | bigint, number | bigint];
  readonly #words: PhiloxWords | null;

  constructor(seeds: SeedPair | null, reshuffle = true) {
    const [first = 0n, second = 0n] = seeds ? seeds : crypto.getRandomValues(new BigUint64Array(2));
    this.#seeds = [first, second];
    this.#words = reshuffle ? new PhiloxWords(streamOfSeeds(first, second)) : null;
  }

  /** The seeds of the next pass. */
  next(): readonly [number | bigint, number | bigint] {
    return this.#words ? [this.#words.next(), this.#words.next()] : this.#seeds;
  }
}

/**
 * The buffer of `shuffle(bufferSize)` in one pass: fill it while there is input and room, then take one element.
 *
 * @example
 * const buffer = new ShuffleBuffer<number>(8, seeds.next());
 * for (;;) {
 *   while (!buffer.isFull && more()) buffer.add(read());
 *   if (buffer.isEmpty) break;
 *   use(buffer.take());
 * }
 */
export class ShuffleBuffer<T> {
  readonly #size: number;
  readonly #words: PhiloxWords;
  readonly #items: T[] = [];
  /** The elements in the buffer are at the places from start to end, modulo its size. */
  #start = 0;
  #end = 0;

  constructor(size: number, seeds: readonly [number | bigint, number | bigint]) {
    if (!(Number.isInteger(size) && size > 0)) {
      throw new ValueError(`bufferSize: found ${show(size)}, wanted a positive integer.`);
    }
    this.#size = size;
    this.#words = new PhiloxWords(streamOfSeeds(...seeds));
  }

  get isEmpty(): boolean {
    return this.#start === this.#end;
  }

  get isFull(): boolean {
    return this.#end - this.#start === this.#size;
  }

  add(item: T): void {
    this.#items[this.#end++ % this.#size] = item;
  }

  /** A random element of those in the buffer; the first of them takes its place. */
  take(): T {
    const first = this.#start % this.#size;
    const index = (this.#start + (this.#words.next() % (this.#end - this.#start))) % this.#size;
    const item = this.#items[index]!;
    this.#items[index] = this.#items[first]!;
    this.#start++;
    return item;
  }
}

/**
 * The order in which Keras's `fit` takes the samples of arrays in one epoch, with `shuffle`.
 *
 * `seeds`: those of the first op of a function (`operationSeeds.forFunction().pair()`). Keras on TensorFlow starts the op
 * anew for every epoch, so with a global seed all epochs have the same order, and without one each has its own.
 */
export function fitOrder(seeds: SeedPair | null, samples: number): Int32Array {
  return shuffledIndices(new KernelStream(seeds).reserve(0), samples);
}
