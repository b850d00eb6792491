// What the layers that move images share: the options of sampling, and maps made of their eight numbers.
// Leaves the sampling to src/ops/image/projective.ts.
import { stack } from '../../../../ops/core/arrange.ts';
import { fill } from '../../../../ops/core/create.ts';
import { cast } from '../../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import * as o from '../../../schema.ts';

export const fillModes = o.oneOf('reflect', 'wrap', 'constant', 'nearest');
export const interpolations = o.oneOf('bilinear', 'nearest');

/** A map for each image from its eight numbers: (batch,) tensors, or numbers for all. */
export function mapsOf(parts: readonly (Tensor | number)[], batch: number): Tensor {
  return stack(
    parts.map((part) => cast(typeof part === 'number' ? fill([batch], part) : part, 'float32')),
    { axis: 1 },
  );
}
