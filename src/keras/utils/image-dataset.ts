// keras.utils.imageDatasetFromDirectory: pictures of a folder as a data set of batches.
// Owns: the arguments, labels, batches. Leaves the files and their order to directory-index.ts, loading to picture-loader.ts.
import { didYouMean, refuseUnknown, show, ValueError } from '../../base/errors.ts';
import { DatasetBase } from '../../data/dataset.ts';
import { DONE, type Later, type Pull } from '../../data/pull.ts';
import { type Pass, UNKNOWN } from '../../data/source.ts';
import type { Spec } from '../../data/spec.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { ResizeMethod, type ResizeMethodName } from '../../ops/image/resize-methods.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { imageDataFormat } from '../config.ts';
import type { Structure } from '../types.ts';
import {
  checkSplit,
  type DatasetFormat,
  type Directory,
  type DirectoryIndex,
  drawnSeed,
  indexDirectory,
  type LabelsArgument,
  requireFormat,
  type Subset,
  splitIndex,
} from './directory-index.ts';
import { type PicturePixels, sizeOfPicture } from './load-group.ts';
import type { PixelRequest } from './load-pixels.ts';
import { groupSize, groupsAhead, loadPictures, newPixels, type PictureGroup } from './picture-loader.ts';

export type LabelMode = 'int' | 'categorical' | 'binary';
export type ColorMode = 'rgb' | 'rgba' | 'grayscale';

/** A data set of pictures that knows where it comes from. */
export interface DirectoryDataset<out T extends Structure = [images: Tensor, labels: Tensor]> extends DatasetBase<T> {
  readonly classNames: string[];
  /** In the order in which the files are read (before `shuffle` mixes them anew in every pass). */
  readonly filePaths: string[];
  /** The class of each file. */
  readonly labels: number[];
  /** With `ignoreErrors`: the files of the latest pass that could not be read, with the reasons. */
  readonly skipped: readonly { readonly path: string; readonly error: Error }[];
}

interface Common {
  readonly classNames: readonly string[] | null;
  readonly colorMode: ColorMode;
  /** null: single pictures, not batches. */
  readonly batchSize: number | null;
  readonly imageSize: readonly [height: number, width: number] | number;
  readonly shuffle: boolean;
  readonly seed: number | null;
  readonly validationSplit: number | null;
  readonly interpolation: ResizeMethodName;
  readonly followLinks: boolean;
  readonly cropToAspectRatio: boolean;
  readonly padToAspectRatio: boolean;
  readonly dataFormat: 'channels_last' | 'channels_first' | null;
  readonly format: DatasetFormat;
  readonly verbose: boolean;
  /** Pictures that cannot be read are left out; the data set lists them in `skipped`. */
  readonly ignoreErrors: boolean;
}
export interface ImageDatasetOptions
  extends Options<Common & { labels: LabelsArgument; labelMode: LabelMode | null; subset: Subset | null }> {}

type Labelled = Options<Common & { labels: 'inferred' | readonly number[]; labelMode: LabelMode }>;
type Unlabelled = Options<Common> &
  (
    | { readonly labels: null; readonly labelMode?: LabelMode | null }
    | { readonly labelMode: null; readonly labels?: LabelsArgument }
  );
type One = { readonly subset?: 'training' | 'validation' | null };
type Both = { readonly subset: 'both' };

const NAME = 'imageDatasetFromDirectory';
const FORMATS = ['.bmp', '.gif', '.jpeg', '.jpg', '.png'];
const CHANNELS = { rgb: 3, rgba: 4, grayscale: 1 } as const;
const KNOWN = [
  'labels',
  'labelMode',
  'classNames',
  'colorMode',
  'batchSize',
  'imageSize',
  'shuffle',
  'seed',
  'validationSplit',
  'subset',
  'interpolation',
  'followLinks',
  'cropToAspectRatio',
  'padToAspectRatio',
  'dataFormat',
  'format',
  'verbose',
  'ignoreErrors',
];

