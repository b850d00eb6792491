// Softmax: shares that sum to 1 along an axis; masked positions get none.
// Source: https://keras.io/api/layers/activation_layers/softmax/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { add, cast, multiply, subtract } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { softmax } from '../../activations/index.ts';
import * as o from '../../schema.ts';
import { isTensor } from '../../symbolic/keras-tensor.ts';
import type { CallOptions } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema(
  'Softmax',
  { axis: o.optional(o.either(o.integer(), o.integers()), -1) },
  { positional: ['axis'] },
);
export interface SoftmaxOptions extends LayerOptionsOf<typeof options> {}
type SoftmaxArgs = [axis: number | readonly number[], options?: SoftmaxOptions] | [options?: SoftmaxOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class SoftmaxLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: SoftmaxArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  protected override get takesMask(): boolean {
    return true;
  }
  override call(inputs: Tensor, { mask }: CallOptions = {}): Tensor {
    if (!isTensor(mask)) return softmax(inputs, this.axis);
    // Masked positions are so small that their share is 0.
    const dropped = multiply(subtract(1, cast(mask, inputs.dtype)), inputs.dtype === 'float16' ? -3e4 : -1e9);
    return multiply(softmax(add(inputs, dropped), this.axis), cast(mask, inputs.dtype));
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface SoftmaxLayer extends LayerValues<typeof options> {}
export interface Softmax extends SoftmaxLayer {}
export const Softmax: Class<SoftmaxArgs, Softmax> = callable(SoftmaxLayer, 'Softmax');
