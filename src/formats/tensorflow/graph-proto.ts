// TensorFlow's GraphDef: nodes, attributes, functions, operations.
// Owns: the messages (tensorflow/core/framework/{graph,node_def,attr_value,function,op_def,versions}.proto).
// Leaves what a node computes to whoever imports the graph; debug information is not read.
import { field, type Message, mapOf, message, optional, repeated } from '../protobuf/message.ts';
import { type } from '../protobuf/wire.ts';
import { TensorProto, TensorShapeProto } from './tensor-proto.ts';

export interface AttrListValue {
  s: Uint8Array[];
  i: bigint[];
  f: number[];
  b: boolean[];
  type: number[];
  shape: TensorShapeProto[];
  tensor: TensorProto[];
  func: NameAttrList[];
}
/** One of these is set. */
export interface AttrValue {
  s?: Uint8Array;
  i?: bigint;
  f?: number;
  b?: boolean;
  type?: number;
  shape?: TensorShapeProto;
  tensor?: TensorProto;
  list?: AttrListValue;
  func?: NameAttrList;
  placeholder?: string;
}
export interface NameAttrList {
  name: string;
  attr: Map<string, AttrValue>;
}
const AttrListValue: Message<AttrListValue> = message<AttrListValue>({
  s: repeated(2, type.bytes),
  i: repeated(3, type.bigint),
  f: repeated(4, type.float),
  b: repeated(5, type.bool),
  type: repeated(6, type.int),
  shape: repeated(7, () => TensorShapeProto),
  tensor: repeated(8, () => TensorProto),
  func: repeated(9, () => NameAttrList),
});
export const AttrValue: Message<AttrValue> = message<AttrValue>({
  s: optional(2, type.bytes),
  i: optional(3, type.bigint),
  f: optional(4, type.float),
  b: optional(5, type.bool),
  type: optional(6, type.int),
  shape: optional(7, () => TensorShapeProto),
  tensor: optional(8, () => TensorProto),
  list: optional(1, () => AttrListValue),
  func: optional(10, () => NameAttrList),
  placeholder: optional(9, type.string),
});
export const NameAttrList: Message<NameAttrList> = message<NameAttrList>({
  name: field(1, type.string),
  attr: mapOf(2, type.string, () => AttrValue),
});

export interface NodeDef {
  name: string;
  op: string;
  /** `node`, `node:1`, `^node` for control; inside functions also `node:output:0`. */
  input: string[];
  device: string;
  attr: Map<string, AttrValue>;
}
export const NodeDef: Message<NodeDef> = message<NodeDef>({
  name: field(1, type.string),
  op: field(2, type.string),
  input: repeated(3, type.string),
  device: field(4, type.string),
  attr: mapOf(5, type.string, () => AttrValue),
});

export interface VersionDef {
  producer: number;
  minConsumer: number;
  badConsumers: number[];
}
export const VersionDef: Message<VersionDef> = message<VersionDef>({
  producer: field(1, type.int),
  minConsumer: field(2, type.int),
  badConsumers: repeated(3, type.int),
});

export interface ArgDef {
  name: string;
  description: string;
  type: number;
  typeAttr: string;
  numberAttr: string;
  typeListAttr: string;
  isRef: boolean;
}
const ArgDef: Message<ArgDef> = message<ArgDef>({
  name: field(1, type.string),
  description: field(2, type.string),
  type: field(3, type.int),
  typeAttr: field(4, type.string),
  numberAttr: field(5, type.string),
  typeListAttr: field(6, type.string),
  isRef: field(16, type.bool),
});
export interface AttrDef {
  name: string;
  type: string;
  defaultValue?: AttrValue;
  description: string;
  hasMinimum: boolean;
  minimum: number;
  allowedValues?: AttrValue;
}
const AttrDef: Message<AttrDef> = message<AttrDef>({
  name: field(1, type.string),
  type: field(2, type.string),
  defaultValue: optional(3, () => AttrValue),
  description: field(4, type.string),
  hasMinimum: field(5, type.bool),
  minimum: field(6, type.int),
  allowedValues: optional(7, () => AttrValue),
});
export interface OpDef {
  name: string;
  inputArg: ArgDef[];
  outputArg: ArgDef[];
  controlOutput: string[];
  attr: AttrDef[];
  isStateful: boolean;
}
export const OpDef: Message<OpDef> = message<OpDef>({
  name: field(1, type.string),
  inputArg: repeated(2, () => ArgDef),
  outputArg: repeated(3, () => ArgDef),
  controlOutput: repeated(20, type.string),
  attr: repeated(4, () => AttrDef),
  isStateful: field(17, type.bool),
});

export interface ArgAttrs {
  attr: Map<string, AttrValue>;
}
const ArgAttrs: Message<ArgAttrs> = message<ArgAttrs>({ attr: mapOf(1, type.string, () => AttrValue) });

export interface FunctionDef {
  signature?: OpDef;
  attr: Map<string, AttrValue>;
  argAttr: Map<number, ArgAttrs>;
  resourceArgUniqueId: Map<number, number>;
  nodeDef: NodeDef[];
  /** Output of the function → output of a node. */
  ret: Map<string, string>;
  controlRet: Map<string, string>;
}
export const FunctionDef: Message<FunctionDef> = message<FunctionDef>({
  signature: optional(1, () => OpDef),
  attr: mapOf(5, type.string, () => AttrValue),
  argAttr: mapOf(7, type.int, () => ArgAttrs),
  resourceArgUniqueId: mapOf(8, type.int, type.int),
  nodeDef: repeated(3, () => NodeDef),
  ret: mapOf(4, type.string, type.string),
  controlRet: mapOf(6, type.string, type.string),
});

export interface GradientDef {
  functionName: string;
  gradientFunc: string;
}
const GradientDef: Message<GradientDef> = message<GradientDef>({
  functionName: field(1, type.string),
  gradientFunc: field(2, type.string),
});
export interface FunctionDefLibrary {
  function: FunctionDef[];
  gradient: GradientDef[];
}
export const FunctionDefLibrary: Message<FunctionDefLibrary> = message<FunctionDefLibrary>({
  function: repeated(1, () => FunctionDef),
  gradient: repeated(2, () => GradientDef),
});

export interface GraphDef {
  node: NodeDef[];
  versions?: VersionDef;
  library?: FunctionDefLibrary;
}
export const GraphDef: Message<GraphDef> = message<GraphDef>({
  node: repeated(1, () => NodeDef),
  versions: optional(4, () => VersionDef),
  library: optional(2, () => FunctionDefLibrary),
});
