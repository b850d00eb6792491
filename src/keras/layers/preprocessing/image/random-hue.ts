// RandomHue: colours are turned around the colour circle by a random angle.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_hue/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { reshape, stack, unstack } from '../../../../ops/core/arrange.ts';
import { hsvToRgb, rgbToHsv } from '../../../../ops/image/color.ts';
import { add, cast, clipByValue, greater, less, multiply, subtract, where } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Factor, imageSchema, PIXELS, share, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { rescaled } from './pixels.ts';

const options = imageSchema(
  'RandomHue',
  {
    factor: o.required(share),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'valueRange', 'dataFormat', 'seed'] },
);
export interface RandomHueOptions extends LayerOptionsOf<typeof options> {}
type RandomHueArgs = [factor: Factor, options?: RandomHueOptions] | [options: With<RandomHueOptions, 'factor'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomHueLayer extends ImageLayer<Tensor> {
  static override readonly schema = options;
  constructor(...args: RandomHueArgs) {
    super(options, args);
  }
  protected override get convertsAlways(): boolean {
    return false;
  }
  override draw([batch]: Dims, seed: SeedGenerator): Tensor {
    const [minval, maxval] = this.factor;
    const sign = subtract(1, multiply(cast(greater(uniform([batch!], { seed }), 0.5), 'float32'), 2));
    return multiply(multiply(sign, uniform([batch!], { minval, maxval, seed })), 0.5);
  }
  override augment(images: Tensor, factor: Tensor): Tensor {
    const shares = rescaled(images, this.valueRange, [0, 1]);
    const [hue, saturation, value] = unstack(rgbToHsv(shares), { axis: -1 });
    const turned = add(hue!, reshape(cast(factor, images.dtype), [-1, 1, 1]));
    const below = where(greater(turned, 1), subtract(turned, 1), turned);
    const around = where(less(below, 0), add(below, 1), below);
    const colours = clipByValue(hsvToRgb(stack([around, saturation!, value!], { axis: -1 })), 0, 1);
    return rescaled(colours, [0, 1], this.valueRange);
  }
}
interface RandomHueLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomHue extends RandomHueLayer {}
export const RandomHue: Class<RandomHueArgs, RandomHue> = callable(RandomHueLayer, 'RandomHue');
