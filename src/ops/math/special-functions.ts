// tf.math: special functions: gamma's family, inverse error functions, Bessel's, integrals.
// Owns: the ops and their derivatives in terms of each other. The numerics on single numbers stand in special/.

import { asDType, type DType } from '../../base/dtype.ts';
import { ValueError } from '../../base/errors.ts';
import { broadcastShapes } from '../../base/shape.ts';
import type { Expr } from '../../compiler/loop-ir.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair } from '../core/convert.ts';
import { elementwise } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { broadcastPair, floating } from './operands.ts';
import * as bessel from './special/bessel.ts';
import * as expressions from './special/expressions.ts';
import * as gamma from './special/gamma.ts';
import * as normal from './special/normal.ts';

type Derivative = (inputs: readonly Value[], output: Value) => Value;
const exp = (x: Value): Value => p.unary('exp', x);
const log = (x: Value): Value => p.unary('log', x);
/** f(x) away from 0, `at` there. */
const exceptZero = (x: Value, at: number, f: (x: Value) => Value): Value => {
  const none = p.compare('equal', x, p.zerosLike(x));
  return p.select(none, p.full(at, x), f(p.select(none, p.onesLike(x), x)));
};
const define = (name: string, f: (x: number) => number, derivative: Derivative, expression?: (x: Expr) => Expr) => {
  const apply = elementwise(name, f, [derivative], expression);
  return { apply, op: signature(name, ['x'], (x: TensorLike): Tensor => apply(floating(x, name)) as Tensor) };
};

// ── Gamma ───────────────────────────────────────────────────────────────────────────────────────────────────────

const polygammaValue: (n: Value, x: Value) => Value = elementwise(
  'polygamma',
  gamma.polygamma as (...x: number[]) => number,
  [null, ([n, x]) => polygammaValue(p.offset(n!, 1), x!)],
);
const digammaOf = define('digamma', gamma.digamma, ([x]) => polygammaValue(p.onesLike(x!), x!), expressions.digamma);
/** Γ′/Γ. */
export const digamma = digammaOf.op;
const lgammaOf = define('lgamma', gamma.lgamma, ([x]) => digammaOf.apply(x!), expressions.lgamma);
/** log |Γ(x)|. */
export const lgamma = lgammaOf.op;
/** The a-th derivative of digamma. */
export const polygamma = signature('polygamma', ['a', 'x'], (a: TensorLike, x: TensorLike): Tensor => {
  const [n, y] = broadcastPair(a, x, 'polygamma');
  return polygammaValue(floating(n, 'polygamma'), floating(y, 'polygamma')) as Tensor;
});
const zetaValue: (x: Value, q: Value) => Value = elementwise('zeta', gamma.zeta as (...x: number[]) => number, [
  null,
  ([x, q]) => p.neg(p.mul(x!, zetaValue(p.offset(x!, 1), q!))),
]);
/** Hurwitz's Σ (q + n)^−x. */
export const zeta = signature('zeta', ['x', 'q'], (x: TensorLike, q: TensorLike): Tensor => {
  const [a, b] = broadcastPair(x, q, 'zeta');
  return zetaValue(floating(a, 'zeta'), floating(b, 'zeta')) as Tensor;
});
/** Σ lgamma(x) − lgamma(Σ x) along the last axis: the logarithm of the beta function. */
export const lbeta = signature('lbeta', ['x'], (x: TensorLike): Tensor => {
  const value = floating(x, 'lbeta');
  const last = value.dims.length - 1;
  return p.sub(p.reduceSum(lgammaOf.apply(value), [last]), lgammaOf.apply(p.reduceSum(value, [last]))) as Tensor;
});

/** x^(a − 1) e^−x / Γ(a), the derivative of P(a, x). */
const density: Derivative = ([a, x]) => exp(p.sub(p.sub(p.mul(p.offset(a!, -1), log(x!)), x!), lgammaOf.apply(a!)));
const igammaGradA = elementwise('igammaGradA', gamma.igammaGradA as (...x: number[]) => number, null);
const igammaValue = elementwise('igamma', gamma.igamma as (...x: number[]) => number, [
  ([a, x]) => igammaGradA(a!, x!),
  density,
]);
const igammacValue = elementwise('igammac', gamma.igammac as (...x: number[]) => number, [
  ([a, x]) => p.neg(igammaGradA(a!, x!)),
  (inputs, output) => p.neg(density(inputs, output)),
]);
const pair = (name: string, apply: (a: Value, x: Value) => Value) =>
  signature(name, ['a', 'x'], (a: TensorLike, x: TensorLike): Tensor => {
    const [b, y] = broadcastPair(a, x, name);
    return apply(floating(b, name), floating(y, name)) as Tensor;
  });
/** The lower incomplete gamma function over Γ(a). */
export const igamma = pair('igamma', igammaValue);
/** The upper one. */
export const igammac = pair('igammac', igammacValue);

