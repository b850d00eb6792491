// The bytes of a dataset: where they lie, and how they are unpacked.
// Owns: compact, contiguous and chunked layouts (B-trees of version 1), the filters deflate, shuffle and fletcher32, fill
// values, and the refusal of sizes that the file cannot hold. Leaves elements to datatype.ts, inflating to fflate.
import type { ByteCursor } from '../byte-cursor.ts';
import { expansionLimit, showBytes } from '../file-error.ts';
import type { Hdf5File } from './hdf5-file.ts';
import { findMessage, type Message, MessageType } from './object-header.ts';

interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

export interface Storage {
  readonly place: string;
  readonly shape: readonly number[];
  readonly elementSize: number;
  readonly messages: readonly Message[];
}

/** The dataset's bytes in row-major order, as stored otherwise. */
export async function readStorage(file: Hdf5File, storage: Storage): Promise<Uint8Array> {
  const { place, shape, elementSize, messages } = storage;
  const size = shape.reduce((count, length) => count * length, elementSize);
  const layout = findMessage(messages, MessageType.layout)?.body() ?? file.fail(`${place}: a dataset without layout`);
  if (findMessage(messages, MessageType.externalFiles)) {
    file.refuse('unsafe_path', `${place} keeps its data in another file; only data in the file itself is read`);
  }
  const limit = expansionLimit(file.bytes.length);
  if (!(size <= limit)) {
    file.fail(
      `${place} declares shape [${shape.join(', ')}], ${showBytes(size)}, in a file of ${showBytes(file.bytes.length)}; refused`,
    );
  }
  const { kind, cursor, version, rank } = readLayoutHead(file, layout, place);
  if (kind === 'compact') return atLeast(file, cursor.view(version < 3 ? cursor.u32() : cursor.u16()), size, place);
  if (kind === 'contiguous') {
    const address = file.address(cursor);
    if (address === undefined) return fillWith(file, storage, size);
    if (version >= 3) {
      const stored = file.length(cursor);
      if (stored < size)
        file.fail(`${place} needs ${size} bytes for shape [${shape.join(', ')}], ${stored} are stored`);
    }
    return file.at(address, place, size).view(size);
  }
  return readChunks(file, storage, cursor, version, rank, size);
}

function atLeast(file: Hdf5File, bytes: Uint8Array, size: number, place: string): Uint8Array {
  if (bytes.length < size) file.fail(`${place} needs ${size} bytes, ${bytes.length} are stored`);
  return bytes.subarray(0, size);
}

function readLayoutHead(file: Hdf5File, cursor: ByteCursor, place: string) {
  const version = cursor.u8();
  let rank = 0;
  let code: number;
  if (version < 3) {
    rank = cursor.u8();
    code = cursor.u8();
    cursor.take(5);
    if (code === 0) cursor.take(4 * rank);
  } else {
    code = cursor.u8();
  }
  const kind = (['compact', 'contiguous', 'chunked', 'virtual'] as const)[code];
  if (version < 1 || version > 4 || !kind)
    return cursor.fail(`${place}: a layout of version ${version} and class ${code}`);
  if (kind === 'virtual' || (kind === 'chunked' && version === 4)) {
    const what =
      kind === 'virtual' ? 'is put together from other datasets' : "is chunked in the way of libver='latest'";
    return file.refuse(
      'unsupported',
      `${place} ${what}, which cornu does not read; write the file with h5py's defaults`,
    );
  }
  return { kind, version, rank, cursor };
}

/** Storage that was never written: the fill value, else zeros. */
function fillWith(file: Hdf5File, { messages, elementSize, place }: Storage, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const value = readFillValue(messages);
  if (!value?.length) return bytes;
  if (value.length !== elementSize)
    file.fail(`${place}: a fill value of ${value.length} bytes for elements of ${elementSize}`);
  if (value.some((byte) => byte !== 0)) for (let at = 0; at < size; at += elementSize) bytes.set(value, at);
  return bytes;
}

function readFillValue(messages: readonly Message[]): Uint8Array | undefined {
  const cursor = findMessage(messages, MessageType.fillValue)?.body();
  if (!cursor) {
    const old = findMessage(messages, MessageType.oldFillValue)?.body();
    return old?.view(old.u32());
  }
  const version = cursor.u8();
  if (version < 3) {
    cursor.take(2);
    const defined = cursor.u8() !== 0;
    return defined || version === 1 ? cursor.view(cursor.u32()) : undefined;
  }
  return cursor.u8() & 0x20 ? cursor.view(cursor.u32()) : undefined;
}

