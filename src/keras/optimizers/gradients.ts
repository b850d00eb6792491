// Gradients as optimizers take them: tensors, or rows of a tensor (IndexedSlices).
// Owns: clipping, and the dense forms. A row that occurs twice adds up in the gradient, but its squares add up one by one,
// as they do in Keras on TensorFlow.

import type { Dims } from '../../base/shape.ts';
import { rowsOf } from '../../graph/row-gradients.ts';
import { IndexedSlices, IndexedSlices_ } from '../../ops/core/indexed-slices.ts';
import {
  abs,
  add,
  clipByValue,
  divide,
  maximum,
  minimum,
  multiply,
  sqrt,
  square,
  subtract,
} from '../../ops/math/elementwise.ts';
import { reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';

export type Gradient = Tensor | IndexedSlices;

export const isSlices = (gradient: unknown): gradient is IndexedSlices => gradient instanceof IndexedSlices_;
/** Of a tensor, or of the values of its rows. */
export const mapGradient = (gradient: Gradient, f: (values: Tensor) => Tensor): Gradient =>
  isSlices(gradient) ? gradient.map(f) : f(gradient);
/** A dense gradient that was made of rows, as these rows. */
export function asRows(gradient: Gradient): Gradient {
  if (isSlices(gradient)) return gradient;
  const found = rowsOf(gradient);
  return found ? new IndexedSlices(found.values as Tensor, found.indices as Tensor, gradient.dims) : gradient;
}
const valuesOf = (gradient: Gradient): Tensor => (isSlices(gradient) ? gradient.values : gradient);

const rows = new WeakMap<Tensor, IndexedSlices>();
/** As a tensor of the variable's shape. */
export function denseGradient(gradient: Gradient, dims: Dims): Tensor {
  if (!isSlices(gradient)) return gradient;
  const dense = gradient.toDense(dims);
  rows.set(dense, gradient);
  return dense;
}
/** gradient², of rows one by one. */
export const squaredGradient = (gradient: Tensor): Tensor =>
  rows.get(gradient)?.map(square).toDense(gradient.dims) ?? square(gradient);
/** (factor · gradient)², of rows one by one. */
export const squaredProduct = (factor: Tensor, gradient: Tensor): Tensor =>
  rows.has(gradient) ? multiply(square(factor), squaredGradient(gradient)) : square(multiply(factor, gradient));
/** |gradient|, of rows one by one. */
export const absoluteGradient = (gradient: Tensor): Tensor =>
  rows.get(gradient)?.map(abs).toDense(gradient.dims) ?? abs(gradient);

const squaredNorm = (gradient: Gradient): Tensor => reduceSum(square(valuesOf(gradient)));

/** Each gradient scaled down so that its norm is at most `norm`. */
export const clipByNorm = (gradients: readonly Gradient[], norm: number): Gradient[] =>
  gradients.map((gradient) => {
    const length = maximum(sqrt(squaredNorm(gradient)), norm);
    return mapGradient(gradient, (values) => divide(multiply(values, norm), length));
  });

/**
 * All gradients scaled down by one factor so that the norm of them together is at most `norm`; NaN where that norm is not finite.
 * Rows become one tensor on the way, as in Keras: the square of a row that occurs twice is then that of the sum.
 */
export function clipByGlobalNorm(gradients: readonly Gradient[], norm: number, dims: readonly Dims[]): Gradient[] {
  const length = sqrt(gradients.map(squaredNorm).reduce((sum, one) => add(sum, one)));
  const scale = multiply(minimum(divide(1, length), 1 / norm), norm);
  const finite = add(scale, subtract(length, length));
  return gradients.map((gradient, i) => multiply(denseGradient(gradient, dims[i]!), finite));
}

/** Each element within ±`value`. */
export const clipElements = (gradients: readonly Gradient[], value: number): Gradient[] =>
  gradients.map((gradient) => mapGradient(gradient, (values) => clipByValue(values, -value, value)));
