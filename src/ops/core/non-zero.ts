// Where a tensor is not zero: a result whose shape depends on values, so it is only known eagerly.
// Owns: what stands behind tf.where(condition) and boolean masks.
import { dtypes } from '../../base/dtype.ts';
import { StateError } from '../../base/errors.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';

/** Indices of the elements that are not zero, as an eager int64 tensor (count, rank). */
export function nonZeroIndices(x: Tensor, operation: string): Tensor {
  const { elements, dims } = x;
  if (!elements) {
    throw new StateError(
      `${operation}: the shape of the result depends on values, which are not known while a function is traced. Use tf.where(condition, x, y) with both branches, or call it outside tf.function.`,
    );
  }
  const { lanes } = dtypes[x.dtype];
  const found: number[] = [];
  for (let i = 0; i < elements.length; i += lanes) {
    if (Number(elements[i]) !== 0 || (lanes === 2 && Number(elements[i + 1]) !== 0)) found.push(i / lanes);
  }
  const indices = new BigInt64Array(found.length * dims.length);
  found.forEach((position, row) => {
    let rest = position;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      indices[row * dims.length + axis] = BigInt(rest % dims[axis]!);
      rest = Math.floor(rest / dims[axis]!);
    }
  });
  return eagerTensor(indices, [found.length, dims.length], 'int64');
}
