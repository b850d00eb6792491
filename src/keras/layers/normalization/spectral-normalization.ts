// SpectralNormalization: in training, the kernel of the wrapped layer is divided by its largest singular value.
// Source: https://keras.io/api/layers/normalization_layers/spectral_normalization/
import { type Class, callable } from '../../../base/callable.ts';
import { ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import { reshape } from '../../../ops/core/arrange.ts';
import { cast, divide, equal, stopGradient, where } from '../../../ops/math/elementwise.ts';
import { matmul } from '../../../ops/math/matmul.ts';
import { reduceAll } from '../../../ops/math/reduce.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { VariableTensor } from '../../../runtime/variable.ts';
import { epsilon } from '../../config.ts';
import { TruncatedNormal } from '../../initializers/index.ts';
import * as o from '../../schema.ts';
import type { CallOptions, Structure } from '../../types.ts';
import { BaseWrapper, type WrapperArgs, wrapperDefinitions } from '../core/wrapper.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { overLength } from './over-length.ts';

const options = layerSchema(
  'SpectralNormalization',
  { ...wrapperDefinitions, powerIterations: o.optional(o.integer({ min: 1 }), 1) },
  { positional: ['layer', 'powerIterations'] },
);
export interface SpectralNormalizationOptions extends LayerOptionsOf<typeof options> {}
type Args = WrapperArgs<SpectralNormalizationOptions>;

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class SpectralNormalizationLayer extends BaseWrapper<Tensor> {
  static override readonly schema = options;
  kernel!: VariableTensor;
  vectorU!: VariableTensor;

  constructor(...args: Args) {
    super(options, args);
  }
  override build(inputShape: Shape): void {
    super.build(inputShape);
    const { kernel, embeddings } = this.layer as { kernel?: unknown; embeddings?: unknown };
    const found = kernel ?? embeddings;
    if (!(found instanceof VariableTensor))
      throw new ValueError(
        `layer '${this.name}': the wrapped layer '${this.layer.name}' (${this.layer.constructor.name}) has neither a kernel nor embeddings to normalize.`,
      );
    this.kernel = found;
    this.inputSpec = { minNdim: 1, axes: { [-1]: inputShape.at(-1) ?? null } };
    this.vectorU = this.addWeight({
      name: 'vector_u',
      shape: [1, found.dims.at(-1)!],
      initializer: TruncatedNormal({ stddev: 0.02 }),
      trainable: false,
      dtype: found.dtype,
    });
  }
  override call(inputs: Structure, { training }: CallOptions = {}): Tensor {
    if (training) this.#normalize();
    const output = this.layer(inputs, { training }) as Tensor;
    const { dtype } = inputs as Tensor;
    return output.dtype === dtype ? output : cast(output, dtype);
  }
  /** Some steps of the power method: u → v = uWᵀ → u = vW, each of length 1; the singular value is vWuᵀ. */
  #normalize(): void {
    const kernel = this.kernel.value();
    const weights = reshape(kernel, [-1, kernel.dims.at(-1)!]);
    let u = this.vectorU.value();
    let v = u;
    for (let i = 0; i < this.powerIterations; i++) {
      v = overLength(matmul(u, weights, { transposeB: true }), null, epsilon());
      u = overLength(matmul(v, weights), null, epsilon());
    }
    [u, v] = [stopGradient(u), stopGradient(v)];
    const sigma = matmul(matmul(v, weights), u, { transposeB: true });
    // A kernel of zeros stays as it is.
    const zero = reduceAll(equal(kernel, 0));
    this.kernel.set(where(zero, kernel, divide(kernel, reshape(sigma, []))));
    this.vectorU.set(where(zero, this.vectorU, u));
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return this.layer.computeOutputShape(inputShape);
  }
}
interface SpectralNormalizationLayer extends LayerValues<typeof options> {}
export interface SpectralNormalization extends SpectralNormalizationLayer {}
export const SpectralNormalization: Class<Args, SpectralNormalization> = callable(
  SpectralNormalizationLayer,
  'SpectralNormalization',
);
