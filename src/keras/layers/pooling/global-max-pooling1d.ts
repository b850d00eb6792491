// GlobalMaxPooling1D: the largest element of each channel, over all steps.
// Source: https://keras.io/api/layers/pooling_layers/global_max_pooling1d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  BaseGlobalMaxPooling,
  type GlobalPoolingArgs,
  globalPoolingDefinitions,
  globalPoolingSettings,
} from './base-global-pooling.ts';

const options = layerSchema('GlobalMaxPooling1D', globalPoolingDefinitions, globalPoolingSettings);
export interface GlobalMaxPooling1DOptions extends LayerOptionsOf<typeof options> {}
type Args = GlobalPoolingArgs<GlobalMaxPooling1DOptions>;

class GlobalMaxPooling1DLayer extends BaseGlobalMaxPooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args, 1);
  }
}
export interface GlobalMaxPooling1D extends GlobalMaxPooling1DLayer {}
export const GlobalMaxPooling1D: Class<Args, GlobalMaxPooling1D> = callable(
  GlobalMaxPooling1DLayer,
  'GlobalMaxPooling1D',
);
