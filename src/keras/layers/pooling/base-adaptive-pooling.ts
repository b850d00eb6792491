// The base of the layers that pool to a given size, whatever the size of the input.
// Owns: options, shapes, and the windows: output i covers the elements from ⌊i·n/size⌋ to ⌈(i+1)·n/size⌉.
import { ShapeError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import { concat, gather } from '../../../ops/core/arrange.ts';
import { pool } from '../../../ops/nn/pooling.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';
import { type DataFormat, dataFormat, tensorFlowFormat, withSpatial } from '../spatial.ts';

export const adaptivePoolingDefinitions = (rank: number) => ({ outputSize: o.required(o.perAxis(rank)), dataFormat });
export const adaptivePoolingSettings = { positional: ['outputSize', 'dataFormat'] as const };
export type AdaptivePoolingArgs<O> =
  | [outputSize: number | readonly number[], options?: O]
  | [options: O & { outputSize: number | readonly number[] }];

/** Spatial axis `place` pooled to `size` elements. */
function poolAxis(x: Tensor, place: number, size: number, kind: 'MAX' | 'AVG', format: DataFormat): Tensor {
  const axis = place + (format === 'channels_first' ? 2 : 1);
  const n = x.dims[axis]!;
  const along = (window: number, stride: number): Tensor => {
    const only = (length: number): number[] =>
      Array.from({ length: x.dims.length - 2 }, (_, i) => (i === place ? length : 1));
    return pool(x, only(window), kind, only(stride), 'valid', tensorFlowFormat(format));
  };
  if (n % size === 0) return along(n / size, n / size);
  // Windows have two lengths, one element apart: all windows of both lengths, and of these the ones wanted.
  const small = Math.ceil(n / size);
  const both = small < n ? concat([along(small, 1), along(small + 1, 1)], axis) : along(small, 1);
  const places = Array.from({ length: size }, (_, i) => {
    const start = Math.floor((i * n) / size);
    const length = Math.ceil(((i + 1) * n) / size) - start;
    return length === small ? start : n - small + 1 + start;
  });
  return gather(both, Int32Array.from(places), { axis });
}

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
