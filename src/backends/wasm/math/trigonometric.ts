// sin, cos, tan and their inverses.
// Owns: reduction by multiples of π/2 in double precision. Arguments beyond 10⁶ go to JavaScript's functions, lane by lane.
import type { DoubleFunction } from '../library.ts';
import { f32, f64, type Group, i32, type Operand, SIGN, type VectorBuilder } from './vector-builder.ts';

/** π/2 in parts of 33 bits: their products with integers up to 2²⁰ are exact. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21];
const LARGEST = 1e6;

interface Reduced {
  readonly rest: Group;
  /** The quadrant, as 32-bit integers. */
  readonly quadrant: Group;
}

function reduce(b: VectorBuilder, x: Group): Reduced {
  // Large arguments get a harmless value; their results are replaced.
  const usable = b.op('f32x4.lt', b.abs(x), f32(LARGEST));
  const wide = b.promote(b.and(x, usable));
  const n = b.op('f64x2.nearest', b.op('f64x2.mul', wide, f64(2 / Math.PI)));
  let rest: Group = wide;
  for (const part of HALF_PI) rest = b.op('f64x2.sub', rest, b.op('f64x2.mul', n, f64(part)));
  return { rest: b.demote(rest), quadrant: b.truncateDouble(n) };
}

function sinPolynomial(b: VectorBuilder, r: Group, square: Group): Group {
  const p = b.polynomial(square, [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4]);
  return b.madd(b.mul(p, square), r, r);
}
function cosPolynomial(b: VectorBuilder, square: Group): Group {
  const p = b.polynomial(square, [4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5]);
  return b.madd(b.mul(p, square), square, b.madd(square, f32(-0.5), f32(1)));
}

/** Replaces the lanes whose argument was too large (or not finite) by the double function's values. */
function withFarArguments(
  b: VectorBuilder,
  x: Group,
  result: Group,
  far: (fn: DoubleFunction) => number,
  fn: 'sin' | 'cos' | 'tan',
): Group {
  return x.map((input, unit) => {
    const output = result[unit]!;
    const { code } = b;
    code.get(input).op('f32x4.abs').v128Float(LARGEST).op('f32x4.lt', 'i32x4.all_true', 'i32.eqz').if();
    for (let lane = 0; lane < 4; lane++) {
      code.get(input).lane('f32x4.extract_lane', lane).op('f32.abs').f32(LARGEST).op('f32.lt', 'i32.eqz').if();
      code.get(output).get(input).lane('f32x4.extract_lane', lane).op('f64.promote_f32');
      code.call(far(fn)).op('f32.demote_f64').lane('f32x4.replace_lane', lane).set(output).end();
    }
    code.end();
    return output;
  });
}

function sineLike(b: VectorBuilder, x: Group, shift: number): Group {
  const { rest, quadrant } = reduce(b, x);
  const square = b.mul(rest, rest);
  const q = shift === 0 ? quadrant : b.op('i32x4.add', quadrant, i32(shift));
  const odd = b.op('i32x4.ne', b.and(q, i32(1)), i32(0));
  const value = b.select(odd, cosPolynomial(b, square), sinPolynomial(b, rest, square));
  return b.xor(value, b.and(b.shift('i32x4.shl', q, 30), SIGN));
}

export function sin(b: VectorBuilder, x: Group, far: (fn: DoubleFunction) => number): Group {
  // −0 stays −0: the reduction gives +0 for it.
  const value = b.select(b.op('f32x4.eq', x, f32(0)), x, sineLike(b, x, 0));
  return withFarArguments(b, x, value, far, 'sin');
}

export function cos(b: VectorBuilder, x: Group, far: (fn: DoubleFunction) => number): Group {
  return withFarArguments(b, x, sineLike(b, x, 1), far, 'cos');
}

export function tan(b: VectorBuilder, x: Group, far: (fn: DoubleFunction) => number): Group {
  const { rest, quadrant } = reduce(b, x);
  const square = b.mul(rest, rest);
  const [s, c] = [sinPolynomial(b, rest, square), cosPolynomial(b, square)];
  const odd = b.op('i32x4.ne', b.and(quadrant, i32(1)), i32(0));
  const value = b.div(b.select(odd, c, s), b.select(odd, b.neg(s), c));
  return withFarArguments(b, x, b.select(b.op('f32x4.eq', x, f32(0)), x, value), far, 'tan');
}

const ASIN = [1.6666752422e-1, 7.4953002686e-2, 4.547002594e-2, 2.4181311049e-2, 4.2163199048e-2];

