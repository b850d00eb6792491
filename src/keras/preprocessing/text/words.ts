// Texts as words, and words as numbers by hashing: textToWordSequence, hashingTrick, oneHot.
// Owns: the cutting of texts. Leaves vocabularies to tokenizer.ts.
import { show, ValueError } from '../../../base/errors.ts';
import { bindArguments } from '../../../ops/core/signature.ts';
import { fingerprint64 } from '../../../ops/strings/hash.ts';
import { md5 } from '../../../platform/md5.ts';
import type { Options } from '../../../runtime/tensor-methods.ts';

/** Punctuation, tabs and line breaks, but not the apostrophe. */
export const FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n';

/** Cuts a text into words its own way. */
export type Analyzer = (text: string) => readonly string[];
export interface WordOptions extends Options<{ filters: string; lower: boolean; split: string }> {}

/** The words of a text: characters of `filters` count as `split`, empty words are left out. */
export function textToWordSequence(inputText: string, ...rest: [options?: WordOptions]): string[] {
  const [text, filters = FILTERS, lower = true, split = ' '] = bindArguments(
    'textToWordSequence',
    ['inputText', 'filters', 'lower', 'split'],
    [inputText, ...rest],
  ) as [string, string?, boolean?, string?];
  if (typeof text !== 'string')
    throw new ValueError(`textToWordSequence: found ${show(text)}, wanted a text (for several, call it on each).`);
  if (split === '') throw new ValueError("textToWordSequence: split is empty; wanted a separator, such as ' '.");
  return cutWords(text, filters, lower, split);
}

/** The same for those who have checked the arguments. */
export function cutWords(text: string, filters: string, lower: boolean, split: string): string[] {
  const unwanted = new Set(filters);
  let plain = '';
  for (const character of lower ? text.toLowerCase() : text) plain += unwanted.has(character) ? split : character;
  return plain.split(split).filter((word) => word !== '');
}

export type WordHash = (word: string) => number | bigint;
export interface HashingOptions extends WordOptions {
  /** 'md5', or a function of one's own; without it a hash that stays the same from run to run. */
  readonly hashFunction?: 'md5' | WordHash | undefined;
  readonly analyzer?: Analyzer | undefined;
}

const encoder = new TextEncoder();
const md5Number: WordHash = (word) => BigInt(`0x${md5(encoder.encode(word))}`);
const stableHash: WordHash = (word) => fingerprint64(encoder.encode(word));

/** Numbers from 1 to n − 1 for the words of a text, by a hash of each; different words may get one number. */
export function hashingTrick(text: string, n: number, ...rest: [options?: HashingOptions]): number[] {
  const [given, size, hashFunction, filters = FILTERS, lower = true, split = ' ', analyzer] = bindArguments(
    'hashingTrick',
    ['text', 'n', 'hashFunction', 'filters', 'lower', 'split', 'analyzer'],
    [text, n, ...rest],
  ) as [string, number, ('md5' | WordHash)?, string?, boolean?, string?, Analyzer?];
  if (!Number.isInteger(size) || size < 2)
    throw new ValueError(`hashingTrick: n: found ${show(size)}, wanted a whole number ≥ 2.`);
  if (hashFunction !== undefined && hashFunction !== 'md5' && typeof hashFunction !== 'function')
    throw new ValueError(`hashingTrick: hashFunction: found ${show(hashFunction)}, wanted 'md5' or a function.`);
  const hash = hashFunction === 'md5' ? md5Number : (hashFunction ?? stableHash);
  const range = BigInt(size - 1);
  const words = analyzer ? analyzer(given) : textToWordSequence(given, { filters, lower, split });
  return words.map((word) => {
    const place = BigInt(hash(word)) % range;
    return Number(place < 0n ? place + range : place) + 1;
  });
}

/** `hashingTrick` with the default hash. */
export const oneHot = (text: string, n: number, options: Omit<HashingOptions, 'hashFunction'> = {}): number[] =>
  hashingTrick(text, n, options);
