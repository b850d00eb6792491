// tf.train.Example, SequenceExample and what they are made of: records for TFRecord files.
// Owns: the classes as users make them, from lists of values or as Python's messages. The bytes are formats/tensorflow/example-proto.ts.
import { type Class, callable } from '../../base/callable.ts';
import { DTypeError, show, ValueError } from '../../base/errors.ts';
import { encodeText } from '../../formats/array-data.ts';
import * as proto from '../../formats/tensorflow/example-proto.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { bytesOf } from '../strings/text.ts';

type Numbers = readonly (number | bigint | boolean)[] | ArrayBufferView | Tensor;
type Texts = readonly (string | Uint8Array | Tensor)[] | Tensor;

const listOf = (given: unknown, name: string): readonly unknown[] => {
  if (given instanceof Tensor) return Array.from(given.elements ?? (given.dataSync() as ArrayLike<unknown>));
  if (Array.isArray(given)) return given;
  if (ArrayBuffer.isView(given) && 'length' in given && !(given instanceof Uint8Array))
    return Array.from(given as Float32Array);
  throw new ValueError(`${name}: found ${show(given)}, wanted a list of values; put a single one into [ ].`);
};

function bytesIn(value: unknown, name: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return encodeText(value);
  if (value instanceof Tensor && value.dtype === 'string' && value.size === 1)
    return bytesOf(value.elements![0] as string);
  throw new DTypeError(`${name}: found ${show(value)}, wanted bytes, a text, or a string scalar.`);
}
function integerIn(value: unknown, name: string): bigint {
  const plain = value instanceof Tensor ? value.item() : value;
  if (typeof plain === 'bigint') return plain;
  if (typeof plain === 'boolean' || (typeof plain === 'number' && Number.isInteger(plain))) return BigInt(plain);
  throw new DTypeError(`${name}: found ${show(value)}, wanted whole numbers; use Feature.float for others.`);
}
function numberIn(value: unknown, name: string): number {
  const plain = value instanceof Tensor ? value.item() : value;
  if (typeof plain === 'number' || typeof plain === 'bigint' || typeof plain === 'boolean') return Number(plain);
  throw new DTypeError(`${name}: found ${show(value)}, wanted numbers.`);
}

type Given<V> = V | { readonly value?: V | undefined };
const valueOf = (given: unknown): unknown =>
  given === undefined
    ? []
    : given !== null && typeof given === 'object' && 'value' in given && !(given instanceof Tensor)
      ? (given.value ?? [])
      : given;

class BytesList_ {
  readonly value: Uint8Array[];
  constructor(value?: Given<Texts>) {
    this.value = listOf(valueOf(value), 'BytesList').map((item) => bytesIn(item, 'BytesList'));
  }
}
export interface BytesList extends BytesList_ {}
export const BytesList: Class<[value?: Given<Texts>], BytesList> = callable(BytesList_, 'BytesList');

class Int64List_ {
  readonly value: bigint[];
  constructor(value?: Given<Numbers>) {
    this.value = listOf(valueOf(value), 'Int64List').map((item) => integerIn(item, 'Int64List'));
  }
}
export interface Int64List extends Int64List_ {}
export const Int64List: Class<[value?: Given<Numbers>], Int64List> = callable(Int64List_, 'Int64List');

class FloatList_ {
  readonly value: number[];
  constructor(value?: Given<Numbers>) {
    this.value = listOf(valueOf(value), 'FloatList').map((item) => Math.fround(numberIn(item, 'FloatList')));
  }
}
export interface FloatList extends FloatList_ {}
export const FloatList: Class<[value?: Given<Numbers>], FloatList> = callable(FloatList_, 'FloatList');

