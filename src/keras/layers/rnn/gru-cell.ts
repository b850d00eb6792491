// GRUCell: one state, and gates that reset it and bring it up to date.
// Source: https://keras.io/api/layers/recurrent_layers/gru_cell/ (Cho et al. 2014)
import { type Class, callable } from '../../../base/callable.ts';
import { concat, slice, split } from '../../../ops/core/arrange.ts';
import { zeros } from '../../../ops/core/create.ts';
import { add, multiply, subtract } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
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
import { type Masks, maskedProduct, withBias } from './products.ts';
import type { Loop } from './recurrence.ts';

/** The options of the cell that its layer has too. */
export const gruDefinitions = {
  ...unitsDefinition,
  activation: o.optional(activation, 'tanh'),
  recurrentActivation: o.optional(activation, 'sigmoid'),
  ...weightDefinitions,
  resetAfter: o.optional(o.boolean, true),
  ...seedDefinition,
  ...implementationDefinition,
} as const;
const options = layerSchema('GRUCell', gruDefinitions, {
  positional: ['units', 'activation', 'recurrentActivation'],
});
export interface GRUCellOptions extends LayerOptionsOf<typeof options> {}
type Args = [units: number, options?: GRUCellOptions] | [options: With<GRUCellOptions, 'units'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class GRUCellLayer extends BuiltInCell {
  static override readonly schema = options;
  override readonly stateSize: number;
  protected override get gates(): number {
    return 3;
  }
  protected override get maskCount(): number {
    return this.implementation === 1 || this.recurrentDropout !== 0 ? 3 : 1;
  }
  constructor(...args: Args) {
    super(options, args);
    this.stateSize = this.units;
  }
  /** With resetAfter one bias for the product with the inputs and one for that with the state. */
  protected override biasShape(): readonly number[] {
    return this.resetAfter ? [2, 3 * this.units] : [3 * this.units];
  }
  /** z, r, g = update gate, reset gate, candidate; h' = z·h + (1 − z)·g: (batch, features), (batch, units) → (batch, units) */
  protected override steps(drops: Drops): Loop {
    const kernel = this.inComputeDtype(this.kernel);
    const [bias, stateBias] = this.#biases();
    const advance = this.resetAfter ? this.#resetAfter(drops.states, stateBias) : this.#resetBefore(drops.states);
    return {
      outputIsState: true,
      project: (x) => withBias(maskedProduct(x, kernel, drops.inputs), bias),
      step: (x, [h]) => {
        const output = advance(x, h!);
        return { output, states: [output] };
      },
    };
  }
  /** The bias that can be added for all steps at once, and that of the candidate's state, which the reset gate multiplies. */
  #biases(): [all: Tensor | null, state: Tensor | null] {
    if (!this.bias) return [null, null];
    const bias = this.inComputeDtype(this.bias);
    if (!this.resetAfter) return [bias, null];
    const { units } = this;
    const gates = concat([slice(bias, [1, 0], [1, 2 * units]), zeros([1, units], { dtype: bias.dtype })], 1);
    return [add(slice(bias, [0, 0], [1, -1]), gates), slice(bias, [1, 2 * units], [1, units])];
  }
  /** g = activation(x + r · (h · kernel + bias)) */
  #resetAfter(masks: Masks, bias: Tensor | null): (x: Tensor, h: Tensor) => Tensor {
    const recurrent = this.inComputeDtype(this.recurrentKernel);
    const { activation: activate, recurrentActivation: gate } = this;
    return (x, h) => {
      const [xz, xr, xg] = split(x, 3, -1);
      const [hz, hr, hg] = split(maskedProduct(h, recurrent, masks), 3, -1);
      const z = gate(add(xz!, hz!));
      const r = gate(add(xr!, hr!));
      return mixed(z, h, activate(add(xg!, multiply(r, withBias(hg!, bias)))));
    };
  }
  /** g = activation(x + (r · h) · kernel) */
  #resetBefore(masks: Masks): (x: Tensor, h: Tensor) => Tensor {
    const { units, activation: activate, recurrentActivation: gate } = this;
    const kernel = this.inComputeDtype(this.recurrentKernel);
    const ofGates = slice(kernel, [0, 0], [-1, 2 * units]);
    const ofCandidate = slice(kernel, [0, 2 * units], [-1, units]);
    const [mz, mr, mg] = masks ?? [];
    return (x, h) => {
      const [xz, xr, xg] = split(x, 3, -1);
      const [hz, hr] = split(maskedProduct(h, ofGates, mz && mr ? [mz, mr] : null), 2, -1);
      const z = gate(add(xz!, hz!));
      const r = gate(add(xr!, hr!));
      return mixed(z, h, activate(add(xg!, maskedProduct(multiply(r, h), ofCandidate, mg ? [mg] : null))));
    };
  }
}
/** z·h + (1 − z)·g */
const mixed = (z: Tensor, h: Tensor, g: Tensor): Tensor => add(multiply(z, h), multiply(subtract(1, z), g));

interface GRUCellLayer extends LayerValues<typeof options> {}
export interface GRUCell extends GRUCellLayer {}
export const GRUCell: Class<Args, GRUCell> = callable(GRUCellLayer, 'GRUCell');
