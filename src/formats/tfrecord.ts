// TFRecord files: records with checksums, one after the other, plain or inside gzip or zlib.
// Owns: the framing, both ways, from whole files and from streams. Leaves what a record holds to its reader.
import { ByteParts } from './byte-cursor.ts';
import { maskedCrc32c } from './checksum.ts';
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

interface Frame {
  /** Where the record's content begins and ends. */
  readonly start: number;
  readonly end: number;
}

/** The frame at `at`, or undefined where the bytes end before it does. Throws where a checksum is wrong. */
function readFrame(bytes: Uint8Array, at: number, file: string, index: number, offset: number): Frame | undefined {
  if (bytes.length - at < HEAD) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  const corrupt = (what: string): never => {
    throw new FormatError(
      'bad_tfrecord',
      file,
      `record ${index} at byte ${offset + at} is corrupted: its ${what} has a wrong checksum.`,
    );
  };
  if (view.getUint32(8, true) !== maskedCrc32c(bytes, at, at + 8)) corrupt('length');
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (!(length + HEAD + TAIL <= bytes.length - at)) return undefined;
  const start = at + HEAD;
  const end = start + length;
  if (view.getUint32(HEAD + length, true) !== maskedCrc32c(bytes, start, end)) corrupt('content');
  return { start, end };
}

const cutOff = (file: string, index: number, at: number, left: number) =>
  new FormatError('bad_tfrecord', file, `record ${index} at byte ${at} is cut off: ${left} bytes are left.`);

/**
 * The records of a file that is in memory and not compressed, as views of it; `file` is its name for error messages.
 * Throws FormatError of kind `bad_tfrecord` when it comes to a damaged record.
 */
export function* readTfRecords(bytes: Uint8Array, file: string): Generator<Uint8Array> {
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const frame = readFrame(bytes, at, file, index, 0);
    if (!frame) throw cutOff(file, index, at, bytes.length - at);
    yield bytes.subarray(frame.start, frame.end);
    at = frame.end + TAIL;
  }
}

/** Cuts parts of a file into records. A part is kept only as long as a record in it is not complete. */
export interface RecordCutter {
  /** The records that this part completes. */
  push(part: Uint8Array): Generator<Uint8Array>;
  /** Throws where a record is cut off. */
  end(): void;
}

/** A cutter for one file; memory stays at the size of the largest record and a part. */
export function recordCutter(file: string): RecordCutter {
  let waiting: Uint8Array[] = [];
  let length = 0;
  let needed = HEAD;
  let offset = 0;
  let index = 0;
  return {
    *push(part) {
      waiting.push(part);
      length += part.length;
      // Parts are put together only when they complete something: a record of many parts is not copied for each of them.
      if (length < needed) return;
      const bytes = concat(waiting, length);
      let at = 0;
      for (;;) {
        const frame = readFrame(bytes, at, file, index, offset);
        if (!frame) break;
        yield bytes.subarray(frame.start, frame.end);
        at = frame.end + TAIL;
        index++;
      }
      const rest = bytes.subarray(at);
      const view = new DataView(rest.buffer, rest.byteOffset, rest.length);
      needed = rest.length < HEAD ? HEAD : HEAD + TAIL + view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
      waiting = [rest];
      length = rest.length;
      offset += at;
    },
    end() {
      if (length === 0) return;
      readFrame(concat(waiting, length), 0, file, index, offset);
      throw cutOff(file, index, offset, length);
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
