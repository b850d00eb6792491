// Maximum: the largest of its inputs, element by element.
// Source: https://keras.io/api/layers/merging_layers/maximum/
import { type Class, callable } from '../../../base/callable.ts';
import { maximum as maximumOp } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Inputs } from '../../types.ts';
import { type LayerOptions, layerSchema } from '../layer-options.ts';
import { foldMasked } from './masked-fold.ts';
import { Merge } from './merge.ts';

const options = layerSchema('Maximum', {});

class MaximumLayer extends Merge {
  static override readonly schema = options;
  constructor(...args: [options?: LayerOptions]) {
    super(options, args);
    this.supportsMasking = true;
  }
  protected override merge(tensors: readonly Tensor[]): Tensor {
    return foldMasked(tensors, (a, b) => maximumOp(a, b));
  }
}
export interface Maximum extends MaximumLayer {}
export const Maximum: Class<[options?: LayerOptions], Maximum> = callable(MaximumLayer, 'Maximum');

/** The maximum of the inputs, as a layer applied at once. */
export const maximum = (inputs: readonly Inputs[], given?: LayerOptions): Tensor => new Maximum(given)(inputs);
