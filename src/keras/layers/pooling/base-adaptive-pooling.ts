// The base of the layers that pool to a given size, whatever the size of the input.
// Owns: options and shapes. Leaves the windows to src/keras/ops/adaptive-pool.ts.
import { ShapeError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { poolAxis } from '../../ops/adaptive-pool.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';
import { dataFormat, withSpatial } from '../spatial.ts';

export const adaptivePoolingDefinitions = (rank: number) => ({ outputSize: o.required(o.perAxis(rank)), dataFormat });
export const adaptivePoolingSettings = { positional: ['outputSize', 'dataFormat'] as const };
export type AdaptivePoolingArgs<O> =
  | [outputSize: number | readonly number[], options?: O]
  | [options: O & { outputSize: number | readonly number[] }];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BaseAdaptivePooling extends LayerBase<Tensor> {
  constructor(schema: o.SchemaLike, args: readonly unknown[]) {
    super(schema, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { ndim: this.outputSize.length + 2 };
  }
  protected abstract get kind(): 'MAX' | 'AVG';

  /** (batch, …spatial, channels) → (batch, …outputSize, channels) */
  override call(inputs: Tensor): Tensor {
    const { outputSize, kind, dataFormat: format } = this;
    return outputSize.reduce((x, size, place) => poolAxis(x, place, size, kind, format), inputs);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    if (inputShape.length !== this.outputSize.length + 2)
      throw new ShapeError(
        `layer '${this.name}': expected ndim=${this.outputSize.length + 2}, found ndim=${inputShape.length}. Full shape received: ${showShape(inputShape)}.`,
      );
    const channels = (this.dataFormat === 'channels_first' ? inputShape[1] : inputShape.at(-1)) ?? null;
    return withSpatial(inputShape[0] ?? null, this.outputSize, channels, this.dataFormat);
  }
}
export interface BaseAdaptivePooling extends LayerValues<o.Schema<ReturnType<typeof adaptivePoolingDefinitions>>> {}

export abstract class BaseAdaptiveMaxPooling extends BaseAdaptivePooling {
  protected override get kind(): 'MAX' {
    return 'MAX';
  }
}
export abstract class BaseAdaptiveAveragePooling extends BaseAdaptivePooling {
  protected override get kind(): 'AVG' {
    return 'AVG';
  }
}
