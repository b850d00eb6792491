// tf.data.experimental: transformations for `apply`, and data sets that are not in tf.data itself.

import type { DType } from '../base/dtype.ts';
import { StateError, show, ValueError } from '../base/errors.ts';
import { guarded } from '../base/misuse.ts';
import { zerosLike } from '../ops/core/create.ts';
import type { Features } from '../ops/io/features.ts';
import { type ParsedBatch, parseExample } from '../ops/io/parse-example.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Options } from '../runtime/tensor-methods.ts';
import { DatasetBase } from './dataset.ts';
import type { DatasetIterator } from './iterator.ts';
import { DONE, pulling, thenClose, whenThere } from './pull.ts';
import type { ReaderOption, SaveOptions } from './saved.ts';
import { derive, INFINITE, Pass, UNKNOWN } from './source.ts';
import { TFRecordDataset } from './sources/readers.ts';
import type { Spec } from './spec.ts';
import { groupedByReducer, type Reducer as ReducerShape } from './transformations/group-by-window.ts';
import { mapped } from './transformations/map.ts';
import { scanned } from './transformations/order.ts';
import type { Element, Inputs } from './types.ts';

export { TFRecordWriter } from '../ops/io/record-writer.ts';
export { Optional } from './optional.ts';
export {
  AutoShardPolicy,
  AutotuneAlgorithm,
  AutotuneOptions,
  DistributeOptions,
  ExternalStatePolicy,
  OptimizationOptions,
  ServiceOptions,
  SHARD_HINT,
  ThreadingOptions,
} from './options.ts';
export { INFINITE as INFINITE_CARDINALITY, UNKNOWN as UNKNOWN_CARDINALITY } from './source.ts';
export { CsvDataset, type CsvOptions, type MakeCsvOptions, makeCsvDataset } from './sources/csv-dataset.ts';
export const AUTOTUNE = -1;

type Any = DatasetBase<Element>;
type Transformation<R extends Element = Element> = (dataset: Any) => DatasetBase<R>;
type Parameters_<K extends keyof Any> = Any[K] extends (...args: infer A) => unknown ? A : never;

type ShardFunction = Options<{ shardFunc: (...args: never) => Tensor | number | Promise<Tensor | number> }>;

/** `map` where types say nothing. */
const mapAny = (dataset: Any, f: (...args: never) => unknown, calls?: number): Any =>
  new DatasetBase<Element>(mapped(dataset.source, f, calls, true));

// ── Transformations, for `apply` ────────────────────────────────────────────────────────────────────────────────

export const bucketBySequenceLength =
  (...args: Parameters_<'bucketBySequenceLength'>): Transformation =>
  (dataset) =>
    dataset.bucketBySequenceLength(...args);
export const denseToRaggedBatch =
  (...args: Parameters_<'raggedBatch'>): Transformation =>
  (dataset) =>
    dataset.raggedBatch(...args);
export const denseToSparseBatch =
  (...args: Parameters_<'sparseBatch'>): Transformation =>
  (dataset) =>
    dataset.sparseBatch(...args);
export const enumerateDataset =
  (start = 0): Transformation<[Tensor, Element]> =>
  (dataset) =>
    dataset.enumerate(start);
export const groupByWindow =
  (...args: readonly [options: object] | readonly unknown[]): Transformation =>
  (dataset) =>
    dataset.groupByWindow(...(args as Parameters_<'groupByWindow'>));
export const ignoreErrors =
  (...args: Parameters_<'ignoreErrors'>): Transformation =>
  (dataset) =>
    dataset.ignoreErrors(...args);
export const mapAndBatch =
  (
    mapFunc: (...args: never) => Element | Promise<Element>,
    batchSize: number,
    options: Options<{ numParallelBatches: number; dropRemainder: boolean; numParallelCalls: number }> = {},
  ): Transformation =>
  (dataset) =>
    mapAny(dataset, mapFunc, options.numParallelCalls).batch(batchSize, { dropRemainder: options.dropRemainder });
export const parallelInterleave =
  (
    mapFunc: (...args: never) => Any,
    cycleLength: number,
    options: Options<{
      blockLength: number;
      sloppy: boolean;
      bufferOutputElements: number;
      prefetchInputElements: number;
    }> = {},
  ): Transformation =>
  (dataset) =>
    dataset.interleave(mapFunc as (...args: readonly unknown[]) => Any, {
      cycleLength,
      blockLength: options.blockLength,
      numParallelCalls: cycleLength,
    });
export const rejectionResample =
  (...args: Parameters_<'rejectionResample'>): Transformation<[Tensor, Element]> =>
  (dataset) =>
    dataset.rejectionResample(...args);
