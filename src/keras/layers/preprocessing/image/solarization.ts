// Solarization: values above a random threshold are inverted, after a random amount is added.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/solarization/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { add, clipByValue, less, subtract, where } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { factor, imageSchema, PIXELS, type Range, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { rescaled } from './pixels.ts';

const AMOUNT = factor({ min: 0, max: 1, from: 'zero' });
const options = imageSchema(
  'Solarization',
  {
    additionFactor: o.optional(AMOUNT, 0),
    thresholdFactor: o.optional(AMOUNT, 0),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['additionFactor', 'thresholdFactor', 'valueRange', 'seed'] },
);
export interface SolarizationOptions extends LayerOptionsOf<typeof options> {}
type SolarizationArgs =
  | [options?: SolarizationOptions]
  | [additionFactor: SolarizationOptions['additionFactor'], options?: SolarizationOptions];
interface Drawn {
  readonly addition: Tensor;
  readonly threshold: Tensor;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class SolarizationLayer extends ImageLayer<Drawn> {
  static override readonly schema = options;
  constructor(...args: SolarizationArgs) {
    super(options, args);
  }
  override draw([batch]: Dims, seed: SeedGenerator): Drawn {
    const drawn = ([lower, upper]: Range): Tensor =>
      uniform([batch!, 1, 1, 1], { minval: lower, maxval: upper * 255, seed, dtype: this.computeDtype });
    const addition = drawn(this.additionFactor);
    return { addition, threshold: drawn(this.thresholdFactor) };
  }
  override augment(images: Tensor, { addition, threshold }: Drawn): Tensor {
    const bytes = rescaled(images, this.valueRange, PIXELS);
    const brighter = clipByValue(add(bytes, addition), 0, 255);
    const inverted = where(less(brighter, threshold), brighter, subtract(255, brighter));
    return rescaled(inverted, PIXELS, this.valueRange);
  }
}
interface SolarizationLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface Solarization extends SolarizationLayer {}
export const Solarization: Class<SolarizationArgs, Solarization> = callable(SolarizationLayer, 'Solarization');
