// Categories by number as vectors: one-hot, multi-hot, counts. Shared by the layers with an `outputMode`.
// Owns: the encoding and the shapes of its outputs.
import type { DType } from '../../../base/dtype.ts';
import type { Shape } from '../../../base/shape.ts';
import { expandDims, reshape } from '../../../ops/core/arrange.ts';
import { oneHot } from '../../../ops/core/create.ts';
import { cast, multiply } from '../../../ops/math/elementwise.ts';
import { reduceMax, reduceSum } from '../../../ops/math/reduce.ts';
import { RaggedTensor } from '../../../ops/ragged/ragged-tensor.ts';
import { fromDense } from '../../../ops/sparse/index.ts';
import type { Tensor } from '../../../runtime/tensor.ts';

export type OutputMode = 'int' | 'one_hot' | 'multi_hot' | 'count' | 'tf_idf';

/** Older names of output modes. */
export const renameOutputMode = (options: Record<string, unknown>): void => {
  if (options.outputMode === 'binary') options.outputMode = 'multi_hot';
  if (options.outputMode === 'tf-idf') options.outputMode = 'tf_idf';
};

/** Numbers outside 0 … depth − 1 count nowhere. Without `weights` each occurrence counts 1. */
export function encodeCategories(
  indices: Tensor | RaggedTensor,
  mode: OutputMode,
  depth: number,
  dtype: DType,
  weights: Tensor | null = null,
): Tensor {
  let x: Tensor = indices instanceof RaggedTensor ? indices.toTensor({ defaultValue: depth }) : indices;
  if (mode === 'int') return cast(x, dtype);
  if (x.rank === 0) x = reshape(x, [1]);
  x = cast(x, x.dtype === 'int64' ? 'int64' : 'int32');
  if (mode === 'one_hot') {
    const shape = x.dims;
    return oneHot(shape.length > 1 && shape.at(-1) === 1 ? reshape(x, shape.slice(0, -1)) : x, depth, { dtype });
  }
  const axis = x.rank > 1 ? 1 : 0;
  const hot = oneHot(x, depth, { dtype: weights ? weights.dtype : dtype });
  if (mode === 'multi_hot') return reduceMax(hot, { axis });
  return reduceSum(weights ? multiply(hot, expandDims(weights, -1)) : hot, { axis });
}

/** The shape of the encoding of inputs of a shape. */
export function encodedShape(shape: Shape, mode: OutputMode, depth: number | null): Shape {
  if (mode === 'int') return shape;
  if (shape.length === 0) return mode === 'one_hot' ? [1, depth] : [depth];
  if (mode === 'one_hot')
    return shape.length > 1 && shape.at(-1) === 1 ? [...shape.slice(0, -1), depth] : [...shape, depth];
  return shape.length > 1 ? [shape[0]!, ...shape.slice(2), depth] : [depth];
}

/** What layers with the option `sparse` give: a SparseTensor in the place of a tensor. */
export const maybeSparse = (x: Tensor, sparse: boolean): Tensor => (sparse ? asOutput(fromDense(x)) : x);
/** Ragged and sparse tensors leave layers like tensors. */
export const asOutput = (x: object): Tensor => x as Tensor;
