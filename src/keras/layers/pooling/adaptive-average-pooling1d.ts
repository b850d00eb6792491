// AdaptiveAveragePooling1D: the mean of each of outputSize windows, over steps of any size.
// Source: https://keras.io/api/layers/pooling_layers/adaptive_average_pooling1d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  type AdaptivePoolingArgs,
  adaptivePoolingDefinitions,
  adaptivePoolingSettings,
  BaseAdaptiveAveragePooling,
} from './base-adaptive-pooling.ts';

const options = layerSchema('AdaptiveAveragePooling1D', adaptivePoolingDefinitions(1), adaptivePoolingSettings);
export interface AdaptiveAveragePooling1DOptions extends LayerOptionsOf<typeof options> {}
type Args = AdaptivePoolingArgs<AdaptiveAveragePooling1DOptions>;

class AdaptiveAveragePooling1DLayer extends BaseAdaptiveAveragePooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface AdaptiveAveragePooling1D extends AdaptiveAveragePooling1DLayer {}
export const AdaptiveAveragePooling1D: Class<Args, AdaptiveAveragePooling1D> = callable(
  AdaptiveAveragePooling1DLayer,
  'AdaptiveAveragePooling1D',
);
