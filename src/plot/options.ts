// The words in which plot functions take their options, and the check that every word is a known one.
// Owns: the Options helper type, the refusal of unknown or ill-typed options. Leaves the meaning of each to its function.
import { didYouMean, show, ValueError } from '../base/errors.ts';

/** An options object: everything optional; `undefined` means the default, also under exactOptionalPropertyTypes. */
export type Options<T> = { [K in keyof T]?: T[K] | undefined };

type Kind = 'number' | 'string' | 'boolean' | 'any';

/** What an option may hold; `any` where the function that uses it checks for itself. */
export type OptionKinds<T> = { readonly [K in keyof T]-?: Kind };

/** Throws unless every key of `options` is one of `kinds` and its value is of that kind. */
export function checkOptions<T extends object>(where: string, options: T, kinds: OptionKinds<T>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ValueError(`${where}: options is ${show(options)}; wanted an object such as { label: 'loss' }.`);
  }
  for (const [name, value] of Object.entries(options)) {
    const kind = (kinds as Record<string, Kind>)[name];
    if (kind === undefined) {
      throw new ValueError(`${where}: unknown option '${name}'.${didYouMean(name, Object.keys(kinds))}`);
    }
    if (value === undefined || value === null || kind === 'any') continue;
    if (typeof value !== kind || (kind === 'number' && !Number.isFinite(value))) {
      throw new ValueError(`${where}: ${name} is ${show(value)}; wanted a ${kind}.`);
    }
  }
}

/** Throws unless `value` lies in the range that the option allows. */
export function checkRange(where: string, name: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high)) {
    const wanted = high === Infinity ? `at least ${low}` : `between ${low} and ${high}`;
    throw new ValueError(`${where}: ${name} is ${show(value)}; wanted a number ${wanted}.`);
  }
  return value;
}
