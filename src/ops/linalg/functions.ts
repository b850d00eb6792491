// tf.linalg.expm, sqrtm, logm: functions of matrices.
// Owns: the numerics on one matrix, and the gradient they share: f of the block matrix [[Aᵀ, G], [0, Aᵀ]] has the gradient above
// its diagonal (Higham, Functions of Matrices, 3.6), so every order follows.
import { isComplex } from '../../base/dtype.ts';
import { ValueError } from '../../base/errors.ts';
import type { HostFunction } from '../../graph/primitive.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { signature } from '../core/signature.ts';
import { batched, matrices, transposed } from './batch.ts';
import { complexPart, realForm } from './complex.ts';
import { luFactor, luSolve } from './kernels/factor.ts';

type Matrix = Float64Array<ArrayBufferLike>;
const times = (a: Matrix, b: Matrix, n: number): Matrix => {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!;
      if (factor !== 0) for (let j = 0; j < n; j++) c[i * n + j]! += factor * b[k * n + j]!;
    }
  return c;
};
const unit = (n: number): Matrix => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
const combined = (n: number, ...terms: readonly (readonly [number, Matrix])[]): Matrix => {
  const sum = new Float64Array(n * n);
  for (const [factor, matrix] of terms) for (let i = 0; i < sum.length; i++) sum[i]! += factor * matrix[i]!;
  return sum;
};
const norm = (a: Matrix, n: number): number => {
  let largest = 0;
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.abs(a[i * n + j]!);
    largest = Math.max(largest, sum);
  }
  return largest;
};
const solved = (a: Matrix, b: Matrix, n: number, name: string): Matrix => {
  const factor = luFactor(a, n);
  if (factor.singular)
    throw new ValueError(
      `${name}: the matrix has no ${name === 'logm' ? 'logarithm' : 'square root'}: it is singular.`,
    );
  return luSolve(factor, n, b, n);
};

/** eᴬ by a diagonal Padé approximant of degree 8 and squaring. */
function exponential(a: Matrix, n: number): Matrix {
  const size = norm(a, n);
  const squarings = size > 0.5 ? Math.max(0, Math.ceil(Math.log2(size / 0.5))) : 0;
  const x = combined(n, [2 ** -squarings, a]);
  const degree = 8;
  let [power, coefficient] = [unit(n), 1];
  let [numerator, denominator] = [unit(n), unit(n)];
  for (let k = 1; k <= degree; k++) {
    coefficient *= (degree - k + 1) / (k * (2 * degree - k + 1));
    power = times(power, x, n);
    numerator = combined(n, [1, numerator], [coefficient, power]);
    denominator = combined(n, [1, denominator], [k % 2 === 0 ? coefficient : -coefficient, power]);
  }
  let result = solved(denominator, numerator, n, 'expm');
  for (let i = 0; i < squarings; i++) result = times(result, result, n);
  return result;
}

/** √A by the scaled iteration of Denman and Beavers. */
function squareRoot(a: Matrix, n: number): Matrix {
  let y: Matrix = a.slice();
  let z: Matrix = unit(n);
  for (let i = 0; i < 60; i++) {
    const [yi, zi] = [solved(y, unit(n), n, 'sqrtm'), solved(z, unit(n), n, 'sqrtm')];
    const next = combined(n, [0.5, y], [0.5, zi]);
    z = combined(n, [0.5, z], [0.5, yi]);
    const change = norm(combined(n, [1, next], [-1, y]), n);
    y = next;
    if (!(change > 1e-15 * norm(y, n))) break;
  }
  return y;
}

/** log A by square roots until A is near the identity, then Gregory's series for log((1 + x) / (1 − x)). */
function logarithm(a: Matrix, n: number): Matrix {
  let x: Matrix = a;
  let roots = 0;
  const distance = (): number => norm(combined(n, [1, x], [-1, unit(n)]), n);
  for (; distance() > 0.25 && roots < 60; roots++) x = squareRoot(x, n);
  const z = solved(combined(n, [1, x], [1, unit(n)]), combined(n, [1, x], [-1, unit(n)]), n, 'logm');
  const square = times(z, z, n);
  let [power, sum] = [z, z];
  for (let k = 3; k < 60; k += 2) {
    power = times(power, square, n);
    sum = combined(n, [1, sum], [1 / k, power]);
  }
  return combined(n, [2 ** (roots + 1), sum]);
}

function matrixFunction(name: string, f: (a: Matrix, n: number) => Matrix): (a: Value) => Value {
  const apply = (a: Value): Value => p.customCall(call, [a])[0]!;
  const call: HostFunction = batched(
    name,
    (_outer, [a]) => [{ dims: a!.dims }],
    ([a], inputs) => [f(a!, inputs[0]!.dims.at(-1)!)],
    ({ inputs: [a], cotangents: [g] }) => {
      const n = a!.dims.at(-1)!;
      const r = a!.dims.length;
      const turned = transposed(a!);
      const above = p.concatenate([turned, g!], r - 1);
      const below = p.concatenate([p.zerosLike(g!), turned], r - 1);
      const block = apply(p.concatenate([above, below], r - 2));
      const outer = a!.dims.slice(0, -2);
      return [p.slice(block, [...outer.map(() => 0), 0, n], [...outer, n, 2 * n])];
    },
  );
  return apply;
}
const define = (name: string, f: (a: Matrix, n: number) => Matrix) => {
  const apply = matrixFunction(name, f);
  return signature(name, ['input'], (input: TensorLike): Tensor => {
    const a = matrices(input, name, true, true);
    return (isComplex(a.dtype) ? complexPart(apply(realForm(a))) : apply(a)) as Tensor;
  });
};
/** eᴬ. */
export const expm = define('expm', exponential);
/** The principal square root of a matrix. */
export const sqrtm = define('sqrtm', squareRoot);
/** The principal logarithm of a matrix. */
export const logm = define('logm', logarithm);
