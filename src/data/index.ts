// tf.data.
export { type Arguments, Dataset } from './dataset.ts';
export type { Inputs, Tensors } from './types.ts';
/** Lets the library choose a buffer size. */
export const AUTOTUNE = -1;
