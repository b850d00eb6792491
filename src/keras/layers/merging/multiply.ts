// Multiply: the product of its inputs.
// Source: https://keras.io/api/layers/merging_layers/multiply/
import { type Class, callable } from '../../../base/callable.ts';
import { multiply as multiplyOp } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Inputs } from '../../types.ts';
import { type LayerOptions, layerSchema } from '../layer-options.ts';
import { Merge } from './merge.ts';

const options = layerSchema('Multiply', {});

class MultiplyLayer extends Merge {
  static override readonly schema = options;
  constructor(...args: [options?: LayerOptions]) {
    super(options, args);
    this.supportsMasking = true;
  }
  protected override merge(tensors: readonly Tensor[]): Tensor {
    return tensors.reduce((a, b) => multiplyOp(a, b));
  }
}
export interface Multiply extends MultiplyLayer {}
export const Multiply: Class<[options?: LayerOptions], Multiply> = callable(MultiplyLayer, 'Multiply');

/** The product of the inputs, as a layer applied at once. */
export const multiply = (inputs: readonly Inputs[], given?: LayerOptions): Tensor => new Multiply(given)(inputs);
