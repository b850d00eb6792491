// tf.linalg: banded and tridiagonal matrices given by their diagonals.
// Owns: the ways to write diagonals; solving goes through dense matrices.

import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { signature } from '../core/signature.ts';
import { stackTensors } from '../core/stack.ts';
import { matmul } from '../math/matmul.ts';
import { floating } from '../math/operands.ts';
import { solve, triangularSolve } from './solve.ts';
import { eigh, eigvalsh } from './spectral.ts';
import { bandPart, diag, matrixTranspose } from './structure.ts';

type Format = 'compact' | 'matrix' | 'sequence';
/** The dense matrices of diagonals: compact (…, 3, n) with the upper one first, as three vectors, or as they are. */
function dense(diagonals: TensorLike | readonly TensorLike[], format: Format, name: string): Tensor {
  // Of a whole matrix only the three diagonals count, also in the gradient.
  if (format === 'matrix') return bandPart(floating(diagonals as TensorLike, name), 1, 1);
  let compact: Tensor;
  if (format === 'sequence') {
    const [upper, main, lower] = (diagonals as readonly TensorLike[]).map((x) => floating(x, name)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const n = main.dims.at(-1)!;
    const padded = (x: Tensor, front: boolean): Value => {
      const missing = n - x.dims.at(-1)!;
      const around = x.dims.map((_, i) => (i === x.dims.length - 1 ? missing : 0));
      const none = x.dims.map(() => 0);
      return missing === 0 ? x : p.pad(x, p.scalar(0, x.dtype), front ? around : none, front ? none : around);
    };
    compact = stackTensors([padded(upper, false), main, padded(lower, true)] as Tensor[], main.dims.length - 1);
  } else if (format === 'compact') compact = floating(diagonals as TensorLike, name);
  else throw new ValueError(`${name}: diagonalsFormat ${show(format)}; wanted 'compact', 'matrix' or 'sequence'.`);
  if (compact.dims.at(-2) !== 3)
    throw new ShapeError(`${name}: diagonals have shape ${showShape(compact.dims)}; wanted (…, 3, n).`);
  const n = compact.dims.at(-1)!;
  return diag(compact, { k: [-1, 1], numRows: n, numCols: n, align: 'LEFT_RIGHT' });
}
const columns = (rhs: TensorLike, a: Tensor, name: string): { b: Tensor; vector: boolean } => {
  const b = floating(rhs, name);
  const vector = b.dims.length === a.dims.length - 1;
  return { b: vector ? (p.reshape(b, [...b.dims, 1]) as Tensor) : b, vector };
};
/** X with T·X = B, T tridiagonal. */
export const tridiagonalSolve = signature(
  'tridiagonalSolve',
  ['diagonals', 'rhs', 'diagonalsFormat', 'transposeRhs', 'conjugateRhs', 'name', 'partialPivoting', 'perturbSingular'],
  (
    diagonals: TensorLike | readonly TensorLike[],
    rhs: TensorLike,
    diagonalsFormat: Format = 'compact',
    transposeRhs: boolean = false,
    conjugateRhs: boolean = false,
    _name?: string,
    _partialPivoting: boolean = true,
    _perturbSingular: boolean = false,
  ): Tensor => {
    const a = dense(diagonals, diagonalsFormat, 'tridiagonalSolve');
    const { b, vector } = columns(rhs, a, 'tridiagonalSolve');
    const turned = transposeRhs ? matrixTranspose(b) : b;
    const x = solve(a, conjugateRhs ? (p.conj(turned) as Tensor) : turned);
    return vector ? (p.reshape(x, x.dims.slice(0, -1)) as Tensor) : x;
  },
);
/** T·B, T tridiagonal. */
export const tridiagonalMatmul = signature(
  'tridiagonalMatmul',
  ['diagonals', 'rhs', 'diagonalsFormat'],
  (diagonals: TensorLike | readonly TensorLike[], rhs: TensorLike, diagonalsFormat: Format = 'compact'): Tensor =>
    matmul(dense(diagonals, diagonalsFormat, 'tridiagonalMatmul'), floating(rhs, 'tridiagonalMatmul')),
);
/** X with T·X = B, T triangular and given by its bands (…, bands, n), the main one first (lower) or last (upper). */
export const bandedTriangularSolve = signature(
  'bandedTriangularSolve',
  ['bands', 'rhs', 'lower', 'adjoint'],
  (bands: TensorLike, rhs: TensorLike, lower: boolean = true, adjoint: boolean = false): Tensor => {
    const x = floating(bands, 'bandedTriangularSolve');
    const [count, n] = x.dims.slice(-2) as [number, number];
    const k = lower ? [1 - count, 0] : [0, count - 1];
    const a = diag(x, { k, numRows: n, numCols: n, align: 'LEFT_RIGHT' });
    return triangularSolve(a, rhs, { lower, adjoint });
  },
);
/** Eigenvalues (and vectors) of symmetric tridiagonal matrices with diagonal alpha and neighbours beta. */
export const eighTridiagonal = signature(
  'eighTridiagonal',
  ['alpha', 'beta', 'eigvalsOnly', 'select', 'selectRange'],
  (
    alpha: TensorLike,
    beta: TensorLike,
    eigvalsOnly: boolean = true,
    select: 'a' | 'i' | 'v' = 'a',
    selectRange?: readonly [number, number],
  ): Tensor | [Tensor, Tensor] => {
    const [a, b] = [floating(alpha, 'eighTridiagonal'), floating(beta, 'eighTridiagonal')];
    const matrix = p.add(p.add(diag(a), diag(b, { k: 1 })), diag(b, { k: -1 })) as Tensor;
    const chosen = (values: Tensor): [number, number] => {
      if (select === 'a' || !selectRange) return [0, values.dims.at(-1)!];
      if (select === 'i') return [selectRange[0], selectRange[1] + 1];
      const list = Array.from(values.dataSync() as ArrayLike<number>, Number);
      const inside = list.flatMap((value, i) => (value > selectRange[0] && value <= selectRange[1] ? [i] : []));
      return inside.length === 0 ? [0, 0] : [inside[0]!, inside.at(-1)! + 1];
    };
    const cut = (x: Tensor, [from, to]: [number, number]): Tensor =>
      p.slice(
        x,
        x.dims.map((_, i) => (i === x.dims.length - 1 ? from : 0)),
        x.dims.map((n, i) => (i === x.dims.length - 1 ? to : n)),
      ) as Tensor;
    if (eigvalsOnly) {
      const values = eigvalsh(matrix);
      return cut(values, chosen(values));
    }
    const [values, vectors] = eigh(matrix);
    return [cut(values, chosen(values)), cut(vectors, chosen(values))];
  },
);
