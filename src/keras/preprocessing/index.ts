// tf.keras.preprocessing.

export { audioDatasetFromDirectory } from '../utils/audio-dataset.ts';
export { imageDatasetFromDirectory } from '../utils/image-dataset.ts';
export { textDatasetFromDirectory } from '../utils/text-dataset.ts';
export { timeseriesDatasetFromArray } from '../utils/timeseries-dataset.ts';
export * as image from './image/index.ts';
export * as sequence from './sequence/index.ts';
export * as text from './text/index.ts';
