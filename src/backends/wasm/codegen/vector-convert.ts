// Conversions between vectors of the loop IR's registers, including those that change the width of lanes.
// Owns: the conversions that have vector instructions; the others (64-bit integers with floats) go lane by lane.
import type { Expr, Register } from '../../../compiler/loop-ir.ts';
import { isWide } from './analysis.ts';
import type { KernelContext } from './context.ts';
import { withTemporary } from './lanes.ts';
import { pushMask } from './vector-load.ts';

/** Pushes unit `unit` of `a` converted; false when there is no vector code for it. */
export function vectorConvert(
  k: KernelContext,
  a: Expr,
  to: Register,
  signed: boolean,
  unit: number,
  depth: number,
): boolean {
  const code = k.codeAt(depth);
  const from = a.type;
  const push = (u: number) => k.emit.vector(a, u, depth);
  const sign = signed ? 's' : 'u';
  /** Pushes the half of a 32-bit vector that becomes this 64-bit unit, at the low end. */
  const pushHalf = () => {
    push(unit >> 1);
    if ((unit & 1) === 0) return;
    withTemporary(k, 'v128', depth, (v) => code.tee(v).get(v).shuffle32(2, 3, 2, 3));
  };
  if (from === 'bool') {
    pushMask(k, a, unit, isWide(to), depth);
    const one = { f32: 0x3f800000, i32: 1, f64: 0x3ff00000, i64: 1 }[to as 'f32'];
    if (to === 'f64') code.v128([0, one, 0, one]);
    else if (to === 'i64') code.v128([one, 0, one, 0]);
    else code.v128([one, one, one, one]);
    code.op('v128.and');
    return true;
  }
  switch (`${from}>${to}` as const) {
    case 'i32>bool':
      push(unit);
      code.v128([0, 0, 0, 0]).op('i32x4.ne');
      return true;
    case 'f32>bool':
      push(unit);
      code.v128([0, 0, 0, 0]).op('f32x4.ne');
      return true;
    case 'f64>bool':
    case 'i64>bool':
      for (const half of [0, 1]) {
        push(unit * 2 + half);
        code.v128([0, 0, 0, 0]).op(from === 'f64' ? 'f64x2.ne' : 'i64x2.ne');
      }
      code.shuffle32(0, 2, 4, 6);
      return true;
    case 'i32>f32':
      push(unit);
      code.op(`f32x4.convert_i32x4_${sign}`);
      return true;
    case 'f32>i32':
      push(unit);
      code.op(`i32x4.trunc_sat_f32x4_${sign}`);
      return true;
    case 'i32>i64':
      push(unit >> 1);
      code.op(unit & 1 ? `i64x2.extend_high_i32x4_${sign}` : `i64x2.extend_low_i32x4_${sign}`);
      return true;
    case 'i32>f64':
      pushHalf();
      code.op(`f64x2.convert_low_i32x4_${sign}`);
      return true;
    case 'f32>f64':
      pushHalf();
      code.op('f64x2.promote_low_f32x4');
      return true;
    case 'i64>i32':
      push(unit * 2);
      push(unit * 2 + 1);
      code.shuffle32(0, 2, 4, 6);
      return true;
    case 'f64>i32':
      push(unit * 2);
      code.op(`i32x4.trunc_sat_f64x2_${sign}_zero`);
      push(unit * 2 + 1);
      code.op(`i32x4.trunc_sat_f64x2_${sign}_zero`).shuffle32(0, 1, 4, 5);
      return true;
    case 'f64>f32':
      push(unit * 2);
      code.op('f32x4.demote_f64x2_zero');
      push(unit * 2 + 1);
      code.op('f32x4.demote_f64x2_zero').shuffle32(0, 1, 4, 5);
      return true;
    default:
      return false;
  }
}
