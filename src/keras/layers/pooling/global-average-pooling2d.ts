// GlobalAveragePooling2D: the mean of each channel, over all of the picture.
// Source: https://keras.io/api/layers/pooling_layers/global_average_pooling2d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  BaseGlobalAveragePooling,
  type GlobalPoolingArgs,
  globalPoolingDefinitions,
  globalPoolingSettings,
} from './base-global-pooling.ts';

const options = layerSchema('GlobalAveragePooling2D', globalPoolingDefinitions, globalPoolingSettings);
export interface GlobalAveragePooling2DOptions extends LayerOptionsOf<typeof options> {}
type Args = GlobalPoolingArgs<GlobalAveragePooling2DOptions>;

class GlobalAveragePooling2DLayer extends BaseGlobalAveragePooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args, 2);
  }
}
export interface GlobalAveragePooling2D extends GlobalAveragePooling2DLayer {}
export const GlobalAveragePooling2D: Class<Args, GlobalAveragePooling2D> = callable(
  GlobalAveragePooling2DLayer,
  'GlobalAveragePooling2D',
);
