// groupByWindow and groupByReducer: elements collected by a key.
import { show, ValueError } from '../../base/errors.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { AGAIN, DONE, type Later, type Pull, pulling, settle, whenThere } from '../pull.ts';
import { call, callAt, derive, type Source, UNKNOWN } from '../source.ts';
import { DatasetSpec, type MakeDataset, type Spec, specThrough } from '../spec.ts';
import { componentsToTensors, toTensors } from '../structure.ts';
import type { OpenDataset } from './flat-map.ts';
import { int64Scalar } from './order.ts';

type Function = (...args: never) => unknown;

function keyOf(value: unknown, where: string): bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'bigint') return value;
  if (value instanceof Tensor && value.size === 1 && value.dtype.startsWith('int')) return BigInt(value.item());
  throw new ValueError(`${where}: the key is ${show(value)}; wanted a whole number or an int64 scalar.`);
}

export interface GroupArguments {
  readonly key: Function;
  readonly reduce: Function;
  /** The elements of a group before it is given to `reduce`. */
  readonly size: number | Function;
  /** What comes of it, where that is known without calling `reduce`. */
  readonly spec?: () => Spec | null;
}

export function groupedByWindow(below: Source, args: GroupArguments, make: MakeDataset, open: OpenDataset): Source {
  const where = 'Dataset.groupByWindow';
  const sizeOf = (key: bigint): number => {
    const size = typeof args.size === 'number' ? args.size : Number(keyOf(call(args.size, int64Scalar(key)), where));
    if (!Number.isInteger(size) || size < 1)
      throw new ValueError(`${where}: windowSize: found ${size}, wanted a whole number ≥ 1.`);
    return size;
  };
  return derive(
    below,
    (pull, pass) => {
      const groups = new Map<bigint, { readonly size: number; elements: unknown[] }>();
      let current: Pull<unknown> | null = null;
      let ended = false;
      let index = 0;
      const flush = (key: bigint): Later<typeof AGAIN> => {
        const { elements } = groups.get(key)!;
        groups.delete(key);
        return whenThere(call(args.reduce, [int64Scalar(key), make(elements, below.spec())]), (dataset) => {
          current = open(dataset, pass, where);
          return AGAIN;
        });
      };
      const collect = (element: unknown): Later<unknown> =>
        callAt('groupByWindow', args.key, element, index++, (given) => {
          const key = keyOf(given, where);
          let group = groups.get(key);
          if (!group) {
            group = { size: sizeOf(key), elements: [] };
            groups.set(key, group);
          }
          group.elements.push(element);
          return group.elements.length === group.size ? flush(key) : AGAIN;
        });
      const step = (): Later<unknown> => {
        if (current)
          return whenThere(current.next(), (element) => {
            if (element !== DONE) return element;
            const closed = current?.close?.();
            current = null;
            return whenThere(closed, () => AGAIN);
          });
        if (ended) {
          // What is left comes in the order of the keys.
          const keys = [...groups.keys()].sort((a, b) => (a < b ? -1 : 1));
          return keys.length > 0 ? flush(keys[0]!) : DONE;
        }
        return whenThere(pull.next(), (element) => {
          if (element !== DONE) return collect(element);
          ended = true;
          return AGAIN;
        });
      };
      return pulling(() => settle(step), pull);
    },
    UNKNOWN,
    () => {
      if (args.spec) return args.spec();
      const spec = below.spec();
      const given = spec && [new TensorSpec([], 'int64'), new DatasetSpec(spec)];
      const made = specThrough(given, (element) => call(args.reduce, element), make);
      return made instanceof DatasetSpec ? made.elementSpec : null;
    },
  );
}

/** How groups are reduced: a first state from the key, a step, and what comes of the last state. */
export interface Reducer {
  readonly initFunc: (key: Tensor) => unknown;
  readonly reduceFunc: (state: never, element: never) => unknown;
  readonly finalizeFunc: (state: never) => unknown;
}

/** One element for each key, in the order of the keys' first elements. */
export const groupedByReducer = (below: Source, key: Function, reducer: Reducer): Source =>
  derive(
    below,
    (pull) => {
      const states = new Map<bigint, unknown>();
      let results: unknown[] | null = null;
      let index = 0;
      const convert = (value: unknown): unknown => componentsToTensors(value, 'groupByReducer');
      const step = (): Later<unknown> => {
        if (results) return results.length > 0 ? results.shift() : DONE;
        return whenThere(pull.next(), (element) => {
          if (element === DONE) {
            results = [...states.values()].map((state) => convert(reducer.finalizeFunc(state as never)));
            return AGAIN;
          }
          return callAt('groupByReducer', key, element, index++, (given) => {
            const at = keyOf(given, 'groupByReducer');
            const state = states.has(at)
              ? states.get(at)
              : toTensors(reducer.initFunc(int64Scalar(at)), 'groupByReducer');
            states.set(at, convert(reducer.reduceFunc(state as never, element as never)));
            return AGAIN;
          });
        });
      };
      return pulling(() => settle(step), pull);
    },
    UNKNOWN,
    () => null,
  );