/**
 * Pictures below a folder, a class for each folder in it: batches of `[images, labels]`, images float32 in [0, 255].
 *
 * `directory` is a path, or the files that a user picked in a page (`<input type="file" webkitdirectory>`).
 */
export function imageDatasetFromDirectory(
  directory: Directory,
  options: Unlabelled & Both,
): Promise<[training: DirectoryDataset<Tensor>, validation: DirectoryDataset<Tensor>]>;
export function imageDatasetFromDirectory(
  directory: Directory,
  options: Labelled & Both,
): Promise<[training: DirectoryDataset, validation: DirectoryDataset]>;
export function imageDatasetFromDirectory(
  directory: Directory,
  options: Unlabelled & One,
): Promise<DirectoryDataset<Tensor>>;
export function imageDatasetFromDirectory(directory: Directory, options?: Labelled & One): Promise<DirectoryDataset>;
export async function imageDatasetFromDirectory(
  directory: Directory,
  given: ImageDatasetOptions = {},
): Promise<unknown> {
  const options = given ?? {};
  requireFormat(NAME, options.format);
  const {
    labels,
    labelMode,
    request,
    batchSize,
    shuffle,
    seed,
    verbose,
    subset,
    validationSplit,
    ignoreErrors,
    dataFormat,
  } = checked(options);
  const index = await indexDirectory(directory, {
    name: NAME,
    labels,
    formats: FORMATS,
    classNames: options.classNames ?? null,
    shuffle,
    seed,
    followLinks: options.followLinks ?? false,
    verbose,
  });
  if (labelMode === 'binary' && index.classNames?.length !== 2)
    throw new ValueError(`${NAME}: labelMode 'binary' wants exactly two classes; found ${show(index.classNames)}.`);
  const make = (part: 'training' | 'validation' | null, mixed: boolean) => {
    const files = splitIndex(index, validationSplit, part, verbose);
    if (files.files.length === 0)
      throw new ValueError(
        `${NAME}: found no ${part ? `${part} ` : ''}pictures in ${typeof directory === 'string' ? directory : 'the files'}; wanted files that end in ${FORMATS.join(', ')}.`,
      );
    return datasetOf(files, { labelMode, request, batchSize, shuffle: mixed, seed, ignoreErrors, dataFormat });
  };
  return subset === 'both' ? [make('training', shuffle), make('validation', false)] : make(subset, shuffle);
}

function oneOf<T extends string>(argument: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found === undefined)
    throw new ValueError(
      `${NAME}: ${argument} ${show(value)}; wanted one of ${allowed.join(', ')}.${didYouMean(value, allowed)}`,
    );
  return found;
}

