// The objects of checkpoints and SavedModels: which object has which children, variables and functions.
// Owns: the messages TrackableObjectGraph and SavedObjectGraph, and StructuredValue, in which SavedModels describe
// structures of tensors. Leaves the variables' values to the tensor bundle.
import { field, type Message, mapOf, message, optional, repeated } from '../protobuf/message.ts';
import { type } from '../protobuf/wire.ts';
import { VersionDef } from './graph-proto.ts';
import { TensorProto, TensorShapeProto } from './tensor-proto.ts';

export interface ObjectReference {
  nodeId: number;
  localName: string;
}
const ObjectReference: Message<ObjectReference> = message<ObjectReference>({
  nodeId: field(1, type.int),
  localName: field(2, type.string),
});
export interface SerializedTensor {
  name: string;
  fullName: string;
  checkpointKey: string;
}
const SerializedTensor: Message<SerializedTensor> = message<SerializedTensor>({
  name: field(1, type.string),
  fullName: field(2, type.string),
  checkpointKey: field(3, type.string),
});
export interface SlotVariableReference {
  originalVariableNodeId: number;
  slotName: string;
  slotVariableNodeId: number;
}
const SlotVariableReference: Message<SlotVariableReference> = message<SlotVariableReference>({
  originalVariableNodeId: field(1, type.int),
  slotName: field(2, type.string),
  slotVariableNodeId: field(3, type.int),
});
export interface BoolValue {
  value: boolean;
}
const BoolValue: Message<BoolValue> = message<BoolValue>({ value: field(1, type.bool) });

export interface TrackableObject {
  children: ObjectReference[];
  attributes: SerializedTensor[];
  slotVariables: SlotVariableReference[];
  hasCheckpointValues?: BoolValue;
}
const TrackableObject: Message<TrackableObject> = message<TrackableObject>({
  children: repeated(1, () => ObjectReference),
  attributes: repeated(2, () => SerializedTensor),
  slotVariables: repeated(3, () => SlotVariableReference),
  hasCheckpointValues: optional(5, () => BoolValue),
});
/** What a checkpoint stores under the key `_CHECKPOINTABLE_OBJECT_GRAPH`. */
export interface TrackableObjectGraph {
  nodes: TrackableObject[];
}
export const TrackableObjectGraph: Message<TrackableObjectGraph> = message<TrackableObjectGraph>({
  nodes: repeated(1, () => TrackableObject),
});

export interface TensorSpecProto {
  name: string;
  shape?: TensorShapeProto;
  dtype: number;
}
const TensorSpecProto: Message<TensorSpecProto> = message<TensorSpecProto>({
  name: field(1, type.string),
  shape: optional(2, () => TensorShapeProto),
  dtype: field(3, type.int),
});
export interface TypeSpecProto {
  typeSpecClass: number;
  typeState?: StructuredValue;
  typeSpecClassName: string;
  numFlatComponents: number;
}
const TypeSpecProto: Message<TypeSpecProto> = message<TypeSpecProto>({
  typeSpecClass: field(1, type.int),
  typeState: optional(2, () => StructuredValue),
  typeSpecClassName: field(3, type.string),
  numFlatComponents: field(4, type.int),
});
export interface StructuredList {
  values: StructuredValue[];
}
const StructuredList: Message<StructuredList> = message<StructuredList>({ values: repeated(1, () => StructuredValue) });
export interface StructuredDict {
  fields: Map<string, StructuredValue>;
}
const StructuredDict: Message<StructuredDict> = message<StructuredDict>({
  fields: mapOf(1, type.string, () => StructuredValue),
});
export interface StructuredPair {
  key: string;
  value?: StructuredValue;
}
const StructuredPair: Message<StructuredPair> = message<StructuredPair>({
  key: field(1, type.string),
  value: optional(2, () => StructuredValue),
});
export interface StructuredNamedTuple {
  name: string;
  values: StructuredPair[];
}
const StructuredNamedTuple: Message<StructuredNamedTuple> = message<StructuredNamedTuple>({
  name: field(1, type.string),
  values: repeated(2, () => StructuredPair),
});
type Nothing = Record<never, never>;
const Nothing: Message<Nothing> = message<Nothing>({});

/** A structure of tensors, numbers and texts; one of these is set. */
export interface StructuredValue {
  noneValue?: Nothing;
  float64Value?: number;
  int64Value?: number;
  stringValue?: string;
  boolValue?: boolean;
  tensorShapeValue?: TensorShapeProto;
  tensorDtypeValue?: number;
  tensorSpecValue?: TensorSpecProto;
  typeSpecValue?: TypeSpecProto;
  listValue?: StructuredList;
  tupleValue?: StructuredList;
  dictValue?: StructuredDict;
  namedTupleValue?: StructuredNamedTuple;
  tensorValue?: TensorProto;
  numpyValue?: TensorProto;
}
export const StructuredValue: Message<StructuredValue> = message<StructuredValue>({
  noneValue: optional(1, () => Nothing),
  float64Value: optional(11, type.double),
  int64Value: optional(12, type.sint),
  stringValue: optional(13, type.string),
  boolValue: optional(14, type.bool),
  tensorShapeValue: optional(31, () => TensorShapeProto),
  tensorDtypeValue: optional(32, type.int),
  tensorSpecValue: optional(33, () => TensorSpecProto),
  typeSpecValue: optional(34, () => TypeSpecProto),
  listValue: optional(51, () => StructuredList),
  tupleValue: optional(52, () => StructuredList),
  dictValue: optional(53, () => StructuredDict),
  namedTupleValue: optional(54, () => StructuredNamedTuple),
  tensorValue: optional(55, () => TensorProto),
  numpyValue: optional(56, () => TensorProto),
});

