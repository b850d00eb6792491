// The augmentations that RandAugment and AugMix choose from: one layer of each kind, with one strength.
import { equal, where } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import type { BoxFormat } from '../../../bounding-boxes/formats.ts';
import type { SeedGenerator } from '../../../random/index.ts';
import type { DataFormat } from '../../spatial.ts';
import { AutoContrast } from './auto-contrast.ts';
import { Equalization } from './equalization.ts';
import type { Range } from './factors.ts';
import type { ImageLayer } from './image-layer.ts';
import { RandomBrightness } from './random-brightness.ts';
import { RandomColorDegeneration } from './random-color-degeneration.ts';
import { RandomContrast } from './random-contrast.ts';
import { RandomPosterization } from './random-posterization.ts';
import { RandomRotation } from './random-rotation.ts';
import { RandomSharpness } from './random-sharpness.ts';
import { RandomShear } from './random-shear.ts';
import { RandomTranslation } from './random-translation.ts';
import { Solarization } from './solarization.ts';

export interface Strength {
  readonly factor: Range;
  readonly valueRange: Range;
  readonly interpolation: 'bilinear' | 'nearest';
  readonly seed?: number | null;
  readonly dataFormat: DataFormat;
  readonly boundingBoxFormat: BoxFormat | null;
}
export type Augmentations = { readonly [name: string]: ImageLayer };

export function augmentations({
  factor,
  valueRange,
  interpolation,
  seed: given,
  dataFormat,
  boundingBoxFormat,
}: Strength): Augmentations {
  const seed = given ?? null;
  const moved = { interpolation, seed, dataFormat, boundingBoxFormat };
  const coloured = { valueRange, seed, dataFormat };
  return {
    randomShear: new RandomShear({ xFactor: factor, yFactor: factor, ...moved }),
    randomTranslation: new RandomTranslation({ heightFactor: factor, widthFactor: factor, ...moved }),
    randomRotation: new RandomRotation({ factor, ...moved }),
    randomBrightness: new RandomBrightness({ factor, ...coloured }),
    randomColorDegeneration: new RandomColorDegeneration({ factor, ...coloured }),
    randomContrast: new RandomContrast({ factor, ...coloured }),
    randomSharpness: new RandomSharpness({ factor, ...coloured }),
    randomPosterization: new RandomPosterization({ factor: Math.max(1, Math.trunc(8 * factor[1])), ...coloured }),
    solarization: new Solarization({ additionFactor: factor, thresholdFactor: factor, ...coloured }),
    autoContrast: new AutoContrast({ valueRange, dataFormat }),
    equalization: new Equalization({ valueRange, dataFormat }),
  };
}

/** A layer with what it drew for some images. */
export interface Step {
  readonly layer: ImageLayer;
  readonly drawn: unknown;
}
export const draw = (layer: ImageLayer, dims: readonly number[], seed: SeedGenerator): Step => ({
  layer,
  drawn: layer.draw(dims, seed),
});
export const apply = ({ layer, drawn }: Step, images: Tensor): Tensor =>
  drawn === null ? images : layer.augment(images, drawn);
export const maskStep = ({ layer, drawn }: Step, masks: Tensor): Tensor =>
  drawn === null ? masks : layer.augmentMasks(masks, drawn);
/** The step of a number, which inside a program is not known: then all are computed. */
export function applyNumbered(
  steps: readonly Step[],
  number: Tensor,
  images: Tensor,
  change: (step: Step, images: Tensor) => Tensor = apply,
): Tensor {
  if (number.elements) return change(steps[number.item()]!, images);
  return steps.reduce((x, step, i) => where(equal(number, i), change(step, x), x), images);
}
