// Where fit, evaluate and predict get their batches from.
// Owns: the interface, and sources over data sets, Sequences and iterables. Leaves arrays to arrays.ts.
import { show, ValueError } from '../../base/errors.ts';
import { DatasetBase } from '../../data/dataset.ts';
import { DONE, type Later, type Pull, pullFrom } from '../../data/pull.ts';
import { failAt, INFINITE } from '../../data/source.ts';
import { componentsToTensors } from '../../data/structure.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { isTensor } from '../symbolic/keras-tensor.ts';
import type { Structure } from '../types.ts';
import { Sequence } from '../utils/sequence.ts';

export type Batch = [x: Structure, y: Structure | null, sampleWeight: Structure | null];
export interface BatchIterator {
  /** The next batch, null at the end; where it is the same object as before, other elements stand in the same tensors. */
  next(): Batch | null | Promise<Batch | null>;
  /** Goes past the next batches, at most so many as large as the one before: the tensors of that stand for the first of them. Gives how many. */
  advance?(most: number): number;
  close?(): Later<void>;
}
export interface BatchSource {
  /** Batches of an epoch; null when that is not known. */
  readonly steps: number | null;
  readonly samples: number | null;
  /** The targets of all batches, where they are known beforehand. */
  readonly targets?: Structure | null;
  /** Whether a batch may have another size than those before: the last of arrays, and those of a data set (where this is left out). */
  readonly sizesVary?: boolean;
  /** Begins a pass. */
  open(): BatchIterator;
  /** Whether all epochs together read it once, as a generator. */
  readonly isReadOnce?: boolean;
  /** Whether it never ends, so that the caller must say how many batches are wanted. */
  readonly isInfinite?: boolean;
  onEpochEnd?(): void;
  /** To be called when nothing more is read for a while. */
  close?(): void;
  /** Does to orders and random numbers what a pass would do, where a run goes on after passes that an earlier one made. */
  skip?(): void;
}

/** Whether `given` gives batches by itself, so that there is no y beside it. */
export function isSource(given: unknown): boolean {
  if (given instanceof DatasetBase || given instanceof Sequence) return true;
  if (
    given === null ||
    typeof given !== 'object' ||
    isTensor(given) ||
    Array.isArray(given) ||
    ArrayBuffer.isView(given)
  )
    return false;
  return Symbol.asyncIterator in given || Symbol.iterator in given;
}

/** An element of a data set as a batch: x, (x, y) or (x, y, sampleWeight). */
export function asBatch(element: unknown): Batch {
  if (Array.isArray(element)) {
    if (element.length === 1) return [element[0] as Structure, null, null];
    if (element.length === 2) return [element[0] as Structure, element[1] as Structure, null];
    if (element.length === 3)
      return [element[0] as Structure, element[1] as Structure, (element[2] ?? null) as Structure | null];
    throw new ValueError(
      `a batch of data has ${element.length} parts; wanted x, [x, y] or [x, y, sampleWeight]. Put several inputs in a list of their own: [[a, b], y].`,
    );
  }
  return [element as Structure, null, null];
}

/** Refuses to read a source to its end that has none. */
export function requireEnd(source: BatchSource, steps: number | null, where: string, option: string): void {
  if (source.isInfinite && steps === null)
    throw new ValueError(
      `${where}: the data set never ends (repeat() without a count). Say how many batches to take: { ${option}: 100 }, or dataset.take(100).`,
    );
}

/** How far batches of a Sequence are asked for ahead. */
export interface QueueOptions
  extends Options<{
    /** How many batches are kept that were asked for and not yet used. */
    maxQueueSize: number;
    /** How many are asked for at once; 0 asks for none ahead. */
    workers: number;
  }> {}

export function streamSource(given: unknown, where: string, queue: QueueOptions = {}): BatchSource {
  if (given instanceof DatasetBase) {
    const n = given.cardinality();
    const open = () => iterator(given.open());
    const isInfinite = n === INFINITE;
    return { steps: n >= 0 ? n : null, samples: null, open, skip: () => open().close?.(), isInfinite };
  }
  if (given instanceof Sequence) return sequenceSource(given, queue);
  const iterable = given as Iterable<unknown> | AsyncIterable<unknown>;
  // A generator is read once, over all epochs; a list of batches from the start in each.
  const once = 'next' in (given as object);
  const shared = once ? pullFrom(iterable) : null;
  return {
    steps: null,
    samples: null,
    isReadOnce: once,
    open() {
      const pull = shared ?? pullFrom(iterable);
      const convert = (element: unknown): unknown => (element === DONE ? DONE : componentsToTensors(element, where));
      return iterator({
        next: () => {
          const got = pull.next();
          return got instanceof Promise ? got.then(convert) : convert(got);
        },
        // A generator is its maker's, who may read on.
        ...(once ? {} : { close: () => pull.close?.() }),
      });
    },
  };
}

function iterator(pull: Pull<unknown>): BatchIterator {
  const finish = (element: unknown): Batch | null => (element === DONE ? null : asBatch(element));
  return {
    next: () => {
      const got = pull.next();
      return got instanceof Promise ? got.then(finish) : finish(got);
    },
    close: () => pull.close?.(),
  };
}

/** Results of `ask` in the order of asking: once one makes the caller wait, those after it are asked for ahead. */
function asked<R>(ask: () => R | Promise<R> | null, { maxQueueSize = 10, workers = 1 }: QueueOptions): Pull<R | null> {
  const queue: Promise<R | null>[] = [];
  let running = 0;
  let ended = false;
  const start = (got: R | Promise<R> | null): void => {
    running++;
    const finish = (): void => {
      running--;
      fill();
    };
    const result = Promise.resolve(got);
    // An error is met when the batch's turn comes.
    result.then(finish, finish);
    queue.push(result);
  };
  const fill = (): void => {
    while (!ended && running < workers && queue.length < maxQueueSize) {
      try {
        const got = ask();
        if (got === null) ended = true;
        else start(got);
      } catch (error) {
        ended = true;
        start(Promise.reject(error));
      }
    }
  };
  return {
    next: () => {
      if (queue.length === 0) {
        const got = ended ? null : ask();
        if (!(got instanceof Promise)) return got;
        start(got);
      }
      const first = queue.shift()!;
      fill();
      return first;
    },
    close: () => {
      ended = true;
    },
  };
}

function sequenceSource(sequence: Sequence, queue: QueueOptions): BatchSource {
  const { length } = sequence;
  if (!Number.isInteger(length) || length < 0)
    throw new ValueError(`Sequence: length is ${show(length)}, wanted the number of batches.`);
  return {
    steps: length,
    samples: null,
    open() {
      let i = 0;
      sequence.onEpochBegin();
      const finish = (element: unknown): Batch => asBatch(componentsToTensors(element, 'Sequence.getItem'));
      const batchAt = (index: number): Batch | Promise<Batch> => {
        const failed = (error: unknown): never => failAt(error, `Sequence.getItem(${index})`);
        try {
          const got: unknown = sequence.getItem(index);
          return got instanceof Promise ? got.then(finish).catch(failed) : finish(got);
        } catch (error) {
          return failed(error);
        }
      };
      const { workers = sequence.workers, maxQueueSize = sequence.maxQueueSize } = queue;
      const ask = (): Batch | Promise<Batch> | null => (i >= length ? null : batchAt(i++));
      return asked(ask, { workers, maxQueueSize }) as BatchIterator;
    },
    onEpochEnd: () => sequence.onEpochEnd(),
    skip: () => sequence.onEpochEnd(),
  };
}
