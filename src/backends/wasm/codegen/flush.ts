// Subnormal results become 0 when they are stored, as TensorFlow's kernels have it.
// Owns: which values need it, and the instructions. Processors take a hundred times as long over products of subnormal
// numbers, and values that decay (gradients through many time steps, moments of dead units) are full of them.

import type { Code } from '../../../assembler/code.ts';
import type { Expr } from '../../../compiler/loop-ir.ts';
import { isMachineUnary } from './scalar-operators.ts';

const EXPONENT = 0x7f800000;

/**
 * Whether a float32 value made of ordinary numbers is often subnormal: products, quotients, exponentials. A sum is not when one
 * of its terms is ordinary; a weight, or the small constant that keeps an optimizer's moments away from 0, are.
 */
export function mayBeSubnormal(e: Expr): boolean {
  const known = new Map<Expr, boolean>();
  const visit = (x: Expr): boolean => {
    if (x.type !== 'f32') return false;
    let result = known.get(x);
    if (result === undefined) {
      result = decide(x);
      known.set(x, result);
    }
    return result;
  };
  const decide = (x: Expr): boolean => {
    switch (x.op) {
      case 'unary':
        if (x.fn === 'roundF16' || x.fn === 'roundBf16') return visit(x.a);
        return !isMachineUnary(x.fn) || visit(x.a);
      case 'binary':
        if (x.fn === 'add' || x.fn === 'sub') return (visit(x.a) || isZero(x.a)) && (visit(x.b) || isZero(x.b));
        if (x.fn === 'min' || x.fn === 'max') return visit(x.a) || visit(x.b);
        return true;
      case 'select':
        return visit(x.a) || visit(x.b);
      case 'multiplyAdd':
        return visit(x.c) || isZero(x.c);
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

const isZero = (e: Expr): boolean => e.op === 'const' && Number(e.value) === 0;

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
