// keras.ops: products and linear algebra.
// Owns: NumPy's names for them; the numerics are tf.linalg's.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { normalizeAxis } from '../../base/shape.ts';
import { reshape } from '../../ops/core/arrange.ts';
import { op } from '../../ops/core/define.ts';
import { pad } from '../../ops/core/pad.ts';
import * as linalg from '../../ops/linalg/index.ts';
import * as math from '../../ops/math/elementwise.ts';
import { matmul as product, tensordot as tensordotOp } from '../../ops/math/matmul.ts';
import { reduceMax, reduceMin, reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { moveaxis } from './arrays.ts';
import { floats, isFloating, kerasOp, promoted, tensor, to } from './define.ts';

/** The matrix product; vectors count as a row on the left and a column on the right. */
function rowsByColumns(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 0 || b.shape.length === 0)
    throw new ShapeError('ops.matmul: found a scalar, wanted at least one axis.');
  if (a.shape.length === 1 && b.shape.length === 1) return reduceSum(math.multiply(a, b));
  if (a.shape.length === 1) return product(a.expandDims(0), b).squeeze(-2);
  if (b.shape.length === 1) return product(a, b.expandDims(1)).squeeze(-1);
  return product(a, b);
}
export const matmul = kerasOp('matmul', ['x1', 'x2'], (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = promoted(x1, x2) as [Tensor, Tensor];
  // Products of bytes are summed in 32 bits, and so are truths.
  const small = a.dtype === 'bool' || (a.dtype === 'int8' && [x1, x2].every((x) => tensor(x).dtype === 'int8'));
  const result = small ? rowsByColumns(to(a, 'int32'), to(b, 'int32')) : rowsByColumns(a, b);
  return a.dtype === 'bool' ? to(result, 'bool') : result;
});
export const dot = kerasOp('dot', ['x1', 'x2'], (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = promoted(x1, x2) as [Tensor, Tensor];
  if (a.shape.length === 0 || b.shape.length === 0) return math.multiply(a, b);
  return tensordotOp(a, b, [[a.shape.length - 1], [b.shape.length === 1 ? 0 : b.shape.length - 2]]);
});
export const vdot = kerasOp(
  'vdot',
  ['x1', 'x2'],
  (x1: TensorLike, x2: TensorLike): Tensor => dot(reshape(tensor(x1), [-1]), reshape(tensor(x2), [-1])),
);
export const inner = kerasOp('inner', ['x1', 'x2'], (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = promoted(x1, x2) as [Tensor, Tensor];
  if (a.shape.length === 0 || b.shape.length === 0) return math.multiply(a, b);
  return tensordotOp(a, b, [[a.shape.length - 1], [b.shape.length - 1]]);
});
export const outer = kerasOp('outer', ['x1', 'x2'], (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = promoted(x1, x2) as [Tensor, Tensor];
  return math.multiply(reshape(a, [-1, 1]), reshape(b, [1, -1]));
});
export const tensordot = kerasOp(
  'tensordot',
  ['x1', 'x2', 'axes'],
  (x1: TensorLike, x2: TensorLike, axes: number | readonly (number | readonly number[])[] = 2): Tensor => {
    const [a, b] = promoted(x1, x2) as [Tensor, Tensor];
    return tensordotOp(a, b, axes);
  },
);
export const einsum = op('ops.einsum', (subscripts: string, ...operands: TensorLike[]): Tensor => {
  return linalg.einsum(subscripts, ...promoted(...operands));
});
export const kron = kerasOp('kron', ['x1', 'x2'], (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = promoted(x1, x2) as [Tensor, Tensor];
  const rank = Math.max(a.dims.length, b.dims.length);
  const wide = (x: Tensor): number[] => [...new Array<number>(rank - x.dims.length).fill(1), ...x.dims];
  const [p, q] = [wide(a), wide(b)];
  const spread = math.multiply(
    reshape(
      a,
      p.flatMap((n) => [n, 1]),
    ),
    reshape(
      b,
      q.flatMap((n) => [1, n]),
    ),
  );
  return reshape(
    spread,
    p.map((n, i) => n * q[i]!),
  );
});
export const cross = kerasOp(
  'cross',
  ['x1', 'x2', 'axisa', 'axisb', 'axisc', 'axis'],
  (
    x1: TensorLike,
    x2: TensorLike,
    axisa: number = -1,
    axisb: number = -1,
    axisc: number = -1,
    axis?: number,
  ): Tensor => {
    const [a, b] = promoted(x1, x2) as [Tensor, Tensor];
    const [p, q] = [moveaxis(a, axis ?? axisa, -1), moveaxis(b, axis ?? axisb, -1)];
    const three = (x: Tensor): Tensor =>
      x.dims.at(-1) === 2
        ? pad(
            x,
            x.dims.map((_, i) => (i === x.dims.length - 1 ? [0, 1] : [0, 0])),
          )
        : x;
    const result = linalg.cross(three(p), three(q));
    if (p.dims.at(-1) === 2 && q.dims.at(-1) === 2) return result.at('...', 2);
    return moveaxis(result, -1, axis ?? axisc);
  },
);
type Mode = 'valid' | 'same' | 'full';
/** Sums of products of one sequence with the other moved along it. */
export const correlate = kerasOp(
  'correlate',
  ['x1', 'x2', 'mode'],
  (x1: TensorLike, x2: TensorLike, mode: Mode = 'valid'): Tensor => {
    const [a, b] = promoted(x1, x2).map((x) =>
      isFloating(x.dtype) ? x : to(x, x.dtype === 'int64' ? 'float64' : 'float32'),
    ) as [Tensor, Tensor];
    if (mode !== 'valid' && mode !== 'same' && mode !== 'full')
      throw new ValueError(`ops.correlate: mode ${show(mode)}; wanted 'valid', 'same' or 'full'.`);
    const [n, m] = [a.dims[0]!, b.dims[0]!];
    const padded = pad(a, [[m - 1, m - 1]]);
    const taps = Array.from({ length: m }, (_, k) => math.multiply(padded.at(`${k}:${k + n + m - 1}`), b.at(k)));
    const full = taps.reduce((x, y) => math.add(x, y));
    if (mode === 'full') return full;
    const [long, short] = [Math.max(n, m), Math.min(n, m)];
    const length = mode === 'same' ? long : long - short + 1;
    const start = mode === 'same' ? Math.floor((short - 1) / 2) : short - 1;
    return full.at(`${start}:${start + length}`);
  },
);
/** Distances of all pairs of rows. */
export const cdist = kerasOp('cdist', ['x', 'y'], (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = promoted(floats(x), floats(y)) as [Tensor, Tensor];
  return math.sqrt(reduceSum(math.square(math.subtract(a.expandDims(-2), b.expandDims(-3))), { axis: -1 }));
});

