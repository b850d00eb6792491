// AdaptiveAveragePooling3D: the mean of each of outputSize windows, over blocks of volumes of any size.
// Source: https://keras.io/api/layers/pooling_layers/adaptive_average_pooling3d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  type AdaptivePoolingArgs,
  adaptivePoolingDefinitions,
  adaptivePoolingSettings,
  BaseAdaptiveAveragePooling,
} from './base-adaptive-pooling.ts';

const options = layerSchema('AdaptiveAveragePooling3D', adaptivePoolingDefinitions(3), adaptivePoolingSettings);
export interface AdaptiveAveragePooling3DOptions extends LayerOptionsOf<typeof options> {}
type Args = AdaptivePoolingArgs<AdaptiveAveragePooling3DOptions>;

class AdaptiveAveragePooling3DLayer extends BaseAdaptiveAveragePooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface AdaptiveAveragePooling3D extends AdaptiveAveragePooling3DLayer {}
export const AdaptiveAveragePooling3D: Class<Args, AdaptiveAveragePooling3D> = callable(
  AdaptiveAveragePooling3DLayer,
  'AdaptiveAveragePooling3D',
);
