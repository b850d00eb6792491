// Random rectangles in images.
import type { DType } from '../../../../base/dtype.ts';
import { reshape } from '../../../../ops/core/arrange.ts';
import { range } from '../../../../ops/core/create.ts';
import { add, cast, greaterEqual, less, logicalAnd, multiply, subtract } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import { perImage } from './pixels.ts';

/** Which pixels lie in rectangles of these shares of the width and height, (batch,) each: (batch, height, width, 1). */
export function insideBoxes(
  [batch, height, width]: readonly [number, number, number],
  shareOfWidth: Tensor,
  shareOfHeight: Tensor,
  dtype: DType,
  seed: SeedGenerator,
): Tensor {
  const along = (length: number, share: Tensor, axis: 1 | 2): Tensor => {
    const size = multiply(share, length);
    const start = multiply(uniform([batch], { seed, dtype }), subtract(length, size));
    const places = reshape(cast(range(length), dtype), axis === 1 ? [1, -1, 1, 1] : [1, 1, -1, 1]);
    return logicalAnd(greaterEqual(places, perImage(start)), less(places, perImage(add(start, size))));
  };
  const across = along(width, shareOfWidth, 2);
  return logicalAnd(across, along(height, shareOfHeight, 1));
}