export const scan =
  (initialState: Inputs, scanFunc: (state: never, element: never) => unknown): Transformation =>
  (dataset) =>
    new DatasetBase(scanned(dataset.source, initialState, scanFunc));
export const shuffleAndRepeat =
  (bufferSize: number, options: Options<{ count: number | null; seed: number | null }> = {}): Transformation =>
  (dataset) =>
    dataset.shuffle(bufferSize, { seed: options.seed }).repeat(options.count ?? -1);
export const snapshot =
  (path: string, options?: Omit<SaveOptions, 'shardFunc'> & ReaderOption & ShardFunction): Transformation =>
  (dataset) =>
    dataset.snapshot(path, options as SaveOptions & ReaderOption);
export const takeWhile =
  (...args: Parameters_<'takeWhile'>): Transformation =>
  (dataset) =>
    dataset.takeWhile(...args);
export const unbatch = (): Transformation => (dataset) => dataset.unbatch();
export const unique = (): Transformation => (dataset) => dataset.unique();
/** Data sets live where the program runs: nothing is copied. */
export const copyToDevice =
  (_targetDevice: string, _sourceDevice?: string): Transformation =>
  (dataset) =>
    dataset;
export const prefetchToDevice =
  (_device: string, bufferSize = AUTOTUNE): Transformation =>
  (dataset) =>
    dataset.prefetch(bufferSize);

/** Says how many elements there are, and throws where that is wrong. */
export const assertCardinality =
  (expected: number): Transformation =>
  (dataset) => {
    const known = dataset.cardinality();
    const wrong = (found: number | string): never => {
      throw new StateError(`assertCardinality: the data set has ${found} elements, ${expected} were expected.`);
    };
    if (known !== UNKNOWN && known !== expected) wrong(known === INFINITE ? 'endlessly many' : known);
    return new DatasetBase(
      derive(
        dataset.source,
        (pull) => {
          let count = 0;
          return pulling(
            () =>
              whenThere(pull.next(), (element) => {
                if (element === DONE) return count === expected ? DONE : wrong(count);
                if (++count > expected && expected >= 0) wrong('more');
                return element;
              }),
            pull,
          );
        },
        expected,
      ),
    );
  };

/** Records of elements with `maskKey` true, then false ones of zeros up to `cardinality` elements. */
export const padToCardinality =
  (cardinality: number, maskKey = 'valid'): Transformation =>
  (dataset) => {
    const valid = mapAny(dataset, (element: unknown) => {
      if (element === null || typeof element !== 'object' || Array.isArray(element) || 'dtype' in element)
        throw new ValueError(`padToCardinality: found ${show(element)}, wanted records.`);
      return { ...element, [maskKey]: true };
    });
    let last: Record<string, Tensor> | null = null;
    const kept = mapAny(valid, (element: Record<string, Tensor>) => {
      last = element;
      return element;
    });
    const padding = mapAny(DatasetBase.range(cardinality), () => {
      if (!last) throw new StateError('padToCardinality: the data set is empty; there is nothing to pad like.');
      const zeros = Object.entries(last).map(([key, value]) => [key, zerosLike(value)]);
      return { ...Object.fromEntries(zeros), [maskKey]: false };
    });
    const made = kept.concatenate(padding).take(cardinality);
    return new DatasetBase({ ...made.source, cardinality });
  };

/** One element for each key. */
export const groupByReducer =
  (keyFunc: (...args: never) => Tensor | number, reducer: ReducerShape): Transformation =>
  (dataset) =>
    new DatasetBase(groupedByReducer(dataset.source, keyFunc, reducer));
/** A first state, a step and an end, for `groupByReducer`. */
export const Reducer = (
  initFunc: ReducerShape['initFunc'],
  reduceFunc: ReducerShape['reduceFunc'],
  finalizeFunc: ReducerShape['finalizeFunc'],
): ReducerShape => ({ initFunc, reduceFunc, finalizeFunc });

/** Batches of serialized examples as records of tensors. */
export const parseExampleDataset =
  <const F extends Features>(
    features: F,
    _options?: Options<{ numParallelCalls: number; deterministic: boolean }>,
  ): Transformation =>
  (dataset) =>
    mapAny(dataset, (serialized: Tensor) => parseExample(serialized, features));

// ── Functions of data sets ──────────────────────────────────────────────────────────────────────────────────────

