// tf.image: colours: dtypes of pixels, grey, HSV, YUV, YIQ, and adjustments.
// Owns: conversions between colour spaces and what is adjusted in them. Whole-number images go through floats in [0, 1].

import { asDType, type DType, dtypes, isFloating, isInteger } from '../../base/dtype.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { saturateCast } from '../math/arithmetic.ts';
import { spreadOver } from '../math/operands.ts';

const image = (x: TensorLike, name: string): Tensor => convertToTensor(x, undefined, name);

/** Pixels in another dtype: floats lie in [0, 1], whole numbers in [0, largest]. */
export const convertImageDtype = signature(
  'image.convertImageDtype',
  ['image', 'dtype', 'saturate'],
  (x: TensorLike, dtype: DType, saturate: boolean = false): Tensor => {
    const value = image(x, 'image.convertImageDtype');
    const type = asDType(dtype);
    const [from, to] = [value.dtype, type];
    const cast = (y: Value): Tensor => (saturate ? saturateCast(y as Tensor, type) : (p.convert(y, type) as Tensor));
    if (from === to) return value;
    if (isInteger(from) && isInteger(to)) {
      const [a, b] = [dtypes[from].max, dtypes[to].max];
      if (a > b) return cast(p.div(value, p.full(Math.floor((a + 1) / (b + 1)), value)));
      const wide = p.convert(value, to);
      return p.mul(wide, p.full(Math.floor((b + 1) / (a + 1)), wide)) as Tensor;
    }
    if (isFloating(from) && isFloating(to)) return p.convert(value, to) as Tensor;
    if (isInteger(from)) return p.scale(p.convert(value, to), 1 / dtypes[from].max) as Tensor;
    return cast(p.scale(value, dtypes[to].max + 0.5));
  },
);

/** Runs an adjustment on floats in [0, 1], and brings the result back to the dtype of the image. */
function onFloats(x: TensorLike, name: string, adjust: (x: Value) => Value): Tensor {
  const given = image(x, name);
  const adjusted = adjust(convertImageDtype(given, 'float32')) as Tensor;
  return convertImageDtype(adjusted, given.dtype, true);
}

/** x + delta. */
export const adjustBrightness = signature(
  'image.adjustBrightness',
  ['image', 'delta'],
  (x: TensorLike, delta: number | Tensor): Tensor =>
    onFloats(x, 'image.adjustBrightness', (y) =>
      p.add(y, p.broadcastTo(p.convert(convertToTensor(delta), y.dtype), y.dims)),
    ),
);
/** (x − mean) · factor + mean, the means taken over each channel of each image. */
export const adjustContrast = signature(
  'image.adjustContrast',
  ['images', 'contrastFactor'],
  (x: TensorLike, contrastFactor: number | Tensor): Tensor =>
    onFloats(x, 'image.adjustContrast', (y) => {
      const axes = [y.dims.length - 3, y.dims.length - 2];
      const sum = p.reduceSum(y, axes);
      const mean = spreadOver(p.scale(sum, 1 / axes.reduce((n, axis) => n * y.dims[axis]!, 1)), y, axes);
      const factor = p.broadcastTo(p.convert(convertToTensor(contrastFactor), y.dtype), y.dims);
      return p.add(p.mul(p.sub(y, mean), factor), mean);
    }),
);
/** gain · x^gamma. */
export const adjustGamma = signature(
  'image.adjustGamma',
  ['image', 'gamma', 'gain'],
  (x: TensorLike, gamma: number = 1, gain: number = 1): Tensor =>
    onFloats(x, 'image.adjustGamma', (y) => p.scale(p.binary('pow', y, p.full(gamma, y)), gain)),
);

// ── Channels ────────────────────────────────────────────────────────────────────────────────────────────────────

