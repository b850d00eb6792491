// keras.preprocessing.image.ImageDataGenerator: pictures changed at random, number for number as Keras changes them.
// Owns: the arguments, the drawing of parameters, standardization, `fit`. Leaves transforms to affine.ts, batches to iterators.ts.
import { type Class, callable } from '../../../base/callable.ts';
import { refuseUnknown, ShapeError, show, ValueError } from '../../../base/errors.ts';
import { showShape } from '../../../base/shape.ts';
import type { PillowFilter } from '../../../formats/images/pillow/resample.ts';
import { convertToTensor } from '../../../ops/core/convert.ts';
import { svd } from '../../../ops/linalg/index.ts';
import { joinPath } from '../../../platform/path.ts';
import { platform } from '../../../platform/platform.ts';
import { globalState } from '../../../random/global-state.ts';
import { eagerTensor, Tensor } from '../../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../../runtime/tensor-methods.ts';
import { imageDataFormat } from '../../config.ts';
import { indexDirectory } from '../../utils/directory-index.ts';
import type { ColorMode } from '../../utils/image-dataset.ts';
import type { DataFormat } from '../../utils/pictures.ts';
import type { PictureFormat } from '../../utils/save-picture.ts';
import {
  affine,
  brightened,
  channelShifted,
  type FillMode,
  flipped,
  type Sample,
  type TransformParameters,
} from './affine.ts';
import {
  type Augmenter,
  type BatchOptions,
  type ClassMode,
  checkedClassMode,
  DirectoryIterator,
  dimsOf,
  type FileOptions,
  NumpyArrayIterator,
  sampleOf,
} from './iterators.ts';

export interface ImageDataGeneratorOptions
  extends Options<{
    featurewiseCenter: boolean;
    samplewiseCenter: boolean;
    featurewiseStdNormalization: boolean;
    samplewiseStdNormalization: boolean;
    zcaWhitening: boolean;
    zcaEpsilon: number;
    /** Degrees to either side. */
    rotationRange: number;
    /** A share of the width below 1, else pixels; or a list to choose from. */
    widthShiftRange: number | readonly number[];
    heightShiftRange: number | readonly number[];
    brightnessRange: readonly [number, number] | null;
    /** Degrees to either side. */
    shearRange: number;
    /** Factors from 1 − z to 1 + z, or [least, most]. */
    zoomRange: number | readonly [number, number];
    channelShiftRange: number;
    fillMode: FillMode;
    cval: number;
    horizontalFlip: boolean;
    verticalFlip: boolean;
    rescale: number | null;
    /** Called on each picture (a tensor of three axes) after it was transformed. */
    preprocessingFunction: ((x: Tensor) => TensorLike) | null;
    dataFormat: DataFormat | null;
    validationSplit: number;
    interpolationOrder: number;
  }> {}

type Subset = 'training' | 'validation' | null;
type Common = Options<{
  batchSize: number;
  shuffle: boolean;
  seed: number | null;
  saveToDir: string | null;
  savePrefix: string;
  saveFormat: PictureFormat;
  subset: Subset;
}>;
export interface FlowOptions
  extends Common,
    Options<{ y: TensorLike | null; sampleWeight: TensorLike | null; ignoreClassSplit: boolean }> {}
interface Files
  extends Common,
    Options<{
      targetSize: readonly [height: number, width: number];
      colorMode: ColorMode;
      classes: readonly string[] | null;
      classMode: ClassMode;
      interpolation: PillowFilter;
      keepAspectRatio: boolean;
    }> {}
export interface FlowFromDirectoryOptions extends Files, Options<{ followLinks: boolean }> {}
type Cell = string | number | boolean;
/** Rows as records, or columns by name. */
export type DataFrameLike = readonly Readonly<Record<string, Cell>>[] | Readonly<Record<string, readonly Cell[]>>;
export interface FlowFromDataframeOptions
  extends Files,
    Options<{
      directory: string | null;
      xCol: string;
      yCol: string | readonly string[];
      weightCol: string | null;
      validateFilenames: boolean;
    }> {}

