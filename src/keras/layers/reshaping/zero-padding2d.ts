// ZeroPadding2D: zeros added at the ends of pictures.
// Source: https://keras.io/api/layers/reshaping_layers/zero_padding2d/
import { type Class, callable } from '../../../base/callable.ts';
import * as o from '../../schema.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { dataFormat } from '../spatial.ts';
import { BaseZeroPadding } from './base-zero-padding.ts';
import { allEdges, type Edge, edges } from './edges.ts';

const options = layerSchema(
  'ZeroPadding2D',
  { padding: o.optional(edges(2), 1), dataFormat },
  { positional: ['padding', 'dataFormat'] },
);
export interface ZeroPadding2DOptions extends LayerOptionsOf<typeof options> {}
type Args =
  | [padding: number | readonly (number | readonly number[])[], options?: ZeroPadding2DOptions]
  | [options?: ZeroPadding2DOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ZeroPadding2DLayer extends BaseZeroPadding {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { ndim: 4 };
  }
  protected override get additions(): readonly Edge[] {
    return allEdges(this.padding, this.dataFormat);
  }
}
interface ZeroPadding2DLayer extends LayerValues<typeof options> {}
export interface ZeroPadding2D extends ZeroPadding2DLayer {}
export const ZeroPadding2D: Class<Args, ZeroPadding2D> = callable(ZeroPadding2DLayer, 'ZeroPadding2D');
