// log, log1p and the functions made of them: asinh, acosh, atanh.
// Owns: the split of a number into mantissa and exponent. Polynomials after Cephes.
import { f32, type Group, INFINITE, i32, NOT_A_NUMBER, type VectorBuilder } from './vector-builder.ts';

const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444005469057e-4;
const SMALLEST_NORMAL = 1.1754943508222875e-38;

/** log(1 + f) = f − f²/2 + f³ · P(f). */
const LOG = [
  3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.2420140846e-1,
  1.167699874e-1, -1.151461031e-1, 7.0376836292e-2,
];

/** log x for positive finite x; what it gives for others is put right by `special`. */
function finiteLog(b: VectorBuilder, x: Group): Group {
  const tiny = b.op('f32x4.lt', x, f32(SMALLEST_NORMAL));
  const normal = b.select(tiny, b.mul(x, f32(2 ** 23)), x);
  // The exponent such that the mantissa lies in [√½, √2).
  const shifted = b.op('i32x4.sub', normal, i32(0x3f3504f3));
  const exponent = b.shift('i32x4.shr_s', shifted, 23);
  const mantissa = b.op('i32x4.sub', normal, b.shift('i32x4.shl', exponent, 23));
  const e = b.sub(b.op('f32x4.convert_i32x4_s', exponent), b.and(tiny, f32(23)));
  const f = b.sub(mantissa, f32(1));
  const square = b.mul(f, f);
  const cubic = b.mul(b.mul(b.polynomial(f, LOG), f), square);
  const low = b.madd(e, f32(LN2_LOW), cubic);
  const sum = b.add(f, b.madd(square, f32(-0.5), low));
  return b.madd(e, f32(LN2_HIGH), sum);
}

/** Zero gives −∞, negative numbers NaN; ∞ and NaN stay. */
function special(b: VectorBuilder, x: Group, result: Group): Group {
  const ordinary = b.op('f32x4.lt', x, INFINITE);
  const kept = b.select(ordinary, result, x);
  const negative = b.select(b.op('f32x4.lt', x, f32(0)), NOT_A_NUMBER, kept);
  return b.select(b.op('f32x4.eq', x, f32(0)), f32(Number.NEGATIVE_INFINITY), negative);
}

export function log(b: VectorBuilder, x: Group): Group {
  return special(b, x, finiteLog(b, x));
}

export function log1p(b: VectorBuilder, x: Group): Group {
  const u = b.add(x, f32(1));
  // What 1 + x lost in rounding, relative to u; nothing where u is 0 or infinite.
  const lost = b.div(b.sub(x, b.sub(u, f32(1))), u);
  const usable = b.and(b.op('f32x4.gt', u, f32(0)), b.op('f32x4.lt', u, INFINITE));
  const result = b.add(finiteLog(b, u), b.and(lost, usable));
  // −0 stays −0.
  return b.select(b.op('f32x4.eq', x, f32(0)), x, special(b, u, result));
}

const LARGE = 1e9;

export function asinh(b: VectorBuilder, x: Group): Group {
  const a = b.abs(x);
  const far = b.op('f32x4.gt', a, f32(LARGE));
  const near = b.select(far, f32(1), a);
  const square = b.mul(near, near);
  const inner = b.add(near, b.div(square, b.add(f32(1), b.sqrt(b.add(square, f32(1))))));
  const result = b.select(far, b.add(log(b, a), f32(Math.LN2)), log1p(b, inner));
  return b.copySign(result, x);
}

export function acosh(b: VectorBuilder, x: Group): Group {
  const far = b.op('f32x4.gt', x, f32(LARGE));
  const t = b.sub(b.select(far, f32(1), x), f32(1));
  const inner = b.add(t, b.sqrt(b.madd(t, t, b.add(t, t))));
  const near = b.select(b.op('f32x4.lt', x, f32(1)), NOT_A_NUMBER, log1p(b, inner));
  return b.select(far, b.add(log(b, x), f32(Math.LN2)), near);
}

export function atanh(b: VectorBuilder, x: Group): Group {
  const a = b.abs(x);
  const ratio = b.div(b.add(a, a), b.sub(f32(1), a));
  return b.copySign(b.mul(log1p(b, ratio), f32(0.5)), x);
}
