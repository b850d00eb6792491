// TFRecord files: records with checksums, one after the other, plain or inside gzip or zlib.
// Owns: the framing, both ways, from whole files and from streams. Leaves what a record holds to its reader.
import { ByteParts } from './byte-cursor.ts';
import { maskedCrc32c, PartChecksums } from './checksum.ts';
import { FormatError } from './file-error.ts';
import { inflateStream } from './gzip.ts';

export type TfRecordCompression = '' | 'GZIP' | 'ZLIB';

/** Length of 8 bytes and its checksum before the record, the record's checksum after it. */
const HEAD = 12;
const TAIL = 4;

/** Unpacks a TFRecord file that is compressed as a whole. */
export async function unpackTfRecords(
  bytes: Uint8Array,
  compression: TfRecordCompression,
  file: string,
): Promise<Uint8Array> {
  if (compression === '') return bytes;
  return inflateStream(bytes, compression === 'GZIP' ? 'gzip' : 'zlib', file, 'bad_tfrecord');
}

/** The frames in bytes of a file, one after the other: `next` goes to the next one. Checksums are verified. */
class Frames {
  readonly bytes: Uint8Array;
  readonly #sums: PartChecksums;
  readonly #file: string;
  /** Where the bytes begin in the file. */
  readonly #offset: number;
  /** The number of the next record, and where its frame begins. */
  index: number;
  at = 0;
  /** Where the content of the record begins and ends. */
  start = 0;
  end = 0;

  constructor(bytes: Uint8Array, file: string, index = 0, offset = 0) {
    this.bytes = bytes;
    this.#sums = new PartChecksums(bytes);
    this.#file = file;
    this.index = index;
    this.#offset = offset;
  }
  /** False where the bytes end before the frame does. */
  next(): boolean {
    const { bytes, at } = this;
    const left = bytes.length - at;
    if (left < HEAD) return false;
    if (word(bytes, at + 8) !== this.#sums.masked(at, at + 8)) this.#corrupt('length');
    const length = lengthAt(bytes, at);
    if (!(length + HEAD + TAIL <= left)) return false;
    this.start = at + HEAD;
    this.end = this.start + length;
    if (word(bytes, this.end) !== this.#sums.masked(this.start, this.end)) this.#corrupt('content');
    this.at = this.end + TAIL;
    this.index++;
    return true;
  }
  #corrupt(what: string): never {
    throw new FormatError(
      'bad_tfrecord',
      this.#file,
      `record ${this.index} at byte ${this.#offset + this.at} is corrupted: its ${what} has a wrong checksum.`,
    );
  }
  /** What stands where a frame begins that the file ends in. */
  cutOff(): FormatError {
    const left = this.bytes.length - this.at;
    return new FormatError(
      'bad_tfrecord',
      this.#file,
      `record ${this.index} at byte ${this.#offset + this.at} is cut off: ${left} bytes are left.`,
    );
  }
}

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
const lengthAt = (bytes: Uint8Array, at: number): number => word(bytes, at) + word(bytes, at + 4) * 2 ** 32;

/**
 * The records of a file that is in memory and not compressed, as views of it; `file` is its name for error messages.
 * Throws FormatError of kind `bad_tfrecord` when it comes to a damaged record.
 */
export function* readTfRecords(bytes: Uint8Array, file: string): Generator<Uint8Array> {
  const frames = new Frames(bytes, file);
  while (frames.next()) yield bytes.subarray(frames.start, frames.end);
  if (frames.at < bytes.length) throw frames.cutOff();
}

/** Cuts parts of a file into records. A part is kept only as long as a record in it is not complete. */
export interface RecordCutter {
  /** The records that this part completes; their memory is their own, or that of a few neighbours. */
  push(part: Uint8Array): IterableIterator<Uint8Array>;
  /** Throws where a record is cut off. */
  end(): void;
}

/** Bytes of small records that are copied together: one that is kept for long keeps no more than that. */
const PAGE = 1 << 14;

/** The records of some bytes. A class, not a generator: records come by the million. */
class CutRecords implements IterableIterator<Uint8Array> {
  readonly #frames: Frames;
  readonly #rest: (frames: Frames) => void;
  #page = new Uint8Array(0);
  #pageStart = 0;
  #ended = false;

  constructor(frames: Frames, rest: (frames: Frames) => void) {
    this.#frames = frames;
    this.#rest = rest;
  }
  next(): IteratorResult<Uint8Array, undefined> {
    const frames = this.#frames;
    if (this.#ended || !frames.next()) {
      if (!this.#ended) this.#rest(frames);
      this.#ended = true;
      return { done: true, value: undefined };
    }
    const { start, end, bytes } = frames;
    if (end > this.#pageStart + this.#page.length) {
      this.#page = bytes.slice(start, Math.max(end, Math.min(start + PAGE, bytes.length)));
      this.#pageStart = start;
    }
    return { done: false, value: this.#page.subarray(start - this.#pageStart, end - this.#pageStart) };
  }
  [Symbol.iterator](): this {
    return this;
  }
}

/** A cutter for one file; memory stays at the size of the largest record and a part. */
export function recordCutter(file: string): RecordCutter {
  let waiting: Uint8Array[] = [];
  let length = 0;
  let needed = HEAD;
  let offset = 0;
  let index = 0;
  const keep = (frames: Frames): void => {
    const rest = frames.bytes.slice(frames.at);
    needed = rest.length < HEAD ? HEAD : HEAD + TAIL + lengthAt(rest, 0);
    waiting = [rest];
    length = rest.length;
    offset += frames.at;
    index = frames.index;
  };
  return {
    push(part) {
      waiting.push(part);
      length += part.length;
      // Parts are put together only when they complete something: a record of many parts is not copied for each of them.
      if (length < needed) return [].values();
      return new CutRecords(new Frames(concat(waiting, length), file, index, offset), keep);
    },
    end() {
      if (length === 0) return;
      const frames = new Frames(concat(waiting, length), file, index, offset);
      frames.next();
      throw frames.cutOff();
    },
  };
}

/** The records of a file that comes in parts. */
export async function* streamTfRecords(parts: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const cutter = recordCutter(file);
  for await (const part of parts) yield* cutter.push(part);
  cutter.end();
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** One record with its frame; files are these, one after the other. */
export function encodeTfRecord(content: Uint8Array): Uint8Array {
  const length = new ByteParts().u64(content.length).join();
  return new ByteParts().bytes(length).u32(maskedCrc32c(length)).bytes(content).u32(maskedCrc32c(content)).join();
}

/** A whole file of these records. */
export async function writeTfRecords(
  records: Iterable<Uint8Array>,
  compression: TfRecordCompression = '',
): Promise<Uint8Array> {
  const out = new ByteParts();
  for (const record of records) out.bytes(encodeTfRecord(record));
  const bytes = out.join();
  if (compression === '') return bytes;
  const { gzipSync, zlibSync } = await import('fflate');
  return compression === 'GZIP' ? gzipSync(bytes, { mtime: 0 }) : zlibSync(bytes);
}
