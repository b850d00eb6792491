// The base of the layers that pool over all of the spatial axes.
// Owns: their options and shapes. A subclass says how the axes are reduced.
import type { Shape } from '../../../base/shape.ts';
import { reduceMax } from '../../../ops/math/reduce.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { mean } from '../../ops/reductions.ts';
import * as o from '../../schema.ts';
import type { CallOptions } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';
import { dataFormat, withSpatial } from '../spatial.ts';

export const globalPoolingDefinitions = { dataFormat, keepdims: o.optional(o.boolean, false) } as const;
export const globalPoolingSettings = { positional: ['dataFormat'] as const };
export type GlobalPoolingArgs<O> = [options?: O];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BaseGlobalPooling extends LayerBase<Tensor> {
  readonly #rank: number;

  constructor(schema: o.SchemaLike, args: readonly unknown[], rank: number) {
    super(schema, args);
    this.#rank = rank;
    this.inputSpec = { ndim: rank + 2 };
  }
  /** The spatial axes. */
  protected get axes(): number[] {
    const first = this.dataFormat === 'channels_first' ? 2 : 1;
    return Array.from({ length: this.#rank }, (_, i) => first + i);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const [batch = null] = inputShape;
    const channels = (this.dataFormat === 'channels_first' ? inputShape[1] : inputShape.at(-1)) ?? null;
    if (!this.keepdims) return [batch, channels];
    return withSpatial(batch, new Array<number>(this.#rank).fill(1), channels, this.dataFormat);
  }
}
export interface BaseGlobalPooling extends LayerValues<o.Schema<typeof globalPoolingDefinitions>> {}

/** (batch, …spatial, channels) → (batch, channels): the largest of each channel. */
export abstract class BaseGlobalMaxPooling extends BaseGlobalPooling {
  override call(inputs: Tensor): Tensor {
    return reduceMax(inputs, this.axes, { keepdims: this.keepdims });
  }
}
/** (batch, …spatial, channels) → (batch, channels): the mean of each channel. */
export abstract class BaseGlobalAveragePooling extends BaseGlobalPooling {
  override call(inputs: Tensor, _options?: CallOptions): Tensor {
    return mean(inputs, this.axes, this.keepdims);
  }
}
