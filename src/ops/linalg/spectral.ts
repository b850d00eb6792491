// tf.linalg: QR, singular values, eigenvalues of symmetric matrices, and what is made of them.
// Owns: these decompositions with their gradients, pseudo-inverses, least squares, ranks.
import { isComplex } from '../../base/dtype.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair } from '../core/convert.ts';
import { op } from '../core/define.ts';
import { bindArguments, signature } from '../core/signature.ts';
import { adjointOf, asColumn, asRow, band, batched, diagonalMatrix, identityLike, matrices, mm } from './batch.ts';
import { everySecond, realForm } from './complex.ts';
import { complexQr, complexSingularValues, hermitianEigen } from './kernels/complex.ts';
import { qrFactor } from './kernels/factor.ts';
import { completed, singularValues, symmetricEigen } from './kernels/spectral.ts';
import { cholesky, choleskySolve, solveTri, systemOf } from './solve.ts';

const zero = (dims: readonly number[], like: Value): Value => p.full(0, { dims, dtype: like.dtype });

/** A real value as complex where the other is. */
const inDTypeOf = (x: Value, other: Value): Value =>
  isComplex(other.dtype) && !isComplex(x.dtype) ? p.complex(x, p.zerosLike(x)) : x;

/** 1 / (x_j − x_i) off the diagonal, 0 where the two are equal. */
function inverseDifferences(x: Value): Value {
  const n = x.dims.at(-1)!;
  const dims = [...x.dims, n];
  const difference = p.sub(asRow(x, dims), asColumn(x, dims));
  const none = p.compare('equal', difference, p.zerosLike(difference));
  const safe = p.select(none, p.onesLike(difference), difference);
  return p.select(none, p.zerosLike(difference), p.reciprocal(safe));
}

// ── QR ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const qrCall = (full: boolean) =>
  batched(
    `qr${full ? ' full' : ''}`,
    (outer, [a]) => {
      const [m, n] = a!.dims.slice(-2) as [number, number];
      const k = full ? m : Math.min(m, n);
      return [{ dims: [...outer, m, k] }, { dims: [...outer, k, n] }];
    },
    ([a], inputs) => {
      const [m, n] = inputs[0]!.dims.slice(-2) as [number, number];
      const { q, r } = qrFactor(a!, m, n, full);
      return [q, r];
    },
    ({ inputs: [a], outputs: [q, r], cotangents: [gq, gr] }) => {
      const [m, n] = a!.dims.slice(-2) as [number, number];
      if (full && m !== n) return [null];
      const dq = gq ?? zero(q!.dims, q!);
      const dr = gr ?? zero(r!.dims, r!);
      if (m >= n) return [tallGradient(q!, r!, dq, dr)];
      // A = [X Y] with square X: R = [U V], Y = Q·V.
      const cut = (x: Value, from: number, to: number): Value =>
        p.slice(x, [...x.dims.slice(0, -1).map(() => 0), from], [...x.dims.slice(0, -1), to]);
      const [u, du, dv] = [cut(r!, 0, m), cut(dr, 0, m), cut(dr, m, n)];
      const y = cut(a!, m, n);
      const dx = tallGradient(q!, u, p.add(dq, mm(y, dv, { transposeB: true })), du);
      return [p.concatenate([dx, mm(q!, dv)], a!.dims.length - 1)];
    },
    (a, inputs) => {
      const [m, n] = inputs[0]!.dims.slice(-2) as [number, number];
      const { q, r } = complexQr(a, m, n, full);
      return [q, r];
    },
  );
