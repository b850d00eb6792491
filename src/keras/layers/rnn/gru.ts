// GRU: GRUCell along a sequence.
// Source: https://keras.io/api/layers/recurrent_layers/gru/
import { callable } from '../../../base/callable.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { With } from '../../types.ts';
import { regularizer } from '../kinds.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { GRUCell, type GRUCellOptions, gruDefinitions } from './gru-cell.ts';
import { cellOptions, loopDefinitions, RecurrentLayer, type RecurrentOutput, useCudnn } from './recurrent-layer.ts';

const options = layerSchema(
  'GRU',
  {
    ...loopDefinitions,
    ...gruDefinitions,
    activityRegularizer: o.optional(o.nullable(regularizer), null),
    useCudnn,
  },
  { positional: ['units', 'activation', 'recurrentActivation'] },
);
export interface GRUOptions<S extends boolean = boolean> extends Omit<LayerOptionsOf<typeof options>, 'returnState'> {
  returnState?: S | undefined;
}
type Args<S extends boolean> = [units: number, options?: GRUOptions<S>] | [options: With<GRUOptions<S>, 'units'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class GRULayer<S extends boolean> extends RecurrentLayer<RecurrentOutput<S, [state: Tensor]>> {
  static override readonly schema: o.SchemaLike = options;
  override readonly cell: GRUCell;
  constructor(...args: Args<S>) {
    super(options, args);
    this.inputSpec = { ndim: 3 };
    this.cell = new GRUCell(cellOptions<With<GRUCellOptions, 'units'>>(this, gruDefinitions, 'gru_cell'));
  }
}
// biome-ignore lint/correctness/noUnusedVariables: the same type parameter as the class.
interface GRULayer<S extends boolean> extends LayerValues<typeof options> {}
export interface GRU<S extends boolean = false> extends GRULayer<S> {}
export interface GRUClass {
  new <const S extends boolean = false>(...args: Args<S>): GRU<S>;
  <const S extends boolean = false>(...args: Args<S>): GRU<S>;
  readonly prototype: GRU;
}
export const GRU: GRUClass = callable(GRULayer, 'GRU') as object as GRUClass;
