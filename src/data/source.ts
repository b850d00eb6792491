// What a data set is made of: how a pass begins, how many elements there are, what they look like.
// Owns: the interface that sources and transformations share, cardinalities, the record of a pass's random seeds.
import { SIDE_BY_SIDE, StateError, show, ValueError } from '../base/errors.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Later, Pull } from './pull.ts';
import type { Spec } from './spec.ts';

/** Elements without end, and such whose number is not known. */
export const INFINITE = -1;
export const UNKNOWN = -2;

/**
 * One pass over a chain of data sets: keeps what was drawn at random when it began, so that a restored iterator goes on
 * in the same order.
 */
export class Pass {
  readonly #replay: readonly unknown[];
  readonly drawn: unknown[] = [];

  constructor(replay: readonly unknown[] = []) {
    this.#replay = replay;
  }

  draw<T>(make: () => T): T {
    const at = this.drawn.length;
    const value = at < this.#replay.length ? (this.#replay[at] as T) : make();
    this.drawn.push(value);
    return value;
  }
}

export interface Source {
  /** Begins a pass. */
  open(pass: Pass): Pull<unknown>;
  /** INFINITE, UNKNOWN, or the number of elements. */
  readonly cardinality: number;
  /** What the elements are; null where that shows only when one is read. Asked for lazily. */
  spec(): Spec | null;
  /** Draws what a pass draws when it begins, and reads nothing: TensorFlow begins passes that nobody reads. */
  redraw?(pass: Pass): void;
}

/** The chain with one more link. `spec` is that of the elements below unless said. */
export const derive = (
  below: Source,
  wrap: (pull: Pull<unknown>, pass: Pass) => Pull<unknown>,
  cardinality: number = below.cardinality,
  spec: () => Spec | null = () => below.spec(),
): Source => ({
  open: (pass) => wrap(below.open(pass), pass),
  cardinality,
  spec,
  redraw: (pass) => below.redraw?.(pass),
});

/** A whole number of at least `min`, as an argument of a data set's method. */
export function whole(value: unknown, argument: string, min: number): number {
  const number = typeof value === 'bigint' ? Number(value) : readScalar(value);
  if (typeof number !== 'number' || !Number.isInteger(number) || number < min)
    throw new ValueError(`Dataset.${argument}: found ${show(value)}, wanted a whole number ≥ ${min}.`);
  return number;
}
/** How whole numbers of 64 bits are given. */
export type Whole = number | bigint | Tensor;

/** A whole number with all of its 64 bits, from a number, a bigint or a scalar tensor. */
export function wholeBits(value: unknown, argument: string): bigint {
  if (typeof value === 'bigint') return inInt64(value, argument);
  const elements = value !== null && typeof value === 'object' && 'elements' in value ? value.elements : null;
  if (elements instanceof BigInt64Array && elements.length === 1) return elements[0]!;
  return inInt64(BigInt(whole(value, argument, Number.NEGATIVE_INFINITY)), argument);
}
function inInt64(value: bigint, argument: string): bigint {
  if (BigInt.asIntN(64, value) !== value)
    throw new ValueError(`Dataset.${argument}: found ${value}, wanted a whole number that int64 holds.`);
  return value;
}
const readScalar = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && 'item' in value ? (value as { item(): number }).item() : value;

/** Calls a user's function as TensorFlow does: the parts of a tuple are its arguments. */
export const call = (f: (...args: never) => unknown, element: unknown): Later<unknown> =>
  Array.isArray(element)
    ? (f as (...args: unknown[]) => unknown)(...element)
    : (f as (element: unknown) => unknown)(element);

/** What a user's function gave, and errors in it, with the number of the element. */
export function callAt<R>(
  method: string,
  f: (...args: never) => unknown,
  element: unknown,
  index: number,
  use: (value: unknown) => Later<R>,
): Later<R> {
  try {
    const got = call(f, element);
    if (!(got instanceof Promise)) return use(got);
    return got.then(use).catch((error: unknown) => fail(explained(error, f, element), method, index));
  } catch (error) {
    return fail(explained(error, f, element), method, index);
  }
}

/** A function that failed and takes several arguments, but was given one: why that may be. */
function explained(error: unknown, f: (...args: never) => unknown, element: unknown): unknown {
  if (f.length < 2 || Array.isArray(element) || !(error instanceof Error) || placed.has(error)) return error;
  const hint = ` The function takes ${f.length} arguments, but each element is one value. ${SIDE_BY_SIDE}, or use tf.data.Dataset.zip.`;
  return withMessage(error, error.message + hint);
}

const placed = new WeakSet<object>();
/** The same error with the element's number in its message, the innermost place only. */
export const fail = (error: unknown, method: string, index: number): never =>
  failAt(error, `Dataset.${method}, element ${index}`);

export function failAt(error: unknown, place: string): never {
  if (!(error instanceof Error) || placed.has(error)) throw error;
  const said = withMessage(error, `${place}: ${error.message}`);
  placed.add(said);
  throw said;
}

/** The error with another message: itself, so that its class stays; one that cannot be changed becomes the cause of a new one. */
function withMessage(error: Error, message: string): Error {
  const own = Object.getOwnPropertyDescriptor(error, 'message');
  // DOMException's messages are read by a getter.
  const isOpen = own ? own.writable === true : Object.isExtensible(error) && !(error instanceof DOMException);
  if (!isOpen) return new StateError(message, { cause: error });
  error.message = message;
  return error;
}
