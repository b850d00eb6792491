// AveragePooling1D: the mean of each window, over steps.
// Source: https://keras.io/api/layers/pooling_layers/average_pooling1d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseAveragePooling, type PoolingArgs, poolingDefinitions, poolingSettings } from './base-pooling.ts';

const options = layerSchema('AveragePooling1D', poolingDefinitions(1), poolingSettings);
export interface AveragePooling1DOptions extends LayerOptionsOf<typeof options> {}
type Args = PoolingArgs<AveragePooling1DOptions>;

class AveragePooling1DLayer extends BaseAveragePooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface AveragePooling1D extends AveragePooling1DLayer {}
export const AveragePooling1D: Class<Args, AveragePooling1D> = callable(AveragePooling1DLayer, 'AveragePooling1D');
