// AdaptiveAveragePooling2D: the mean of each of outputSize windows, over patches of pictures of any size.
// Source: https://keras.io/api/layers/pooling_layers/adaptive_average_pooling2d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  type AdaptivePoolingArgs,
  adaptivePoolingDefinitions,
  adaptivePoolingSettings,
  BaseAdaptiveAveragePooling,
} from './base-adaptive-pooling.ts';

const options = layerSchema('AdaptiveAveragePooling2D', adaptivePoolingDefinitions(2), adaptivePoolingSettings);
export interface AdaptiveAveragePooling2DOptions extends LayerOptionsOf<typeof options> {}
type Args = AdaptivePoolingArgs<AdaptiveAveragePooling2DOptions>;

class AdaptiveAveragePooling2DLayer extends BaseAdaptiveAveragePooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface AdaptiveAveragePooling2D extends AdaptiveAveragePooling2DLayer {}
export const AdaptiveAveragePooling2D: Class<Args, AdaptiveAveragePooling2D> = callable(
  AdaptiveAveragePooling2DLayer,
  'AdaptiveAveragePooling2D',
);