export interface FunctionSpec {
  fullargspec?: StructuredValue;
  isMethod: boolean;
  inputSignature?: StructuredValue;
  jitCompile: number;
}
const FunctionSpec: Message<FunctionSpec> = message<FunctionSpec>({
  fullargspec: optional(1, () => StructuredValue),
  isMethod: field(2, type.bool),
  inputSignature: optional(5, () => StructuredValue),
  jitCompile: field(6, type.int),
});
export interface SavedUserObject {
  /** `_tf_keras_layer`, `_generic_user_object`, … */
  identifier: string;
  version?: VersionDef;
  metadata: string;
}
const SavedUserObject: Message<SavedUserObject> = message<SavedUserObject>({
  identifier: field(1, type.string),
  version: optional(2, () => VersionDef),
  metadata: field(3, type.string),
});
export interface SavedAsset {
  assetFileDefIndex: number;
}
const SavedAsset: Message<SavedAsset> = message<SavedAsset>({ assetFileDefIndex: field(1, type.int) });
export interface SavedFunction {
  concreteFunctions: string[];
  functionSpec?: FunctionSpec;
}
const SavedFunction: Message<SavedFunction> = message<SavedFunction>({
  concreteFunctions: repeated(1, type.string),
  functionSpec: optional(2, () => FunctionSpec),
});
export interface SavedVariable {
  dtype: number;
  shape?: TensorShapeProto;
  trainable: boolean;
  synchronization: number;
  aggregation: number;
  name: string;
  device: string;
}
const SavedVariable: Message<SavedVariable> = message<SavedVariable>({
  dtype: field(1, type.int),
  shape: optional(2, () => TensorShapeProto),
  trainable: field(3, type.bool),
  synchronization: field(4, type.int),
  aggregation: field(5, type.int),
  name: field(6, type.string),
  device: field(7, type.string),
});
export interface SavedBareConcreteFunction {
  concreteFunctionName: string;
  argumentKeywords: string[];
  allowedPositionalArguments: number;
  functionSpec?: FunctionSpec;
}
const SavedBareConcreteFunction: Message<SavedBareConcreteFunction> = message<SavedBareConcreteFunction>({
  concreteFunctionName: field(1, type.string),
  argumentKeywords: repeated(2, type.string),
  allowedPositionalArguments: field(3, type.int),
  functionSpec: optional(4, () => FunctionSpec),
});
export interface SavedConstant {
  /** A Const node of the graph. */
  operation: string;
}
const SavedConstant: Message<SavedConstant> = message<SavedConstant>({ operation: field(1, type.string) });
export interface SavedResource {
  device: string;
}
const SavedResource: Message<SavedResource> = message<SavedResource>({ device: field(1, type.string) });
export interface CapturedTensor {
  name: string;
  concreteFunction: string;
}
const CapturedTensor: Message<CapturedTensor> = message<CapturedTensor>({
  name: field(1, type.string),
  concreteFunction: field(2, type.string),
});
export interface SaveableObject {
  saveFunction: number;
  restoreFunction: number;
}
const SaveableObject: Message<SaveableObject> = message<SaveableObject>({
  saveFunction: field(2, type.int),
  restoreFunction: field(3, type.int),
});

/** An object of a SavedModel; one of the kinds from userObject to capturedTensor is set. */
export interface SavedObject {
  children: ObjectReference[];
  dependencies: ObjectReference[];
  slotVariables: SlotVariableReference[];
  userObject?: SavedUserObject;
  asset?: SavedAsset;
  function?: SavedFunction;
  variable?: SavedVariable;
  bareConcreteFunction?: SavedBareConcreteFunction;
  constant?: SavedConstant;
  resource?: SavedResource;
  capturedTensor?: CapturedTensor;
  saveableObjects: Map<string, SaveableObject>;
  registeredName: string;
  registeredSaver: string;
}
const SavedObject: Message<SavedObject> = message<SavedObject>({
  children: repeated(1, () => ObjectReference),
  dependencies: repeated(15, () => ObjectReference),
  slotVariables: repeated(3, () => SlotVariableReference),
  userObject: optional(4, () => SavedUserObject),
  asset: optional(5, () => SavedAsset),
  function: optional(6, () => SavedFunction),
  variable: optional(7, () => SavedVariable),
  bareConcreteFunction: optional(8, () => SavedBareConcreteFunction),
  constant: optional(9, () => SavedConstant),
  resource: optional(10, () => SavedResource),
  capturedTensor: optional(12, () => CapturedTensor),
  saveableObjects: mapOf(11, type.string, () => SaveableObject),
  registeredName: field(13, type.string),
  registeredSaver: field(16, type.string),
});
export interface SavedConcreteFunction {
  /** Nodes whose values are the function's last inputs. */
  boundInputs: number[];
  canonicalizedInputSignature?: StructuredValue;
  outputSignature?: StructuredValue;
}
const SavedConcreteFunction: Message<SavedConcreteFunction> = message<SavedConcreteFunction>({
  boundInputs: repeated(2, type.int),
  canonicalizedInputSignature: optional(3, () => StructuredValue),
  outputSignature: optional(4, () => StructuredValue),
});
export interface SavedObjectGraph {
  nodes: SavedObject[];
  concreteFunctions: Map<string, SavedConcreteFunction>;
}
export const SavedObjectGraph: Message<SavedObjectGraph> = message<SavedObjectGraph>({
  nodes: repeated(1, () => SavedObject),
  concreteFunctions: mapOf(2, type.string, () => SavedConcreteFunction),
});
