// tf.strings.unicode*: characters and code points.
// Owns: decoding, encoding and splitting by character, for UTF-8, UTF-16BE and UTF-32BE.

import type { StringElement } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { bytesOf, elementOf, mapElements, stringTensor } from './text.ts';

type Encoding = 'UTF-8' | 'UTF-16-BE' | 'UTF-32-BE';
type Errors = 'replace' | 'ignore' | 'strict';
export interface UnicodeOptions {
  readonly errors?: Errors;
  readonly replacementChar?: number | Tensor;
  /** Whether characters below the space count as not valid. */
  readonly replaceControlCharacters?: boolean;
}
const BAD = 0xfffd;

const isCharacter = (point: number): boolean => point >= 0 && point <= 0x10ffff && !(point >= 0xd800 && point < 0xe000);

/**
 * The character that begins at a byte; null where none does. Of a sequence that is not valid or not whole as much is one error
 * as could begin a character (Unicode 3.9, "maximal subparts").
 */
function readUtf8(bytes: Uint8Array, at: number): { readonly point: number | null; readonly size: number } {
  const first = bytes[at]!;
  if (first < 0x80) return { point: first, size: 1 };
  const wanted = first >= 0xc2 && first < 0xe0 ? 2 : first >> 4 === 14 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 1;
  // The second byte of these would write a character longer than needed, a surrogate, or one beyond the last.
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  let point = first & (0x7f >> wanted);
  for (let size = 1; size < wanted; size++) {
    const next = bytes[at + size] ?? 0;
    if (size === 1 ? next < least || next > most : next >> 6 !== 2) return { point: null, size };
    point = (point << 6) | (next & 63);
  }
  return { point: wanted === 1 ? null : point, size: wanted };
}

function decode(
  bytes: Uint8Array,
  encoding: string,
  { errors = 'replace', replacementChar: given = BAD, replaceControlCharacters = false }: UnicodeOptions,
): { points: number[]; offsets: number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const replacementChar = asInteger(given, 'unicode: replacementChar');
  const points: number[] = [];
  const offsets: number[] = [];
  const push = (point: number | null, at: number): void => {
    if (point === null && errors === 'strict') throw new ValueError(`unicode: bytes at ${at} are not ${encoding}.`);
    const kept = point !== null && replaceControlCharacters && point < 0x20 ? null : point;
    if (kept === null && errors === 'ignore') return;
    points.push(kept ?? replacementChar);
    offsets.push(at);
  };
  if (encoding === 'UTF-8')
    for (let i = 0; i < bytes.length; ) {
      const { point, size } = readUtf8(bytes, i);
      push(point, i);
      i += size;
    }
  else if (encoding === 'UTF-16-BE')
    for (let i = 0; i < bytes.length; ) {
      const unit = i + 1 < bytes.length ? view.getUint16(i) : null;
      const low = unit !== null && unit >> 10 === 0x36 && i + 3 < bytes.length ? view.getUint16(i + 2) : 0;
      const isPair = low >> 10 === 0x37;
      if (isPair) push(0x10000 + ((unit! - 0xd800) << 10) + (low - 0xdc00), i);
      else push(unit !== null && isCharacter(unit) ? unit : null, i);
      i += isPair ? 4 : 2;
    }
  else if (encoding === 'UTF-32-BE')
    for (let i = 0; i < bytes.length; i += 4) {
      const unit = i + 3 < bytes.length ? view.getUint32(i) : -1;
      push(isCharacter(unit) ? unit : null, i);
    }
  else throw new ValueError(`unicode: encoding ${show(encoding)}; wanted 'UTF-8', 'UTF-16-BE' or 'UTF-32-BE'.`);
  return { points, offsets };
}
/** What stands for code points that are no characters, in strings that are written. */
function characters(points: readonly number[], { errors = 'replace', replacementChar: given = BAD }: UnicodeOptions) {
  if (!['replace', 'ignore', 'strict'].includes(errors))
    throw new ValueError(`unicode: errors ${show(errors)}; wanted 'replace', 'ignore' or 'strict'.`);
  const replacement = asInteger(given, 'unicode: replacementChar');
  return points.flatMap((point) => {
    if (isCharacter(point)) return [point];
    if (errors === 'strict') throw new ValueError(`unicode: code point ${point} is no character.`);
    return errors === 'ignore' ? [] : [replacement];
  });
}
const ENCODINGS = ['UTF-8', 'UTF-16-BE', 'UTF-32-BE'];
function encode(given: readonly number[], encoding: string, options: UnicodeOptions = {}): StringElement {
  if (!ENCODINGS.includes(encoding))
    throw new ValueError(`unicode: encoding ${show(encoding)}; wanted 'UTF-8', 'UTF-16-BE' or 'UTF-32-BE'.`);
  const points = characters(given, options);
  const text = points.map((point) => String.fromCodePoint(point)).join('');
  if (encoding === 'UTF-8') return text;
  const wide = encoding === 'UTF-32-BE';
  const units = wide ? points : Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  const view = new DataView(new ArrayBuffer(units.length * (wide ? 4 : 2)));
  units.forEach((unit, i) => {
    if (wide) view.setUint32(4 * i, unit);
    else view.setUint16(2 * i, unit);
  });
  return elementOf(new Uint8Array(view.buffer));
}

