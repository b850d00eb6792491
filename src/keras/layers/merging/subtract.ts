// Subtract: the first input less the second.
// Source: https://keras.io/api/layers/merging_layers/subtract/
import { type Class, callable } from '../../../base/callable.ts';
import { ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import { subtract as subtractOp } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Inputs } from '../../types.ts';
import { type LayerOptions, layerSchema } from '../layer-options.ts';
import { Merge } from './merge.ts';

const options = layerSchema('Subtract', {});

class SubtractLayer extends Merge {
  static override readonly schema = options;
  constructor(...args: [options?: LayerOptions]) {
    super(options, args);
    this.supportsMasking = true;
  }
  protected override checkShapes(shapes: readonly Shape[]): void {
    if (shapes.length !== 2)
      throw new ValueError(`layer '${this.name}': Subtract takes exactly 2 inputs, found ${shapes.length}.`);
    super.checkShapes(shapes);
  }
  protected override merge([a, b]: readonly Tensor[]): Tensor {
    return subtractOp(a!, b!);
  }
}
export interface Subtract extends SubtractLayer {}
export const Subtract: Class<[options?: LayerOptions], Subtract> = callable(SubtractLayer, 'Subtract');

/** The difference of the inputs, as a layer applied at once. */
export const subtract = (inputs: readonly Inputs[], given?: LayerOptions): Tensor => new Subtract(given)(inputs);
