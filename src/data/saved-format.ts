// The files of Dataset.save, as TensorFlow writes them: dataset_spec.pb, snapshot.metadata, and TFRecord files of TensorProtos.
// Owns: the messages, the names, elements to records and back. Leaves passes over data sets to saved.ts.
import { FileError, show, ValueError } from '../base/errors.ts';
import { flattenTree, packTree } from '../base/tree.ts';
import { type ArrayData, decodeText, encodeText } from '../formats/array-data.ts';
import { ByteCursor, ByteParts } from '../formats/byte-cursor.ts';
import { FormatError } from '../formats/file-error.ts';
import { field, type Message, type MessageInput, message, repeated } from '../formats/protobuf/message.ts';
import { readVarint, type, writeVarint } from '../formats/protobuf/wire.ts';
import { StructuredValue } from '../formats/tensorflow/object-graph-proto.ts';
import {
  DATA_TYPES,
  dtypeOfDataType,
  shapeFromProto,
  shapeToProto,
  TensorProto,
  tensorFromProto,
  tensorToProto,
} from '../formats/tensorflow/tensor-proto.ts';
import { TensorSpec } from '../ops/core/tensor-spec.ts';
import { eagerTensor, Tensor } from '../runtime/tensor.ts';
import { isLeaf, isSpec, type LeafSpec, type Spec } from './spec.ts';
import { eager } from './structure.ts';

export const SPEC_FILE = 'dataset_spec.pb';
export const METADATA_FILE = 'snapshot.metadata';

/** tensorflow.data.experimental.SnapshotMetadataRecord. */
export interface SnapshotMetadata {
  graphHash: string;
  runId: string;
  creationTimestamp: number;
  version: number;
  dtype: number[];
  numElements: number;
  finalized: boolean;
}
export const SnapshotMetadata: Message<SnapshotMetadata> = message<SnapshotMetadata>({
  graphHash: field(1, type.string),
  runId: field(2, type.string),
  creationTimestamp: field(3, type.int),
  version: field(4, type.int),
  dtype: repeated(5, type.int),
  numElements: field(6, type.int),
  finalized: field(1000, type.bool),
});

function requireTensors(spec: Spec, where: string): TensorSpec[] {
  const leaves = flattenTree(spec, isSpec) as LeafSpec[];
  const odd = leaves.find((leaf) => !(leaf instanceof TensorSpec));
  if (odd)
    throw new ValueError(`${where}: elements of ${odd} cannot be written; wanted tensors (toTensor makes them).`);
  return leaves as TensorSpec[];
}

export const dtypeNumbers = (spec: Spec, where: string): number[] =>
  requireTensors(spec, where).map((leaf) => DATA_TYPES[leaf.dtype]);

export function encodeSpec(spec: Spec, where: string): Uint8Array {
  requireTensors(spec, where);
  const encode = (inner: Spec): MessageInput<StructuredValue> => {
    if (inner instanceof TensorSpec)
      return { tensorSpecValue: { shape: shapeToProto(inner.shape), dtype: DATA_TYPES[inner.dtype] } };
    if (Array.isArray(inner)) return { tupleValue: { values: inner.map(encode) } };
    return { dictValue: { fields: new Map(Object.entries(inner).map(([key, part]) => [key, encode(part as Spec)])) } };
  };
  return StructuredValue.encode(encode(spec));
}

export function decodeSpec(bytes: Uint8Array, file: string): Spec {
  const decode = (value: StructuredValue): Spec => {
    if (value.tensorSpecValue) {
      const dtype = dtypeOfDataType(value.tensorSpecValue.dtype);
      if (dtype) return new TensorSpec(shapeFromProto(value.tensorSpecValue.shape) ?? [], dtype);
    }
    const list = value.tupleValue ?? value.listValue;
    if (list) return list.values.map(decode);
    if (value.dictValue)
      return Object.fromEntries([...value.dictValue.fields].map(([key, part]) => [key, decode(part)]));
    throw new FormatError('unsupported', file, 'the elements hold something else than tensors in lists and records.');
  };
  return decode(StructuredValue.decode(bytes, file));
}

/** The records of one element: a TensorProto for each of its tensors. */
export function encodeElement(element: unknown, where: string): Uint8Array[] {
  return flattenTree(element, isLeaf).map((leaf) => {
    if (!(leaf instanceof Tensor)) throw new ValueError(`${where}: ${show(leaf)} cannot be written; wanted tensors.`);
    const array: ArrayData = { dtype: leaf.dtype, shape: leaf.dims, data: eager(leaf) };
    if (leaf.dtype !== 'string') return TensorProto.encode(tensorToProto(array));
    return TensorProto.encode({
      dtype: DATA_TYPES.string,
      tensorShape: shapeToProto(leaf.dims),
      tensorContent: encodeTexts(eager(leaf) as (string | Uint8Array)[]),
    });
  });
}

/** Texts as TensorFlow lays them into memory: all lengths, then all bytes. */
function encodeTexts(texts: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = texts.map(encodeText);
  const out = new ByteParts();
  for (const text of bytes) writeVarint(out, text.length);
  for (const text of bytes) out.bytes(text);
  return out.join();
}
function decodeTexts(content: Uint8Array, count: number, file: string) {
  const cursor = new ByteCursor(content, 0, content.length, (why) => {
    throw new FormatError('bad_protobuf', file, `the texts of a tensor are damaged: ${why}.`);
  });
  const lengths = Array.from({ length: count }, () => readVarint(cursor));
  return lengths.map((length) => decodeText(cursor.view(length)));
}

/** The tensor of one record. */
export function decodeTensor(record: Uint8Array, file: string): Tensor {
  const proto = TensorProto.decode(record, file);
  const shape = shapeFromProto(proto.tensorShape) as number[];
  if (proto.dtype === DATA_TYPES.string && proto.tensorContent.length > 0) {
    const count = shape.reduce((a, b) => a * b, 1);
    if (count > proto.tensorContent.length) throw new FileError(`${file}: a tensor of texts is cut off.`);
    return eagerTensor(decodeTexts(proto.tensorContent, count, file), shape, 'string');
  }
  const array = tensorFromProto(proto, file, 'a tensor');
  return eagerTensor(array.data, array.shape, array.dtype);
}

/** An element of its tensors, in the structure of the spec. */
export const packElement = (spec: Spec, tensors: readonly Tensor[]): unknown => packTree(spec, tensors, isSpec);
export const partsPerElement = (spec: Spec): number => flattenTree(spec, isSpec).length;
