// tf.data.experimental.
export { UNKNOWN as UNKNOWN_CARDINALITY } from './source.ts';
