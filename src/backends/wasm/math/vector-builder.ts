// Straight-line vector code written as calls: each operation puts its results into fresh locals.
// Owns: locals of temporaries and how constants are pushed. A group is a list of locals, one v128 each, on which the same
// operations are done side by side, so that they overlap in the machine.
import type { Code } from '../../../assembler/code.ts';
import type { PlainOp } from '../../../assembler/opcodes.ts';

export type Group = readonly number[];
/** A constant in all lanes. */
export interface Constant {
  readonly type: 'f32' | 'i32' | 'f64';
  readonly value: number;
}
export type Operand = Group | Constant;

const isGroup = (operand: Operand): operand is Group => Array.isArray(operand);

export const f32 = (value: number): Constant => ({ type: 'f32', value });
export const i32 = (value: number): Constant => ({ type: 'i32', value: value | 0 });
export const f64 = (value: number): Constant => ({ type: 'f64', value });

export const SIGN = i32(0x80000000);
export const INFINITE = f32(Number.POSITIVE_INFINITY);
export const NOT_A_NUMBER = f32(Number.NaN);

export class VectorBuilder {
  readonly code: Code;
  readonly relaxed: boolean;
  private readonly allocate: () => number;
  private readonly made: number[] = [];

  constructor(code: Code, relaxed: boolean, allocate: () => number) {
    this.code = code;
    this.relaxed = relaxed;
    this.allocate = allocate;
  }

  /** The locals made so far, for whoever gives them back. */
  get temporaries(): readonly number[] {
    return this.made;
  }

  private fresh(): number {
    const local = this.allocate();
    this.made.push(local);
    return local;
  }

  private push(operand: Operand, unit: number): void {
    if (isGroup(operand)) this.code.get(operand[unit]!);
    else if (operand.type === 'f32') this.code.v128Float(operand.value);
    else if (operand.type === 'f64') this.code.v128Double(operand.value);
    else this.code.v128([operand.value, operand.value, operand.value, operand.value]);
  }

  /** Applies what `emit` writes, with the operands on the stack, to each unit. */
  apply(operands: readonly Operand[], emit: (code: Code) => void): Group {
    const units = operands.find(isGroup)!.length;
    const result: number[] = [];
    for (let unit = 0; unit < units; unit++) {
      for (const operand of operands) this.push(operand, unit);
      emit(this.code);
      const local = this.fresh();
      this.code.set(local);
      result.push(local);
    }
    return result;
  }

  op(name: PlainOp, ...operands: readonly Operand[]): Group {
    return this.apply(operands, (code) => code.op(name));
  }

  add = (a: Operand, b: Operand): Group => this.op('f32x4.add', a, b);
  sub = (a: Operand, b: Operand): Group => this.op('f32x4.sub', a, b);
  mul = (a: Operand, b: Operand): Group => this.op('f32x4.mul', a, b);
  div = (a: Operand, b: Operand): Group => this.op('f32x4.div', a, b);
  sqrt = (a: Operand): Group => this.op('f32x4.sqrt', a);
  abs = (a: Operand): Group => this.op('f32x4.abs', a);
  neg = (a: Operand): Group => this.op('f32x4.neg', a);
  and = (a: Operand, b: Operand): Group => this.op('v128.and', a, b);
  or = (a: Operand, b: Operand): Group => this.op('v128.or', a, b);
  xor = (a: Operand, b: Operand): Group => this.op('v128.xor', a, b);

  /** a · b + c, fused where the machine can. */
  madd(a: Operand, b: Operand, c: Operand): Group {
    if (this.relaxed) return this.op('f32x4.relaxed_madd', a, b, c);
    return this.apply([c, a, b], (code) => code.op('f32x4.mul', 'f32x4.add'));
  }

  /** a · b + c on doubles. */
  maddDouble(a: Operand, b: Operand, c: Operand): Group {
    if (this.relaxed) return this.op('f64x2.relaxed_madd', a, b, c);
    return this.apply([c, a, b], (code) => code.op('f64x2.mul', 'f64x2.add'));
  }

  /** mask ? a : b, bit by bit. */
  select(mask: Operand, a: Operand, b: Operand): Group {
    return this.op('v128.bitselect', a, b, mask);
  }

  shift(name: 'i32x4.shl' | 'i32x4.shr_s' | 'i32x4.shr_u' | 'i64x2.shl', a: Operand, count: number): Group {
    return this.apply([a], (code) => code.i32(count).op(name));
  }

  /** c[0] + c[1] x + c[2] x² + … by Horner's rule. */
  polynomial(x: Operand, coefficients: readonly number[]): Group {
    const highest = coefficients.length - 1;
    let sum: Operand = f32(coefficients[highest]!);
    for (let i = highest - 1; i >= 0; i--) sum = this.madd(sum, x, f32(coefficients[i]!));
    return sum as Group;
  }

  polynomialDouble(x: Operand, coefficients: readonly number[]): Group {
    const highest = coefficients.length - 1;
    let sum: Operand = f64(coefficients[highest]!);
    for (let i = highest - 1; i >= 0; i--) sum = this.maddDouble(sum, x, f64(coefficients[i]!));
    return sum as Group;
  }

  /** Four floats as two groups of doubles, low lanes first, and back. */
  promote(x: Group): Group {
    return x.flatMap((unit) => [
      ...this.apply([[unit]], (code) => code.op('f64x2.promote_low_f32x4')),
      ...this.apply([[unit], [unit]], (code) => code.shuffle32(2, 3, 2, 3).op('f64x2.promote_low_f32x4')),
    ]);
  }
  demote(x: Group): Group {
    return this.pairs(this.op('f32x4.demote_f64x2_zero', x));
  }
  /** Doubles to 32-bit integers. */
  truncateDouble(x: Group): Group {
    return this.pairs(this.op('i32x4.trunc_sat_f64x2_s_zero', x));
  }
  /** The low halves of each two units, joined. */
  private pairs(x: Group): Group {
    const result: number[] = [];
    for (let unit = 0; unit < x.length; unit += 2) {
      result.push(...this.apply([[x[unit]!], [x[unit + 1]!]], (code) => code.shuffle32(0, 1, 4, 5)));
    }
    return result;
  }

  /** The magnitude of `a` with the sign of `b`. */
  copySign(a: Operand, b: Operand): Group {
    return this.select(SIGN, b, a);
  }

  /** The upper limit, with NaN kept. */
  atMost = (x: Operand, limit: number): Group => this.op('f32x4.pmin', x, f32(limit));
  atLeast = (x: Operand, limit: number): Group => this.op('f32x4.pmax', x, f32(limit));
}
