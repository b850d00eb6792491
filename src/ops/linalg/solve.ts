// tf.linalg: inverses, determinants, linear systems.
// Owns: Cholesky, LU and what is solved with them, with gradients of every order in terms of these same functions.

import { asDType, type DType, isComplex } from '../../base/dtype.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { broadcastShapes, showShape } from '../../base/shape.ts';
import type { HostFunction } from '../../graph/primitive.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair, convertToTensor } from '../core/convert.ts';
import { matrixDims } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { adjointOf, band, batched, diagonalOf, identityLike, matrices, mm, transposed } from './batch.ts';
import { complexCholesky, complexDeterminant, complexSolve, conjugateTransposed, unitOf } from './complex.ts';
import { complexLu } from './kernels/complex.ts';
import { cholesky as choleskyKernel, luFactor, luSolve as luSolveKernel, solveTriangular } from './kernels/factor.ts';

const size = (inputs: readonly { readonly dims: readonly number[] }[], i = 0): number => inputs[i]!.dims.at(-1)!;
const sameAs = (i: number) => (_outer: readonly number[], inputs: readonly { readonly dims: readonly number[] }[]) => [
  { dims: inputs[i]!.dims },
];

const singular = (name: string): never => {
  throw new ValueError(
    `${name}: the matrix is not invertible. Use tf.linalg.lstsq or pinv, or add a multiple of the identity.`,
  );
};

// ── Triangular systems ──────────────────────────────────────────────────────────────────────────────────────────

const triangular = new Map<string, HostFunction>();
function triangularCall(lower: boolean, adjoint: boolean): HostFunction {
  const key = `${lower} ${adjoint}`;
  let call = triangular.get(key);
  if (!call) {
    call = batched(
      `triangularSolve ${key}`,
      sameAs(1),
      ([t, b], inputs) => [solveTriangular(t!, size(inputs), b!, size(inputs, 1), lower, adjoint)],
      ({ inputs: [t], outputs: [x], cotangents: [g] }) => {
        const db = solveTri(t!, g!, lower, !adjoint);
        const outer = adjoint ? mm(x!, db, { transposeB: true }) : mm(db, x!, { transposeB: true });
        const n = t!.dims.at(-1)!;
        return [p.neg(lower ? band(outer, 0, n) : band(outer, -n, 0)), db];
      },
    );
    triangular.set(key, call);
  }
  return call;
}
/** X with T·X = B, or Tᵀ·X = B, T triangular; batch axes are equal. */
export const solveTri = (t: Value, b: Value, lower: boolean, adjoint: boolean): Value =>
  isComplex(t.dtype)
    ? triangularSolve(t as Tensor, b as Tensor, lower, adjoint)
    : p.customCall(triangularCall(lower, adjoint), [t, b])[0]!;

/** A matrix and a right-hand side with equal batch axes. */
export function systemOf(matrix: TensorLike, rhs: TensorLike, name: string): [Value, Value] {
  const [a, b] = convertPair(matrices(matrix, name, false, true), rhs, name);
  if (b.dims.length < 2 || a.dims.at(-2) !== b.dims.at(-2))
    throw new ShapeError(
      `${name}: matrix ${showShape(a.dims)} and right-hand side ${showShape(b.dims)} do not fit; wanted (…, m, n) and (…, m, k).`,
    );
  const outer = broadcastShapes(a.dims.slice(0, -2), b.dims.slice(0, -2), name);
  return [p.broadcastTo(a, [...outer, ...a.dims.slice(-2)]), p.broadcastTo(b, [...outer, ...b.dims.slice(-2)])];
}

/** X with A·X = B for a triangular matrix, of which one triangle is read. */
export const triangularSolve = signature(
  'triangularSolve',
  ['matrix', 'rhs', 'lower', 'adjoint'],
  (matrix: TensorLike, rhs: TensorLike, lower: boolean = true, adjoint: boolean = false): Tensor => {
    matrices(matrix, 'triangularSolve', true, true);
    const [a, b] = systemOf(matrix, rhs, 'triangularSolve');
    if (!isComplex(a.dtype)) return solveTri(a, b, lower, adjoint) as Tensor;
    const n = a.dims.at(-1)!;
    const part = (x: Value): Value => (lower ? band(x, 0, n) : band(x, -n, 0));
    const triangle = p.complex(part(p.real(a)), part(p.imag(a)));
    return complexSolve(adjoint ? conjugateTransposed(triangle) : triangle, b, solveValue) as Tensor;
  },
);

