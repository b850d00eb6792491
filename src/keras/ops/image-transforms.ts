// keras.ops.image: images moved, distorted, blurred and compared.
// Owns: affine and projective maps, elastic distortion, reading at coordinates, scaling and translation by weights.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { normalizeAxis } from '../../base/shape.ts';
import { broadcastTo, reshape, stack, tile, unstack } from '../../ops/core/arrange.ts';
import { fill, range } from '../../ops/core/create.ts';
import { gatherNd } from '../../ops/core/gather-nd.ts';
import * as image from '../../ops/image/index.ts';
import { type FillMode, projectiveTransform } from '../../ops/image/projective.ts';
import { solve } from '../../ops/linalg/index.ts';
import * as math from '../../ops/math/elementwise.ts';
import { tensordot } from '../../ops/math/matmul.ts';
import { reduceMax, reduceMin, reduceSum } from '../../ops/math/reduce.ts';
import { depthwiseConv2d } from '../../ops/nn/index.ts';
import { statelessNormal } from '../../ops/random/stateless.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { drawSeed, type SeedLike } from '../random/seed-generator.ts';
import { moveaxis } from './arrays.ts';
import { floats, isFloating, isInteger, kerasOp, promoted, tensor, to } from './define.ts';
import { channelsLast, type Format, isFirst } from './image-format.ts';

type Interpolation = 'bilinear' | 'nearest';
const checked = (interpolation: Interpolation, name: string): Interpolation => {
  if (interpolation === 'bilinear' || interpolation === 'nearest') return interpolation;
  throw new ValueError(`ops.${name}: interpolation ${show(interpolation)}; wanted 'bilinear' or 'nearest'.`);
};
/** Applies `f` to a batch with the channels last. */
const batched = (images: TensorLike, format: Format | undefined, name: string, f: (x: Tensor) => Tensor): Tensor =>
  channelsLast(images, format, (x) => {
    if (x.dims.length !== 3 && x.dims.length !== 4)
      throw new ShapeError(`ops.${name}: images have shape ${show(x.dims)}; wanted one image or a batch of them.`);
    return x.dims.length === 4 ? f(x) : f(x.expandDims(0)).squeeze(0);
  });
/** As many maps as images. */
const forEach = (maps: Tensor, batch: number): Tensor => broadcastTo(maps, [batch, 8]);

/** Each output pixel (x, y) is read at (a₀x + a₁y + a₂, b₀x + b₁y + b₂) over c₀x + c₁y + 1; `transform` holds a, b, c. */
export const affineTransform = kerasOp(
  'image.affineTransform',
  ['images', 'transform', 'interpolation', 'fillMode', 'fillValue', 'dataFormat'],
  (
    images: TensorLike,
    transform: TensorLike,
    interpolation: Interpolation = 'bilinear',
    fillMode: FillMode = 'constant',
    fillValue: number = 0,
    dataFormat?: Format,
  ): Tensor => {
    const name = 'image.affineTransform';
    const given = to(tensor(transform), 'float32');
    if (given.dims.at(-1) !== 8 || given.dims.length > 2)
      throw new ShapeError(`ops.${name}: transform has shape ${show(given.dims)}; wanted (8,) or (batch, 8).`);
    if (!['constant', 'nearest', 'wrap', 'reflect'].includes(fillMode))
      throw new ValueError(
        `ops.${name}: fillMode ${show(fillMode)}; wanted 'constant', 'nearest', 'wrap' or 'reflect'.`,
      );
    const sampling = { interpolation: checked(interpolation, name), fillMode, fillValue };
    return batched(images, dataFormat, name, (x) => {
      const maps = given.dims.length === 1 ? given.expandDims(0) : given;
      return projectiveTransform(x, forEach(maps, x.dims[0]!), sampling);
    });
  },
);

