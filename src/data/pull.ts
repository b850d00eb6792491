// Streams of elements that are there at once or come later.
// Owns: the pull protocol and its helpers. Waiting costs a turn of the event loop, so what is there at once is not waited for.

export const DONE: unique symbol = Symbol('done');
export type Done = typeof DONE;
export type Later<T> = T | Promise<T>;

/** One pass over a data set. */
export interface Pull<T> {
  next(): Later<T | Done>;
  /** Frees what the pass holds, also when it ends early; a promise where that is generators' code to be waited for. */
  close?(): Later<void>;
}

/** Goes on with a value, at once if it is there. */
// Not named `then`: a module that exports that is a thenable, and `await import(…)` of it would call it.
export const whenThere = <A, B>(value: Later<A>, f: (value: A) => Later<B>): Later<B> =>
  value instanceof Promise ? value.then(f) : f(value);

/** A pull over an iterable, plain or asynchronous. */
export function pullFrom<T>(iterable: Iterable<T> | AsyncIterable<T>): Pull<T> {
  if (Symbol.asyncIterator in iterable) {
    const iterator = iterable[Symbol.asyncIterator]();
    let asked = 0;
    return {
      next: async () => {
        asked++;
        try {
          const { done, value } = await iterator.next();
          return done ? DONE : value;
        } finally {
          asked--;
        }
      },
      close: () => {
        const closed = iterator.return?.();
        if (closed === undefined) return;
        if (asked === 0) return Promise.resolve(closed).then(() => undefined);
        // It closes when the element is there that was read ahead, which nobody waits for any more.
        Promise.resolve(closed).catch(warnOfClosing);
      },
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

/** Closes all of them, also behind one that fails; the first error is that of the whole. */
export function closeAll(pulls: readonly (Pull<unknown> | null | undefined)[]): Later<void> {
  const failed: unknown[] = [];
  const waiting: Promise<unknown>[] = [];
  for (const pull of pulls) {
    try {
      const closed = pull?.close?.();
      if (closed instanceof Promise) waiting.push(closed.catch((error) => failed.push(error)));
    } catch (error) {
      failed.push(error);
    }
  }
  const finish = (): void => {
    failed.slice(1).forEach(warnOfClosing);
    if (failed.length > 0) throw failed[0];
  };
  return waiting.length > 0 ? Promise.all(waiting).then(finish) : finish();
}

/** Tells of an error of closing that nobody can be given: there is another already, or nobody waits. */
function warnOfClosing(error: unknown): void {
  console.warn(`A pass over data could not be closed well: ${error instanceof Error ? error.message : String(error)}`);
}

/** Does `body` and then `close`, whose error is that of the whole unless there is one already. */
export async function thenClose<T>(body: () => T | Promise<T>, close: () => Later<void>): Promise<T> {
  let result: T;
  try {
    result = await body();
  } catch (error) {
    try {
      await close();
    } catch (second) {
      warnOfClosing(second);
    }
    throw error;
  }
  const closed = close();
  if (closed instanceof Promise) await closed;
  return result;
}

/** A pull that is closed when it ends or throws: generators further up then run their `finally`. */
export function closing<T>(pull: Pull<T>): Pull<T> {
  let open = true;
  const close = (): Later<void> => {
    if (!open) return;
    open = false;
    return pull.close?.();
  };
  const seen = (got: T | Done): Later<T | Done> => (got === DONE ? whenThere(close(), () => got) : got);
  const failed = (error: unknown): Later<never> => {
    const fail = (): never => {
      throw error;
    };
    const failTwice = (second: unknown): never => {
      warnOfClosing(second);
      throw error;
    };
    let closed: Later<void>;
    try {
      closed = close();
    } catch (second) {
      return failTwice(second);
    }
    return closed instanceof Promise ? closed.then(fail, failTwice) : fail();
  };
  const next = (): Later<T | Done> => {
    let got: Later<T | Done>;
    try {
      got = pull.next();
    } catch (error) {
      return failed(error);
    }
    return got instanceof Promise ? got.catch(failed).then(seen) : seen(got);
  };
  return { next, close };
}

/** The whole pass, element by element, until `visit` says true. Waits only where it must. */
export function forEach<T>(pull: Pull<T>, visit: (element: T) => boolean | undefined): Promise<void> {
  const all = async (): Promise<void> => {
    for (;;) {
      const got = pull.next();
      const element = got instanceof Promise ? await got : got;
      if (element === DONE || visit(element)) return;
    }
  };
  return thenClose(all, () => pull.close?.());
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
  close: below.length === 1 ? () => below[0]!.close?.() : () => closeAll(below),
});
