// The products in recurrent cells: inputs and states with kernels whose columns are the gates side by side.
// Owns: products over any leading axes, and those with a dropout mask for each gate.
import { concat, reshape, split } from '../../../ops/core/arrange.ts';
import { add, multiply } from '../../../ops/math/elementwise.ts';
import { matmul } from '../../../ops/math/matmul.ts';
import type { Tensor } from '../../../runtime/tensor.ts';

/** Dropout masks: none, one for all gates, or one for each gate. */
export type Masks = readonly Tensor[] | null;

/** x · kernel: (…, features) → (…, width), as one product of matrices. */
export function product(x: Tensor, kernel: Tensor): Tensor {
  if (x.rank === 2) return matmul(x, kernel);
  const leading = x.dims.slice(0, -1);
  return reshape(matmul(reshape(x, [-1, x.dims.at(-1)!]), kernel), [...leading, kernel.dims.at(-1)!]);
}

/** The same with the masks (batch, features) applied to x: with several, gate by gate. */
export function maskedProduct(x: Tensor, kernel: Tensor, masks: Masks): Tensor {
  if (masks === null) return product(x, kernel);
  if (masks.length === 1) return product(multiply(x, masks[0]!), kernel);
  const kernels = split(kernel, masks.length, -1);
  return concat(
    kernels.map((part, gate) => product(multiply(x, masks[gate]!), part)),
    -1,
  );
}

/** x + bias, on a product's rows as it makes them: so the two become one kernel. */
export function withBias(x: Tensor, bias: Tensor | null): Tensor {
  if (!bias || x.rank === 2) return bias ? add(x, bias) : x;
  return reshape(add(reshape(x, [-1, x.dims.at(-1)!]), bias), x.dims);
}
