// tf.keras.preprocessing.image.
export { arrayToImg, imgToArray, type LoadedImage, type LoadImgOptions, loadImg } from '../../utils/pictures.ts';
export { type SaveImgOptions, saveImg } from '../../utils/save-picture.ts';
export { smartResize } from '../../utils/smart-resize.ts';
export type { FillMode, TransformParameters } from './affine.ts';
export {
  type DataFrameLike,
  type FlowFromDataframeOptions,
  type FlowFromDirectoryOptions,
  type FlowOptions,
  ImageDataGenerator,
  type ImageDataGeneratorOptions,
} from './image-data-generator.ts';
export { DirectoryIterator, Iterator, NumpyArrayIterator } from './iterators.ts';
export {
  applyAffineTransform,
  applyBrightnessShift,
  applyChannelShift,
  randomBrightness,
  randomChannelShift,
  randomRotation,
  randomShear,
  randomShift,
  randomZoom,
} from './random.ts';
