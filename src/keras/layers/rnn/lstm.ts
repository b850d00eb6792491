// LSTM: LSTMCell along a sequence.
// Source: https://keras.io/api/layers/recurrent_layers/lstm/
import { callable } from '../../../base/callable.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { With } from '../../types.ts';
import { regularizer } from '../kinds.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { LSTMCell, type LSTMCellOptions, lstmDefinitions } from './lstm-cell.ts';
import { cellOptions, loopDefinitions, RecurrentLayer, type RecurrentOutput, useCudnn } from './recurrent-layer.ts';

const options = layerSchema(
  'LSTM',
  {
    ...loopDefinitions,
    ...lstmDefinitions,
    activityRegularizer: o.optional(o.nullable(regularizer), null),
    useCudnn,
  },
  { positional: ['units', 'activation', 'recurrentActivation'] },
);
export interface LSTMOptions<S extends boolean = boolean> extends Omit<LayerOptionsOf<typeof options>, 'returnState'> {
  returnState?: S | undefined;
}
type Args<S extends boolean> = [units: number, options?: LSTMOptions<S>] | [options: With<LSTMOptions<S>, 'units'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class LSTMLayer<S extends boolean> extends RecurrentLayer<RecurrentOutput<S, [hidden: Tensor, carry: Tensor]>> {
  static override readonly schema: o.SchemaLike = options;
  override readonly cell: LSTMCell;
  constructor(...args: Args<S>) {
    super(options, args);
    this.inputSpec = { ndim: 3 };
    this.cell = new LSTMCell(cellOptions<With<LSTMCellOptions, 'units'>>(this, lstmDefinitions, 'lstm_cell'));
  }
}
// biome-ignore lint/correctness/noUnusedVariables: the same type parameter as the class.
interface LSTMLayer<S extends boolean> extends LayerValues<typeof options> {}
export interface LSTM<S extends boolean = false> extends LSTMLayer<S> {}
export interface LSTMClass {
  new <const S extends boolean = false>(...args: Args<S>): LSTM<S>;
  <const S extends boolean = false>(...args: Args<S>): LSTM<S>;
  readonly prototype: LSTM;
}
export const LSTM: LSTMClass = callable(LSTMLayer, 'LSTM') as object as LSTMClass;
