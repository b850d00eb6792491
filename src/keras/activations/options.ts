// How activations take their parameters: positional, as Python's first ones, or by name in an options object.
import type { Options } from '../../runtime/tensor-methods.ts';

/** The parameter itself, or its place in the options. */
export type Parameter<Name extends string, T> = T | Options<Record<Name, T>>;

/** Reads a parameter given either way. */
export function parameter<Name extends string, T>(given: Parameter<Name, T> | undefined, name: Name, fallback: T): T {
  const own =
    given !== null && typeof given === 'object' && !Array.isArray(given)
      ? (given as Options<Record<Name, T>>)[name]
      : (given as T | undefined);
  return own === undefined ? fallback : own;
}