interface FeatureLists_ {
  readonly bytesList?: BytesList | undefined;
  readonly int64List?: Int64List | undefined;
  readonly floatList?: FloatList | undefined;
}
class Feature_ {
  readonly bytesList: BytesList | null;
  readonly int64List: Int64List | null;
  readonly floatList: FloatList | null;
  constructor(lists: FeatureLists_ = {}) {
    this.bytesList = lists.bytesList ?? null;
    this.int64List = lists.int64List ?? null;
    this.floatList = lists.floatList ?? null;
    if ([this.bytesList, this.int64List, this.floatList].filter(Boolean).length > 1)
      throw new ValueError('Feature: found several lists; a feature holds bytes, whole numbers or floats.');
  }
  get kind(): 'bytes' | 'int64' | 'float' {
    return this.int64List ? 'int64' : this.floatList ? 'float' : 'bytes';
  }
  static bytes(values: Texts): Feature {
    return new Feature_({ bytesList: BytesList(values) });
  }
  static int64(values: Numbers): Feature {
    return new Feature_({ int64List: Int64List(values) });
  }
  static float(values: Numbers): Feature {
    return new Feature_({ floatList: FloatList(values) });
  }
}
export interface Feature extends Feature_ {}
type FeatureClass = Class<[lists?: FeatureLists_], Feature> & Pick<typeof Feature_, 'bytes' | 'int64' | 'float'>;
/** Bytes, whole numbers or floats: `Feature.bytes([…])`, `Feature.int64([…])`, `Feature.float([…])`. */
export const Feature: FeatureClass = callable(Feature_, 'Feature') as FeatureClass;

type FeatureRecord = Readonly<Record<string, Feature>>;
class Features_ {
  readonly feature: FeatureRecord;
  constructor(given: { readonly feature?: FeatureRecord | undefined } = {}) {
    this.feature = given.feature ?? {};
  }
}
export interface Features extends Features_ {}
export const Features: Class<[given?: { readonly feature?: FeatureRecord | undefined }], Features> = callable(
  Features_,
  'Features',
);

class FeatureList_ {
  readonly feature: readonly Feature[];
  constructor(given: readonly Feature[] | { readonly feature?: readonly Feature[] | undefined } = []) {
    this.feature = 'feature' in given ? (given.feature ?? []) : (given as readonly Feature[]);
  }
}
export interface FeatureList extends FeatureList_ {}
export const FeatureList: Class<
  [given?: readonly Feature[] | { readonly feature?: readonly Feature[] | undefined }],
  FeatureList
> = callable(FeatureList_, 'FeatureList');

class FeatureListsMessage {
  readonly featureList: Readonly<Record<string, FeatureList>>;
  constructor(given: { readonly featureList?: Readonly<Record<string, FeatureList>> | undefined } = {}) {
    this.featureList = given.featureList ?? {};
  }
}
export interface FeatureLists extends FeatureListsMessage {}
export const FeatureLists: Class<
  [given?: { readonly featureList?: Readonly<Record<string, FeatureList>> | undefined }],
  FeatureLists
> = callable(FeatureListsMessage, 'FeatureLists');

// ── To and from bytes ───────────────────────────────────────────────────────────────────────────────────────────

const toProto = (feature: unknown, name: string): proto.Feature => {
  if (!(feature instanceof Feature_))
    throw new ValueError(`${name}: found ${show(feature)}, wanted tf.train.Feature.bytes, int64 or float of a list.`);
  return {
    ...(feature.bytesList && { bytesList: feature.bytesList }),
    ...(feature.floatList && { floatList: feature.floatList }),
    ...(feature.int64List && { int64List: feature.int64List }),
  };
};
const fromProto = ({ bytesList, floatList, int64List }: proto.Feature): Feature =>
  new Feature_({
    ...(bytesList && { bytesList: BytesList(bytesList.value) }),
    ...(floatList && { floatList: FloatList(floatList.value) }),
    ...(int64List && { int64List: Int64List(int64List.value) }),
  });

/** In the order of names, as TensorFlow writes with `deterministic`. */
const sorted = <V>(record: Readonly<Record<string, V>>): [string, V][] =>
  Object.keys(record)
    .sort()
    .map((key) => [key, record[key]!]);
