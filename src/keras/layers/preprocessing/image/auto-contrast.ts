// AutoContrast: the values of each channel are spread over the whole range.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/auto_contrast/
import { type Class, callable } from '../../../../base/callable.ts';
import { clipByValue, divide, isNan, multiply, subtract, where } from '../../../../ops/math/elementwise.ts';
import { reduceMax, reduceMin } from '../../../../ops/math/reduce.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { imageSchema, PIXELS, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { rescaled } from './pixels.ts';

const options = imageSchema(
  'AutoContrast',
  {
    valueRange: o.optional(valueRange, PIXELS),
  },
  { positional: ['valueRange'] },
);
export interface AutoContrastOptions extends LayerOptionsOf<typeof options> {}
type AutoContrastArgs =
  | [options?: AutoContrastOptions]
  | [valueRange: AutoContrastOptions['valueRange'], options?: AutoContrastOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class AutoContrastLayer extends ImageLayer<true> {
  static override readonly schema = options;
  constructor(...args: AutoContrastArgs) {
    super(options, args);
  }
  override draw(): true {
    return true;
  }
  override augment(images: Tensor): Tensor {
    const bytes = rescaled(images, this.valueRange, PIXELS);
    const low = reduceMin(bytes, { axis: [1, 2], keepdims: true });
    const high = reduceMax(bytes, { axis: [1, 2], keepdims: true });
    const scale = divide(255, subtract(high, low));
    const spread = clipByValue(subtract(multiply(bytes, scale), multiply(low, scale)), 0, 255);
    const result = rescaled(spread, PIXELS, this.valueRange);
    // Channels of one value have no range.
    return where(isNan(result), images, result);
  }
  override inference(images: Tensor): Tensor {
    return this.augment(images);
  }
}
interface AutoContrastLayer extends Omit<LayerValues<typeof options>, 'dataFormat'> {}
export interface AutoContrast extends AutoContrastLayer {}
export const AutoContrast: Class<AutoContrastArgs, AutoContrast> = callable(AutoContrastLayer, 'AutoContrast');
