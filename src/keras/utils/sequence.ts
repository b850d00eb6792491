// keras.utils.Sequence, also called PyDataset: batches by number, made by a class of the user's.
// Owns: the options of how far batches are asked for ahead, functions that make them in worker threads. Who asks is training's business.
import { show, ValueError } from '../../base/errors.ts';
import { inWorkers, type ModuleFunction } from '../../data/worker-function.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { Structure } from '../types.ts';

export interface SequenceOptions
  extends Options<{
    /** How many batches are asked for at once (1); 0 asks for none ahead. */
    workers: number;
    /** Keras's switch between threads and processes; here only what `inWorker` calls runs elsewhere. */
    useMultiprocessing: boolean;
    /** How many batches are kept that were asked for and not yet used (10). */
    maxQueueSize: number;
  }> {}

function atLeast(value: number, min: number, name: string): number {
  if (!Number.isInteger(value) || value < min)
    throw new ValueError(`PyDataset: ${name} is ${show(value)}, wanted a whole number ≥ ${min}.`);
  return value;
}

/** Extend it: `length` is the number of batches, `getItem(i)` gives `[x, y]`. */
export abstract class Sequence<out T extends readonly Structure[] = readonly Structure[]> {
  workers: number;
  useMultiprocessing: boolean;
  maxQueueSize: number;

  constructor(options: SequenceOptions = {}) {
    this.workers = atLeast(options.workers ?? 1, 0, 'workers');
    this.useMultiprocessing = options.useMultiprocessing ?? false;
    this.maxQueueSize = atLeast(options.maxQueueSize ?? 10, 1, 'maxQueueSize');
  }

  abstract get length(): number;
  /** The number of batches. */
  get numBatches(): number {
    return this.length;
  }
  abstract getItem(index: number): T | Promise<T>;
  /**
   * What a module's function gives, called with `args` in a worker thread: for `getItem` to return. As many calls run at once as there
   * are `workers`. Arguments are copied: numbers, texts, lists, records, typed arrays, tensors.
   */
  protected inWorker(batch: ModuleFunction, ...args: readonly unknown[]): Promise<T> {
    const f = inWorkers(batch, 'PyDataset.inWorker') as (...args: readonly unknown[]) => Promise<unknown>;
    return f(...args) as Promise<T>;
  }
  /** Called before every pass. */
  onEpochBegin(): void {}
  /** Called after every epoch, to shuffle for example. */
  onEpochEnd(): void {}
}
