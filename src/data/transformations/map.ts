// map: a function of each element, several calls at once where it waits.
// Owns: the order of results, and the bound on calls under way. Leaves functions in other threads to ../worker-function.ts.
import { platform } from '../../platform/platform.ts';
import { DONE, type Done, type Later, type Pull, pulling, whenThere } from '../pull.ts';
import { call, callAt, derive, type Source } from '../source.ts';
import { specThrough } from '../spec.ts';
import { componentsToTensors } from '../structure.ts';

type Function = (...args: never) => unknown;

/** So many calls of a function may wait at once: AUTOTUNE is twice the processors, as most wait for a disk. */
export const parallelism = (calls: number | undefined): number =>
  calls === undefined ? 1 : calls < 0 ? 2 * platform().hardwareConcurrency : Math.max(calls, 1);

export function mapped(below: Source, f: Function, calls: number | undefined, ordered: boolean): Source {
  const convert = (value: unknown): unknown => componentsToTensors(value, 'Dataset.map');
  const width = parallelism(calls);
  return derive(
    below,
    (pull) => {
      let index = 0;
      const one = (element: unknown): Later<unknown> =>
        element === DONE ? DONE : callAt('map', f, element, index++, convert);
      return width === 1 ? pulling(() => whenThere(pull.next(), one), pull) : parallel(pull, one, width, ordered);
    },
    below.cardinality,
    () => specThrough(below.spec(), (element) => whenThere(call(f, element), convert)),
  );
}

interface Settled {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** Up to `width` results are under way; without order, the first that is there comes first. */
function parallel(
  pull: Pull<unknown>,
  one: (element: unknown) => Later<unknown>,
  width: number,
  ordered: boolean,
): Pull<unknown> {
  const underWay: Promise<Settled>[] = [];
  let ended = false;
  const settled = (promise: Promise<unknown>): Promise<Settled> =>
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  const finish = (promise: Promise<Settled>, { value, error }: Settled): unknown => {
    underWay.splice(underWay.indexOf(promise), 1);
    if (error !== undefined) throw error;
    return value;
  };
  const next = (): Later<unknown | Done> => {
    while (!ended && underWay.length < width) {
      const element = pull.next();
      if (!(element instanceof Promise)) {
        const got = one(element);
        // What is there at once needs no others beside it.
        if (!(got instanceof Promise)) {
          if (got === DONE) ended = true;
          else if (underWay.length === 0) return got;
          if (got === DONE) break;
        }
        underWay.push(settled(Promise.resolve(got)));
        continue;
      }
      // The source itself waits: it is asked for one element at a time.
      const promise = element.then((there) => {
        if (there === DONE) ended = true;
        return there;
      });
      underWay.push(settled(promise.then(one)));
      return promise.then(next, next);
    }
    const [first] = underWay;
    if (!first) return DONE;
    if (ordered) return first.then((result) => finish(first, result));
    return Promise.race(underWay.map((promise) => promise.then((result) => [promise, result] as const))).then(
      ([promise, result]) => finish(promise, result),
    );
  };
  const skipEnd = (): Later<unknown> =>
    whenThere(next(), (value) => (value === DONE && underWay.length > 0 ? skipEnd() : value));
  return pulling(skipEnd, pull);
}
