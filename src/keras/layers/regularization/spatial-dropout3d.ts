// SpatialDropout3D: in training a share of the channels of volumes is set to 0, the others scaled up.
// Source: https://keras.io/api/layers/regularization_layers/spatial_dropout3d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { type DataFormat, dataFormat } from '../spatial.ts';
import { BaseSpatialDropout, type SpatialDropoutArgs, spatialDropoutDefinitions } from './base-spatial-dropout.ts';

const options = layerSchema(
  'SpatialDropout3D',
  { ...spatialDropoutDefinitions, dataFormat },
  { positional: ['rate', 'dataFormat', 'seed'], ignored: ['noiseShape'] },
);
export interface SpatialDropout3DOptions extends LayerOptionsOf<typeof options> {}
type Args = SpatialDropoutArgs<SpatialDropout3DOptions>;

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class SpatialDropout3DLayer extends BaseSpatialDropout {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args, 3);
  }
  protected override get format(): DataFormat {
    return this.dataFormat;
  }
}
interface SpatialDropout3DLayer extends LayerValues<typeof options> {}
export interface SpatialDropout3D extends SpatialDropout3DLayer {}
export const SpatialDropout3D: Class<Args, SpatialDropout3D> = callable(SpatialDropout3DLayer, 'SpatialDropout3D');
