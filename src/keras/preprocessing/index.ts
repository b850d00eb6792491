// tf.keras.preprocessing.
export { imageDatasetFromDirectory } from '../utils/image-dataset.ts';
export * as image from './image/index.ts';
