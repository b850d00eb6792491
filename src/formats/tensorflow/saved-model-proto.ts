// TensorFlow's SavedModel: graphs with signatures, assets and objects, as `saved_model.pb` holds them.
// Owns: the messages (saved_model.proto, meta_graph.proto). Leaves running a graph to whoever imports it.
import { field, type Message, mapOf, message, optional, repeated } from '../protobuf/message.ts';
import { type } from '../protobuf/wire.ts';
import { GraphDef, OpDef } from './graph-proto.ts';
import { SavedObjectGraph } from './object-graph-proto.ts';
import { TensorProto, TensorShapeProto } from './tensor-proto.ts';

export interface OpList {
  op: OpDef[];
}
const OpList: Message<OpList> = message<OpList>({ op: repeated(1, () => OpDef) });

export interface MetaInfoDef {
  metaGraphVersion: string;
  strippedOpList?: OpList;
  /** `serve` in what Keras and tf.saved_model.save write. */
  tags: string[];
  tensorflowVersion: string;
  tensorflowGitVersion: string;
  strippedDefaultAttrs: boolean;
  functionAliases: Map<string, string>;
}
const MetaInfoDef: Message<MetaInfoDef> = message<MetaInfoDef>({
  metaGraphVersion: field(1, type.string),
  strippedOpList: optional(2, () => OpList),
  tags: repeated(4, type.string),
  tensorflowVersion: field(5, type.string),
  tensorflowGitVersion: field(6, type.string),
  strippedDefaultAttrs: field(7, type.bool),
  functionAliases: mapOf(8, type.string, type.string),
});
export interface SaverDef {
  filenameTensorName: string;
  saveTensorName: string;
  restoreOpName: string;
  maxToKeep: number;
  sharded: boolean;
  keepCheckpointEveryNHours: number;
  /** 2: tensor bundles. */
  version: number;
}
const SaverDef: Message<SaverDef> = message<SaverDef>({
  filenameTensorName: field(1, type.string),
  saveTensorName: field(2, type.string),
  restoreOpName: field(3, type.string),
  maxToKeep: field(4, type.int),
  sharded: field(5, type.bool),
  keepCheckpointEveryNHours: field(6, type.float),
  version: field(7, type.int),
});
export interface TensorInfo {
  /** `serving_default_x:0` */
  name?: string;
  dtype: number;
  tensorShape?: TensorShapeProto;
}
const TensorInfo: Message<TensorInfo> = message<TensorInfo>({
  name: optional(1, type.string),
  dtype: field(2, type.int),
  tensorShape: optional(3, () => TensorShapeProto),
});
export interface SignatureDef {
  inputs: Map<string, TensorInfo>;
  outputs: Map<string, TensorInfo>;
  methodName: string;
  defaults: Map<string, TensorProto>;
}
const SignatureDef: Message<SignatureDef> = message<SignatureDef>({
  inputs: mapOf(1, type.string, () => TensorInfo),
  outputs: mapOf(2, type.string, () => TensorInfo),
  methodName: field(3, type.string),
  defaults: mapOf(4, type.string, () => TensorProto),
});
export interface AssetFileDef {
  tensorInfo?: TensorInfo;
  filename: string;
}
const AssetFileDef: Message<AssetFileDef> = message<AssetFileDef>({
  tensorInfo: optional(1, () => TensorInfo),
  filename: field(2, type.string),
});
export interface NodeList {
  value: string[];
}
const NodeList: Message<NodeList> = message<NodeList>({ value: repeated(1, type.string) });
export interface BytesList {
  value: Uint8Array[];
}
const BytesList: Message<BytesList> = message<BytesList>({ value: repeated(1, type.bytes) });
export interface CollectionDef {
  nodeList?: NodeList;
  bytesList?: BytesList;
}
const CollectionDef: Message<CollectionDef> = message<CollectionDef>({
  nodeList: optional(1, () => NodeList),
  bytesList: optional(2, () => BytesList),
});
export interface MetaGraphDef {
  metaInfoDef?: MetaInfoDef;
  graphDef?: GraphDef;
  saverDef?: SaverDef;
  collectionDef: Map<string, CollectionDef>;
  signatureDef: Map<string, SignatureDef>;
  assetFileDef: AssetFileDef[];
  objectGraphDef?: SavedObjectGraph;
}
export const MetaGraphDef: Message<MetaGraphDef> = message<MetaGraphDef>({
  metaInfoDef: optional(1, () => MetaInfoDef),
  graphDef: optional(2, () => GraphDef),
  saverDef: optional(3, () => SaverDef),
  collectionDef: mapOf(4, type.string, () => CollectionDef),
  signatureDef: mapOf(5, type.string, () => SignatureDef),
  assetFileDef: repeated(6, () => AssetFileDef),
  objectGraphDef: optional(7, () => SavedObjectGraph),
});
export interface SavedModel {
  savedModelSchemaVersion: number;
  metaGraphs: MetaGraphDef[];
}
export const SavedModel: Message<SavedModel> = message<SavedModel>({
  savedModelSchemaVersion: field(1, type.int),
  metaGraphs: repeated(2, () => MetaGraphDef),
});

/** Keras 2's `keras_metadata.pb` beside `saved_model.pb`: the JSON of every layer. */
export interface KerasMetadataObject {
  nodeId: number;
  /** `root.layer-0` */
  nodePath: string;
  identifier: string;
  metadata: string;
}
const KerasMetadataObject: Message<KerasMetadataObject> = message<KerasMetadataObject>({
  nodeId: field(2, type.int),
  nodePath: field(3, type.string),
  identifier: field(4, type.string),
  metadata: field(5, type.string),
});
export interface KerasMetadata {
  nodes: KerasMetadataObject[];
}
export const KerasMetadata: Message<KerasMetadata> = message<KerasMetadata>({
  nodes: repeated(1, () => KerasMetadataObject),
});

/** `fingerprint.pb`: tells SavedModels apart. */
export interface FingerprintDef {
  savedModelChecksum: bigint;
  graphDefProgramHash: bigint;
  signatureDefHash: bigint;
  savedObjectGraphHash: bigint;
  checkpointHash: bigint;
  uuid: string;
}
export const FingerprintDef: Message<FingerprintDef> = message<FingerprintDef>({
  savedModelChecksum: field(1, type.ubigint),
  graphDefProgramHash: field(2, type.ubigint),
  signatureDefHash: field(3, type.ubigint),
  savedObjectGraphHash: field(4, type.ubigint),
  checkpointHash: field(5, type.ubigint),
  uuid: field(7, type.string),
});
