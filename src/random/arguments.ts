// Python's keyword arguments, in TypeScript: the arguments in their order, or an options object as the last of them. Owns
// telling the two apart; what the arguments mean stays with each method.
import { refuseUnknown, show, ValueError } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import type { Parameter } from './nd-array.ts';

/** The arguments of `method` by name: positional ones first, then those of a trailing options object. */
export function named<const N extends string>(
  method: string,
  names: readonly N[],
  args: readonly unknown[],
): { readonly [K in N]?: unknown } {
  const last = args.at(-1);
  const positional = isRecord(last) ? args.slice(0, -1) : args;
  if (positional.length > names.length) {
    throw new ValueError(
      `${method}: found ${positional.length} arguments, wanted at most ${names.length}: ${names.join(', ')}.`,
    );
  }
  const found: Record<string, unknown> = {};
  positional.forEach((value, i) => {
    found[names[i]!] = value;
  });
  if (isRecord(last)) {
    refuseUnknown(method, last, names);
    Object.assign(found, last);
  }
  return found as { readonly [K in N]?: unknown };
}

const isNumbers = (value: unknown): value is Exclude<Parameter, number> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

/** A parameter of a distribution, checked number by number against what the distribution allows. */
export function parameter(
  method: string,
  name: string,
  value: unknown,
  fallback: number | null,
  wanted: string,
  allowed: (x: number) => boolean,
): Parameter {
  if (value === undefined && fallback !== null) return fallback;
  const check = (x: unknown): void => {
    if (Array.isArray(x)) {
      for (const item of x) check(item);
    } else if (typeof x !== 'number' || !allowed(x)) {
      throw new ValueError(`${method}: found ${name} = ${show(x)}, wanted ${wanted}.`);
    }
  };
  if (isNumbers(value)) {
    check(Array.from(value as ArrayLike<unknown>));
    return value;
  }
  check(value);
  return value as number;
}

export const finite = Number.isFinite;
export const positive = (x: number) => x > 0;
export const notNegative = (x: number) => x >= 0;

/** `size` as it may be written: nothing for one number, an integer, or a shape. */
export function sizeArgument(method: string, value: unknown): number | readonly number[] | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' || Array.isArray(value)) return value;
  throw new ValueError(`${method}: found size ${show(value)}, wanted an integer ≥ 0 or a list of them.`);
}
