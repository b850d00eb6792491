// Rescaling: x · scale + offset, as images are brought from 0…255 to 0…1.
// Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { reshape } from '../../../ops/core/arrange.ts';
import { add, cast, multiply } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { imageDataFormat } from '../../config.ts';
import * as o from '../../schema.ts';
import type { With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const numbers = o.either(o.number(), o.list(o.number()));
const options = layerSchema(
  'Rescaling',
  { scale: o.required(numbers), offset: o.optional(numbers, 0) },
  { positional: ['scale', 'offset'] },
);
export interface RescalingOptions extends LayerOptionsOf<typeof options> {}
type RescalingArgs =
  | [scale: number | readonly number[], options?: RescalingOptions]
  | [options: With<RescalingOptions, 'scale'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RescalingLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: RescalingArgs) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    this.supportsMasking = true;
  }
  override call(inputs: Tensor): Tensor {
    // One factor for each channel, which stand before height and width where the settings say so.
    const shaped = (x: Tensor): Tensor =>
      x.rank === 1 && imageDataFormat() === 'channels_first' ? reshape(x, [x.size, 1, 1]) : x;
    const own = (option: number | readonly number[]): Tensor => shaped(cast(option, this.computeDtype));
    return add(multiply(cast(inputs, this.computeDtype), own(this.scale)), own(this.offset));
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface RescalingLayer extends LayerValues<typeof options> {}
export interface Rescaling extends RescalingLayer {}
export const Rescaling: Class<RescalingArgs, Rescaling> = callable(RescalingLayer, 'Rescaling');