/** X · R⁻ᴴ. */
const rightSolve = (x: Value, r: Value): Value => adjointOf(solveTri(r, adjointOf(x), false, false));
function tallGradient(q: Value, r: Value, dq: Value, dr: Value): Value {
  const n = r.dims.at(-1)!;
  const own = mm(q, dq, { transposeA: true });
  const other = mm(r, dr, { transposeB: true });
  const skew = p.add(p.sub(own, adjointOf(own)), p.sub(other, adjointOf(other)));
  const first = mm(q, p.add(dr, rightSolve(band(skew, 0, n), r)));
  const gradient = p.add(first, rightSolve(p.sub(dq, mm(q, own)), r));
  if (!isComplex(q.dtype)) return gradient;
  // The diagonal of R stays real: the phases of the columns of Q are not free.
  const phases = p.imag(band(p.sub(other, adjointOf(own)), 0, 0));
  return p.add(gradient, rightSolve(mm(q, p.complex(p.zerosLike(phases), p.neg(phases))), r));
}
const reducedQr = qrCall(false);
const fullQr = qrCall(true);
/** Q with orthonormal columns and upper triangular R, A = Q·R. */
export const qr = signature(
  'qr',
  ['input', 'fullMatrices'],
  (input: TensorLike, fullMatrices: boolean = false): [q: Tensor, r: Tensor] => {
    const [q, r] = p.customCall(fullMatrices ? fullQr : reducedQr, [matrices(input, 'qr', false, true)]);
    return [q as Tensor, r as Tensor];
  },
);

// ── Singular values ─────────────────────────────────────────────────────────────────────────────────────────────

const svdCall = (full: boolean) =>
  batched(
    `svd${full ? ' full' : ''}`,
    (outer, [a]) => {
      const [m, n] = a!.dims.slice(-2) as [number, number];
      const k = Math.min(m, n);
      return [
        { dims: [...outer, k], dtype: isComplex(a!.dtype) ? 'float32' : a!.dtype },
        { dims: [...outer, m, full ? m : k] },
        { dims: [...outer, n, full ? n : k] },
      ];
    },
    ([a], inputs) => {
      const [m, n] = inputs[0]!.dims.slice(-2) as [number, number];
      const { s, u, v } = singularValues(a!, m, n);
      const k = Math.min(m, n);
      return full ? [s, completed(u, m, k, m), completed(v, n, k, n)] : [s, u, v];
    },
    ({ inputs: [a], outputs: [s, fullU, fullV], cotangents: [gs, gu, gv] }) => {
      const k = s!.dims.at(-1)!;
      const cut = (x: Value): Value =>
        p.slice(
          x,
          x.dims.map(() => 0),
          [...x.dims.slice(0, -1), k],
        );
      const [u, v] = [cut(fullU!), cut(fullV!)];
      const square = [...s!.dims, k];
      const like = (x: Value): Value => inDTypeOf(x, u);
      let inner: Value = like(gs ? diagonalMatrix(gs) : zero(square, s!));
      let rest: Value | null = null;
      if (gu || gv) {
        const [du, dv] = [gu ? cut(gu) : zero(u.dims, u), gv ? cut(gv) : zero(v.dims, v)];
        const f = like(inverseDifferences(p.square(s!)));
        const skew = (x: Value, dx: Value): Value => {
          const product = mm(x, dx, { transposeA: true });
          return p.mul(f, p.sub(product, adjointOf(product)));
        };
        const [across, down] = [like(asRow(s!, square)), like(asColumn(s!, square))];
        inner = p.add(inner, p.add(p.mul(skew(u, du), across), p.mul(skew(v, dv), down)));
        const inverse = like(diagonalMatrix(p.reciprocal(s!)));
        if (isComplex(u.dtype)) {
          // The phases of the right vectors, which those of the left follow.
          const phases = p.imag(band(mm(v, dv, { transposeA: true }), 0, 0));
          inner = p.add(inner, mm(inverse, p.complex(p.zerosLike(phases), p.neg(phases))));
        }
        // What lies outside of the spans of U and V.
        const left = p.sub(du, mm(u, mm(u, du, { transposeA: true })));
        const right = p.sub(dv, mm(v, mm(v, dv, { transposeA: true })));
        rest = p.add(mm(mm(left, inverse), v, { transposeB: true }), mm(mm(u, inverse), right, { transposeB: true }));
      }
      const gradient = mm(mm(u, inner), v, { transposeB: true });
      return [p.reshape(rest ? p.add(gradient, rest) : gradient, a!.dims)];
    },
    (a, inputs) => {
      const [m, n] = inputs[0]!.dims.slice(-2) as [number, number];
      const { s, u, v } = complexSingularValues(a, m, n, full);
      return [s, u, v];
    },
  );
