// Reading zip archives (.keras, .npz, downloaded data sets) without trusting them.
// Owns: the central directory (with zip64), every check that a damaged or hostile archive must meet, and unpacking within
// the declared size. Leaves inflating itself to fflate, and writing files to whoever extracts.

import { decodeText } from '../array-data.ts';
import { ByteCursor } from '../byte-cursor.ts';
import { crc32 } from '../checksum.ts';
import { expansionLimit, FormatError, showBytes } from '../file-error.ts';

export interface ZipEntry {
  readonly name: string;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc: number;
  /** Where the entry's local header begins. */
  readonly headerStart: number;
}

const DIRECTORY_END = 22;
const LONGEST_COMMENT = 0xffff;
/** No deflate stream grows by more. */
const LARGEST_RATIO = 1032;

/** Whether a path inside an archive would leave the folder that it is unpacked into. */
export function isUnsafePath(path: string): boolean {
  const parts = path.split(/[/\\]/);
  return (
    path.startsWith('/') ||
    path.startsWith('\\') ||
    /^[a-z]:/i.test(path) ||
    path.includes('\0') ||
    parts.includes('..')
  );
}

export class ZipArchive {
  readonly file: string;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly #bytes: Uint8Array;

  /** Reads the directory; `file` is the name for error messages. Throws FormatError of kind `bad_archive` or `unsafe_path`. */
  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.file = file;
    this.entries = readDirectory(bytes, file);
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The content of an entry, its checksum verified; a view of the archive where the entry is stored as it is. */
  async read(name: string): Promise<Uint8Array> {
    const entry = this.entries.get(name);
    if (!entry) {
      throw new FormatError(
        'bad_archive',
        this.file,
        `the archive has no entry '${name}'; it holds ${this.names.slice(0, 20).join(', ') || 'nothing'}.`,
      );
    }
    const packed = this.#bytes.subarray(dataStart(this.#bytes, entry, this.file)).subarray(0, entry.compressedSize);
    const content = entry.method === 0 ? packed : await inflateEntry(packed, entry, this.file);
    if (crc32(content) !== entry.crc) {
      throw new FormatError(
        'bad_archive',
        this.file,
        `entry '${name}' is damaged: its checksum does not fit its content.`,
      );
    }
    return content;
  }
}

async function inflateEntry(packed: Uint8Array, entry: ZipEntry, file: string): Promise<Uint8Array> {
  const { inflateSync } = await import('fflate');
  const damaged = (why: string, cause?: unknown) =>
    new FormatError('bad_archive', file, `entry '${entry.name}' is damaged: ${why}.`, { cause });
  let content: Uint8Array;
  try {
    // One byte more than declared, so that an entry which unpacks to more shows.
    content = inflateSync(packed, { out: new Uint8Array(entry.size + 1) });
  } catch (error) {
    throw damaged(`it does not unpack (${error instanceof Error ? error.message : String(error)})`, error);
  }
  if (content.length !== entry.size) throw damaged(`it unpacks to another size than the ${entry.size} bytes declared`);
  return content;
}

/** Where the entry's content begins: the local header has its own name and extra field. */
function dataStart(bytes: Uint8Array, entry: ZipEntry, file: string): number {
  const cursor = cursorAt(bytes, entry.headerStart, file, `entry '${entry.name}'`);
  if (!cursor.matches('PK\x03\x04')) cursor.fail('no entry header');
  cursor.take(22);
  cursor.take(cursor.u16() + cursor.u16());
  const start = cursor.position;
  cursor.take(entry.compressedSize);
  return start;
}

function cursorAt(bytes: Uint8Array, start: number, file: string, what: string): ByteCursor {
  return new ByteCursor(bytes, start, bytes.length, (message) => {
    throw new FormatError('bad_archive', file, `the archive is damaged or cut off: ${what}: ${message}.`);
  });
}

/** The end record is the last one whose comment reaches exactly to the end of the file. */
function findDirectoryEnd(bytes: Uint8Array, file: string): number {
  for (let at = bytes.length - DIRECTORY_END; at >= 0 && at >= bytes.length - DIRECTORY_END - LONGEST_COMMENT; at--) {
    if (bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 5 && bytes[at + 3] === 6) {
      if (at + DIRECTORY_END + bytes[at + 20]! + bytes[at + 21]! * 256 === bytes.length) return at;
    }
  }
  if (bytes.length === 0) throw new FormatError('bad_archive', file, 'the file is empty; a zip archive was expected.');
  const begins = bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
  throw new FormatError(
    'bad_archive',
    file,
    begins
      ? `the zip archive is cut off: its directory, which stands at the end, is missing (the file has ${bytes.length} bytes).`
      : `this is not a zip archive (it begins with ${describeStart(bytes)}).`,
  );
}

