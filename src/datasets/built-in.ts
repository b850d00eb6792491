// tf.keras.datasets: the data sets that Keras brings, as tensors.
// Owns: the functions with Keras's arguments. Leaves downloads and caches to downloads/.
import { FileError, show, ValueError } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import { type ArrayData, numbersOf } from '../formats/array-data.ts';
import { FormatError } from '../formats/file-error.ts';
import { joinPath } from '../platform/path.ts';
import { platform } from '../platform/platform.ts';
import { RandomState } from '../random/random-state.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';
import { fetchCached } from './downloads/fetch-cached.ts';
import { mnistArrays } from './downloads/mnist-arrays.ts';
import { type DataSetSource, sources } from './downloads/sources.ts';
import type { Labelled, WordListOptions } from './downloads/word-lists.ts';

export type Split = [x: Tensor, y: Tensor];
/** Lists of word numbers of different lengths, and their labels. */
export type WordSplit = [x: number[][], y: Tensor];
export interface BuiltIn<O extends object = { path?: string | undefined }, S = Split> {
  loadData(options?: O): Promise<[train: S, test: S]>;
}
/** Where files come from instead of Keras's addresses: for mirrors. */
interface Origin {
  readonly origin?: string | undefined;
}

const tensorOf = ({ data, shape, dtype }: ArrayData): Tensor => eagerTensor(data, shape, dtype);

/** The path of a file of a data set, downloaded once and verified. */
const fetchSource = (source: DataSetSource, path?: string, origin?: string, extract = false): Promise<string> =>
  fetchCached(origin ?? source.origin, {
    fileName: path ?? source.fileName,
    subfolder: source.subfolder,
    hash: origin === undefined ? source.hash : undefined,
    extract,
  });

async function npzOf(source: DataSetSource, options: { path?: string | undefined } & Origin) {
  const { NpzArchive } = await import('../formats/npy/npz.ts');
  const path = await fetchSource(source, options.path, options.origin);
  return { archive: new NpzArchive(await platform().readFile(path), path), path };
}

/** Handwritten digits: 60,000 to train on and 10,000 to test with, uint8 (n, 28, 28), labels 0 to 9. */
export const mnist: BuiltIn = {
  async loadData(options = {}) {
    const arrays = await mnistArrays(options.path === undefined ? {} : { fileName: options.path });
    const pair = (x: ArrayData, y: ArrayData): Split => [tensorOf(x), tensorOf(y)];
    return [pair(arrays.xTrain, arrays.yTrain), pair(arrays.xTest, arrays.yTest)];
  },
};

/** Pictures of clothes in ten classes, uint8 (n, 28, 28): 60,000 to train on and 10,000 to test with. */
export const fashionMnist: BuiltIn<Origin> = {
  async loadData({ origin } = {}) {
    const { readIdx } = await import('../formats/idx.ts');
    const read = async (source: DataSetSource): Promise<Tensor> => {
      const path = await fetchSource(source, undefined, origin && `${origin}/${source.fileName}`);
      const packed = await platform().readFile(path);
      return tensorOf(readIdx(await platform().unpack(packed, 'gzip'), path));
    };
    const train: Split = [await read(sources.fashionTrainImages), await read(sources.fashionTrainLabels)];
    return [train, [await read(sources.fashionTestImages), await read(sources.fashionTestLabels)]];
  },
};

/** A batch of CIFAR's: pictures (n, 32, 32, 3) and labels (n, 1), uint8. */
async function cifarBatch(path: string, labelKey: string): Promise<{ pictures: Uint8Array; labels: number[] }> {
  const { readPickle } = await import('../formats/pickle.ts');
  const found = readPickle(await platform().readFile(path), path);
  const data = found instanceof Map ? (found.get('data') as { data?: unknown } | undefined)?.data : undefined;
  const labels = found instanceof Map ? (found.get(labelKey) as unknown) : undefined;
  if (!(data instanceof Uint8Array) || !Array.isArray(labels) || data.length !== labels.length * 3072)
    throw new FormatError('invalid_value', path, `wanted pictures and '${labelKey}' of a CIFAR batch.`);
  const pictures = new Uint8Array(data.length);
  // Colours come one plane after the other; here they stand together.
  for (let n = 0; n < labels.length; n++)
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < 1024; i++) pictures[n * 3072 + i * 3 + c] = data[n * 3072 + c * 1024 + i]!;
  return { pictures, labels: labels.map(Number) };
}

