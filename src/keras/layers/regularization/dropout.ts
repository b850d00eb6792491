// Dropout: in training a share of the elements is set to 0, the others scaled up to keep the sum.
// Source: https://keras.io/api/layers/regularization_layers/dropout/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { dropout, SeedGenerator } from '../../random/index.ts';
import * as o from '../../schema.ts';
import type { CallOptions, With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema(
  'Dropout',
  {
    rate: o.required(o.number({ min: 0, max: 1 })),
    seed: o.optional(o.seed, null),
    noiseShape: o.optional(o.nullable(o.shape), null),
  },
  { positional: ['rate', 'noiseShape', 'seed'] },
);
export interface DropoutOptions extends LayerOptionsOf<typeof options> {}
type DropoutArgs = [rate: number, options?: DropoutOptions] | [options: With<DropoutOptions, 'rate'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class DropoutLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  readonly seedGenerator: SeedGenerator | null = null;
  constructor(...args: DropoutArgs) {
    super(options, args);
    this.supportsMasking = true;
    if (this.rate > 0) this.seedGenerator = new SeedGenerator({ seed: this.seed });
  }
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    if (!training || !this.seedGenerator) return inputs;
    return dropout(inputs, this.rate, { noiseShape: this.noiseShape, seed: this.seedGenerator });
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface DropoutLayer extends LayerValues<typeof options> {}
export interface Dropout extends DropoutLayer {}
export const Dropout: Class<DropoutArgs, Dropout> = callable(DropoutLayer, 'Dropout');
