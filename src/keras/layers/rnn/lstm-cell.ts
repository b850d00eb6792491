// LSTMCell: a memory that gates write, forget and read.
// Source: https://keras.io/api/layers/recurrent_layers/lstm_cell/ (Hochreiter and Schmidhuber 1997)
import { type Class, callable } from '../../../base/callable.ts';
import { split } from '../../../ops/core/arrange.ts';
import { add, multiply } from '../../../ops/math/elementwise.ts';
import * as o from '../../schema.ts';
import type { With } from '../../types.ts';
import { activation } from '../kinds.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import {
  BuiltInCell,
  implementationDefinition,
  seedDefinition,
  unitsDefinition,
  weightDefinitions,
} from './built-in-cell.ts';
import type { Drops } from './dropout-masks.ts';
import { forgetBias } from './forget-bias.ts';
import { maskedProduct, withBias } from './products.ts';
import type { Loop } from './recurrence.ts';

/** The options of the cell that its layer has too. */
export const lstmDefinitions = {
  ...unitsDefinition,
  activation: o.optional(activation, 'tanh'),
  recurrentActivation: o.optional(activation, 'sigmoid'),
  ...weightDefinitions,
  unitForgetBias: o.optional(o.boolean, true),
  ...seedDefinition,
  ...implementationDefinition,
} as const;
const options = layerSchema('LSTMCell', lstmDefinitions, {
  positional: ['units', 'activation', 'recurrentActivation'],
});
export interface LSTMCellOptions extends LayerOptionsOf<typeof options> {}
type Args = [units: number, options?: LSTMCellOptions] | [options: With<LSTMCellOptions, 'units'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class LSTMCellLayer extends BuiltInCell {
  static override readonly schema = options;
  /** Of h, the output, and c, the memory. */
  override readonly stateSize: readonly [number, number];
  protected override get gates(): number {
    return 4;
  }
  protected override get maskCount(): number {
    return this.implementation === 1 || this.recurrentDropout !== 0 ? 4 : 1;
  }
  constructor(...args: Args) {
    super(options, args);
    this.stateSize = [this.units, this.units];
  }
  protected override firstBias(): typeof this.biasInitializer {
    return this.unitForgetBias ? forgetBias(this.biasInitializer, this.units) : this.biasInitializer;
  }
  /**
   * i, f, g, o = gates of x · kernel + bias + h · recurrentKernel; c' = f·c + i·g; h' = o·activation(c').
   * (batch, features), (batch, units) twice → (batch, units)
   */
  protected override steps(drops: Drops): Loop {
    const kernel = this.inComputeDtype(this.kernel);
    const recurrent = this.inComputeDtype(this.recurrentKernel);
    const bias = this.bias && this.inComputeDtype(this.bias);
    const { activation: activate, recurrentActivation: gate } = this;
    return {
      outputIsState: true,
      project: (x) => withBias(maskedProduct(x, kernel, drops.inputs), bias),
      step: (x, [h, c]) => {
        const [i, f, g, o] = split(add(x, maskedProduct(h!, recurrent, drops.states)), 4, -1);
        const memory = add(multiply(gate(f!), c!), multiply(gate(i!), activate(g!)));
        const output = multiply(gate(o!), activate(memory));
        return { output, states: [output, memory] };
      },
    };
  }
}
interface LSTMCellLayer extends LayerValues<typeof options> {}
export interface LSTMCell extends LSTMCellLayer {}
export const LSTMCell: Class<Args, LSTMCell> = callable(LSTMCellLayer, 'LSTMCell');
