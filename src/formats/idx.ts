// IDX files, the form in which MNIST was published: a magic number, the sizes, the elements, all big-endian.
// Owns: reading them. Leaves gzip around them to the platform.
import type { DType } from '../base/dtype.ts';
import { type ArrayData, decodeElements, elementCount, storedBytes } from './array-data.ts';
import { FormatError } from './file-error.ts';

const TYPES: Readonly<Record<number, Exclude<DType, 'string'>>> = {
  8: 'uint8',
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};

/** Reads an IDX file; `file` is its name for error messages. Throws FormatError of kind `bad_archive`. */
export function readIdx(bytes: Uint8Array, file: string): ArrayData {
  const fail = (message: string): never => {
    throw new FormatError('bad_archive', file, `not a sound IDX file: ${message}.`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dtype = TYPES[bytes[2] ?? 0];
  const rank = bytes[3] ?? 0;
  if (bytes[0] !== 0 || bytes[1] !== 0 || !dtype) return fail('it does not begin with two zeros and a type');
  const start = 4 + 4 * rank;
  if (bytes.length < start) fail('it is cut off');
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = elementCount(shape) * storedBytes(dtype);
  if (size !== bytes.length - start)
    fail(`its shape [${shape.join(', ')}] needs ${size} bytes, it has ${bytes.length - start}`);
  return { dtype, shape, data: decodeElements(bytes.subarray(start), dtype, elementCount(shape), false) };
}
