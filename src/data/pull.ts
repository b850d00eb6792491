// Streams of elements that are there at once or come later.
// Owns: the pull protocol and its helpers. Waiting costs a turn of the event loop, so what is there at once is not waited for.

export const DONE: unique symbol = Symbol('done');
export type Done = typeof DONE;
export type Later<T> = T | Promise<T>;

/** One pass over a data set. */
export interface Pull<T> {
  next(): Later<T | Done>;
  /** Frees what the pass holds, also when it ends early. */
  close?(): void;
}

/** Goes on with a value, at once if it is there. */
// Not named `then`: a module that exports that is a thenable, and `await import(…)` of it would call it.
export const whenThere = <A, B>(value: Later<A>, f: (value: A) => Later<B>): Later<B> =>
  value instanceof Promise ? value.then(f) : f(value);

/** A pull over an iterable, plain or asynchronous. */
export function pullFrom<T>(iterable: Iterable<T> | AsyncIterable<T>): Pull<T> {
  if (Symbol.asyncIterator in iterable) {
    const iterator = iterable[Symbol.asyncIterator]();
    return {
      next: async () => {
        const { done, value } = await iterator.next();
        return done ? DONE : value;
      },
      close: () => void iterator.return?.(),
    };
  }
  const iterator = iterable[Symbol.iterator]();
  return {
    next: () => {
      const { done, value } = iterator.next();
      return done ? DONE : value;
    },
    close: () => void iterator.return?.(),
  };
}

/** A pull that is closed when it ends or throws: generators further up then run their `finally`. */
export function closing<T>(pull: Pull<T>): Pull<T> {
  let open = true;
  const close = (): void => {
    if (open) pull.close?.();
    open = false;
  };
  const seen = (got: T | Done): T | Done => {
    if (got === DONE) close();
    return got;
  };
  const failed = (error: unknown): never => {
    close();
    throw error;
  };
  const next = (): Later<T | Done> => {
    try {
      const got = pull.next();
      return got instanceof Promise ? got.then(seen, failed) : seen(got);
    } catch (error) {
      return failed(error);
    }
  };
  return { next, close };
}

/** The whole pass, element by element, until `visit` says true. Waits only where it must. */
export async function forEach<T>(pull: Pull<T>, visit: (element: T) => boolean | undefined): Promise<void> {
  try {
    for (;;) {
      const got = pull.next();
      const element = got instanceof Promise ? await got : got;
      if (element === DONE || visit(element)) return;
    }
  } finally {
    pull.close?.();
  }
}

export const AGAIN: unique symbol = Symbol('again');
export type Again = typeof AGAIN;

/** Takes steps until one gives something; waits only where a step does. */
export function settle<T>(step: () => Later<T | Again>): Later<T> {
  for (;;) {
    const got = step();
    if (got instanceof Promise) return got.then((value) => (value === AGAIN ? settle(step) : value));
    if (got !== AGAIN) return got;
  }
}

/** A pull by a function, which closes what it reads from. */
export const pulling = (next: () => Later<unknown>, ...below: readonly Pull<unknown>[]): Pull<unknown> => ({
  next,
  close: () => {
    for (const pull of below) pull.close?.();
  },
});
