// RandomPerspective: images as if seen from the side, their corners moved by random amounts, with a probability.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_perspective/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims } from '../../../../base/shape.ts';
import { concat, reshape, slice, transpose } from '../../../../ops/core/arrange.ts';
import { ones, onesLike } from '../../../../ops/core/create.ts';
import { hostFunction } from '../../../../ops/core/host.ts';
import { projectiveTransform } from '../../../../ops/image/projective.ts';
import { inv } from '../../../../ops/linalg/index.ts';
import { divide, where } from '../../../../ops/math/elementwise.ts';
import { matmul } from '../../../../ops/math/matmul.ts';
import { reduceMax, reduceMin } from '../../../../ops/math/reduce.ts';
import * as p from '../../../../primitives/functions.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { clipped, converted, edgesOf, joined, perPicture } from '../../../bounding-boxes/formats.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import type { DenseBoxes } from './dense-boxes.ts';
import { imageSchema, share } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { chosen } from './pixels.ts';
import { interpolations } from './projective.ts';

const options = imageSchema(
  'RandomPerspective',
  {
    factor: o.optional(share, 1),
    scale: o.optional(o.number({ min: 0, max: 1 }), 1),
    interpolation: o.optional(interpolations, 'bilinear'),
    fillValue: o.optional(o.number(), 0),
    seed: o.optional(o.seed, null),
  },
  { positional: ['factor', 'scale', 'interpolation', 'fillValue', 'seed', 'dataFormat'] },
);
export interface RandomPerspectiveOptions extends LayerOptionsOf<typeof options> {}
type RandomPerspectiveArgs =
  | [options?: RandomPerspectiveOptions]
  | [factor: RandomPerspectiveOptions['factor'], options?: RandomPerspectiveOptions];
interface Drawn {
  readonly moved: Tensor;
  readonly maps: Tensor;
}
type Point = readonly [x: number, y: number];

/** The projective map that takes the second points to the first ones: its eight numbers. */
export function homography(start: readonly Point[], end: readonly Point[]): number[] {
  const rows = start.flatMap(([u, v], i) => {
    const [x, y] = end[i]!;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  for (let column = 0; column < 8; column++) {
    let pivot = column;
    for (let row = column; row < 8; row++)
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < 8; row++) {
      if (row === column) continue;
      const by = rows[row]![column]! / rows[column]![column]!;
      for (let k = column; k < 9; k++) rows[row]![k]! -= by * rows[column]![k]!;
    }
  }
  return rows.map((row, i) => row[8]! / row[i]!);
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RandomPerspectiveLayer extends ImageLayer<Drawn> {
  static override readonly schema = options;
  constructor(...args: RandomPerspectiveArgs) {
    super(options, args);
  }
  override draw([batch, height, width]: Dims, seed: SeedGenerator): Drawn {
    const moved = chosen(batch!, this.factor, seed);
    const [minval, maxval] = [-0.5 * this.scale, 0.5 * this.scale];
    const by = uniform([batch!, 4, 2], { minval, maxval, seed });
    const corners: Point[] = [
      [0, 0],
      [width! - 1, 0],
      [0, height! - 1],
      [width! - 1, height! - 1],
    ];
    const solve = hostFunction(
      'homography',
      () => [{ dims: [batch!, 8], dtype: 'float32' }],
      ([input], [out]) => {
        const factors = input!.data as Float32Array;
        for (let n = 0; n < batch!; n++) {
          const ends = corners.map(
            ([x, y], i): Point => [x + x * factors[n * 8 + 2 * i]!, y + y * factors[n * 8 + 2 * i + 1]!],
          );
          (out!.data as Float32Array).set(homography(corners, ends), n * 8);
        }
      },
    );
    return { moved, maps: p.customCall(solve, [reshape(by, [batch!, 8])])[0] as Tensor };
  }
  override augment(images: Tensor, drawn: Drawn): Tensor {
    return this.#seen(images, drawn, this.interpolation);
  }
  override augmentMasks(masks: Tensor, drawn: Drawn): Tensor {
    return this.#seen(masks, drawn, 'nearest');
  }
  override augmentBoxes(given: DenseBoxes, { moved, maps }: Drawn, [, height, width]: Dims): DenseBoxes {
    const [batch, count] = given.boxes.dims as [number, number];
    const boxes = converted(given.boxes, this.boundingBoxFormat!, 'xyxy', { height: height!, width: width! });
    const [x1, y1, x2, y2] = edgesOf(boxes);
    const back = inv(reshape(concat([maps, ones([batch, 1])], 1), [batch, 3, 3]));
    const corners = [
      [x1, y1],
      [x2, y2],
      [x1, y2],
      [x2, y1],
    ].map(([x, y]) => matmul(back, transpose(concat([x!, y!, onesLike(x!)], -1), [0, 2, 1])));
    /** The least and the greatest of the corners' places along an axis, (batch, count, 1). */
    const along = (axis: number): [Tensor, Tensor] => {
      const row = (points: Tensor, at: number): Tensor =>
        reshape(slice(points, [0, at, 0], [-1, 1, -1]), [batch, count, 1]);
      const places = concat(
        corners.map((points) => divide(row(points, axis), row(points, 2))),
        -1,
      );
      return [reduceMin(places, { axis: -1, keepdims: true }), reduceMax(places, { axis: -1, keepdims: true })];
    };
    const [[left, right], [top, bottom]] = [along(0), along(1)];
    const seen = where(perPicture(moved), joined([left, top, right, bottom]), boxes);
    // Keras gives them back as 'xyxy', whatever the layer's format is.
    return clipped({ ...given, boxes: seen }, height!, width!);
  }
  #seen(images: Tensor, { moved, maps }: Drawn, interpolation: 'bilinear' | 'nearest'): Tensor {
    const sampling = { interpolation, fillMode: 'constant', fillValue: this.fillValue } as const;
    return where(moved, projectiveTransform(images, maps, sampling), images);
  }
}
interface RandomPerspectiveLayer extends Omit<LayerValues<typeof options>, 'dataFormat' | 'seed'> {}
export interface RandomPerspective extends RandomPerspectiveLayer {}
export const RandomPerspective: Class<RandomPerspectiveArgs, RandomPerspective> = callable(
  RandomPerspectiveLayer,
  'RandomPerspective',
);
