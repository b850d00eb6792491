// keras.utils.getFile: a file from the internet, kept in Keras's cache.
import { show, ValueError } from '../../base/errors.ts';
import type { ArchiveFormat } from '../../datasets/downloads/extract-archive.ts';
import { fetchCached } from '../../datasets/downloads/fetch-cached.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import type { Options } from '../../runtime/tensor-methods.ts';

export interface GetFileOptions
  extends Options<{
    fname: string | null;
    origin: string;
    untar: boolean;
    md5Hash: string | null;
    fileHash: string | null;
    cacheSubdir: string;
    hashAlgorithm: 'auto' | 'md5' | 'sha256';
    extract: boolean;
    archiveFormat: ArchiveFormat;
    cacheDir: string | null;
    forceDownload: boolean;
  }> {}

const NAMES = [
  'fname',
  'origin',
  'untar',
  'md5Hash',
  'fileHash',
  'cacheSubdir',
  'hashAlgorithm',
  'extract',
  'archiveFormat',
  'cacheDir',
  'forceDownload',
];

/**
 * The path of the file at `origin`, downloaded into `~/.keras/datasets` where it is not there, verified by its hash; with
 * `extract` the folder into which it is unpacked. No entry of an archive can leave that folder.
 */
export function getFile(
  ...args:
    | [options: GetFileOptions & { readonly origin: string }]
    | [fname: string | null, origin: string, options?: GetFileOptions]
    | [fname: string | null, options: GetFileOptions & { readonly origin: string }]
): Promise<string> {
  const bound = bindArguments('getFile', NAMES, args);
  const given = Object.fromEntries(NAMES.map((key, i) => [key, bound[i]])) as GetFileOptions;
  if (typeof given.origin !== 'string')
    throw new ValueError(`getFile: origin: found ${show(given.origin)}, wanted the address of the file.`);
  const md5 = given.md5Hash !== undefined && given.fileHash === undefined;
  return fetchCached(given.origin, {
    fileName: given.fname ?? undefined,
    subfolder: given.cacheSubdir,
    cacheFolder: given.cacheDir ?? undefined,
    hash: given.fileHash ?? given.md5Hash ?? undefined,
    hashAlgorithm: md5 ? 'md5' : given.hashAlgorithm,
    extract: given.extract === true || given.untar === true,
    archiveFormat: given.untar === true ? 'tar' : given.archiveFormat,
    forceDownload: given.forceDownload,
  });
}
