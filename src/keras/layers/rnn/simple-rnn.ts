// SimpleRNN: SimpleRNNCell along a sequence.
// Source: https://keras.io/api/layers/recurrent_layers/simple_rnn/
import { callable } from '../../../base/callable.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { With } from '../../types.ts';
import { regularizer } from '../kinds.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { seedFirst } from './built-in-cell.ts';
import { cellOptions, loopDefinitions, RecurrentLayer, type RecurrentOutput } from './recurrent-layer.ts';
import { SimpleRNNCell, type SimpleRNNCellOptions, simpleRNNDefinitions } from './simple-rnn-cell.ts';

const options = layerSchema(
  'SimpleRNN',
  {
    ...loopDefinitions,
    ...simpleRNNDefinitions,
    activityRegularizer: o.optional(o.nullable(regularizer), null),
    // Keras writes no seed of this layer to files.
    seed: o.optional(o.seed, null, { internal: true }),
  },
  { positional: ['units', 'activation'], ignored: ['implementation'] },
);
export interface SimpleRNNOptions<S extends boolean = boolean>
  extends Omit<LayerOptionsOf<typeof options>, 'returnState'> {
  returnState?: S | undefined;
}
type Args<S extends boolean> =
  | [units: number, options?: SimpleRNNOptions<S>]
  | [options: With<SimpleRNNOptions<S>, 'units'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class SimpleRNNLayer<S extends boolean> extends RecurrentLayer<RecurrentOutput<S, [state: Tensor]>> {
  static override readonly schema: o.SchemaLike = options;
  override readonly cell: SimpleRNNCell;
  constructor(...args: Args<S>) {
    const seedGenerator = seedFirst(options, args);
    super(options, args);
    this.inputSpec = { ndim: 3 };
    const own = cellOptions<With<SimpleRNNCellOptions, 'units'>>(this, simpleRNNDefinitions, 'simple_rnn_cell');
    this.cell = new SimpleRNNCell({ ...own, seed: this.seed, seedGenerator });
  }
}
// biome-ignore lint/correctness/noUnusedVariables: the same type parameter as the class.
interface SimpleRNNLayer<S extends boolean> extends LayerValues<typeof options> {}
export interface SimpleRNN<S extends boolean = false> extends SimpleRNNLayer<S> {}
export interface SimpleRNNClass {
  new <const S extends boolean = false>(...args: Args<S>): SimpleRNN<S>;
  <const S extends boolean = false>(...args: Args<S>): SimpleRNN<S>;
  readonly prototype: SimpleRNN;
}
export const SimpleRNN: SimpleRNNClass = callable(SimpleRNNLayer, 'SimpleRNN') as object as SimpleRNNClass;
