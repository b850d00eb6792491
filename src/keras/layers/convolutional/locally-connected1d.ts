// LocallyConnected1D (Keras 2): a window moves over one axis, with weights of its own at each place.
// Source: https://www.tensorflow.org/api_docs/python/tf/keras/layers/LocallyConnected1D (tf_keras)
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { type ConvArgs, convSettings } from './base-conv.ts';
import { BaseLocallyConnected, locallyConnectedDefinitions } from './base-locally-connected.ts';

const options = layerSchema('LocallyConnected1D', locallyConnectedDefinitions(1), convSettings);
export interface LocallyConnected1DOptions extends LayerOptionsOf<typeof options> {}
type Args = ConvArgs<LocallyConnected1DOptions>;

class LocallyConnected1DLayer extends BaseLocallyConnected {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface LocallyConnected1D extends LocallyConnected1DLayer {}
export const LocallyConnected1D: Class<Args, LocallyConnected1D> = callable(
  LocallyConnected1DLayer,
  'LocallyConnected1D',
);
