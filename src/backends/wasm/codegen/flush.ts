// Subnormal results become 0 when they are stored, as TensorFlow's kernels have it.
// Owns: which values need it, and the instructions. Processors take a hundred times as long over products of subnormal
// numbers, and values that decay (gradients through many time steps, moments of dead units) are full of them.
import type { Expr } from '../../../compiler/loop-ir.ts';
import type { Code } from '../assembler/code.ts';
import { isMachineUnary } from './scalar-operators.ts';

const EXPONENT = 0x7f800000;

/** Whether a float32 value made of ordinary numbers may be subnormal: copies and sums of few need no look. */
export function mayBeSubnormal(e: Expr): boolean {
  const seen = new Set<Expr>();
  const visit = (x: Expr): boolean => {
    if (x.type !== 'f32' || seen.has(x)) return false;
    seen.add(x);
    switch (x.op) {
      case 'unary':
        if (x.fn === 'roundF16' || x.fn === 'roundBf16') return visit(x.a);
        return !isMachineUnary(x.fn) || visit(x.a);
      case 'binary':
        return (x.fn !== 'add' && x.fn !== 'sub' && x.fn !== 'min' && x.fn !== 'max') || visit(x.a) || visit(x.b);
      case 'select':
        return visit(x.a) || visit(x.b);
      case 'multiplyAdd':
      case 'local':
        return true;
      case 'convert':
        return x.a.type === 'f64';
      default:
        return false;
    }
  };
  return visit(e);
}

/** With a v128 of four floats on the stack; `temporary` is a v128 local. The sign stays. */
export function flushVector(code: Code, temporary: number): void {
  code.tee(temporary).get(temporary).v128([EXPONENT, EXPONENT, EXPONENT, EXPONENT]).op('v128.and');
  code.v128([0, 0, 0, 0]).op('i32x4.eq').i32(1).op('i32x4.shr_u', 'v128.andnot');
}

/** With a float on the stack; `temporary` is an f32 local. */
export function flushScalar(code: Code, temporary: number): void {
  code.set(temporary).f32(0).get(temporary).op('f32.copysign').get(temporary);
  code.get(temporary).op('i32.reinterpret_f32').i32(EXPONENT).op('i32.and', 'i32.eqz', 'select');
}
