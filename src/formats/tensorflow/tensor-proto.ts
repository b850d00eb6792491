// TensorFlow's TensorProto, TensorShapeProto and DataType: arrays inside protocol buffers.
// Owns: the messages, and their conversion to and from plain arrays. Leaves resources and variants as they are: unread.
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

/** The numbers of tensorflow.DataType that have a dtype here. */
export const DATA_TYPES = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint16: 17,
  float16: 19,
  uint32: 22,
  uint64: 23,
} as const satisfies Record<DType, number>;

const RESOURCE = 20;
const VARIANT = 21;
const byNumber = new Map<number, DType>(Object.entries(DATA_TYPES).map(([name, number]) => [number, name as DType]));

/** The dtype of a number; of a reference type, the type it refers to. Undefined for resources and what cornu lacks. */
export const dtypeOfDataType = (number: number): DType | undefined =>
  byNumber.get(number > 100 ? number - 100 : number);

/** The name of a DataType for messages. */
export const showDataType = (number: number): string =>
  dtypeOfDataType(number) ??
  (number === RESOURCE ? 'resource' : number === VARIANT ? 'variant' : `data type ${number}`);

export interface Dim {
  /** -1: unknown. */
  size: number;
  name: string;
}
export interface TensorShapeProto {
  dim: Dim[];
  unknownRank: boolean;
}
const Dim: Message<Dim> = message<Dim>({ size: field(1, type.int), name: field(2, type.string) });
export const TensorShapeProto: Message<TensorShapeProto> = message<TensorShapeProto>({
  dim: repeated(2, () => Dim),
  unknownRank: field(3, type.bool),
});

export interface TensorProto {
  dtype: number;
  tensorShape?: TensorShapeProto;
  tensorContent: Uint8Array;
  halfVal: number[];
  floatVal: number[];
  doubleVal: number[];
  intVal: number[];
  stringVal: Uint8Array[];
  scomplexVal: number[];
  int64Val: bigint[];
  boolVal: boolean[];
  uint32Val: number[];
  uint64Val: bigint[];
}
export const TensorProto: Message<TensorProto> = message<TensorProto>({
  dtype: field(1, type.int),
  tensorShape: optional(2, () => TensorShapeProto),
  tensorContent: field(4, type.bytes),
  halfVal: repeated(13, type.int),
  floatVal: repeated(5, type.float),
  doubleVal: repeated(6, type.double),
  intVal: repeated(7, type.int),
  stringVal: repeated(8, type.bytes),
  scomplexVal: repeated(9, type.float),
  int64Val: repeated(10, type.bigint),
  boolVal: repeated(11, type.bool),
  uint32Val: repeated(16, type.int),
  uint64Val: repeated(17, type.ubigint),
});

/** The sizes of a shape, null for an unknown one; null altogether for an unknown rank. */
export function shapeFromProto(shape: TensorShapeProto | undefined): (number | null)[] | null {
  if (!shape || shape.unknownRank) return null;
  return shape.dim.map(({ size }) => (size < 0 ? null : size));
}

/** The inverse of shapeFromProto. */
export const shapeToProto = (shape: readonly (number | null)[] | null): MessageInput<TensorShapeProto> =>
  shape === null ? { unknownRank: true } : { dim: shape.map((size) => ({ size: size ?? -1 })) };

/** The array of a TensorProto; `place` says where it stands. Throws FormatError. */
export function tensorFromProto(proto: TensorProto, file: string, place: string): ArrayData {
  const bad = (why: string): never => {
    throw new FormatError('bad_protobuf', file, `${place}: ${why}.`);
  };
  const dtype = dtypeOfDataType(proto.dtype);
  if (!dtype)
    throw new FormatError('unsupported', file, `${place} has ${showDataType(proto.dtype)}, which cornu does not read.`);
  const shape = (proto.tensorShape?.dim ?? []).map(({ size }) => (size >= 0 ? size : bad(`a size of ${size}`)));
  const count = elementCount(shape);
  const limit = expansionLimit(proto.tensorContent.length);
  if (!(count * 8 <= limit)) bad(`a shape of [${shape.join(', ')}] in ${showBytes(proto.tensorContent.length)}`);
  if (dtype === 'string') {
    if (proto.stringVal.length > count) bad(`${proto.stringVal.length} texts for ${count} elements`);
    return { dtype, shape, data: stretch(proto.stringVal.map(decodeText), count, '') };
  }
  if (proto.tensorContent.length > 0) {
    const wanted = count * storedBytes(dtype);
    if (proto.tensorContent.length !== wanted)
      bad(`${proto.tensorContent.length} bytes, ${wanted} for [${shape.join(', ')}] of ${dtype}`);
    return { dtype, shape, data: decodeElements(proto.tensorContent, dtype, count) };
  }
  const lanes = dtypes[dtype].lanes;
  const values = valuesOf(proto, dtype);
  if (values.length > count * lanes) bad(`${values.length} values for ${count} elements`);
  return { dtype, shape, data: fill(dtype, values, count * lanes) };
}

function valuesOf(proto: TensorProto, dtype: Exclude<DType, 'string'>): readonly (number | bigint | boolean)[] {
  switch (dtype) {
    case 'float32':
      return proto.floatVal;
    case 'float64':
      return proto.doubleVal;
    case 'float16':
      return proto.halfVal.map(fromFloat16Bits);
    case 'bfloat16':
      return proto.halfVal.map(fromBfloat16Bits);
    case 'int64':
      return proto.int64Val;
    case 'uint64':
      return proto.uint64Val;
    case 'uint32':
      return proto.uint32Val;
    case 'bool':
      return proto.boolVal;
    case 'complex64':
      return proto.scomplexVal;
    default:
      return proto.intVal;
  }
}

/** TensorFlow leaves out what repeats the last value at the end. */
function stretch<T>(values: T[], count: number, empty: T): T[] {
  const last = values.at(-1) ?? empty;
  while (values.length < count) values.push(last);
  return values;
}

function fill(dtype: DType, values: readonly (number | bigint | boolean)[], count: number): Data {
  const data = new dtypes[dtype].array!(count);
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < count; i++) {
    const value = values[Math.min(i, values.length - 1)] ?? 0;
    if (isBig) data[i] = BigInt(value);
    else data[i] = Number(value);
  }
  return data;
}

/** A TensorProto of an array, its elements as bytes. */
export function tensorToProto(array: ArrayData): MessageInput<TensorProto> {
  const head = { dtype: DATA_TYPES[array.dtype], tensorShape: shapeToProto(array.shape) };
  if (array.dtype === 'string') return { ...head, stringVal: stringsOf(array).map(encodeText) };
  return { ...head, tensorContent: encodeElements(array) };
}