/** The maps (batch, 8) that take the end points to the start points, each four (x, y). */
function homographies(start: Tensor, end: Tensor): Tensor {
  const at = (points: Tensor, i: number, k: number): Tensor => points.at(':', i, k);
  const rows: Tensor[] = [];
  const sums: Tensor[] = [];
  for (let i = 0; i < 4; i++) {
    const [u, v, x, y] = [at(start, i, 0), at(start, i, 1), at(end, i, 0), at(end, i, 1)];
    const [one, none] = [fill([x.dims[0]!], 1), fill([x.dims[0]!], 0)].map((t) => to(t, 'float32')) as [Tensor, Tensor];
    const minus = (a: Tensor, b: Tensor): Tensor => math.negative(math.multiply(a, b));
    rows.push(stack([x, y, one, none, none, none, minus(u, x), minus(u, y)], { axis: -1 }));
    rows.push(stack([none, none, none, x, y, one, minus(v, x), minus(v, y)], { axis: -1 }));
    sums.push(u, v);
  }
  return solve(stack(rows, { axis: 1 }), stack(sums, { axis: -1 }).expandDims(-1)).squeeze(-1);
}
/** Images seen so that the start points come to lie on the end points. */
export const perspectiveTransform = kerasOp(
  'image.perspectiveTransform',
  ['images', 'startPoints', 'endPoints', 'interpolation', 'fillValue', 'dataFormat'],
  (
    images: TensorLike,
    startPoints: TensorLike,
    endPoints: TensorLike,
    interpolation: Interpolation = 'bilinear',
    fillValue: number = 0,
    dataFormat?: Format,
  ): Tensor => {
    const name = 'image.perspectiveTransform';
    const [start, end] = [startPoints, endPoints].map((points) => {
      const t = to(tensor(points), 'float32');
      if (t.dims.length < 2 || t.dims.length > 3 || t.dims.at(-2) !== 4 || t.dims.at(-1) !== 2)
        throw new ShapeError(`ops.${name}: points have shape ${show(t.dims)}; wanted (4, 2) or (batch, 4, 2).`);
      return t.dims.length === 2 ? t.expandDims(0) : t;
    }) as [Tensor, Tensor];
    const sampling = { interpolation: checked(interpolation, name), fillMode: 'constant', fillValue } as const;
    return batched(images, dataFormat, name, (x) =>
      projectiveTransform(x, forEach(homographies(start, end), x.dims[0]!), sampling),
    );
  },
);

type CoordinateMode = 'constant' | 'nearest' | 'wrap' | 'mirror' | 'reflect';
/** Where indices beyond the edges are read, and whether they are. */
function inside(index: Tensor, n: number, mode: CoordinateMode): { index: Tensor; valid: Tensor | null } {
  const clipped = (): Tensor => math.clipByValue(index, 0, n - 1);
  if (mode === 'constant')
    return { index: clipped(), valid: math.logicalAnd(math.greaterEqual(index, 0), math.less(index, n)) };
  if (mode === 'nearest') return { index: clipped(), valid: null };
  if (mode === 'wrap') return { index: math.floormod(index, n), valid: null };
  if (mode !== 'mirror' && mode !== 'reflect')
    throw new ValueError(
      `ops.image.mapCoordinates: fillMode ${show(mode)}; wanted 'constant', 'nearest', 'wrap', 'mirror' or 'reflect'.`,
    );
  const place = math.floormod(math.abs(index), 2 * n);
  const back = math.subtract(2 * n, mode === 'reflect' ? math.add(place, 1) : place);
  // The mirror's far end lies one beyond the last element; the original reads nothing there.
  return { index: math.minimum(math.where(math.less(place, n), place, back), n - 1), valid: null };
}
interface Neighbour {
  readonly index: Tensor;
  /** Null where it counts whole. */
  readonly weight: Tensor | null;
}
/** Elements read at fractional places: coordinates (rank, …), order 0 the nearest, order 1 between the neighbours. */
export const mapCoordinates = kerasOp(
  'image.mapCoordinates',
  ['inputs', 'coordinates', 'order', 'fillMode', 'fillValue'],
  (
    inputs: TensorLike,
    coordinates: TensorLike,
    order: number,
    fillMode: CoordinateMode = 'constant',
    fillValue: number = 0,
  ): Tensor => {
    const [x, places] = [tensor(inputs), floats(coordinates)];
    if (places.dims.length < 2 || places.dims[0] !== x.dims.length)
      throw new ShapeError(
        `ops.image.mapCoordinates: coordinates have shape ${show(places.dims)} for inputs ${show(x.dims)}; wanted (${x.dims.length}, …).`,
      );
    if (order !== 0 && order !== 1)
      throw new ValueError(`ops.image.mapCoordinates: order ${show(order)}; wanted 0 or 1.`);
    const axes = unstack(places).map((place): Neighbour[] => {
      if (order === 0) return [{ index: to(math.round(place), 'int32'), weight: null }];
      const lower = math.floor(place);
      const upper = math.subtract(place, lower);
      const index = to(lower, 'int32');
      return [
        { index, weight: math.subtract(1, upper) },
        { index: math.add(index, 1), weight: upper },
      ];
    });
    const corners = axes.reduce<Neighbour[][]>(
      (all, options) => all.flatMap((corner) => options.map((option) => [...corner, option])),
      [[]],
    );
    const parts = corners.map((corner) => {
      const found = corner.map(({ index }, axis) => inside(index, x.dims[axis]!, fillMode));
      let value = to(
        gatherNd(
          x,
          stack(
            found.map(({ index }) => index),
            { axis: -1 },
          ),
        ),
        places.dtype,
      );
      const valid = found.flatMap((part) => (part.valid ? [part.valid] : []));
      if (valid.length > 0)
        value = math.where(
          valid.reduce((a, b) => math.logicalAnd(a, b)),
          value,
          fillValue,
        );
      const weights = corner.flatMap(({ weight }) => (weight ? [weight] : []));
      return weights.reduce((product, weight) => math.multiply(product, weight), value);
    });
    const sum = parts.reduce((a, b) => math.add(a, b));
    return to(isInteger(x.dtype) ? math.round(sum) : sum, x.dtype);
  },
);

