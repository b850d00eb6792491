// SimpleRNNCell: the output goes back in.
// Source: https://keras.io/api/layers/recurrent_layers/simple_rnn_cell/
import { type Class, callable } from '../../../base/callable.ts';
import { add } from '../../../ops/math/elementwise.ts';
import * as o from '../../schema.ts';
import type { With } from '../../types.ts';
import { activation } from '../kinds.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import {
  BuiltInCell,
  generatorDefinition,
  seedDefinition,
  seedFirst,
  unitsDefinition,
  weightDefinitions,
} from './built-in-cell.ts';
import type { Drops } from './dropout-masks.ts';
import { maskedProduct, withBias } from './products.ts';
import type { Loop } from './recurrence.ts';

/** The options of the cell that its layer has too. */
export const simpleRNNDefinitions = {
  ...unitsDefinition,
  activation: o.optional(activation, 'tanh'),
  ...weightDefinitions,
} as const;
const options = layerSchema(
  'SimpleRNNCell',
  { ...simpleRNNDefinitions, ...seedDefinition, ...generatorDefinition },
  { positional: ['units', 'activation'], ignored: ['implementation'] },
);
export interface SimpleRNNCellOptions extends LayerOptionsOf<typeof options> {}
type Args = [units: number, options?: SimpleRNNCellOptions] | [options: With<SimpleRNNCellOptions, 'units'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class SimpleRNNCellLayer extends BuiltInCell {
  static override readonly schema = options;
  override readonly stateSize: number;
  protected override get gates(): number {
    return 1;
  }
  protected override get maskCount(): number {
    return 1;
  }
  constructor(...args: Args) {
    super(options, args, seedFirst(options, args));
    this.stateSize = this.units;
  }
  /** h' = activation(x · kernel + bias + h · recurrentKernel): (batch, features), (batch, units) → (batch, units) */
  protected override steps(drops: Drops): Loop {
    const kernel = this.inComputeDtype(this.kernel);
    const recurrent = this.inComputeDtype(this.recurrentKernel);
    const bias = this.bias && this.inComputeDtype(this.bias);
    return {
      outputIsState: true,
      project: (x) => withBias(maskedProduct(x, kernel, drops.inputs), bias),
      step: (x, [h]) => {
        const output = this.activation(add(x, maskedProduct(h!, recurrent, drops.states)));
        return { output, states: [output] };
      },
    };
  }
}
interface SimpleRNNCellLayer extends Omit<LayerValues<typeof options>, 'seedGenerator'> {}
export interface SimpleRNNCell extends SimpleRNNCellLayer {}
export const SimpleRNNCell: Class<Args, SimpleRNNCell> = callable(SimpleRNNCellLayer, 'SimpleRNNCell');
