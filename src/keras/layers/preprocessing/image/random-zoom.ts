// RandomZoom: images are enlarged or made smaller about their centre by random factors.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_zoom/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { reshape } from '../../../../ops/core/arrange.ts';
import { multiply, subtract } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Factor, imageSchema, rangeOf, writtenFactor } from './factors.ts';
import { GeometricLayer, samplingDefinitions } from './geometric-layer.ts';
import { mapsOf } from './projective.ts';

const BOUNDS = { min: -1, max: 1, open: true } as const;
const options = imageSchema(
  'RandomZoom',
  {
    heightFactor: o.required(writtenFactor(BOUNDS)),
    widthFactor: o.optional(o.nullable(writtenFactor(BOUNDS)), null),
    ...samplingDefinitions,
  },
  { positional: ['heightFactor', 'widthFactor', 'fillMode', 'interpolation', 'seed', 'fillValue', 'dataFormat'] },
);
export interface RandomZoomOptions extends LayerOptionsOf<typeof options> {}
type RandomZoomArgs =
  | [heightFactor: Factor, options?: RandomZoomOptions]
  | [options: With<RandomZoomOptions, 'heightFactor'>];

class RandomZoomLayer extends GeometricLayer {
  static override readonly schema = options;
  constructor(...args: RandomZoomArgs) {
    super(options, args);
  }
  override draw([batch, height, width]: Dims, seed: SeedGenerator): Tensor {
    const zoom = (factor: Factor): Tensor => {
      const [lower, upper] = rangeOf(factor, BOUNDS)!;
      return reshape(uniform([batch!, 1], { minval: 1 + lower, maxval: 1 + upper, seed }), [batch!]);
    };
    const down = zoom(this.heightFactor);
    const across = this.widthFactor === null ? down : zoom(this.widthFactor);
    const offset = (n: number, by: Tensor): Tensor => multiply(subtract(1, by), (n - 1) / 2);
    return mapsOf([across, 0, offset(width!, across), 0, down, offset(height!, down), 0, 0], batch!);
  }
}
interface RandomZoomLayer
  extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed' | 'fillMode' | 'interpolation' | 'fillValue'> {}
export interface RandomZoom extends RandomZoomLayer {}
export const RandomZoom: Class<RandomZoomArgs, RandomZoom> = callable(RandomZoomLayer, 'RandomZoom');