const reducedSvd = svdCall(false);
const fullSvd = svdCall(true);

/** Singular values, largest first, and with computeUv the left and right vectors: A = U·diag(s)·Vᵀ. */
function svdOf(tensor: TensorLike, fullMatrices: boolean): [s: Tensor, u: Tensor, v: Tensor] {
  const [s, u, v] = p.customCall(fullMatrices ? fullSvd : reducedSvd, [matrices(tensor, 'svd', false, true)]);
  return [s as Tensor, u as Tensor, v as Tensor];
}
export interface Svd {
  (
    tensor: TensorLike,
    options: { readonly fullMatrices?: boolean | undefined; readonly computeUv: false; readonly name?: string },
  ): Tensor;
  (
    tensor: TensorLike,
    options?: {
      readonly fullMatrices?: boolean | undefined;
      readonly computeUv?: true | undefined;
      readonly name?: string;
    },
  ): [s: Tensor, u: Tensor, v: Tensor];
  (tensor: TensorLike, fullMatrices: boolean, computeUv: false): Tensor;
  (tensor: TensorLike, fullMatrices: boolean, computeUv?: true): [s: Tensor, u: Tensor, v: Tensor];
}
export const svd: Svd = op('svd', ((...args: unknown[]) => {
  const bound = bindArguments('svd', ['tensor', 'fullMatrices', 'computeUv'], args);
  const [tensor, fullMatrices = false, computeUv = true] = bound as [TensorLike, boolean?, boolean?];
  const x = matrices(tensor, 'svd', false, true);
  // The values of a complex matrix are those of its real form, which has them twice.
  if (isComplex(x.dtype) && !computeUv) return everySecond(svdOf(realForm(x) as Tensor, false)[0]);
  const parts = svdOf(x, fullMatrices);
  return computeUv ? parts : parts[0];
}) as never);

// ── Symmetric eigenvalues ───────────────────────────────────────────────────────────────────────────────────────

const eighCall = batched(
  'eigh',
  (outer, [a]) => [{ dims: [...outer, a!.dims.at(-1)!] }, { dims: a!.dims }],
  ([a], inputs) => {
    const { values, vectors } = symmetricEigen(a!, inputs[0]!.dims.at(-1)!);
    return [values, vectors];
  },
  ({ outputs: [values, vectors], cotangents: [gv, gw] }) => {
    const n = values!.dims.at(-1)!;
    const like = (x: Value): Value => inDTypeOf(x, vectors!);
    let inner: Value = gv ? diagonalMatrix(gv) : zero(vectors!.dims, values!);
    if (gw) {
      const differences = like(inverseDifferences(isComplex(values!.dtype) ? p.real(values!) : values!));
      inner = p.add(inner, p.mul(differences, mm(vectors!, gw, { transposeA: true })));
    }
    const gradient = mm(mm(vectors!, inner), vectors!, { transposeB: true });
    // Only the lower triangle is read, so it takes the share of both.
    const both = band(p.add(gradient, adjointOf(gradient)), 0, n);
    return [p.sub(both, p.mul(band(both, 0, 0), p.full(0.5, both)))];
  },
  (a, inputs) => {
    const { values, vectors } = hermitianEigen(a, inputs[0]!.dims.at(-1)!);
    return [values, vectors];
  },
);
/** Eigenvalues in ascending order and eigenvectors as columns of symmetric matrices. */
export const eigh = signature('eigh', ['tensor'], (tensor: TensorLike): [e: Tensor, v: Tensor] => {
  const [values, vectors] = p.customCall(eighCall, [matrices(tensor, 'eigh', true, true)]);
  return [values as Tensor, vectors as Tensor];
});
/** Eigenvalues of symmetric matrices in ascending order. */
export const eigvalsh = signature('eigvalsh', ['tensor'], (tensor: TensorLike): Tensor => {
  const x = matrices(tensor, 'eigvalsh', true, true);
  if (!isComplex(x.dtype)) return eigh(x)[0];
  const values = everySecond(eigh(realForm(x) as Tensor)[0]);
  return p.complex(values, p.zerosLike(values)) as Tensor;
});

