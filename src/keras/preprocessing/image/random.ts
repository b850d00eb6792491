// keras.preprocessing.image.random*, apply*: single augmentations of single pictures, drawn from NumPy's global generator.
// Owns: the functions with Keras's arguments. Leaves transforms to affine.ts.
import { ShapeError, show, ValueError } from '../../../base/errors.ts';
import { showShape } from '../../../base/shape.ts';
import { convertToTensor } from '../../../ops/core/convert.ts';
import { signature } from '../../../ops/core/signature.ts';
import { globalState } from '../../../random/global-state.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import type { TensorLike } from '../../../runtime/tensor-methods.ts';
import { affine, brightened, channelShifted, type FillMode, type Sample, type TransformParameters } from './affine.ts';
import { dimsOf } from './iterators.ts';

/** A picture whose channels are the first or the last axis. */
function sampleWith(x: TensorLike, channelAxis: number, name: string): Sample {
  const tensor = convertToTensor(x, 'float32', name);
  if (tensor.dims.length !== 3)
    throw new ShapeError(`${name}: found shape ${showShape(tensor.dims)}; wanted one picture of three axes.`);
  if (channelAxis !== 0 && channelAxis !== 2)
    throw new ValueError(`${name}: channelAxis ${show(channelAxis)}; wanted 0 or 2.`);
  const first = channelAxis === 0;
  const [a, b, c] = tensor.dims as readonly [number, number, number];
  const [height, width, channels] = first ? [b, c, a] : [a, b, c];
  return { height, width, channels, first, data: tensor.dataSync() as Float32Array };
}
const tensorOf = (sample: Sample): Tensor => eagerTensor(sample.data, dimsOf(sample), 'float32');
const uniform = (low: number, high: number): number => globalState.uniform(low, high) as number;

function transformed(
  x: TensorLike,
  channelAxis: number,
  draw: (sample: Sample) => TransformParameters,
  fillMode: FillMode,
  cval: number,
  order: number,
  name: string,
): Tensor {
  const sample = sampleWith(x, channelAxis, name);
  return tensorOf(affine(sample, draw(sample), { fillMode, cval, order }));
}

const TAIL = ['rowAxis', 'colAxis', 'channelAxis', 'fillMode', 'cval', 'interpolationOrder'] as const;

