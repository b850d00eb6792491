// filter, takeWhile, unique, shard: transformations that leave elements out.
import { show, ValueError } from '../../base/errors.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { AGAIN, DONE, type Later, pulling, settle, whenThere } from '../pull.ts';
import { callAt, derive, INFINITE, type Source, UNKNOWN } from '../source.ts';
import { eager } from '../structure.ts';

type Predicate = (...args: never) => unknown;

function truth(value: unknown, method: string): boolean {
  if (typeof value === 'boolean') return value;
  if (value instanceof Tensor && value.dtype === 'bool' && value.size === 1) return value.item() !== 0;
  throw new ValueError(`Dataset.${method}: the predicate gave ${show(value)}; wanted true or false, or a bool scalar.`);
}

export const filtered = (below: Source, predicate: Predicate): Source =>
  derive(
    below,
    (pull) => {
      let index = 0;
      const step = (): Later<unknown> =>
        whenThere(pull.next(), (element) =>
          element === DONE
            ? DONE
            : callAt('filter', predicate, element, index++, (kept) => (truth(kept, 'filter') ? element : AGAIN)),
        );
      return pulling(() => settle(step), pull);
    },
    UNKNOWN,
  );

export const takenWhile = (below: Source, predicate: Predicate): Source =>
  derive(
    below,
    (pull) => {
      let index = 0;
      let ended = false;
      const next = (): Later<unknown> =>
        ended
          ? DONE
          : whenThere(pull.next(), (element) =>
              element === DONE
                ? DONE
                : callAt('takeWhile', predicate, element, index++, (kept) => {
                    ended = !truth(kept, 'takeWhile');
                    return ended ? DONE : element;
                  }),
            );
      return pulling(next, pull);
    },
    UNKNOWN,
  );

/** Each scalar or tensor the first time that it comes. */
export const uniqued = (below: Source): Source =>
  derive(
    below,
    (pull) => {
      const seen = new Set<string>();
      const step = (): Later<unknown> =>
        whenThere(pull.next(), (element) => {
          if (element === DONE) return DONE;
          if (!(element instanceof Tensor))
            throw new ValueError(`Dataset.unique: found ${show(element)}, wanted elements of one tensor.`);
          const key = Array.from(eager(element) as ArrayLike<unknown>, String).join('\u0000');
          if (seen.has(key)) return AGAIN;
          seen.add(key);
          return element;
        });
      return pulling(() => settle(step), pull);
    },
    UNKNOWN,
  );

export function sharded(below: Source, shards: number, index: number): Source {
  if (index >= shards)
    throw new ValueError(`Dataset.shard: index ${index} of ${shards} shards; wanted 0 to ${shards - 1}.`);
  const n = below.cardinality;
  return derive(
    below,
    (pull) => {
      let at = 0;
      const step = (): Later<unknown> =>
        whenThere(pull.next(), (element) => (element === DONE || at++ % shards === index ? element : AGAIN));
      return pulling(() => settle(step), pull);
    },
    n < 0 ? n : Math.floor(n / shards) + (index < n % shards ? 1 : 0),
  );
}

/** Errors of what is below are left out, and counted. */
export const ignoringErrors = (below: Source, ignored: (error: unknown) => void): Source =>
  derive(
    below,
    (pull) => {
      const skip = (error: unknown) => {
        ignored(error);
        return AGAIN;
      };
      const step = (): Later<unknown> => {
        try {
          const got = pull.next();
          return got instanceof Promise ? got.catch(skip) : got;
        } catch (error) {
          return skip(error);
        }
      };
      return pulling(() => settle(step), pull);
    },
    below.cardinality === INFINITE ? INFINITE : UNKNOWN,
  );