export const cardinality = guarded('data.experimental.cardinality', ['dataset'], (dataset: Any): number =>
  dataset.cardinality(),
);
export const getSingleElement = guarded(
  'data.experimental.getSingleElement',
  ['dataset'],
  <T extends Element>(dataset: DatasetBase<T>): Promise<T> => dataset.getSingleElement(),
);
export const getStructure = guarded(
  'data.experimental.getStructure',
  ['dataset'],
  (dataset: Any | DatasetIterator<unknown>): Spec | null => dataset.elementSpec,
);
export const getNextAsOptional = guarded(
  'data.experimental.getNextAsOptional',
  ['iterator'],
  <T>(iterator: DatasetIterator<T>) => iterator.getNextAsOptional(),
);
/** What tf.train.Checkpoint keeps of an iterator: itself, it has `save` and `restore`. */
export const makeSaveableFromIterator = <T>(iterator: DatasetIterator<T>): DatasetIterator<T> => iterator;
/** The element at a place, counted from 0. */
export const at = guarded(
  'data.experimental.at',
  ['dataset', 'index'],
  async <T extends Element>(dataset: DatasetBase<T>, index: number): Promise<T> => {
    const pull = dataset.skip(index).open(new Pass());
    const find = async (): Promise<T> => {
      const element = await pull.next();
      if (element === DONE) throw new ValueError(`at: there is no element ${index}.`);
      return element;
    };
    return thenClose(find, () => pull.close?.());
  },
);
export const save = guarded(
  'data.experimental.save',
  ['dataset', 'path', 'options'],
  <T extends Element>(dataset: DatasetBase<T>, path: string, options?: SaveOptions<T>): Promise<void> =>
    dataset.save(path, options),
);
export const load: typeof DatasetBase.load = (...args) => DatasetBase.load(...args);
/** Elements that are listed, one after the other. */
export const fromList = (elements: readonly unknown[]): Any =>
  DatasetBase.fromGenerator(() => elements as Iterable<Element>) as Any;
export const chooseFromDatasets: typeof DatasetBase.chooseFromDatasets = (datasets, choices, stop = false) =>
  DatasetBase.chooseFromDatasets(datasets, choices, stop);
export const sampleFromDatasets: typeof DatasetBase.sampleFromDatasets = (...args) =>
  DatasetBase.sampleFromDatasets(...args);
/** start, start + step, … without end. */
export const Counter = (start = 0, step = 1, dtype: DType = 'int64'): DatasetBase<Tensor> =>
  DatasetBase.counter({ start, step, dtype });
/** Random numbers below 2³², without end. */
export const RandomDataset = (
  options?: number | null | Options<{ seed: number | null; rerandomizeEachIteration: boolean }>,
): DatasetBase<Tensor> => DatasetBase.random(typeof options === 'number' ? { seed: options } : (options ?? {}));

/** Batches of parsed examples from TFRecord files, `[features, label]` with `labelKey`. */
export function makeBatchedFeaturesDataset<const F extends Features>(
  filePattern: string | readonly string[],
  batchSize: number,
  features: F,
  options: Options<{
    reader: (filename: Tensor) => DatasetBase<Tensor>;
    labelKey: string | null;
    numEpochs: number | null;
    shuffle: boolean;
    shuffleBufferSize: number;
    shuffleSeed: number | null;
    prefetchBufferSize: number;
    readerNumThreads: number;
    parserNumThreads: number;
    sloppyOrdering: boolean;
    dropFinalBatch: boolean;
  }> = {},
): DatasetBase<Element> {
  const { shuffle = true, shuffleSeed: seed, labelKey, numEpochs, dropFinalBatch = false } = options;
  if (labelKey && !(labelKey in features))
    throw new ValueError(
      `makeBatchedFeaturesDataset: labelKey '${labelKey}' is none of ${Object.keys(features).join(', ')}.`,
    );
  const reader = options.reader ?? ((filename: Tensor) => TFRecordDataset(filename));
  let dataset = DatasetBase.listFiles(filePattern, { shuffle, seed }).interleave(reader, {
    cycleLength: options.readerNumThreads ?? 1,
    blockLength: 1,
  });
  if (shuffle) dataset = dataset.shuffle(options.shuffleBufferSize ?? 10_000, { seed });
  if (numEpochs !== 1) dataset = dataset.repeat(numEpochs ?? -1);
  const drop = dropFinalBatch || numEpochs === undefined || numEpochs === null;
  const parsed = mapAny(dataset.batch(batchSize, { dropRemainder: drop }), (serialized: Tensor) => {
    const all = parseExample(serialized, features) as Record<string, Tensor>;
    if (!labelKey) return all;
    const { [labelKey]: label, ...rest } = all;
    return [rest, label!];
  });
  return parsed.prefetch(options.prefetchBufferSize ?? AUTOTUNE);
}
export type { ParsedBatch };
