// The table of a lookup layer: tokens and their numbers, and the counts that `adapt` makes one of.
// Owns: keys, order by frequency, document counts. Leaves special tokens and output modes to index-lookup.ts.
import type { Data, StringElement } from '../../../base/dtype.ts';
import { RaggedTensor } from '../../../ops/ragged/ragged-tensor.ts';
import { bytesOf, textOf } from '../../../ops/strings/text.ts';
import type { Batch } from './adapt.ts';

/** A term as the table knows it: text, or a 64-bit integer. */
export type Term = string | bigint;
/** A term as users write and read it. */
export type Token = string | number;

export const termOf = (element: StringElement | number | bigint): Term =>
  typeof element === 'number' ? BigInt(Math.trunc(element)) : typeof element === 'bigint' ? element : textOf(element);
export const tokenOf = (term: Term): Token => (typeof term === 'bigint' ? Number(term) : term);
export const termsIn = (data: Data): Term[] => Array.from(data as ArrayLike<StringElement | number | bigint>, termOf);

/** Strings in the order of their bytes, as NumPy sorts them; integers by size. */
export function compareTerms(a: Term, b: Term): number {
  if (typeof a === 'bigint' || typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  // UTF-16 puts surrogates before some characters that come earlier in UTF-8.
  if (!/[\ud800-\udfff]/.test(a + b)) return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [bytesOf(a), bytesOf(b)];
  for (let i = 0; i < x.length && i < y.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}

const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
/** The items cut into runs of these lengths. */
function runs<T>(items: readonly T[], lengths: readonly number[]): T[][] {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return items.slice(end - length, end);
  });
}
/** The rows of a batch: documents. A vector is a single document. */
function documents(batch: Batch): Term[][] {
  if (batch instanceof RaggedTensor) {
    const flat = termsIn(batch.flatValues.elements!);
    // Inner rows of deeper ragged tensors belong to the outermost one.
    const perRow = batch.nestedRowLengths().reduceRight((inner, own) => runs(inner, own).map(total));
    return runs(flat, perRow);
  }
  const flat = termsIn(batch.elements!);
  const rows = batch.rank < 2 ? 1 : batch.dims[0]!;
  const width = rows === 0 ? 0 : flat.length / rows;
  return Array.from({ length: rows }, (_, i) => flat.slice(i * width, (i + 1) * width));
}

/** Counts terms, and in how many documents each occurs. */
export class TokenCounts {
  readonly #counts = new Map<Term, number>();
  readonly #inDocuments = new Map<Term, number>();
  #documents = 0;

  get size(): number {
    return this.#counts.size;
  }
  reset(): void {
    this.#counts.clear();
    this.#inDocuments.clear();
    this.#documents = 0;
  }
  add(batch: Batch): void {
    for (const row of documents(batch)) {
      this.#documents++;
      for (const term of row) this.#counts.set(term, (this.#counts.get(term) ?? 0) + 1);
      for (const term of new Set(row)) this.#inDocuments.set(term, (this.#inDocuments.get(term) ?? 0) + 1);
    }
  }
  remove(term: Term): void {
    this.#counts.delete(term);
  }
  /** The terms, most frequent first; of equally frequent ones the last in the order of bytes first. */
  ranked(limit: number): Term[] {
    return [...this.#counts]
      .sort(([a, m], [b, n]) => n - m || compareTerms(b, a))
      .slice(0, limit)
      .map(([term]) => term);
  }
  /** log(1 + documents / (1 + documents with the term)) */
  inverseDocumentFrequency(term: Term): number {
    return Math.log(1 + this.#documents / (1 + (this.#inDocuments.get(term) ?? 0)));
  }
}
