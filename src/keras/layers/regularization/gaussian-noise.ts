// GaussianNoise: in training, normal deviates are added.
// Source: https://keras.io/api/layers/regularization_layers/gaussian_noise/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { add } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { normal, SeedGenerator } from '../../random/index.ts';
import * as o from '../../schema.ts';
import type { CallOptions, With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema(
  'GaussianNoise',
  { stddev: o.required(o.number({ min: 0 })), seed: o.optional(o.seed, null) },
  { positional: ['stddev', 'seed'] },
);
export interface GaussianNoiseOptions extends LayerOptionsOf<typeof options> {}
type GaussianNoiseArgs =
  | [stddev: number, options?: GaussianNoiseOptions]
  | [options: With<GaussianNoiseOptions, 'stddev'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class GaussianNoiseLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  readonly seedGenerator: SeedGenerator | null = null;
  constructor(...args: GaussianNoiseArgs) {
    super(options, args);
    this.supportsMasking = true;
    if (this.stddev > 0) this.seedGenerator = new SeedGenerator({ seed: this.seed });
  }
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    if (!training || !this.seedGenerator) return inputs;
    return add(
      inputs,
      normal(inputs.dims, { stddev: this.stddev, dtype: this.computeDtype, seed: this.seedGenerator }),
    );
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface GaussianNoiseLayer extends LayerValues<typeof options> {}
export interface GaussianNoise extends GaussianNoiseLayer {}
export const GaussianNoise: Class<GaussianNoiseArgs, GaussianNoise> = callable(GaussianNoiseLayer, 'GaussianNoise');
