// AdaptiveMaxPooling3D: the largest element of each of outputSize windows, over blocks of volumes of any size.
// Source: https://keras.io/api/layers/pooling_layers/adaptive_max_pooling3d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  type AdaptivePoolingArgs,
  adaptivePoolingDefinitions,
  adaptivePoolingSettings,
  BaseAdaptiveMaxPooling,
} from './base-adaptive-pooling.ts';

const options = layerSchema('AdaptiveMaxPooling3D', adaptivePoolingDefinitions(3), adaptivePoolingSettings);
export interface AdaptiveMaxPooling3DOptions extends LayerOptionsOf<typeof options> {}
type Args = AdaptivePoolingArgs<AdaptiveMaxPooling3DOptions>;

class AdaptiveMaxPooling3DLayer extends BaseAdaptiveMaxPooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface AdaptiveMaxPooling3D extends AdaptiveMaxPooling3DLayer {}
export const AdaptiveMaxPooling3D: Class<Args, AdaptiveMaxPooling3D> = callable(
  AdaptiveMaxPooling3DLayer,
  'AdaptiveMaxPooling3D',
);