function describeStart(bytes: Uint8Array): string {
  const start = decodeText(bytes.subarray(0, 8));
  if (typeof start === 'string' && /^[\x20-\x7e]+$/.test(start)) return `the text '${start}'`;
  return `bytes ${[...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}

function readDirectory(bytes: Uint8Array, file: string): Map<string, ZipEntry> {
  const end = findDirectoryEnd(bytes, file);
  const { count, start, size } = readDirectoryEnd(bytes, end, file);
  const bad = (message: string): never => {
    throw new FormatError('bad_archive', file, `the archive is damaged: ${message}.`);
  };
  if (start + size > end)
    bad(`its directory is said to end at byte ${start + size}, beyond the ${end} before the end record`);
  const entries = new Map<string, ZipEntry>();
  const cursor = cursorAt(bytes, start, file, 'its directory');
  let total = 0;
  for (let i = 0; i < count; i++) {
    const entry = readEntry(cursor, file);
    if (entries.has(entry.name)) bad(`entry '${entry.name}' occurs twice`);
    total += entry.size;
    if (entry.size > LARGEST_RATIO * entry.compressedSize + 64 || total > expansionLimit(bytes.length)) {
      bad(
        `entry '${entry.name}' declares ${showBytes(entry.size)} out of ${showBytes(entry.compressedSize)} stored; refused as a zip bomb`,
      );
    }
    entries.set(entry.name, entry);
  }
  if (cursor.position > start + size) bad('its directory is longer than declared');
  checkPlaces([...entries.values()], start, bad);
  return entries;
}

/** Entries lie one after the other before the directory: overlapping ones are how a small bomb unpacks to petabytes. */
function checkPlaces(entries: ZipEntry[], directoryStart: number, bad: (message: string) => never): void {
  entries.sort((a, b) => a.headerStart - b.headerStart);
  entries.forEach((entry, i) => {
    const next = entries[i + 1]?.headerStart ?? directoryStart;
    const least = entry.headerStart + 30 + entry.compressedSize;
    if (least > next) bad(`entry '${entry.name}' reaches to byte ${least}, into what follows at ${next}`);
  });
}

function readDirectoryEnd(
  bytes: Uint8Array,
  end: number,
  file: string,
): { count: number; start: number; size: number } {
  const cursor = cursorAt(bytes, end + 4, file, 'its end record');
  cursor.take(6);
  const [count, size, start] = [cursor.u16(), cursor.u32(), cursor.u32()];
  if (count !== 0xffff && size !== 0xffffffff && start !== 0xffffffff) return { count, start, size };
  // zip64: a locator of 20 bytes stands before the end record and says where the large numbers are.
  const locator = cursorAt(bytes, Math.max(0, end - 20), file, 'its zip64 locator');
  if (!locator.matches('PK\x06\x07')) return { count, start, size };
  locator.take(4);
  const large = cursorAt(bytes, locator.u64(), file, 'its zip64 end record');
  if (!large.matches('PK\x06\x06')) large.fail('no zip64 end record');
  large.take(28);
  return { count: large.u64(), size: large.u64(), start: large.u64() };
}

function readEntry(cursor: ByteCursor, file: string): ZipEntry {
  if (!cursor.matches('PK\x01\x02')) cursor.fail('no directory entry');
  cursor.take(4);
  const flags = cursor.u16();
  const method = cursor.u16();
  cursor.take(4);
  const crc = cursor.u32();
  let compressedSize = cursor.u32();
  let size = cursor.u32();
  const [nameLength, extraLength, commentLength] = [cursor.u16(), cursor.u16(), cursor.u16()];
  cursor.take(8);
  let headerStart = cursor.u32();
  const nameBytes = cursor.view(nameLength);
  const extraEnd = cursor.position + extraLength;
  while (cursor.position + 4 <= extraEnd) {
    const id = cursor.u16();
    const next = cursor.u16() + cursor.position;
    if (id === 1) {
      if (size === 0xffffffff) size = cursor.u64();
      if (compressedSize === 0xffffffff) compressedSize = cursor.u64();
      if (headerStart === 0xffffffff) headerStart = cursor.u64();
    }
    if (next > extraEnd || cursor.position > next) cursor.fail('an extra field leaves its entry');
    cursor.take(next - cursor.position);
  }
  cursor.take(extraEnd - cursor.position + commentLength);
  const text = decodeText(nameBytes);
  const name = typeof text === 'string' ? text : String.fromCharCode(...nameBytes);
  if (isUnsafePath(name)) {
    throw new FormatError(
      'unsafe_path',
      file,
      `the archive holds an entry that would leave its folder: '${name}'. Nothing was unpacked.`,
    );
  }
  const refuse = (why: string) =>
    new FormatError('bad_archive', file, `entry '${name}' ${why}; pack the archive again without that.`);
  if (flags & 1) throw refuse('is encrypted');
  if (method !== 0 && method !== 8)
    throw refuse(`is packed by method ${method} (only stored and deflated entries are read)`);
  if (method === 0 && size !== compressedSize)
    cursor.fail(`entry '${name}' is stored as it is, yet ${compressedSize} bytes are to be ${size}`);
  return { name, method, size, compressedSize, crc, headerStart };
}
