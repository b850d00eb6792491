// keras.utils.audioDatasetFromDirectory: WAV files of a folder as a data set.
// Owns: lengths and ragged batches. Leaves files, labels and order to labelled-files.ts, the container to formats/wav.ts.
import { show, ValueError } from '../../base/errors.ts';
import type { DatasetBase } from '../../data/dataset.ts';
import { decodeWav } from '../../formats/wav.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { platform } from '../../platform/platform.ts';
import { eagerTensor } from '../../runtime/tensor.ts';
import type { Directory } from './directory-index.ts';
import { FOLDER_OPTIONS, type FolderDataset, type FolderOptions, folderDataset } from './labelled-files.ts';

const NAME = 'audioDatasetFromDirectory';
export interface AudioDatasetOptions extends FolderOptions {
  /** Samples a second that the files must have. */
  readonly samplingRate?: number | null | undefined;
  /** Samples that are kept, or filled up with zeros; without it a batch is as long as its longest file. */
  readonly outputSequenceLength?: number | null | undefined;
  readonly ragged?: boolean | undefined;
}

/** The `.wav` files below a folder, a class for each folder in it: batches of `[(batch, time, channels), labels]`. */
export function audioDatasetFromDirectory(
  directory: Directory,
  options: AudioDatasetOptions & { readonly subset: 'both' },
): Promise<[training: FolderDataset, validation: FolderDataset]>;
export function audioDatasetFromDirectory(directory: Directory, options?: AudioDatasetOptions): Promise<FolderDataset>;
export async function audioDatasetFromDirectory(
  directory: Directory,
  options: AudioDatasetOptions = {},
): Promise<unknown> {
  const { samplingRate = null, outputSequenceLength: length = null, ragged = false, ...rest } = options ?? {};
  if (ragged && length !== null)
    throw new ValueError(`${NAME}: ragged and outputSequenceLength ${show(length)} exclude one another.`);
  return folderDataset(directory, rest, {
    name: NAME,
    formats: ['.wav'],
    known: [...FOLDER_OPTIONS, 'samplingRate', 'outputSequenceLength', 'ragged'],
    read: async ({ source, path }) => {
      const { samples, channels, rate } = decodeWav(await platform().readFile(source), path);
      if (samplingRate !== null && rate !== samplingRate)
        throw new ValueError(
          `${NAME}: ${path} has ${rate} samples a second, wanted ${samplingRate}; convert it, or leave samplingRate out.`,
        );
      const time = length ?? samples.length / channels;
      const kept = new Float32Array(time * channels);
      kept.set(samples.subarray(0, kept.length));
      return eagerTensor(kept, [time, channels], 'float32');
    },
    spec: new TensorSpec([length, null], 'float32'),
    batch: (dataset: DatasetBase<never>, size) =>
      (ragged ? dataset.raggedBatch(size) : length === null ? dataset.paddedBatch(size) : dataset.batch(size)) as never,
  });
}
