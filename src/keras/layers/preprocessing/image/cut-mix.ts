// CutMix: a random rectangle of each image is taken from another of the batch; labels are mixed by areas.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/cut_mix/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { gather, reshape } from '../../../../ops/core/arrange.ts';
import { range } from '../../../../ops/core/create.ts';
import { add, cast, divide, multiply, sqrt, subtract, where } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { beta, type SeedGenerator, shuffle, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { insideBoxes } from './boxes.ts';
import { imageSchema, share } from './factors.ts';
import { ImageLayer } from './image-layer.ts';

const options = imageSchema(
  'CutMix',
  {
    factor: o.optional(share, 1),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'seed', 'dataFormat'] },
);
export interface CutMixOptions extends LayerOptionsOf<typeof options> {}
type CutMixArgs = [options?: CutMixOptions] | [factor: CutMixOptions['factor'], options?: CutMixOptions];
interface Drawn {
  readonly inside: Tensor;
  readonly order: Tensor;
  readonly weight: Tensor;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class CutMixLayer extends ImageLayer<Drawn> {
  static override readonly schema = options;
  constructor(...args: CutMixArgs) {
    super(options, args);
  }
  override draw(dims: Dims, seed: SeedGenerator): Drawn | null {
    const [batch, height, width] = dims as [number, number, number, number];
    if (batch === 1) return null;
    const dtype = this.computeDtype;
    const [minval, maxval] = this.factor;
    const alpha = add(uniform([], { minval, maxval, dtype, seed }), 1e-6);
    const side = sqrt(subtract(1, beta([batch], alpha, alpha, { seed, dtype })));
    const inside = insideBoxes([batch, height, width], side, side, dtype, seed);
    const order = shuffle(range(batch, { dtype: 'int64' }), { seed });
    const area = multiply(multiply(side, width), multiply(side, height));
    return { inside, order, weight: subtract(1, divide(area, width * height)) };
  }
  override augment(images: Tensor, { inside, order }: Drawn): Tensor {
    return where(inside, gather(images, order), images);
  }
  override augmentLabels(labels: Tensor, { order, weight }: Drawn): Tensor {
    const x = cast(labels, this.computeDtype);
    const own = reshape(weight, [-1, 1]);
    return add(multiply(own, x), multiply(subtract(1, own), gather(x, order)));
  }
  override augmentBoxes(): never {
    throw this.withoutRule('boundingBoxes');
  }
  override augmentMasks(masks: Tensor, drawn: Drawn): Tensor {
    return this.augment(masks, drawn);
  }
}
interface CutMixLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface CutMix extends CutMixLayer {}
export const CutMix: Class<CutMixArgs, CutMix> = callable(CutMixLayer, 'CutMix');