const rows = (
  x: Tensor,
  lists: readonly (readonly unknown[])[],
  make: (flat: unknown[]) => Tensor,
): Tensor | RaggedTensor => {
  const values = make(lists.flat());
  if (x.dims.length === 0) return values;
  let ragged: RaggedTensor = RaggedTensor.fromRowLengths(
    values,
    lists.map((list) => list.length),
  );
  for (let axis = x.dims.length - 1; axis > 0; axis--)
    ragged = RaggedTensor.fromUniformRowLength(ragged, x.dims[axis]!);
  return ragged;
};
const elementsOf = (x: Tensor): readonly StringElement[] =>
  known(x, 'strings.unicode', 'Call it outside tf.function.') as readonly StringElement[];
const int32 = (flat: unknown[]): Tensor => eagerTensor(Int32Array.from(flat as number[]), [flat.length], 'int32');
const int64 = (flat: unknown[]): Tensor =>
  eagerTensor(BigInt64Array.from((flat as number[]).map(BigInt)), [flat.length], 'int64');
const strings = (flat: unknown[]): Tensor => eagerTensor(flat as StringElement[], [flat.length], 'string');

/** The code points of each string. */
export function unicodeDecode(
  input: TensorLike,
  inputEncoding: Encoding,
  options: UnicodeOptions = {},
): Tensor | RaggedTensor {
  return unicodeDecodeWithOffsets(input, inputEncoding, options)[0];
}
/** The code points, and where their bytes begin. */
export function unicodeDecodeWithOffsets(
  input: TensorLike,
  inputEncoding: Encoding,
  options: UnicodeOptions = {},
): [codepoints: Tensor | RaggedTensor, offsets: Tensor | RaggedTensor] {
  const x = stringTensor(input, 'unicodeDecode');
  const decoded = elementsOf(x).map((element) => decode(bytesOf(element), inputEncoding, options));
  return [
    rows(
      x,
      decoded.map((d) => d.points),
      int32,
    ),
    rows(
      x,
      decoded.map((d) => d.offsets),
      int64,
    ),
  ];
}
/** The characters of each string as strings. */
export function unicodeSplit(
  input: TensorLike,
  inputEncoding: Encoding,
  options: UnicodeOptions = {},
): Tensor | RaggedTensor {
  return unicodeSplitWithOffsets(input, inputEncoding, options)[0];
}
export function unicodeSplitWithOffsets(
  input: TensorLike,
  inputEncoding: Encoding,
  options: UnicodeOptions = {},
): [chars: Tensor | RaggedTensor, offsets: Tensor | RaggedTensor] {
  const x = stringTensor(input, 'unicodeSplit');
  const decoded = elementsOf(x).map((element) => decode(bytesOf(element), inputEncoding, options));
  return [
    rows(
      x,
      decoded.map((d) => d.points.map((point) => encode([point], inputEncoding))),
      strings,
    ),
    rows(
      x,
      decoded.map((d) => d.offsets),
      int64,
    ),
  ];
}
/** Strings of code points along the last axis. */
export const unicodeEncode = signature(
  'strings.unicodeEncode',
  ['input', 'outputEncoding', 'errors', 'replacementChar'],
  (
    input: TensorLike | RaggedTensor,
    outputEncoding: Encoding,
    errors: Errors = 'replace',
    replacementChar: number | Tensor = BAD,
  ): Tensor => {
    const written = (points: readonly number[]): StringElement =>
      encode(points, outputEncoding, { errors, replacementChar });
    if (input instanceof RaggedTensor) {
      const texts = (input.toList() as number[][]).map(written);
      return eagerTensor(texts, [texts.length], 'string');
    }
    const x = convertToTensor(input, undefined, 'strings.unicodeEncode');
    const n = x.dims.at(-1)!;
    const flat = Array.from(x.dataSync() as Int32Array);
    const rowCount = sizeOf(x.dims.slice(0, -1));
    const data = Array.from({ length: rowCount }, (_, i) => written(flat.slice(i * n, (i + 1) * n)));
    return eagerTensor(data, x.dims.slice(0, -1), 'string');
  },
);
/** From one encoding to another. */
export function unicodeTranscode(
  input: TensorLike,
  inputEncoding: Encoding,
  outputEncoding: Encoding,
  options: UnicodeOptions = {},
): Tensor {
  return mapElements(stringTensor(input, 'unicodeTranscode'), 'unicodeTranscode', 'string', (element) =>
    encode(decode(bytesOf(element), inputEncoding, options).points, outputEncoding, options),
  );
}
