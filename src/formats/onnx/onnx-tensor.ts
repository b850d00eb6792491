// ONNX's TensorProto: arrays inside models.
// Owns: the message, data types, conversion to and from plain arrays. Data in files beside the model is asked for by name.
import type { Data, DType } from '../../base/dtype.ts';
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
import { expansionLimit, FormatError, showBytes } from '../file-error.ts';
import { fromBfloat16Bits, fromFloat16Bits } from '../half-float.ts';
import { field, type Message, type MessageInput, message, optional, repeated } from '../protobuf/message.ts';
import { type } from '../protobuf/wire.ts';
import { narrowTypes, unpackNarrow } from './narrow-types.ts';

/** The numbers of TensorProto.DataType that have a dtype here. */
export const ONNX_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  bfloat16: 16,
} as const satisfies Record<DType, number>;
const byNumber = new Map(Object.entries(ONNX_TYPES).map(([name, number]) => [number as number, name as DType]));

const COMPLEX128 = 15;
/** The dtype of a number of TensorProto.DataType; of narrow types, the one that carries their values. */
export const dtypeOfOnnx = (number: number): DType | undefined =>
  byNumber.get(number) ?? narrowTypes.get(number)?.carrier;

interface Entry {
  key: string;
  value: string;
}
const Entry: Message<Entry> = message<Entry>({ key: field(1, type.string), value: field(2, type.string) });
export interface OnnxTensor {
  dims: number[];
  dataType: number;
  floatData: number[];
  int32Data: number[];
  stringData: Uint8Array[];
  int64Data: bigint[];
  name: string;
  rawData: Uint8Array;
  doubleData: number[];
  uint64Data: bigint[];
  externalData: Entry[];
  dataLocation: number;
}
export const OnnxTensor: Message<OnnxTensor> = message<OnnxTensor>({
  dims: repeated(1, type.int),
  dataType: field(2, type.int),
  floatData: repeated(4, type.float),
  int32Data: repeated(5, type.int),
  stringData: repeated(6, type.bytes),
  int64Data: repeated(7, type.bigint),
  name: field(8, type.string),
  rawData: field(9, type.bytes),
  doubleData: repeated(10, type.double),
  uint64Data: repeated(11, type.ubigint),
  externalData: repeated(13, () => Entry),
  dataLocation: field(14, type.int),
});

/** A sequence of tensors, as files beside ONNX's tests hold it. */
export interface OnnxSequence {
  tensorValues: OnnxTensor[];
}
export const OnnxSequence: Message<OnnxSequence> = message<OnnxSequence>({
  tensorValues: repeated(3, () => OnnxTensor),
});
/** A tensor or sequence, or nothing. */
export interface OnnxOptional {
  tensorValue?: OnnxTensor;
  sequenceValue?: OnnxSequence;
}
export const OnnxOptional: Message<OnnxOptional> = message<OnnxOptional>({
  tensorValue: optional(3, () => OnnxTensor),
  sequenceValue: optional(5, () => OnnxSequence),
});

const EXTERNAL = 1;

/** Bytes of a file beside the model. */
export type ExternalData = (location: string) => Uint8Array;

/** The array of a TensorProto; `place` says where it stands. Throws FormatError. */
export function arrayFromOnnx(proto: OnnxTensor, file: string, place: string, external?: ExternalData): ArrayData {
  const bad = (why: string): never => {
    throw new FormatError('bad_protobuf', file, `${place}: ${why}.`);
  };
  const dtype = proto.dataType === COMPLEX128 ? 'complex64' : dtypeOfOnnx(proto.dataType);
  if (!dtype)
    throw new FormatError('unsupported', file, `${place} has data type ${proto.dataType}, which cornu does not read.`);
  const shape = proto.dims.map((size) => (size >= 0 ? size : bad(`a size of ${size}`)));
  const count = elementCount(shape);
  const raw = proto.dataLocation === EXTERNAL ? externalBytes(proto, external, bad) : proto.rawData;
  if (!(count * 8 <= expansionLimit(raw.length))) bad(`a shape of [${shape.join(', ')}] in ${showBytes(raw.length)}`);
  const narrow = narrowTypes.get(proto.dataType);
  if (narrow) {
    const packed = raw.length > 0 ? raw : proto.int32Data;
    const wanted = Math.ceil((count * narrow.bits) / 8);
    if (packed.length !== wanted) bad(`${packed.length} bytes, ${wanted} for [${shape.join(', ')}] of ${narrow.name}`);
    return { dtype, shape, data: typed(dtype, unpackNarrow(narrow, packed, count)) };
  }
  if (proto.dataType === COMPLEX128) {
    const numbers = raw.length > 0 ? decodeElements(raw, 'float64', Math.floor(raw.length / 8)) : proto.doubleData;
    if (numbers.length !== 2 * count) bad(`${numbers.length} numbers for ${count} complex elements`);
    return { dtype, shape, data: typed(dtype, numbers as ArrayLike<number>) };
  }
  if (dtype === 'string') {
    if (proto.stringData.length !== count) bad(`${proto.stringData.length} texts for ${count} elements`);
    return { dtype, shape, data: proto.stringData.map(decodeText) };
  }
  if (raw.length > 0 || count === 0) {
    const wanted = count * storedBytes(dtype);
    if (raw.length !== wanted) bad(`${raw.length} bytes, ${wanted} for [${shape.join(', ')}] of ${dtype}`);
    return { dtype, shape, data: decodeElements(raw, dtype, count) };
  }
  const values = valuesOf(proto, dtype);
  const size = count * dtypes[dtype].lanes;
  if (values.length !== size) bad(`${values.length} values for ${count} elements of ${dtype}`);
  return { dtype, shape, data: typed(dtype, values) };
}

function externalBytes(proto: OnnxTensor, external: ExternalData | undefined, bad: (why: string) => never): Uint8Array {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? bad('data in another file, without its name');
  if (/^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)/i.test(location)) bad(`data in '${location}', outside the model's folder`);
  if (!external)
    bad(`data in '${location}': a file beside the model can only be read when the model is given by its path`);
  const bytes = external!(location);
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? bytes.length - offset);
  if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length))
    bad(`bytes ${offset} to ${offset + length} of '${location}', which has ${bytes.length}`);
  return bytes.subarray(offset, offset + length);
}

function valuesOf(proto: OnnxTensor, dtype: Exclude<DType, 'string'>): readonly (number | bigint)[] {
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return proto.floatData;
    case 'float64':
      return proto.doubleData;
    case 'float16':
      return proto.int32Data.map(fromFloat16Bits);
    case 'bfloat16':
      return proto.int32Data.map(fromBfloat16Bits);
    case 'int64':
      return proto.int64Data;
    case 'uint64':
    case 'uint32':
      return proto.uint64Data;
    default:
      return proto.int32Data;
  }
}

function typed(dtype: DType, values: ArrayLike<number | bigint>): Data {
  const data = new dtypes[dtype].array!(values.length);
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < values.length; i++) {
    if (big) data[i] = BigInt(values[i]!);
    else data[i] = Number(values[i]!);
  }
  return data;
}

/** A TensorProto of an array, its elements as bytes. */
export function arrayToOnnx(array: ArrayData, name = ''): MessageInput<OnnxTensor> {
  const head = { name, dims: [...array.shape], dataType: ONNX_TYPES[array.dtype] };
  if (array.dtype === 'string') return { ...head, stringData: stringsOf(array).map(encodeText) };
  return { ...head, rawData: encodeElements(array) };
}