/** Gaussian weights around the middle, of sum 1. */
function gaussian(size: number, sigma: TensorLike, dtype: Tensor['dtype']): Tensor {
  const places = math.subtract(to(range(size), dtype), (size - 1) / 2);
  const weights = math.exp(math.multiply(math.square(math.divide(places, to(tensor(sigma), dtype))), -0.5));
  return math.divide(weights, reduceSum(weights));
}
/** Images blurred by Gaussian weights; beyond the edges are zeros. */
export const gaussianBlur = kerasOp(
  'image.gaussianBlur',
  ['images', 'kernelSize', 'sigma', 'dataFormat'],
  (
    images: TensorLike,
    kernelSize: readonly [number, number] = [3, 3],
    sigma: readonly [TensorLike, TensorLike] = [1, 1],
    dataFormat?: Format,
  ): Tensor =>
    batched(images, dataFormat, 'image.gaussianBlur', (x) => {
      const [first, second] = [0, 1].map((i) => gaussian(kernelSize[i]!, sigma[i]!, x.dtype)) as [Tensor, Tensor];
      // As in Keras the kernel is the outer product of the second weights with the first, read in the sizes' order.
      const plane = math.multiply(second.expandDims(1), first.expandDims(0));
      const kernel = tile(reshape(plane, [...kernelSize, 1, 1]), [1, 1, x.dims[3]!, 1]);
      return depthwiseConv2d(x, kernel, [1, 1, 1, 1], 'SAME');
    }),
);

/** Pixels moved by smooth random distances (Simard et al., 2003). */
export const elasticTransform = kerasOp(
  'image.elasticTransform',
  ['images', 'alpha', 'sigma', 'interpolation', 'fillMode', 'fillValue', 'seed', 'dataFormat'],
  (
    images: TensorLike,
    alpha: number = 20,
    sigma: number = 5,
    interpolation: Interpolation = 'bilinear',
    fillMode: CoordinateMode = 'reflect',
    fillValue: number = 0,
    seed?: SeedLike,
    dataFormat?: Format,
  ): Tensor => {
    const order = checked(interpolation, 'image.elasticTransform') === 'nearest' ? 0 : 1;
    return batched(images, dataFormat, 'image.elasticTransform', (x) => {
      const [batch, height, width, channels] = x.dims as [number, number, number, number];
      const dtype = x.dtype;
      const size = (6 * Math.trunc(sigma)) | 1;
      const numbers = drawSeed(seed);
      // One draw for both directions, as in Keras.
      const draw = statelessNormal([batch, height, width], numbers, { dtype });
      const noise = math.multiply(draw, to(tensor(sigma), dtype));
      const smooth = gaussianBlur(noise.expandDims(-1), [size, size], [sigma, sigma], 'channels_last').squeeze(-1);
      const moved = math.multiply(smooth, to(tensor(alpha), dtype));
      const xs = math.add(to(range(width), dtype), moved);
      const ys = math.add(to(range(height), dtype).expandDims(1), moved);
      const planes = unstack(x).map((one, i) => {
        const places = stack([ys.at(i), xs.at(i)]);
        const parts = Array.from({ length: channels }, (_, c) =>
          mapCoordinates(one.at('...', c), places, order, fillMode, fillValue),
        );
        return stack(parts, { axis: -1 });
      });
      return stack(planes);
    });
  },
);

type ScaleMethod = 'linear' | 'bilinear' | 'trilinear' | 'cubic' | 'bicubic' | 'tricubic' | 'lanczos3' | 'lanczos5';
const lanczos =
  (radius: number) =>
  (x: Tensor): Tensor => {
    const turned = math.multiply(x, Math.PI);
    const product = math.multiply(math.multiply(math.sin(turned), math.sin(math.divide(turned, radius))), radius);
    const near = math.lessEqual(x, 1e-3);
    const value = math.where(near, 1, math.divide(product, math.where(near, 1, math.square(turned))));
    return math.where(math.greater(x, radius), 0, value);
  };
const polynomial = (x: Tensor, ...coefficients: number[]): Tensor =>
  coefficients
    .slice(1)
    .reduce<Tensor>((sum, c) => math.add(math.multiply(sum, x), c), math.add(math.multiply(x, 0), coefficients[0]!));
