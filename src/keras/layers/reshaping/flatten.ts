// Flatten: all axes but the batch become one.
// Source: https://keras.io/api/layers/reshaping_layers/flatten/
import { type Class, callable } from '../../../base/callable.ts';
import { type Shape, sizeOf } from '../../../base/shape.ts';
import { reshape, transpose } from '../../../ops/core/arrange.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { imageDataFormat } from '../../config.ts';
import * as o from '../../schema.ts';
import { KerasTensor } from '../../symbolic/keras-tensor.ts';
import type { Structure } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema(
  'Flatten',
  { dataFormat: o.optional(o.nullable(o.oneOf('channels_last', 'channels_first')), null) },
  { positional: ['dataFormat'] },
);
export interface FlattenOptions extends LayerOptionsOf<typeof options> {}
type FlattenArgs = [options?: FlattenOptions] | [dataFormat: FlattenOptions['dataFormat'], options?: FlattenOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class FlattenLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: FlattenArgs) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { minNdim: 1 };
    if (this.dataFormat === null) Object.assign(this, { dataFormat: imageDataFormat() });
  }
  override call(inputs: Tensor): Tensor {
    const [batch = 1, ...rest] = inputs.dims;
    // (batch, channels, …) → (batch, …, channels)
    const last =
      this.dataFormat === 'channels_first' && rest.length > 1
        ? transpose(inputs, [0, ...rest.map((_, i) => i + 2).slice(0, -1), 1])
        : inputs;
    return reshape(last, [batch, sizeOf(rest)]);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const rest = inputShape.slice(1);
    return [inputShape[0] ?? null, rest.includes(null) ? null : sizeOf(rest as number[])];
  }
  override computeOutputSpec(inputs: Structure): Structure {
    const x = inputs as Tensor;
    return new KerasTensor(this.computeOutputShape(x.shape), x.dtype);
  }
}
interface FlattenLayer extends LayerValues<typeof options> {}
export interface Flatten extends FlattenLayer {}
export const Flatten: Class<FlattenArgs, Flatten> = callable(FlattenLayer, 'Flatten');
