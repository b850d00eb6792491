// Minimum: the smallest of its inputs, element by element.
// Source: https://keras.io/api/layers/merging_layers/minimum/
import { type Class, callable } from '../../../base/callable.ts';
import { minimum as minimumOp } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Inputs } from '../../types.ts';
import { type LayerOptions, layerSchema } from '../layer-options.ts';
import { foldMasked } from './masked-fold.ts';
import { Merge } from './merge.ts';

const options = layerSchema('Minimum', {});

class MinimumLayer extends Merge {
  static override readonly schema = options;
  constructor(...args: [options?: LayerOptions]) {
    super(options, args);
    this.supportsMasking = true;
  }
  protected override merge(tensors: readonly Tensor[]): Tensor {
    return foldMasked(tensors, (a, b) => minimumOp(a, b));
  }
}
export interface Minimum extends MinimumLayer {}
export const Minimum: Class<[options?: LayerOptions], Minimum> = callable(MinimumLayer, 'Minimum');

/** The minimum of the inputs, as a layer applied at once. */
export const minimum = (inputs: readonly Inputs[], given?: LayerOptions): Tensor => new Minimum(given)(inputs);
