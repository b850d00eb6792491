// AugMix: several chains of augmentations, mixed with each other and with the images (Hendrycks et al., 2019).
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/aug_mix/
import { type Class, callable } from '../../../../base/callable.ts';
import { pythonRandom } from '../../../../base/random/keras-seed.ts';
import type { Dims } from '../../../../base/shape.ts';
import { gather } from '../../../../ops/core/arrange.ts';
import { zerosLike } from '../../../../ops/core/create.ts';
import { add, cast, clipByValue, divide, multiply, subtract } from '../../../../ops/math/elementwise.ts';
import { reduceSum } from '../../../../ops/math/reduce.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { beta, gamma, type SeedGenerator } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Augmentations, apply, augmentations, draw, maskStep, type Step } from './augmentations.ts';
import { imageSchema, PIXELS, share, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { interpolations } from './projective.ts';

const options = imageSchema(
  'AugMix',
  {
    valueRange: o.optional(valueRange, PIXELS),
    numChains: o.optional(o.integer({ min: 1 }), 3),
    chainDepth: o.optional(o.integer({ min: 0 }), 3),
    factor: o.optional(share, 0.3),
    alpha: o.optional(o.number({ min: 0, open: 'min' }), 1),
    allOps: o.optional(o.boolean, true),
    interpolation: o.optional(interpolations, 'bilinear'),
    seed: o.optional(o.seed, null),
  },
  {
    positional: [
      'valueRange',
      'numChains',
      'chainDepth',
      'factor',
      'alpha',
      'allOps',
      'interpolation',
      'seed',
      'dataFormat',
    ],
  },
);
export interface AugMixOptions extends LayerOptionsOf<typeof options> {}
type AugMixArgs = [options?: AugMixOptions] | [valueRange: AugMixOptions['valueRange'], options?: AugMixOptions];
interface Drawn {
  readonly weights: Tensor;
  readonly own: Tensor;
  readonly chains: readonly (readonly Step[])[];
}
const COLOURS = ['randomBrightness', 'randomColorDegeneration', 'randomContrast', 'randomSharpness'];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class AugMixLayer extends ImageLayer<Drawn> {
  static override readonly schema = options;
  readonly augmentations: Augmentations;
  constructor(...args: AugMixArgs) {
    super(options, args);
    const all = augmentations(this);
    this.augmentations = this.allOps
      ? all
      : Object.fromEntries(Object.entries(all).filter(([name]) => !COLOURS.includes(name)));
  }
  override draw(dims: Dims, seed: SeedGenerator): Drawn {
    const samples = gamma([this.numChains], this.alpha, { seed });
    const own = beta([], this.alpha, this.alpha, { seed });
    const layers = Object.values(this.augmentations);
    // One of the choices is to do nothing.
    const step = (): Step[] => {
      const layer = layers[Math.floor(pythonRandom.random() * (layers.length + 1))];
      return layer ? [draw(layer, dims, seed)] : [];
    };
    const chain = (): Step[] => Array.from({ length: this.chainDepth }, step).flat();
    return {
      weights: divide(samples, reduceSum(samples)),
      own,
      chains: Array.from({ length: this.numChains }, chain),
    };
  }
  override augment(images: Tensor, drawn: Drawn): Tensor {
    return clipByValue(this.#mixed(images, drawn, apply), ...this.valueRange);
  }
  override augmentMasks(masks: Tensor, drawn: Drawn): Tensor {
    return this.#mixed(cast(masks, this.computeDtype), drawn, maskStep);
  }
  #mixed(images: Tensor, { weights, own, chains }: Drawn, apply: (step: Step, images: Tensor) => Tensor): Tensor {
    const dtype = images.dtype;
    const mixed = chains.reduce((sum, chain, i) => {
      const changed = chain.reduce((x, step) => apply(step, x), images);
      return add(sum, multiply(changed, cast(gather(weights, i), dtype)));
    }, zerosLike(images));
    const share = cast(own, dtype);
    return add(multiply(share, images), multiply(subtract(1, share), mixed));
  }
}
interface AugMixLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface AugMix extends AugMixLayer {}
export const AugMix: Class<AugMixArgs, AugMix> = callable(AugMixLayer, 'AugMix');
