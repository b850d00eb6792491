// keras.utils.textDatasetFromDirectory: texts of a folder as a data set.
// Owns: reading and cutting texts. Leaves files, labels and order to labelled-files.ts.
import { show, ValueError } from '../../base/errors.ts';
import type { DatasetBase } from '../../data/dataset.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { elementOf } from '../../ops/strings/text.ts';
import { platform } from '../../platform/platform.ts';
import { eagerTensor } from '../../runtime/tensor.ts';
import type { Directory } from './directory-index.ts';
import { FOLDER_OPTIONS, type FolderDataset, type FolderOptions, folderDataset } from './labelled-files.ts';

const NAME = 'textDatasetFromDirectory';
export interface TextDatasetOptions extends FolderOptions {
  /** Bytes of a text that are kept. */
  readonly maxLength?: number | null | undefined;
}

/** The `.txt` files below a folder, a class for each folder in it: batches of `[texts, labels]`. */
export function textDatasetFromDirectory(
  directory: Directory,
  options: TextDatasetOptions & { readonly subset: 'both' },
): Promise<[training: FolderDataset, validation: FolderDataset]>;
export function textDatasetFromDirectory(directory: Directory, options?: TextDatasetOptions): Promise<FolderDataset>;
export async function textDatasetFromDirectory(
  directory: Directory,
  options: TextDatasetOptions = {},
): Promise<unknown> {
  const { maxLength = null, ...rest } = options ?? {};
  if (maxLength !== null && !(Number.isInteger(maxLength) && maxLength >= 0))
    throw new ValueError(`${NAME}: maxLength ${show(maxLength)}; wanted a number of bytes, or null.`);
  return folderDataset(directory, rest, {
    name: NAME,
    formats: ['.txt'],
    known: [...FOLDER_OPTIONS, 'maxLength'],
    read: async ({ source }) => {
      const bytes = await platform().readFile(source);
      return eagerTensor([elementOf(maxLength === null ? bytes : bytes.subarray(0, maxLength))], [], 'string');
    },
    spec: new TensorSpec([], 'string'),
    batch: (dataset: DatasetBase<never>, size) => dataset.batch(size) as never,
  });
}