const FORMATS = ['.png', '.jpg', '.jpeg', '.bmp', '.gif', '.webp'];
const DEFAULTS = {
  featurewiseCenter: false,
  samplewiseCenter: false,
  featurewiseStdNormalization: false,
  samplewiseStdNormalization: false,
  zcaWhitening: false,
  zcaEpsilon: 1e-6,
  rotationRange: 0,
  widthShiftRange: 0 as number | readonly number[],
  heightShiftRange: 0 as number | readonly number[],
  brightnessRange: null as readonly [number, number] | null,
  shearRange: 0,
  zoomRange: 0 as number | readonly [number, number],
  channelShiftRange: 0,
  fillMode: 'nearest' as FillMode,
  cval: 0,
  horizontalFlip: false,
  verticalFlip: false,
  rescale: null as number | null,
  preprocessingFunction: null as ((x: Tensor) => TensorLike) | null,
  dataFormat: null as DataFormat | null,
  validationSplit: 0,
  interpolationOrder: 1,
};

const tensorOf = (sample: Sample): Tensor => eagerTensor(sample.data, dimsOf(sample), 'float32');
const warn = (what: string): void =>
  console.warn(`ImageDataGenerator: ${what} is set, but fit() was not called on the training data; it is left out.`);

class ImageDataGenerator_ implements Augmenter {
  readonly options: typeof DEFAULTS;
  readonly dataFormat: DataFormat;
  readonly #zoom: readonly [number, number];
  /** What `fit` found: one number for each channel, and the matrix that whitens. */
  mean: Float64Array | null = null;
  std: Float64Array | null = null;
  zcaWhiteningMatrix: Float64Array | null = null;

  constructor(options: ImageDataGeneratorOptions = {}) {
    refuseUnknown('ImageDataGenerator', options, Object.keys(DEFAULTS));
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    const all: typeof DEFAULTS = { ...DEFAULTS, ...given };
    // Dividing by a deviation and whitening make sense only around a mean.
    if (all.zcaWhitening || all.featurewiseStdNormalization) all.featurewiseCenter = true;
    if (all.samplewiseStdNormalization) all.samplewiseCenter = true;
    const { zoomRange: zoom, brightnessRange, validationSplit, fillMode } = all;
    if (typeof zoom !== 'number' && zoom.length !== 2)
      throw new ValueError(`ImageDataGenerator: zoomRange ${show(zoom)}; wanted a number or [least, most].`);
    if (brightnessRange && brightnessRange.length !== 2)
      throw new ValueError(`ImageDataGenerator: brightnessRange ${show(brightnessRange)}; wanted [least, most].`);
    if (validationSplit && !(validationSplit > 0 && validationSplit < 1))
      throw new ValueError(
        `ImageDataGenerator: validationSplit ${show(validationSplit)}; wanted a number between 0 and 1.`,
      );
    if (!['nearest', 'constant', 'reflect', 'wrap'].includes(fillMode))
      throw new ValueError(
        `ImageDataGenerator: fillMode ${show(fillMode)}; wanted 'nearest', 'constant', 'reflect' or 'wrap'.`,
      );
    this.#zoom = typeof zoom === 'number' ? [1 - zoom, 1 + zoom] : zoom;
    this.options = all;
    this.dataFormat = all.dataFormat ?? imageDataFormat();
  }
  get validationSplit(): number {
    return this.options.validationSplit;
  }

  /** Draws the parameters of one transform of a picture of that shape. */
  getRandomTransform(shape: readonly number[], seed?: number | null): TransformParameters {
    const { options } = this;
    if (seed !== undefined && seed !== null) globalState.seed(seed);
    const [height, width] = this.dataFormat === 'channels_first' ? [shape[1]!, shape[2]!] : [shape[0]!, shape[1]!];
    const uniform = (low: number, high: number): number => globalState.uniform(low, high) as number;
    const theta = options.rotationRange ? uniform(-options.rotationRange, options.rotationRange) : 0;
    const tx = shift(options.heightShiftRange, height);
    const ty = shift(options.widthShiftRange, width);
    const shear = options.shearRange ? uniform(-options.shearRange, options.shearRange) : 0;
    const [low, high] = this.#zoom;
    const zx = low === 1 && high === 1 ? 1 : uniform(low, high);
    const zy = low === 1 && high === 1 ? 1 : uniform(low, high);
    // Drawn in any case, so that a flip that is off changes no other number.
    const flipHorizontal = (globalState.random() as number) < 0.5 && options.horizontalFlip;
    const flipVertical = (globalState.random() as number) < 0.5 && options.verticalFlip;
    const range = options.channelShiftRange;
    const channelShiftIntensity = range === 0 ? null : uniform(-range, range);
    const brightness = options.brightnessRange ? uniform(...options.brightnessRange) : null;
    return { theta, tx, ty, shear, zx, zy, flipHorizontal, flipVertical, channelShiftIntensity, brightness };
  }

