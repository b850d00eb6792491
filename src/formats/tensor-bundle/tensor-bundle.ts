// TensorFlow's checkpoints: `PREFIX.index` says where each tensor lies in `PREFIX.data-00000-of-00001`.
// Owns: the entries, the tensors' bytes with their checksums, text tensors. Leaves names of objects to whoever saves them,
// and reading the files to the platform.
import type { DType } from '../../base/dtype.ts';
import {
  type ArrayData,
  decodeElements,
  decodeText,
  elementCount,
  encodeElements,
  encodeText,
  storedBytes,
  stringsOf,
} from '../array-data.ts';
import { ByteCursor, ByteParts } from '../byte-cursor.ts';
import { crc32c, maskCrc } from '../checksum.ts';
import { FormatError } from '../file-error.ts';
import { field, type Message, message, optional, repeated } from '../protobuf/message.ts';
import { readVarint, type, writeVarint } from '../protobuf/wire.ts';
import { VersionDef } from '../tensorflow/graph-proto.ts';
import {
  DATA_TYPES,
  dtypeOfDataType,
  shapeToProto,
  showDataType,
  TensorShapeProto,
} from '../tensorflow/tensor-proto.ts';
import { readSsTable, writeSsTable } from './sstable.ts';

interface BundleHeader {
  numShards: number;
  endianness: number;
  version?: VersionDef;
}
const BundleHeader: Message<BundleHeader> = message<BundleHeader>({
  numShards: field(1, type.int),
  endianness: field(2, type.int),
  version: optional(3, () => VersionDef),
});
interface BundleEntryProto {
  dtype: number;
  shape?: TensorShapeProto;
  shardId: number;
  offset: number;
  size: number;
  crc32c: number;
  slices: Uint8Array[];
}
const BundleEntryProto: Message<BundleEntryProto> = message<BundleEntryProto>({
  dtype: field(1, type.int),
  shape: optional(2, () => TensorShapeProto),
  shardId: field(3, type.int),
  offset: field(4, type.int),
  size: field(5, type.int),
  crc32c: field(6, type.fixed32),
  slices: repeated(7, type.bytes),
});

/** The key under which TensorFlow 2 stores which object has which variables: a TrackableObjectGraph. */
export const OBJECT_GRAPH_KEY = '_CHECKPOINTABLE_OBJECT_GRAPH';

export interface BundleEntry {
  readonly key: string;
  /** Undefined for what cornu does not read. */
  readonly dtype: DType | undefined;
  readonly shape: readonly number[];
  readonly shard: number;
}

/** `ckpt.data-00000-of-00001` */
export const shardFileName = (prefix: string, shard: number, count: number): string =>
  `${prefix}.data-${String(shard).padStart(5, '0')}-of-${String(count).padStart(5, '0')}`;

export class TensorBundle {
  readonly file: string;
  /** How many data files there are. */
  readonly shardCount: number;
  readonly #entries = new Map<string, BundleEntryProto>();

  /** Opens an index; `file` is its name for error messages. Throws FormatError of kind `bad_checkpoint`. */
  constructor(index: Uint8Array, file: string) {
    this.file = file;
    const table = readSsTable(index, file);
    const header = table.get('') ?? this.#fail('it has no header');
    const { numShards, endianness } = this.#decode(BundleHeader, header);
    if (endianness !== 0)
      throw new FormatError('unsupported', file, 'the checkpoint was written by a big-endian machine.');
    this.shardCount = numShards;
    for (const [key, value] of table) if (key !== '') this.#entries.set(key, this.#decode(BundleEntryProto, value));
  }

