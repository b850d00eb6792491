// HDF5 datatypes and the elements stored in them.
// Owns: which of cornu's dtypes a stored type is, decoding of elements, global heaps (where text of any length lies).
// Leaves where the bytes of a dataset lie to storage.ts.
import type { Data, DType, StringElement } from '../../base/dtype.ts';
import { decodeElements, decodeText } from '../array-data.ts';
import { ByteCursor } from '../byte-cursor.ts';
import { expansionLimit, showBytes } from '../file-error.ts';
import type { Hdf5File } from './hdf5-file.ts';

type NumberType = Exclude<DType, 'string'>;

export type Datatype = { readonly size: number } & (
  | { readonly kind: 'numbers'; readonly dtype: NumberType; readonly littleEndian: boolean }
  | { readonly kind: 'fixed text'; readonly padding: number }
  | { readonly kind: 'text' }
  | { readonly kind: 'opaque' }
  | { readonly kind: 'unsupported'; readonly what: string }
);

const CLASSES = [
  'fixed-point',
  'floating-point',
  'time',
  'string',
  'bit field',
  'opaque',
  'compound',
  'reference',
  'enumeration',
  'variable-length',
  'array',
];
const INTEGERS: Readonly<Record<number, readonly [NumberType, NumberType]>> = {
  1: ['uint8', 'int8'],
  2: ['uint16', 'int16'],
  4: ['uint32', 'int32'],
  8: ['uint64', 'int64'],
};
/** Size, bits of the exponent, bits of the mantissa. */
const FLOATS: Readonly<Record<string, NumberType>> = {
  '2 5 10': 'float16',
  '2 8 7': 'bfloat16',
  '4 8 23': 'float32',
  '8 11 52': 'float64',
};

/** Reads a datatype message and moves the cursor past it. */
export function readDatatype(cursor: ByteCursor, depth = 0): Datatype {
  const head = cursor.u8();
  const bits = cursor.u24();
  const size = cursor.u32();
  const version = head >> 4;
  const unsupported = (what: string): Datatype => ({ kind: 'unsupported', size, what });
  if (size === 0 || version < 1 || version > 5 || depth > 4)
    cursor.fail(`a datatype of size ${size} and version ${version}`);
  switch (head & 15) {
    case 0:
      return readInteger(cursor, bits, size) ?? unsupported(`integers of ${size} bytes and an unusual precision`);
    case 1:
      return readFloat(cursor, bits, size) ?? unsupported(`floating-point numbers of ${size} bytes`);
    case 3:
      return { kind: 'fixed text', size, padding: bits & 15 };
    case 5:
      cursor.take(bits & 255);
      return { kind: 'opaque', size };
    case 6:
      return readComplex(cursor, bits & 0xffff, size, version, depth) ?? unsupported('records (a compound type)');
    case 8:
      return readEnumeration(cursor, bits & 0xffff, size, version, depth);
    case 9:
      if ((bits & 15) !== 1) return unsupported('rows of various lengths');
      readDatatype(cursor, depth + 1);
      return { kind: 'text', size };
    default:
      return unsupported(`${CLASSES[head & 15] ?? 'unknown'} elements`);
  }
}

function readInteger(cursor: ByteCursor, bits: number, size: number): Datatype | undefined {
  const offset = cursor.u16();
  const precision = cursor.u16();
  const dtype = INTEGERS[size]?.[bits & 8 ? 1 : 0];
  return dtype && offset === 0 && precision === 8 * size
    ? { kind: 'numbers', dtype, size, littleEndian: (bits & 1) === 0 }
    : undefined;
}

function readFloat(cursor: ByteCursor, bits: number, size: number): Datatype | undefined {
  cursor.take(5);
  const exponent = cursor.u8();
  cursor.take(1);
  const mantissa = cursor.u8();
  cursor.take(4);
  const dtype = bits & 0x40 ? undefined : FLOATS[`${size} ${exponent} ${mantissa}`];
  return dtype && { kind: 'numbers', dtype, size, littleEndian: (bits & 1) === 0 };
}

/** A name ends with a zero; up to version 2 it is filled up to a multiple of 8. */
function readName(cursor: ByteCursor, version: number): string {
  const start = cursor.position;
  while (cursor.u8() !== 0);
  const name = decodeText(cursor.bytes.subarray(start, cursor.position - 1));
  if (version < 3) cursor.align(8, start);
  return String(name);
}

/** h5py writes a bool as an enumeration of FALSE and TRUE in one byte. */
function readEnumeration(cursor: ByteCursor, members: number, size: number, version: number, depth: number): Datatype {
  const base = readDatatype(cursor, depth + 1);
  if (base.kind !== 'numbers' || base.size !== size)
    return { kind: 'unsupported', size, what: 'an enumeration of no integers' };
  const names = Array.from({ length: members }, () => readName(cursor, version));
  cursor.take(members * size);
  return size === 1 && names.join() === 'FALSE,TRUE' ? { ...base, dtype: 'bool' } : base;
}

