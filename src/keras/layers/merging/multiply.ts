// Multiply: the product of its inputs.
// Source: https://keras.io/api/layers/merging_layers/multiply/
import { type Class, callable } from '../../../base/callable.ts';
import { cast, logicalOr, multiply as multiplyOp, where } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { maskOf, setMask } from '../../symbolic/mask.ts';
import type { Inputs } from '../../types.ts';
import { type LayerOptions, layerSchema } from '../layer-options.ts';
import { wide } from './masked-fold.ts';
import { Merge } from './merge.ts';

const options = layerSchema('Multiply', {});

class MultiplyLayer extends Merge {
  static override readonly schema = options;
  constructor(...args: [options?: LayerOptions]) {
    super(options, args);
    this.supportsMasking = true;
  }
  protected override merge(tensors: readonly Tensor[]): Tensor {
    // Masked elements count as 1; where all are masked the product is 0.
    const masks = tensors.map(maskOf);
    const given = tensors.map((x, i) => (masks[i] ? where(wide(masks[i], x), x, cast(1, x.dtype)) : x));
    const product = given.reduce((a, b) => multiplyOp(a, b));
    if (!masks.every((mask) => mask !== null)) return product;
    const any = (masks as Tensor[]).reduce((a, b) => logicalOr(a, b));
    const output = where(wide(any, product), product, cast(0, product.dtype));
    setMask(output, any);
    return output;
  }
}
export interface Multiply extends MultiplyLayer {}
export const Multiply: Class<[options?: LayerOptions], Multiply> = callable(MultiplyLayer, 'Multiply');

/** The product of the inputs, as a layer applied at once. */
export const multiply = (inputs: readonly Inputs[], given?: LayerOptions): Tensor => new Multiply(given)(inputs);
