// tf.io: tensors as bytes and back.
// Owns: serializeTensor, parseTensor, decodeRaw, base64. The messages stand in src/formats/tensorflow.

import { type DType, dtypes } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { sameShape, sizeOf } from '../../base/shape.ts';
import { type ArrayData, decodeElements, storedBytes } from '../../formats/array-data.ts';
import { TensorProto, tensorFromProto, tensorToProto } from '../../formats/tensorflow/tensor-proto.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor, makeTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { bytesOf, elementOf, mapElements, stringTensor, textOf } from '../strings/text.ts';

type TensorMessage = ReturnType<typeof tensorToProto>;
const REMEDY = 'Call it outside tf.function.';

/** A tensor as the bytes of a TensorProto: a string scalar. */
export function serializeTensor(tensor: TensorLike): Tensor {
  const x = convertToTensor(tensor, undefined, 'io.serializeTensor');
  const data = known(x, 'io.serializeTensor', REMEDY);
  const array: ArrayData = { dtype: x.dtype, shape: x.dims, data };
  return eagerTensor([elementOf(TensorProto.encode(tensorToProto(array)))], [], 'string');
}

/** A tensor as a TensorProto, the message that graphs and checkpoints hold; `verifyShape` demands that the values have the shape. */
export const makeTensorProto = signature(
  'makeTensorProto',
  ['values', 'dtype', 'shape', 'verifyShape', 'allowBroadcast'],
  (
    values: TensorLike,
    dtype?: DType,
    shape?: readonly number[],
    verifyShape: boolean = false,
    allowBroadcast: boolean = false,
  ): TensorMessage => {
    const given = convertToTensor(values, dtype, 'makeTensorProto');
    if (verifyShape && shape && !sameShape(shape, given.dims))
      throw new ShapeError(`makeTensorProto: found shape ${show(given.dims)}, wanted ${show(shape)}.`);
    const size = sizeOf(shape ?? given.dims);
    if (size !== given.size && !(allowBroadcast && given.size === 1))
      throw new ShapeError(`makeTensorProto: ${given.size} values for shape ${show(shape)}; wanted ${size}.`);
    const x = makeTensor(given, shape ? { shape } : {}, 'makeTensorProto');
    return tensorToProto({ dtype: x.dtype, shape: x.dims, data: known(x, 'makeTensorProto', REMEDY) });
  },
);
/** The tensor in a TensorProto. */
export const makeNdarray = guarded('makeNdarray', ['tensor'], (tensor: TensorMessage): Tensor => {
  const message = TensorProto.decode(TensorProto.encode(tensor), 'makeNdarray');
  const { dtype, shape, data } = tensorFromProto(message, 'makeNdarray', 'the tensor');
  return eagerTensor(data, shape, dtype);
});

/** The tensor of the bytes of a TensorProto, which must be of that dtype. */
export function parseTensor(serialized: TensorLike, outType: DType): Tensor {
  const text = known(stringTensor(serialized, 'io.parseTensor'), 'io.parseTensor', REMEDY);
  const { dtype, shape, data } = tensorFromProto(
    TensorProto.decode(bytesOf(text[0] as string), 'io.parseTensor'),
    'io.parseTensor',
    'the tensor',
  );
  if (dtype !== outType)
    throw new ValueError(`io.parseTensor: the bytes hold ${dtype}, wanted ${outType}; give { outType: '${dtype}' }.`);
  return eagerTensor(data, shape, dtype);
}

/**
 * The bytes of each string as numbers of a dtype, along a new last axis. All strings must be equally long; with `fixedLength` longer
 * ones are cut to that many bytes, shorter ones filled up with zeros.
 */
export const decodeRaw = signature(
  'io.decodeRaw',
  ['inputBytes', 'outType', 'littleEndian', 'fixedLength'],
  (inputBytes: TensorLike, outType: DType, littleEndian: boolean = true, fixedLength?: number): Tensor => {
    const x = stringTensor(inputBytes, 'io.decodeRaw');
    const rows = (known(x, 'io.decodeRaw', REMEDY) as readonly string[]).map(bytesOf);
    if (outType === 'string' || dtypes[outType].array === null)
      throw new ValueError(`io.decodeRaw: outType ${show(outType)}; wanted a dtype of numbers.`);
    const size = storedBytes(outType);
    if (fixedLength !== undefined && !(Number.isInteger(fixedLength) && fixedLength > 0 && fixedLength % size === 0))
      throw new ValueError(
        `io.decodeRaw: fixedLength ${show(fixedLength)}; wanted a multiple of the ${size} bytes of ${outType}.`,
      );
    const length = fixedLength ?? rows[0]?.length ?? 0;
    const odd = fixedLength === undefined ? rows.find((row) => row.length !== length) : undefined;
    if (odd)
      throw new ValueError(
        `io.decodeRaw: strings of ${length} and ${odd.length} bytes; wanted all of one length, or fixedLength to cut them to.`,
      );
    if (length % size !== 0)
      throw new ValueError(`io.decodeRaw: ${length} bytes are no whole number of ${outType} (${size} bytes each).`);
    const all = new Uint8Array(rows.length * length);
    rows.forEach((row, i) => {
      all.set(row.subarray(0, length), i * length);
    });
    const data = decodeElements(all, outType, all.length / size, littleEndian);
    return eagerTensor(data, [...x.dims, length / size], outType);
  },
);

/** Strings in web-safe base64, without padding unless asked for. */
export const encodeBase64 = signature(
  'io.encodeBase64',
  ['input', 'pad'],
  (input: TensorLike, pad: boolean = false): Tensor =>
    mapElements(stringTensor(input, 'io.encodeBase64'), 'encodeBase64', 'string', (element) => {
      const text = btoa(String.fromCharCode(...bytesOf(element)))
        .replaceAll('+', '-')
        .replaceAll('/', '_');
      return pad ? text : text.replace(/=+$/, '');
    }),
);
/** Strings from web-safe base64, padded or not. */
export const decodeBase64 = (input: TensorLike): Tensor =>
  mapElements(stringTensor(input, 'io.decodeBase64'), 'decodeBase64', 'string', (element) => {
    const text = textOf(element);
    if (!/^(?:[\w-]{4})*(?:[\w-]{2}(?:==)?|[\w-]{3}=?)?$/.test(text))
      throw new ValueError(`io.decodeBase64: ${show(text)} is no web-safe base64 (letters, digits, - and _).`);
    const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return elementOf(Uint8Array.from(plain, (c) => c.charCodeAt(0)));
  });