/** h5py writes a complex number as a record of `r` and `i`. */
function readComplex(
  cursor: ByteCursor,
  members: number,
  size: number,
  version: number,
  depth: number,
): Datatype | undefined {
  if (members !== 2 || size !== 8) return undefined;
  let littleEndian = true;
  for (const [name, place] of [
    ['r', 0],
    ['i', 4],
  ] as const) {
    if (readName(cursor, version) !== name || (version < 3 ? cursor.u32() : cursor.u8()) !== place) return undefined;
    if (version === 1) cursor.take(28);
    const type = readDatatype(cursor, depth + 1);
    if (type.kind !== 'numbers' || type.dtype !== 'float32') return undefined;
    littleEndian = type.littleEndian;
  }
  return { kind: 'numbers', dtype: 'complex64', size, littleEndian };
}

/** The dtype of an array of such elements; opaque elements come as bytes. */
export function dtypeOf(type: Datatype): DType | undefined {
  if (type.kind === 'unsupported') return undefined;
  return type.kind === 'numbers' ? type.dtype : 'string';
}

/** `count` elements from bytes that hold as many. */
export function decodeValues(file: Hdf5File, type: Datatype, bytes: Uint8Array, count: number, place: string): Data {
  const { size } = type;
  switch (type.kind) {
    case 'numbers':
      return decodeElements(bytes, type.dtype, count, type.littleEndian);
    case 'opaque':
      return Array.from({ length: count }, (_, i) => bytes.slice(i * size, (i + 1) * size));
    case 'fixed text':
      return Array.from({ length: count }, (_, i) =>
        decodeFixed(bytes.subarray(i * size, (i + 1) * size), type.padding),
      );
    case 'text':
      return decodeReferences(file, bytes, count, size, place);
    default:
      return file.refuse('unsupported', `${place} holds ${type.what}, which cornu does not read`);
  }
}

/** Padding 0 ends at the first zero, 1 is filled with zeros, 2 with spaces (after which h5wasm writes zeros). */
function decodeFixed(bytes: Uint8Array, padding: number): StringElement {
  let end = bytes.length;
  if (padding === 0) {
    const zero = bytes.indexOf(0);
    if (zero >= 0) end = zero;
  } else {
    while (end > 0 && (bytes[end - 1] === 0 || (padding === 2 && bytes[end - 1] === 0x20))) end--;
  }
  return decodeText(bytes.subarray(0, end));
}

/** Text of any length is a length, the address of a heap, and a number in that heap. */
function decodeReferences(
  file: Hdf5File,
  bytes: Uint8Array,
  count: number,
  size: number,
  place: string,
): StringElement[] {
  if (size !== 8 + file.offsetSize) return file.fail(`${place}: references to text of ${size} bytes`);
  const cursor = new ByteCursor(bytes, 0, bytes.length, (message) => file.fail(`damaged: ${place}: ${message}`));
  const limit = expansionLimit(file.bytes.length);
  let total = 0;
  const elements: StringElement[] = [];
  for (let i = 0; i < count; i++) {
    const length = cursor.u32();
    const address = file.address(cursor);
    const index = cursor.u32();
    if (length === 0 || !address) {
      elements.push('');
      continue;
    }
    const object = readHeap(file, address).get(index);
    if (!object || object.length < length) return cursor.fail(`text ${i} is not in its heap`);
    total += length;
    if (total > limit) cursor.fail(`its texts are more than ${showBytes(limit)}`);
    elements.push(decodeText(object.subarray(0, length)));
  }
  return elements;
}

function readHeap(file: Hdf5File, address: number): ReadonlyMap<number, Uint8Array> {
  const known = file.heaps.get(address);
  if (known) return known;
  const head = file.structure(address, 'GCOL', 'a global heap');
  const version = head.u8();
  if (version !== 1) head.fail(`a global heap of version ${version}`);
  head.take(3);
  const size = file.length(head);
  const prefix = 8 + file.lengthSize;
  const cursor = file.structure(address + prefix, '', 'a global heap', Math.max(0, size - prefix));
  const objects = new Map<number, Uint8Array>();
  while (cursor.remaining >= 8 + file.lengthSize) {
    const index = cursor.u16();
    cursor.take(6);
    const length = file.length(cursor);
    if (index === 0) break; // the rest is free
    objects.set(index, cursor.view(length));
    cursor.take(Math.min(cursor.remaining, (8 - (length % 8)) % 8));
  }
  file.heaps.set(address, objects);
  return objects;
}
