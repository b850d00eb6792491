// LayerNormalization: each sample gets mean 0 and variance 1 over the given axes.
// Source: https://keras.io/api/layers/normalization_layers/layer_normalization/
import { type Class, callable } from '../../../base/callable.ts';
import { normalizeAxes, type Shape } from '../../../base/shape.ts';
import { add, cast, multiply, rsqrt } from '../../../ops/math/elementwise.ts';
import { reduceVariance } from '../../../ops/math/reduce.ts';
import { batchNormalization, moments } from '../../../ops/nn/normalization.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { addBeta, addGamma, lengthsOf, scaleAndCenter, shaped, wide } from './scale-and-center.ts';

const options = layerSchema(
  'LayerNormalization',
  {
    axis: o.optional(o.either(o.integer(), o.integers()), -1),
    epsilon: o.optional(o.number({ min: 0 }), 1e-3),
    ...scaleAndCenter,
    rmsScaling: o.optional(o.boolean, false),
    autocast: o.optional(o.boolean, false, { internal: true }),
  },
  { positional: ['axis'] },
);
export interface LayerNormalizationOptions extends LayerOptionsOf<typeof options> {}
type LayerNormalizationArgs =
  | [axis: number | readonly number[], options?: LayerNormalizationOptions]
  | [options?: LayerNormalizationOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class LayerNormalizationLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  gamma: VariableTensor | null = null;
  beta: VariableTensor | null = null;

  constructor(...args: LayerNormalizationArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  override build(inputShape: Shape): void {
    const axes = [this.axis].flat().sort((a, b) => a - b);
    const shape = lengthsOf(axes, inputShape, this.name);
    // As Keras writes it once the layer is built.
    Object.assign(this, { axis: axes });
    if (this.scale || this.rmsScaling) this.gamma = addGamma(this, shape);
    if (this.center && !this.rmsScaling) this.beta = addBeta(this, shape);
  }
  /** (x − mean) / √(variance + ε) · gamma + beta, over the axes; with rmsScaling x / √(variance + ε) · gamma. */
  override call(inputs: Tensor): Tensor {
    const x = wide(inputs);
    const axes = normalizeAxes([this.axis].flat(), x.rank, this.name);
    const shape = axes.length === 1 && axes[0] === x.rank - 1 ? null : x.dims.map((n, i) => (axes.includes(i) ? n : 1));
    const [gamma, beta] = [shaped(this.gamma, x, shape), shaped(this.beta, x, shape)];
    let y: Tensor;
    if (this.rmsScaling) {
      const scaled = multiply(x, rsqrt(add(reduceVariance(x, axes, { keepdims: true }), this.epsilon)));
      y = gamma ? multiply(scaled, gamma) : scaled;
    } else {
      const [mean, variance] = moments(x, axes, { keepdims: true });
      y = batchNormalization(x, mean, variance, beta, gamma, this.epsilon);
    }
    return y.dtype === this.computeDtype ? y : cast(y, this.computeDtype);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    lengthsOf([this.axis].flat(), inputShape, this.name);
    return inputShape;
  }
}
interface LayerNormalizationLayer extends LayerValues<typeof options> {}
export interface LayerNormalization extends LayerNormalizationLayer {}
export const LayerNormalization: Class<LayerNormalizationArgs, LayerNormalization> = callable(
  LayerNormalizationLayer,
  'LayerNormalization',
);
