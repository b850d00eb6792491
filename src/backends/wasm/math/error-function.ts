// erf and erfc in float32.
// Owns: minimax polynomials of the two ranges of erf, and erfc as exp(−x²) times a rational function.
import { exp } from './exponential.ts';
import { f32, type Group, i32, type VectorBuilder } from './vector-builder.ts';

/** erf x = x + x · P(x²) for |x| < 0.9277. */
const SMALL = [1.28379166e-1, -3.76125336e-1, 1.12819925e-1, -2.67681349e-2, 4.99119423e-3, -5.96761703e-4];
/** erf x = 1 − exp(−x + x · P(x)) beyond. */
const LARGE = [
  -1.28717512e-1, -6.34846687e-1, -1.06777877e-1, 2.42546219e-2, -3.88396438e-3, 3.83197126e-4, -1.7285347e-5,
];

export function erf(b: VectorBuilder, x: Group): Group {
  const a = b.abs(x);
  const square = b.mul(a, a);
  const small = b.madd(b.polynomial(square, SMALL), x, x);
  const t = b.atMost(a, 4);
  const exponent = b.sub(b.mul(b.polynomial(t, LARGE), t), t);
  const large = b.copySign(b.sub(f32(1), exp(b, exponent)), x);
  return b.select(b.op('f32x4.gt', a, f32(0.927734375)), large, small);
}

/** (1 + 2a) exp(a²) erfc(a) = 1 + P(q), q = (a − 2) / (a + 2). */
const COMPLEMENT = [
  2.76978403e-1, -9.27639827e-2, -1.66031361e-1, 1.64055392e-1, -5.42046614e-2, -8.05991981e-3, 8.63227434e-3,
  1.31355342e-3, -1.2307521e-3, -4.01139259e-4,
];

export function erfc(b: VectorBuilder, x: Group): Group {
  const a = b.atMost(b.abs(x), 10.5);
  const inverse = b.div(f32(1), b.add(a, f32(2)));
  const rough = b.mul(b.sub(a, f32(2)), inverse);
  // The quotient corrected by its residual.
  const t = b.madd(b.add(rough, f32(1)), f32(-2), a);
  const q = b.madd(inverse, b.madd(rough, b.neg(a), t), rough);
  const p = b.polynomial(q, COMPLEMENT);
  const r = b.div(f32(1), b.madd(f32(2), a, f32(1)));
  const first = b.madd(p, r, r);
  const residual = b.madd(b.madd(first, b.neg(a), f32(0.5)), f32(2), b.sub(p, first));
  const quotient = b.madd(residual, r, first);
  // exp(−a²), corrected by what the square lost in rounding: a is split into halves whose products are exact.
  const square = b.mul(a, a);
  const e = exp(b, b.neg(square));
  const high = b.and(a, i32(-4096));
  const low = b.sub(a, high);
  const twice = b.mul(b.add(high, high), low);
  const lost = b.sub(b.sub(b.sub(square, b.mul(high, high)), twice), b.mul(low, low));
  const product = b.madd(quotient, e, b.mul(b.mul(quotient, e), lost));
  return b.select(b.op('f32x4.lt', x, f32(0)), b.sub(f32(2), product), product);
}
