// Unpacking downloaded archives: zip, tar, tar.gz. No entry can leave its folder; links are left out.
// Owns: telling the formats apart, checking every entry before the first is written. Leaves reading them to formats/.
import { FileError } from '../../base/errors.ts';
import type { ZipArchive as Zip } from '../../formats/zip/zip-read.ts';
import { joinPath } from '../../platform/path.ts';
import { platform } from '../../platform/platform.ts';

export type ArchiveFormat = 'auto' | 'tar' | 'zip' | readonly ('tar' | 'zip')[] | null;

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;
/** What Python's tarfile unpacks and nothing here does, by the first bytes. */
const OTHERS = [
  { name: 'bzip2', first: [0x42, 0x5a, 0x68] },
  { name: 'xz', first: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
] as const;
const isZip = (bytes: Uint8Array) => bytes[0] === 0x50 && bytes[1] === 0x4b;

/**
 * Unpacks the archive at `path` into `folder`; false where it is none of the formats. Throws FormatError of kind
 * `unsafe_path` or `bad_archive`.
 */
export async function extractArchive(path: string, folder: string, format: ArchiveFormat = 'auto'): Promise<boolean> {
  const formats =
    format === null ? [] : format === 'auto' ? ['tar', 'zip'] : typeof format === 'string' ? [format] : format;
  const machine = platform();
  const bytes = await machine.readFile(path);
  if (formats.includes('tar')) {
    const other = OTHERS.find(({ first }) => first.every((byte, i) => bytes[i] === byte));
    if (other)
      throw new FileError(
        `${path} is compressed with ${other.name}, which is not unpacked here; wanted zip, tar or tar.gz. Unpack it yourself (tar -xf) into ${folder}, and leave extract out.`,
      );
    const { isTar, readTar } = await import('../../formats/tar.ts');
    const { expansionLimit } = await import('../../formats/file-error.ts');
    const plain = isGzip(bytes) ? await machine.unpack(bytes, 'gzip', expansionLimit(bytes.length)) : bytes;
    if (isTar(plain)) {
      for (const { name, kind, data } of readTar(plain, path)) {
        if (kind === 'folder') await machine.makeFolder(joinPath(folder, name));
        else if (kind === 'file') await machine.writeFile(joinPath(folder, name), data);
      }
      return true;
    }
  }
  if (formats.includes('zip') && isZip(bytes)) {
    const { ZipArchive } = await import('../../formats/zip/zip-read.ts');
    await extractZip(new ZipArchive(bytes, path), folder);
    return true;
  }
  return false;
}

async function extractZip(archive: Zip, folder: string): Promise<void> {
  const machine = platform();
  for (const name of archive.names) {
    if (name.endsWith('/')) await machine.makeFolder(joinPath(folder, name));
    else await machine.writeFile(joinPath(folder, name), await archive.read(name));
  }
}
