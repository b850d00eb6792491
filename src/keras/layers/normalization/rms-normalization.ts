// RMSNormalization: each sample is divided by its root mean square over the given axes (Zhang & Sennrich, 2019).
// Source: https://keras.io/api/layers/normalization_layers/rms_normalization/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { add, cast, multiply, rsqrt, square } from '../../../ops/math/elementwise.ts';
import { reduceMean } from '../../../ops/math/reduce.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { lengthsOf, shaped, wide } from './scale-and-center.ts';

const options = layerSchema(
  'RMSNormalization',
  { axis: o.optional(o.either(o.integer(), o.integers()), -1), epsilon: o.optional(o.number({ min: 0 }), 1e-6) },
  { positional: ['axis', 'epsilon'] },
);
export interface RMSNormalizationOptions extends LayerOptionsOf<typeof options> {}
type RMSNormalizationArgs =
  | [axis: number | readonly number[], options?: RMSNormalizationOptions]
  | [options?: RMSNormalizationOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RMSNormalizationLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  scale!: VariableTensor;

  constructor(...args: RMSNormalizationArgs) {
    super(options, args);
  }
  override build(inputShape: Shape): void {
    const axes = [this.axis].flat().sort((a, b) => a - b);
    const shape = lengthsOf(axes, inputShape, this.name);
    // As Keras writes it once the layer is built.
    Object.assign(this, { axis: axes });
    this.scale = this.addWeight({ name: 'scale', shape, initializer: 'ones' });
  }
  /** x / √(mean(x²) + ε) · scale */
  override call(inputs: Tensor): Tensor {
    const x = wide(inputs);
    const inverse = rsqrt(add(reduceMean(square(x), this.axis, { keepdims: true }), this.epsilon));
    const y = multiply(multiply(x, inverse), shaped(this.scale, x, null)!);
    return y.dtype === inputs.dtype ? y : cast(y, inputs.dtype);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    lengthsOf([this.axis].flat(), inputShape, this.name);
    return inputShape;
  }
}
interface RMSNormalizationLayer extends LayerValues<typeof options> {}
export interface RMSNormalization extends RMSNormalizationLayer {}
export const RMSNormalization: Class<RMSNormalizationArgs, RMSNormalization> = callable(
  RMSNormalizationLayer,
  'RMSNormalization',
);
