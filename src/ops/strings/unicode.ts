// tf.strings.unicode*: characters and code points.
// Owns: decoding, encoding and splitting by character, for UTF-8, UTF-16BE and UTF-32BE.

import type { StringElement } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';
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
  if (encoding === 'UTF-8') {
    for (let i = 0; i < bytes.length; ) {
      const first = bytes[i]!;
      const size = first < 0x80 ? 1 : first >> 5 === 6 ? 2 : first >> 4 === 14 ? 3 : first >> 3 === 30 ? 4 : 0;
      let point = size === 1 ? first : first & (0xff >> (size + 1));
      let valid = size > 0 && i + size <= bytes.length;
      for (let k = 1; k < size && valid; k++) {
        valid = bytes[i + k]! >> 6 === 2;
        point = (point << 6) | (bytes[i + k]! & 63);
      }
      push(valid ? point : null, i);
      i += valid ? size : 1;
    }
  } else if (encoding === 'UTF-16-BE') {
    for (let i = 0; i + 1 < bytes.length; i += 2) {
      const unit = view.getUint16(i);
      if (unit >= 0xd800 && unit < 0xdc00 && i + 3 < bytes.length) {
        push(0x10000 + ((unit - 0xd800) << 10) + (view.getUint16(i + 2) - 0xdc00), i);
        i += 2;
      } else push(unit >= 0xd800 && unit < 0xe000 ? null : unit, i);
    }
  } else if (encoding === 'UTF-32-BE') for (let i = 0; i + 3 < bytes.length; i += 4) push(view.getUint32(i), i);
  else throw new ValueError(`unicode: encoding ${show(encoding)}; wanted 'UTF-8', 'UTF-16-BE' or 'UTF-32-BE'.`);
  return { points, offsets };
}
function encode(points: readonly number[], encoding: string): StringElement {
  const text = String.fromCodePoint(...points);
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
export function unicodeEncode(input: TensorLike | RaggedTensor, outputEncoding: Encoding): Tensor {
  const x =
    input instanceof RaggedTensor ? null : convertToTensor(input as TensorLike, undefined, 'strings.unicodeEncode');
  if (!x)
    return convertToTensor(
      ((input as RaggedTensor).toList() as number[][]).map((row) => encode(row, outputEncoding) as string),
      'string',
    );
  const n = x.dims.at(-1)!;
  const flat = Array.from(x.dataSync() as Int32Array);
  const data = Array.from({ length: n === 0 ? 0 : flat.length / n }, (_, i) =>
    encode(flat.slice(i * n, (i + 1) * n), outputEncoding),
  );
  return eagerTensor(data, x.dims.slice(0, -1), 'string');
}
/** From one encoding to another. */
export function unicodeTranscode(
  input: TensorLike,
  inputEncoding: Encoding,
  outputEncoding: Encoding,
  options: UnicodeOptions = {},
): Tensor {
  return mapElements(stringTensor(input, 'unicodeTranscode'), 'unicodeTranscode', 'string', (element) =>
    encode(decode(bytesOf(element), inputEncoding, options).points, outputEncoding),
  );
}