function checked(options: ImageDatasetOptions) {
  refuseUnknown(NAME, options, KNOWN);
  const given = options.labels === undefined ? 'inferred' : options.labels;
  if (typeof given === 'string' && given !== 'inferred')
    throw new ValueError(`${NAME}: labels ${show(given)}; wanted 'inferred', a list of whole numbers, or null.`);
  if (Array.isArray(given) && options.classNames)
    throw new ValueError(`${NAME}: classNames cannot be given with a list of labels; they are the sorted labels.`);
  if (given === null && options.classNames) throw new ValueError(`${NAME}: classNames cannot be given without labels.`);
  const mode = options.labelMode === undefined ? 'int' : options.labelMode;
  if (mode !== null) oneOf('labelMode', mode, ['int', 'categorical', 'binary'] as const);
  const unlabelled = given === null || mode === null;
  const size = options.imageSize ?? [256, 256];
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0))
    throw new ValueError(`${NAME}: imageSize ${show(size)}; wanted [height, width], both at least 1.`);
  const { batchSize = 32, cropToAspectRatio = false, padToAspectRatio = false } = options;
  if (batchSize !== null && !(Number.isInteger(batchSize) && batchSize > 0))
    throw new ValueError(`${NAME}: batchSize ${show(batchSize)}; wanted a whole number, or null for single pictures.`);
  if (cropToAspectRatio && padToAspectRatio)
    throw new ValueError(`${NAME}: only one of cropToAspectRatio and padToAspectRatio can be true.`);
  const interpolation = (options.interpolation ?? 'bilinear').toLowerCase();
  const request: PixelRequest = {
    height,
    width,
    channels: CHANNELS[oneOf('colorMode', options.colorMode ?? 'rgb', ['rgb', 'rgba', 'grayscale'] as const)],
    method: oneOf('interpolation', interpolation, Object.values(ResizeMethod)),
    fit: cropToAspectRatio ? 'crop' : padToAspectRatio ? 'pad' : 'stretch',
  };
  if (request.fit === 'crop' && ['gaussian', 'mitchellcubic'].includes(request.method))
    throw new ValueError(`${NAME}: cropToAspectRatio knows no interpolation ${show(request.method)}; use 'bilinear'.`);
  const shuffle = options.shuffle ?? true;
  const [validationSplit, subset] = [options.validationSplit ?? null, options.subset ?? null];
  checkSplit(NAME, validationSplit, subset, shuffle, options.seed ?? null);
  return {
    // Keras keeps the folders as classes where only the labels' mode is null.
    labels: unlabelled ? null : given,
    labelMode: unlabelled ? null : mode,
    request,
    batchSize,
    shuffle,
    seed: options.seed ?? drawnSeed(),
    verbose: options.verbose ?? true,
    subset,
    validationSplit,
    ignoreErrors: options.ignoreErrors ?? false,
    dataFormat: options.dataFormat ?? imageDataFormat(),
  };
}

interface Plan {
  readonly labelMode: LabelMode | null;
  readonly request: PixelRequest;
  readonly batchSize: number | null;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly ignoreErrors: boolean;
  readonly dataFormat: 'channels_last' | 'channels_first';
}

/** A picture that was loaded: where its pixels begin. */
interface Loaded {
  readonly index: number;
  readonly group: PictureGroup;
  readonly place: number;
}

function datasetOf(index: DirectoryIndex, plan: Plan): DirectoryDataset<Structure> {
  const { batchSize, shuffle, seed, ignoreErrors, request } = plan;
  const count = index.files.length;
  let order: DatasetBase<Tensor> = DatasetBase.range(count);
  if (shuffle) order = order.shuffle(batchSize === null ? 1024 : batchSize * 8, { seed });
  const skipped: { path: string; error: Error }[] = [];
  const open = (pass: Pass): Pull<unknown> => {
    skipped.length = 0;
    const numbers = order.open(pass);
    const size = groupSize(request, batchSize);
    const groups: Promise<readonly Loaded[]>[] = [];
    const ready: Loaded[] = [];
    let ended = false;
    const load = async (part: readonly number[]): Promise<readonly Loaded[]> => {
      const group = await loadPictures(
        part.map((number) => index.files[number]!),
        request,
      );
      for (const { index: place, error } of group.failed) {
        if (!ignoreErrors) throw error;
        skipped.push({ path: index.files[part[place]!]!.path, error: error as Error });
      }
      const lost = new Set(group.failed.map((one) => one.index));
      return part.flatMap((number, place) => (lost.has(place) ? [] : [{ index: number, group, place }]));
    };
    /** Groups are begun while there is room: this bounds the memory. */
    const fill = async (): Promise<void> => {
      while (!ended && groups.length < groupsAhead(request, size)) {
        const part: number[] = [];
        while (!ended && part.length < size) {
          const number = await numbers.next();
          if (number === DONE) ended = true;
          else part.push(Number((number as Tensor).item()));
        }
        if (part.length === 0) return;
        const loading = load(part);
        // An error is met when the group's turn comes.
        loading.catch(() => {});
        groups.push(loading);
      }
    };
    /** At least `wanted` pictures, fewer at the end. */
    const gather = async (wanted: number): Promise<Loaded[]> => {
      while (ready.length < wanted) {
        await fill();
        const first = groups.shift();
        if (!first) break;
        ready.push(...(await first));
      }
      await fill();
      return ready.splice(0, wanted);
    };
    return {
      next: async () => {
        const loaded = await gather(batchSize ?? 1);
        return loaded.length === 0 ? DONE : element(loaded, index, plan, batchSize === null);
      },
      close: () => {
        ended = true;
        groups.length = 0;
        ready.length = 0;
        return numbers.close?.();
      },
    };
  };
  const batches = batchSize === null ? count : Math.ceil(count / batchSize);
  const source = { open, cardinality: ignoreErrors ? UNKNOWN : batches, spec: () => specOfPlan(plan, index) };
  return Object.assign(new DatasetBase<Structure>(source), {
    classNames: index.classNames as string[],
    filePaths: index.files.map((file) => file.path),
    labels: index.labels ?? [],
    skipped,
  });
}

