// AveragePooling2D: the mean of each window, over patches of pictures.
// Source: https://keras.io/api/layers/pooling_layers/average_pooling2d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseAveragePooling, type PoolingArgs, poolingDefinitions, poolingSettings } from './base-pooling.ts';

const options = layerSchema('AveragePooling2D', poolingDefinitions(2), poolingSettings);
export interface AveragePooling2DOptions extends LayerOptionsOf<typeof options> {}
type Args = PoolingArgs<AveragePooling2DOptions>;

class AveragePooling2DLayer extends BaseAveragePooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface AveragePooling2D extends AveragePooling2DLayer {}
export const AveragePooling2D: Class<Args, AveragePooling2D> = callable(AveragePooling2DLayer, 'AveragePooling2D');
