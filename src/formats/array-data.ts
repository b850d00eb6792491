// An array as files hold it: dtype, shape and elements in row-major order, with no tensor class about it.
// Owns: `ArrayData` and the conversion of its elements to and from bytes of either order. Leaves headers to the formats.
import type { Data, DType, StringElement, TypedArray } from '../base/dtype.ts';
import { dtypes } from '../base/dtype.ts';
import { assert, ValueError } from '../base/errors.ts';
import { fromBfloat16Bits, fromFloat16Bits, toBfloat16Bits, toFloat16Bits } from './half-float.ts';

/** A plain array: what every reader returns and every writer takes. */
export interface ArrayData {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Data;
}

/** The number of elements of a shape. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((count, size) => count * size, 1);

/** Bytes that one element takes in a file; strings have no fixed size. */
export const storedBytes = (dtype: Exclude<DType, 'string'>): number => dtypes[dtype].bits / 8;

/** The elements as strings; bytes that are not UTF-8 stay what they are. */
export function stringsOf(array: ArrayData): readonly StringElement[] {
  assert(array.dtype === 'string' && Array.isArray(array.data), `strings wanted, found ${array.dtype}`);
  return array.data;
}

/** The elements as a typed array; for every dtype but strings. */
export function numbersOf(array: ArrayData): TypedArray {
  assert(!Array.isArray(array.data), `numbers wanted, found ${array.dtype}`);
  return array.data;
}

/** An array from plain parts, with the count of its elements checked. */
export function arrayData(dtype: DType, shape: readonly number[], data: Data): ArrayData {
  const count = elementCount(shape) * dtypes[dtype].lanes;
  if (data.length !== count) {
    throw new ValueError(
      `An array of shape [${shape.join(', ')}] and dtype ${dtype} has ${count} numbers, found ${data.length}.`,
    );
  }
  return { dtype, shape, data };
}

/** A string scalar, or a list of strings. */
export const stringData = (text: string | readonly string[]): ArrayData =>
  typeof text === 'string'
    ? { dtype: 'string', shape: [], data: [text] }
    : { dtype: 'string', shape: [text.length], data: [...text] };

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text where the bytes are UTF-8, a copy of the bytes otherwise. */
export const decodeText = (bytes: Uint8Array): StringElement => {
  const element = decodeOwnText(bytes);
  return element === bytes ? new Uint8Array(bytes) : element;
};
/** The same for bytes that are nobody else's: they are not copied. */
export const decodeOwnText = (bytes: Uint8Array): StringElement =>
  shortAscii(bytes, 0, bytes.length) ?? (isUtf8(bytes) ? utf8.decode(bytes) : bytes);

/** Bytes up to which putting characters together is faster than asking a decoder. */
const SHORT_TEXT = 24;
/** A part of bytes as text where it is short and ASCII. */
export function shortAscii(bytes: Uint8Array, start: number, end: number): string | null {
  if (end - start > SHORT_TEXT) return null;
  let text = '';
  for (let i = start; i < end; i++) {
    const code = bytes[i]!;
    if (code >= 128) return null;
    text += String.fromCharCode(code);
  }
  return text;
}

/** Whether bytes are UTF-8. Looked at before decoding: a decoder that throws takes a hundred times as long on binary data. */
function isUtf8(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i++]!;
    if (lead < 0x80) continue;
    const more =
      lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0;
    const second = bytes[i];
    if (more === 0 || second === undefined) return false;
    // No longer forms than needed, no surrogates, nothing above U+10FFFF.
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return false;
    for (let k = 1; k < more; k++) if (((bytes[i + k] ?? 0) & 0xc0) !== 0x80) return false;
    i += more;
  }
  return true;
}

const encoder = new TextEncoder();

/** The bytes of a string element. */
export const encodeText = (text: StringElement): Uint8Array => (typeof text === 'string' ? encoder.encode(text) : text);

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) {
    for (let a = start, b = start + width - 1; a < b; a++, b--) {
      const kept = bytes[a]!;
      bytes[a] = bytes[b]!;
      bytes[b] = kept;
    }
  }
}

/** `count` elements from the start of `bytes`, which hold at least that many; always a copy. */
export function decodeElements(
  bytes: Uint8Array,
  dtype: Exclude<DType, 'string'>,
  count: number,
  littleEndian = true,
): TypedArray {
  const { lanes, array } = dtypes[dtype];
  const size = storedBytes(dtype);
  assert(
    array !== null && bytes.length >= count * size,
    `${count} elements of ${dtype} need ${count * size} bytes, found ${bytes.length}`,
  );
  const copy = new Uint8Array(count * size);
  copy.set(bytes.subarray(0, count * size));
  if (!littleEndian && size > 1) swapBytes(copy, size / lanes);
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const decode = dtype === 'float16' ? fromFloat16Bits : fromBfloat16Bits;
    const words = new Uint16Array(copy.buffer);
    const numbers = new Float32Array(count);
    for (let i = 0; i < count; i++) numbers[i] = decode(words[i]!);
    return numbers;
  }
  if (dtype === 'bool') return copy.map((byte) => (byte ? 1 : 0));
  return new array(copy.buffer);
}

/** The elements as little-endian bytes; a view of the array's own memory where that is what the file holds. */
export function encodeElements(array: ArrayData): Uint8Array {
  const { dtype } = array;
  const data = numbersOf(array);
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const encode = dtype === 'float16' ? toFloat16Bits : toBfloat16Bits;
    const words = new Uint16Array(data.length);
    for (let i = 0; i < words.length; i++) words[i] = encode(Number(data[i]!));
    return new Uint8Array(words.buffer);
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
