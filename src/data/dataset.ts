// tf.data.Dataset: elements one after the other, made as they are asked for.
// Owns: the class with its transformations as methods, and their arguments. What each does is in transformations/ and sources/.

import { asDType, type DType } from '../base/dtype.ts';
import { StateError, show, ValueError } from '../base/errors.ts';
import { requireFunction } from '../base/misuse.ts';
import type { Shape } from '../base/shape.ts';
import { inspect } from '../base/short-form.ts';
import { mapTree, packTree } from '../base/tree.ts';
import type { Structure } from '../ops/core/gradients.ts';
import { bindArguments, type Forms } from '../ops/core/signature.ts';
import { platform } from '../platform/platform.ts';
import { Tensor } from '../runtime/tensor.ts';
import type { Options } from '../runtime/tensor-methods.ts';
import { cached, cachedOnDisk } from './cache.ts';
import { DatasetIterator, ValuesIterator } from './iterator.ts';
import { DataOptions, requireOptions } from './options.ts';
import { DONE, type Pull, thenClose } from './pull.ts';
import {
  type LoadOptions,
  loadSource,
  type ReaderOption,
  type ReadShards,
  type SaveOptions,
  saveSource,
  snapshotSource,
} from './saved.ts';
import { shuffled } from './shuffle.ts';
import { fail, INFINITE, Pass, type Source, type Whole, whole, wholeBits } from './source.ts';
import { fileNamesOf } from './sources/files.ts';
import { listedFiles } from './sources/list-files.ts';
import {
  counterSource,
  elementSource,
  type GeneratorOptions,
  generatorSource,
  type Iteration,
  type RangeOptions,
  rangeSource,
  sliceSource,
  wholeSource,
} from './sources/tensors.ts';
import { type Spec, showSpec, specThrough } from './spec.ts';
import { componentsToTensors, nextState, toTensors } from './structure.ts';
import { batched, rebatched, unbatched } from './transformations/batch.ts';
import { type BucketArguments, bucketed } from './transformations/bucket.ts';
import { directed, randomSource, sampledNumbers } from './transformations/choose.ts';
import { filtered, ignoringErrors, sharded, takenWhile, uniqued } from './transformations/filter.ts';
import { flattened, interleaved } from './transformations/flat-map.ts';
import { groupedByWindow } from './transformations/group-by-window.ts';
import { mapped } from './transformations/map.ts';
import { concatenated, enumerated, repeated, scanned, skipped, taken, zipped } from './transformations/order.ts';
import {
  type PaddedShapes,
  type PaddingValues,
  padded,
  raggedBatched,
  sparseBatched,
} from './transformations/padded-batch.ts';
import { ahead } from './transformations/prefetch.ts';
import { resampled } from './transformations/rejection-resample.ts';
import { windowed } from './transformations/window.ts';
import type { Arguments, Element, Elements, Inputs, Windows } from './types.ts';
import { inWorkers, isModuleFunction, type ModuleFunction } from './worker-function.ts';

export type { Arguments };

type MapOptions = Options<{
  numParallelCalls: number;
  deterministic: boolean;
  synchronous: boolean;
  useUnboundedThreadpool: boolean;
  name: string;
}>;
type NameOption = Options<{ name: string }>;
type Result<R> = R | Promise<R>;

// The parameters of methods, by whose names they may be given too: batch({ batchSize: 32 }).
const BATCH = ['batchSize', 'dropRemainder', 'numParallelCalls', 'deterministic'] as const;
type BatchParameters = [
  batchSize: number,
  dropRemainder?: boolean,
  numParallelCalls?: number | null,
  deterministic?: boolean | null,
];
const PADDED = ['batchSize', 'paddedShapes', 'paddingValues', 'dropRemainder'] as const;
type PaddedParameters = [
  batchSize: number,
  paddedShapes?: PaddedShapes | null,
  paddingValues?: PaddingValues | null,
  dropRemainder?: boolean,
];
const RAGGED = ['batchSize', 'dropRemainder', 'rowSplitsDtype'] as const;
type RaggedParameters = [batchSize: number, dropRemainder?: boolean, rowSplitsDtype?: 'int32' | 'int64'];
const SPARSE = ['batchSize', 'rowShape'] as const;
const REBATCH = ['batchSize', 'dropRemainder'] as const;
const SHARD = ['numShards', 'index'] as const;
const SHUFFLE = ['bufferSize', 'seed', 'reshuffleEachIteration'] as const;
type ShuffleParameters = [bufferSize: number | Tensor, seed?: number | null, reshuffleEachIteration?: boolean | null];
const COUNT = ['count'] as const;
const PREFETCH = ['bufferSize'] as const;
const WINDOW = ['size', 'shift', 'stride', 'dropRemainder'] as const;
type WindowParameters = [size: number, shift?: number | null, stride?: number, dropRemainder?: boolean];