// ── Cholesky ────────────────────────────────────────────────────────────────────────────────────────────────────

/** The lower triangle with half its diagonal. */
const halved = (x: Value): Value => {
  const n = x.dims.at(-1)!;
  return p.sub(band(x, 0, n), p.scale(band(x, 0, 0), 0.5));
};
const choleskyCall = batched(
  'cholesky',
  sameAs(0),
  ([a], inputs) => {
    const n = size(inputs);
    // TensorFlow on processors gives NaN in the lower triangle where the matrix is not positive definite.
    return [
      choleskyKernel(a!, n) ??
        Float64Array.from({ length: n * n }, (_, i) => (i % n <= Math.floor(i / n) ? Number.NaN : 0)),
    ];
  },
  ({ outputs: [l], cotangents: [g] }) => {
    const n = l!.dims.at(-1)!;
    const middle = halved(mm(l!, band(g!, 0, n), { transposeA: true }));
    // L⁻ᵀ · middle · L⁻¹
    const left = solveTri(l!, middle, true, true);
    const both = transposed(solveTri(l!, transposed(left), true, true));
    return [p.scale(p.add(both, transposed(both)), 0.5)];
  },
);
const choleskyValue = (a: Value): Value => p.customCall(choleskyCall, [a])[0]!;
/** L with L·Lᵀ = A, A positive definite; L·Lᴴ = A for a Hermitian A. */
export const cholesky = signature('cholesky', ['input'], (input: TensorLike): Tensor => {
  const a = matrices(input, 'cholesky', true, true);
  return (isComplex(a.dtype) ? complexCholesky(a, choleskyValue) : choleskyValue(a)) as Tensor;
});
/** X with A·X = B, given the Cholesky factor of A. */
export const choleskySolve = signature(
  'choleskySolve',
  ['chol', 'rhs'],
  (chol: TensorLike, rhs: TensorLike): Tensor => {
    matrices(chol, 'choleskySolve', true, true);
    const [l, b] = systemOf(chol, rhs, 'choleskySolve');
    if (isComplex(l.dtype)) {
      const half = triangularSolve(l as Tensor, b as Tensor);
      return triangularSolve(l as Tensor, half, { adjoint: true });
    }
    return solveTri(l, solveTri(l, b, true, false), true, true) as Tensor;
  },
);

// ── LU ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const solveCall = batched(
  'solve',
  sameAs(1),
  ([a, b], inputs) => {
    const factor = luFactor(a!, size(inputs));
    if (factor.singular) singular('solve');
    return [luSolveKernel(factor, size(inputs), b!, size(inputs, 1))];
  },
  ({ inputs: [a], outputs: [x], cotangents: [g] }) => {
    const db = solveValue(transposed(a!), g!);
    return [p.neg(mm(db, x!, { transposeB: true })), db];
  },
);
const solveValue = (a: Value, b: Value): Value => p.customCall(solveCall, [a, b])[0]!;
/** X with A·X = B, or Aᵀ·X = B. */
export const solve = signature(
  'solve',
  ['matrix', 'rhs', 'adjoint'],
  (matrix: TensorLike, rhs: TensorLike, adjoint: boolean = false): Tensor => {
    matrices(matrix, 'solve', true, true);
    const [a, b] = systemOf(matrix, rhs, 'solve');
    if (isComplex(a.dtype)) return complexSolve(adjoint ? conjugateTransposed(a) : a, b, solveValue) as Tensor;
    return solveValue(adjoint ? transposed(a) : a, b) as Tensor;
  },
);

