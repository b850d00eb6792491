// RNN: any cell, or cells on top of each other, along a sequence.
// Source: https://keras.io/api/layers/recurrent_layers/rnn/
import { callable } from '../../../base/callable.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { Structure, With } from '../../types.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { type Cell, cellKind, checkCell } from './cell.ts';
import { loopDefinitions, RecurrentLayer } from './recurrent-layer.ts';
import { StackedRNNCells } from './stacked-rnn-cells.ts';

/** A list of cells stands for their stack. */
const cellOrCells: o.Kind<Cell | readonly Cell[], Cell> = {
  ...cellKind,
  parse: (value, where) =>
    Array.isArray(value)
      ? { value: new StackedRNNCells(value.map((cell, i) => checkCell(cell, `${where}[${i}]`))) }
      : { value: checkCell(value, where) },
} as o.Kind<Cell | readonly Cell[], Cell>;

const options = layerSchema('RNN', { ...loopDefinitions, cell: o.required(cellOrCells) }, { positional: ['cell'] });
export interface RNNOptions<S extends boolean = boolean> extends Omit<LayerOptionsOf<typeof options>, 'returnState'> {
  returnState?: S | undefined;
}
/** With returnState the states after the output, nested for cells of cells. */
type RNNOutput<S extends boolean> = S extends true ? [output: Tensor, ...states: Structure[]] : Tensor;
type Args<S extends boolean> =
  | [cell: Cell | readonly Cell[], options?: RNNOptions<S>]
  | [options: With<RNNOptions<S>, 'cell'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RNNLayer<S extends boolean> extends RecurrentLayer<RNNOutput<S>> {
  static override readonly schema: o.SchemaLike = options;
  declare readonly cell: Cell;
  constructor(...args: Args<S>) {
    super(options, args);
  }
}
// biome-ignore lint/correctness/noUnusedVariables: the same type parameter as the class.
interface RNNLayer<S extends boolean> extends LayerValues<typeof options> {}
export interface RNN<S extends boolean = false> extends RNNLayer<S> {}
export interface RNNClass {
  new <const S extends boolean = false>(...args: Args<S>): RNN<S>;
  <const S extends boolean = false>(...args: Args<S>): RNN<S>;
  readonly prototype: RNN;
}
export const RNN: RNNClass = callable(RNNLayer, 'RNN') as object as RNNClass;
