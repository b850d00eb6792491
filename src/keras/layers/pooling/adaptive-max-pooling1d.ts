// AdaptiveMaxPooling1D: the largest element of each of outputSize windows, over steps of any size.
// Source: https://keras.io/api/layers/pooling_layers/adaptive_max_pooling1d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  type AdaptivePoolingArgs,
  adaptivePoolingDefinitions,
  adaptivePoolingSettings,
  BaseAdaptiveMaxPooling,
} from './base-adaptive-pooling.ts';

const options = layerSchema('AdaptiveMaxPooling1D', adaptivePoolingDefinitions(1), adaptivePoolingSettings);
export interface AdaptiveMaxPooling1DOptions extends LayerOptionsOf<typeof options> {}
type Args = AdaptivePoolingArgs<AdaptiveMaxPooling1DOptions>;

class AdaptiveMaxPooling1DLayer extends BaseAdaptiveMaxPooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface AdaptiveMaxPooling1D extends AdaptiveMaxPooling1DLayer {}
export const AdaptiveMaxPooling1D: Class<Args, AdaptiveMaxPooling1D> = callable(
  AdaptiveMaxPooling1DLayer,
  'AdaptiveMaxPooling1D',
);