/** Arguments by position or name. */
const bind = (method: string, names: readonly string[], args: readonly unknown[]): unknown[] =>
  bindArguments(`Dataset.${method}`, [...names, 'name'], args);

function functionOf(f: unknown, argument: string): (...args: never) => unknown {
  if (typeof f === 'function') return f as (...args: never) => unknown;
  throw new ValueError(`Dataset.${argument}: found ${show(f)}, wanted a function.`);
}

export class DatasetBase<out T extends Element = Structure> implements AsyncIterable<T> {
  readonly #source: Source;
  readonly #options: DataOptions;
  #errors = 0;

  constructor(source: Source, options: DataOptions = new DataOptions()) {
    this.#source = source;
    this.#options = options;
  }

  /** Internal: what transformations read from. */
  get source(): Source {
    return this.#source;
  }
  /** Begins a pass. */
  open(pass: Pass = new Pass()): Pull<T> {
    return this.#source.open(pass) as Pull<T>;
  }
  /** The number of elements, −1 without end, −2 where it is not known. */
  cardinality(): number {
    return this.#source.cardinality;
  }
  get length(): number {
    const n = this.cardinality();
    if (n < 0)
      throw new StateError(
        `Dataset.length: the data set ${n === INFINITE ? 'has no end' : 'has a length that is not known before it is read'}; count the elements as you read them, or use take(n).`,
      );
    return n;
  }
  /** Dtypes and shapes of the elements, null for sizes that vary. Throws where they show only when one is read. */
  get elementSpec(): Spec {
    const spec = this.#source.spec();
    if (!spec)
      throw new StateError(
        'Dataset.elementSpec: what the elements are shows only when one is read: a function in the chain waits, or cannot run on made-up elements. Read one: `for await (const x of dataset.take(1))`.',
      );
    return spec;
  }
  [Symbol.asyncIterator](): DatasetIterator<T> {
    return new DatasetIterator<T>(this.#source);
  }
  /** A pass that can be saved and restored. */
  iterator(): DatasetIterator<T> {
    return new DatasetIterator<T>(this.#source);
  }
  /** A pass over plain values: numbers, nested arrays, texts. */
  asNumpyIterator(): ValuesIterator<T> {
    return new ValuesIterator<T>(this.#source);
  }
  toString(): string {
    const spec = this.#source.spec();
    return `<Dataset element_spec=${spec ? showSpec(spec) : 'unknown'}>`;
  }
  [inspect](): string {
    return this.toString();
  }

  #with<R extends Element>(source: Source): DatasetBase<R> {
    return new DatasetBase<R>(source, this.#options);
  }

  // ── Elements one by one ─────────────────────────────────────────────────────────────────────────────────────────

  /**
   * `f` of every element; calls that wait run side by side, `numParallelCalls` of them. A function of a module,
   * `{ module: new URL('./prepare.js', import.meta.url), name: 'prepare' }`, runs in worker threads.
   */
  map<const R extends Inputs>(
    f: (...args: Arguments<T>) => Result<R>,
    ...rest: [options?: MapOptions]
  ): DatasetBase<Elements<R>>;
  map<R extends Element = Structure>(f: ModuleFunction, ...rest: [options?: MapOptions]): DatasetBase<R>;
  map(f: unknown, ...rest: readonly unknown[]): DatasetBase<Element> {
    const names = ['mapFunc', 'numParallelCalls', 'deterministic', 'synchronous', 'useUnboundedThreadpool'];
    const isApart = isModuleFunction(f) && f.module !== undefined;
    // A record in the first place is a function of a module, not named arguments.
    const [given, calls, deterministic = this.#options.deterministic ?? true] = bind('map', names, [
      isApart ? inWorkers(f) : f,
      ...rest,
    ]);
    const width = (calls as number | undefined) ?? (isApart ? -1 : undefined);
    return this.#with(mapped(this.#source, functionOf(given, 'map'), width, deterministic as boolean));
  }
  /** The elements for which the predicate is true. */
  filter(predicate: (...args: Arguments<T>) => Result<Tensor | boolean>, _options?: NameOption): DatasetBase<T> {
    return this.#with(filtered(this.#source, functionOf(predicate, 'filter')));
  }
  /** The elements before the first for which the predicate is false. */
  takeWhile(predicate: (...args: Arguments<T>) => Result<Tensor | boolean>, _options?: NameOption): DatasetBase<T> {
    return this.#with(takenWhile(this.#source, functionOf(predicate, 'takeWhile')));
  }
  /** Each element the first time that it comes. */
  unique(_options?: NameOption): DatasetBase<T> {
    return this.#with(uniqued(this.#source));
  }
  /** Every `numShards`-th element, from `index` on. */
  shard(...args: Forms<[numShards: number, index: number], typeof SHARD>): DatasetBase<T> {
    const [shards, index] = bind('shard', SHARD, args);
    return this.#with(sharded(this.#source, whole(shards, 'shard: numShards', 1), whole(index, 'shard: index', 0)));
  }
  /** Leaves out elements that cannot be had, and counts them in `errorsIgnored`. */
  ignoreErrors(...rest: [logWarning?: boolean | Options<{ logWarning: boolean; name: string }>]): DatasetBase<T> {
    const [logWarning] = bind('ignoreErrors', ['logWarning'], rest);
    const made: DatasetBase<T> = this.#with(
      ignoringErrors(this.#source, (error) => {
        made.#errors++;
        if (logWarning) console.warn(`Dataset.ignoreErrors: left out: ${String(error)}`);
      }),
    );
    return made;
  }
  /** How many elements `ignoreErrors` left out so far, in all passes. */
  get errorsIgnored(): number {
    return this.#errors;
  }

