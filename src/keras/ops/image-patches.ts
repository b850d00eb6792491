// keras.ops.image: patches of images and volumes as channels.
// Owns: one op for both, told apart by the number of sizes, as in Keras.
import { reshape } from '../../ops/core/arrange.ts';
import { range } from '../../ops/core/create.ts';
import * as image from '../../ops/image/index.ts';
import * as math from '../../ops/math/elementwise.ts';
import { conv3d } from '../../ops/nn/index.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { moveaxis } from './arrays.ts';
import { kerasOp, tensor, to } from './define.ts';
import { channelsLast, type Format, isFirst } from './image-format.ts';

type Sizes = number | readonly number[];
const times = (sizes: Sizes, count: number): number[] =>
  typeof sizes === 'number' ? new Array<number>(count).fill(sizes) : [...sizes];

/** (…, depth, height, width, size₀ · size₁ · size₂ · channels) */
function ofVolumes(
  given: Tensor,
  window: readonly number[],
  step: readonly number[],
  rate: readonly number[],
  padding: 'valid' | 'same',
  format: Format | undefined,
): Tensor {
  const single = given.dims.length === 4;
  let x = single ? given.expandDims(0) : given;
  if (isFirst(format)) x = moveaxis(x, 1, -1);
  const channels = x.dims[4]!;
  const count = window.reduce((a, b) => a * b, 1) * channels;
  const eye = math.equal(range(count).expandDims(1), range(count).expandDims(0));
  const kernel = reshape(to(eye, x.dtype), [...window, channels, count]);
  let result = conv3d(x, kernel, [1, ...step, 1], padding === 'same' ? 'SAME' : 'VALID', 'NDHWC', [1, ...rate, 1]);
  if (isFirst(format)) result = moveaxis(result, -1, 1);
  return single ? result.squeeze(0) : result;
}

/** Patches under a sliding window as channels; three sizes are those of volumes. */
export const extractPatches = kerasOp(
  'image.extractPatches',
  ['images', 'size', 'strides', 'dilationRate', 'padding', 'dataFormat'],
  (
    images: TensorLike,
    size: Sizes,
    strides?: Sizes,
    dilationRate: Sizes = 1,
    padding: 'valid' | 'same' = 'valid',
    dataFormat?: Format,
  ): Tensor => {
    const axes = typeof size === 'number' ? 2 : size.length;
    const [window, step, rate] = [times(size, axes), times(strides ?? size, axes), times(dilationRate, axes)];
    if (axes === 3) return ofVolumes(tensor(images), window, step, rate, padding, dataFormat);
    return channelsLast(images, dataFormat, (x) =>
      image.extractPatches(x, [1, ...window, 1], [1, ...step, 1], [1, ...rate, 1], padding),
    );
  },
);
/** extractPatches of volumes. */
export const extractPatches3d = kerasOp(
  'image.extractPatches3d',
  ['volumes', 'size', 'strides', 'dilationRate', 'padding', 'dataFormat'],
  (
    volumes: TensorLike,
    size: Sizes,
    strides?: Sizes,
    dilationRate?: Sizes,
    padding?: 'valid' | 'same',
    dataFormat?: Format,
  ): Tensor => extractPatches(volumes, times(size, 3), strides, dilationRate, padding, dataFormat),
);
