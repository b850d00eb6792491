// Add: the sum of its inputs.
// Source: https://keras.io/api/layers/merging_layers/add/
import { type Class, callable } from '../../../base/callable.ts';
import { add as addOp } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Inputs } from '../../types.ts';
import { type LayerOptions, layerSchema } from '../layer-options.ts';
import { Merge } from './merge.ts';

const options = layerSchema('Add', {});

class AddLayer extends Merge {
  static override readonly schema = options;
  constructor(...args: [options?: LayerOptions]) {
    super(options, args);
    this.supportsMasking = true;
  }
  protected override merge(tensors: readonly Tensor[]): Tensor {
    return tensors.reduce((a, b) => addOp(a, b));
  }
}
export interface Add extends AddLayer {}
export const Add: Class<[options?: LayerOptions], Add> = callable(AddLayer, 'Add');

/** The sum of the inputs, as a layer applied at once. */
export const add = (inputs: readonly Inputs[], given?: LayerOptions): Tensor => new Add(given)(inputs);
