// RandomErasing: a random rectangle of images is filled, with noise or a colour, with a probability.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_erasing/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { broadcastTo, gather } from '../../../../ops/core/arrange.ts';
import { convertToTensor } from '../../../../ops/core/convert.ts';
import { cast, clipByValue, logicalAnd, multiply, sqrt, where } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { normal, type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { insideBoxes } from './boxes.ts';
import { imageSchema, PIXELS, share, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { chosen } from './pixels.ts';

const options = imageSchema(
  'RandomErasing',
  {
    factor: o.optional(share, 1),
    scale: o.optional(share, [0.02, 0.33]),
    fillValue: o.optional(o.nullable(o.either(o.number(), o.list(o.number()))), null),
    valueRange: o.optional(valueRange, PIXELS),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'scale', 'fillValue', 'valueRange', 'seed', 'dataFormat'] },
);
export interface RandomErasingOptions extends LayerOptionsOf<typeof options> {}
type RandomErasingArgs =
  | [options?: RandomErasingOptions]
  | [factor: RandomErasingOptions['factor'], options?: RandomErasingOptions];
interface Drawn {
  readonly where: Tensor;
  readonly fill: Tensor;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomErasingLayer extends ImageLayer<Drawn> {
  static override readonly schema = options;
  constructor(...args: RandomErasingArgs) {
    super(options, args);
  }
  override draw(dims: Dims, seed: SeedGenerator): Drawn {
    const [batch, height, width] = dims as [number, number, number, number];
    const dtype = this.computeDtype;
    const [minval, maxval] = this.scale;
    const shares = sqrt(uniform([batch, 2], { minval, maxval, seed, dtype }));
    const inside = insideBoxes(
      [batch, height, width],
      gather(shares, 0, { axis: 1 }),
      gather(shares, 1, { axis: 1 }),
      dtype,
      seed,
    );
    const erased = chosen(batch, this.factor, seed);
    const { fillValue } = this;
    const noise =
      fillValue === null
        ? multiply(
            this.inFormat((shape) => normal(shape, { seed, dtype }), dims),
            this.valueRange[1],
          )
        : broadcastTo(cast(convertToTensor(fillValue), dtype), dims);
    return { where: logicalAnd(inside, erased), fill: clipByValue(noise, ...this.valueRange) };
  }
  override augment(images: Tensor, drawn: Drawn): Tensor {
    return where(drawn.where, drawn.fill, images);
  }
}
interface RandomErasingLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomErasing extends RandomErasingLayer {}
export const RandomErasing: Class<RandomErasingArgs, RandomErasing> = callable(RandomErasingLayer, 'RandomErasing');
