// tf.keras.tree: structures of tensors in lists and records; the same as tf.nest.
export { assertSameStructure, flatten, isNested, mapStructure, packSequenceAs } from '../ops/nest.ts';
