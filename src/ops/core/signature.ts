// How an op takes its arguments: by position in TensorFlow's order, or from some place on by name in one options object.
// Owns: the types of both forms, made from one plain function, and the binding at run time. Leaves symbolic arguments to define.ts.
import { didYouMean, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { op } from './define.ts';

type Tail<P extends readonly unknown[]> = P extends readonly [_?: unknown, ...rest: infer T] ? T : [];
/** The first parameter as a tuple of its own, so that it keeps its label. */
type Head<P extends readonly unknown[]> =
  Required<P> extends readonly [...infer H, ...Required<Tail<P>>] ? H : readonly [];
/** An optional parameter may also be passed as undefined, so that later ones can be given. */
type OrUndefined<P extends readonly unknown[]> = { [K in keyof P]: P[K] | undefined };
type Flat<T> = { [K in keyof T]: T[K] };
/** Parameters by name: required ones stay required. */
type Named<P extends readonly unknown[], N extends readonly string[]> = N extends readonly [
  infer K extends string,
  ...infer M extends readonly string[],
]
  ? P extends readonly [infer H, ...infer T]
    ? { readonly [k in K]: H } & Named<T, M>
    : P extends readonly [(infer H)?, ...infer T]
      ? { readonly [k in K]?: H | undefined } & Named<T, M>
      : { readonly name?: string | undefined }
  : { readonly name?: string | undefined };
type AllOptional<P extends readonly unknown[]> = P extends readonly [unknown, ...unknown[]] ? false : true;
type NameTail<N extends readonly string[]> = N extends readonly [string, ...infer M extends readonly string[]] ? M : [];

/** Every prefix by position, the rest by name. */
export type Forms<
  P extends readonly unknown[],
  N extends readonly string[],
  Done extends readonly unknown[] = [],
> = P extends readonly []
  ? [...Done, options?: { readonly name?: string | undefined }]
  :
      | (AllOptional<P> extends true ? [...Done, options?: Flat<Named<P, N>>] : [...Done, options: Flat<Named<P, N>>])
      | Forms<Tail<P>, NameTail<N>, [...Done, ...(AllOptional<P> extends true ? OrUndefined<Head<P>> : Head<P>)]>;

export type Callable<P extends readonly unknown[], N extends readonly string[], R> = (...args: Forms<P, N>) => R;

/** Arguments by position from either form; Python's None (null) means the default, but where it is kept. */
export function bindArguments(
  name: string,
  names: readonly string[],
  args: readonly unknown[],
  keepNull = false,
): unknown[] {
  const plain = (value: unknown): unknown => (value === null && !keepNull ? undefined : value);
  const last = args.at(-1);
  const options = isRecord(last) ? last : null;
  const bound = (options ? args.slice(0, -1) : args).map(plain);
  if (bound.length > names.length)
    throw new ValueError(
      `${name}: found ${bound.length} arguments, wanted at most ${names.length}: ${names.join(', ')}.`,
    );
  for (const key in options) {
    const value = options[key];
    if (key === 'name' && !names.includes(key)) continue;
    const at = names.indexOf(key);
    if (at < 0) throw new ValueError(`${name}: unknown option ${show(key)}.${didYouMean(key, names)}`);
    if (bound[at] !== undefined) throw new ValueError(`${name}: ${key} is given twice, by position and by name.`);
    bound[at] = plain(value);
  }
  return bound;
}

/**
 * Makes an op of a function that takes its arguments by position: they may then also be named in an options object at the end.
 * `keepNull` where null is not the default but a value of its own.
 */
export function signature<P extends readonly unknown[], const N extends readonly string[], R>(
  name: string,
  names: N,
  f: (...args: P) => R,
  keepNull = false,
): Callable<P, N, R> {
  const plain = f as (...args: readonly unknown[]) => R;
  const bind = (args: readonly unknown[]): unknown[] => bindArguments(name, names, args, keepNull);
  return op(name, ((...args: unknown[]) => plain(...bind(args))) as never, names, bind) as Callable<P, N, R>;
}
