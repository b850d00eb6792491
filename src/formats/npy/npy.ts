// NumPy's .npy files: one array each.
// Owns: header versions 1 to 3, byte order, Fortran order, every dtype of cornu, text (`U`) and bytes (`S`).
// Arrays of Python objects are pickles, which can run code: refused.
import type { DType, StringElement } from '../../base/dtype.ts';
import { dtypes } from '../../base/dtype.ts';
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
import { expansionLimit, FormatError, showBytes } from '../file-error.ts';
import { type PythonLiteral, parsePythonLiteral } from './python-literal.ts';

const MAGIC = '\x93NUMPY';

type NumberType = Exclude<DType, 'string'>;
const TYPES: Readonly<Record<string, NumberType>> = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  c8: 'complex64',
};

/** Reads a .npy file; `file` is the name for error messages. Throws FormatError of kind `bad_npy` or `unsupported`. */
export function readNpy(bytes: Uint8Array, file: string): ArrayData {
  const fail = (message: string): never => {
    throw new FormatError('bad_npy', file, `not a sound .npy array: ${message}.`);
  };
  const cursor = new ByteCursor(bytes, 0, bytes.length, fail);
  if (bytes.length === 0) fail('the file is empty');
  if (bytes.length < 10 || !cursor.matches(MAGIC)) fail('it does not begin with the letters \\x93NUMPY');
  const major = cursor.u8();
  cursor.u8();
  if (major < 1 || major > 3) fail(`header version ${major}`);
  const header = decodeText(cursor.view(major === 1 ? cursor.u16() : cursor.u32()));
  const { descr, fortran, shape } = parseHeader(header, fail);
  const body = cursor.view(cursor.remaining);
  const array = readBody(body, descr, shape, file, fail);
  return fortran && shape.length > 1 ? toRowMajor(array) : array;
}

function parseHeader(header: StringElement, fail: (message: string) => never) {
  let fields: PythonLiteral = null;
  try {
    fields = parsePythonLiteral(typeof header === 'string' ? header : String.fromCharCode(...header));
  } catch (error) {
    fail(`its header does not parse: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (fields === null || typeof fields !== 'object' || Array.isArray(fields))
    return fail('its header is no dictionary');
  const { descr, fortran_order: fortran, shape } = fields;
  if (
    !Array.isArray(shape) ||
    !shape.every((size): size is number => Number.isSafeInteger(size) && Number(size) >= 0)
  ) {
    return fail('its shape is no tuple of sizes');
  }
  if (typeof fortran !== 'boolean') return fail('fortran_order is neither True nor False');
  return { descr: descr ?? null, fortran, shape };
}

function readBody(
  body: Uint8Array,
  descr: PythonLiteral,
  shape: readonly number[],
  file: string,
  fail: (message: string) => never,
): ArrayData {
  const refuse = (what: string): never => {
    throw new FormatError(
      'unsupported',
      file,
      `${what}. Save the array in Python as one of ${Object.values(TYPES).join(', ')} or text.`,
    );
  };
  if (typeof descr !== 'string') return refuse('the array has records (a structured dtype)');
  const [, order = '', kind = '', width = ''] = /^([<>|=]?)([a-zA-Z])(\d*)/.exec(descr) ?? [];
  const count = elementCount(shape);
  const need = (size: number) => {
    if (!(count * size <= body.length)) {
      fail(
        `its shape (${shape.join(', ')}) of ${descr} needs ${showBytes(count * size)}, the file holds ${showBytes(body.length)}; it is cut off`,
      );
    }
  };
  if (kind === 'O') return refuse('the array holds pickled Python objects, which can run code and are never read');
  if (kind === 'S' || kind === 'U') {
    const size = Number(width) * (kind === 'U' ? 4 : 1);
    need(size);
    if (count > expansionLimit(body.length)) fail(`${count} strings of no length`);
    const element = kind === 'S' ? bytesElement : order === '>' ? textElementBig : textElement;
    const data = Array.from({ length: count }, (_, i) => element(body.subarray(i * size, (i + 1) * size)));
    return { dtype: 'string', shape, data };
  }
  const dtype = TYPES[kind + width];
  if (!dtype) return refuse(`the array has dtype ${descr}`);
  need(storedBytes(dtype));
  return { dtype, shape, data: decodeElements(body, dtype, count, order !== '>') };
}

/** NumPy pads with zeros, which do not belong to the element. */
function bytesElement(bytes: Uint8Array): StringElement {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return decodeText(bytes.subarray(0, end));
}

function codePoints(bytes: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const code = view.getUint32(at, littleEndian);
    text += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  }
  return text.replace(/\0+$/, '');
}
const textElement = (bytes: Uint8Array) => codePoints(bytes, true);
const textElementBig = (bytes: Uint8Array) => codePoints(bytes, false);

/** Column-major elements into row-major order. */
function toRowMajor(array: ArrayData): ArrayData {
  const { dtype, shape, data } = array;
  const lanes = dtypes[dtype].lanes;
  const strides: number[] = []; // in the file, in elements
  for (let axis = 0, stride = 1; axis < shape.length; stride *= shape[axis++]!) strides.push(stride);
  const out = data.slice();
  const index = new Array<number>(shape.length).fill(0);
  for (let to = 0, from = 0; to < out.length / lanes; to++) {
    for (let lane = 0; lane < lanes; lane++) out[to * lanes + lane] = data[from * lanes + lane]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { dtype, shape, data: out };
}

/** Writes a .npy file as NumPy does (header version 1, C order); bfloat16 as float32, which NumPy lacks. */
export function writeNpy(array: ArrayData): Uint8Array {
  const { descr, body } = array.dtype === 'string' ? stringBody(array) : numberBody(array);
  const shape = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(', ');
  const fields = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
  // The elements begin at a multiple of 64 bytes, so that files can be mapped into memory.
  const length = Math.ceil((MAGIC.length + 4 + fields.length + 1) / 64) * 64 - MAGIC.length - 4;
  const out = new ByteParts()
    .text(MAGIC)
    .u8(1)
    .u8(0)
    .u16(length)
    .text(`${fields.padEnd(length - 1)}\n`);
  return out.bytes(body).join();
}

function numberBody(array: ArrayData): { descr: string; body: Uint8Array } {
  const stored: ArrayData = array.dtype === 'bfloat16' ? { ...array, dtype: 'float32' } : array;
  const code = Object.keys(TYPES).find((key) => TYPES[key] === stored.dtype)!;
  return { descr: (code.endsWith('1') ? '|' : '<') + code, body: encodeElements(stored) };
}

function stringBody(array: ArrayData): { descr: string; body: Uint8Array } {
  const elements = stringsOf(array);
  if (elements.some((element) => typeof element !== 'string')) {
    const encoded = elements.map(encodeText);
    const width = Math.max(1, ...encoded.map((bytes) => bytes.length));
    const body = new Uint8Array(width * encoded.length);
    encoded.forEach((bytes, i) => void body.set(bytes, i * width));
    return { descr: `|S${width}`, body };
  }
  const texts = elements.map((element) => Array.from(String(element), (letter) => letter.codePointAt(0)!));
  const width = texts.reduce((longest, text) => Math.max(longest, text.length), 1);
  const body = new Uint32Array(width * texts.length);
  texts.forEach((text, i) => void body.set(text, i * width));
  return { descr: `<U${width}`, body: new Uint8Array(body.buffer) };
}
