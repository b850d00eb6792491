// RandomColorJitter: random brightness, contrast, saturation and hue, one after the other.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_color_jitter/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import type { SeedGenerator } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { imageSchema, PIXELS, valueRange, writtenFactor } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { RandomBrightness } from './random-brightness.ts';
import { RandomContrast } from './random-contrast.ts';
import { RandomHue } from './random-hue.ts';
import { RandomSaturation } from './random-saturation.ts';

const signed = o.optional(o.nullable(writtenFactor({ min: -1, max: 1 })), null);
const share = o.optional(o.nullable(writtenFactor({ min: 0, max: 1 })), null);
const options = imageSchema(
  'RandomColorJitter',
  {
    valueRange: o.optional(valueRange, PIXELS),
    brightnessFactor: signed,
    contrastFactor: share,
    saturationFactor: signed,
    hueFactor: share,
    seed: o.optional(o.seed, null),
  },
  {
    positional: [
      'valueRange',
      'brightnessFactor',
      'contrastFactor',
      'saturationFactor',
      'hueFactor',
      'seed',
      'dataFormat',
    ],
  },
);
export interface RandomColorJitterOptions extends LayerOptionsOf<typeof options> {}
type RandomColorJitterArgs =
  | [options?: RandomColorJitterOptions]
  | [valueRange: RandomColorJitterOptions['valueRange'], options?: RandomColorJitterOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomColorJitterLayer extends ImageLayer<SeedGenerator> {
  static override readonly schema = options;
  readonly randomBrightness: RandomBrightness | null = null;
  readonly randomContrast: RandomContrast | null = null;
  readonly randomSaturation: RandomSaturation | null = null;
  readonly randomHue: RandomHue | null = null;
  constructor(...args: RandomColorJitterArgs) {
    super(options, args);
    const shared = { valueRange: this.valueRange, seed: this.seed ?? null };
    if (this.brightnessFactor !== null)
      this.randomBrightness = new RandomBrightness({ factor: this.brightnessFactor, ...shared });
    if (this.contrastFactor !== null)
      this.randomContrast = new RandomContrast({ factor: this.contrastFactor, ...shared });
    if (this.saturationFactor !== null)
      this.randomSaturation = new RandomSaturation({ factor: this.saturationFactor, ...shared });
    if (this.hueFactor !== null) this.randomHue = new RandomHue({ factor: this.hueFactor, ...shared });
  }
  protected override get convertsAlways(): boolean {
    return false;
  }
  override draw(_: readonly number[], seed: SeedGenerator): SeedGenerator {
    return seed;
  }
  override augment(images: Tensor, seed: SeedGenerator): Tensor {
    let x = images;
    for (const layer of [this.randomBrightness, this.randomContrast, this.randomSaturation, this.randomHue])
      if (layer) x = layer.augment(x, layer.draw(x.dims, seed));
    return x;
  }
}
interface RandomColorJitterLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomColorJitter extends RandomColorJitterLayer {}
export const RandomColorJitter: Class<RandomColorJitterArgs, RandomColorJitter> = callable(
  RandomColorJitterLayer,
  'RandomColorJitter',
);
