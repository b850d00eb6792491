// Average: the mean of its inputs.
// Source: https://keras.io/api/layers/merging_layers/average/
import { type Class, callable } from '../../../base/callable.ts';
import { add, divide } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Inputs } from '../../types.ts';
import { type LayerOptions, layerSchema } from '../layer-options.ts';
import { Merge } from './merge.ts';

const options = layerSchema('Average', {});

class AverageLayer extends Merge {
  static override readonly schema = options;
  constructor(...args: [options?: LayerOptions]) {
    super(options, args);
    this.supportsMasking = true;
  }
  protected override merge(tensors: readonly Tensor[]): Tensor {
    return divide(
      tensors.reduce((a, b) => add(a, b)),
      tensors.length,
    );
  }
}
export interface Average extends AverageLayer {}
export const Average: Class<[options?: LayerOptions], Average> = callable(AverageLayer, 'Average');

/** The mean of the inputs, as a layer applied at once. */
export const average = (inputs: readonly Inputs[], given?: LayerOptions): Tensor => new Average(given)(inputs);
