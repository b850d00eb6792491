// Arrays of data sets as tensors.
import type { TypedArray } from '../base/dtype.ts';
import type { ArrayData } from '../formats/array-data.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';

export const tensorOf = ({ data, shape, dtype }: ArrayData): Tensor => eagerTensor(data, shape, dtype);
/** A typed array with a shape; float64 becomes float32, in which models compute. */
export function tensorOfShaped(array: TypedArray & { readonly shape: readonly number[] }): Tensor {
  const float = array instanceof Float64Array || array instanceof Float32Array;
  return float
    ? eagerTensor(Float32Array.from(array as Float64Array), array.shape, 'float32')
    : eagerTensor(Int32Array.from(array as Int32Array), array.shape, 'int32');
}
