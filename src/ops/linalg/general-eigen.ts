// tf.linalg.eig, eigvals: eigenvalues of general matrices, as complex numbers.
// Owns: the ops. They have no gradient; for symmetric matrices eigh has one.
import { isComplex } from '../../base/dtype.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { hostFunction, matrixDims } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { matrices } from './batch.ts';
import { generalEigen } from './kernels/general-eigen.ts';

const call = hostFunction(
  'eig',
  ([a]) => [
    { dims: a!.dims.slice(0, -1), dtype: 'complex64' },
    { dims: a!.dims, dtype: 'complex64' },
  ],
  ([a], [values, vectors]) => {
    const { batch, rows: n } = matrixDims(a!.dims);
    const lanes = isComplex(a!.dtype) ? 2 : 1;
    const source = a!.data as ArrayLike<number>;
    for (let b = 0; b < batch; b++) {
      const part = (lane: number): Float64Array =>
        Float64Array.from({ length: n * n }, (_, i) => (lane < lanes ? source[(b * n * n + i) * lanes + lane]! : 0));
      const found = generalEigen(n, part(0), part(1));
      for (const [from, to, size] of [[found.values, values!, n] as const, [found.vectors, vectors!, n * n] as const])
        for (let i = 0; i < size; i++) {
          to.data[2 * (b * size + i)] = from.re[i]!;
          to.data[2 * (b * size + i) + 1] = from.im[i]!;
        }
    }
  },
);
/** Eigenvalues and eigenvectors, as columns, of square matrices. */
export const eig = signature('eig', ['tensor'], (tensor: TensorLike): [e: Tensor, v: Tensor] => {
  const [values, vectors] = p.customCall(call, [matrices(tensor, 'eig', true, true)]);
  return [values as Tensor, vectors as Tensor];
});
/** Eigenvalues of square matrices. */
export const eigvals = signature('eigvals', ['tensor'], (tensor: TensorLike): Tensor => eig(tensor)[0]);
