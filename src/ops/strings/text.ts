// Elements of string tensors: text, or bytes where they are not UTF-8.
// Owns: both views of an element, and mapping functions over string tensors.
import type { DType, StringElement } from '../../base/dtype.ts';
import { DTypeError } from '../../base/errors.ts';
import type { Dims } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { hostFunction } from '../core/host.ts';

const encoder = new TextEncoder();
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

export const bytesOf = (element: StringElement): Uint8Array =>
  typeof element === 'string' ? encoder.encode(element) : element;
/** Text where the bytes are UTF-8, else the bytes. */
export const elementOf = (bytes: Uint8Array): StringElement =>
  isUtf8(bytes) ? lenient.decode(bytes) : bytes.slice();

/** Whether bytes are UTF-8. Looked at before decoding: a decoder that throws takes a hundred times as long on binary data. */
export function isUtf8(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i++]!;
    if (lead < 0x80) continue;
    const more = lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0;
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
/** The text of an element; bytes that are not UTF-8 become replacement characters. */
export const textOf = (element: StringElement): string =>
  typeof element === 'string' ? element : lenient.decode(element);

export function stringTensor(x: TensorLike, name: string): Tensor {
  const tensor = convertToTensor(x, undefined, name);
  if (tensor.dtype !== 'string' && tensor.size > 0)
    throw new DTypeError(`${name}: found dtype ${tensor.dtype}, wanted strings; use tf.strings.asString for numbers.`);
  return tensor;
}

/** A function of single elements over a tensor. */
export function mapElements<R extends StringElement | number | bigint>(
  x: Tensor,
  name: string,
  dtype: DType,
  f: (element: StringElement, index: number) => R,
  dims: Dims = x.dims,
): Tensor {
  const call = hostFunction(
    `strings.${name}`,
    () => [{ dims, dtype }],
    ([input], [out]) => {
      const source = input!.data as readonly StringElement[];
      const target = out!.data as { [index: number]: R } & object;
      for (let i = 0; i < source.length; i++) target[i] = f(source[i]!, i);
    },
  );
  return p.customCall(call, [x])[0] as Tensor;
}
