// tf.linalg.experimental.
import { guarded } from '../../base/misuse.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { add, divide, multiply, subtract } from '../math/elementwise.ts';
import { reduceSum } from '../math/reduce.ts';
import { floating, type LinearOperator_ } from './operators/linear-operator.ts';

export interface ConjugateGradientOptions {
  readonly preconditioner?: LinearOperator_ | null;
  readonly x?: TensorLike | null;
  readonly tol?: number;
  readonly maxIter?: number;
}
export interface ConjugateGradientState {
  readonly i: number;
  readonly x: Tensor;
  readonly r: Tensor;
  readonly p: Tensor;
  readonly gamma: Tensor;
}
/** x with operator · x = rhs, for a self-adjoint positive definite operator, by conjugate gradients (Hestenes and Stiefel, 1952). */
export const conjugateGradient = guarded(
  'linalg.experimental.conjugateGradient',
  ['operator', 'rhs', 'options'],
  (operator: LinearOperator_, rhs: TensorLike, options: ConjugateGradientOptions = {}): ConjugateGradientState => {
    const { preconditioner = null, tol = 1e-5, maxIter = 20 } = options;
    const b = floating(rhs);
    const dot = (u: Tensor, v: Tensor): Tensor => reduceSum(multiply(u, v), { axis: -1, keepdims: true });
    const limit = tol * Math.sqrt(reduceSum(multiply(b, b)).item());
    let x = options.x ? floating(options.x) : multiply(b, 0);
    let r = options.x ? subtract(b, operator.matvec(x)) : b;
    let z = preconditioner ? preconditioner.matvec(r) : r;
    let p = z;
    let gamma = dot(r, z);
    let i = 0;
    for (; i < maxIter && Math.sqrt(reduceSum(multiply(r, r)).item()) > limit; i++) {
      const moved = operator.matvec(p);
      const alpha = divide(gamma, dot(p, moved));
      x = add(x, multiply(alpha, p));
      r = subtract(r, multiply(alpha, moved));
      z = preconditioner ? preconditioner.matvec(r) : r;
      const next = dot(r, z);
      p = add(z, multiply(divide(next, gamma), p));
      gamma = next;
    }
    return { i, x, r, p, gamma: gamma.squeeze(-1) };
  },
);
