// Tar archives: the entries of downloaded data sets.
// Owns: reading ustar, GNU (long names) and pax headers, and the refusal of paths that leave the folder. Links are listed,
// never followed. Leaves gzip around the archive and writing files to whoever extracts.
import { decodeText } from './array-data.ts';
import { FormatError } from './file-error.ts';
import { isUnsafePath } from './zip/zip-read.ts';

export interface TarEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
  /** A view of the archive. */
  readonly data: Uint8Array;
}

const BLOCK = 512;

/** Whether the bytes begin with a tar header: its checksum fits. */
export const isTar = (bytes: Uint8Array): boolean => bytes.length >= BLOCK && checksumFits(bytes.subarray(0, BLOCK));

/**
 * The entries of a tar archive; `file` is its name for error messages. Throws FormatError of kind `bad_archive`, or
 * `unsafe_path` for an entry that would leave the folder, before any entry is returned.
 */
export function readTar(bytes: Uint8Array, file: string): TarEntry[] {
  const fail = (message: string): never => {
    throw new FormatError('bad_archive', file, `the tar archive is damaged or cut off: ${message}.`);
  };
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  for (let at = 0; ; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.length < BLOCK) {
      if (entries.length === 0 || header.length > 0) fail(`a header is missing at byte ${at}`);
      break; // some writers leave the two blocks of zeros out
    }
    if (header.every((byte) => byte === 0)) break;
    if (!checksumFits(header)) fail(`the header at byte ${at} has a wrong checksum`);
    const size = readNumber(header, 124, 12) ?? fail(`the size at byte ${at} is no number`);
    const start = at + BLOCK;
    if (!(size <= bytes.length - start))
      fail(`an entry of ${size} bytes at byte ${at}, ${bytes.length - start} are left`);
    const data = bytes.subarray(start, start + size);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156]!);
    if (type === 'L') longName = textUntilZero(data);
    else if (type === 'x') longName = paxPath(data) ?? longName;
    else if (type !== 'g' && type !== 'K') {
      const name = longName ?? shortName(header);
      longName = undefined;
      if (isUnsafePath(name)) {
        throw new FormatError(
          'unsafe_path',
          file,
          `the archive holds an entry that would leave its folder: '${name}'. Nothing was unpacked.`,
        );
      }
      const isFile = type === '0' || type === '\0' || type === '7';
      const kind = type === '5' || (isFile && name.endsWith('/')) ? 'folder' : isFile ? 'file' : 'link';
      entries.push({ name, kind, data });
    }
  }
  return entries;
}

/** The sum of all bytes of the header, with spaces in place of the sum itself. */
function checksumFits(header: Uint8Array): boolean {
  const wanted = readNumber(header, 148, 8);
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i]!;
  return wanted === sum && sum > 8 * 0x20;
}

/** Octal digits, or, for sizes beyond 8 GiB, a big-endian number after a byte of 0x80. */
function readNumber(header: Uint8Array, start: number, length: number): number | undefined {
  const field = header.subarray(start, start + length);
  if (field[0] === 0x80) return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  const digits = textUntilZero(field).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : digits === '' ? 0 : undefined;
}

function textUntilZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String(decodeText(end < 0 ? bytes : bytes.subarray(0, end)));
}

function shortName(header: Uint8Array): string {
  const name = textUntilZero(header.subarray(0, 100));
  const isUstar = textUntilZero(header.subarray(257, 263)).startsWith('ustar');
  const prefix = isUstar ? textUntilZero(header.subarray(345, 500)) : '';
  return prefix ? `${prefix}/${name}` : name;
}

/** Lines of the form `LENGTH KEY=VALUE`. */
function paxPath(data: Uint8Array): string | undefined {
  return /^\d+ path=([^\n]*)$/m.exec(String(decodeText(data)))?.[1];
}
