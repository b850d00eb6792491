// What several image layers do with pixels: other ranges of values, gray images, choosing images at random.
import { reshape } from '../../../../ops/core/arrange.ts';
import { add, cast, divide, less, multiply, subtract } from '../../../../ops/math/elementwise.ts';
import { reduceSum } from '../../../../ops/math/reduce.ts';
import { eagerTensor, type Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import type { Range } from './factors.ts';

/** Values of one range as those of another. */
export function rescaled(x: Tensor, [fromLow, fromHigh]: Range, [toLow, toHigh]: Range): Tensor {
  if (fromLow === toLow && fromHigh === toHigh) return x;
  return add(multiply(divide(subtract(x, fromLow), fromHigh - fromLow), toHigh - toLow), toLow);
}
/** (batch, height, width, 3) → (batch, height, width, 1): brightness as the eye sees it. */
export function grayscale(images: Tensor): Tensor {
  if (images.dims[3] === 1) return images;
  const weights = cast(eagerTensor(Float32Array.of(0.2989, 0.587, 0.114), [3], 'float32'), images.dtype);
  return reduceSum(multiply(images, weights), { axis: 3, keepdims: true });
}
/** (batch,) → (batch, 1, 1, 1) */
export const perImage = (x: Tensor): Tensor => reshape(x, [-1, 1, 1, 1]);
/** Which images are chosen, (batch, 1, 1, 1), with a probability that is drawn from a range. */
export function chosen(batch: number, [minval, maxval]: Range, seed: SeedGenerator): Tensor {
  const probability = uniform([batch], { minval, maxval, seed });
  return perImage(less(uniform([batch], { seed }), probability));
}