  // ── Batches ─────────────────────────────────────────────────────────────────────────────────────────────────────

  batch(...args: Forms<BatchParameters, typeof BATCH>): DatasetBase<T> {
    const [size, drop = false] = bind('batch', BATCH, args);
    return this.#with(batched(this.#source, whole(size, 'batch', 1), drop as boolean));
  }
  /** Batches of elements of different sizes, filled up with `paddingValues` to the largest or to `paddedShapes`. */
  paddedBatch(...args: Forms<PaddedParameters, typeof PADDED>): DatasetBase<T> {
    const [size, shapes, values, drop = false] = bind('paddedBatch', PADDED, args);
    return this.#with(
      padded(
        this.#source,
        whole(size, 'paddedBatch', 1),
        shapes as PaddedShapes | undefined,
        values as PaddingValues | undefined,
        drop as boolean,
      ),
    );
  }
  /** Batches of elements of different sizes as ragged tensors. */
  raggedBatch(...args: Forms<RaggedParameters, typeof RAGGED>): DatasetBase<Element> {
    const [size, drop = false, splits = 'int64'] = bind('raggedBatch', RAGGED, args);
    return this.#with(
      raggedBatched(this.#source, whole(size, 'raggedBatch', 1), drop as boolean, splits as 'int32' | 'int64'),
    );
  }
  /** Batches of tensors as sparse tensors with rows of `rowShape`. */
  sparseBatch(...args: Forms<[batchSize: number, rowShape: Shape], typeof SPARSE>): DatasetBase<Element> {
    const [size, shape] = bind('sparseBatch', SPARSE, args);
    return this.#with(sparseBatched(this.#source, whole(size, 'sparseBatch', 1), shape as Shape));
  }
  /** The rows of each element, one by one. */
  unbatch(_options?: NameOption): DatasetBase<T> {
    return this.#with(unbatched(this.#source));
  }
  /** Batches of other sizes; several sizes take turns. */
  rebatch(
    ...args: Forms<[batchSize: number | readonly number[], dropRemainder?: boolean], typeof REBATCH>
  ): DatasetBase<T> {
    const [given, drop = false] = bind('rebatch', REBATCH, args);
    const sizes = (Array.isArray(given) ? given : [given]).map((size) => whole(size, 'rebatch', 1));
    return this.#with(rebatched(this.#source, sizes, drop as boolean));
  }
  /** Batches of elements of about one length, padded: for each bucket below a boundary its batch size. */
  bucketBySequenceLength(
    options: BucketArguments &
      NameOption & {
        readonly elementLengthFunc: (...args: Arguments<T>) => Tensor | number;
        readonly bucketBoundaries: readonly number[];
        readonly bucketBatchSizes: readonly number[];
      },
  ): DatasetBase<T>;
  bucketBySequenceLength(
    elementLengthFunc: (...args: Arguments<T>) => Tensor | number,
    bucketBoundaries: readonly number[],
    bucketBatchSizes: readonly number[],
    options?: BucketArguments & NameOption,
  ): DatasetBase<T>;
  bucketBySequenceLength(...args: readonly unknown[]): DatasetBase<T> {
    const names = [
      'elementLengthFunc',
      'bucketBoundaries',
      'bucketBatchSizes',
      'paddedShapes',
      'paddingValues',
      'padToBucketBoundary',
      'noPadding',
      'dropRemainder',
    ];
    const [f, boundaries, sizes, paddedShapes, paddingValues, padToBucketBoundary, noPadding, dropRemainder] = bind(
      'bucketBySequenceLength',
      names,
      args,
    );
    const given = { paddedShapes, paddingValues, padToBucketBoundary, noPadding, dropRemainder } as BucketArguments;
    return this.#with(
      bucketed(
        this.#source,
        functionOf(f, 'bucketBySequenceLength'),
        boundaries as readonly number[],
        sizes as readonly number[],
        given,
        makeDataset,
        openDataset,
      ),
    );
  }

  // ── Order ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Elements in the order in which TensorFlow's buffer of `bufferSize` gives them for the same seed. */
  shuffle(...args: Forms<ShuffleParameters, typeof SHUFFLE>): DatasetBase<T> {
    const [size, seed, reshuffle = true] = bind('shuffle', SHUFFLE, args);
    return this.#with(
      shuffled(this.#source, whole(size, 'shuffle', 1), seed as number | undefined, reshuffle as boolean),
    );
  }
  /** The elements `count` times, without end by default. */
  repeat(...args: Forms<[count?: number | null], typeof COUNT>): DatasetBase<T> {
    const [times = -1] = bind('repeat', COUNT, args);
    return this.#with(repeated(this.#source, whole(times, 'repeat', -1)));
  }
  take(...args: Forms<[count: number], typeof COUNT>): DatasetBase<T> {
    const [count] = bind('take', COUNT, args);
    return this.#with(taken(this.#source, whole(count, 'take', -1)));
  }
  skip(...args: Forms<[count: number], typeof COUNT>): DatasetBase<T> {
    const [count] = bind('skip', COUNT, args);
    return this.#with(skipped(this.#source, whole(count, 'skip', -1)));
  }
  enumerate(
    ...rest: [start?: Whole | Options<{ start: Whole; name: string }>]
  ): DatasetBase<[index: Tensor, element: T]> {
    const [start = 0] = bind('enumerate', ['start'], rest);
    return this.#with(enumerated(this.#source, wholeBits(start, 'enumerate: start')));
  }
  concatenate(other: DatasetBase<Element>, _options?: NameOption): DatasetBase<T> {
    return this.#with(concatenated(this.#source, requireDataset(other, 'concatenate').source));
  }
  /** Prepares elements ahead of their use, while the program waits or computes elsewhere. */
  prefetch(...args: Forms<[bufferSize: number], typeof PREFETCH>): DatasetBase<T> {
    const size = whole(bind('prefetch', PREFETCH, args)[0], 'prefetch', -1);
    const count = size < 0 ? 2 * platform().hardwareConcurrency : size;
    const below = this.#source;
    if (count === 0) return this.#with(below);
    return this.#with({ ...below, open: (pass) => ahead(below.open(pass), count) });
  }
  /** Keeps the elements of the first whole pass, in memory or in files at `filename`. */
  cache(filename: string | Options<{ filename: string; name: string }> = ''): DatasetBase<T> {
    const [path = ''] = bind('cache', ['filename'], [filename]);
    return this.#with(path === '' ? cached(this.#source) : cachedOnDisk(this.#source, String(path)));
  }

  // ── Data sets of data sets ──────────────────────────────────────────────────────────────────────────────────────

  /** The elements of the data sets that `f` makes of the elements, one after the other. */
  flatMap<R extends Element>(
    f: (...args: Arguments<T>) => Result<DatasetBase<R>>,
    _options?: NameOption,
  ): DatasetBase<R> {
    return this.#with(flattened(this.#source, functionOf(f, 'flatMap'), openDataset, makeDataset));
  }
  /** The same, `cycleLength` data sets in turns, `blockLength` elements of each. */
  interleave<R extends Element>(
    f: (...args: Arguments<T>) => Result<DatasetBase<R>>,
    options: Options<{
      cycleLength: number;
      blockLength: number;
      numParallelCalls: number;
      deterministic: boolean;
      name: string;
    }> = {},
  ): DatasetBase<R> {
    const names = ['mapFunc', 'cycleLength', 'blockLength', 'numParallelCalls', 'deterministic'];
    const [given, cycle = -1, block = 1, calls] = bind('interleave', names, [f, options]);
    const length = whole(cycle, 'interleave: cycleLength', -1);
    const args = {
      cycle: length < 1 ? platform().hardwareConcurrency : length,
      block: whole(block, 'interleave: blockLength', 1),
      ahead: calls === undefined ? 0 : 2,
    };
    return this.#with(interleaved(this.#source, functionOf(given, 'interleave'), args, openDataset, makeDataset));
  }
  /** Runs of `size` elements as data sets; each begins `shift` after the one before and takes every `stride`-th. */
  // By `this`, so that what windows are does not count when data sets are compared.
  window<E extends Element>(
    this: DatasetBase<E>,
    ...parameters: Forms<WindowParameters, typeof WINDOW>
  ): DatasetBase<Windows<E>> {
    const [length, shift = length, stride = 1, drop = false] = bind('window', WINDOW, parameters);
    const args = {
      size: whole(length, 'window: size', 1),
      shift: whole(shift, 'window: shift', 1),
      stride: whole(stride, 'window: stride', 1),
      drop: drop as boolean,
    };
    return this.#with(windowed(this.#source, args, makeDataset));
  }
  /** Groups of `windowSize` elements of one key, each turned into a data set by `reduceFunc`. */
  groupByWindow<R extends Element>(options: {
    readonly keyFunc: (...args: Arguments<T>) => Tensor | number;
    readonly reduceFunc: (key: Tensor, window: DatasetBase<T>) => DatasetBase<R>;
    readonly windowSize?: number | null | undefined;
    readonly windowSizeFunc?: ((key: Tensor) => Tensor | number) | null | undefined;
    readonly name?: string | undefined;
  }): DatasetBase<R>;
  groupByWindow<R extends Element>(
    keyFunc: (...args: Arguments<T>) => Tensor | number,
    reduceFunc: (key: Tensor, window: DatasetBase<T>) => DatasetBase<R>,
    windowSize: number,
  ): DatasetBase<R>;
  groupByWindow<R extends Element>(...args: readonly unknown[]): DatasetBase<R> {
    const names = ['keyFunc', 'reduceFunc', 'windowSize', 'windowSizeFunc'];
    const [key, reduce, size, sizeFunction] = bind('groupByWindow', names, args);
    if ((size === undefined) === (sizeFunction === undefined))
      throw new ValueError('Dataset.groupByWindow: give either windowSize or windowSizeFunc.');
    const group = {
      key: functionOf(key, 'groupByWindow: keyFunc'),
      reduce: functionOf(reduce, 'groupByWindow: reduceFunc'),
      size:
        size === undefined
          ? functionOf(sizeFunction, 'groupByWindow: windowSizeFunc')
          : whole(size, 'groupByWindow: windowSize', 1),
    };
    return this.#with(groupedByWindow(this.#source, group, makeDataset, openDataset));
  }
  /** Elements with a state carried along: `scanFunc(state, element)` gives `[newState, output]`. */
  scan<const S extends Inputs, const R extends Inputs>(
    initialState: S,
    scanFunc: (state: Elements<S>, element: T) => Result<readonly [S | Elements<S>, R]>,
    _options?: NameOption,
  ): DatasetBase<Elements<R>> {
    return this.#with(scanned(this.#source, initialState, functionOf(scanFunc, 'scan')));
  }
  /** The state after all elements, by `reduceFunc(state, element)`. */
  async reduce<const S extends Inputs>(
    initialState: S,
    reduceFunc: (state: Elements<S>, element: T) => Result<Inputs>,
    _options?: NameOption,
  ): Promise<Elements<S>> {
    const f = functionOf(reduceFunc, 'reduce') as (state: unknown, element: unknown) => unknown;
    const pull = this.open();
    let state = toTensors(initialState, 'Dataset.reduce');
    const all = async (): Promise<Elements<S>> => {
      for (let index = 0; ; index++) {
        const got = pull.next();
        const element = got instanceof Promise ? await got : got;
        if (element === DONE) return state as Elements<S>;
        try {
          const next = f(state, element);
          const made = componentsToTensors(next instanceof Promise ? await next : next, 'Dataset.reduce');
          state = nextState(state, made, 'Dataset.reduce');
        } catch (error) {
          fail(error, 'reduce', index);
        }
      }
    };
    return thenClose(all, () => pull.close?.());
  }
  /** Elements left out at random so that classes come with the probabilities of `targetDist`: `[class, element]`. */
  rejectionResample(
    classFunc: (...args: Arguments<T>) => Tensor | number,
    targetDist: readonly number[] | Tensor,
    options: Options<{ initialDist: readonly number[] | Tensor | null; seed: number | null; name: string }> = {},
  ): DatasetBase<[Tensor, T]> {
    const names = ['classFunc', 'targetDist', 'initialDist', 'seed'];
    const [f, target, initial, seed] = bind('rejectionResample', names, [classFunc, targetDist, options]);
    const numbers = (given: unknown): number[] =>
      given instanceof Tensor ? Array.from(given.dataSync() as Float32Array, Number) : (given as number[]);
    return this.#with(
      resampled(
        this.#source,
        functionOf(f, 'rejectionResample'),
        numbers(target),
        initial === undefined ? undefined : numbers(initial),
        seed as number | undefined,
      ),
    );
  }

  // ── The whole ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** `transformationFunc` of this data set: for transformations of one's own. */
  apply<R>(transformationFunc: (dataset: this) => R): R {
    requireFunction('Dataset.apply: transformationFunc', transformationFunc);
    return transformationFunc(this);
  }
  /** The only element. */
  async getSingleElement(_options?: NameOption): Promise<T> {
    const pull = this.open();
    const only = async (): Promise<T> => {
      const first = await pull.next();
      if (first === DONE) throw new StateError('Dataset.getSingleElement: the data set is empty; wanted one element.');
      if ((await pull.next()) !== DONE)
        throw new StateError('Dataset.getSingleElement: the data set has more than one element; use take(1).');
      return first;
    };
    return thenClose(only, () => pull.close?.());
  }
  withOptions(options: DataOptions, _options?: NameOption): DatasetBase<T> {
    return new DatasetBase<T>(this.#source, this.#options.merge(requireOptions(options)));
  }
  options(): DataOptions {
    return this.#options;
  }
  /** Writes the elements into files that `Dataset.load` reads. */
  save(path: string, options: SaveOptions<T> = {}): Promise<void> {
    return saveSource(this.#source, path, (options ?? {}) as SaveOptions);
  }
  /** Elements written into files in the first pass, read from them in later ones and in later programs. */
  snapshot(path: string, options: SaveOptions<T> & ReaderOption & NameOption = {}): DatasetBase<T> {
    const read = readShards(options?.readerFunc, 'snapshot');
    return this.#with(snapshotSource(this.#source, path, (options ?? {}) as SaveOptions, read));
  }
  /** The spec of what a function makes of the elements, or null. */
  specOf(f: (element: T) => unknown): Spec | null {
    return specThrough(this.#source.spec(), f as (element: unknown) => unknown);
  }

  // ── Sources ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The rows of tensors: `fromTensorSlices([x, y])` gives pairs. */
  static fromTensorSlices<const I extends Inputs>(tensors: I, _options?: NameOption): DatasetBase<Elements<I>> {
    return new DatasetBase(sliceSource(tensors));
  }
  /** One element: the tensors as they are. */
  static fromTensors<const I extends Inputs>(tensors: I, _options?: NameOption): DatasetBase<Elements<I>> {
    return new DatasetBase(wholeSource(tensors));
  }
  /** What a generator function gives, begun anew in each pass; it may be asynchronous, or return a stream. */
  static fromGenerator<const I extends Inputs>(
    generator: (...args: never) => Iteration<I>,
    options: GeneratorOptions = {},
  ): DatasetBase<Elements<I>> {
    const names = ['generator', 'outputTypes', 'outputShapes', 'args', 'outputSignature'];
    bind('fromGenerator', names, [generator, options]);
    return new DatasetBase(generatorSource(generator, options));
  }
  static range(...args: [stop: Whole, options?: RangeOptions]): DatasetBase<Tensor>;
  static range(...args: [start: Whole, stop: Whole, options?: RangeOptions]): DatasetBase<Tensor>;
  static range(...args: [start: Whole, stop: Whole, step: Whole, options?: RangeOptions]): DatasetBase<Tensor>;
  static range(...args: readonly unknown[]): DatasetBase<Tensor> {
    const last = args.at(-1);
    const options = (typeof last === 'object' && !(last instanceof Tensor) ? last : {}) as RangeOptions;
    const numbers = args.filter((arg) => arg !== options).map((arg) => wholeBits(arg, 'range'));
    if (numbers.length < 1 || numbers.length > 3)
      throw new ValueError(
        `Dataset.range: found ${numbers.length} numbers, wanted (stop), (start, stop) or (start, stop, step).`,
      );
    const [start, stop, step = 1n] = numbers.length === 1 ? [0n, numbers[0]!] : numbers;
    return new DatasetBase(rangeSource(start!, stop!, step, asDType(options.outputType ?? 'int64')));
  }
  /** start, start + step, … without end. */
  static counter(
    ...args:
      | [options?: Options<{ start: Whole; step: Whole; dtype: DType; name: string }>]
      | [start: Whole, step?: Whole, dtype?: DType]
  ): DatasetBase<Tensor> {
    const [start = 0, step = 1, dtype = 'int64'] = bind('counter', ['start', 'step', 'dtype'], args);
    return new DatasetBase(
      counterSource(wholeBits(start, 'counter: start'), wholeBits(step, 'counter: step'), asDType(dtype as DType)),
    );
  }
  /** Random numbers below 2³², int64, without end: TensorFlow's for the same seed. */
  static random(
    options: Options<{ seed: number | null; rerandomizeEachIteration: boolean; name: string }> = {},
  ): DatasetBase<Tensor> {
    const [seed, rerandomize = false] = bind('random', ['seed', 'rerandomizeEachIteration'], [options]);
    return new DatasetBase(randomSource(seed as number | undefined, rerandomize as boolean));
  }
  /** The paths that match a pattern with `*`, `?` and `[…]`, in the order of the seed, or sorted without shuffling. */
  static listFiles(
    filePattern: string | readonly string[] | Tensor,
    options: Options<{ shuffle: boolean; seed: number | null; name: string }> = {},
  ): DatasetBase<Tensor> {
    const [pattern, shuffle = true, seed] = bind(
      'listFiles',
      ['filePattern', 'shuffle', 'seed'],
      [filePattern, options],
    );
    return new DatasetBase(
      listedFiles(fileNamesOf(pattern, 'Dataset.listFiles'), shuffle as boolean, seed as number | undefined),
    );
  }
  /** Elements of several data sets side by side, until the shortest ends. */
  static zip<const D extends readonly AnyDataset[]>(...datasets: D): DatasetBase<AsElement<Zipped<D>>>;
  static zip<const D extends Datasets>(datasets: D): DatasetBase<AsElement<Zipped<D>>>;
  static zip(...args: readonly unknown[]): unknown {
    const options = args.length === 1 && isRecordWith(args[0], 'datasets') ? args[0] : null;
    const structure = options ? options.datasets : args.length === 1 && !isDataset(args[0]) ? args[0] : args;
    const sources: Source[] = [];
    mapTree(structure, (leaf) => sources.push(requireDataset(leaf, 'zip').source), isDataset);
    const flat = Array.isArray(structure) && structure.every(isDataset);
    // Records in the order of their keys, as packing takes them.
    const ordered = flat ? sources : orderedSources(structure);
    return new DatasetBase<Element>(
      zipped(ordered, flat ? (parts) => [...parts] : (parts) => packTree(structure, parts, isDataset)),
    );
  }
  /** From several data sets, each time from that whose number `choiceDataset` gives. */
  static chooseFromDatasets<R extends Element>(
    datasets: readonly DatasetBase<R>[],
    choiceDataset: DatasetBase<Tensor>,
    ...rest: [stopOnEmptyDataset?: boolean | Options<{ stopOnEmptyDataset: boolean }>]
  ): DatasetBase<R> {
    const names = ['datasets', 'choiceDataset', 'stopOnEmptyDataset'];
    const [, choices, stop = true] = bind('chooseFromDatasets', names, [datasets, choiceDataset, ...rest]);
    const where = 'Dataset.chooseFromDatasets';
    return new DatasetBase(
      directed(
        sourcesOf(datasets, 'chooseFromDatasets'),
        requireDataset(choices, where).source,
        stop as boolean,
        where,
      ),
    );
  }
  /** From several data sets at random, with weights: TensorFlow's choices for the same seed. */
  static sampleFromDatasets<R extends Element>(
    datasets: readonly DatasetBase<R>[],
    ...rest: [
      options?:
        | readonly number[]
        | Options<{
            weights: readonly number[] | Tensor | DatasetBase<Tensor> | null;
            seed: number | null;
            stopOnEmptyDataset: boolean;
            rerandomizeEachIteration: boolean;
          }>,
    ]
  ): DatasetBase<R> {
    const names = ['datasets', 'weights', 'seed', 'stopOnEmptyDataset', 'rerandomizeEachIteration'];
    const [, weights, seed, stop = false, rerandomize = false] = bind('sampleFromDatasets', names, [datasets, ...rest]);
    const where = 'Dataset.sampleFromDatasets';
    let sources = sourcesOf(datasets, 'sampleFromDatasets');
    let given: readonly number[] | Source;
    if (isDataset(weights)) given = weights.source;
    else {
      const numbers =
        weights === undefined
          ? sources.map(() => 1)
          : weights instanceof Tensor
            ? Array.from(weights.dataSync() as Float32Array, Number)
            : (weights as readonly number[]);
      if (numbers.length !== sources.length)
        throw new ValueError(`${where}: found ${numbers.length} weights for ${sources.length} data sets.`);
      const kept = sources.filter((_, i) => numbers[i]! > 0);
      if (kept.length === 0) return new DatasetBase(taken(sources[0]!, 0));
      given = numbers.filter((weight) => weight > 0);
      sources = kept;
      if (sources.length === 1) return new DatasetBase(sources[0]!);
    }
    const selector = sampledNumbers(given, seed as number | undefined, rerandomize as boolean);
    return new DatasetBase(directed(sources, selector, stop as boolean, where));
  }
  /** What `save` wrote. */
  static load(path: string, options: LoadOptions = {}): DatasetBase<Element> {
    return new DatasetBase(loadSource(path, options ?? {}, readShards(options?.readerFunc, 'load')));
  }
}
Object.defineProperty(DatasetBase, 'name', { value: 'Dataset' });

type AsElement<T> = T extends infer S extends Element ? S : never;
/** A data set of whatever, for inference that need not go into its elements. */
type AnyDataset = AsyncIterable<unknown> & { open(): Pull<unknown>; cardinality(): number };
type Datasets = readonly AnyDataset[] | { readonly [name: string]: AnyDataset };
/** The elements of a data set, seen by what a pass gives. */
type Passed<D> = D extends { open(): Pull<infer T> } ? T : never;
type Zipped<D extends Datasets> = { -readonly [K in keyof D]: Passed<D[K]> };

const isDataset = (value: unknown): value is DatasetBase<Element> => value instanceof DatasetBase;
const isRecordWith = (value: unknown, key: string): value is Readonly<Record<string, unknown>> =>
  value !== null &&
  typeof value === 'object' &&
  !isDataset(value) &&
  !Array.isArray(value) &&
  key in value &&
  Object.keys(value).every((name) => name === key || name === 'name');

function requireDataset(value: unknown, method: string): DatasetBase<Element> {
  if (isDataset(value)) return value;
  throw new ValueError(`Dataset.${method}: found ${show(value)}, wanted a data set.`);
}
const sourcesOf = (datasets: unknown, method: string): Source[] => {
  if (!Array.isArray(datasets))
    throw new ValueError(`Dataset.${method}: found ${show(datasets)}, wanted a list of data sets.`);
  return datasets.map((dataset) => requireDataset(dataset, method).source);
};
function orderedSources(structure: unknown): Source[] {
  const sources: Source[] = [];
  packTree(structure, [], (value) => {
    if (isDataset(value)) sources.push(value.source);
    return isDataset(value);
  });
  return sources;
}

const makeDataset = (elements: readonly unknown[], spec: Spec | null): DatasetBase<Element> =>
  new DatasetBase(elementSource(elements, spec));

/** A function of data sets of data sets as one of what they read from. */
function readShards(f: unknown, method: string): ReadShards | undefined {
  if (f === undefined || f === null) return undefined;
  const read = functionOf(f, `${method}: readerFunc`) as (shards: unknown) => unknown;
  return (shards) => {
    const sets = shards.map((shard) => new DatasetBase(shard));
    return requireDataset(read(new DatasetBase(elementSource(sets, null))), `${method}: readerFunc`).source;
  };
}

function openDataset(value: unknown, pass: Pass, where: string): Pull<unknown> {
  if (isDataset(value)) return value.open(pass);
  throw new ValueError(`${where}: the function gave ${show(value)}; wanted a data set.`);
}

export interface Dataset<out T extends Element = Structure> extends DatasetBase<T> {}
type Statics =
  | 'fromTensorSlices'
  | 'fromTensors'
  | 'fromGenerator'
  | 'range'
  | 'counter'
  | 'random'
  | 'listFiles'
  | 'zip'
  | 'chooseFromDatasets'
  | 'sampleFromDatasets'
  | 'load';
/** Made by `fromTensorSlices`, `fromTensors`, `fromGenerator`, `range` and others. */
export interface DatasetClass extends Pick<typeof DatasetBase, Statics> {
  readonly prototype: Dataset;
  [Symbol.hasInstance](value: unknown): value is Dataset;
}
export const Dataset: DatasetClass = DatasetBase as object as DatasetClass;
