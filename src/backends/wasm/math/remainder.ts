// The remainder of float32 numbers with the sign of the dividend, as C's fmod: exact.
// Owns: quotients up to 2²⁸ in double precision. Larger ones go to JavaScript's operator, lane by lane.
import type { DoubleFunction } from '../library.ts';
import { f32, type Group, INFINITE, type VectorBuilder } from './vector-builder.ts';

/** Below, the quotient is a whole number or further from one than it is rounded, and its product with the divisor is exact. */
const LARGEST = 2 ** 28;

export function rem(b: VectorBuilder, x: Group, y: Group, far: (fn: DoubleFunction) => number): Group {
  const [dividend, divisor] = [b.promote(x), b.promote(y)];
  const quotient = b.op('f64x2.trunc', b.op('f64x2.div', dividend, divisor));
  const rest = b.demote(b.op('f64x2.sub', dividend, b.op('f64x2.mul', quotient, divisor)));
  // By ∞ every finite number is its own remainder.
  const own = b.add(x, b.sub(x, x));
  const endless = b.op('f32x4.eq', b.abs(y), INFINITE);
  const result = b.copySign(b.select(endless, own, rest), x);
  const near = b.op('f32x4.lt', b.abs(b.demote(quotient)), f32(LARGEST));
  const { code } = b;
  x.forEach((input, unit) => {
    const output = result[unit]!;
    code.get(near[unit]!).op('i32x4.all_true', 'i32.eqz').if();
    for (let lane = 0; lane < 4; lane++) {
      code.get(near[unit]!).lane('i32x4.extract_lane', lane).op('i32.eqz').if().get(output);
      for (const operand of [input, y[unit]!]) code.get(operand).lane('f32x4.extract_lane', lane).op('f64.promote_f32');
      code.call(far('rem')).op('f32.demote_f64').lane('f32x4.replace_lane', lane).set(output).end();
    }
    code.end();
  });
  return result;
}
