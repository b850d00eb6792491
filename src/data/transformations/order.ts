// take, skip, repeat, enumerate, concatenate, zip, scan: which elements come, and with what.
import { DTypeError, show, ValueError } from '../../base/errors.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { eagerTensor } from '../../runtime/tensor.ts';
import { AGAIN, DONE, type Later, type Pull, pulling, settle, whenThere } from '../pull.ts';
import { isShuffle } from '../shuffle.ts';
import { call, callAt, derive, INFINITE, type Source, UNKNOWN } from '../source.ts';
import { commonSpec, type Spec, sameKind, showSpec, specOf, specThrough, specWithoutCalls } from '../spec.ts';
import { componentsToTensors, nextState, toTensors } from '../structure.ts';

/** A scalar int64. */
export const int64Scalar = (value: number | bigint) => eagerTensor(BigInt64Array.of(BigInt(value)), [], 'int64');

export const taken = (below: Source, limit: number): Source => {
  const n = below.cardinality;
  return derive(
    below,
    (pull) => {
      let count = 0;
      return pulling(() => (limit >= 0 && count++ >= limit ? DONE : pull.next()), pull);
    },
    limit < 0 ? n : n === UNKNOWN ? UNKNOWN : n === INFINITE ? limit : Math.min(n, limit),
  );
};

export const skipped = (below: Source, count: number): Source => {
  const n = below.cardinality;
  return derive(
    below,
    (pull) => {
      let left = count < 0 ? Number.POSITIVE_INFINITY : count;
      const step = (): Later<unknown> =>
        left === 0
          ? pull.next()
          : whenThere(pull.next(), (element) => {
              left--;
              return element === DONE ? DONE : AGAIN;
            });
      return pulling(() => settle(step), pull);
    },
    n < 0 ? n : count < 0 ? 0 : Math.max(n - count, 0),
  );
};

export const repeated = (below: Source, times: number): Source => {
  const n = below.cardinality;
  const cardinality = times === 0 ? 0 : times < 0 ? (n === 0 ? 0 : INFINITE) : n < 0 ? n : n * times;
  return {
    open: (pass) => {
      let left = times;
      let any = false;
      let pull: Pull<unknown> | null = null;
      const step = (): Later<unknown> => {
        if (left === 0) return DONE;
        pull ??= below.open(pass);
        return whenThere(pull.next(), (element) => {
          if (element !== DONE) {
            any = true;
            return element;
          }
          const closed = pull?.close?.();
          pull = null;
          left--;
          // An empty data set repeated for ever is empty.
          if (!any) left = 0;
          any = false;
          // TensorFlow begins what it repeats once more after the last time, but for a shuffle, with which it melts into one.
          if (left === 0 && times > 0 && !isShuffle(below)) below.redraw?.(pass);
          return whenThere(closed, () => AGAIN);
        });
      };
      return { next: () => settle(step), close: () => pull?.close?.() };
    },
    cardinality,
    spec: () => below.spec(),
    redraw: (pass) => below.redraw?.(pass),
  };
};

export const enumerated = (below: Source, start: bigint): Source =>
  derive(
    below,
    (pull) => {
      let index = start;
      return pulling(
        () => whenThere(pull.next(), (element): unknown => (element === DONE ? DONE : [int64Scalar(index++), element])),
        pull,
      );
    },
    below.cardinality,
    () => {
      const spec = below.spec();
      return spec && [new TensorSpec([], 'int64'), spec];
    },
  );

/** The spec of elements that come from several data sets. */
export function sharedSpec(sources: readonly Source[]): Spec | null {
  let common: Spec | null = null;
  for (const source of sources) {
    const spec = source.spec();
    if (!spec) return null;
    common = common === null ? spec : (commonSpec(common, spec) ?? null);
    if (common === null) return null;
  }
  return common;
}

/**
 * Refuses data sets whose elements differ in structure or dtype: at once where that shows without calling the user's functions.
 * Gives what refuses the elements of a pass: the first of each data set is compared.
 */
