// LocallyConnected2D (Keras 2): a window moves over pictures, with weights of its own at each place.
// Source: https://www.tensorflow.org/api_docs/python/tf/keras/layers/LocallyConnected2D (tf_keras)
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { type ConvArgs, convSettings } from './base-conv.ts';
import { BaseLocallyConnected, locallyConnectedDefinitions } from './base-locally-connected.ts';

const options = layerSchema('LocallyConnected2D', locallyConnectedDefinitions(2), convSettings);
export interface LocallyConnected2DOptions extends LayerOptionsOf<typeof options> {}
type Args = ConvArgs<LocallyConnected2DOptions>;

class LocallyConnected2DLayer extends BaseLocallyConnected {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface LocallyConnected2D extends LocallyConnected2DLayer {}
export const LocallyConnected2D: Class<Args, LocallyConnected2D> = callable(
  LocallyConnected2DLayer,
  'LocallyConnected2D',
);
