// pow in float32, by logarithm and exponential in double precision.
// Owns: the special cases of C's pow.
import { f32, f64, type Group, INFINITE, i32, NOT_A_NUMBER, SIGN, type VectorBuilder } from './vector-builder.ts';

/** log2 of positive finite floats, as doubles with some 40 bits. */
function log2(b: VectorBuilder, x: Group): Group {
  const tiny = b.op('f32x4.lt', x, f32(1.1754943508222875e-38));
  const normal = b.select(tiny, b.mul(x, f32(2 ** 23)), x);
  const shifted = b.op('i32x4.sub', normal, i32(0x3f3504f3));
  const exponent = b.shift('i32x4.shr_s', shifted, 23);
  const mantissa = b.op('i32x4.sub', normal, b.shift('i32x4.shl', exponent, 23));
  const e = b.sub(b.op('f32x4.convert_i32x4_s', exponent), b.and(tiny, f32(23)));
  const m = b.promote(mantissa);
  // log m = 2 artanh t, t = (m − 1) / (m + 1), |t| < 0.172
  const t = b.op('f64x2.div', b.op('f64x2.sub', m, f64(1)), b.op('f64x2.add', m, f64(1)));
  const square = b.op('f64x2.mul', t, t);
  const series = b.polynomialDouble(
    square,
    [0, 1, 2, 3, 4, 5, 6, 7].map((i) => 2 / ((2 * i + 1) * Math.LN2)),
  );
  return b.maddDouble(series, t, b.promote(e));
}

/** 2^z as float; doubles in, so that only the last rounding counts. */
function exp2(b: VectorBuilder, z: Group): Group {
  const clamped = b.op('f64x2.pmin', b.op('f64x2.pmax', z, f64(-300)), f64(300));
  const n = b.op('f64x2.nearest', clamped);
  const f = b.op('f64x2.sub', clamped, n);
  let factorial = 1;
  const coefficients = Array.from({ length: 10 }, (_, i) => {
    if (i > 0) factorial *= i;
    return Math.LN2 ** i / factorial;
  });
  const p = b.polynomialDouble(f, coefficients);
  // Adding 2⁵² + 1023 leaves the exponent in the low bits.
  const bits = b.op('f64x2.add', n, f64(2 ** 52 + 1023));
  return b.demote(b.op('f64x2.mul', p, b.shift('i64x2.shl', bits, 52)));
}

export function pow(b: VectorBuilder, x: Group, y: Group): Group {
  const a = b.abs(x);
  const finite = b.and(b.op('f32x4.gt', a, f32(0)), b.op('f32x4.lt', a, INFINITE));
  // Any positive number stands in where the logarithm has no value.
  const base = b.select(finite, a, f32(1));
  const magnitude = exp2(b, b.op('f64x2.mul', log2(b, base), b.promote(y)));

  const whole = b.op('f32x4.eq', b.op('f32x4.trunc', y), y); // true for ±∞
  const half = b.mul(y, f32(0.5));
  const odd = b.and(whole, b.op('f32x4.ne', b.op('f32x4.trunc', half), half));
  // A zero or infinite base: 0, 1 or ∞ by the signs.
  const shrinks = b.op('f32x4.le', a, f32(1));
  const yPositive = b.op('f32x4.gt', y, f32(0));
  const toInfinity = b.xor(shrinks, yPositive);
  const limit = b.and(toInfinity, INFINITE);
  const unsigned = b.select(finite, magnitude, limit);
  const negative = b.op('i32x4.lt_s', x, i32(0));
  const signed = b.or(unsigned, b.and(b.and(negative, odd), SIGN));
  // A negative finite base with a fractional exponent has no real power.
  const noPower = b.and(b.and(b.op('f32x4.lt', x, f32(0)), finite), b.op('v128.not', whole));
  const nan = b.or(b.op('f32x4.ne', x, x), b.op('f32x4.ne', y, y));
  const general = b.select(b.or(noPower, nan), NOT_A_NUMBER, signed);
  // |y| = ∞ and |x| = 1 gives 1; so do y = 0 and x = 1, whatever the other is.
  const infiniteY = b.op('f32x4.eq', b.abs(y), INFINITE);
  const one = b.or(
    b.or(b.op('f32x4.eq', y, f32(0)), b.op('f32x4.eq', x, f32(1))),
    b.and(infiniteY, b.op('f32x4.eq', a, f32(1))),
  );
  return b.select(one, f32(1), general);
}
