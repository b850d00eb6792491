// UpSampling3D: each element of a volume so many times along each axis.
// Source: https://keras.io/api/layers/reshaping_layers/up_sampling3d/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { dataFormat } from '../spatial.ts';
import { enlargedShape, repeated } from './enlarge.ts';

const options = layerSchema(
  'UpSampling3D',
  { size: o.optional(o.perAxis(3), 2), dataFormat },
  { positional: ['size', 'dataFormat'] },
);
export interface UpSampling3DOptions extends LayerOptionsOf<typeof options> {}
type Args = [size: number | readonly number[], options?: UpSampling3DOptions] | [options?: UpSampling3DOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class UpSampling3DLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { ndim: 5 };
  }
  /** (batch, …spatial, channels) → (batch, …spatial · size, channels) */
  override call(inputs: Tensor): Tensor {
    return repeated(inputs, this.size, this.dataFormat);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return enlargedShape(inputShape, this.size, this.dataFormat);
  }
}
interface UpSampling3DLayer extends LayerValues<typeof options> {}
export interface UpSampling3D extends UpSampling3DLayer {}
export const UpSampling3D: Class<Args, UpSampling3D> = callable(UpSampling3DLayer, 'UpSampling3D');