function channels(x: Value, name: string): Value[] {
  const last = x.dims.length - 1;
  if (x.dims[last] !== 3)
    throw new ShapeError(`${name}: found shape ${showShape(x.dims)}; wanted three channels along the last axis.`);
  const part = (i: number): Value =>
    p.reshape(
      p.slice(
        x,
        x.dims.map((_, a) => (a === last ? i : 0)),
        x.dims.map((n, a) => (a === last ? i + 1 : n)),
      ),
      x.dims.slice(0, -1),
    );
  return [part(0), part(1), part(2)];
}
const joined = (parts: readonly Value[]): Value =>
  p.concatenate(
    parts.map((part) => p.reshape(part, [...part.dims, 1])),
    parts[0]!.dims.length,
  );

function hsvOf(x: Value, name: string): [h: Value, s: Value, v: Value] {
  const [r, g, b] = channels(x, name) as [Value, Value, Value];
  const v = p.binary('max', p.binary('max', r, g), b);
  const range = p.sub(v, p.binary('min', b, p.binary('min', g, r)));
  const [zero, one] = [p.zerosLike(v), p.onesLike(v)];
  const light = p.compare('greater', v, zero);
  const s = p.select(light, p.div(range, p.select(light, v, one)), zero);
  const coloured = p.compare('greater', range, zero);
  const norm = p.div(p.full(1 / 6, range), p.select(coloured, range, one));
  const red = p.mul(norm, p.sub(g, b));
  const green = p.offset(p.mul(norm, p.sub(b, r)), 2 / 6);
  const blue = p.offset(p.mul(norm, p.sub(r, g)), 4 / 6);
  const hue = p.select(p.compare('equal', r, v), red, p.select(p.compare('equal', g, v), green, blue));
  const h = p.select(coloured, hue, zero);
  return [p.select(p.compare('less', h, zero), p.offset(h, 1), h), s, v];
}
function rgbOf(h: Value, s: Value, v: Value): Value {
  const sixth = p.scale(h, 6);
  const clip = (x: Value): Value => p.binary('min', p.binary('max', x, p.zerosLike(x)), p.onesLike(x));
  const distance = (from: number): Value => p.unary('abs', p.offset(sixth, -from));
  const shades = [
    clip(p.offset(distance(3), -1)),
    clip(p.offset(p.neg(distance(2)), 2)),
    clip(p.offset(p.neg(distance(4)), 2)),
  ];
  return joined(shades.map((shade) => p.mul(p.add(p.sub(p.onesLike(s), s), p.mul(s, shade)), v)));
}

export const rgbToHsv = signature(
  'image.rgbToHsv',
  ['images'],
  (images: TensorLike): Tensor => joined(hsvOf(image(images, 'image.rgbToHsv'), 'image.rgbToHsv')) as Tensor,
);
export const hsvToRgb = signature('image.hsvToRgb', ['images'], (images: TensorLike): Tensor => {
  const [h, s, v] = channels(image(images, 'image.hsvToRgb'), 'image.hsvToRgb') as [Value, Value, Value];
  return rgbOf(h, s, v) as Tensor;
});
/** The saturation multiplied, in HSV. */
export const adjustSaturation = signature(
  'image.adjustSaturation',
  ['image', 'saturationFactor'],
  (x: TensorLike, saturationFactor: number | Tensor): Tensor =>
    onFloats(x, 'image.adjustSaturation', (y) => {
      const [h, s, v] = hsvOf(y, 'image.adjustSaturation');
      const factor = p.broadcastTo(p.convert(convertToTensor(saturationFactor), s.dtype), s.dims);
      const scaled = p.binary('min', p.binary('max', p.mul(s, factor), p.zerosLike(s)), p.onesLike(s));
      return rgbOf(h, scaled, v);
    }),
);
/** The hue turned by delta, a share of the circle. */
export const adjustHue = signature(
  'image.adjustHue',
  ['image', 'delta'],
  (x: TensorLike, delta: number | Tensor): Tensor =>
    onFloats(x, 'image.adjustHue', (y) => {
      const by = typeof delta === 'number' ? delta : 0;
      if (by < -1 || by > 1) throw new ValueError(`image.adjustHue: delta is ${by}; wanted a number in [−1, 1].`);
      const [h, s, v] = hsvOf(y, 'image.adjustHue');
      const turned = p.add(h, p.broadcastTo(p.convert(convertToTensor(delta), h.dtype), h.dims));
      return rgbOf(p.sub(turned, p.unary('floor', turned)), s, v);
    }),
);

