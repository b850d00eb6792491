// ZeroPadding3D: zeros added at the ends of volumes.
// Source: https://keras.io/api/layers/reshaping_layers/zero_padding3d/
import { type Class, callable } from '../../../base/callable.ts';
import * as o from '../../schema.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { dataFormat } from '../spatial.ts';
import { BaseZeroPadding } from './base-zero-padding.ts';
import { allEdges, type Edge, edges } from './edges.ts';

const options = layerSchema(
  'ZeroPadding3D',
  { padding: o.optional(edges(3), 1), dataFormat },
  { positional: ['padding', 'dataFormat'] },
);
export interface ZeroPadding3DOptions extends LayerOptionsOf<typeof options> {}
type Args =
  | [padding: number | readonly (number | readonly number[])[], options?: ZeroPadding3DOptions]
  | [options?: ZeroPadding3DOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ZeroPadding3DLayer extends BaseZeroPadding {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { ndim: 5 };
  }
  protected override get additions(): readonly Edge[] {
    return allEdges(this.padding, this.dataFormat);
  }
}
interface ZeroPadding3DLayer extends LayerValues<typeof options> {}
export interface ZeroPadding3D extends ZeroPadding3DLayer {}
export const ZeroPadding3D: Class<Args, ZeroPadding3D> = callable(ZeroPadding3DLayer, 'ZeroPadding3D');