function readFilters(file: Hdf5File, messages: readonly Message[], place: string): Filter[] {
  const cursor = findMessage(messages, MessageType.filters)?.body();
  if (!cursor) return [];
  const version = cursor.u8();
  const count = cursor.u8();
  if (version === 1) cursor.take(6);
  return Array.from({ length: count }, () => {
    const id = cursor.u16();
    const nameLength = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.take(2);
    const values = cursor.u16();
    cursor.take(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    const filter = { id, values: Array.from({ length: values }, () => cursor.u32()) };
    if (version === 1 && values % 2 === 1) cursor.take(4);
    if (id < 1 || id > 3) {
      file.refuse('unsupported', `${place} is packed by filter ${id}; deflate, shuffle and fletcher32 are read`);
    }
    return filter;
  });
}

interface Chunk {
  readonly offsets: readonly number[];
  readonly address: number;
  readonly bytes: number;
  /** Bit i: filter i was left out for this chunk. */
  readonly leftOut: number;
}

async function readChunks(
  file: Hdf5File,
  storage: Storage,
  cursor: ByteCursor,
  version: number,
  rankBefore: number,
  size: number,
): Promise<Uint8Array> {
  const { place, shape, messages } = storage;
  const rank = version < 3 ? rankBefore : cursor.u8();
  const tree = file.address(cursor);
  const dims = Array.from({ length: rank }, () => cursor.u32());
  if (version < 3) dims[rank - 1] = storage.elementSize;
  const chunkShape = dims.slice(0, -1);
  if (chunkShape.length !== shape.length || dims[rank - 1] !== storage.elementSize || chunkShape.includes(0)) {
    file.fail(`${place}: chunks of shape [${chunkShape.join(', ')}] do not fit the shape [${shape.join(', ')}]`);
  }
  const chunkBytes = chunkShape.reduce((count, length) => count * length, storage.elementSize);
  const padded = shape.reduce((total, length, i) => total * Math.ceil(length / chunkShape[i]!), chunkBytes);
  if (!(padded <= Math.max(expansionLimit(file.bytes.length), 2 * size)))
    file.fail(`${place}: its chunks take ${showBytes(padded)}`);
  const out = fillWith(file, storage, size);
  if (tree === undefined || size === 0) return out;
  const filters = readFilters(file, messages, place);
  const seen = new Set<string>();
  for (const chunk of readChunkTree(file, tree, rank, place)) {
    const key = chunk.offsets.join();
    if (seen.has(key) || chunk.offsets.some((offset, i) => offset >= shape[i]! || offset % chunkShape[i]! !== 0)) {
      file.fail(`${place}: a chunk at [${key}], which is twice there or outside`);
    }
    seen.add(key);
    const packed = file.at(chunk.address, `a chunk of ${place}`, chunk.bytes).view(chunk.bytes);
    const bytes = await unpack(file, packed, filters, chunk.leftOut, chunkBytes, place);
    copyChunk(bytes, chunk.offsets, chunkShape, out, shape, storage.elementSize);
  }
  return out;
}

function readChunkTree(file: Hdf5File, root: number, rank: number, place: string): Chunk[] {
  const chunks: Chunk[] = [];
  const seen = new Set<number>();
  const keySize = 8 + 8 * rank;
  const visit = (address: number, level: number | undefined) => {
    if (seen.has(address)) file.fail(`${place}: its index of chunks is a circle`);
    seen.add(address);
    const cursor = file.structure(address, 'TREE', `the chunks of ${place}`);
    const type = cursor.u8();
    const found = cursor.u8();
    const used = cursor.u16();
    if (type !== 1 || (level !== undefined && found !== level))
      cursor.fail(`a node of type ${type} and level ${found}`);
    cursor.take(2 * file.offsetSize);
    file.spend(used * (keySize + file.offsetSize));
    for (let i = 0; i < used; i++) {
      const bytes = cursor.u32();
      const leftOut = cursor.u32();
      const offsets = Array.from({ length: rank - 1 }, () => cursor.u64());
      cursor.take(8);
      const child = file.address(cursor) ?? cursor.fail('a chunk nowhere');
      if (found > 0) visit(child, found - 1);
      else chunks.push({ offsets, address: child, bytes, leftOut });
    }
  };
  visit(root, undefined);
  return chunks;
}

async function unpack(
  file: Hdf5File,
  packed: Uint8Array,
  filters: readonly Filter[],
  leftOut: number,
  size: number,
  place: string,
): Promise<Uint8Array> {
  let bytes = packed;
  for (let i = filters.length - 1; i >= 0; i--) {
    const { id, values } = filters[i]!;
    if (leftOut & (1 << i)) continue;
    if (id === 1) bytes = await inflate(file, bytes, size, place);
    else if (id === 2) bytes = unshuffle(bytes, values[0] ?? 1);
    else bytes = bytes.subarray(0, Math.max(0, bytes.length - 4)); // the checksum follows the data
  }
  if (bytes.length !== size) file.fail(`${place}: a chunk unpacks to ${bytes.length} bytes instead of ${size}`);
  return bytes;
}

async function inflate(file: Hdf5File, bytes: Uint8Array, size: number, place: string): Promise<Uint8Array> {
  const { unzlibSync } = await import('fflate');
  try {
    // Room for a checksum of 4 bytes, which an earlier filter may have added, and one byte to notice more.
    return unzlibSync(bytes, { out: new Uint8Array(size + 5) });
  } catch (error) {
    return file.fail(`${place}: a chunk does not unpack (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** Puts together the bytes of each element, which lie apart by significance. */
function unshuffle(bytes: Uint8Array, elementSize: number): Uint8Array {
  const count = Math.floor(bytes.length / Math.max(1, elementSize));
  if (count === 0) return bytes;
  const out = bytes.slice();
  for (let part = 0; part < elementSize; part++) {
    for (let i = 0; i < count; i++) out[i * elementSize + part] = bytes[part * count + i]!;
  }
  return out;
}

/** Copies the part of a chunk that lies inside the dataset, one innermost row at a time. */
function copyChunk(
  chunk: Uint8Array,
  offsets: readonly number[],
  chunkShape: readonly number[],
  out: Uint8Array,
  shape: readonly number[],
  elementSize: number,
): void {
  const last = shape.length - 1;
  if (last < 0) return void out.set(chunk);
  const counts = shape.map((length, i) => Math.min(chunkShape[i]!, length - offsets[i]!));
  const rowBytes = counts[last]! * elementSize;
  const visit = (axis: number, from: number, to: number) => {
    if (axis === last) {
      const start = (to * shape[last]! + offsets[last]!) * elementSize;
      out.set(chunk.subarray(from * chunkShape[last]! * elementSize).subarray(0, rowBytes), start);
      return;
    }
    for (let i = 0; i < counts[axis]!; i++) {
      visit(axis + 1, from * chunkShape[axis]! + i, to * shape[axis]! + offsets[axis]! + i);
    }
  };
  visit(0, 0, 0);
}
