// cache: the elements of the first whole pass, in memory or on the disk.
import { DONE, pullFrom, pulling, whenThere } from './pull.ts';
import { cacheAt } from './saved.ts';
import type { Source } from './source.ts';

export function cached(below: Source): Source {
  let kept: readonly unknown[] | null = null;
  return {
    open: (pass) => {
      if (kept) return pullFrom(kept);
      const pull = below.open(pass);
      const seen: unknown[] = [];
      return pulling(
        () =>
          whenThere(pull.next(), (element) => {
            if (element === DONE) kept = seen;
            else seen.push(element);
            return element;
          }),
        pull,
      );
    },
    cardinality: below.cardinality,
    spec: () => below.spec(),
  };
}

/** In files at `path`, which later programs read too. */
export const cachedOnDisk = (below: Source, path: string): Source => cacheAt(below, path);
