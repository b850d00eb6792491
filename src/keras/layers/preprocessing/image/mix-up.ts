// MixUp: images, and their labels, are mixed with others of the batch by random weights.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/mix_up/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { concat, gather, reshape } from '../../../../ops/core/arrange.ts';
import { range } from '../../../../ops/core/create.ts';
import { add, cast, multiply, subtract } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { beta, type SeedGenerator, shuffle } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import type { DenseBoxes } from './dense-boxes.ts';
import { imageSchema } from './factors.ts';
import { ImageLayer } from './image-layer.ts';

const options = imageSchema(
  'MixUp',
  {
    alpha: o.optional(o.number({ min: 0 }), 0.2),
    seed: o.optional(o.seed, null),
  },
  { positional: ['alpha', 'dataFormat', 'seed'] },
);
export interface MixUpOptions extends LayerOptionsOf<typeof options> {}
type MixUpArgs = [options?: MixUpOptions] | [alpha: MixUpOptions['alpha'], options?: MixUpOptions];
interface Drawn {
  readonly order: Tensor;
  readonly weight: Tensor;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class MixUpLayer extends ImageLayer<Drawn> {
  static override readonly schema = options;
  constructor(...args: MixUpArgs) {
    super(options, args);
  }
  override draw([batch]: Dims, seed: SeedGenerator): Drawn {
    const order = shuffle(range(batch!, { dtype: 'int64' }), { seed });
    return { order, weight: beta([batch!], this.alpha, this.alpha, { seed }) };
  }
  #mix(x: Tensor, { order, weight }: Drawn): Tensor {
    const own = reshape(cast(weight, x.dtype), [-1, ...x.dims.slice(1).map(() => 1)]);
    return add(multiply(own, x), multiply(subtract(1, own), gather(x, order)));
  }
  override augment(images: Tensor, drawn: Drawn): Tensor {
    return this.#mix(images, drawn);
  }
  override augmentLabels(labels: Tensor, drawn: Drawn): Tensor {
    return this.#mix(cast(labels, this.computeDtype), drawn);
  }
  override augmentBoxes({ boxes, labels }: DenseBoxes, { order }: Drawn): DenseBoxes {
    const both = (x: Tensor): Tensor => concat([x, gather(x, order)], 1);
    return { boxes: both(boxes), labels: both(labels) };
  }
  override augmentMasks(masks: Tensor, drawn: Drawn): Tensor {
    return this.#mix(cast(masks, this.computeDtype), drawn);
  }
}
interface MixUpLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface MixUp extends MixUpLayer {}
export const MixUp: Class<MixUpArgs, MixUp> = callable(MixUpLayer, 'MixUp');
