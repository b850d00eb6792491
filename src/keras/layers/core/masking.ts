// Masking: time steps of which every feature is the mask value do not count.
// Source: https://keras.io/api/layers/core_layers/masking/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { cast, multiply, notEqual } from '../../../ops/math/elementwise.ts';
import { reduceAny } from '../../../ops/math/reduce.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { Structure } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema('Masking', { maskValue: o.optional(o.number(), 0) }, { positional: ['maskValue'] });
export interface MaskingOptions extends LayerOptionsOf<typeof options> {}
type MaskingArgs = [maskValue: number, options?: MaskingOptions] | [options?: MaskingOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class MaskingLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: MaskingArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  override computeMask(inputs: Structure): Structure {
    return reduceAny(notEqual(inputs as Tensor, this.maskValue), -1);
  }
  override call(inputs: Tensor): Tensor {
    const kept = reduceAny(notEqual(inputs, this.maskValue), -1, { keepdims: true });
    return multiply(inputs, cast(kept, inputs.dtype));
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface MaskingLayer extends LayerValues<typeof options> {}
export interface Masking extends MaskingLayer {}
export const Masking: Class<MaskingArgs, Masking> = callable(MaskingLayer, 'Masking');
