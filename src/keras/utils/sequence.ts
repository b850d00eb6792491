// keras.utils.Sequence: batches by number, made by a class of the user's.
import type { Structure } from '../types.ts';

/** Extend it: `length` is the number of batches, `getItem(i)` gives `[x, y]`. */
export abstract class Sequence<out T extends readonly Structure[] = readonly Structure[]> {
  abstract get length(): number;
  abstract getItem(index: number): T | Promise<T>;
  /** Called after every epoch, to shuffle for example. */
  onEpochEnd(): void {}
}
