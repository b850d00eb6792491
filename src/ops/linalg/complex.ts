// tf.linalg on complex matrices: B + iC acts on pairs of real vectors as the real matrix [[B, −C], [C, B]].
// Owns: systems, inverses, determinants, singular values and Hermitian eigenvalues by that way; what has no such way is refused in
// batch.ts.
import { sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { hostFunction } from '../core/host.ts';
import { transposed } from './batch.ts';

const re = (x: Value): Value => p.real(x);
const im = (x: Value): Value => p.imag(x);
const rows = (a: Value, b: Value): Value => p.concatenate([a, b], a.dims.length - 2);
const columns = (a: Value, b: Value): Value => p.concatenate([a, b], a.dims.length - 1);

/** The real matrix of twice the size. */
export const realForm = (a: Value): Value => rows(columns(re(a), p.neg(im(a))), columns(im(a), re(a)));

export const conjugateTransposed = (a: Value): Value => p.complex(transposed(re(a)), p.neg(transposed(im(a))));

/**
 * L with L·Lᴴ = A for a Hermitian A. Each element b + ic becomes the block [[b, −c], [c, b]] in its place: a triangular matrix of
 * such blocks with real numbers on the diagonal is itself triangular, and so it is the real factor.
 */
export function complexCholesky(a: Value, choleskyReal: (a: Value) => Value): Value {
  const n = a.dims.at(-1)!;
  const outer = a.dims.slice(0, -2);
  const rank = outer.length;
  const wide = (x: Value): Value => p.reshape(x, [...outer, n, 1, n, 1]);
  const pair = (x: Value, y: Value): Value => p.concatenate([wide(x), wide(y)], rank + 3);
  const blocks = p.concatenate([pair(re(a), p.neg(im(a))), pair(im(a), re(a))], rank + 1);
  const factor = p.reshape(choleskyReal(p.reshape(blocks, [...outer, 2 * n, 2 * n])), [...outer, n, 2, n, 2]);
  const part = (row: number): Value =>
    p.reshape(
      p.slice(
        factor,
        factor.dims.map((_, i) => (i === rank + 1 ? row : 0)),
        factor.dims.map((size, i) => (i === rank + 1 ? row + 1 : i === rank + 3 ? 1 : size)),
      ),
      a.dims,
    );
  return p.complex(part(0), part(1));
}

/** The complex X of a real (2n, k) one. */
function joined(x: Value): Value {
  const axis = x.dims.length - 2;
  const n = x.dims[axis]! / 2;
  const part = (from: number): Value =>
    p.slice(
      x,
      x.dims.map((_, i) => (i === axis ? from : 0)),
      x.dims.map((size, i) => (i === axis ? from + n : size)),
    );
  return p.complex(part(0), part(n));
}
/** The complex matrix whose real form this is. */
export function complexPart(real: Value): Value {
  const n = real.dims.at(-1)! / 2;
  return joined(
    p.slice(
      real,
      real.dims.map(() => 0),
      [...real.dims.slice(0, -1), n],
    ),
  );
}
/** X with A·X = B, by the real way that solves systems. */
export const complexSolve = (a: Value, b: Value, solveReal: (a: Value, b: Value) => Value): Value =>
  joined(solveReal(realForm(a), rows(re(b), im(b))));

/** Of values in ascending or descending order that come in pairs, one of each. */
export function everySecond(x: Value): Tensor {
  const last = x.dims.length - 1;
  const zeros = x.dims.map(() => 0);
  return p.slice(
    x,
    zeros,
    x.dims,
    x.dims.map((_, i) => (i === last ? 2 : 1)),
  ) as Tensor;
}

/** log |det A| and the angle of det A, with Gauss's elimination; their gradients by the inverse. */
export function complexDeterminant(a: Value, inverse: (a: Value) => Value): { logarithm: Value; angle: Value } {
  const n = a.dims.at(-1)!;
  const outer = a.dims.slice(0, -2);
  const call = hostFunction(
    'complexDeterminant',
    ([real]) => [
      { dims: outer, dtype: real!.dtype },
      { dims: outer, dtype: real!.dtype },
    ],
    ([real, imaginary], [logarithms, angles]) => {
      for (let b = 0; b < sizeOf(outer); b++) {
        const part = (data: ArrayLike<number>): Float64Array =>
          Float64Array.from({ length: n * n }, (_, i) => data[b * n * n + i]!);
        const found = eliminated(part(real!.data as Float64Array), part(imaginary!.data as Float64Array), n);
        (logarithms!.data as Float64Array)[b] = found.logarithm;
        (angles!.data as Float64Array)[b] = found.angle;
      }
    },
    ({ inputs, cotangents: [g, h] }) => {
      const flipped = transposed(inverse(p.complex(inputs[0]!, inputs[1]!)));
      const axes = outer.map((_, i) => i);
      const wide = (x: Value): Value => p.broadcast(x, inputs[0]!.dims, axes);
      const [r, i] = [re(flipped), im(flipped)];
      const sum = (x: Value | null, y: Value | null): Value | null => (x && y ? p.add(x, y) : (x ?? y));
      const times = (x: Value | null | undefined, y: Value): Value | null => (x ? p.mul(wide(x), y) : null);
      return [sum(times(g, r), times(h, i)), sum(times(g, p.neg(i)), times(h, r))];
    },
  );
  const [logarithm, angle] = p.customCall(call, [re(a), im(a)]);
  return { logarithm: logarithm!, angle: angle! };
}
function eliminated(x: Float64Array, y: Float64Array, n: number): { logarithm: number; angle: number } {
  let [logarithm, angle] = [0, 0];
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k; i < n; i++)
      if (Math.hypot(x[i * n + k]!, y[i * n + k]!) > Math.hypot(x[pivot * n + k]!, y[pivot * n + k]!)) pivot = i;
    if (pivot !== k) {
      for (const part of [x, y])
        for (let j = 0; j < n; j++) [part[k * n + j], part[pivot * n + j]] = [part[pivot * n + j]!, part[k * n + j]!];
      angle += Math.PI;
    }
    const [u, v] = [x[k * n + k]!, y[k * n + k]!];
    const size = u * u + v * v;
    logarithm += Math.log(size) / 2;
    angle += Math.atan2(v, u);
    if (size === 0) return { logarithm: Number.NEGATIVE_INFINITY, angle: 0 };
    for (let i = k + 1; i < n; i++) {
      const [s, t] = [x[i * n + k]!, y[i * n + k]!];
      const [fr, fi] = [(s * u + t * v) / size, (t * u - s * v) / size];
      for (let j = k; j < n; j++) {
        const [c, d] = [x[k * n + j]!, y[k * n + j]!];
        x[i * n + j]! -= fr * c - fi * d;
        y[i * n + j]! -= fr * d + fi * c;
      }
    }
  }
  return { logarithm, angle };
}
/** e to the power of i times the angle. */
export const unitOf = (angle: Value): Value => p.complex(p.unary('cos', angle), p.unary('sin', angle));
