// tf.data.Dataset: elements one after the other, made as they are asked for.
// Owns: the class and its transformations as methods. Leaves rows and batches of tensors to structure.ts, waiting to pull.ts.
import { StateError, show, ValueError } from '../base/errors.ts';
import { mapTree } from '../base/tree.ts';
import type { Structure } from '../ops/core/gradients.ts';
import { eagerTensor, Tensor } from '../runtime/tensor.ts';
import type { Options } from '../runtime/tensor-methods.ts';
import { DONE, type Done, type Later, type Pull, pullFrom, whenThere } from './pull.ts';
import { shuffler } from './shuffle.ts';
import { componentsToTensors, isTensor, rowReader, stackElements, toTensors } from './structure.ts';

/** As in TensorFlow a function over tuples takes their parts as its arguments. */
export type Arguments<T> = T extends readonly unknown[] ? T : [element: T];
type Inputs = import('./types.ts').Inputs;
type Tensors<T> = import('./types.ts').Tensors<T>;
type MapOptions = Options<{ numParallelCalls: number; deterministic: boolean }>;

/** Elements whose number is not known, and such without end. */
export const UNKNOWN = -2;
export const INFINITE = -1;

const whole = (value: number, argument: string, min: number): number => {
  if (!Number.isInteger(value) || value < min)
    throw new ValueError(`Dataset.${argument}: found ${show(value)}, wanted a whole number ≥ ${min}.`);
  return value;
};
const call = (f: (...args: never) => unknown, element: unknown): unknown =>
  Array.isArray(element)
    ? (f as (...args: unknown[]) => unknown)(...element)
    : (f as (element: unknown) => unknown)(element);

export class DatasetBase<out T extends Structure = Structure> implements AsyncIterable<T> {
  readonly #open: () => Pull<unknown>;
  readonly #cardinality: number;

  constructor(open: () => Pull<unknown>, cardinality: number) {
    this.#open = open;
    this.#cardinality = cardinality;
  }

  /** Begins a pass. */
  open(): Pull<T> {
    return this.#open() as Pull<T>;
  }
  /** The number of elements, −1 without end, −2 where it is not known. */
  cardinality(): number {
    return this.#cardinality;
  }
  get length(): number {
    const n = this.#cardinality;
    if (n < 0)
      throw new StateError(
        `Dataset.length: the data set ${n === INFINITE ? 'has no end' : 'has a length that is not known before it is read'}; count the elements as you read them, or use take(n).`,
      );
    return n;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    const pull = this.open();
    try {
      for (;;) {
        const element = await pull.next();
        if (element === DONE) return;
        yield element;
      }
    } finally {
      pull.close?.();
    }
  }

