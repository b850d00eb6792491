// tf.compat.v1: names of TensorFlow 1 that programs still use.
// Owns: what eager execution makes of them: switches that are on already do nothing.
export * as image from './v1-image.ts';
/** Eager execution is always on. */
export const enableEagerExecution = (): void => {};
export const enableV2Behavior = (): void => {};
export const enableResourceVariables = (): void => {};
