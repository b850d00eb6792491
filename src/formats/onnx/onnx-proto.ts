// ONNX's messages: models, graphs, nodes, attributes.
// Owns: the fields. Arrays stand in onnx-tensor.ts; what nodes mean, in src/keras/onnx.
// Source: onnx.proto of ONNX 1.16 (IR version 10); fields that nothing here reads or writes are left out.
import { field, type Message, message, optional, repeated } from '../protobuf/message.ts';
import { type } from '../protobuf/wire.ts';
import { OnnxTensor } from './onnx-tensor.ts';

/** Numbers of AttributeProto.type. */
export const ATTRIBUTE = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  type: 13,
} as const;

export interface OnnxAttribute {
  name: string;
  type: number;
  f: number;
  i: bigint;
  s: Uint8Array;
  t?: OnnxTensor;
  g?: OnnxGraph;
  tp?: OnnxType;
  floats: number[];
  ints: bigint[];
  strings: Uint8Array[];
  refAttrName: string;
}
export const OnnxAttribute: Message<OnnxAttribute> = message<OnnxAttribute>({
  name: field(1, type.string),
  type: field(20, type.int),
  f: field(2, type.float),
  i: field(3, type.bigint),
  s: field(4, type.bytes),
  t: optional(5, () => OnnxTensor),
  g: optional(6, () => OnnxGraph),
  tp: optional(14, () => OnnxType),
  floats: repeated(7, type.float),
  ints: repeated(8, type.bigint),
  strings: repeated(9, type.bytes),
  refAttrName: field(21, type.string),
});

export interface OnnxNode {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  domain: string;
  attribute: OnnxAttribute[];
}
export const OnnxNode: Message<OnnxNode> = message<OnnxNode>({
  input: repeated(1, type.string),
  output: repeated(2, type.string),
  name: field(3, type.string),
  opType: field(4, type.string),
  domain: field(7, type.string),
  attribute: repeated(5, () => OnnxAttribute),
});

export interface OnnxDimension {
  value?: number;
  param?: string;
}
const OnnxDimension: Message<OnnxDimension> = message<OnnxDimension>({
  value: optional(1, type.int),
  param: optional(2, type.string),
});
interface OnnxShape {
  dim: OnnxDimension[];
}
const OnnxShape: Message<OnnxShape> = message<OnnxShape>({ dim: repeated(1, () => OnnxDimension) });
interface OnnxTensorType {
  elemType: number;
  shape?: OnnxShape;
}
const OnnxTensorType: Message<OnnxTensorType> = message<OnnxTensorType>({
  elemType: field(1, type.int),
  shape: optional(2, () => OnnxShape),
});
/** What a value is: a tensor, a sequence of such, or one of them that may be missing. */
export interface OnnxType {
  tensorType?: OnnxTensorType;
  sequenceType?: OnnxElementType;
  optionalType?: OnnxElementType;
}
interface OnnxElementType {
  elemType?: OnnxType;
}
const OnnxElementType: Message<OnnxElementType> = message<OnnxElementType>({ elemType: optional(1, () => OnnxType) });
export const OnnxType: Message<OnnxType> = message<OnnxType>({
  tensorType: optional(1, () => OnnxTensorType),
  sequenceType: optional(4, () => OnnxElementType),
  optionalType: optional(9, () => OnnxElementType),
});
export interface OnnxValueInfo {
  name: string;
  type?: OnnxType;
}
export const OnnxValueInfo: Message<OnnxValueInfo> = message<OnnxValueInfo>({
  name: field(1, type.string),
  type: optional(2, () => OnnxType),
});

export interface OnnxGraph {
  node: OnnxNode[];
  name: string;
  initializer: OnnxTensor[];
  input: OnnxValueInfo[];
  output: OnnxValueInfo[];
  valueInfo: OnnxValueInfo[];
}
export const OnnxGraph: Message<OnnxGraph> = message<OnnxGraph>({
  node: repeated(1, () => OnnxNode),
  name: field(2, type.string),
  initializer: repeated(5, () => OnnxTensor),
  input: repeated(11, () => OnnxValueInfo),
  output: repeated(12, () => OnnxValueInfo),
  valueInfo: repeated(13, () => OnnxValueInfo),
});

export interface OperatorSet {
  domain: string;
  version: number;
}
const OperatorSet: Message<OperatorSet> = message<OperatorSet>({
  domain: field(1, type.string),
  version: field(2, type.int),
});
interface Property {
  key: string;
  value: string;
}
const Property: Message<Property> = message<Property>({ key: field(1, type.string), value: field(2, type.string) });
/** A function of a model: nodes that use its own names, and attributes of the calling node by reference. */
export interface OnnxFunction {
  name: string;
  input: string[];
  output: string[];
  attribute: string[];
  attributeProto: OnnxAttribute[];
  node: OnnxNode[];
  opsetImport: OperatorSet[];
  domain: string;
}
export const OnnxFunction: Message<OnnxFunction> = message<OnnxFunction>({
  name: field(1, type.string),
  input: repeated(4, type.string),
  output: repeated(5, type.string),
  attribute: repeated(6, type.string),
  attributeProto: repeated(11, () => OnnxAttribute),
  node: repeated(7, () => OnnxNode),
  opsetImport: repeated(9, () => OperatorSet),
  domain: field(10, type.string),
});

export interface OnnxModel {
  irVersion: number;
  opsetImport: OperatorSet[];
  producerName: string;
  producerVersion: string;
  graph?: OnnxGraph;
  metadataProps: Property[];
  functions: OnnxFunction[];
}
export const OnnxModel: Message<OnnxModel> = message<OnnxModel>({
  irVersion: field(1, type.int),
  opsetImport: repeated(8, () => OperatorSet),
  producerName: field(2, type.string),
  producerVersion: field(3, type.string),
  graph: optional(7, () => OnnxGraph),
  metadataProps: repeated(14, () => Property),
  functions: repeated(25, () => OnnxFunction),
});
