// ThresholdedReLU (Keras 2): x where it is above theta, 0 elsewhere.
// Source: https://www.tensorflow.org/api_docs/python/tf/keras/layers/ThresholdedReLU (tf_keras)
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { cast, greater, multiply } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema(
  'ThresholdedReLU',
  { theta: o.optional(o.number({ min: 0 }), 1) },
  { positional: ['theta'] },
);
export interface ThresholdedReLUOptions extends LayerOptionsOf<typeof options> {}
type Args = [theta: number, options?: ThresholdedReLUOptions] | [options?: ThresholdedReLUOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ThresholdedReLULayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.supportsMasking = true;
  }
  override call(inputs: Tensor): Tensor {
    return multiply(inputs, cast(greater(inputs, this.theta), inputs.dtype));
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface ThresholdedReLULayer extends LayerValues<typeof options> {}
export interface ThresholdedReLU extends ThresholdedReLULayer {}
export const ThresholdedReLU: Class<Args, ThresholdedReLU> = callable(ThresholdedReLULayer, 'ThresholdedReLU');
