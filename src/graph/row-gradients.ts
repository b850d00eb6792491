// Gradients that came about as rows of a tensor, from a gather.
// Owns: the note of which rows a dense gradient was made of. Optimizers use it: rows that occur twice are squared one by one, as
// TensorFlow does it with its IndexedSlices. Sums and other changes of a gradient are new values, without a note.
import type { Value } from './value.ts';

export interface Rows {
  /** Rows, indices.dims and then the dims of a row. */
  readonly values: Value;
  readonly indices: Value;
}

const notes = new WeakMap<Value, Rows>();

export function noteRows(gradient: Value, rows: Rows): Value {
  notes.set(gradient, rows);
  return gradient;
}
/** The rows of which a gradient was made; undefined for all others. */
export const rowsOf = (gradient: Value): Rows | undefined => notes.get(gradient);
