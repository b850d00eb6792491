// TensorBoard's event files: TFRecords of Event messages.
// Owns: the messages, and summaries as tf.summary of TensorFlow 2 writes them: scalars, histograms, images, texts, graphs.
// Leaves when to write what to callbacks, and the file's name and growth to the platform.
import { type ArrayData, stringData } from '../array-data.ts';
import { field, type Message, type MessageInput, message, optional, repeated } from '../protobuf/message.ts';
import { type } from '../protobuf/wire.ts';
import { TensorProto, tensorToProto } from './tensor-proto.ts';

export interface PluginData {
  pluginName: string;
  content: Uint8Array;
}
const PluginData: Message<PluginData> = message<PluginData>({
  pluginName: field(1, type.string),
  content: field(2, type.bytes),
});
export interface SummaryMetadata {
  pluginData?: PluginData;
  displayName: string;
  summaryDescription: string;
  /** 1 scalar, 2 tensor, 3 sequence of blobs. */
  dataClass: number;
}
const SummaryMetadata: Message<SummaryMetadata> = message<SummaryMetadata>({
  pluginData: optional(1, () => PluginData),
  displayName: field(2, type.string),
  summaryDescription: field(3, type.string),
  dataClass: field(4, type.int),
});
export interface SummaryValue {
  tag: string;
  metadata?: SummaryMetadata;
  /** How TensorFlow 1 wrote scalars. */
  simpleValue?: number;
  tensor?: TensorProto;
}
const SummaryValue: Message<SummaryValue> = message<SummaryValue>({
  tag: field(1, type.string),
  metadata: optional(9, () => SummaryMetadata),
  simpleValue: optional(2, type.float),
  tensor: optional(8, () => TensorProto),
});
export interface Summary {
  value: SummaryValue[];
}
const Summary: Message<Summary> = message<Summary>({ value: repeated(1, () => SummaryValue) });
export interface Event {
  /** Seconds since 1970. */
  wallTime: number;
  step: number;
  fileVersion?: string;
  /** A GraphDef. */
  graphDef?: Uint8Array;
  summary?: Summary;
}
export const Event: Message<Event> = message<Event>({
  wallTime: field(1, type.double),
  step: field(2, type.int),
  fileVersion: optional(3, type.string),
  graphDef: optional(4, type.bytes),
  summary: optional(5, () => Summary),
});

const SCALAR = 1;
const TENSOR = 2;
const BLOBS = 3;

/** When and at which step something was seen. */
export interface EventPlace {
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
}

/** The first event of every file. */
export const versionEvent = (wallTime: number): Uint8Array => Event.encode({ wallTime, fileVersion: 'brain.Event:2' });

/** What a plugin of TensorBoard wants to know of a value. */
export interface PluginNote {
  readonly plugin: string;
  readonly dataClass?: number;
  readonly content?: Uint8Array;
  readonly description?: string | undefined;
  readonly displayName?: string | undefined;
}

/** Any tensor for any plugin. */
export function summaryEvent(place: EventPlace, tag: string, note: PluginNote, array: ArrayData): Uint8Array {
  const value: MessageInput<SummaryValue> = {
    tag,
    metadata: {
      pluginData: { pluginName: note.plugin, content: note.content ?? new Uint8Array(0) },
      displayName: note.displayName ?? '',
      summaryDescription: note.description ?? '',
      dataClass: note.dataClass ?? 0,
    },
    tensor: tensorToProto(array),
  };
  return Event.encode({ ...place, summary: { value: [value] } });
}

/** `tf.summary.scalar`: one number. */
export const scalarEvent = (place: EventPlace, tag: string, value: number, description?: string): Uint8Array =>
  summaryEvent(
    place,
    tag,
    { plugin: 'scalars', dataClass: SCALAR, description },
    { dtype: 'float32', shape: [], data: Float32Array.of(value) },
  );

/** `tf.summary.text`: one text or several. */
export const textEvent = (
  place: EventPlace,
  tag: string,
  text: string | readonly string[] | ArrayData,
  description?: string,
): Uint8Array =>
  summaryEvent(
    place,
    tag,
    { plugin: 'text', dataClass: TENSOR, description },
    typeof text === 'object' && 'dtype' in text ? text : stringData(text),
  );

/** `tf.summary.image`: encoded pictures (PNG) of one size. */
export function imageEvent(
  place: EventPlace,
  tag: string,
  width: number,
  height: number,
  pictures: readonly Uint8Array[],
  description?: string,
): Uint8Array {
  const data = [String(width), String(height), ...pictures];
  return summaryEvent(
    place,
    tag,
    { plugin: 'images', dataClass: BLOBS, description },
    { dtype: 'string', shape: [data.length], data },
  );
}

/** `tf.summary.audio`: encoded clips (WAV), each with an empty label. */
export const audioEvent = (
  place: EventPlace,
  tag: string,
  clips: readonly Uint8Array[],
  description?: string,
): Uint8Array =>
  summaryEvent(
    place,
    tag,
    // The content says that the encoding is WAV.
    { plugin: 'audio', dataClass: BLOBS, content: Uint8Array.of(0x10, 11), description },
    { dtype: 'string', shape: [clips.length, 2], data: clips.flatMap((clip) => [clip, '']) },
  );

/** `tf.summary.histogram`: rows of left edge, right edge, count. */
export function histogramEvent(
  place: EventPlace,
  tag: string,
  values: ArrayLike<number>,
  buckets = 30,
  description?: string,
): Uint8Array {
  const rows = histogram(values, buckets);
  return summaryEvent(
    place,
    tag,
    { plugin: 'histograms', dataClass: TENSOR, description },
    { dtype: 'float64', shape: [rows.length / 3, 3], data: rows },
  );
}

/** Equal buckets from the least to the largest finite value; where all are equal, the last holds them. */
function histogram(values: ArrayLike<number>, buckets: number): Float64Array {
  let least = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    largest = Math.max(largest, value);
    count++;
  }
  const rows = new Float64Array(3 * buckets);
  if (count === 0 || buckets === 0) return rows;
  if (least === largest) {
    rows.fill(least);
    for (let bucket = 0; bucket < buckets; bucket++) rows[3 * bucket + 2] = 0;
    rows[3 * buckets - 1] = count;
    return rows;
  }
  const width = (largest - least) / buckets;
  for (let bucket = 0; bucket < buckets; bucket++) {
    rows[3 * bucket] = least + width * bucket;
    rows[3 * bucket + 1] = bucket + 1 === buckets ? largest : least + width * (bucket + 1);
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    rows[3 * Math.min(buckets - 1, Math.floor((value - least) / width)) + 2]! += 1;
  }
  return rows;
}

/** A graph for TensorBoard's graph page: the bytes of a GraphDef. */
export const graphEvent = (wallTime: number, graphDef: Uint8Array): Uint8Array => Event.encode({ wallTime, graphDef });

/** A Keras model for TensorBoard's page 'Graphs', as `keras.callbacks.TensorBoard` writes it: the model's JSON. */
export const kerasModelEvent = (place: EventPlace, json: string): Uint8Array =>
  // The content '1' is the version of what follows; the class is left unknown.
  summaryEvent(place, 'keras', { plugin: 'graph_keras_model', content: Uint8Array.of(0x31) }, stringData(json));
