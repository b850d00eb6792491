// Cropping2D: the ends of pictures cut off.
// Source: https://keras.io/api/layers/reshaping_layers/cropping2d/
import { type Class, callable } from '../../../base/callable.ts';
import * as o from '../../schema.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { dataFormat } from '../spatial.ts';
import { BaseCropping } from './base-cropping.ts';
import { allEdges, type Edge, edges } from './edges.ts';

const options = layerSchema(
  'Cropping2D',
  { cropping: o.optional(edges(2), 1), dataFormat },
  { positional: ['cropping'] },
);
export interface Cropping2DOptions extends LayerOptionsOf<typeof options> {}
type Args =
  | [cropping: number | readonly (number | readonly number[])[], options?: Cropping2DOptions]
  | [options?: Cropping2DOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class Cropping2DLayer extends BaseCropping {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { ndim: 4 };
  }
  protected override get cuts(): readonly Edge[] {
    return allEdges(this.cropping, this.dataFormat);
  }
}
interface Cropping2DLayer extends LayerValues<typeof options> {}
export interface Cropping2D extends Cropping2DLayer {}
export const Cropping2D: Class<Args, Cropping2D> = callable(Cropping2DLayer, 'Cropping2D');