  #transformed(given: Sample, parameters: TransformParameters): Sample {
    const { fillMode, cval, interpolationOrder } = this.options;
    let sample = affine(given, parameters, { fillMode, cval, order: interpolationOrder });
    const { channelShiftIntensity, brightness } = parameters;
    if (channelShiftIntensity !== null && channelShiftIntensity !== undefined)
      sample = channelShifted(sample, channelShiftIntensity);
    if (parameters.flipHorizontal) sample = flipped(sample, 'columns');
    if (parameters.flipVertical) sample = flipped(sample, 'rows');
    if (brightness !== null && brightness !== undefined) sample = brightened(sample, brightness, false);
    return sample;
  }

  #sample(x: TensorLike, name: string): Sample {
    const tensor = convertToTensor(x, 'float32', name);
    if (tensor.dims.length !== 3)
      throw new ShapeError(`${name}: found shape ${showShape(tensor.dims)}; wanted one picture of three axes.`);
    return sampleOf(tensor.dataSync() as Float32Array, tensor.dims, this.dataFormat);
  }
  /** A picture under a transform that was drawn or made up. */
  applyTransform(x: TensorLike, parameters: TransformParameters): Tensor {
    return tensorOf(this.#transformed(this.#sample(x, 'applyTransform'), parameters));
  }
  /** A picture under a random transform. */
  randomTransform(x: TensorLike, seed?: number | null): Tensor {
    const sample = this.#sample(x, 'randomTransform');
    return tensorOf(this.#transformed(sample, this.getRandomTransform(dimsOf(sample), seed)));
  }
  /** A picture rescaled and normalized. */
  standardize(x: TensorLike): Tensor {
    return tensorOf(this.#standardized(this.#sample(x, 'standardize')));
  }
  make(sample: Sample): Sample {
    return this.#standardized(this.#transformed(sample, this.getRandomTransform(dimsOf(sample))));
  }

  #standardized(given: Sample): Sample {
    const { options, mean, std, zcaWhiteningMatrix } = this;
    let sample = given;
    if (options.preprocessingFunction)
      sample = this.#sample(options.preprocessingFunction(tensorOf(sample)), 'preprocessingFunction');
    const data = Float32Array.from(sample.data);
    const each = (f: (value: number, channel: number) => number): void => {
      const { first, height, width, channels } = sample;
      for (let i = 0; i < data.length; i++)
        data[i] = f(data[i]!, first ? Math.floor(i / (height * width)) : i % channels);
    };
    if (options.rescale) each((value) => value * options.rescale!);
    if (options.samplewiseCenter) {
      const centre = Math.fround(meanOf(data));
      each((value) => value - centre);
    }
    if (options.samplewiseStdNormalization) {
      const centre = meanOf(data);
      const spread = Math.fround(Math.fround(Math.sqrt(meanOf(data.map((value) => (value - centre) ** 2)))) + 1e-6);
      each((value) => value / spread);
    }
    if (options.featurewiseCenter) {
      if (mean) each((value, channel) => value - mean[channel]!);
      else warn('featurewiseCenter');
    }
    if (options.featurewiseStdNormalization) {
      if (std) each((value, channel) => value / (std[channel]! + 1e-6));
      else warn('featurewiseStdNormalization');
    }
    if (!options.zcaWhitening) return { ...sample, data };
    if (!zcaWhiteningMatrix) {
      warn('zcaWhitening');
      return { ...sample, data };
    }
    const n = data.length;
    const white = new Float32Array(n);
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += data[i]! * zcaWhiteningMatrix[i * n + j]!;
      white[j] = sum;
    }
    return { ...sample, data: white };
  }

  /** Finds means, deviations and the whitening matrix of training pictures (n, …). */
  fit(x: TensorLike, options: Options<{ augment: boolean; rounds: number; seed: number | null }> = {}): void {
    const { augment = false, rounds = 1, seed = null } = options;
    const tensor = convertToTensor(x, 'float32', 'ImageDataGenerator.fit');
    if (tensor.dims.length !== 4)
      throw new ShapeError(
        `ImageDataGenerator.fit: found shape ${showShape(tensor.dims)}; wanted pictures of four axes.`,
      );
    if (seed !== null) globalState.seed(seed);
    const dims = tensor.dims.slice(1);
    const size = dims.reduce((a, b) => a * b, 1);
    const { rescale, zcaEpsilon } = this.options;
    const all = tensor.dataSync() as Float32Array;
    if (rescale) for (let i = 0; i < all.length; i++) all[i]! *= rescale;
    const originals = Array.from({ length: tensor.dims[0]! }, (_, i) =>
      sampleOf(all.slice(i * size, (i + 1) * size), dims, this.dataFormat),
    );
    const samples = augment
      ? Array.from({ length: rounds }, () =>
          originals.map((sample) => this.#transformed(sample, this.getRandomTransform(dimsOf(sample)))),
        ).flat()
      : originals;
    const { channels, height, width, first } = samples[0]!;
    const channelOf = (i: number): number => (first ? Math.floor(i / (height * width)) : i % channels);
    const byChannel = (f: (value: number, channel: number) => number): Float64Array => {
      const sums = new Float64Array(channels);
      for (const { data } of samples)
        for (let i = 0; i < data.length; i++) sums[channelOf(i)]! += f(data[i]!, channelOf(i));
      return sums.map((sum) => sum / (samples.length * height * width));
    };
    const change = (f: (value: number, channel: number) => number): void => {
      for (const { data } of samples) for (let i = 0; i < data.length; i++) data[i] = f(data[i]!, channelOf(i));
    };
    if (this.options.featurewiseCenter) {
      this.mean = byChannel((value) => value).map(Math.fround);
      change((value, channel) => value - this.mean![channel]!);
    }
    if (this.options.featurewiseStdNormalization) {
      const centre = byChannel((value) => value);
      this.std = byChannel((value, channel) => (value - centre[channel]!) ** 2).map(Math.sqrt);
      change((value, channel) => value / (this.std![channel]! + 1e-6));
    }
    if (this.options.zcaWhitening) this.zcaWhiteningMatrix = whitening(samples, zcaEpsilon);
  }

  #batchOptions(options: Common, shuffle: boolean): BatchOptions {
    return {
      batchSize: options.batchSize ?? 32,
      shuffle: options.shuffle ?? shuffle,
      seed: options.seed ?? null,
      saveToDir: options.saveToDir ?? null,
      savePrefix: options.savePrefix ?? '',
      saveFormat: options.saveFormat ?? 'png',
    };
  }

  /** The part of n samples that a subset stands for: validation comes first. */
  #part(n: number, subset: Subset): [from: number, to: number] {
    if (subset === null) return [0, n];
    if (subset !== 'training' && subset !== 'validation')
      throw new ValueError(`ImageDataGenerator: subset ${show(subset)}; wanted 'training' or 'validation'.`);
    const cut = Math.trunc(this.validationSplit * n);
    return subset === 'validation' ? [0, cut] : [cut, n];
  }

  /** Batches of pictures (n, …) changed at random, with their labels. */
  flow(x: TensorLike, y?: TensorLike | null | FlowOptions, options: FlowOptions = {}): NumpyArrayIterator {
    const isNamed =
      y !== null &&
      y !== undefined &&
      !(y instanceof Tensor) &&
      !Array.isArray(y) &&
      !ArrayBuffer.isView(y) &&
      typeof y === 'object';
    const named = isNamed ? (y as FlowOptions) : options;
    const labels = isNamed ? (named.y ?? null) : ((y as TensorLike | null | undefined) ?? named.y ?? null);
    const pictures = convertToTensor(x, 'float32', 'ImageDataGenerator.flow');
    if (pictures.dims.length !== 4)
      throw new ShapeError(
        `ImageDataGenerator.flow: found shape ${showShape(pictures.dims)}; wanted pictures of four axes.`,
      );
    const n = pictures.dims[0]!;
    const beside = (value: TensorLike | null | undefined, what: string): Tensor | null => {
      if (value === null || value === undefined) return null;
      const tensor = convertToTensor(value, undefined, `ImageDataGenerator.flow: ${what}`);
      if (tensor.dims[0] !== n)
        throw new ShapeError(`ImageDataGenerator.flow: ${n} pictures, but ${what} of shape ${showShape(tensor.dims)}.`);
      return tensor;
    };
    const target = beside(labels, 'y');
    const weight = beside(named.sampleWeight, 'sampleWeight');
    const subset = named.subset ?? null;
    const [from, to] = this.#part(n, subset);
    const cut = (tensor: Tensor): Tensor => {
      const size = tensor.dims.slice(1).reduce((a, b) => a * b, 1);
      const data = tensor.dataSync() as Float32Array;
      return eagerTensor(data.slice(from * size, to * size), [to - from, ...tensor.dims.slice(1)], tensor.dtype);
    };
    if (subset !== null && target && !(named.ignoreClassSplit ?? false))
      checkClasses(target, Math.trunc(this.validationSplit * n));
    const iterator = [pictures, target, weight].map((tensor) => tensor && (subset === null ? tensor : cut(tensor)));
    return new NumpyArrayIterator(
      iterator[0]!,
      iterator[1] ?? null,
      iterator[2] ?? null,
      this,
      this.#batchOptions(named, true),
    );
  }

  #fileOptions(options: Files, classMode: ClassMode): FileOptions {
    return {
      ...this.#batchOptions(options, true),
      targetSize: options.targetSize ?? [256, 256],
      colorMode: options.colorMode ?? 'rgb',
      classMode,
      interpolation: options.interpolation ?? 'nearest',
      keepAspectRatio: options.keepAspectRatio ?? false,
    };
  }

  /** Batches of the pictures below a folder, a class for each folder in it. */
  async flowFromDirectory(directory: string, options: FlowFromDirectoryOptions = {}): Promise<DirectoryIterator> {
    const classMode = options.classMode === undefined ? 'categorical' : options.classMode;
    checkedClassMode(classMode, ['categorical', 'binary', 'sparse', 'input', null]);
    const index = await indexDirectory(directory, {
      name: 'flowFromDirectory',
      labels: 'inferred',
      formats: FORMATS,
      classNames: options.classes && options.classes.length > 0 ? options.classes : null,
      shuffle: false,
      seed: null,
      followLinks: options.followLinks ?? false,
      verbose: false,
    });
    const names = index.classNames!;
    // The split is taken of each class.
    const kept = names.flatMap((_, label) => {
      const own = index.files
        .filter((_file, i) => index.labels![i] === label)
        .map((file) => ({ path: file.path, label }));
      return own.slice(...this.#part(own.length, options.subset ?? null));
    });
    platform().print(`Found ${kept.length} images belonging to ${names.length} classes.\n`);
    const below = directory.replace(/\/*$/, '/').length;
    return new DirectoryIterator(
      {
        filepaths: kept.map(({ path }) => path),
        filenames: kept.map(({ path }) => path.slice(below)),
        classes: Int32Array.from(kept, ({ label }) => label),
        classIndices: Object.fromEntries(names.map((name, i) => [name, i])),
        targets: null,
        weights: null,
      },
      this,
      this.#fileOptions(options, classMode),
    );
  }

  /** Batches of the pictures that a table names, with labels and weights from its columns. */
  async flowFromDataframe(
    dataframe: DataFrameLike,
    options: FlowFromDataframeOptions = {},
  ): Promise<DirectoryIterator> {
    const { directory = null, xCol = 'filename', yCol = 'class', weightCol = null, validateFilenames = true } = options;
    const classMode = options.classMode === undefined ? 'categorical' : options.classMode;
    checkedClassMode(classMode, ['categorical', 'binary', 'sparse', 'input', 'raw', null]);
    const column = (name: string): readonly Cell[] => {
      const found = Array.isArray(dataframe)
        ? dataframe.map((row: Readonly<Record<string, Cell>>) => row[name])
        : (dataframe as Readonly<Record<string, readonly Cell[]>>)[name];
      if (!found || found.some((cell) => cell === undefined))
        throw new ValueError(`flowFromDataframe: there is no column ${show(name)}.`);
      return found as readonly Cell[];
    };
    const paths = column(xCol).map((name) => (directory === null ? String(name) : joinPath(directory, String(name))));
    const there = await Promise.all(
      paths.map(async (path) => {
        if (!validateFilenames) return true;
        return FORMATS.some((ending) => path.toLowerCase().endsWith(ending)) && (await platform().exists(path));
      }),
    );
    const missing = there.filter((found) => !found).length;
    if (missing > 0)
      console.warn(`flowFromDataframe: ${missing} names of pictures are no files of a known kind; left out.`);
    const labelled = classMode === 'categorical' || classMode === 'binary' || classMode === 'sparse';
    const labels = labelled ? column(String(yCol)).map(String) : [];
    const names = labelled
      ? (options.classes ??
        [...new Set(labels.filter((_, i) => there[i]))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
      : [];
    if (classMode === 'binary' && names.length !== 2)
      throw new ValueError(`flowFromDataframe: classMode 'binary' wants two classes; found ${show(names)}.`);
    const rows = paths.map((_, i) => i).filter((i) => there[i] && (!labelled || names.includes(labels[i]!)));
    const [from, to] = this.#part(rows.length, options.subset ?? null);
    const kept = rows.slice(from, to);
    platform().print(
      labelled
        ? `Found ${kept.length} validated image filenames belonging to ${names.length} classes.\n`
        : `Found ${kept.length} validated image filenames.\n`,
    );
    const numbers = (columns: readonly string[]): Tensor => {
      const lists = columns.map(column);
      const data = Float32Array.from(kept.flatMap((i) => lists.map((list) => Number(list[i]))));
      return eagerTensor(data, columns.length === 1 ? [kept.length] : [kept.length, columns.length], 'float32');
    };
    return new DirectoryIterator(
      {
        filepaths: kept.map((i) => paths[i]!),
        filenames: kept.map((i) => String(column(xCol)[i])),
        classes: Int32Array.from(kept, (i) => (labelled ? names.indexOf(labels[i]!) : 0)),
        classIndices: Object.fromEntries(names.map((name, i) => [name, i])),
        targets: classMode === 'raw' ? numbers(typeof yCol === 'string' ? [yCol] : yCol) : null,
        weights: weightCol === null ? null : numbers([weightCol]),
      },
      this,
      this.#fileOptions(options, classMode),
    );
  }
}

/** A shift in pixels: chosen from a list or the whole numbers below a number, with either sign, or uniform. */
function shift(range: number | readonly number[], side: number): number {
  const isList = typeof range !== 'number';
  if (!isList && range === 0) return 0;
  let pixels: number;
  if (isList || Number.isInteger(range)) {
    pixels = Number(isList ? globalState.choice([...range]) : globalState.choice(range));
    pixels *= Number(globalState.choice([-1, 1]));
  } else pixels = globalState.uniform(-range, range) as number;
  return (isList ? Math.max(...range) : range) < 1 ? pixels * side : pixels;
}

const meanOf = (data: Float32Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;

function checkClasses(labels: Tensor, cut: number): void {
  const data = Array.from(labels.dataSync() as ArrayLike<number | bigint>, String);
  const size = data.length / labels.dims[0]!;
  const kinds = (part: readonly string[]): string => [...new Set(part)].sort().join();
  if (kinds(data.slice(0, cut * size)) !== kinds(data.slice(cut * size)))
    throw new ValueError(
      'ImageDataGenerator.flow: training and validation have different classes after the split; shuffle the data first, or set ignoreClassSplit.',
    );
}

/** U · diag(√n / (s + ε)) · Uᵀ of the pictures as columns. */
function whitening(samples: readonly Sample[], epsilon: number): Float64Array {
  const n = samples.length;
  const size = samples[0]!.data.length;
  const columns = new Float64Array(size * n);
  samples.forEach(({ data }, j) => {
    data.forEach((value, i) => {
      columns[i * n + j] = value;
    });
  });
  const [s, u] = svd(eagerTensor(columns, [size, n], 'float64'), { fullMatrices: false }) as readonly Tensor[];
  const [values, left] = [s!.dataSync() as Float64Array, u!.dataSync() as Float64Array];
  const rank = values.length;
  const out = new Float64Array(size * size);
  for (let k = 0; k < rank; k++) {
    const factor = Math.sqrt(n) / (values[k]! + epsilon);
    for (let i = 0; i < size; i++) {
      const row = left[i * rank + k]! * factor;
      for (let j = 0; j < size; j++) out[i * size + j]! += row * left[j * rank + k]!;
    }
  }
  return out;
}

export interface ImageDataGenerator extends ImageDataGenerator_ {}
export const ImageDataGenerator: Class<[options?: ImageDataGeneratorOptions], ImageDataGenerator> = callable(
  ImageDataGenerator_,
  'ImageDataGenerator',
);
