// tf.keras.utils.
import { seedEverything } from '../random/seed-generator.ts';

export * as boundingBoxes from '../bounding-boxes/index.ts';
export {
  disableInteractiveLogging,
  enableInteractiveLogging,
  isInteractiveLoggingEnabled,
} from '../config.ts';
export { type PadOptions, padSequences } from '../preprocessing/sequence/pad-sequences.ts';
export {
  customObjectScope,
  customObjectScope as CustomObjectScope,
  deserializeKerasObject,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  serializeKerasObject,
} from '../serialization.ts';
export { clearSession } from '../session.ts';
export { isKerasTensor } from '../symbolic/keras-tensor.ts';
export { getSourceInputs } from '../symbolic/source-inputs.ts';
export { Config } from './config-record.ts';
export { standardizeDtype } from './dtypes.ts';
export { FeatureSpace, type FeatureSpaceOptions } from './feature-space.ts';
export { type GetFileOptions, getFile } from './get-file.ts';
export {
  type DirectoryDataset,
  type ImageDatasetOptions,
  imageDatasetFromDirectory,
} from './image-dataset.ts';
export { type ModelToDotOptions, modelToDot } from './model-to-dot.ts';
export { arrayToImg, imgToArray, type LoadedImage, type LoadImgOptions, loadImg } from './pictures.ts';
export { type PlotModelOptions, plotModel } from './plot-model.ts';
export { Progbar } from './progbar.ts';
export { packXYSampleWeight, unpackXYSampleWeight } from './sample-weights.ts';
export { type SaveImgOptions, saveImg } from './save-picture.ts';
export { Sequence, Sequence as PyDataset } from './sequence.ts';
export { type SplitOptions, splitDataset } from './split-dataset.ts';
export { type TimeseriesOptions, timeseriesDatasetFromArray } from './timeseries-dataset.ts';
export { normalize, toCategorical } from './to-categorical.ts';
export { toOrdinal, warmstartEmbeddingMatrix } from './to-ordinal.ts';

/** Makes what follows repeat: initial weights, dropout, shuffling, tf.random. */
export const setRandomSeed = (seed: number): void => seedEverything(seed);
export { type AudioDatasetOptions, audioDatasetFromDirectory } from './audio-dataset.ts';
export { type TextDatasetOptions, textDatasetFromDirectory } from './text-dataset.ts';
