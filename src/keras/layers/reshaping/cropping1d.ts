// Cropping1D: the ends of time cut off.
// Source: https://keras.io/api/layers/reshaping_layers/cropping1d/
import { type Class, callable } from '../../../base/callable.ts';
import * as o from '../../schema.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { BaseCropping } from './base-cropping.ts';
import { allEdges, type Edge, edge } from './edges.ts';

const options = layerSchema('Cropping1D', { cropping: o.optional(edge, 1) }, { positional: ['cropping'] });
export interface Cropping1DOptions extends LayerOptionsOf<typeof options> {}
type Args = [cropping: number | readonly number[], options?: Cropping1DOptions] | [options?: Cropping1DOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class Cropping1DLayer extends BaseCropping {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { ndim: 3 };
  }
  protected override get cuts(): readonly Edge[] {
    return allEdges([this.cropping], 'channels_last');
  }
}
interface Cropping1DLayer extends LayerValues<typeof options> {}
export interface Cropping1D extends Cropping1DLayer {}
export const Cropping1D: Class<Args, Cropping1D> = callable(Cropping1DLayer, 'Cropping1D');
