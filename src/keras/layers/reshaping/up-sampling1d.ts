// UpSampling1D: each step so many times.
// Source: https://keras.io/api/layers/reshaping_layers/up_sampling1d/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { enlargedShape, repeated } from './enlarge.ts';

const options = layerSchema('UpSampling1D', { size: o.optional(o.integer({ min: 1 }), 2) }, { positional: ['size'] });
export interface UpSampling1DOptions extends LayerOptionsOf<typeof options> {}
type Args = [size: number, options?: UpSampling1DOptions] | [options?: UpSampling1DOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class UpSampling1DLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.inputSpec = { ndim: 3 };
  }
  /** (batch, steps, channels) → (batch, steps · size, channels) */
  override call(inputs: Tensor): Tensor {
    return repeated(inputs, [this.size], 'channels_last');
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return enlargedShape(inputShape, [this.size], 'channels_last');
  }
}
interface UpSampling1DLayer extends LayerValues<typeof options> {}
export interface UpSampling1D extends UpSampling1DLayer {}
export const UpSampling1D: Class<Args, UpSampling1D> = callable(UpSampling1DLayer, 'UpSampling1D');
