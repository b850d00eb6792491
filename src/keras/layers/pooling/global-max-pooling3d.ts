// GlobalMaxPooling3D: the largest element of each channel, over all of the volume.
// Source: https://keras.io/api/layers/pooling_layers/global_max_pooling3d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  BaseGlobalMaxPooling,
  type GlobalPoolingArgs,
  globalPoolingDefinitions,
  globalPoolingSettings,
} from './base-global-pooling.ts';

const options = layerSchema('GlobalMaxPooling3D', globalPoolingDefinitions, globalPoolingSettings);
export interface GlobalMaxPooling3DOptions extends LayerOptionsOf<typeof options> {}
type Args = GlobalPoolingArgs<GlobalMaxPooling3DOptions>;

class GlobalMaxPooling3DLayer extends BaseGlobalMaxPooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args, 3);
  }
}
export interface GlobalMaxPooling3D extends GlobalMaxPooling3DLayer {}
export const GlobalMaxPooling3D: Class<Args, GlobalMaxPooling3D> = callable(
  GlobalMaxPooling3DLayer,
  'GlobalMaxPooling3D',
);
