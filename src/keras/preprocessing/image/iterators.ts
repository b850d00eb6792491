// The batches of an ImageDataGenerator: from arrays and from files, as Keras's iterators give them.
// Owns: the order of samples (NumPy's, seeded as Keras seeds it), batches, saving of what was made. Leaves changing pictures to
// image-data-generator.ts.
import { didYouMean, show, ValueError } from '../../../base/errors.ts';
import type { PillowFilter } from '../../../formats/images/pillow/resample.ts';
import { joinPath } from '../../../platform/path.ts';
import { platform } from '../../../platform/platform.ts';
import { globalState } from '../../../random/global-state.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import type { ColorMode } from '../../utils/image-dataset.ts';
import { arrayToImg, type DataFormat, imgToArray, loadImg } from '../../utils/pictures.ts';
import { encodePicture, type PictureFormat } from '../../utils/save-picture.ts';
import { Sequence } from '../../utils/sequence.ts';
import type { Sample } from './affine.ts';

/** What an iterator needs of its generator. */
export interface Augmenter {
  readonly dataFormat: DataFormat;
  readonly validationSplit: number;
  /** Transforms at random and standardizes. */
  make(sample: Sample): Sample;
}

export interface SaveOptions {
  readonly saveToDir: string | null;
  readonly savePrefix: string;
  readonly saveFormat: PictureFormat;
}
export interface BatchOptions extends SaveOptions {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number | null;
}

export type Batch =
  | readonly [x: Tensor]
  | readonly [x: Tensor, y: Tensor]
  | readonly [x: Tensor, y: Tensor, weight: Tensor];

/** A picture of a batch as a sample, and back. */
export function sampleOf(data: Float32Array, dims: readonly number[], format: DataFormat): Sample {
  const first = format === 'channels_first';
  const [height, width, channels] = (first ? [dims[1], dims[2], dims[0]] : dims) as [number, number, number];
  return { height, width, channels, first, data };
}
export const dimsOf = ({ height, width, channels, first }: Sample): number[] =>
  first ? [channels, height, width] : [height, width, channels];

/** Batches without end, and batches by number for `fit`. */
export abstract class Iterator extends Sequence<Batch> {
  readonly n: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number | null;
  readonly #save: SaveOptions;
  readonly #format: DataFormat;
  batchIndex = 0;
  totalBatchesSeen = 0;
  #order: ArrayLike<number> | null = null;

  constructor(n: number, options: BatchOptions, format: DataFormat) {
    super();
    if (!(Number.isInteger(options.batchSize) && options.batchSize > 0))
      throw new ValueError(`ImageDataGenerator: batchSize ${show(options.batchSize)}; wanted a whole number above 0.`);
    this.n = n;
    this.batchSize = options.batchSize;
    this.shuffle = options.shuffle;
    this.seed = options.seed;
    this.#save = options;
    this.#format = format;
  }

  /** The batch of these samples. */
  protected abstract samples(indices: readonly number[]): Promise<Batch>;

  get length(): number {
    return Math.ceil(this.n / this.batchSize);
  }

