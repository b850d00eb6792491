// AlphaDropout: dropout that keeps mean and variance of SELU activations (Klambauer et al., 2017).
// Source: https://keras.io/api/layers/regularization_layers/alpha_dropout/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { add, cast, greaterEqual, multiply, subtract } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { SeedGenerator, uniform } from '../../random/index.ts';
import * as o from '../../schema.ts';
import type { CallOptions, With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema(
  'AlphaDropout',
  {
    rate: o.required(o.number({ min: 0, max: 1 })),
    noiseShape: o.optional(o.nullable(o.shape), null),
    seed: o.optional(o.seed, null),
  },
  { positional: ['rate', 'noiseShape', 'seed'] },
);
export interface AlphaDropoutOptions extends LayerOptionsOf<typeof options> {}
type Args = [rate: number, options?: AlphaDropoutOptions] | [options: With<AlphaDropoutOptions, 'rate'>];

/** What dropped elements become: the limit of SELU at −∞. */
const LOWEST = -1.6732632423543772 * 1.0507009873554805;

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class AlphaDropoutLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  readonly seedGenerator: SeedGenerator | null = null;
  constructor(...args: Args) {
    super(options, args);
    this.supportsMasking = true;
    if (this.rate > 0) this.seedGenerator = new SeedGenerator({ seed: this.seed });
  }
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    if (!training || !this.seedGenerator) return inputs;
    const { rate } = this;
    const shape = this.noiseShape ? this.noiseShape.map((n, axis) => n ?? inputs.dims[axis]!) : inputs.dims;
    const kept = cast(greaterEqual(uniform(shape, { seed: this.seedGenerator }), rate), inputs.dtype);
    // a · x + b brings mean and variance back.
    const a = ((1 - rate) * (1 + rate * LOWEST ** 2)) ** -0.5;
    const b = -a * LOWEST * rate;
    const x = add(multiply(inputs, kept), multiply(subtract(1, kept), LOWEST));
    return add(multiply(x, a), b);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface AlphaDropoutLayer extends LayerValues<typeof options> {}
export interface AlphaDropout extends AlphaDropoutLayer {}
export const AlphaDropout: Class<Args, AlphaDropout> = callable(AlphaDropoutLayer, 'AlphaDropout');