const inverseCall = batched(
  'inv',
  sameAs(0),
  ([a], inputs) => {
    const n = size(inputs);
    const factor = luFactor(a!, n);
    if (factor.singular) singular('inv');
    return [
      luSolveKernel(
        factor,
        n,
        Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
        n,
      ),
    ];
  },
  ({ outputs: [y], cotangents: [g] }) => [p.neg(mm(mm(y!, g!, { transposeA: true }), y!, { transposeB: true }))],
);
const complexInverse = (a: Value): Value => {
  const one = identityLike(p.real(a));
  return complexSolve(a, p.complex(one, p.zerosLike(one)), solveValue);
};
/** A⁻¹, or (Aᵀ)⁻¹. */
export const inv = signature('inv', ['input', 'adjoint'], (input: TensorLike, adjoint: boolean = false): Tensor => {
  const a = matrices(input, 'inv', true, true);
  if (isComplex(a.dtype)) return complexInverse(adjoint ? conjugateTransposed(a) : a) as Tensor;
  return p.customCall(inverseCall, [adjoint ? transposed(a) : a])[0] as Tensor;
});

const determinantCall = batched(
  'slogdet',
  (outer) => [{ dims: outer }, { dims: outer }],
  ([a], inputs) => {
    const n = size(inputs);
    const { lu, sign, singular: zero } = luFactor(a!, n);
    let [signum, logarithm] = [sign, 0];
    for (let i = 0; i < n; i++) {
      const pivot = lu[i * (n + 1)]!;
      signum *= Math.sign(pivot);
      logarithm += Math.log(Math.abs(pivot));
    }
    return zero ? [[0], [Number.NEGATIVE_INFINITY]] : [[signum], [logarithm]];
  },
  ({ inputs: [a], cotangents: [, g] }) => {
    if (!g) return [null];
    const inverse = p.customCall(inverseCall, [a!])[0]!;
    return [
      p.mul(
        p.broadcast(
          g,
          a!.dims,
          g.dims.map((_, i) => i),
        ),
        transposed(inverse),
      ),
    ];
  },
);
/** The sign and the logarithm of the absolute value of the determinant. */
export const slogdet = signature(
  'slogdet',
  ['input'],
  (input: TensorLike): [sign: Tensor, logAbsDeterminant: Tensor] => {
    const a = matrices(input, 'slogdet', true, true);
    if (isComplex(a.dtype)) {
      const found = complexDeterminant(a, complexInverse);
      return [unitOf(found.angle) as Tensor, p.complex(found.logarithm, p.zerosLike(found.logarithm)) as Tensor];
    }
    const [sign, logarithm] = p.customCall(determinantCall, [a]);
    return [sign as Tensor, logarithm as Tensor];
  },
);
/** The determinant. */
export const det = signature('det', ['input'], (input: TensorLike): Tensor => {
  const a = matrices(input, 'det', true, true);
  if (isComplex(a.dtype)) {
    const { logarithm: size, angle } = complexDeterminant(a, complexInverse);
    const length = p.unary('exp', size);
    return p.complex(p.mul(length, p.unary('cos', angle)), p.mul(length, p.unary('sin', angle))) as Tensor;
  }
  const [sign, logarithm] = p.customCall(determinantCall, [a]);
  return p.mul(p.stopGradient(sign!), p.unary('exp', logarithm!)) as Tensor;
});
/** The logarithm of the determinant of a positive definite matrix, by its Cholesky factor. */
export const logdet = signature('logdet', ['matrix'], (matrix: TensorLike): Tensor => {
  const l = p.customCall(choleskyCall, [matrices(matrix, 'logdet', true)])[0]!;
  const logs = p.unary('log', diagonalOf(l));
  return p.scale(p.reduceSum(logs, [logs.dims.length - 1]), 2) as Tensor;
});

