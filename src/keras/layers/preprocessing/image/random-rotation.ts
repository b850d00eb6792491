// RandomRotation: images are turned about their centre by a random angle, a share of the full circle.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_rotation/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { gather } from '../../../../ops/core/arrange.ts';
import { zeros } from '../../../../ops/core/create.ts';
import { add, atan2, cos, multiply, sin, subtract } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { affineTransform, clipped, converted } from '../../../bounding-boxes/formats.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import type { DenseBoxes } from './dense-boxes.ts';
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
  override augmentBoxes(given: DenseBoxes, maps: Tensor, [, height, width]: Dims): DenseBoxes {
    const none = zeros([given.boxes.dims[0]!]);
    // The angle of each map, from its cosine and sine, in degrees.
    const at = (column: number): Tensor => gather(maps, column, { axis: 1 });
    const angle = multiply(atan2(at(3), at(0)), 180 / Math.PI);
    // Keras takes boxes of any format as 'xyxy' here, and writes those that come out in the layer's.
    const turned = affineTransform(given.boxes, angle, none, none, add(none, 1), none, none, height!, width!);
    const inside = clipped({ ...given, boxes: turned }, height!, width!);
    return {
      ...inside,
      boxes: converted(inside.boxes, 'xyxy', this.boundingBoxFormat!, { height: height!, width: width! }),
    };
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