export function requireSameKind(
  sources: readonly Source[],
  where: string,
): () => (i: number, element: unknown) => void {
  const specs = sources.map((source) => specWithoutCalls(() => source.spec()));
  const [first] = specs;
  for (const [i, spec] of specs.entries()) if (first && spec) requireKind(first, spec, `${where}: data set ${i}`);
  if (specs.every((spec) => spec !== null)) return () => () => {};
  return () => {
    let known = first ?? null;
    const seen = new Set<number>();
    return (i, element) => {
      if (seen.has(i)) return;
      seen.add(i);
      const found = specOf(element);
      if (known && found) requireKind(known, found, `${where}: data set ${i}`);
      known ??= found;
    };
  };
}
function requireKind(first: Spec, spec: Spec, where: string): void {
  if (!sameKind(first, spec))
    throw new DTypeError(
      `${where} has elements ${showSpec(spec)}, the first has ${showSpec(first)}; wanted one structure and the same dtypes. Cast or rearrange one of them with map.`,
    );
}

export const concatenated = (first: Source, second: Source): Source => {
  const check = requireSameKind([first, second], 'Dataset.concatenate');
  const [a, b] = [first.cardinality, second.cardinality];
  return {
    open: (pass) => {
      let pull = first.open(pass);
      let isSecond = false;
      const checked = check();
      const step = (): Later<unknown> =>
        whenThere(pull.next(), (element) => {
          if (element !== DONE) checked(isSecond ? 1 : 0, element);
          if (element !== DONE || isSecond) return element;
          const closed = pull.close?.();
          isSecond = true;
          pull = second.open(pass);
          return whenThere(closed, () => AGAIN);
        });
      return { next: () => settle(step), close: () => pull.close?.() };
    },
    cardinality: a === INFINITE || b === INFINITE ? INFINITE : a < 0 || b < 0 ? UNKNOWN : a + b,
    spec: () => sharedSpec([first, second]),
    redraw: (pass) => first.redraw?.(pass),
  };
};

/** Elements side by side, until the shortest ends. `pack` puts the parts into the structure of the arguments. */
export function zipped(sources: readonly Source[], pack: (parts: readonly unknown[]) => unknown): Source {
  if (sources.length === 0) throw new ValueError('Dataset.zip: found no data sets.');
  const sizes = sources.map((source) => source.cardinality);
  const finite = sizes.filter((n) => n >= 0);
  return {
    open: (pass) => {
      const pulls = sources.map((source) => source.open(pass));
      const finish = (parts: readonly unknown[]): unknown => (parts.includes(DONE) ? DONE : pack(parts));
      const next = (): Later<unknown> => {
        const parts = pulls.map((pull) => pull.next());
        return parts.some((part) => part instanceof Promise) ? Promise.all(parts).then(finish) : finish(parts);
      };
      return pulling(next, ...pulls);
    },
    redraw: (pass) => sources.forEach((source) => source.redraw?.(pass)),
    cardinality: sizes.includes(UNKNOWN) ? UNKNOWN : finite.length === 0 ? INFINITE : Math.min(...finite),
    spec: () => {
      const specs = sources.map((source) => source.spec());
      return specs.includes(null) ? null : (pack(specs) as Spec);
    },
  };
}

/** What a function of a state and an element gives: the next state and an element. */
export const scanned = (below: Source, initial: unknown, f: (...args: never) => unknown): Source =>
  derive(
    below,
    (pull) => {
      let state = toTensors(initial, 'Dataset.scan');
      let index = 0;
      const use = (given: unknown): unknown => {
        if (!Array.isArray(given) || given.length !== 2)
          throw new ValueError(`scanFunc gave ${show(given)}; wanted [newState, output].`);
        const [newState, output] = given.map((part) => componentsToTensors(part, 'Dataset.scan'));
        state = nextState(state, newState, 'Dataset.scan');
        return output;
      };
      return pulling(
        () =>
          whenThere(pull.next(), (element) =>
            element === DONE ? DONE : callAt('scan', f, [state, element], index++, use),
          ),
        pull,
      );
    },
    below.cardinality,
    () => {
      const spec = below.spec();
      const given = spec && [specOf(toTensors(initial, 'Dataset.scan')), spec];
      return specThrough(given, (element) => {
        const made = call(f, element);
        return made instanceof Promise ? made : componentsToTensors((made as readonly unknown[])[1], 'Dataset.scan');
      });
    },
  );
