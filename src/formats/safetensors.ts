// safetensors files: a length, a JSON header, and the arrays' bytes.
// Owns: the header's checks (places inside the file, no overlap, sizes that fit) and both ways of conversion.
import type { DType } from '../base/dtype.ts';
import {
  type ArrayData,
  decodeElements,
  decodeText,
  elementCount,
  encodeElements,
  encodeText,
  storedBytes,
} from './array-data.ts';
import { ByteParts } from './byte-cursor.ts';
import { FormatError } from './file-error.ts';

type NumberType = Exclude<DType, 'string'>;
const TYPES: Readonly<Record<string, NumberType>> = {
  BOOL: 'bool',
  U8: 'uint8',
  I8: 'int8',
  I16: 'int16',
  U16: 'uint16',
  F16: 'float16',
  BF16: 'bfloat16',
  I32: 'int32',
  U32: 'uint32',
  F32: 'float32',
  F64: 'float64',
  I64: 'int64',
  U64: 'uint64',
  C64: 'complex64',
};
/** What the format itself sets as the largest header. */
const LARGEST_HEADER = 100_000_000;

export interface SafetensorsEntry {
  readonly dtype: NumberType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** An open safetensors file; arrays are decoded when asked for. */
export class Safetensors {
  readonly file: string;
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly #bytes: Uint8Array;

  /** `file` is the name for error messages. Throws FormatError of kind `bad_safetensors` or `unsupported`. */
  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.file = file;
    const fail = (why: string): never => {
      throw new FormatError('bad_safetensors', file, `not a sound safetensors file: ${why}.`);
    };
    if (bytes.length < 8) fail(bytes.length === 0 ? 'it is empty' : 'it is cut off');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
    if (length > Math.min(bytes.length - 8, LARGEST_HEADER))
      fail(`a header of ${length} bytes in a file of ${bytes.length}`);
    const header = parseHeader(bytes.subarray(8, 8 + length), fail);
    this.metadata = {};
    const entries = new Map<string, SafetensorsEntry>();
    for (const [name, value] of Object.entries(header)) {
      if (name === '__metadata__')
        this.metadata = Object.fromEntries(Object.entries(value ?? {}).map(([key, text]) => [key, String(text)]));
      else entries.set(name, checkEntry(name, value, 8 + length, bytes.length, file, fail));
    }
    checkPlaces(entries, fail);
    this.entries = entries;
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  /** The array of that name. */
  read(name: string): ArrayData {
    const entry = this.entries.get(name);
    if (!entry)
      throw new FormatError(
        'missing_weights',
        this.file,
        `there is no tensor '${name}'; the file holds ${this.names.slice(0, 20).join(', ')}.`,
      );
    const { dtype, shape, start, end } = entry;
    return { dtype, shape, data: decodeElements(this.#bytes.subarray(start, end), dtype, elementCount(shape)) };
  }
}

function parseHeader(bytes: Uint8Array, fail: (why: string) => never): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(String(decodeText(bytes)));
  } catch (error) {
    fail(`its header is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    return fail('its header is no JSON object');
  return { ...header };
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function checkEntry(
  name: string,
  value: unknown,
  origin: number,
  fileLength: number,
  file: string,
  fail: (why: string) => never,
): SafetensorsEntry {
  if (typeof value !== 'object' || value === null) return fail(`the entry of '${name}' is no object`);
  const { dtype: code, shape, data_offsets: offsets } = value as Record<string, unknown>;
  const dtype = typeof code === 'string' && Object.hasOwn(TYPES, code) ? TYPES[code] : undefined;
  if (!dtype)
    throw new FormatError(
      'unsupported',
      file,
      `tensor '${name}' has dtype ${String(code)}, which cornu does not read.`,
    );
  if (!Array.isArray(shape) || !shape.every(isSize)) return fail(`the shape of '${name}' is no list of sizes`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    return fail(`the place of '${name}' is no pair of offsets`);
  const [start, end] = [origin + offsets[0]!, origin + offsets[1]!];
  if (start > end || end > fileLength)
    fail(`'${name}' lies from byte ${start} to ${end} of ${fileLength}; the file is cut off or damaged`);
  const size = elementCount(shape) * storedBytes(dtype);
  if (size !== end - start) fail(`'${name}' of shape [${shape.join(', ')}] needs ${size} bytes, it has ${end - start}`);
  return { dtype, shape, start, end };
}

function checkPlaces(entries: ReadonlyMap<string, SafetensorsEntry>, fail: (why: string) => never): void {
  let before = 0;
  for (const [name, { start, end }] of [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end)) {
    if (start < before) fail(`'${name}' overlaps another tensor`);
    before = end;
  }
}

/** A safetensors file of these arrays. */
export function writeSafetensors(
  arrays: ReadonlyMap<string, ArrayData>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, array] of arrays) {
    const code = Object.keys(TYPES).find((key) => TYPES[key] === array.dtype);
    if (!code) throw new FormatError('invalid_value', '', `safetensors holds no ${array.dtype} ('${name}').`);
    const bytes = encodeElements(array);
    header[name] = { dtype: code, shape: array.shape, data_offsets: [at, at + bytes.length] };
    parts.push(bytes);
    at += bytes.length;
  }
  const text = encodeText(JSON.stringify(header));
  // The data begins at a multiple of 8; spaces may follow the JSON.
  const length = Math.ceil(text.length / 8) * 8;
  const out = new ByteParts()
    .u64(length)
    .bytes(text)
    .bytes(new Uint8Array(length - text.length).fill(0x20));
  for (const part of parts) out.bytes(part);
  return out.join();
}
