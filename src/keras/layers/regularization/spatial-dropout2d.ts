// SpatialDropout2D: in training a share of the channels of pictures is set to 0, the others scaled up.
// Source: https://keras.io/api/layers/regularization_layers/spatial_dropout2d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { type DataFormat, dataFormat } from '../spatial.ts';
import { BaseSpatialDropout, type SpatialDropoutArgs, spatialDropoutDefinitions } from './base-spatial-dropout.ts';

const options = layerSchema(
  'SpatialDropout2D',
  { ...spatialDropoutDefinitions, dataFormat },
  { positional: ['rate', 'dataFormat', 'seed'], ignored: ['noiseShape'] },
);
export interface SpatialDropout2DOptions extends LayerOptionsOf<typeof options> {}
type Args = SpatialDropoutArgs<SpatialDropout2DOptions>;

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class SpatialDropout2DLayer extends BaseSpatialDropout {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args, 2);
  }
  protected override get format(): DataFormat {
    return this.dataFormat;
  }
}
interface SpatialDropout2DLayer extends LayerValues<typeof options> {}
export interface SpatialDropout2D extends SpatialDropout2DLayer {}
export const SpatialDropout2D: Class<Args, SpatialDropout2D> = callable(SpatialDropout2DLayer, 'SpatialDropout2D');
