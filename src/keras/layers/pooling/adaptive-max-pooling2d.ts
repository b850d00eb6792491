// AdaptiveMaxPooling2D: the largest element of each of outputSize windows, over patches of pictures of any size.
// Source: https://keras.io/api/layers/pooling_layers/adaptive_max_pooling2d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  type AdaptivePoolingArgs,
  adaptivePoolingDefinitions,
  adaptivePoolingSettings,
  BaseAdaptiveMaxPooling,
} from './base-adaptive-pooling.ts';

const options = layerSchema('AdaptiveMaxPooling2D', adaptivePoolingDefinitions(2), adaptivePoolingSettings);
export interface AdaptiveMaxPooling2DOptions extends LayerOptionsOf<typeof options> {}
type Args = AdaptivePoolingArgs<AdaptiveMaxPooling2DOptions>;

class AdaptiveMaxPooling2DLayer extends BaseAdaptiveMaxPooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface AdaptiveMaxPooling2D extends AdaptiveMaxPooling2DLayer {}
export const AdaptiveMaxPooling2D: Class<Args, AdaptiveMaxPooling2D> = callable(
  AdaptiveMaxPooling2DLayer,
  'AdaptiveMaxPooling2D',
);
