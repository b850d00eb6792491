// MaxPooling3D: the largest element of each window, over blocks of volumes.
// Source: https://keras.io/api/layers/pooling_layers/max_pooling3d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseMaxPooling, type PoolingArgs, poolingDefinitions, poolingSettings } from './base-pooling.ts';

const options = layerSchema('MaxPooling3D', poolingDefinitions(3), poolingSettings);
export interface MaxPooling3DOptions extends LayerOptionsOf<typeof options> {}
type Args = PoolingArgs<MaxPooling3DOptions>;

class MaxPooling3DLayer extends BaseMaxPooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface MaxPooling3D extends MaxPooling3DLayer {}
export const MaxPooling3D: Class<Args, MaxPooling3D> = callable(MaxPooling3DLayer, 'MaxPooling3D');