const betaincValue = elementwise('betainc', gamma.betainc as (...x: number[]) => number, [
  null,
  null,
  ([a, b, x]) => {
    const beta = p.sub(p.add(lgammaOf.apply(a!), lgammaOf.apply(b!)), lgammaOf.apply(p.add(a!, b!)));
    const inner = p.add(p.mul(p.offset(a!, -1), log(x!)), p.mul(p.offset(b!, -1), p.unary('log1p', p.neg(x!))));
    return exp(p.sub(inner, beta));
  },
]);
/** The regularized incomplete beta function. */
export const betainc = signature('betainc', ['a', 'b', 'x'], (a: TensorLike, b: TensorLike, x: TensorLike): Tensor => {
  const [first, second] = convertPair(a, b, 'betainc');
  const third = convertPair(first, x, 'betainc')[1];
  const dims = broadcastShapes(broadcastShapes(first.dims, second.dims), third.dims, 'betainc');
  return betaincValue(...[first, second, third].map((t) => p.broadcastTo(floating(t, 'betainc'), dims))) as Tensor;
});

// ── Error functions and integrals ───────────────────────────────────────────────────────────────────────────────

/** The inverse of erf. */
export const erfinv = define(
  'erfinv',
  normal.erfinv,
  (_x, y) => p.scale(exp(p.square(y)), Math.sqrt(Math.PI) / 2),
  expressions.erfinv,
).op;
/** The inverse of erfc. */
export const erfcinv = define(
  'erfcinv',
  normal.erfcinv,
  (_x, y) => p.scale(exp(p.square(y)), -Math.sqrt(Math.PI) / 2),
  expressions.erfcinv,
).op;
/** The inverse of the normal distribution function. */
export const ndtri = define(
  'ndtri',
  normal.ndtri,
  (_x, y) => p.scale(exp(p.scale(p.square(y), 0.5)), Math.sqrt(2 * Math.PI)),
  expressions.ndtri,
).op;
/** Dawson's integral. */
export const dawsn = define('dawsn', normal.dawsn, ([x], y) => p.sub(p.onesLike(x!), p.scale(p.mul(x!, y), 2))).op;
/** The exponential integral Ei. */
export const expint = define('expint', normal.expint, ([x]) => p.div(exp(x!), x!)).op;
const angle = (x: Value): Value => p.scale(p.square(x), Math.PI / 2);
/** ∫₀ˣ sin(πt²/2) dt. */
export const fresnelSin = define(
  'fresnelSin',
  (x) => normal.fresnel(x).sin,
  ([x]) => p.unary('sin', angle(x!)),
).op;
/** ∫₀ˣ cos(πt²/2) dt. */
export const fresnelCos = define(
  'fresnelCos',
  (x) => normal.fresnel(x).cos,
  ([x]) => p.unary('cos', angle(x!)),
).op;
/** −∫₁ˣ log t / (t − 1) dt. */
export const spence = define('spence', normal.spence, ([x]) => {
  const one = p.compare('equal', x!, p.onesLike(x!));
  const safe = p.select(one, p.full(2, x!), x!);
  return p.select(one, p.full(-1, x!), p.div(log(safe), p.sub(p.onesLike(x!), safe)));
}).op;

// ── Bessel functions ────────────────────────────────────────────────────────────────────────────────────────────

const i0 = define('besselI0', bessel.i0, ([x]) => i1.apply(x!), expressions.i0);
const i1: ReturnType<typeof define> = define(
  'besselI1',
  bessel.i1,
  ([x], y) => exceptZero(x!, 0.5, (z) => p.sub(i0.apply(z), p.div(y, z))),
  expressions.i1,
);
const i0e = define(
  'besselI0e',
  bessel.i0e,
  ([x], y) => p.sub(i1e.apply(x!), p.mul(p.unary('sign', x!), y)),
  expressions.i0e,
);
const i1e: ReturnType<typeof define> = define(
  'besselI1e',
  bessel.i1e,
  ([x], y) => exceptZero(x!, 0.5, (z) => p.sub(i0e.apply(z), p.mul(y, p.add(p.unary('sign', z), p.reciprocal(z))))),
  expressions.i1e,
);
const j0 = define('besselJ0', bessel.j0, ([x]) => p.neg(j1.apply(x!)));
const j1: ReturnType<typeof define> = define('besselJ1', bessel.j1, ([x], y) =>
  exceptZero(x!, 0.5, (z) => p.sub(j0.apply(z), p.div(y, z))),
);
const k0 = define('besselK0', bessel.k0, ([x]) => p.neg(k1.apply(x!)));
const k1: ReturnType<typeof define> = define('besselK1', bessel.k1, ([x], y) =>
  p.neg(p.add(k0.apply(x!), p.div(y, x!))),
);
const k0e = define('besselK0e', bessel.k0e, ([x], y) => p.sub(y, k1e.apply(x!)));
const k1e: ReturnType<typeof define> = define('besselK1e', bessel.k1e, ([x], y) =>
  p.sub(p.mul(y, p.sub(p.onesLike(x!), p.reciprocal(x!))), k0e.apply(x!)),
);
const y0 = define('besselY0', bessel.y0, ([x]) => p.neg(y1.apply(x!)));
const y1: ReturnType<typeof define> = define('besselY1', bessel.y1, ([x], y) => p.sub(y0.apply(x!), p.div(y, x!)));
export const besselI0 = i0.op;
export const besselI1 = i1.op;
export const besselI0e = i0e.op;
export const besselI1e = i1e.op;
export const besselJ0 = j0.op;
export const besselJ1 = j1.op;
export const besselK0 = k0.op;
export const besselK1 = k1.op;
export const besselK0e = k0e.op;
export const besselK1e = k1e.op;
export const besselY0 = y0.op;
export const besselY1 = y1.op;

