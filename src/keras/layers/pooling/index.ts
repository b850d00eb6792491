// The pooling layers, and their shorter names.
export { AdaptiveAveragePooling1D, type AdaptiveAveragePooling1DOptions } from './adaptive-average-pooling1d.ts';
export { AdaptiveAveragePooling2D, type AdaptiveAveragePooling2DOptions } from './adaptive-average-pooling2d.ts';
export { AdaptiveAveragePooling3D, type AdaptiveAveragePooling3DOptions } from './adaptive-average-pooling3d.ts';
export { AdaptiveMaxPooling1D, type AdaptiveMaxPooling1DOptions } from './adaptive-max-pooling1d.ts';
export { AdaptiveMaxPooling2D, type AdaptiveMaxPooling2DOptions } from './adaptive-max-pooling2d.ts';
export { AdaptiveMaxPooling3D, type AdaptiveMaxPooling3DOptions } from './adaptive-max-pooling3d.ts';
export { AveragePooling1D, AveragePooling1D as AvgPool1D, type AveragePooling1DOptions } from './average-pooling1d.ts';
export { AveragePooling2D, AveragePooling2D as AvgPool2D, type AveragePooling2DOptions } from './average-pooling2d.ts';
export { AveragePooling3D, AveragePooling3D as AvgPool3D, type AveragePooling3DOptions } from './average-pooling3d.ts';
export {
  GlobalAveragePooling1D,
  GlobalAveragePooling1D as GlobalAvgPool1D,
  type GlobalAveragePooling1DOptions,
} from './global-average-pooling1d.ts';
export {
  GlobalAveragePooling2D,
  GlobalAveragePooling2D as GlobalAvgPool2D,
  type GlobalAveragePooling2DOptions,
} from './global-average-pooling2d.ts';
export {
  GlobalAveragePooling3D,
  GlobalAveragePooling3D as GlobalAvgPool3D,
  type GlobalAveragePooling3DOptions,
} from './global-average-pooling3d.ts';
export {
  GlobalMaxPooling1D,
  GlobalMaxPooling1D as GlobalMaxPool1D,
  type GlobalMaxPooling1DOptions,
} from './global-max-pooling1d.ts';
export {
  GlobalMaxPooling2D,
  GlobalMaxPooling2D as GlobalMaxPool2D,
  type GlobalMaxPooling2DOptions,
} from './global-max-pooling2d.ts';
export {
  GlobalMaxPooling3D,
  GlobalMaxPooling3D as GlobalMaxPool3D,
  type GlobalMaxPooling3DOptions,
} from './global-max-pooling3d.ts';
export { MaxPooling1D, MaxPooling1D as MaxPool1D, type MaxPooling1DOptions } from './max-pooling1d.ts';
export { MaxPooling2D, MaxPooling2D as MaxPool2D, type MaxPooling2DOptions } from './max-pooling2d.ts';
export { MaxPooling3D, MaxPooling3D as MaxPool3D, type MaxPooling3DOptions } from './max-pooling3d.ts';
