// ZeroPadding1D: zeros added at the ends of time.
// Source: https://keras.io/api/layers/reshaping_layers/zero_padding1d/
import { type Class, callable } from '../../../base/callable.ts';
import * as o from '../../schema.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { dataFormat } from '../spatial.ts';
import { BaseZeroPadding } from './base-zero-padding.ts';
import { allEdges, type Edge, edge } from './edges.ts';

const options = layerSchema(
  'ZeroPadding1D',
  { padding: o.optional(edge, 1), dataFormat },
  { positional: ['padding', 'dataFormat'] },
);
export interface ZeroPadding1DOptions extends LayerOptionsOf<typeof options> {}
type Args = [padding: number | readonly number[], options?: ZeroPadding1DOptions] | [options?: ZeroPadding1DOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ZeroPadding1DLayer extends BaseZeroPadding {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { ndim: 3 };
  }
  protected override get additions(): readonly Edge[] {
    return allEdges([this.padding], this.dataFormat);
  }
}
interface ZeroPadding1DLayer extends LayerValues<typeof options> {}
export interface ZeroPadding1D extends ZeroPadding1DLayer {}
export const ZeroPadding1D: Class<Args, ZeroPadding1D> = callable(ZeroPadding1DLayer, 'ZeroPadding1D');
