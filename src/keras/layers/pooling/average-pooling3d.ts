// AveragePooling3D: the mean of each window, over blocks of volumes.
// Source: https://keras.io/api/layers/pooling_layers/average_pooling3d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseAveragePooling, type PoolingArgs, poolingDefinitions, poolingSettings } from './base-pooling.ts';

const options = layerSchema('AveragePooling3D', poolingDefinitions(3), poolingSettings);
export interface AveragePooling3DOptions extends LayerOptionsOf<typeof options> {}
type Args = PoolingArgs<AveragePooling3DOptions>;

class AveragePooling3DLayer extends BaseAveragePooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface AveragePooling3D extends AveragePooling3DLayer {}
export const AveragePooling3D: Class<Args, AveragePooling3D> = callable(AveragePooling3DLayer, 'AveragePooling3D');
