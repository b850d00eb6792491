// RandAugment: a few augmentations chosen at random, all of one strength (Cubuk et al., 2019).
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/rand_augment/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { gather } from '../../../../ops/core/arrange.ts';
import { equal, where } from '../../../../ops/math/elementwise.ts';
import { reduceAny } from '../../../../ops/math/reduce.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { randint, type SeedGenerator } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Augmentations, applyNumbered, augmentations, draw, maskStep, type Step } from './augmentations.ts';
import type { DenseBoxes } from './dense-boxes.ts';
import { imageSchema, PIXELS, share, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { interpolations } from './projective.ts';

const options = imageSchema(
  'RandAugment',
  {
    valueRange: o.optional(valueRange, PIXELS),
    numOps: o.optional(o.integer({ min: 0 }), 2),
    factor: o.optional(share, 0.5),
    interpolation: o.optional(interpolations, 'bilinear'),
    seed: o.optional(o.seed, null),
  },
  { positional: ['valueRange', 'numOps', 'factor', 'interpolation', 'seed', 'dataFormat'] },
);
export interface RandAugmentOptions extends LayerOptionsOf<typeof options> {}
type RandAugmentArgs =
  | [options?: RandAugmentOptions]
  | [valueRange: RandAugmentOptions['valueRange'], options?: RandAugmentOptions];
interface Drawn {
  /** Which steps are taken, (numOps,). */
  readonly numbers: Tensor;
  readonly steps: readonly Step[];
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandAugmentLayer extends ImageLayer<Drawn> {
  static override readonly schema = options;
  readonly augmentations: Augmentations;
  constructor(...args: RandAugmentArgs) {
    super(options, args);
    this.augmentations = augmentations(this);
  }
  override draw(dims: Dims, seed: SeedGenerator): Drawn {
    const layers = Object.values(this.augmentations);
    const numbers = randint([this.numOps], 0, layers.length, { seed });
    return { numbers, steps: layers.map((layer) => draw(layer, dims, seed)) };
  }
  override augment(images: Tensor, { numbers, steps }: Drawn): Tensor {
    let x = images;
    for (let i = 0; i < this.numOps; i++) x = applyNumbered(steps, gather(numbers, i), x);
    return x;
  }
  override augmentMasks(masks: Tensor, { numbers, steps }: Drawn): Tensor {
    let x = masks;
    for (let i = 0; i < this.numOps; i++) x = applyNumbered(steps, gather(numbers, i), x, maskStep);
    return x;
  }
  /** In the order of the layers, each once, as in Keras. */
  override augmentBoxes(given: DenseBoxes, { numbers, steps }: Drawn, dims: Dims): DenseBoxes {
    return steps.reduce((boxes, { layer, drawn }, i) => {
      if (drawn === null) return boxes;
      const taken = reduceAny(equal(numbers, i));
      const changed = layer.augmentBoxes(boxes, drawn, dims);
      return {
        boxes: where(taken, changed.boxes, boxes.boxes),
        labels: where(taken, changed.labels, boxes.labels),
      };
    }, given);
  }
}
interface RandAugmentLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandAugment extends RandAugmentLayer {}
export const RandAugment: Class<RandAugmentArgs, RandAugment> = callable(RandAugmentLayer, 'RandAugment');
