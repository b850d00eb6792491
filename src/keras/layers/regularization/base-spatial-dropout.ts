// The base of SpatialDropout1D, SpatialDropout2D and SpatialDropout3D: whole channels are dropped.
// Owns: the draw, one for each channel of each sample. The config is the short one that Keras writes for these.
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { dropout, SeedGenerator } from '../../random/index.ts';
import * as o from '../../schema.ts';
import type { CallOptions } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';
import type { DataFormat } from '../spatial.ts';

export const spatialDropoutDefinitions = {
  rate: o.required(o.number({ min: 0, max: 1 })),
  seed: o.optional(o.seed, null),
} as const;
export type SpatialDropoutArgs<O> = [rate: number, options?: O] | [options: O & { rate: number }];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BaseSpatialDropout extends LayerBase<Tensor> {
  readonly seedGenerator: SeedGenerator | null = null;

  constructor(schema: o.SchemaLike, args: readonly unknown[], rank: number) {
    super(schema, args);
    this.supportsMasking = true;
    this.inputSpec = { ndim: rank + 2 };
    if (this.rate > 0) this.seedGenerator = new SeedGenerator({ seed: this.seed });
  }
  protected abstract get format(): DataFormat;

  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    if (!training || !this.seedGenerator) return inputs;
    const channels = this.format === 'channels_first' ? 1 : inputs.rank - 1;
    const noiseShape = inputs.dims.map((n, axis) => (axis === 0 || axis === channels ? n : 1));
    return dropout(inputs, this.rate, { noiseShape, seed: this.seedGenerator });
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
  override getConfig(): o.Config {
    const { trainable: _, ...config } = super.getConfig();
    return { ...config, dtype: this.dtype };
  }
}
export interface BaseSpatialDropout extends LayerValues<o.Schema<typeof spatialDropoutDefinitions>> {}
