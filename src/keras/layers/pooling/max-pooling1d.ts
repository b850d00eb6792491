// MaxPooling1D: the largest element of each window, over steps.
// Source: https://keras.io/api/layers/pooling_layers/max_pooling1d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseMaxPooling, type PoolingArgs, poolingDefinitions, poolingSettings } from './base-pooling.ts';

const options = layerSchema('MaxPooling1D', poolingDefinitions(1), poolingSettings);
export interface MaxPooling1DOptions extends LayerOptionsOf<typeof options> {}
type Args = PoolingArgs<MaxPooling1DOptions>;

class MaxPooling1DLayer extends BaseMaxPooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface MaxPooling1D extends MaxPooling1DLayer {}
export const MaxPooling1D: Class<Args, MaxPooling1D> = callable(MaxPooling1DLayer, 'MaxPooling1D');
