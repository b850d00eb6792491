// exp, expm1 and the functions made of them: sinh, cosh, tanh.
// Owns: the reduction x = n ln 2 + r and scaling by 2ⁿ without early overflow or underflow. Polynomials after Cephes.
import { f32, type Group, i32, type Operand, type VectorBuilder } from './vector-builder.ts';

/** ln 2 in two parts; the first has few bits, so that its products with small integers are exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444005469057e-4;
/** Adding 1.5 · 2²³ leaves the rounded integer in the low bits. */
const MAGIC = 12582912;

/** exp(r) = 1 + r + r² · P(r) for |r| ≤ ln 2 / 2: a Chebyshev fit, within 0.14 ulp before rounding. */
const EXP = [0.5, 0.166665760623, 0.0416665534587, 0.00836333308218, 0.00139263759958];

interface Reduced {
  /** The bits of MAGIC + n. */
  readonly bits: Group;
  readonly rest: Group;
}

function reduce(b: VectorBuilder, x: Operand): Reduced {
  const bits = b.madd(x, f32(Math.LOG2E), f32(MAGIC));
  const n = b.sub(bits, f32(MAGIC));
  const rest = b.madd(n, f32(-LN2_LOW), b.madd(n, f32(-LN2_HIGH), x));
  return { bits, rest };
}

/** y · 2^(n + extra) in two steps, so that results beyond the normal range are right. */
function scale(b: VectorBuilder, y: Group, bits: Group, extra: number): Group {
  const half = b.shift('i32x4.shr_s', bits, 1);
  const other = b.op('i32x4.sub', bits, half);
  const power = (x: Group, offset: number) => b.op('i32x4.add', b.shift('i32x4.shl', x, 23), i32((127 + offset) << 23));
  // MAGIC's own bits (0x4b400000) and half of them leave nothing in the low nine bits, so the shift drops them.
  return b.mul(b.mul(y, power(half, extra)), power(other, 0));
}

/** exp(x) · 2^extra, for x within about ±104. */
function expScaled(b: VectorBuilder, x: Group, extra: number): Group {
  const { bits, rest } = reduce(b, x);
  const tail = b.madd(b.polynomial(rest, EXP), b.mul(rest, rest), rest);
  return scale(b, b.add(tail, f32(1)), bits, extra);
}

export function exp(b: VectorBuilder, x: Group): Group {
  // Where the result is 0 nothing may underflow on the way: processors take some 150 cycles for that, and of what a mask hides
  // every exponential is 0.
  const far = b.op('f32x4.lt', x, f32(-104));
  return b.op('v128.andnot', expScaled(b, b.op('v128.andnot', b.atMost(x, 89), far), 0), far);
}

/** exp(x) − 1 for x up to 89 in magnitude; the sign of a zero is lost. */
function expm1Core(b: VectorBuilder, x: Group): Group {
  const { bits, rest } = reduce(b, x);
  const tail = b.madd(b.polynomial(rest, EXP), b.mul(rest, rest), rest);
  // 2ⁿ tail + (2ⁿ − 1), halved so that n = 128 stays finite.
  const half = b.op('i32x4.add', b.shift('i32x4.shl', bits, 23), i32(126 << 23));
  const sum = b.madd(half, tail, b.sub(half, f32(0.5)));
  return b.add(sum, sum);
}

export function expm1(b: VectorBuilder, x: Group): Group {
  return b.copySign(expm1Core(b, b.atLeast(b.atMost(x, 89), -20)), x);
}

export function tanh(b: VectorBuilder, x: Group): Group {
  // (e − 1) / (e + 1) with e = exp(2 |x|), by expm1 so that small arguments keep their digits.
  const a = b.atMost(b.abs(x), 10);
  const e = expm1Core(b, b.add(a, a));
  return b.copySign(b.div(e, b.add(e, f32(2))), x);
}

export function sinh(b: VectorBuilder, x: Group): Group {
  const a = b.abs(x);
  const square = b.mul(x, x);
  const odd = b.polynomial(square, [1.66667160211e-1, 8.33028376239e-3, 2.03721912945e-4]);
  const small = b.madd(b.mul(odd, square), x, x);
  const half = expScaled(b, b.atMost(a, 90), -1);
  const large = b.sub(half, b.div(f32(0.25), half));
  return b.select(b.op('f32x4.gt', a, f32(1)), b.copySign(large, x), small);
}

export function cosh(b: VectorBuilder, x: Group): Group {
  const half = expScaled(b, b.atMost(b.abs(x), 90), -1);
  return b.add(half, b.div(f32(0.25), half));
}