// ── Others ──────────────────────────────────────────────────────────────────────────────────────────────────────

const floats = new Float32Array(1);
const floatBits = new Int32Array(floats.buffer);
const wides = new Float64Array(1);
const wideBits = new BigInt64Array(wides.buffer);
function next(x: number, y: number, wide: boolean): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (x === y) return y;
  const up = y > x;
  if (x === 0) return (up ? 1 : -1) * (wide ? Number.MIN_VALUE : 2 ** -149);
  const away = x > 0 === up;
  if (wide) {
    wides[0] = x;
    wideBits[0] = wideBits[0]! + (away ? 1n : -1n);
    return wides[0]!;
  }
  floats[0] = x;
  floatBits[0] = floatBits[0]! + (away ? 1 : -1);
  return floats[0]!;
}
const alongFirst = [([x]: readonly Value[]) => p.onesLike(x!), ([, y]: readonly Value[]) => p.zerosLike(y!)] as const;
const nextNarrow = elementwise('nextafter', (x, y) => next(x!, y!, false), alongFirst, expressions.nextafter);
const nextWide = elementwise('nextafter', (x, y) => next(x!, y!, true), alongFirst);
/** The next number of the dtype from x1 towards x2. */
export const nextafter = signature('nextafter', ['x1', 'x2'], (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = broadcastPair(x1, x2, 'nextafter').map((t) => floating(t, 'nextafter')) as [Tensor, Tensor];
  return (a.dtype === 'float64' ? nextWide(a, b) : nextNarrow(a, b)) as Tensor;
});

/** Degree, coefficients and first directions of Sobol's sequence by dimension (Joe & Kuo, 2008). */
const DIRECTIONS: readonly (readonly [number, number, ...number[]])[] = [
  [1, 0, 1],
  [2, 1, 1, 3],
  [3, 1, 1, 3, 1],
  [3, 2, 1, 1, 1],
  [4, 1, 1, 1, 3, 3],
  [4, 4, 1, 3, 5, 13],
  [5, 2, 1, 1, 5, 5, 17],
  [5, 4, 1, 1, 5, 5, 5],
  [5, 7, 1, 1, 7, 11, 19],
  [5, 11, 1, 1, 5, 1, 1],
  [5, 13, 1, 1, 1, 3, 11],
  [5, 14, 1, 3, 5, 5, 31],
  [6, 1, 1, 3, 3, 9, 7, 49],
  [6, 13, 1, 1, 1, 15, 21, 21],
  [6, 16, 1, 3, 1, 13, 27, 49],
  [6, 19, 1, 1, 1, 15, 7, 5],
  [6, 22, 1, 3, 1, 15, 13, 25],
  [6, 25, 1, 1, 5, 5, 19, 61],
  [7, 1, 1, 3, 7, 11, 23, 15, 103],
  [7, 4, 1, 3, 7, 13, 13, 15, 69],
];
function directions(dimension: number): number[] {
  if (dimension === 0) return Array.from({ length: 32 }, (_, i) => 2 ** (31 - i));
  const [degree, coefficients, ...first] = DIRECTIONS[dimension - 1]!;
  const m = first.slice();
  for (let i = degree; i < 32; i++) {
    let value = m[i - degree]! * 2 ** degree;
    value = Number(BigInt(value) ^ BigInt(m[i - degree]!));
    for (let k = 1; k < degree; k++)
      if ((coefficients >> (degree - 1 - k)) & 1) value = Number(BigInt(value) ^ (BigInt(m[i - k]!) << BigInt(k)));
    m.push(value);
  }
  return m.map((value, i) => value * 2 ** (31 - i));
}
/** Points of Sobol's sequence, (numResults, dim). */
export const sobolSample = signature(
  'sobolSample',
  ['dim', 'numResults', 'skip', 'dtype'],
  (dim: number, numResults: number, skip: number = 0, dtype: DType = 'float32'): Tensor => {
    if (!(dim >= 1 && dim <= DIRECTIONS.length + 1))
      throw new ValueError(`sobolSample: dim ${dim}; wanted 1 to ${DIRECTIONS.length + 1}.`);
    const data = new Float64Array(numResults * dim);
    for (let d = 0; d < dim; d++) {
      const v = directions(d);
      for (let i = 0; i < numResults; i++) {
        const n = skip + i + 1;
        const grey = n ^ (n >>> 1);
        let bits = 0;
        for (let k = 0; k < 32; k++) if ((grey >>> k) & 1) bits = (bits ^ v[k]!) >>> 0;
        data[i * dim + d] = bits / 2 ** 32;
      }
    }
    return p.convert(eagerTensor(data, [numResults, dim], 'float64'), asDType(dtype)) as Tensor;
  },
);
