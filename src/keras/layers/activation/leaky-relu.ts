// LeakyReLU: x above 0, a share of it below.
// Source: https://keras.io/api/layers/activation_layers/leaky_relu/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { leakyRelu } from '../../activations/index.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema(
  'LeakyReLU',
  { negativeSlope: o.optional(o.number(), 0.3) },
  { positional: ['negativeSlope'], renamed: { alpha: 'negativeSlope' } },
);
export interface LeakyReLUOptions extends LayerOptionsOf<typeof options> {}
type LeakyReLUArgs =
  | [negativeSlope: number, options?: LeakyReLUOptions]
  | [options?: LeakyReLUOptions & { alpha?: number | undefined }];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class LeakyReLULayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: LeakyReLUArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  override call(inputs: Tensor): Tensor {
    return leakyRelu(inputs, this.negativeSlope);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface LeakyReLULayer extends LayerValues<typeof options> {}
export interface LeakyReLU extends LeakyReLULayer {}
export const LeakyReLU: Class<LeakyReLUArgs, LeakyReLU> = callable(LeakyReLULayer, 'LeakyReLU');