async function cifarSplit(folder: string, files: readonly string[], labelKey: string): Promise<Split> {
  const batches = await Promise.all(files.map((file) => cifarBatch(joinPath(folder, file), labelKey)));
  const labels = batches.flatMap((batch) => batch.labels);
  const pictures = new Uint8Array(labels.length * 3072);
  let at = 0;
  for (const batch of batches) {
    pictures.set(batch.pictures, at);
    at += batch.pictures.length;
  }
  return [
    eagerTensor(pictures, [labels.length, 32, 32, 3], 'uint8'),
    eagerTensor(Uint8Array.from(labels), [labels.length, 1], 'uint8'),
  ];
}

/** Small photographs in ten classes, uint8 (n, 32, 32, 3), labels (n, 1): 50,000 to train on and 10,000 to test with. */
export const cifar10: BuiltIn<Origin> = {
  async loadData({ origin } = {}) {
    const folder = joinPath(await fetchSource(sources.cifar10, undefined, origin, true), 'cifar-10-batches-py');
    const parts = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}`);
    return [await cifarSplit(folder, parts, 'labels'), await cifarSplit(folder, ['test_batch'], 'labels')];
  },
};

/** The same in a hundred classes, or by `labelMode: 'coarse'` in twenty. */
export const cifar100: BuiltIn<{ labelMode?: 'fine' | 'coarse' | undefined } & Origin> = {
  async loadData({ labelMode = 'fine', origin } = {}) {
    if (labelMode !== 'fine' && labelMode !== 'coarse')
      throw new ValueError(`cifar100.loadData: labelMode: found ${show(labelMode)}, wanted 'fine' or 'coarse'.`);
    const folder = joinPath(await fetchSource(sources.cifar100, undefined, origin, true), 'cifar-100-python');
    const key = `${labelMode}_labels`;
    return [await cifarSplit(folder, ['train'], key), await cifarSplit(folder, ['test'], key)];
  },
};

// ── Words ───────────────────────────────────────────────────────────────────────────────────────────────────────

const labelsTensor = (labels: readonly number[]): Tensor =>
  eagerTensor(BigInt64Array.from(labels, BigInt), [labels.length], 'int64');

async function wordIndex(source: DataSetSource, options: { path?: string | undefined } & Origin) {
  const path = await fetchSource(source, options.path, options.origin);
  const text = new TextDecoder().decode(await platform().readFile(path));
  try {
    return JSON.parse(text) as Record<string, number>;
  } catch (error) {
    throw new FileError(`${path} is no JSON; remove it and try again.`, { cause: error });
  }
}

export interface WordsOptions extends WordListOptions, Origin {
  readonly path?: string | undefined;
}
interface Words<O extends object> extends BuiltIn<O, WordSplit> {
  /** The number of each word, before `indexFrom` is added. */
  getWordIndex(options?: { path?: string | undefined } & Origin): Promise<Record<string, number>>;
}

/** Film reviews as word numbers, 25,000 to train on and to test with; label 1 is praise. */
export const imdb: Words<WordsOptions> = {
  async loadData(options = {}) {
    const lists = await import('./downloads/word-lists.ts');
    const { archive, path } = await npzOf(sources.imdb, options);
    // One generator shuffles both: the test set's order follows from the size of the training set.
    const generator = new RandomState(options.seed ?? 113);
    const read = async (name: 'train' | 'test'): Promise<Labelled> => {
      const words = lists.listsOfNpy(await archive.readBytes(`x_${name}`), path);
      const labels = Array.from(numbersOf(await archive.read(`y_${name}`)), Number);
      const order = lists.shuffledOrder(words.length, generator);
      return lists.numbered({ words: order.map((i) => words[i]!), labels: order.map((i) => labels[i]!) }, options);
    };
    const [train, test] = [await read('train'), await read('test')];
    if (train.words.length === 0 || test.words.length === 0)
      throw new ValueError(`imdb.loadData: no review is shorter than maxlen ${options.maxlen}; give a larger one.`);
    const all = lists.limited([...train.words, ...test.words], options);
    const at = train.words.length;
    return [
      [all.slice(0, at), labelsTensor(train.labels)],
      [all.slice(at), labelsTensor(test.labels)],
    ];
  },
  getWordIndex: (options = {}) => wordIndex(sources.imdbWordIndex, options),
};

const TOPICS =
  'cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead';

/** News as word numbers in 46 topics, 8,982 to train on and 2,246 to test with. */
export const reuters: Words<WordsOptions & { readonly testSplit?: number | undefined }> & {
  getLabelNames(): string[];
} = {
  async loadData(options = {}) {
    const lists = await import('./downloads/word-lists.ts');
    const { archive, path } = await npzOf(sources.reuters, options);
    const words = lists.listsOfNpy(await archive.readBytes('x'), path);
    const labels = Array.from(numbersOf(await archive.read('y')), Number);
    const order = lists.shuffledOrder(words.length, new RandomState(options.seed ?? 113));
    const kept = lists.numbered({ words: order.map((i) => words[i]!), labels: order.map((i) => labels[i]!) }, options);
    const all = lists.limited(kept.words, options);
    const at = Math.trunc(all.length * (1 - (options.testSplit ?? 0.2)));
    return [
      [all.slice(0, at), labelsTensor(kept.labels.slice(0, at))],
      [all.slice(at), labelsTensor(kept.labels.slice(at))],
    ];
  },
  getWordIndex: (options = {}) => wordIndex(sources.reutersWordIndex, options),
  getLabelNames: () => TOPICS.split(' '),
};

// ── Houses ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface HousingOptions extends Origin {
  readonly path?: string | undefined;
  readonly testSplit?: number | undefined;
  readonly seed?: number | undefined;
}

async function housing(source: DataSetSource, options: HousingOptions, rows?: number): Promise<[Split, Split]> {
  const { testSplit = 0.2, seed = 113 } = options;
  if (!(testSplit >= 0 && testSplit < 1))
    throw new ValueError(`testSplit: found ${show(testSplit)}, wanted 0 ≤ testSplit < 1.`);
  const { shuffledOrder } = await import('./downloads/word-lists.ts');
  const { archive } = await npzOf(source, options);
  const arrays = await Promise.all(['x', 'y'].map((name) => archive.read(name)));
  const count = rows ?? arrays[0]!.shape[0]!;
  const order = shuffledOrder(count, new RandomState(seed));
  const at = Math.trunc(count * (1 - testSplit));
  const pick = (array: ArrayData, places: readonly number[]): Tensor => {
    const rest = array.shape.slice(1);
    const size = sizeOf(rest);
    const data = numbersOf(array) as Float64Array;
    const out = new (data.constructor as Float64ArrayConstructor)(places.length * size);
    for (const [i, place] of places.entries()) out.set(data.subarray(place * size, (place + 1) * size), i * size);
    return eagerTensor(out, [places.length, ...rest], array.dtype);
  };
  const split = (places: readonly number[]): Split => [pick(arrays[0]!, places), pick(arrays[1]!, places)];
  return [split(order.slice(0, at)), split(order.slice(at))];
}

/** Prices of 506 houses of Boston in 1978 by 13 features, float64. */
export const bostonHousing: BuiltIn<HousingOptions> = {
  loadData: (options = {}) => housing(sources.bostonHousing, options),
};

/** Prices of 20,640 districts of California in 1990 by 8 features, float32; `version: 'small'` has 600. */
export const californiaHousing: BuiltIn<HousingOptions & { readonly version?: 'large' | 'small' | undefined }> = {
  async loadData(options = {}) {
    const { version = 'large' } = options;
    if (version !== 'large' && version !== 'small')
      throw new ValueError(`californiaHousing.loadData: version: found ${show(version)}, wanted 'large' or 'small'.`);
    return housing(sources.californiaHousing, options, version === 'small' ? 600 : undefined);
  },
};
