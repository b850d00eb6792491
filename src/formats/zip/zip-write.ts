// Writing zip archives as Python's zipfile writes them: stored entries (what Keras uses) or deflated ones.
// Owns: headers, directory, zip64 where an entry or the archive passes 4 GiB. Leaves deflating to fflate.

import { encodeText } from '../array-data.ts';
import { ByteParts } from '../byte-cursor.ts';
import { crc32 } from '../checksum.ts';
import { FormatError } from '../file-error.ts';
import { isUnsafePath } from './zip-read.ts';

export interface ZipInput {
  readonly name: string;
  readonly data: Uint8Array;
  /** Deflate the entry; stored as it is otherwise. */
  readonly compress?: boolean;
  /** The entry's date; 1 January 1980 otherwise, so that the same content gives the same file. */
  readonly modified?: Date;
}

interface Placed {
  readonly name: Uint8Array;
  readonly method: number;
  readonly date: number;
  readonly crc: number;
  readonly size: number;
  readonly packed: Uint8Array;
  readonly start: number;
}

const LARGE = 0xffffffff;
const clip = (value: number) => Math.min(value, LARGE);

/** An archive of these entries, in this order. */
export async function writeZip(entries: readonly ZipInput[]): Promise<Uint8Array> {
  const out = new ByteParts();
  const placed: Placed[] = [];
  const names = new Set<string>();
  for (const { name, data, compress, modified } of entries) {
    if (isUnsafePath(name) || names.has(name) || name === '') {
      throw new FormatError(
        'unsafe_path',
        '',
        `An archive entry cannot be named '${name}'${names.has(name) ? ' twice' : ''}.`,
      );
    }
    names.add(name);
    const packed = compress ? (await import('fflate')).deflateSync(data) : data;
    const entry: Placed = {
      name: encodeText(name),
      method: compress ? 8 : 0,
      date: dosDate(modified),
      crc: crc32(data),
      size: data.length,
      packed,
      start: out.length,
    };
    writeLocalHeader(out, entry);
    out.bytes(packed);
    placed.push(entry);
  }
  const directoryStart = out.length;
  for (const entry of placed) writeDirectoryEntry(out, entry);
  writeEnd(out, placed.length, directoryStart);
  return out.join();
}

/** Two 16-bit words: hours, minutes, two seconds; years since 1980, months, days. */
function dosDate(date: Date | undefined): number {
  if (!date || date.getFullYear() < 1980) return (1 << 21) | (1 << 16);
  const days = ((date.getFullYear() - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate();
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1);
  return ((days << 16) | time) >>> 0;
}

/** Flag 0x800: the name is UTF-8; Python sets it only where the name needs it. */
const nameFlag = (name: Uint8Array) => (name.some((byte) => byte > 127) ? 0x800 : 0);

function writeLocalHeader(out: ByteParts, entry: Placed): void {
  const large = entry.size >= LARGE || entry.packed.length >= LARGE;
  out
    .text('PK\x03\x04')
    .u16(large ? 45 : 20)
    .u16(nameFlag(entry.name))
    .u16(entry.method)
    .u32(entry.date)
    .u32(entry.crc);
  out.u32(large ? LARGE : entry.packed.length).u32(large ? LARGE : entry.size);
  out
    .u16(entry.name.length)
    .u16(large ? 20 : 0)
    .bytes(entry.name);
  if (large) out.u16(1).u16(16).u64(entry.size).u64(entry.packed.length);
}

function writeDirectoryEntry(out: ByteParts, entry: Placed): void {
  const large = entry.size >= LARGE || entry.packed.length >= LARGE;
  const far = entry.start >= LARGE;
  const extra = (large ? 16 : 0) + (far ? 8 : 0);
  const version = extra > 0 ? 45 : 20;
  // 3: made by Unix, so that the upper half of the attributes is the mode 0600.
  out
    .text('PK\x01\x02')
    .u8(version)
    .u8(3)
    .u16(version)
    .u16(nameFlag(entry.name))
    .u16(entry.method)
    .u32(entry.date)
    .u32(entry.crc);
  out.u32(large ? LARGE : entry.packed.length).u32(large ? LARGE : entry.size);
  out
    .u16(entry.name.length)
    .u16(extra > 0 ? extra + 4 : 0)
    .u16(0)
    .u16(0)
    .u16(0)
    .u32(0o600 * 2 ** 16)
    .u32(clip(entry.start));
  out.bytes(entry.name);
  if (extra > 0) out.u16(1).u16(extra);
  if (large) out.u64(entry.size).u64(entry.packed.length);
  if (far) out.u64(entry.start);
}

function writeEnd(out: ByteParts, count: number, directoryStart: number): void {
  const size = out.length - directoryStart;
  if (count >= 0xffff || directoryStart >= LARGE || size >= LARGE) {
    const at = out.length;
    out.text('PK\x06\x06').u64(44).u16(45).u16(45).u32(0).u32(0).u64(count).u64(count).u64(size).u64(directoryStart);
    out.text('PK\x06\x07').u32(0).u64(at).u32(1);
  }
  const few = Math.min(count, 0xffff);
  out.text('PK\x05\x06').u16(0).u16(0).u16(few).u16(few).u32(clip(size)).u32(clip(directoryStart)).u16(0);
}
