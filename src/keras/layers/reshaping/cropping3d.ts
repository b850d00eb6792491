// Cropping3D: the ends of volumes cut off.
// Source: https://keras.io/api/layers/reshaping_layers/cropping3d/
import { type Class, callable } from '../../../base/callable.ts';
import * as o from '../../schema.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { dataFormat } from '../spatial.ts';
import { BaseCropping } from './base-cropping.ts';
import { allEdges, type Edge, edges } from './edges.ts';

const options = layerSchema(
  'Cropping3D',
  { cropping: o.optional(edges(3), 1), dataFormat },
  { positional: ['cropping'] },
);
export interface Cropping3DOptions extends LayerOptionsOf<typeof options> {}
type Args =
  | [cropping: number | readonly (number | readonly number[])[], options?: Cropping3DOptions]
  | [options?: Cropping3DOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class Cropping3DLayer extends BaseCropping {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { ndim: 5 };
  }
  protected override get cuts(): readonly Edge[] {
    return allEdges(this.cropping, this.dataFormat);
  }
}
interface Cropping3DLayer extends LayerValues<typeof options> {}
export interface Cropping3D extends Cropping3DLayer {}
export const Cropping3D: Class<Args, Cropping3D> = callable(Cropping3DLayer, 'Cropping3D');
