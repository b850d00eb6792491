// SpatialDropout1D: in training a share of the channels of time steps is set to 0, the others scaled up.
// Source: https://keras.io/api/layers/regularization_layers/spatial_dropout1d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import type { DataFormat } from '../spatial.ts';
import { BaseSpatialDropout, type SpatialDropoutArgs, spatialDropoutDefinitions } from './base-spatial-dropout.ts';

const options = layerSchema('SpatialDropout1D', spatialDropoutDefinitions, {
  positional: ['rate', 'seed'],
  ignored: ['noiseShape'],
});
export interface SpatialDropout1DOptions extends LayerOptionsOf<typeof options> {}
type Args = SpatialDropoutArgs<SpatialDropout1DOptions>;

class SpatialDropout1DLayer extends BaseSpatialDropout {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args, 1);
  }
  protected override get format(): DataFormat {
    return 'channels_last';
  }
}
export interface SpatialDropout1D extends SpatialDropout1DLayer {}
export const SpatialDropout1D: Class<Args, SpatialDropout1D> = callable(SpatialDropout1DLayer, 'SpatialDropout1D');