  #derive<R extends Structure>(wrap: (source: Pull<unknown>) => Pull<unknown>, cardinality: number): DatasetBase<R> {
    return new DatasetBase<R>(() => wrap(this.#open()), cardinality);
  }

  map<const R extends Inputs>(
    f: (...args: Arguments<T>) => R | Promise<R>,
    _options?: MapOptions,
  ): DatasetBase<Tensors<R>> {
    const convert = (value: unknown): unknown => componentsToTensors(value, 'Dataset.map');
    return this.#derive(
      (source) => ({
        next: () =>
          whenThere(source.next(), (element) =>
            element === DONE ? DONE : whenThere(call(f, element) as Later<unknown>, convert),
          ) as Later<unknown>,
        close: () => source.close?.(),
      }),
      this.#cardinality,
    );
  }
  filter(predicate: (...args: Arguments<T>) => Tensor | boolean): DatasetBase<T> {
    return this.#derive((source) => {
      const next = async (): Promise<unknown> => {
        for (;;) {
          const element = await source.next();
          if (element === DONE) return DONE;
          const kept = call(predicate, element);
          if (kept instanceof Tensor ? kept.item() !== 0 : kept) return element;
        }
      };
      return { next, close: () => source.close?.() };
    }, UNKNOWN);
  }
  batch(batchSize: number, options: Options<{ dropRemainder: boolean }> = {}): DatasetBase<T> {
    const size = whole(batchSize, 'batch', 1);
    const drop = options.dropRemainder ?? false;
    const count =
      this.#cardinality < 0
        ? this.#cardinality
        : drop
          ? Math.floor(this.#cardinality / size)
          : Math.ceil(this.#cardinality / size);
    return this.#derive((source) => {
      const finish = (group: unknown[]): unknown =>
        group.length === 0 || (drop && group.length < size) ? DONE : stackElements(group, 'Dataset.batch');
      const collect = (group: unknown[]): Later<unknown> => {
        while (group.length < size) {
          const got = source.next();
          if (got instanceof Promise)
            return got.then((element) => {
              if (element === DONE) return finish(group);
              group.push(element);
              return collect(group);
            });
          if (got === DONE) break;
          group.push(got);
        }
        return finish(group);
      };
      return { next: () => collect([]), close: () => source.close?.() };
    }, count);
  }
  /** The rows of each element, one by one. */
  unbatch(): DatasetBase<T> {
    return this.#derive((source) => {
      let rows: { rows: number; row(i: number): unknown } | null = null;
      let at = 0;
      const next = (): Later<unknown> => {
        if (rows && at < rows.rows) return rows.row(at++);
        return whenThere(source.next(), (element) => {
          if (element === DONE) return DONE;
          rows = rowReader(element);
          at = 0;
          return next();
        });
      };
      return { next, close: () => source.close?.() };
    }, UNKNOWN);
  }
  shuffle(
    bufferSize: number,
    options: Options<{ seed: number; reshuffleEachIteration: boolean }> = {},
  ): DatasetBase<T> {
    const size = whole(bufferSize, 'shuffle', 1);
    return this.#derive(shuffler(size, options.seed, options.reshuffleEachIteration ?? true), this.#cardinality);
  }
  repeat(count = -1): DatasetBase<T> {
    const times = whole(count, 'repeat', -1);
    const cardinality = times < 0 ? INFINITE : this.#cardinality < 0 ? this.#cardinality : this.#cardinality * times;
    return new DatasetBase<T>(() => {
      let source = this.#open();
      let left = times;
      let any = false;
      const next = (): Later<unknown> =>
        left === 0
          ? DONE
          : whenThere(source.next(), (element) => {
              if (element !== DONE) {
                any = true;
                return element;
              }
              left--;
              // An empty data set repeated for ever is empty.
              if (left === 0 || !any) return DONE;
              source.close?.();
              source = this.#open();
              any = false;
              return next();
            });
      return { next, close: () => source.close?.() };
    }, cardinality);
  }
  take(count: number): DatasetBase<T> {
    const limit = whole(count, 'take', -1);
    const n = this.#cardinality;
    return this.#derive(
      (source) => {
        let taken = 0;
        return { next: () => (limit >= 0 && taken++ >= limit ? DONE : source.next()), close: () => source.close?.() };
      },
      limit < 0 ? n : n === UNKNOWN ? UNKNOWN : n === INFINITE ? limit : Math.min(n, limit),
    );
  }
  skip(count: number): DatasetBase<T> {
    const skipped = whole(count, 'skip', -1);
    const n = this.#cardinality;
    return this.#derive(
      (source) => {
        let left = skipped < 0 ? Number.POSITIVE_INFINITY : skipped;
        const next = (): Later<unknown> => {
          while (left > 0) {
            const got = source.next();
            left--;
            if (got instanceof Promise) return got.then((element) => (element === DONE ? DONE : next()));
            if (got === DONE) return DONE;
          }
          return source.next();
        };
        return { next, close: () => source.close?.() };
      },
      n < 0 ? n : skipped < 0 ? 0 : Math.max(n - skipped, 0),
    );
  }
  /** Prepares elements ahead of their use. */
  prefetch(_bufferSize: number): DatasetBase<T> {
    return this.#derive((source) => source, this.#cardinality);
  }
  /** Keeps the elements of the first whole pass in memory. */
  cache(_path?: string): DatasetBase<T> {
    let kept: unknown[] | null = null;
    return new DatasetBase<T>(() => {
      if (kept) return pullFrom(kept);
      const source = this.#open();
      const seen: unknown[] = [];
      return {
        next: () =>
          whenThere(source.next(), (element) => {
            if (element === DONE) kept = seen;
            else seen.push(element);
            return element;
          }),
        close: () => source.close?.(),
      };
    }, this.#cardinality);
  }
  enumerate(start = 0): DatasetBase<[index: Tensor, element: T]> {
    return this.#derive((source) => {
      let index = start;
      return {
        next: () =>
          whenThere(source.next(), (element): unknown =>
            element === DONE ? DONE : [eagerTensor(BigInt64Array.of(BigInt(index++)), [], 'int64'), element],
          ),
        close: () => source.close?.(),
      };
    }, this.#cardinality);
  }
  concatenate(other: DatasetBase): DatasetBase<T> {
    const [a, b] = [this.#cardinality, other.cardinality()];
    return new DatasetBase<T>(
      () => {
        let source: Pull<unknown> = this.#open();
        let second = false;
        const next = (): Later<unknown> =>
          whenThere(source.next(), (element) => {
            if (element !== DONE || second) return element;
            second = true;
            source = other.open();
            return next();
          });
        return { next, close: () => source.close?.() };
      },
      a === INFINITE || b === INFINITE ? INFINITE : a < 0 || b < 0 ? UNKNOWN : a + b,
    );
  }

  // ── Sources ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The rows of tensors: `fromTensorSlices([x, y])` gives pairs. */
  static fromTensorSlices<const I extends Inputs>(tensors: I): DatasetBase<Tensors<I>> {
    const reader = rowReader(toTensors(tensors, 'Dataset.fromTensorSlices'));
    return new DatasetBase(() => {
      let i = 0;
      return { next: () => (i < reader.rows ? reader.row(i++) : DONE) };
    }, reader.rows);
  }
  /** One element: the tensors as they are. */
  static fromTensors<const I extends Inputs>(tensors: I): DatasetBase<Tensors<I>> {
    const element = toTensors(tensors, 'Dataset.fromTensors');
    return new DatasetBase(() => pullFrom([element]), 1);
  }
  static fromGenerator<const I extends Inputs>(
    generator: () => Iterable<I> | AsyncIterable<I>,
  ): DatasetBase<Tensors<I>> {
    if (typeof generator !== 'function')
      throw new ValueError(
        `Dataset.fromGenerator: found ${show(generator)}, wanted a function that returns an iterable (a generator function).`,
      );
    return new DatasetBase(() => {
      const pull = pullFrom(generator());
      return {
        next: () =>
          whenThere(pull.next(), (element): unknown =>
            element === DONE ? DONE : componentsToTensors(element, 'Dataset.fromGenerator'),
          ),
        close: () => pull.close?.(),
      };
    }, UNKNOWN);
  }
  static range(start: number, stop?: number, step = 1): DatasetBase<Tensor> {
    const [from, to] = stop === undefined ? [0, start] : [start, stop];
    if (step === 0) throw new ValueError('Dataset.range: step is 0.');
    const count = Math.max(0, Math.ceil((to - from) / step));
    return new DatasetBase(() => {
      let i = 0;
      return { next: () => (i < count ? eagerTensor(BigInt64Array.of(BigInt(from + step * i++)), [], 'int64') : DONE) };
    }, count);
  }
  /** Elements of several data sets side by side, until the shortest ends. */
  static zip<const D extends readonly DatasetBase[]>(
    ...datasets: D
  ): DatasetBase<{ -readonly [K in keyof D]: D[K] extends DatasetBase<infer T> ? T : never } & Structure> {
    const given = (
      datasets.length === 1 && Array.isArray(datasets[0]) ? datasets[0] : datasets
    ) as readonly DatasetBase[];
    const sizes = given.map((dataset) => dataset.cardinality());
    const finite = sizes.filter((n) => n >= 0);
    const cardinality = sizes.includes(UNKNOWN) ? UNKNOWN : finite.length === 0 ? INFINITE : Math.min(...finite);
    return new DatasetBase(() => {
      const pulls = given.map((dataset) => dataset.open());
      return {
        next: () => {
          const parts = pulls.map((pull) => pull.next());
          const finish = (list: readonly (Structure | Done)[]): unknown => (list.includes(DONE) ? DONE : list);
          return parts.some((item) => item instanceof Promise)
            ? Promise.all(parts).then(finish)
            : finish(parts as (Structure | Done)[]);
        },
        close: () => {
          for (const pull of pulls) pull.close?.();
        },
      };
    }, cardinality);
  }
}
Object.defineProperty(DatasetBase, 'name', { value: 'Dataset' });

export interface Dataset<out T extends Structure = Structure> extends DatasetBase<T> {}
/** Made by `fromTensorSlices`, `fromTensors`, `fromGenerator`, `range` and `zip`. */
export interface DatasetClass
  extends Pick<typeof DatasetBase, 'fromTensorSlices' | 'fromTensors' | 'fromGenerator' | 'range' | 'zip'> {
  readonly prototype: Dataset;
  [Symbol.hasInstance](value: unknown): value is Dataset;
}
export const Dataset: DatasetClass = DatasetBase as object as DatasetClass;

/** Shapes of an element, for messages. */
export const shapesOfElement = (element: unknown): unknown =>
  mapTree(element, (leaf) => (isTensor(leaf) ? leaf.shape : show(leaf)), isTensor);