const GREY = [0.2989, 0.587, 0.114];
/** One channel: 0.2989 red + 0.587 green + 0.114 blue. */
export const rgbToGrayscale = signature(
  'image.rgbToGrayscale',
  ['images'],
  (images: TensorLike): Tensor =>
    onFloats(images, 'image.rgbToGrayscale', (x) => {
      const parts = channels(x, 'image.rgbToGrayscale').map((part, i) => p.scale(part, GREY[i]!));
      const sum = p.add(p.add(parts[0]!, parts[1]!), parts[2]!);
      return p.reshape(sum, [...sum.dims, 1]);
    }),
);
/** The channel three times. */
export const grayscaleToRgb = signature('image.grayscaleToRgb', ['images'], (images: TensorLike): Tensor => {
  const x = image(images, 'image.grayscaleToRgb');
  if (x.dims.at(-1) !== 1)
    throw new ShapeError(`image.grayscaleToRgb: found shape ${showShape(x.dims)}; wanted one channel.`);
  return p.broadcastTo(x, [...x.dims.slice(0, -1), 3]) as Tensor;
});

/** Channels times a 3 × 3 matrix. */
const linear = (name: string, kernel: readonly number[]) =>
  signature(name, ['images'], (images: TensorLike): Tensor => {
    const x = image(images, name);
    channels(x, name);
    const matrix = p.convert(eagerTensor(Float64Array.from(kernel), [3, 3], 'float64'), x.dtype);
    return p.dotGeneral(x, matrix, {
      lhsBatch: [],
      rhsBatch: [],
      lhsContract: [x.dims.length - 1],
      rhsContract: [0],
    }) as Tensor;
  });
export const rgbToYuv = linear(
  'image.rgbToYuv',
  [0.299, -0.14714119, 0.61497538, 0.587, -0.28886916, -0.51496512, 0.114, 0.43601035, -0.10001026],
);
export const yuvToRgb = linear('image.yuvToRgb', [1, 1, 1, 0, -0.394642334, 2.03206185, 1.13988303, -0.58062185, 0]);
export const rgbToYiq = linear(
  'image.rgbToYiq',
  [0.299, 0.59590059, 0.2115, 0.587, -0.27455667, -0.52273617, 0.114, -0.32134392, 0.31119955],
);
export const yiqToRgb = linear(
  'image.yiqToRgb',
  [1, 1, 1, 0.95598634, -0.27201283, -1.10674021, 0.6208248, -0.64720424, 1.70423049],
);

/** (x − mean) / max(stddev, 1/√n), over each image. */
export const perImageStandardization = signature(
  'image.perImageStandardization',
  ['image'],
  (x: TensorLike): Tensor => {
    const given = image(x, 'image.perImageStandardization');
    if (given.dims.length < 3)
      throw new ShapeError(
        `image.perImageStandardization: found shape ${showShape(given.dims)}; wanted (…, height, width, channels).`,
      );
    const y = given.dtype === 'float16' ? given : p.convert(given, 'float32');
    const r = y.dims.length;
    const axes = [r - 3, r - 2, r - 1];
    const n = axes.reduce((product, axis) => product * y.dims[axis]!, 1);
    if (n === 0)
      throw new ShapeError(`image.perImageStandardization: images of shape ${showShape(given.dims)} have no elements.`);
    const mean = spreadOver(p.scale(p.reduceSum(y, axes), 1 / n), y, axes);
    const centred = p.sub(y, mean);
    const variance = p.scale(p.reduceSum(p.square(centred), axes), 1 / n);
    // The root of a safe number: at 0, a uniform image, its derivative is infinite.
    const varied = p.compare('greater', variance, p.zerosLike(variance));
    const deviation = p.select(varied, p.unary('sqrt', p.select(varied, variance, p.onesLike(variance))), variance);
    const divisor = p.binary('max', deviation, p.full(1 / Math.sqrt(n), deviation));
    return p.div(centred, spreadOver(divisor, y, axes)) as Tensor;
  },
);