/** What the elements are: pictures, and labels where there are some. */
function specOfPlan({ request, labelMode, dataFormat, batchSize }: Plan, index: DirectoryIndex): Spec {
  const { height, width, channels } = request;
  const rows = batchSize === null ? [] : [null];
  const picture = dataFormat === 'channels_first' ? [channels, height, width] : [height, width, channels];
  const pictures = new TensorSpec([...rows, ...picture], request.method === 'nearest' ? 'uint8' : 'float32');
  if (labelMode === null || !index.labels) return pictures;
  if (labelMode === 'int') return [pictures, new TensorSpec(rows, 'int32')];
  const size = labelMode === 'binary' ? 1 : (index.classNames?.length ?? 0);
  return [pictures, new TensorSpec([...rows, size], 'float32')];
}

/** The pixels of pictures that were loaded, one after the other, channels first where the data set has them so. */
function pixelsOf(loaded: readonly Loaded[], { request, dataFormat }: Plan): PicturePixels {
  const { channels } = request;
  const size = sizeOfPicture(request);
  const { group } = loaded[0]!;
  const isFirst = dataFormat === 'channels_first';
  // A batch that was loaded as it is asked for is taken as it is.
  const isWhole =
    group.pixels.length === loaded.length * size && loaded.every((one, i) => one.group === group && one.place === i);
  if (isWhole && !isFirst) return group.pixels;
  return newPixels(loaded.length * size, request, (out) =>
    loaded.forEach(({ group: { pixels }, place }, i) => {
      const picture = pixels.subarray(place * size, (place + 1) * size);
      if (!isFirst) return out.set(picture, i * size);
      for (let c = 0, to = i * size; c < channels; c++)
        for (let from = c; from < size; from += channels) out[to++] = picture[from]!;
    }),
  );
}

/** A batch, or a single element, of pictures that were loaded. */
function element(group: readonly Loaded[], index: DirectoryIndex, plan: Plan, single: boolean): Later<unknown> {
  const { request, labelMode, dataFormat } = plan;
  const { height, width, channels } = request;
  const data = pixelsOf(group, plan);
  const first = dataFormat === 'channels_first';
  const outer = single ? [] : [group.length];
  const dims = first ? [...outer, channels, height, width] : [...outer, height, width, channels];
  const images = eagerTensor(data, dims, data instanceof Uint8Array ? 'uint8' : 'float32');
  if (labelMode === null) return images;
  const labels = group.map((loaded) => index.labels![loaded.index]!);
  if (labelMode === 'int') return [images, eagerTensor(Int32Array.from(labels), outer, 'int32')];
  if (labelMode === 'binary') return [images, eagerTensor(Float32Array.from(labels), [...outer, 1], 'float32')];
  const classes = index.classNames!.length;
  const hot = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    if (label >= 0 && label < classes) hot[i * classes + label] = 1;
  });
  return [images, eagerTensor(hot, [...outer, classes], 'float32')];
}