// ── What is made of them ────────────────────────────────────────────────────────────────────────────────────────

const epsilon = (x: Value): number => (x.dtype === 'float64' ? 2 ** -52 : 2 ** -23);

/** The Moore–Penrose inverse; singular values up to rcond · largest count as zero. */
export const pinv = signature(
  'pinv',
  ['a', 'rcond', 'validateArgs'],
  (a: TensorLike, rcond?: TensorLike, _validateArgs: boolean = false): Tensor => {
    const x = matrices(a, 'pinv');
    const [s, u, v] = svdOf(x, false);
    const [m, n] = x.dims.slice(-2) as [number, number];
    const ratio =
      rcond === undefined
        ? p.full(10 * Math.max(m, n) * epsilon(x), { dims: s.dims.slice(0, -1), dtype: x.dtype })
        : p.broadcastTo(convertPair(x, rcond, 'pinv')[1], s.dims.slice(0, -1));
    const cutoff = p.mul(ratio, p.reduceMax(s, [s.dims.length - 1]));
    const large = p.compare('greater', s, asColumn(cutoff, s.dims));
    const inverse = p.select(large, p.reciprocal(p.select(large, s, p.onesLike(s))), p.zerosLike(s));
    return mm(p.mul(v, asRow(inverse, v.dims)), u, { transposeB: true }) as Tensor;
  },
);

/** The X for which ‖A·X − B‖² + λ‖X‖² is least, by the normal equations; not fast: by singular values. */
export const lstsq = signature(
  'lstsq',
  ['matrix', 'rhs', 'l2Regularizer', 'fast'],
  (matrix: TensorLike, rhs: TensorLike, l2Regularizer: number = 0, fast: boolean = true): Tensor => {
    const [a, b] = systemOf(matrix, rhs, 'lstsq');
    const [m, n] = a.dims.slice(-2) as [number, number];
    if (!fast) return mm(pinv(a as Tensor), b) as Tensor;
    const gram = m >= n ? mm(a, a, { transposeA: true }) : mm(a, a, { transposeB: true });
    const regular = l2Regularizer === 0 ? gram : p.add(gram, p.scale(identityLike(gram), l2Regularizer));
    const factor = cholesky(regular as Tensor);
    if (m >= n) return choleskySolve(factor, mm(a, b, { transposeA: true }) as Tensor);
    return mm(a, choleskySolve(factor, b as Tensor), { transposeA: true }) as Tensor;
  },
);

/** How many singular values are not negligible. */
export const matrixRank = signature(
  'matrixRank',
  ['a', 'tol', 'validateArgs'],
  (a: TensorLike, tol?: TensorLike, _validateArgs: boolean = false): Tensor => {
    const x = matrices(a, 'matrixRank');
    const s = svdOf(x, false)[0];
    const last = s.dims.length - 1;
    const [m, n] = x.dims.slice(-2) as [number, number];
    const limit =
      tol === undefined
        ? p.scale(p.reduceMax(s, [last]), epsilon(x) * Math.max(m, n))
        : p.broadcastTo(convertPair(x, tol, 'matrixRank')[1], s.dims.slice(0, -1));
    return p.reduceSum(p.convert(p.compare('greater', s, asColumn(limit, s.dims)), 'int32'), [last]) as Tensor;
  },
);
