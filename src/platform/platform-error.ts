// Errors of files and downloads: what was tried, what went wrong, what to do.
// Owns: the codes and the wording of the system's errors.
import { FileError } from '../base/errors.ts';

export type PlatformErrorCode =
  | 'not_found'
  | 'no_permission'
  | 'disk_full'
  | 'is_folder'
  | 'not_folder'
  | 'too_many_files'
  | 'network'
  | 'cut_off'
  | 'wrong_hash'
  | 'cancelled'
  | 'too_large'
  | 'damaged'
  | 'unavailable'
  | 'failed';

/** A file or download that could not be read or written. */
export class PlatformError extends FileError {
  readonly code: PlatformErrorCode;
  /** The path or URL. */
  readonly path: string;

  constructor(code: PlatformErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(path ? `${path}: ${message}` : message, options);
    this.code = code;
    this.path = path;
  }
}

const SYSTEM: Readonly<Record<string, readonly [PlatformErrorCode, string]>> = {
  ENOENT: ['not_found', 'there is no such file or folder.'],
  EACCES: ['no_permission', 'permission is missing; choose another folder or change its permissions.'],
  EPERM: ['no_permission', 'permission is missing; choose another folder or change its permissions.'],
  EROFS: ['no_permission', 'the disk is read-only; choose another folder.'],
  ENOSPC: ['disk_full', 'the disk is full; free some space and try again.'],
  EDQUOT: ['disk_full', "the user's share of the disk is full; free some space and try again."],
  EISDIR: ['is_folder', 'this is a folder, a file was expected.'],
  ENOTDIR: ['not_folder', 'a part of the path is a file, a folder was expected.'],
  EMFILE: ['too_many_files', 'too many files are open.'],
  ENFILE: ['too_many_files', 'too many files are open.'],
  ENAMETOOLONG: ['failed', 'the name is too long.'],
};

/** The error of a file operation, worded: `model.keras: cannot be written: the disk is full; …`. */
export function describeSystemError(error: unknown, path: string, what: string): PlatformError {
  if (error instanceof PlatformError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [kind, text] = SYSTEM[code] ?? ['failed', error instanceof Error ? error.message : String(error)];
  return new PlatformError(kind, path, `${what}: ${text}`, { cause: error });
}