const luCall = batched(
  'lu',
  (outer, [a]) => [{ dims: a!.dims }, { dims: [...outer, a!.dims.at(-1)!], dtype: 'int32' }],
  ([a], inputs) => {
    const { lu, rows, singular: zero } = luFactor(a!, size(inputs));
    if (zero) singular('lu');
    return [lu, rows];
  },
  ({ outputs: [packed, rows], cotangents: [g] }) => {
    if (!g) return [null];
    // A = Pᵀ·L·U: with F = tril(Lᵀ·dL, −1) + triu(dU·Uᵀ), the gradient is Pᵀ·L⁻ᵀ·F·U⁻ᵀ.
    const n = packed!.dims.at(-1)!;
    const { l, u } = unpacked(packed!);
    const f = p.add(
      band(mm(l, band(g, 1, n), { transposeA: true }), 1, n),
      band(mm(band(g, -n, 0), u, { transposeB: true }), -n, 0),
    );
    // X·Uᵀ = L⁻ᵀ·F is U·Xᵀ = (L⁻ᵀ·F)ᵀ.
    const x = adjointOf(solveTri(u, adjointOf(solveTri(l, f, true, true)), false, false));
    return [permuted(x, inverseOrder(rows!))];
  },
  (a, inputs) => {
    const { lu, rows, singular: zero } = complexLu(a, size(inputs));
    if (zero) singular('lu');
    return [lu, rows];
  },
);
/** L and U in one matrix, and the permutation of rows: row i of L·U is row p[i] of A. */
export const lu = signature(
  'lu',
  ['input', 'outputIdxType'],
  (input: TensorLike, outputIdxType: DType = 'int32'): [lu: Tensor, p: Tensor] => {
    const [packed, rows] = p.customCall(luCall, [matrices(input, 'lu', true, true)]);
    return [packed as Tensor, p.convert(rows!, asDType(outputIdxType)) as Tensor];
  },
);

/** Rows of B in the order of a permutation (…, n). */
function permuted(b: Value, order: Value): Value {
  const { outer, rows, columns, batch } = matrixDims(b.dims);
  const flat = p.reshape(b, [batch * rows, columns]);
  const at = p.reshape(p.convert(order, 'int32'), [batch, rows]);
  const offset = p.scale(p.iota([batch, rows], 0, 'int32'), rows);
  return p.reshape(p.takeRows(flat, p.reshape(p.add(at, offset), [batch * rows])), [...outer, rows, columns]);
}
const unpacked = (packed: Value): { l: Value; u: Value } => {
  const n = packed.dims.at(-1)!;
  return { l: p.add(band(packed, 1, n), identityLike(packed)), u: band(packed, -n, 0) };
};
const inverseOrder = (order: Value): Value => p.sort(p.convert(order, 'int32'), false)[1]!;
/** X with A·X = B from lu(A). */
export const luSolve = signature(
  'luSolve',
  ['lowerUpper', 'perm', 'rhs', 'validateArgs'],
  (lowerUpper: TensorLike, perm: TensorLike, rhs: TensorLike, _validateArgs: boolean = false): Tensor => {
    const [packed, b] = systemOf(lowerUpper, rhs, 'luSolve');
    const order = p.broadcastTo(convertPermutation(perm), packed.dims.slice(0, -1));
    const { l, u } = unpacked(packed);
    return solveTri(u, solveTri(l, permuted(b, order), true, false), false, false) as Tensor;
  },
);
const convertPermutation = (perm: TensorLike): Value =>
  p.convert(convertToTensor(perm, undefined, 'lu: perm'), 'int32');
/** A from lu(A). */
export const luReconstruct = signature(
  'luReconstruct',
  ['lowerUpper', 'perm', 'validateArgs'],
  (lowerUpper: TensorLike, perm: TensorLike, _validateArgs: boolean = false): Tensor => {
    const { l, u } = unpacked(matrices(lowerUpper, 'luReconstruct', true, true));
    return permuted(mm(l, u), inverseOrder(convertPermutation(perm))) as Tensor;
  },
);
/** A⁻¹ from lu(A). */
export const luMatrixInverse = signature(
  'luMatrixInverse',
  ['lowerUpper', 'perm', 'validateArgs'],
  (lowerUpper: TensorLike, perm: TensorLike, _validateArgs: boolean = false): Tensor =>
    luSolve(lowerUpper, perm, identityLike(matrices(lowerUpper, 'luMatrixInverse', true, true)) as Tensor),
);
