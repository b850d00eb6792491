// IMDB and Reuters: reviews and news as lists of word numbers.
// Owns: reading Keras's files, and its rules of numbering, cutting and splitting. Leaves tensors to built-in.ts.
import { FormatError } from '../../formats/file-error.ts';
import { readPickle } from '../../formats/pickle.ts';
import type { RandomState } from '../../random/random-state.ts';

export interface WordListOptions {
  readonly numWords?: number | null | undefined;
  readonly skipTop?: number | undefined;
  readonly maxlen?: number | null | undefined;
  readonly seed?: number | undefined;
  readonly startChar?: number | null | undefined;
  readonly oovChar?: number | null | undefined;
  readonly indexFrom?: number | undefined;
}

/** The lists in a .npy file of objects: its header, then a pickle. */
export function listsOfNpy(bytes: Uint8Array, file: string): number[][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLong = bytes[6]! >= 2;
  const start = isLong ? 12 + view.getUint32(8, true) : 10 + view.getUint16(8, true);
  const array = readPickle(bytes.subarray(start), file) as { data?: unknown };
  if (!Array.isArray(array?.data) || !array.data.every(Array.isArray))
    throw new FormatError('bad_npy', file, 'wanted an array of lists of numbers.');
  return array.data as number[][];
}

/** The order of so many rows that NumPy's generator shuffles next. */
export function shuffledOrder(count: number, generator: RandomState): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  generator.shuffle(order);
  return order;
}

export interface Labelled {
  readonly words: number[][];
  readonly labels: number[];
}

/** Numbers moved on by `indexFrom`, with `startChar` before them, without lists of `maxlen` words or more. */
export function numbered({ words, labels }: Labelled, options: WordListOptions): Labelled {
  const { startChar = 1, indexFrom = 3, maxlen } = options;
  const moved = words.map((list) => {
    const shifted = startChar !== null || indexFrom ? list.map((word) => word + indexFrom) : [...list];
    return startChar === null ? shifted : [startChar, ...shifted];
  });
  if (!maxlen) return { words: moved, labels };
  const kept = moved.map((list) => list.length < maxlen);
  return { words: moved.filter((_, i) => kept[i]), labels: labels.filter((_, i) => kept[i]) };
}

/** Rare and too frequent words replaced by `oovChar`, or left out where it is null. */
export function limited(lists: readonly number[][], options: WordListOptions): number[][] {
  const { skipTop = 0, oovChar = 2 } = options;
  const largest = (): number => lists.reduce((most, list) => list.reduce((a, b) => Math.max(a, b), most), 0);
  const limit = options.numWords || largest();
  const isKept = (word: number): boolean => word >= skipTop && word < limit;
  return lists.map((list) =>
    oovChar === null ? list.filter(isKept) : list.map((word) => (isKept(word) ? word : oovChar)),
  );
}
