// tf.keras.applications.imagenetUtils.
export { decodePredictions, type PreprocessOptions, preprocessInput } from './imagenet-utils.ts';
