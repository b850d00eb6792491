// MaxPooling2D: the largest element of each window, over patches of pictures.
// Source: https://keras.io/api/layers/pooling_layers/max_pooling2d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseMaxPooling, type PoolingArgs, poolingDefinitions, poolingSettings } from './base-pooling.ts';

const options = layerSchema('MaxPooling2D', poolingDefinitions(2), poolingSettings);
export interface MaxPooling2DOptions extends LayerOptionsOf<typeof options> {}
type Args = PoolingArgs<MaxPooling2DOptions>;

class MaxPooling2DLayer extends BaseMaxPooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface MaxPooling2D extends MaxPooling2DLayer {}
export const MaxPooling2D: Class<Args, MaxPooling2D> = callable(MaxPooling2DLayer, 'MaxPooling2D');
