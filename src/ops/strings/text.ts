// Elements of string tensors: text, or bytes where they are not UTF-8.
// Owns: both views of an element, and mapping functions over string tensors.
import type { DType, StringElement } from '../../base/dtype.ts';
import { DTypeError } from '../../base/errors.ts';
import type { Dims } from '../../base/shape.ts';
import { decodeText } from '../../formats/array-data.ts';
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
export const elementOf = decodeText;
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