const lower = kerasOp('cholesky', ['x', 'upper'], (x: TensorLike, upper: boolean = false): Tensor => {
  const l = linalg.cholesky(floats(x));
  return upper ? linalg.matrixTranspose(l) : l;
});

export { lower as cholesky };
export const choleskyInverse = kerasOp(
  'choleskyInverse',
  ['x', 'upper'],
  (x: TensorLike, upper: boolean = false): Tensor => {
    const factor = upper ? linalg.matrixTranspose(floats(x)) : floats(x);
    const n = factor.dims.at(-1)!;
    return linalg.choleskySolve(factor, linalg.eye(n, { dtype: factor.dtype }));
  },
);
const of = (name: string, f: (x: Tensor) => Tensor) => kerasOp(name, ['x'], (x: TensorLike): Tensor => f(floats(x)));
export const det = of('det', linalg.det);
export const inv = of('inv', linalg.inv);
export const logdet = of('logdet', linalg.logdet);
const two = (name: string, f: (x: Tensor) => [Tensor, Tensor]) =>
  kerasOp(name, ['x'], (x: TensorLike): [Tensor, Tensor] => f(floats(x)));
export const eig = two('eig', linalg.eig);
export const eigh = two('eigh', linalg.eigh);
export const slogdet = two('slogdet', linalg.slogdet);
export const luFactor = two('luFactor', linalg.lu);
export const pinv = kerasOp(
  'pinv',
  ['x', 'rcond'],
  (x: TensorLike, rcond?: number): Tensor => linalg.pinv(floats(x), rcond),
);
export const matrixRank = kerasOp(
  'matrixRank',
  ['x', 'tol'],
  (x: TensorLike, tol?: number): Tensor => linalg.matrixRank(floats(x), tol),
);
export const qr = kerasOp(
  'qr',
  ['x', 'mode'],
  (x: TensorLike, mode: 'reduced' | 'complete' = 'reduced'): [Tensor, Tensor] => {
    if (mode !== 'reduced' && mode !== 'complete')
      throw new ValueError(`ops.qr: mode ${show(mode)}; wanted 'reduced' or 'complete'.`);
    return linalg.qr(floats(x), mode === 'complete');
  },
);
/** (u, s, vᵀ), as NumPy orders them. */
export const svd = kerasOp(
  'svd',
  ['x', 'fullMatrices', 'computeUv'],
  (x: TensorLike, fullMatrices: boolean = true, computeUv: boolean = true): Tensor | [Tensor, Tensor, Tensor] => {
    if (!computeUv) return linalg.svd(floats(x), { computeUv: false });
    const [s, u, v] = linalg.svd(floats(x), { fullMatrices });
    return [u, s, linalg.matrixTranspose(v)];
  },
);
const columns = (a: Tensor, b: Tensor, f: (a: Tensor, b: Tensor) => Tensor): Tensor =>
  b.shape.length === a.shape.length - 1 ? f(a, b.expandDims(-1)).squeeze(-1) : f(a, b);
