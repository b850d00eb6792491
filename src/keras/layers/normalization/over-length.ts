// Tensors divided by their length, as Keras rounds it: x · min(1 / √Σx², 1 / ε).
import { minimum, multiply, rsqrt, square } from '../../../ops/math/elementwise.ts';
import { reduceSum } from '../../../ops/math/reduce.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Axis } from '../../../runtime/tensor-methods.ts';

export function overLength(x: Tensor, axis: Axis, epsilon: number): Tensor {
  const inverse = rsqrt(reduceSum(square(x), axis, { keepdims: true }));
  return multiply(x, minimum(inverse, 1 / epsilon));
}
