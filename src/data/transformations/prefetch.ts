// prefetch: elements prepared before they are asked for, while the program does other things.
// Owns: the bound on what is prepared. Elements that are there at once are not prepared: that would only move the work.
import { DONE, type Later, type Pull } from '../pull.ts';

type Slot = { readonly value: unknown } | { readonly error: unknown };

/** The same elements, up to `count` of them read ahead. */
export function ahead(pull: Pull<unknown>, count: number): Pull<unknown> {
  const ready: Slot[] = [];
  let reading = false;
  let ended = false;
  let closed = false;
  let wake: (() => void) | null = null;

  const store = (slot: Slot): void => {
    ready.push(slot);
    if ('value' in slot && slot.value === DONE) ended = true;
    const waiting = wake;
    wake = null;
    waiting?.();
  };
  /** Reads on in the background as long as there is room and the source makes one wait. */
  const readOn = (first: Promise<unknown>): void => {
    reading = true;
    first
      .then(
        (value) => store({ value }),
        (error: unknown) => store({ error }),
      )
      .then(() => {
        reading = false;
        start();
      });
  };
  const start = (): void => {
    if (reading || ended || closed || ready.length >= count) return;
    try {
      const got = pull.next();
      if (got instanceof Promise) readOn(got);
      else store({ value: got });
    } catch (error) {
      store({ error });
    }
  };
  const take = (): Later<unknown> => {
    const slot = ready.shift()!;
    if ('error' in slot) {
      start();
      throw slot.error;
    }
    if (slot.value === DONE) {
      ready.unshift(slot);
      return DONE;
    }
    start();
    return slot.value;
  };
  const next = (): Later<unknown> => {
    if (ready.length > 0) return take();
    if (ended) return DONE;
    if (!reading) {
      const got = pull.next();
      if (!(got instanceof Promise)) {
        if (got === DONE) ended = true;
        return got;
      }
      readOn(got);
    }
    return new Promise<void>((resolve) => {
      const before = wake;
      wake = () => {
        before?.();
        resolve();
      };
    }).then(next);
  };
  return {
    next,
    close: () => {
      closed = true;
      return pull.close?.();
    },
  };
}