const featuresToProto = (record: FeatureRecord, name: string): proto.Features => ({
  feature: new Map(sorted(record).map(([key, feature]) => [key, toProto(feature, `${name}: '${key}'`)])),
});
const featuresFromProto = (features: proto.Features | undefined): FeatureRecord =>
  Object.fromEntries([...(features?.feature ?? [])].map(([key, feature]) => [key, fromProto(feature)]));

/** Serialized bytes, or a string scalar of them. */
const serializedBytes = (given: Uint8Array | TensorLike, name: string): Uint8Array =>
  given instanceof Uint8Array ? given : bytesIn(convertToTensor(given, undefined, name), name);

class Example_ {
  /** The features by name. */
  readonly features: FeatureRecord & { readonly feature?: never };
  constructor(given: FeatureRecord | { readonly features?: Features | undefined } = {}) {
    const inner = (given as { features?: unknown }).features;
    this.features = (inner instanceof Features_ ? inner.feature : given) as this['features'];
    for (const [key, feature] of Object.entries(this.features)) toProto(feature, `Example: '${key}'`);
  }
  serializeToString(): Uint8Array {
    return proto.Example.encode({ features: featuresToProto(this.features, 'Example') });
  }
  static fromString(serialized: Uint8Array | TensorLike): Example {
    const message = proto.Example.decode(serializedBytes(serialized, 'Example.fromString'), 'Example.fromString');
    return new Example_(featuresFromProto(message.features));
  }
}
export interface Example extends Example_ {}
type ExampleClass = Class<[given?: FeatureRecord | { readonly features?: Features | undefined }], Example> &
  Pick<typeof Example_, 'fromString'>;
/** A record of named features: `tf.train.Example({ image: tf.train.Feature.bytes([png]), label: … })`. */
export const Example: ExampleClass = callable(Example_, 'Example') as ExampleClass;

interface SequenceGiven {
  readonly context?: Features | FeatureRecord | undefined;
  readonly featureLists?: FeatureLists | Readonly<Record<string, FeatureList | readonly Feature[]>> | undefined;
}
class SequenceExample_ {
  readonly context: FeatureRecord;
  readonly featureLists: Readonly<Record<string, FeatureList>>;
  constructor(given: SequenceGiven = {}) {
    const { context = {}, featureLists = {} } = given;
    this.context = context instanceof Features_ ? context.feature : (context as FeatureRecord);
    const lists = featureLists instanceof FeatureListsMessage ? featureLists.featureList : featureLists;
    this.featureLists = Object.fromEntries(
      Object.entries(lists as Readonly<Record<string, FeatureList | readonly Feature[]>>).map(([key, list]) => [
        key,
        list instanceof FeatureList_ ? list : FeatureList(list as readonly Feature[]),
      ]),
    );
  }
  serializeToString(): Uint8Array {
    const lists = sorted(this.featureLists).map(
      ([key, list]) => [key, { feature: list.feature.map((item) => toProto(item, `'${key}'`)) }] as const,
    );
    return proto.SequenceExample.encode({
      context: featuresToProto(this.context, 'SequenceExample'),
      featureLists: { featureList: new Map(lists) },
    });
  }
  static fromString(serialized: Uint8Array | TensorLike): SequenceExample {
    const name = 'SequenceExample.fromString';
    const message = proto.SequenceExample.decode(serializedBytes(serialized, name), name);
    const lists = [...(message.featureLists?.featureList ?? [])].map(
      ([key, list]) => [key, FeatureList(list.feature.map(fromProto))] as const,
    );
    return new SequenceExample_({
      context: featuresFromProto(message.context),
      featureLists: Object.fromEntries(lists),
    });
  }
}
export interface SequenceExample extends SequenceExample_ {}
type SequenceExampleClass = Class<[given?: SequenceGiven], SequenceExample> &
  Pick<typeof SequenceExample_, 'fromString'>;
/** A context of features, and lists of features over time. */
export const SequenceExample: SequenceExampleClass = callable(
  SequenceExample_,
  'SequenceExample',
) as SequenceExampleClass;
