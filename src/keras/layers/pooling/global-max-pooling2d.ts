// GlobalMaxPooling2D: the largest element of each channel, over all of the picture.
// Source: https://keras.io/api/layers/pooling_layers/global_max_pooling2d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  BaseGlobalMaxPooling,
  type GlobalPoolingArgs,
  globalPoolingDefinitions,
  globalPoolingSettings,
} from './base-global-pooling.ts';

const options = layerSchema('GlobalMaxPooling2D', globalPoolingDefinitions, globalPoolingSettings);
export interface GlobalMaxPooling2DOptions extends LayerOptionsOf<typeof options> {}
type Args = GlobalPoolingArgs<GlobalMaxPooling2DOptions>;

class GlobalMaxPooling2DLayer extends BaseGlobalMaxPooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args, 2);
  }
}
export interface GlobalMaxPooling2D extends GlobalMaxPooling2DLayer {}
export const GlobalMaxPooling2D: Class<Args, GlobalMaxPooling2D> = callable(
  GlobalMaxPooling2DLayer,
  'GlobalMaxPooling2D',
);
