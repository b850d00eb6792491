// RandomZoom: images are enlarged or made smaller about their centre by random factors.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_zoom/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { gather, reshape } from '../../../../ops/core/arrange.ts';
import { add, clipByValue, multiply, subtract } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { clipped, converted, edgesOf, joined, perPicture } from '../../../bounding-boxes/formats.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import type { DenseBoxes } from './dense-boxes.ts';
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
  override augmentBoxes(given: DenseBoxes, maps: Tensor, [, height, width]: Dims): DenseBoxes {
    // Where the corners of the picture are read: the part that is seen.
    const window = (scale: number, offset: number, length: number): [Tensor, Tensor] => {
      const [by, start] = [scale, offset].map((column) => perPicture(gather(maps, column, { axis: 1 }))) as [
        Tensor,
        Tensor,
      ];
      return [start, add(multiply(by, length), start)];
    };
    const [left, right] = window(0, 2, width!);
    const [top, bottom] = window(4, 5, height!);
    const boxes = converted(given.boxes, this.boundingBoxFormat!, 'xyxy', { height: height!, width: width! });
    const [x1, y1, x2, y2] = edgesOf(boxes);
    const within = (x: Tensor, low: Tensor, high: Tensor): Tensor => subtract(clipByValue(x, low, high), low);
    const seen = joined([
      within(x1, left, right),
      within(y1, top, bottom),
      within(x2, left, right),
      within(y2, top, bottom),
    ]);
    const size = { height: subtract(bottom, top), width: subtract(right, left) };
    const inside = clipped({ ...given, boxes: converted(seen, 'xyxy', 'rel_xyxy', size) }, 1, 1);
    return {
      ...inside,
      boxes: converted(inside.boxes, 'rel_xyxy', this.boundingBoxFormat!, { height: height!, width: width! }),
    };
  }
}
interface RandomZoomLayer
  extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed' | 'fillMode' | 'interpolation' | 'fillValue'> {}
export interface RandomZoom extends RandomZoomLayer {}
export const RandomZoom: Class<RandomZoomArgs, RandomZoom> = callable(RandomZoomLayer, 'RandomZoom');
