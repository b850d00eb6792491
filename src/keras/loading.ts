// What holds while a model is made of a file: weights are made without their initial values, for the file's will replace
// them, and all together no larger than the file could hold.
// Owns: that scope. Leaves the check of each array to ./saving.
import { showBytes } from '../formats/file-error.ts';

interface Loading {
  readonly limit: number;
  used: number;
}
let current: Loading | null = null;

/** More weights than the file could hold. */
export class OversizedError extends Error {}

/** Runs `f`: the weights made in it may take `limit` bytes. */
export function whileLoading<T>(limit: number, f: () => T): T {
  const outer = current;
  current = { limit, used: 0 };
  try {
    return f();
  } finally {
    current = outer;
  }
}
export const isLoading = (): boolean => current !== null;

/** Counts a weight of that many bytes. Throws OversizedError where the file cannot hold it. */
export function countWeight(bytes: number, weight: () => string): void {
  if (!current) return;
  current.used += bytes;
  if (current.used <= current.limit) return;
  throw new OversizedError(
    `${weight()} takes ${showBytes(bytes)}, more than the whole file could hold (at most ${showBytes(current.limit)}).`,
  );
}