const kernels: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  linear: (x) => math.maximum(math.subtract(1, x), 0),
  cubic: (x) => {
    const outer = math.where(math.greaterEqual(x, 2), 0, polynomial(x, -0.5, 2.5, -4, 2));
    return math.where(math.greaterEqual(x, 1), outer, polynomial(x, 1.5, -2.5, 0, 1));
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};
const kernelOf = (method: ScaleMethod): ((x: Tensor) => Tensor) => {
  const found = kernels[method.replace(/^(bi|tri)(?=linear|cubic)/, '')];
  if (found) return found;
  throw new ValueError(
    `ops.image.scaleAndTranslate: method ${show(method)}; wanted 'linear', 'cubic', 'lanczos3', 'lanczos5' or the bi- and tri- of the first two.`,
  );
};
/** Weights (from, to): how much of each element goes to each element of the result. */
function weightsFor(
  from: number,
  until: number,
  scale: Tensor,
  shift: Tensor,
  kernel: (x: Tensor) => Tensor,
  antialias: boolean,
): Tensor {
  const dtype = scale.dtype;
  const inverse = math.divide(1, scale);
  const width = antialias ? math.maximum(inverse, 1) : 1;
  const centre = math.multiply(math.add(to(range(until), dtype), 0.5), inverse);
  const place = math.subtract(math.subtract(centre, math.multiply(shift, inverse)), 0.5); // (until,)
  const distance = math.abs(math.subtract(place.expandDims(0), to(range(from), dtype).expandDims(1)));
  const weights = kernel(math.divide(distance, width));
  const total = reduceSum(weights, { axis: 0, keepdims: true });
  const enough = math.greater(math.abs(total), 1000 * 1.1920928955078125e-7);
  const normal = math.where(enough, math.divide(weights, math.where(math.equal(total, 0), 1, total)), 0);
  const within = math.logicalAnd(math.greaterEqual(place, -0.5), math.lessEqual(place, from - 0.5));
  return math.where(within.expandDims(0), normal, 0);
}
/** Images scaled and moved along some axes by a kernel's weights. */
export const scaleAndTranslate = kerasOp(
  'image.scaleAndTranslate',
  ['images', 'outputShape', 'scale', 'translation', 'spatialDims', 'method', 'antialias'],
  (
    images: TensorLike,
    outputShape: readonly number[],
    scale: TensorLike,
    translation: TensorLike,
    spatialDims: readonly number[],
    method: ScaleMethod,
    antialias: boolean = true,
  ): Tensor => {
    const kernel = kernelOf(method);
    const x = tensor(images);
    const [by, shift] = promoted(floats(scale), floats(translation)) as [Tensor, Tensor];
    let result = isFloating(x.dtype) ? x : to(x, 'float32');
    spatialDims.forEach((given, i) => {
      const axis = normalizeAxis(given, x.dims.length, 'ops.image.scaleAndTranslate');
      const weights = weightsFor(x.dims[axis]!, outputShape[axis]!, by.at(i), shift.at(i), kernel, antialias);
      result = moveaxis(tensordot(result, to(weights, result.dtype), [[axis], [0]]), -1, axis);
    });
    if (isFloating(x.dtype)) return result;
    const low = to(reduceMin(x), 'float32');
    return to(math.clipByValue(math.round(result), low, to(reduceMax(x), 'float32')), x.dtype);
  },
);

/** Sobel's filters: (…, channels, 2), the changes downwards and to the right. */
export const sobelEdges = kerasOp(
  'image.sobelEdges',
  ['images', 'dataFormat'],
  (images: TensorLike, dataFormat?: Format): Tensor => {
    const x = tensor(images);
    if (!isFirst(dataFormat)) return image.sobelEdges(x);
    return moveaxis(image.sobelEdges(moveaxis(x, 1, -1)), -2, 1);
  },
);
/** Structural similarity (Wang et al., 2004) of images, or of pairs of them in batches. */
export const ssim = kerasOp(
  'image.ssim',
  ['image1', 'image2', 'maxVal', 'filterSize', 'filterSigma', 'k1', 'k2', 'dataFormat'],
  (
    image1: TensorLike,
    image2: TensorLike,
    maxVal: number = 1,
    filterSize: number = 11,
    filterSigma: number = 1.5,
    k1: number = 0.01,
    k2: number = 0.03,
    dataFormat?: Format,
  ): Tensor => {
    const last = (t: Tensor): Tensor => (isFirst(dataFormat) ? moveaxis(t, -3, -1) : t);
    return to(
      image.ssim(last(floats(image1)), last(floats(image2)), maxVal, { filterSize, filterSigma, k1, k2 }),
      tensor(image1).dtype,
    );
  },
);
