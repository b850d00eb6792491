// RandomShear: images are slanted by random factors along both axes.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_shear/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { gather, reshape } from '../../../../ops/core/arrange.ts';
import { cast, greater, less, multiply, subtract, where } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { edgesOf, joined, perPicture } from '../../../bounding-boxes/formats.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import type { DenseBoxes } from './dense-boxes.ts';
import { type Factor, imageSchema, type Range, rangeOf } from './factors.ts';
import { GeometricLayer, samplingDefinitions } from './geometric-layer.ts';
import { mapsOf } from './projective.ts';

const SHEAR: o.Kind<Factor, Range> = {
  wanted: 'a number from 0 to 1, or two from −1 to 1 in a list',
  parse: (value) => {
    const range = rangeOf(value, { min: typeof value === 'number' ? 0 : -1, max: 1 });
    return range && { value: typeof value === 'number' ? [-range[1], range[1]] : range };
  },
};
const options = imageSchema(
  'RandomShear',
  {
    xFactor: o.optional(SHEAR, 0),
    yFactor: o.optional(SHEAR, 0),
    ...samplingDefinitions,
  },
  { positional: ['xFactor', 'yFactor', 'interpolation', 'fillMode', 'fillValue', 'dataFormat', 'seed'] },
);
export interface RandomShearOptions extends LayerOptionsOf<typeof options> {}
type RandomShearArgs =
  | [options?: RandomShearOptions]
  | [xFactor: RandomShearOptions['xFactor'], options?: RandomShearOptions];

class RandomShearLayer extends GeometricLayer {
  static override readonly schema = options;
  constructor(...args: RandomShearArgs) {
    super(options, args);
  }
  override draw([batch]: Dims, seed: SeedGenerator): Tensor {
    const dtype = this.computeDtype;
    const drawn = (minval: number, maxval: number): Tensor =>
      reshape(uniform([batch!, 1], { minval, maxval, seed, dtype }), [batch!]);
    const sign = subtract(1, multiply(cast(greater(drawn(0, 1), 0.5), dtype), 2));
    const down = multiply(drawn(...this.yFactor), sign);
    const across = multiply(drawn(...this.xFactor), sign);
    return mapsOf([1, across, 0, down, 1, 0, 0, 0], batch!);
  }
  override augmentBoxes(given: DenseBoxes, maps: Tensor, [, height, width]: Dims): DenseBoxes {
    const [across, down] = [1, 3].map((column) => perPicture(gather(maps, column, { axis: 1 }))) as [Tensor, Tensor];
    const slanted = (boxes: Tensor): Tensor => {
      const [x1, y1, x2, y2] = edgesOf(boxes);
      const by = (x: Tensor, amount: Tensor, y: Tensor): Tensor => subtract(x, multiply(amount, y));
      const toRight = less(across, 0);
      const left = where(toRight, by(x1, across, y1), by(x1, across, y2));
      const right = where(toRight, by(x2, across, y2), by(x2, across, y1));
      // Keras takes the edges that are moved already.
      const upward = greater(down, 0);
      const top = where(upward, by(y1, down, right), by(y1, down, left));
      const bottom = where(upward, by(y2, down, left), by(y2, down, right));
      return joined([left, top, right, bottom]);
    };
    return this.throughEdges(given, [height!, width!], slanted, { as: 'rel_xyxy' });
  }
}
interface RandomShearLayer
  extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed' | 'fillMode' | 'interpolation' | 'fillValue'> {}
export interface RandomShear extends RandomShearLayer {}
export const RandomShear: Class<RandomShearArgs, RandomShear> = callable(RandomShearLayer, 'RandomShear');
