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

/**
 * exp(a²) erfc(a) = M(a) / ((c a + d) M(a) + N(a)) for 0 ≤ a ≤ 10.5. All terms are positive, and the rounding of M, which stands on
 * both sides, cancels; beginning at 1.75 instead of 1, both stay below 2, where they are rounded least, while a is small.
 * Fitted with c and d as they are in float32; 5e-9 off at most.
 */
const [SLOPE, OFFSET] = [1.772428036, 1.119016088e-3];
const COMPLEMENT = [1.75, 2.154382467, 1.266836047, 0.3946988285, 0.05603699759];
const REST = [1.748041749, 1.024886966, 0.3560476303, 0.04842308164];

export function erfc(b: VectorBuilder, x: Group): Group {
  const a = b.atMost(b.abs(x), 10.5);
  const m = b.polynomial(a, COMPLEMENT);
  const quotient = b.div(m, b.madd(b.madd(a, f32(SLOPE), f32(OFFSET)), m, b.polynomial(a, REST)));
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
