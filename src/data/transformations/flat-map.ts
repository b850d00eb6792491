// flatMap and interleave: data sets made of elements, read one after the other or in turns.
import { show, ValueError } from '../../base/errors.ts';
import { AGAIN, closeAll, DONE, type Later, type Pull, settle, whenThere } from '../pull.ts';
import { call, callAt, derive, type Pass, type Source, UNKNOWN } from '../source.ts';
import { DatasetSpec, type MakeDataset, type Spec, specThrough } from '../spec.ts';
import { ahead } from './prefetch.ts';

type Function = (...args: never) => unknown;
/** Reads what a user's function gave as a data set. */
export type OpenDataset = (value: unknown, pass: Pass, where: string) => Pull<unknown>;

const innerSpec = (below: Source, f: Function, make: MakeDataset | undefined): Spec | null => {
  const spec = specThrough(below.spec(), (element) => call(f, element), make);
  return spec instanceof DatasetSpec ? spec.elementSpec : null;
};

export const flattened = (below: Source, f: Function, open: OpenDataset, make: MakeDataset): Source =>
  derive(
    below,
    (pull, pass) => {
      let inner: Pull<unknown> | null = null;
      let index = 0;
      const step = (): Later<unknown> => {
        if (inner)
          return whenThere(inner.next(), (element) => {
            if (element !== DONE) return element;
            const closed = inner?.close?.();
            inner = null;
            return whenThere(closed, () => AGAIN);
          });
        return whenThere(pull.next(), (element) =>
          element === DONE
            ? DONE
            : callAt('flatMap', f, element, index++, (dataset) => {
                inner = open(dataset, pass, 'Dataset.flatMap');
                return AGAIN;
              }),
        );
      };
      return {
        next: () => settle(step),
        close: () => closeAll([inner, pull]),
      };
    },
    UNKNOWN,
    () => innerSpec(below, f, make),
  );

export interface InterleaveArguments {
  readonly cycle: number;
  readonly block: number;
  /** Elements read ahead of each data set that is open. */
  readonly ahead: number;
}

/** `cycle` data sets are open; `block` elements of one come before those of the next. */
export function interleaved(
  below: Source,
  f: Function,
  args: InterleaveArguments,
  open: OpenDataset,
  make?: MakeDataset,
): Source {
  if (args.block < 1) throw new ValueError(`Dataset.interleave: blockLength: found ${show(args.block)}, wanted ≥ 1.`);
  return derive(
    below,
    (pull, pass) => {
      const cycle: (Pull<unknown> | null)[] = new Array(args.cycle).fill(null);
      let at = 0;
      let inBlock = 0;
      let ended = false;
      let index = 0;
      const advance = (): typeof AGAIN => {
        inBlock = 0;
        at = (at + 1) % args.cycle;
        return AGAIN;
      };
      const step = (): Later<unknown> => {
        const here = cycle[at];
        if (here)
          return whenThere(here.next(), (element) => {
            if (element === DONE) {
              cycle[at] = null;
              return whenThere(here.close?.(), advance);
            }
            if (++inBlock === args.block) advance();
            return element;
          });
        if (ended) return cycle.some(Boolean) ? advance() : DONE;
        return whenThere(pull.next(), (element) => {
          if (element === DONE) {
            ended = true;
            return AGAIN;
          }
          return callAt('interleave', f, element, index++, (dataset) => {
            const opened = open(dataset, pass, 'Dataset.interleave');
            cycle[at] = args.ahead > 0 ? ahead(opened, args.ahead) : opened;
            return AGAIN;
          });
        });
      };
      return {
        next: () => settle(step),
        close: () => closeAll([...cycle, pull]),
      };
    },
    UNKNOWN,
    () => innerSpec(below, f, make),
  );
}
