// The base of the layers that pool over windows.
// Owns: their options, their shapes, and the pool itself, for any number of spatial axes.
import type { Shape } from '../../../base/shape.ts';
import { pool } from '../../../ops/nn/pooling.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';
import { dataFormat, tensorFlowFormat, windowedShape } from '../spatial.ts';

export const poolingDefinitions = (rank: number) => ({
  poolSize: o.optional(o.perAxis(rank), 2),
  /** null: as long as the window. */
  strides: o.optional(o.nullable(o.perAxis(rank)), null),
  padding: o.optional(o.oneOf('valid', 'same'), 'valid'),
  dataFormat,
});
export const poolingSettings = { positional: ['poolSize', 'strides', 'padding'] as const };

type Size = number | readonly number[];
export type PoolingArgs<O> =
  | [poolSize: Size, options?: O]
  | [poolSize: Size, strides: Size | null, options?: O]
  | [options?: O];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BasePooling extends LayerBase<Tensor> {
  constructor(schema: o.SchemaLike, args: readonly unknown[]) {
    super(schema, args);
    if (this.strides === null) Object.assign(this, { strides: this.poolSize });
    this.inputSpec = { ndim: this.poolSize.length + 2 };
  }
  protected abstract get kind(): 'MAX' | 'AVG';

  /** (batch, …spatial, channels) → (batch, …fewer, channels) */
  override call(inputs: Tensor): Tensor {
    return pool(
      inputs,
      this.poolSize,
      this.kind,
      this.strides ?? this.poolSize,
      this.padding,
      tensorFlowFormat(this.dataFormat),
    );
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const { poolSize: window, padding, dataFormat: format } = this;
    const channels = (format === 'channels_first' ? inputShape[1] : inputShape.at(-1)) ?? null;
    return windowedShape(inputShape, channels, { window, strides: this.strides ?? window, padding, format }, this.name);
  }
}
export interface BasePooling extends LayerValues<o.Schema<ReturnType<typeof poolingDefinitions>>> {}

/** The largest element of each window. */
export abstract class BaseMaxPooling extends BasePooling {
  protected override get kind(): 'MAX' {
    return 'MAX';
  }
}
/** The mean of each window, of the elements that exist. */
export abstract class BaseAveragePooling extends BasePooling {
  protected override get kind(): 'AVG' {
    return 'AVG';
  }
}
