// GaussianDropout: in training, elements are multiplied by normal deviates around 1.
// Source: https://keras.io/api/layers/regularization_layers/gaussian_dropout/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { multiply } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { normal, SeedGenerator } from '../../random/index.ts';
import * as o from '../../schema.ts';
import type { CallOptions, With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema(
  'GaussianDropout',
  { rate: o.required(o.number({ min: 0, max: 1 })), seed: o.optional(o.seed, null) },
  { positional: ['rate', 'seed'] },
);
export interface GaussianDropoutOptions extends LayerOptionsOf<typeof options> {}
type GaussianDropoutArgs =
  | [rate: number, options?: GaussianDropoutOptions]
  | [options: With<GaussianDropoutOptions, 'rate'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class GaussianDropoutLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  readonly seedGenerator: SeedGenerator | null = null;
  constructor(...args: GaussianDropoutArgs) {
    super(options, args);
    this.supportsMasking = true;
    if (this.rate > 0) this.seedGenerator = new SeedGenerator({ seed: this.seed });
  }
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    if (!training || !this.seedGenerator) return inputs;
    const stddev = Math.sqrt(this.rate / (1 - this.rate));
    return multiply(
      inputs,
      normal(inputs.dims, { mean: 1, stddev, dtype: this.computeDtype, seed: this.seedGenerator }),
    );
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface GaussianDropoutLayer extends LayerValues<typeof options> {}
export interface GaussianDropout extends GaussianDropoutLayer {}
export const GaussianDropout: Class<GaussianDropoutArgs, GaussianDropout> = callable(
  GaussianDropoutLayer,
  'GaussianDropout',
);
