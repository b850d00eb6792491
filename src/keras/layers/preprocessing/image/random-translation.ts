// RandomTranslation: images are shifted by random shares of their height and width.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_translation/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { gather, reshape } from '../../../../ops/core/arrange.ts';
import { multiply, subtract } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { edgesOf, joined, perPicture } from '../../../bounding-boxes/formats.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import type { DenseBoxes } from './dense-boxes.ts';
import { type Factor, imageSchema, rangeOf, writtenFactor } from './factors.ts';
import { GeometricLayer, samplingDefinitions } from './geometric-layer.ts';
import { mapsOf } from './projective.ts';

const BOUNDS = { min: -1, max: 1 } as const;
const options = imageSchema(
  'RandomTranslation',
  {
    heightFactor: o.required(writtenFactor(BOUNDS)),
    widthFactor: o.required(writtenFactor(BOUNDS)),
    ...samplingDefinitions,
  },
  { positional: ['heightFactor', 'widthFactor', 'fillMode', 'interpolation', 'seed', 'fillValue', 'dataFormat'] },
);
export interface RandomTranslationOptions extends LayerOptionsOf<typeof options> {}
type RandomTranslationArgs =
  | [heightFactor: Factor, widthFactor: Factor, options?: RandomTranslationOptions]
  | [options: With<RandomTranslationOptions, 'heightFactor'>];

class RandomTranslationLayer extends GeometricLayer {
  static override readonly schema = options;
  constructor(...args: RandomTranslationArgs) {
    super(options, args);
  }
  override draw([batch, height, width]: Dims, seed: SeedGenerator): Tensor {
    const shift = (factor: Factor, length: number): Tensor => {
      const [minval, maxval] = rangeOf(factor, BOUNDS)!;
      return multiply(reshape(uniform([batch!, 1], { minval, maxval, seed }), [batch!]), -length);
    };
    const down = shift(this.heightFactor, height!);
    const across = shift(this.widthFactor, width!);
    return mapsOf([1, 0, across, 0, 1, down, 0, 0], batch!);
  }
  override augmentBoxes(given: DenseBoxes, maps: Tensor, [, height, width]: Dims): DenseBoxes {
    const [across, down] = [2, 5].map((column) => perPicture(gather(maps, column, { axis: 1 }))) as [Tensor, Tensor];
    return this.throughEdges(given, [height!, width!], (boxes) => {
      const [left, top, right, bottom] = edgesOf(boxes);
      return joined([subtract(left, across), subtract(top, down), subtract(right, across), subtract(bottom, down)]);
    });
  }
}
interface RandomTranslationLayer
  extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed' | 'fillMode' | 'interpolation' | 'fillValue'> {}
export interface RandomTranslation extends RandomTranslationLayer {}
export const RandomTranslation: Class<RandomTranslationArgs, RandomTranslation> = callable(
  RandomTranslationLayer,
  'RandomTranslation',
);
