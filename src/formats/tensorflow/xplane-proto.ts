// XSpace: what TensorFlow's profiler writes and TensorBoard's reads.
// Owns: the messages of tsl/profiler/protobuf/xplane.proto as far as kernels of one line need them.
import { field, type Message, mapOf, message, repeated } from '../protobuf/message.ts';
import { type } from '../protobuf/wire.ts';

export interface XEvent {
  metadataId: number;
  /** Picoseconds since the line's begin. */
  offsetPs: number;
  durationPs: number;
}
const XEvent: Message<XEvent> = message<XEvent>({
  metadataId: field(1, type.int),
  offsetPs: field(2, type.int),
  durationPs: field(3, type.int),
});
export interface XLine {
  id: number;
  name: string;
  timestampNs: bigint;
  events: XEvent[];
}
const XLine: Message<XLine> = message<XLine>({
  id: field(1, type.int),
  name: field(2, type.string),
  timestampNs: field(3, type.bigint),
  events: repeated(4, () => XEvent),
});
export interface XEventMetadata {
  id: number;
  name: string;
  displayName: string;
}
const XEventMetadata: Message<XEventMetadata> = message<XEventMetadata>({
  id: field(1, type.int),
  name: field(2, type.string),
  displayName: field(4, type.string),
});
export interface XPlane {
  id: number;
  name: string;
  lines: XLine[];
  eventMetadata: Map<number, XEventMetadata>;
}
const XPlane: Message<XPlane> = message<XPlane>({
  id: field(1, type.int),
  name: field(2, type.string),
  lines: repeated(3, () => XLine),
  eventMetadata: mapOf(4, type.int, () => XEventMetadata),
});
export interface XSpace {
  planes: XPlane[];
  hostnames: string[];
}
export const XSpace: Message<XSpace> = message<XSpace>({
  planes: repeated(1, () => XPlane),
  hostnames: repeated(4, type.string),
});
