// What the data sets of folders have in common: labels in each form, and elements read file by file in Keras's order.
// Owns: labels as tensors, the data set over files that are no pictures. Leaves pictures to image-dataset.ts.
import { refuseUnknown, show, ValueError } from '../../base/errors.ts';
import { DatasetBase } from '../../data/dataset.ts';
import type { Spec } from '../../data/spec.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Structure } from '../types.ts';
import {
  checkSplit,
  type DatasetFormat,
  type Directory,
  type DirectoryIndex,
  drawnSeed,
  type IndexedFile,
  indexDirectory,
  type LabelsArgument,
  requireFormat,
  type Subset,
  splitIndex,
} from './directory-index.ts';
import type { LabelMode } from './image-dataset.ts';

/** The options that every data set of a folder takes. */
export interface FolderOptions {
  readonly labels?: LabelsArgument | undefined;
  readonly labelMode?: LabelMode | null | undefined;
  readonly classNames?: readonly string[] | null | undefined;
  readonly batchSize?: number | null | undefined;
  readonly shuffle?: boolean | undefined;
  readonly seed?: number | null | undefined;
  readonly validationSplit?: number | null | undefined;
  readonly subset?: Subset | null | undefined;
  readonly followLinks?: boolean | undefined;
  readonly format?: DatasetFormat | undefined;
  readonly verbose?: boolean | undefined;
}
export const FOLDER_OPTIONS = [
  'labels',
  'labelMode',
  'classNames',
  'batchSize',
  'shuffle',
  'seed',
  'validationSplit',
  'subset',
  'followLinks',
  'format',
  'verbose',
];

/** A data set of files that knows where it comes from. */
export interface FolderDataset extends DatasetBase<Structure> {
  readonly classNames: string[];
  readonly filePaths: string[];
  readonly labels: number[];
}

/** How a kind of file is read. */
export interface FileKind {
  readonly name: string;
  readonly formats: readonly string[];
  readonly known: readonly string[];
  read(file: IndexedFile): Promise<Tensor>;
  readonly spec: TensorSpec;
  /** Puts elements into a batch. */
  batch(dataset: DatasetBase<Structure>, size: number): DatasetBase<Structure>;
}

/** The label of one file as a tensor. */
function labelOf(label: number, mode: LabelMode, classes: number): Tensor {
  if (mode === 'int') return eagerTensor(Int32Array.of(label), [], 'int32');
  if (mode === 'binary') return eagerTensor(Float32Array.of(label), [1], 'float32');
  return eagerTensor(
    Float32Array.from({ length: classes }, (_, i) => (i === label ? 1 : 0)),
    [classes],
    'float32',
  );
}
function labelSpec(mode: LabelMode, classes: number): TensorSpec {
  if (mode === 'int') return new TensorSpec([], 'int32');
  return new TensorSpec([mode === 'binary' ? 1 : classes], 'float32');
}

/** A data set of the files of a folder, or the two parts of a split. */
export async function folderDataset(
  directory: Directory,
  options: FolderOptions,
  kind: FileKind,
): Promise<FolderDataset | [FolderDataset, FolderDataset]> {
  const { name } = kind;
  refuseUnknown(name, options, kind.known);
  requireFormat(name, options.format);
  const given = options.labels === undefined ? 'inferred' : options.labels;
  if (typeof given === 'string' && given !== 'inferred')
    throw new ValueError(`${name}: labels ${show(given)}; wanted 'inferred', a list of whole numbers, or null.`);
  const mode = given === null ? null : options.labelMode === undefined ? 'int' : options.labelMode;
  if (mode !== null && !['int', 'categorical', 'binary'].includes(mode))
    throw new ValueError(`${name}: labelMode ${show(mode)}; wanted one of int, categorical, binary, or null.`);
  if (given !== 'inferred' && options.classNames)
    throw new ValueError(`${name}: classNames can only be given with labels 'inferred'.`);
  const { batchSize = 32, shuffle = true, subset = null, validationSplit = null, verbose = true } = options;
  if (batchSize !== null && !(Number.isInteger(batchSize) && batchSize > 0))
    throw new ValueError(`${name}: batchSize ${show(batchSize)}; wanted a whole number, or null for single elements.`);
  checkSplit(name, validationSplit, subset, shuffle, options.seed ?? null);
  const seed = options.seed ?? drawnSeed();
  const index = await indexDirectory(directory, {
    name,
    labels: mode === null ? null : given,
    formats: kind.formats,
    classNames: options.classNames ?? null,
    shuffle,
    seed,
    followLinks: options.followLinks ?? false,
    verbose,
  });
  if (mode === 'binary' && index.classNames?.length !== 2)
    throw new ValueError(`${name}: labelMode 'binary' wants exactly two classes; found ${show(index.classNames)}.`);
  const make = (part: 'training' | 'validation' | null, mixed: boolean): FolderDataset => {
    const files = splitIndex(index, validationSplit, part, verbose);
    if (files.files.length === 0)
      throw new ValueError(
        `${name}: found no ${part ? `${part} ` : ''}files that end in ${kind.formats.join(', ')} in ${typeof directory === 'string' ? directory : 'the files'}.`,
      );
    return read(files, kind, mode, batchSize, mixed ? seed : null);
  };
  return subset === 'both' ? [make('training', shuffle), make('validation', false)] : make(subset, shuffle);
}

function read(
  index: DirectoryIndex,
  kind: FileKind,
  mode: LabelMode | null,
  batchSize: number | null,
  seed: number | null,
): FolderDataset {
  const classes = index.classNames?.length ?? 0;
  let order: DatasetBase<Tensor> = DatasetBase.range(index.files.length);
  if (seed !== null) order = order.shuffle(batchSize === null ? 1024 : batchSize * 8, { seed });
  const signature = mode === null || !index.labels ? kind.spec : ([kind.spec, labelSpec(mode, classes)] as const);
  const element = async (position: Tensor): Promise<Structure> => {
    const number = Number(position.item());
    const content = await kind.read(index.files[number]!);
    return (
      mode === null || !index.labels ? content : [content, labelOf(index.labels[number]!, mode, classes)]
    ) as Structure;
  };
  const { source } = order.map(element as (position: Tensor) => Promise<Tensor>, { numParallelCalls: -1 });
  const single = new DatasetBase<Structure>({ ...source, spec: () => signature as Spec });
  const dataset = batchSize === null ? single : kind.batch(single, batchSize);
  return Object.assign(dataset, {
    classNames: index.classNames as string[],
    filePaths: index.files.map((file) => file.path),
    labels: index.labels ?? [],
  });
}