/** asin of a number up to ½, given with its square. */
const asinSmall = (b: VectorBuilder, a: Group, square: Group): Group =>
  b.madd(b.mul(b.polynomial(square, ASIN), square), a, a);

export function asin(b: VectorBuilder, x: Group): Group {
  const a = b.abs(x);
  const large = b.op('f32x4.gt', a, f32(0.5));
  const halved = b.mul(b.sub(f32(1), a), f32(0.5));
  const square = b.select(large, halved, b.mul(a, a));
  const root = b.select(large, b.sqrt(halved), a);
  const p = asinSmall(b, root, square);
  const outer = b.sub(f32(Math.PI / 2), b.add(p, p));
  return b.copySign(b.select(large, outer, p), x);
}

export function acos(b: VectorBuilder, x: Group): Group {
  const a = b.abs(x);
  const large = b.op('f32x4.gt', a, f32(0.5));
  const halved = b.mul(b.sub(f32(1), a), f32(0.5));
  const square = b.select(large, halved, b.mul(a, a));
  const root = b.select(large, b.sqrt(halved), a);
  const p = asinSmall(b, root, square);
  const double = b.add(p, p);
  const negative = b.op('f32x4.lt', x, f32(0));
  const outer = b.select(negative, b.sub(f32(Math.PI), double), double);
  const inner = b.sub(f32(Math.PI / 2), b.copySign(p, x));
  return b.select(large, outer, inner);
}

const ATAN = [-3.33329491539e-1, 1.99777106478e-1, -1.38776856032e-1, 8.05374449538e-2];

/** atan of the quotient of non-negative numbers. */
function atanPositive(b: VectorBuilder, numerator: Operand, denominator: Operand, ratio: Group): Group {
  // Below tan(π/8): as is; to tan(3π/8): (q − 1)/(q + 1); above: −1/q.
  const middle = b.op('f32x4.gt', ratio, f32(0.414213562373095));
  const large = b.op('f32x4.gt', ratio, f32(2.414213562373095));
  const top = b.select(large, b.neg(denominator as Group), b.select(middle, b.sub(numerator, denominator), numerator));
  const bottom = b.select(large, numerator, b.select(middle, b.add(numerator, denominator), denominator));
  const base = b.select(large, f32(Math.PI / 2), b.and(middle, f32(Math.PI / 4)));
  const q = b.div(top, bottom);
  const square = b.mul(q, q);
  const p = b.madd(b.mul(b.polynomial(square, ATAN), square), q, q);
  return b.add(base, p);
}

export function atan(b: VectorBuilder, x: Group): Group {
  const a = b.abs(x);
  const one = b.or(b.and(a, i32(0)), f32(1));
  const infinite = b.op('f32x4.eq', a, f32(Number.POSITIVE_INFINITY));
  const result = b.select(infinite, f32(Math.PI / 2), atanPositive(b, a, one, a));
  return b.copySign(result, x);
}

export function atan2(b: VectorBuilder, y: Group, x: Group): Group {
  const [ay, ax] = [b.abs(y), b.abs(x)];
  // ∞/∞ counts as 1/1, 0/0 as 0/1.
  const limit = (value: Group) => b.op('f32x4.eq', value, f32(Number.POSITIVE_INFINITY));
  const both = b.and(limit(ay), limit(ax));
  const numerator = b.select(both, f32(1), ay);
  const zeros = b.and(b.op('f32x4.eq', ay, f32(0)), b.op('f32x4.eq', ax, f32(0)));
  const denominator = b.select(b.or(both, zeros), f32(1), ax);
  // The smaller over the larger, so that no quotient overflows.
  const steep = b.op('f32x4.gt', numerator, denominator);
  const high = b.select(steep, numerator, denominator);
  const low = b.select(steep, denominator, numerator);
  const ratio = b.div(low, high);
  const middle = b.op('f32x4.gt', ratio, f32(0.414213562373095));
  const q = b.div(b.select(middle, b.sub(ratio, f32(1)), ratio), b.select(middle, b.add(ratio, f32(1)), f32(1)));
  const square = b.mul(q, q);
  const p = b.madd(b.mul(b.polynomial(square, ATAN), square), q, q);
  const octant = b.add(b.and(middle, f32(Math.PI / 4)), p);
  const quadrant = b.select(steep, b.sub(f32(Math.PI / 2), octant), octant);
  const behind = b.op('i32x4.lt_s', x, i32(0));
  const half = b.select(behind, b.sub(f32(Math.PI), quadrant), quadrant);
  const nan = b.or(b.op('f32x4.ne', x, x), b.op('f32x4.ne', y, y));
  return b.select(nan, b.add(x, y), b.copySign(half, y));
}
