// tf.data.
export { type Arguments, Dataset } from './dataset.ts';
export * as experimental from './experimental.ts';
export { DatasetIterator as Iterator, type IteratorState, ValuesIterator as NumpyIterator } from './iterator.ts';
export { DataOptions as Options, ThreadingOptions } from './options.ts';
export { INFINITE as INFINITE_CARDINALITY, UNKNOWN as UNKNOWN_CARDINALITY } from './source.ts';
export { FixedLengthRecordDataset, TextLineDataset, TFRecordDataset } from './sources/readers.ts';
export { DatasetSpec, type Spec } from './spec.ts';
export type { Element, Elements, Inputs, Tensors } from './types.ts';
/** Lets the library choose a size, or how many calls run at once. */
export const AUTOTUNE = -1;
