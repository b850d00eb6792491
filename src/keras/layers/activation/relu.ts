// ReLU: max(x, 0), with a slope below and a limit above.
// Source: https://keras.io/api/layers/activation_layers/relu/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { relu } from '../../activations/index.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema(
  'ReLU',
  {
    maxValue: o.optional(o.nullable(o.number({ min: 0 })), null),
    negativeSlope: o.optional(o.nullable(o.number({ min: 0 })), 0),
    threshold: o.optional(o.nullable(o.number({ min: 0 })), 0),
  },
  { positional: ['maxValue', 'negativeSlope', 'threshold'] },
);
export interface ReLUOptions extends LayerOptionsOf<typeof options> {}
type ReLUArgs = [options?: ReLUOptions] | [maxValue: ReLUOptions['maxValue'], options?: ReLUOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ReLULayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: ReLUArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  override call(inputs: Tensor): Tensor {
    return relu(inputs, {
      negativeSlope: this.negativeSlope ?? 0,
      maxValue: this.maxValue,
      threshold: this.threshold ?? 0,
    });
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface ReLULayer extends LayerValues<typeof options> {}
export interface ReLU extends ReLULayer {}
export const ReLU: Class<ReLUArgs, ReLU> = callable(ReLULayer, 'ReLU');
