// tf.image: measures of images: differences, edges, signal to noise, structural similarity.
// Owns: these formulas.
import { ShapeError, ValueError } from '../../base/errors.ts';
import { broadcastShapes, sameShape, showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { pad } from '../core/pad.ts';
import { signature } from '../core/signature.ts';
import { depthwiseConv2d } from '../nn/convolution.ts';
import { avgPool2d } from '../nn/pooling.ts';
import { piece } from './batch.ts';
import { convertImageDtype } from './color.ts';

const meanOver = (x: Value, axes: readonly number[]): Value =>
  p.scale(p.reduceSum(x, axes), 1 / axes.reduce((n, axis) => n * x.dims[axis]!, 1));
const lastAxes = (x: Value, count: number): number[] => x.dims.map((_, i) => i).slice(-count);

/** Σ |differences of neighbouring pixels|, for each image. */
export const totalVariation = signature('image.totalVariation', ['images'], (images: TensorLike): Tensor => {
  const x = convertToTensor(images, undefined, 'image.totalVariation');
  if (x.dims.length !== 3 && x.dims.length !== 4)
    throw new ShapeError(
      `image.totalVariation: found shape ${showShape(x.dims)}; wanted (height, width, channels) or (batch, height, width, channels).`,
    );
  const [h, w] = [x.dims.length - 3, x.dims.length - 2];
  const change = (axis: number): Value => {
    const n = x.dims[axis]!;
    return p.unary('abs', p.sub(piece(x, axis, 1, n), piece(x, axis, 0, n - 1)));
  };
  const sum = (y: Value): Value => p.reduceSum(y, lastAxes(y, 3));
  return p.add(sum(change(h)), sum(change(w))) as Tensor;
});
/** Differences to the pixel below and to the right; 0 in the last row and column. */
export const imageGradients = signature(
  'image.imageGradients',
  ['image'],
  (image: TensorLike): [dy: Tensor, dx: Tensor] => {
    const x = convertToTensor(image, undefined, 'image.imageGradients');
    if (x.dims.length !== 4)
      throw new ShapeError(
        `image.imageGradients: found shape ${showShape(x.dims)}; wanted (batch, height, width, channels).`,
      );
    const change = (axis: number): Tensor => {
      const n = x.dims[axis]!;
      const difference = p.sub(piece(x, axis, 1, n), piece(x, axis, 0, n - 1));
      return p.pad(
        difference,
        p.scalar(0, x.dtype),
        [0, 0, 0, 0],
        x.dims.map((_, i) => (i === axis ? 1 : 0)),
      ) as Tensor;
    };
    return [change(1), change(2)];
  },
);
/** Sobel's filters: (…, channels, 2), the changes downwards and to the right. */
export const sobelEdges = signature('image.sobelEdges', ['image'], (image: TensorLike): Tensor => {
  const x = convertToTensor(image, undefined, 'image.sobelEdges');
  const c = x.dims.at(-1)!;
  const down = [-1, -2, -1, 0, 0, 0, 1, 2, 1];
  const right = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
  const kernel = new Float32Array(9 * c * 2);
  for (let i = 0; i < 9; i++)
    for (let k = 0; k < c; k++) {
      kernel[(i * c + k) * 2] = down[i]!;
      kernel[(i * c + k) * 2 + 1] = right[i]!;
    }
  const padded = pad(
    x,
    [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
    'REFLECT',
  );
  const filter = p.convert(eagerTensor(kernel, [3, 3, c, 2], 'float32'), x.dtype) as Tensor;
  const edges = depthwiseConv2d(padded, filter, 1, 'VALID');
  return p.reshape(edges, [...x.dims, 2]) as Tensor;
});

const comparable = (a: TensorLike, b: TensorLike, maxVal: number | Tensor, name: string): [Tensor, Tensor, number] => {
  const [x, y] = [convertToTensor(a, undefined, name), convertToTensor(b, undefined, name)];
  if (!sameShape(x.dims.slice(-3), y.dims.slice(-3)) || x.dims.length < 3 || y.dims.length < 3)
    throw new ShapeError(
      `${name}: images of shape ${showShape(x.dims)} and ${showShape(y.dims)}; wanted equal (height, width, channels) behind batch axes that broadcast.`,
    );
  const dims = broadcastShapes(x.dims, y.dims, name);
  const most = typeof maxVal === 'number' ? maxVal : maxVal.item();
  const scale = x.dtype === 'uint8' ? 255 : x.dtype === 'int8' ? 127 : x.dtype === 'uint16' ? 65535 : 1;
  const ready = (image: Tensor): Tensor => p.broadcastTo(convertImageDtype(image, 'float32'), dims) as Tensor;
  return [ready(x), ready(y), most / scale];
};
/** Peak signal to noise in decibels, for each image. */
export const psnr = signature(
  'image.psnr',
  ['a', 'b', 'maxVal'],
  (a: TensorLike, b: TensorLike, maxVal: number | Tensor): Tensor => {
    const [x, y, most] = comparable(a, b, maxVal, 'image.psnr');
    const mse = meanOver(p.square(p.sub(x, y)), lastAxes(x, 3));
    return p.offset(p.scale(p.unary('log', mse), -10 / Math.LN10), (20 * Math.log(most)) / Math.LN10) as Tensor;
  },
);

interface SsimOptions {
  readonly filterSize: number;
  readonly filterSigma: number;
  readonly k1: number;
  readonly k2: number;
}
/** Luminance · contrast and contrast alone, by pixel (batch, rows, columns, channels). */
function ssimMaps(x: Value, y: Value, most: number, o: SsimOptions): [ssim: Value, contrast: Value] {
  const c = x.dims.at(-1)!;
  const weights = Array.from({ length: o.filterSize }, (_, i) =>
    Math.exp(-((i - (o.filterSize - 1) / 2) ** 2) / (2 * o.filterSigma ** 2)),
  );
  const total = weights.reduce((a, b) => a + b, 0) ** 2;
  const kernel = new Float32Array(o.filterSize * o.filterSize * c);
  for (let i = 0; i < o.filterSize; i++)
    for (let j = 0; j < o.filterSize; j++)
      for (let k = 0; k < c; k++) kernel[(i * o.filterSize + j) * c + k] = (weights[i]! * weights[j]!) / total;
  const filter = eagerTensor(kernel, [o.filterSize, o.filterSize, c, 1], 'float32');
  const smooth = (z: Value): Value => depthwiseConv2d(z as Tensor, filter, 1, 'VALID');
  const [c1, c2] = [(o.k1 * most) ** 2, (o.k2 * most) ** 2];
  const [mx, my] = [smooth(x), smooth(y)];
  const [both, squares] = [p.scale(p.mul(mx, my), 2), p.add(p.square(mx), p.square(my))];
  const luminance = p.div(p.offset(both, c1), p.offset(squares, c1));
  const joint = p.scale(smooth(p.mul(x, y)), 2);
  const own = smooth(p.add(p.square(x), p.square(y)));
  const contrast = p.div(p.offset(p.sub(joint, both), c2), p.offset(p.sub(own, squares), c2));
  return [p.mul(luminance, contrast), contrast];
}
const flatBatch = (x: Tensor): Value =>
  p.reshape(x, [x.dims.slice(0, -3).reduce((a, b) => a * b, 1), ...x.dims.slice(-3)]);

/** Structural similarity (Wang et al., 2004), for each image. */
export const ssim = signature(
  'image.ssim',
  ['img1', 'img2', 'maxVal', 'filterSize', 'filterSigma', 'k1', 'k2', 'returnIndexMap'],
  (
    img1: TensorLike,
    img2: TensorLike,
    maxVal: number | Tensor,
    filterSize: number = 11,
    filterSigma: number = 1.5,
    k1: number = 0.01,
    k2: number = 0.03,
    returnIndexMap: boolean = false,
  ): Tensor => {
    const [x, y, most] = comparable(img1, img2, maxVal, 'image.ssim');
    const outer = x.dims.slice(0, -3);
    const [map] = ssimMaps(flatBatch(x), flatBatch(y), most, { filterSize, filterSigma, k1, k2 });
    const result = returnIndexMap ? meanOver(map, [3]) : meanOver(map, [1, 2, 3]);
    return p.reshape(result, [...outer, ...result.dims.slice(1)]) as Tensor;
  },
);

const POWERS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
/** Structural similarity over several scales. */
export const ssimMultiscale = signature(
  'image.ssimMultiscale',
  ['img1', 'img2', 'maxVal', 'powerFactors', 'filterSize', 'filterSigma', 'k1', 'k2'],
  (
    img1: TensorLike,
    img2: TensorLike,
    maxVal: number | Tensor,
    powerFactors: readonly number[] = POWERS,
    filterSize: number = 11,
    filterSigma: number = 1.5,
    k1: number = 0.01,
    k2: number = 0.03,
  ): Tensor => {
    const [a, b, most] = comparable(img1, img2, maxVal, 'image.ssimMultiscale');
    if (powerFactors.length === 0)
      throw new ValueError('image.ssimMultiscale: powerFactors is empty; wanted one factor for each scale.');
    let [x, y] = [flatBatch(a), flatBatch(b)];
    let product: Value | null = null;
    powerFactors.forEach((power, k) => {
      if (k > 0) [x, y] = [halved(x), halved(y)];
      const maps = ssimMaps(x, y, most, { filterSize, filterSigma, k1, k2 });
      const chosen = maps[k === powerFactors.length - 1 ? 0 : 1];
      const value = meanOver(chosen, [1, 2]);
      const positive = p.binary('max', value, p.zerosLike(value));
      const factor = p.binary('pow', positive, p.full(power, positive));
      product = product ? p.mul(product, factor) : factor;
    });
    return p.reshape(meanOver(product!, [1]), a.dims.slice(0, -3)) as Tensor;
  },
);
/** Half the size, odd sides mirrored by one pixel. */
function halved(x: Value): Value {
  const rows = [
    [0, 0],
    [0, x.dims[1]! % 2],
    [0, x.dims[2]! % 2],
    [0, 0],
  ];
  return avgPool2d(pad(x as Tensor, rows, 'SYMMETRIC'), 2, 2, 'VALID');
}