  #fail(why: string): never {
    throw new FormatError('bad_checkpoint', this.file, `the checkpoint is damaged: ${why}.`);
  }

  #decode<T>(kind: Message<T>, bytes: Uint8Array): T {
    try {
      return kind.decode(bytes, this.file);
    } catch (error) {
      return this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  get keys(): string[] {
    return [...this.#entries.keys()];
  }

  /** What is known of a tensor without its data; undefined where there is none. */
  entry(key: string): BundleEntry | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const shape = (entry.shape?.dim ?? []).map(({ size }) =>
      size >= 0 ? size : this.#fail(`'${key}' has a size of ${size}`),
    );
    return { key, dtype: dtypeOfDataType(entry.dtype), shape, shard: entry.shardId };
  }

  /** The tensor of a key; `shards` are the data files. Its checksum is verified. */
  read(key: string, shards: readonly Uint8Array[]): ArrayData {
    const proto = this.#entries.get(key);
    const entry = this.entry(key);
    if (!proto || !entry) {
      throw new FormatError(
        'missing_weights',
        this.file,
        `the checkpoint has no tensor '${key}'; it has ${this.keys.slice(0, 10).join(', ')}.`,
      );
    }
    const { dtype, shape } = entry;
    if (!dtype || proto.slices.length > 0) {
      const what = dtype ? 'is stored in slices' : `has ${showDataType(proto.dtype)}`;
      throw new FormatError('unsupported', this.file, `tensor '${key}' ${what}, which cornu does not read.`);
    }
    const shard = shards[proto.shardId];
    if (!shard) return this.#fail(`data file ${proto.shardId} of ${this.shardCount} is missing`);
    if (!(proto.offset >= 0 && proto.size >= 0 && proto.offset + proto.size <= shard.length)) {
      this.#fail(
        `'${key}' reaches to byte ${proto.offset + proto.size} of a data file of ${shard.length}; it is cut off`,
      );
    }
    const bytes = shard.subarray(proto.offset, proto.offset + proto.size);
    const count = elementCount(shape);
    if (dtype === 'string') return { dtype, shape, data: this.#readTexts(key, bytes, count, proto.crc32c) };
    if (proto.size !== count * storedBytes(dtype))
      this.#fail(`'${key}' of shape [${shape.join(', ')}] has ${proto.size} bytes`);
    if (maskCrc(crc32c(bytes)) !== proto.crc32c) this.#fail(`the data of '${key}' has a wrong checksum`);
    return { dtype, shape, data: decodeElements(bytes, dtype, count) };
  }

  /** Lengths, a checksum of the lengths, then the texts. */
  #readTexts(key: string, bytes: Uint8Array, count: number, wanted: number) {
    const cursor = new ByteCursor(bytes, 0, bytes.length, (why) => this.#fail(`'${key}': ${why}`));
    if (count > bytes.length) this.#fail(`'${key}' has ${count} texts in ${bytes.length} bytes`);
    const lengths = Array.from({ length: count }, () => readVarint(cursor));
    const crc = crc32c(cursor.view(4), checksumOfLengths(lengths));
    const found = crc32c(bytes.subarray(cursor.position), crc);
    if (maskCrc(found) !== wanted) this.#fail(`the data of '${key}' has a wrong checksum`);
    return lengths.map((length) => decodeText(cursor.view(length)));
  }
}

/** Lengths count as 32-bit numbers where they fit, as 64-bit ones otherwise. */
function checksumOfLengths(lengths: readonly number[]): number {
  const all = new ByteParts();
  for (const length of lengths) {
    if (length < 2 ** 32) all.u32(length);
    else all.u64(length);
  }
  return crc32c(all.join());
}

/** A checkpoint of these tensors: the index and its one data file. */
export function writeTensorBundle(tensors: ReadonlyMap<string, ArrayData>): { index: Uint8Array; data: Uint8Array } {
  const data = new ByteParts();
  const table = new Map<string, Uint8Array>();
  table.set('', BundleHeader.encode({ numShards: 1, version: { producer: 1 } }));
  for (const [key, array] of tensors) {
    const bytes = array.dtype === 'string' ? encodeTexts(array) : encodeElements(array);
    table.set(
      key,
      BundleEntryProto.encode({
        dtype: DATA_TYPES[array.dtype],
        shape: shapeToProto(array.shape),
        offset: data.length,
        size: bytes.length,
        crc32c: array.dtype === 'string' ? checksumOfTexts(array, bytes) : maskCrc(crc32c(bytes)),
      }),
    );
    data.bytes(bytes);
  }
  return { index: writeSsTable(table), data: data.join() };
}

function encodeTexts(array: ArrayData): Uint8Array {
  const texts = stringsOf(array).map(encodeText);
  const lengths = texts.map((text) => text.length);
  const out = new ByteParts();
  for (const length of lengths) writeVarint(out, length);
  out.u32(maskCrc(checksumOfLengths(lengths)));
  for (const text of texts) out.bytes(text);
  return out.join();
}

/** Over the lengths as numbers, their checksum as stored, and the texts. */
function checksumOfTexts(array: ArrayData, bytes: Uint8Array): number {
  const lengths = stringsOf(array).map((element) => encodeText(element).length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return maskCrc(crc32c(bytes.subarray(bytes.length - total - 4), checksumOfLengths(lengths)));
}
