// tf.train.Example and SequenceExample: the records of TFRecord data sets.
// Owns: the messages. Leaves features' specifications and the forming of tensors to tf.io.
import { type Message, mapOf, message, optional, repeated } from '../protobuf/message.ts';
import { type } from '../protobuf/wire.ts';

export interface BytesList {
  value: Uint8Array[];
}
const BytesList: Message<BytesList> = message<BytesList>({ value: repeated(1, type.bytes) });
export interface FloatList {
  value: number[];
}
const FloatList: Message<FloatList> = message<FloatList>({ value: repeated(1, type.float) });
export interface Int64List {
  value: bigint[];
}
const Int64List: Message<Int64List> = message<Int64List>({ value: repeated(1, type.bigint) });

/** One of the lists is set; none in an empty feature. */
export interface Feature {
  bytesList?: BytesList;
  floatList?: FloatList;
  int64List?: Int64List;
}
export const Feature: Message<Feature> = message<Feature>({
  bytesList: optional(1, () => BytesList),
  floatList: optional(2, () => FloatList),
  int64List: optional(3, () => Int64List),
});
export interface Features {
  feature: Map<string, Feature>;
}
export const Features: Message<Features> = message<Features>({ feature: mapOf(1, type.string, () => Feature) });

export interface Example {
  features?: Features;
}
export const Example: Message<Example> = message<Example>({ features: optional(1, () => Features) });

export interface FeatureList {
  feature: Feature[];
}
const FeatureList: Message<FeatureList> = message<FeatureList>({ feature: repeated(1, () => Feature) });
export interface FeatureLists {
  featureList: Map<string, FeatureList>;
}
const FeatureLists: Message<FeatureLists> = message<FeatureLists>({
  featureList: mapOf(1, type.string, () => FeatureList),
});
export interface SequenceExample {
  context?: Features;
  featureLists?: FeatureLists;
}
export const SequenceExample: Message<SequenceExample> = message<SequenceExample>({
  context: optional(1, () => Features),
  featureLists: optional(2, () => FeatureLists),
});
