// RandomRotation: images are turned about their centre by a random angle, a share of the full circle.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_rotation/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { add, cos, multiply, sin, subtract } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { type Factor, imageSchema, signedFactor } from './factors.ts';
import { GeometricLayer, samplingDefinitions } from './geometric-layer.ts';
import { mapsOf } from './projective.ts';

const options = imageSchema(
  'RandomRotation',
  {
    factor: o.required(signedFactor),
    ...samplingDefinitions,
  },
  { positional: ['factor', 'fillMode', 'interpolation', 'seed', 'fillValue', 'dataFormat'] },
);
export interface RandomRotationOptions extends LayerOptionsOf<typeof options> {}
type RandomRotationArgs =
  | [factor: Factor, options?: RandomRotationOptions]
  | [options: With<RandomRotationOptions, 'factor'>];

class RandomRotationLayer extends GeometricLayer {
  static override readonly schema = options;
  constructor(...args: RandomRotationArgs) {
    super(options, args);
  }
  override draw([batch, height, width]: Dims, seed: SeedGenerator): Tensor {
    const [lower, upper] = this.factor;
    const angle = multiply(uniform([batch!], { minval: lower * 360, maxval: upper * 360, seed }), Math.PI / 180);
    const [cosine, sine] = [cos(angle), sin(angle)];
    const [x, y] = [0.5 * (width! - 1), 0.5 * (height! - 1)];
    // x' = x + cos·(x − cx) − sin·(y − cy), and so on, with the constant parts together.
    const right = subtract(x, subtract(multiply(cosine, x), multiply(sine, y)));
    const down = subtract(y, add(multiply(sine, x), multiply(cosine, y)));
    return mapsOf([cosine, multiply(sine, -1), right, sine, cosine, down, 0, 0], batch!);
  }
}
interface RandomRotationLayer
  extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed' | 'fillMode' | 'interpolation' | 'fillValue'> {}
export interface RandomRotation extends RandomRotationLayer {}
export const RandomRotation: Class<RandomRotationArgs, RandomRotation> = callable(
  RandomRotationLayer,
  'RandomRotation',
);
