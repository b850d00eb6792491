// GlobalAveragePooling3D: the mean of each channel, over all of the volume.
// Source: https://keras.io/api/layers/pooling_layers/global_average_pooling3d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  BaseGlobalAveragePooling,
  type GlobalPoolingArgs,
  globalPoolingDefinitions,
  globalPoolingSettings,
} from './base-global-pooling.ts';

const options = layerSchema('GlobalAveragePooling3D', globalPoolingDefinitions, globalPoolingSettings);
export interface GlobalAveragePooling3DOptions extends LayerOptionsOf<typeof options> {}
type Args = GlobalPoolingArgs<GlobalAveragePooling3DOptions>;

class GlobalAveragePooling3DLayer extends BaseGlobalAveragePooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args, 3);
  }
}
export interface GlobalAveragePooling3D extends GlobalAveragePooling3DLayer {}
export const GlobalAveragePooling3D: Class<Args, GlobalAveragePooling3D> = callable(
  GlobalAveragePooling3DLayer,
  'GlobalAveragePooling3D',
);
