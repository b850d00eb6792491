// tf.data.TFRecordDataset, TextLineDataset, FixedLengthRecordDataset.
// Owns: the classes and their arguments. Leaves the reading to files.ts.
import { type Class, callable } from '../../base/callable.ts';
import { ValueError } from '../../base/errors.ts';
import { recordCutter } from '../../formats/tfrecord.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { DatasetBase } from '../dataset.ts';
import type { Pull } from '../pull.ts';
import { type Source, whole } from '../source.ts';
import {
  compressionOf,
  cutFile,
  type FileNames,
  fileNamesOf,
  fileSource,
  lineCutter,
  listSource,
  pieceCutter,
  stringScalar,
} from './files.ts';

export type FilesOf = FileNames | DatasetBase<Tensor>;
export interface ReaderOptions
  extends Options<{
    compressionType: '' | 'GZIP' | 'ZLIB' | null;
    /** Kept for TensorFlow's programs: files are read in parts of a megabyte. */
    bufferSize: number | null;
    /** How many files are read in turns. */
    numParallelReads: number | null;
    name: string;
  }> {}

const ENDED: IteratorResult<unknown> = { done: true, value: undefined };
const namesOf = (given: unknown, where: string): Source =>
  given instanceof DatasetBase ? (given as DatasetBase<Tensor>).source : listSource(fileNamesOf(given, where));

const LATER = ['compressionType', 'numParallelReads', 'name'];
const READER = ['filenames', 'compressionType', 'bufferSize', 'numParallelReads', 'name'];

function reader(
  where: string,
  args: readonly unknown[],
  read: (path: string, compression: ReturnType<typeof compressionOf>) => Pull<unknown>,
): Source {
  const [files, compression, , readers] = bindArguments(where, READER, args);
  const packing = compressionOf(compression, where);
  return fileSource(namesOf(files, where), (path) => read(path, packing), readers as number | undefined);
}

class TFRecordDataset_ extends DatasetBase<Tensor> {
  constructor(...args: [filenames: FilesOf, options?: ReaderOptions]) {
    super(
      reader('TFRecordDataset', args, (path, compression) => {
        const cutter = recordCutter(path);
        return cutFile(path, compression, {
          push(part) {
            const records = cutter.push(part);
            return {
              next: () => {
                const { value } = records.next();
                return value === undefined ? ENDED : { done: false, value: stringScalar(value, true) };
              },
            };
          },
          end() {
            cutter.end();
            return undefined;
          },
        });
      }),
    );
  }
}
export interface TFRecordDataset extends TFRecordDataset_ {}
/** The records of TFRecord files, as string scalars; checksums are verified. */
export const TFRecordDataset: Class<[filenames: FilesOf, options?: ReaderOptions], TFRecordDataset> = callable(
  TFRecordDataset_,
  'TFRecordDataset',
);

class TextLineDataset_ extends DatasetBase<Tensor> {
  constructor(...args: [filenames: FilesOf, options?: ReaderOptions]) {
    super(reader('TextLineDataset', args, (path, compression) => cutFile(path, compression, lineCutter())));
  }
}
export interface TextLineDataset extends TextLineDataset_ {}
/** The lines of text files, without their ends. */
export const TextLineDataset: Class<[filenames: FilesOf, options?: ReaderOptions], TextLineDataset> = callable(
  TextLineDataset_,
  'TextLineDataset',
);

export interface FixedLengthOptions extends ReaderOptions, Options<{ headerBytes: number; footerBytes: number }> {}
class FixedLengthRecordDataset_ extends DatasetBase<Tensor> {
  constructor(...args: [filenames: FilesOf, recordBytes: number, options?: FixedLengthOptions]) {
    const where = 'FixedLengthRecordDataset';
    const names = ['filenames', 'recordBytes', 'headerBytes', 'footerBytes', 'bufferSize', ...LATER];
    const [files, size, head = 0, foot = 0, , compression, readers] = bindArguments(where, names, args);
    if (typeof size !== 'number')
      throw new ValueError(`${where}: recordBytes is missing; wanted the bytes of a record.`);
    const packing = compressionOf(compression, where);
    const cut = [
      whole(size, `${where}: recordBytes`, 1),
      whole(head, `${where}: headerBytes`, 0),
      whole(foot, `${where}: footerBytes`, 0),
    ] as const;
    super(
      fileSource(
        namesOf(files, where),
        (path) => cutFile(path, packing, pieceCutter(path, ...cut)),
        readers as number | undefined,
      ),
    );
  }
}
export interface FixedLengthRecordDataset extends FixedLengthRecordDataset_ {}
/** Pieces of `recordBytes` bytes, as string scalars. */
export const FixedLengthRecordDataset: Class<
  [filenames: FilesOf, recordBytes: number, options?: FixedLengthOptions],
  FixedLengthRecordDataset
> = callable(FixedLengthRecordDataset_, 'FixedLengthRecordDataset');
