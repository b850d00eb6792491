// What functions of the host mean, for files that cannot hold JavaScript.
// Owns: the descriptions: looking up in a table, hashing into bins, cutting texts into words. Leaves carrying them to HostFunction, and
// writing them to the formats.
import type { StringElement } from '../base/dtype.ts';

type Term = StringElement | bigint;

/** How keys outside of a table fall into bins: by TensorFlow's fingerprint, by SipHash with a key of two numbers, by the remainder. */
export type Binning = 'fingerprint' | 'remainder' | readonly [bigint, bigint];

/** Each element by a table. */
export interface LookupMeaning {
  readonly kind: 'lookup';
  readonly keys: readonly Term[];
  readonly values: readonly Term[];
  readonly keyDtype: 'string' | 'int64';
  readonly valueDtype: 'string' | 'int64';
  /** What keys outside of the table become, unless they fall into bins. */
  readonly otherwise: Term;
  readonly bins: { readonly first: bigint; readonly count: bigint; readonly by: Binning } | null;
}
/** Each element's bin. */
export interface HashMeaning {
  readonly kind: 'hash';
  readonly count: bigint;
  readonly by: Binning;
  /** Goes to bin 0, all others behind it; null where there is none. */
  readonly mask: string | null;
}
/** Texts, one a row, as the numbers of their words: (batch,) or (batch, 1) → (batch, length) or (batch, depth). */
export interface TextMeaning {
  readonly kind: 'text';
  readonly lower: boolean;
  /** A pattern of what is taken out. */
  readonly remove: string | null;
  readonly lookup: LookupMeaning;
  /** Rows of this many words, or how often each number occurs. */
  readonly rows:
    | { readonly length: number }
    | { readonly depth: number; readonly binary: boolean; readonly weights: readonly number[] | null };
}
export type HostMeaning = LookupMeaning | HashMeaning | TextMeaning;