  #reorder(): void {
    this.#order = this.shuffle
      ? Array.from(globalState.permutation(this.n) as ArrayLike<number>, Number)
      : Array.from({ length: this.n }, (_, i) => i);
  }

  #part(from: number): number[] {
    const order = this.#order!;
    const to = Math.min(from + this.batchSize, this.n);
    return Array.from({ length: Math.max(0, to - from) }, (_, i) => Number(order[from + i]));
  }

  getItem(index: number): Promise<Batch> {
    if (!(index >= 0 && index < this.length))
      throw new ValueError(`getItem: index ${show(index)}; there are ${this.length} batches.`);
    if (this.seed !== null) globalState.seed(this.seed + this.totalBatchesSeen);
    this.totalBatchesSeen++;
    if (!this.#order) this.#reorder();
    return this.samples(this.#part(this.batchSize * index));
  }

  override onEpochEnd(): void {
    this.#reorder();
  }

  /** Begins anew. */
  reset(): void {
    this.batchIndex = 0;
  }

  /** The next batch; after the last one it goes on with the first. */
  next(): Promise<Batch> {
    if (this.seed !== null) globalState.seed(this.seed + this.totalBatchesSeen);
    if (this.batchIndex === 0) this.#reorder();
    const from = this.n === 0 ? 0 : (this.batchIndex * this.batchSize) % this.n;
    this.batchIndex = this.n > from + this.batchSize ? this.batchIndex + 1 : 0;
    this.totalBatchesSeen++;
    return this.samples(this.#part(from));
  }

  /** Batches without end: leave the loop with `break`. */
  async *[Symbol.asyncIterator](): AsyncIterator<Batch> {
    for (;;) yield await this.next();
  }

  /** Pictures of equal sizes as one tensor, written to `saveToDir` too where that is given. */
  protected async batch(pictures: readonly Sample[], indices: readonly number[]): Promise<Tensor> {
    const { saveToDir, savePrefix, saveFormat } = this.#save;
    const dims = dimsOf(pictures[0]!);
    const size = pictures[0]!.data.length;
    const all = new Float32Array(size * pictures.length);
    pictures.forEach((picture, i) => {
      all.set(picture.data, i * size);
    });
    if (saveToDir !== null)
      for (const [i, index] of indices.entries()) {
        const picture = arrayToImg(eagerTensor(all.slice(i * size, (i + 1) * size), dims, 'float32'), {
          dataFormat: this.#format,
        });
        const name = `${savePrefix}_${index}_${globalState.randint(1e7)}.${saveFormat}`;
        await platform().writeFile(joinPath(saveToDir, name), await encodePicture(picture, saveFormat));
      }
    return eagerTensor(all, [pictures.length, ...dims], 'float32');
  }
}

/** Rows of a tensor with the given numbers. */
function rows(x: Tensor, indices: readonly number[]): Tensor {
  const size = x.dims.slice(1).reduce((a, b) => a * b, 1);
  const data = x.dataSync() as Float32Array;
  const out = new (data.constructor as new (length: number) => Float32Array)(size * indices.length);
  indices.forEach((index, i) => {
    out.set(data.subarray(index * size, (index + 1) * size), i * size);
  });
  return eagerTensor(out, [indices.length, ...x.dims.slice(1)], x.dtype);
}

/** Batches from arrays. */
export class NumpyArrayIterator extends Iterator {
  readonly x: Tensor;
  readonly y: Tensor | null;
  readonly sampleWeight: Tensor | null;
  readonly #augmenter: Augmenter;

  constructor(x: Tensor, y: Tensor | null, sampleWeight: Tensor | null, augmenter: Augmenter, options: BatchOptions) {
    super(x.dims[0]!, options, augmenter.dataFormat);
    this.x = x;
    this.y = y;
    this.sampleWeight = sampleWeight;
    this.#augmenter = augmenter;
  }

  protected override async samples(indices: readonly number[]): Promise<Batch> {
    const dims = this.x.dims.slice(1);
    const size = dims.reduce((a, b) => a * b, 1);
    const data = this.x.dataSync() as Float32Array;
    const pictures = indices.map((index) =>
      this.#augmenter.make(sampleOf(data.slice(index * size, (index + 1) * size), dims, this.#augmenter.dataFormat)),
    );
    const x = await this.batch(pictures, indices);
    if (!this.y) return [x];
    const y = rows(this.y, indices);
    return this.sampleWeight ? [x, y, rows(this.sampleWeight, indices)] : [x, y];
  }
}

export type ClassMode = 'categorical' | 'binary' | 'sparse' | 'input' | 'raw' | null;
export interface FileOptions extends BatchOptions {
  readonly targetSize: readonly [height: number, width: number];
  readonly colorMode: ColorMode;
  readonly classMode: ClassMode;
  readonly interpolation: PillowFilter;
  readonly keepAspectRatio: boolean;
}
export interface FileList {
  readonly filepaths: readonly string[];
  readonly filenames: readonly string[];
  /** The class of each file. */
  readonly classes: Int32Array;
  readonly classIndices: Readonly<Record<string, number>>;
  /** Of class mode 'raw': rows of numbers. */
  readonly targets: Tensor | null;
  readonly weights: Tensor | null;
}

export const checkedClassMode = (mode: ClassMode, allowed: readonly ClassMode[]): ClassMode => {
  if (!allowed.includes(mode))
    throw new ValueError(
      `ImageDataGenerator: classMode ${show(mode)}; wanted one of ${allowed.map((name) => show(name)).join(', ')}.${didYouMean(
        String(mode),
        allowed.filter((name) => name !== null),
      )}`,
    );
  return mode;
};

/** Batches from picture files. */
export class DirectoryIterator extends Iterator {
  readonly filepaths: readonly string[];
  readonly filenames: readonly string[];
  readonly classes: Int32Array;
  readonly classIndices: Readonly<Record<string, number>>;
  readonly classMode: ClassMode;
  readonly numClasses: number;
  readonly targetSize: readonly [height: number, width: number];
  readonly imageShape: readonly number[];
  readonly #options: FileOptions;
  readonly #list: FileList;
  readonly #augmenter: Augmenter;

  constructor(list: FileList, augmenter: Augmenter, options: FileOptions) {
    super(list.filepaths.length, options, augmenter.dataFormat);
    this.filepaths = list.filepaths;
    this.filenames = list.filenames;
    this.classes = list.classes;
    this.classIndices = list.classIndices;
    this.numClasses = Object.keys(list.classIndices).length;
    this.classMode = options.classMode;
    this.targetSize = options.targetSize;
    const channels = { rgb: 3, rgba: 4, grayscale: 1 }[options.colorMode];
    this.imageShape =
      augmenter.dataFormat === 'channels_first' ? [channels, ...options.targetSize] : [...options.targetSize, channels];
    this.#list = list;
    this.#options = options;
    this.#augmenter = augmenter;
  }
  /** How many files there are, as Keras names it. */
  get samplesFound(): number {
    return this.n;
  }
  get labels(): Int32Array {
    return this.classes;
  }

  protected override async samples(indices: readonly number[]): Promise<Batch> {
    const { colorMode, targetSize, interpolation, keepAspectRatio } = this.#options;
    const { dataFormat } = this.#augmenter;
    const loaded = await Promise.all(
      indices.map(async (index) => {
        const image = await loadImg(this.filepaths[index]!, { colorMode, targetSize, interpolation, keepAspectRatio });
        const x = imgToArray(image, { dataFormat });
        return sampleOf(x.dataSync() as Float32Array, x.dims, dataFormat);
      }),
    );
    // One after the other: each draws its numbers in its turn.
    const x = await this.batch(
      loaded.map((sample) => this.#augmenter.make(sample)),
      indices,
    );
    const y = this.#targets(x, indices);
    if (!y) return [x];
    return this.#list.weights ? [x, y, rows(this.#list.weights, indices)] : [x, y];
  }

  #targets(x: Tensor, indices: readonly number[]): Tensor | null {
    const labels = indices.map((index) => this.classes[index]!);
    switch (this.classMode) {
      case null:
        return null;
      case 'input':
        return x;
      case 'raw':
        return rows(this.#list.targets!, indices);
      case 'categorical': {
        const hot = new Float32Array(labels.length * this.numClasses);
        labels.forEach((label, i) => {
          hot[i * this.numClasses + label] = 1;
        });
        return eagerTensor(hot, [labels.length, this.numClasses], 'float32');
      }
      default:
        return eagerTensor(Float32Array.from(labels), [labels.length], 'float32');
    }
  }
}