export const solve = kerasOp('solve', ['a', 'b'], (a: TensorLike, b: TensorLike): Tensor => {
  const [x, y] = promoted(floats(a), floats(b)) as [Tensor, Tensor];
  return columns(x, y, (p, q) => linalg.solve(p, q));
});
export const solveTriangular = kerasOp(
  'solveTriangular',
  ['a', 'b', 'lower'],
  (a: TensorLike, b: TensorLike, isLower: boolean = false): Tensor => {
    const [x, y] = promoted(floats(a), floats(b)) as [Tensor, Tensor];
    return columns(x, y, (p, q) => linalg.triangularSolve(p, q, isLower));
  },
);
export const lstsq = kerasOp('lstsq', ['a', 'b', 'rcond'], (a: TensorLike, b: TensorLike, rcond?: number): Tensor => {
  const [x, y] = promoted(floats(a), floats(b)) as [Tensor, Tensor];
  return columns(x, y, (p, q) => product(linalg.pinv(p, rcond), q));
});
function vectorNorm(x: Tensor, ord: number | 'fro' | 'nuc', axis: number, keepdims: boolean): Tensor {
  const options = { axis, keepdims };
  const size = math.abs(x);
  if (typeof ord === 'string')
    throw new ValueError(
      `ops.norm: ord ${show(ord)} for vectors; wanted a number; ${show(ord)} is a norm of matrices.`,
    );
  if (ord === Number.POSITIVE_INFINITY) return reduceMax(size, options);
  if (ord === Number.NEGATIVE_INFINITY) return reduceMin(size, options);
  if (ord === 0) return reduceSum(to(math.notEqual(size, 0), size.dtype), options);
  if (ord === 2) return math.sqrt(reduceSum(math.square(size), options));
  return math.pow(reduceSum(math.pow(size, ord), options), 1 / ord);
}
function matrixNorm(
  x: Tensor,
  ord: number | 'fro' | 'nuc',
  [row, column]: readonly [number, number],
  keepdims: boolean,
): Tensor {
  if (ord === 'fro') return math.sqrt(reduceSum(math.square(math.abs(x)), { axis: [row, column], keepdims }));
  const extreme = ord === 'nuc' ? reduceSum : ord < 0 ? reduceMin : reduceMax;
  let kept: Tensor; // with both axes of length 1
  if (ord === 'nuc' || ord === 2 || ord === -2) {
    const values = linalg.svd(moveaxis(x, [row, column], [-2, -1]), { computeUv: false });
    const found = extreme(values, { axis: -1 });
    const [first, second] = [Math.min(row, column), Math.max(row, column)];
    kept = found.expandDims(first).expandDims(second);
  } else if (ord === 1 || ord === -1 || ord === Number.POSITIVE_INFINITY || ord === Number.NEGATIVE_INFINITY) {
    const [inner, outer] = Math.abs(ord) === 1 ? [row, column] : [column, row];
    kept = extreme(reduceSum(math.abs(x), { axis: inner, keepdims: true }), { axis: outer, keepdims: true });
  } else throw new ValueError(`ops.norm: ord ${show(ord)} for matrices; wanted 'fro', 'nuc', ±1, ±2 or ±Infinity.`);
  return keepdims ? kept : kept.squeeze([row, column]);
}
/** Norms of vectors, or of matrices where there are two axes. */
export const norm = kerasOp(
  'norm',
  ['x', 'ord', 'axis', 'keepdims'],
  (x: TensorLike, ord?: number | 'fro' | 'nuc', axis?: Axis, keepdims: boolean = false): Tensor => {
    const t = floats(x);
    const rank = t.shape.length;
    const axes = (
      axis === undefined || axis === null ? t.shape.map((_, i) => i) : typeof axis === 'number' ? [axis] : axis
    ).map((a) => normalizeAxis(a, rank, 'ops.norm'));
    if (axes.length === 1) return vectorNorm(t, ord ?? 2, axes[0]!, keepdims);
    if (axes.length === 2) return matrixNorm(t, ord ?? 'fro', axes as [number, number], keepdims);
    if (ord === undefined) return math.sqrt(reduceSum(math.square(math.abs(t)), { axis: axes, keepdims }));
    throw new ValueError(`ops.norm: axis ${show(axis)} for ord ${show(ord)}; wanted one axis or two.`);
  },
);
/** x over its norm along an axis. */
export const normalize = kerasOp(
  'normalize',
  ['x', 'axis', 'order', 'epsilon'],
  (x: TensorLike, axis: number = -1, order: number = 2, epsilon: number = 1e-7): Tensor => {
    const t = floats(x);
    if (order === 2) {
      const squares = reduceSum(math.square(t), { axis, keepdims: true });
      return math.multiply(t, math.rsqrt(math.maximum(squares, epsilon ** 2)));
    }
    return math.divide(t, math.maximum(norm(t, order, axis, true), epsilon));
  },
);