/** Rotated (degrees), shifted, sheared (degrees) and zoomed around the centre. */
export const applyAffineTransform = signature(
  'applyAffineTransform',
  ['x', 'theta', 'tx', 'ty', 'shear', 'zx', 'zy', 'rowAxis', 'colAxis', 'channelAxis', 'fillMode', 'cval', 'order'],
  (
    x: TensorLike,
    theta: number = 0,
    tx: number = 0,
    ty: number = 0,
    shear: number = 0,
    zx: number = 1,
    zy: number = 1,
    _rowAxis: number = 1,
    _colAxis: number = 2,
    channelAxis: number = 0,
    fillMode: FillMode = 'nearest',
    cval: number = 0,
    order: number = 1,
  ): Tensor =>
    transformed(
      x,
      channelAxis,
      () => ({ theta, tx, ty, shear, zx, zy }),
      fillMode,
      cval,
      order,
      'applyAffineTransform',
    ),
);
/** Rotated by up to ±rg degrees. */
export const randomRotation = signature(
  'randomRotation',
  ['x', 'rg', ...TAIL],
  (
    x: TensorLike,
    rg: number,
    _rowAxis: number = 1,
    _colAxis: number = 2,
    channelAxis: number = 0,
    fillMode: FillMode = 'nearest',
    cval: number = 0,
    interpolationOrder: number = 1,
  ): Tensor =>
    transformed(
      x,
      channelAxis,
      () => ({ theta: uniform(-rg, rg) }),
      fillMode,
      cval,
      interpolationOrder,
      'randomRotation',
    ),
);
/** Shifted by up to ±wrg of the width and ±hrg of the height. */
export const randomShift = signature(
  'randomShift',
  ['x', 'wrg', 'hrg', ...TAIL],
  (
    x: TensorLike,
    wrg: number,
    hrg: number,
    _rowAxis: number = 1,
    _colAxis: number = 2,
    channelAxis: number = 0,
    fillMode: FillMode = 'nearest',
    cval: number = 0,
    interpolationOrder: number = 1,
  ): Tensor =>
    transformed(
      x,
      channelAxis,
      ({ height, width }) => {
        const tx = uniform(-hrg, hrg) * height;
        return { tx, ty: uniform(-wrg, wrg) * width };
      },
      fillMode,
      cval,
      interpolationOrder,
      'randomShift',
    ),
);
/** Sheared by up to ±intensity degrees. */
export const randomShear = signature(
  'randomShear',
  ['x', 'intensity', ...TAIL],
  (
    x: TensorLike,
    intensity: number,
    _rowAxis: number = 1,
    _colAxis: number = 2,
    channelAxis: number = 0,
    fillMode: FillMode = 'nearest',
    cval: number = 0,
    interpolationOrder: number = 1,
  ): Tensor =>
    transformed(
      x,
      channelAxis,
      () => ({ shear: uniform(-intensity, intensity) }),
      fillMode,
      cval,
      interpolationOrder,
      'randomShear',
    ),
);
/** Zoomed by factors of [least, most], one for each axis. */
export const randomZoom = signature(
  'randomZoom',
  ['x', 'zoomRange', ...TAIL],
  (
    x: TensorLike,
    zoomRange: readonly [least: number, most: number],
    _rowAxis: number = 1,
    _colAxis: number = 2,
    channelAxis: number = 0,
    fillMode: FillMode = 'nearest',
    cval: number = 0,
    interpolationOrder: number = 1,
  ): Tensor => {
    if (zoomRange.length !== 2) throw new ValueError(`randomZoom: zoomRange ${show(zoomRange)}; wanted [least, most].`);
    const [low, high] = zoomRange;
    const draw = (): TransformParameters => {
      if (low === 1 && high === 1) return {};
      const zx = uniform(low, high);
      return { zx, zy: uniform(low, high) };
    };
    return transformed(x, channelAxis, draw, fillMode, cval, interpolationOrder, 'randomZoom');
  },
);
/** All channels plus a number, within the range that was there. */
export const applyChannelShift = signature(
  'applyChannelShift',
  ['x', 'intensity', 'channelAxis'],
  (x: TensorLike, intensity: number, channelAxis: number = 0): Tensor =>
    tensorOf(channelShifted(sampleWith(x, channelAxis, 'applyChannelShift'), intensity)),
);
export const randomChannelShift = signature(
  'randomChannelShift',
  ['x', 'intensityRange', 'channelAxis'],
  (x: TensorLike, intensityRange: number, channelAxis: number = 0): Tensor =>
    applyChannelShift(x, uniform(-intensityRange, intensityRange), channelAxis),
);
/** Brighter or darker by a factor; `scale` spreads the numbers over 0 to 255 first. Channels come last. */
export const applyBrightnessShift = signature(
  'applyBrightnessShift',
  ['x', 'brightness', 'scale'],
  (x: TensorLike, brightness: number, scale: boolean = true): Tensor =>
    tensorOf(brightened(sampleWith(x, 2, 'applyBrightnessShift'), brightness, scale)),
);
export const randomBrightness = signature(
  'randomBrightness',
  ['x', 'brightnessRange', 'scale'],
  (x: TensorLike, brightnessRange: readonly [least: number, most: number], scale: boolean = true): Tensor => {
    if (brightnessRange.length !== 2)
      throw new ValueError(`randomBrightness: brightnessRange ${show(brightnessRange)}; wanted [least, most].`);
    return applyBrightnessShift(x, uniform(...brightnessRange), scale);
  },
);
