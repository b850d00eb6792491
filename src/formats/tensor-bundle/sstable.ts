// Sorted string tables: the `.index` files of TensorFlow's checkpoints (LevelDB's format).
// Owns: blocks with shared prefixes and checksums, the index block, the footer, both ways. Leaves the values' meaning to
// tensor-bundle.ts.

import { encodeText } from '../array-data.ts';
import { ByteCursor, ByteParts } from '../byte-cursor.ts';
import { crc32c, maskCrc } from '../checksum.ts';
import { FormatError } from '../file-error.ts';
import { readVarint, writeVarint } from '../protobuf/wire.ts';

const FOOTER = 48;
const MAGIC = [0x8b80fb57, 0xdb477524] as const;
/** A byte for the compression, four for the checksum. */
const TRAILER = 5;
const RESTART_INTERVAL = 16;
const BLOCK_SIZE = 262_144;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** The entries of a table, in its order; keys are text. Throws FormatError of kind `bad_checkpoint`. */
export function readSsTable(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const fail = (message: string): never => {
    throw new FormatError('bad_checkpoint', file, `the index of a checkpoint is damaged or cut off: ${message}.`);
  };
  if (bytes.length < FOOTER) fail(bytes.length === 0 ? 'the file is empty' : `it has ${bytes.length} bytes`);
  const footer = new ByteCursor(bytes, bytes.length - FOOTER, bytes.length, fail);
  const magic = new ByteCursor(bytes, bytes.length - 8, bytes.length, fail);
  if (magic.u32() !== MAGIC[0] || magic.u32() !== MAGIC[1]) fail('it does not end as such a file does');
  readHandle(footer); // of the block of metadata, which TensorFlow leaves empty
  const entries = new Map<string, Uint8Array>();
  let last = '';
  let total = 0;
  let letters = 0;
  for (const [, place] of readBlock(bytes, readHandle(footer), file, fail)) {
    const handle = readHandle(new ByteCursor(place, 0, place.length, fail));
    total += handle.size;
    if (total > bytes.length) fail('its blocks overlap');
    for (const [key, value] of readBlock(bytes, handle, file, fail)) {
      if (key <= last && entries.size > 0) fail(`key '${key}' is out of order`);
      // Prefixes are shared: a few bytes in the file can stand for a long key, again and again.
      letters += key.length;
      if (letters > 64 * bytes.length) fail('its keys are longer than could be real');
      entries.set(key, value);
      last = key;
    }
  }
  return entries;
}

function readHandle(cursor: ByteCursor): Handle {
  return { offset: readVarint(cursor), size: readVarint(cursor) };
}

function* readBlock(
  bytes: Uint8Array,
  { offset, size }: Handle,
  file: string,
  fail: (message: string) => never,
): Generator<[string, Uint8Array]> {
  const cursor = new ByteCursor(bytes, offset, Math.min(bytes.length, offset + size + TRAILER), fail);
  const content = cursor.view(size);
  const compression = cursor.u8();
  if (cursor.u32() !== maskCrc(crc32c(bytes.subarray(offset, offset + size + 1))))
    fail(`the block at byte ${offset} has a wrong checksum`);
  if (compression !== 0) {
    throw new FormatError(
      'unsupported',
      file,
      `the checkpoint's index is compressed (type ${compression}), which TensorFlow does not write by default.`,
    );
  }
  if (size < 4) fail(`a block of ${size} bytes`);
  const restarts = new ByteCursor(content, size - 4, size, fail).u32();
  const entries = new ByteCursor(content, 0, Math.max(0, size - 4 - 4 * restarts), fail);
  if (size - 4 - 4 * restarts < 0) fail(`a block with ${restarts} restarts`);
  let key = new Uint8Array(0);
  while (entries.remaining > 0) {
    const [shared, unshared, length] = [readVarint(entries), readVarint(entries), readVarint(entries)];
    if (shared > key.length) entries.fail(`a key that shares ${shared} bytes`);
    const next = new Uint8Array(shared + entries.part(unshared).remaining);
    next.set(key.subarray(0, shared));
    next.set(content.subarray(entries.position - unshared, entries.position), shared);
    key = next;
    yield [latin(key), entries.view(length)];
  }
}

/** Keys are compared as bytes; names of variables are ASCII. */
const latin = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

/** A table of these entries. */
export function writeSsTable(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...entries]
    .map(([key, value]) => [latin(encodeText(key)), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const out = new ByteParts();
  const index: [string, Uint8Array][] = [];
  let block: (readonly [string, Uint8Array])[] = [];
  let size = 0;
  const finish = (isLast: boolean) => {
    const last = block.at(-1);
    if (!last) return;
    const key = isLast ? shortSuccessor(last[0]) : last[0];
    index.push([key, encodeHandle(writeBlock(out, block, RESTART_INTERVAL))]);
    block = [];
    size = 0;
  };
  for (const entry of sorted) {
    block.push(entry);
    size += entry[0].length + entry[1].length + 15;
    if (size >= BLOCK_SIZE) finish(false);
  }
  finish(true);
  const meta = writeBlock(out, [], RESTART_INTERVAL);
  const handles = new ByteParts().bytes(encodeHandle(meta)).bytes(encodeHandle(writeBlock(out, index, 1)));
  out.bytes(handles.join()).zeros(FOOTER - 8 - handles.length);
  return out.u32(MAGIC[0]).u32(MAGIC[1]).join();
}

/** The shortest key that is not before `key`: what LevelDB puts into the index for the last block. */
function shortSuccessor(key: string): string {
  const at = [...key].findIndex((letter) => letter !== '\xff');
  return at < 0 ? key : key.slice(0, at) + String.fromCharCode(key.charCodeAt(at) + 1);
}

function encodeHandle({ offset, size }: Handle): Uint8Array {
  const out = new ByteParts();
  writeVarint(out, offset);
  writeVarint(out, size);
  return out.join();
}

function writeBlock(out: ByteParts, entries: readonly (readonly [string, Uint8Array])[], interval: number): Handle {
  const block = new ByteParts();
  const restarts: number[] = [];
  let before = '';
  entries.forEach(([key, value], i) => {
    let shared = 0;
    if (i % interval === 0) restarts.push(block.length);
    else while (shared < before.length && before[shared] === key[shared]) shared++;
    writeVarint(block, shared);
    writeVarint(block, key.length - shared);
    writeVarint(block, value.length);
    block.text(key.slice(shared)).bytes(value);
    before = key;
  });
  if (restarts.length === 0) restarts.push(0);
  for (const restart of restarts) block.u32(restart);
  const content = block.u32(restarts.length).join();
  const handle = { offset: out.length, size: content.length };
  out
    .bytes(content)
    .u8(0)
    .u32(maskCrc(crc32c(Uint8Array.of(0), crc32c(content))));
  return handle;
}
