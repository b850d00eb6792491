// The error that every reader and writer of this folder throws: which file, what kind of damage, where.
// Owns: the kinds, the wording `file: what (place)`, the bound on how much a file may expand. Leaves the finding of
// damage to the readers.
import { FileError } from '../base/errors.ts';

export type FormatErrorKind =
  | 'bad_archive'
  | 'bad_hdf5'
  | 'bad_npy'
  | 'bad_tfrecord'
  | 'bad_protobuf'
  | 'bad_checkpoint'
  | 'bad_safetensors'
  | 'bad_image'
  | 'bad_config'
  | 'missing_config'
  | 'missing_weights'
  | 'shape_mismatch'
  | 'unknown_layer'
  | 'unsafe_path'
  | 'unsafe_lambda'
  | 'unsupported'
  | 'invalid_value';

/** A file that is damaged, hostile, of another kind, or that cannot be expressed in the format. */
export class FormatError extends FileError {
  readonly kind: FormatErrorKind;
  /** The file's name or path, as the caller gave it. */
  readonly file: string;

  constructor(kind: FormatErrorKind, file: string, message: string, options?: ErrorOptions) {
    super(file ? `${file}: ${message}` : message, options);
    this.kind = kind;
    this.file = file;
  }
}

/**
 * The most bytes that a file of `fileBytes` may unpack to. Real weights and data sets stay far below; a zip bomb or a
 * declared shape of terabytes does not.
 */
export const expansionLimit = (fileBytes: number): number => Math.max(2 ** 28, 100 * fileBytes);

/** `12 bytes`, `3.4 MB`: a size as a message shows it. */
export function showBytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) {
    count /= 1000;
    unit++;
  }
  return `${unit === 0 ? count : count.toFixed(1)} ${units[unit]!}`;
}
