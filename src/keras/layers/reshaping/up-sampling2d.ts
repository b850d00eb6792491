// UpSampling2D: pictures made larger by whole factors, by repeating pixels or between them by interpolation.
// Source: https://keras.io/api/layers/reshaping_layers/up_sampling2d/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { transpose } from '../../../ops/core/arrange.ts';
import { resize } from '../../../ops/image/resize.ts';
import { cast } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { dataFormat } from '../spatial.ts';
import { enlargedShape, repeated } from './enlarge.ts';

const options = layerSchema(
  'UpSampling2D',
  {
    size: o.optional(o.perAxis(2), 2),
    dataFormat,
    interpolation: o.optional(o.oneOf('nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'), 'nearest'),
  },
  { positional: ['size', 'dataFormat', 'interpolation'] },
);
export interface UpSampling2DOptions extends LayerOptionsOf<typeof options> {}
type Args = [size: number | readonly number[], options?: UpSampling2DOptions] | [options?: UpSampling2DOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class UpSampling2DLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { ndim: 4 };
  }
  /** (batch, height, width, channels) → (batch, height · size, width · size, channels) */
  override call(inputs: Tensor): Tensor {
    const { size, dataFormat: format, interpolation } = this;
    if (interpolation === 'nearest') return repeated(inputs, size, format);
    const x = format === 'channels_last' ? inputs : transpose(inputs, [0, 2, 3, 1]);
    const [height, width] = x.dims.slice(1) as [number, number];
    const larger = resize(x, [height * size[0]!, width * size[1]!], interpolation);
    const y = larger.dtype === inputs.dtype ? larger : cast(larger, inputs.dtype);
    return format === 'channels_last' ? y : transpose(y, [0, 3, 1, 2]);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return enlargedShape(inputShape, this.size, this.dataFormat);
  }
}
interface UpSampling2DLayer extends LayerValues<typeof options> {}
export interface UpSampling2D extends UpSampling2DLayer {}
export const UpSampling2D: Class<Args, UpSampling2D> = callable(UpSampling2DLayer, 'UpSampling2D');
