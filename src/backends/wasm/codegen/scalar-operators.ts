// WebAssembly scalars for the operators of the loop IR, with operands on the stack.
// Owns: unary and binary operators, conversions, and integer division that never traps.

import type { Code } from '../../../assembler/code.ts';
import { encoding, type PlainOp } from '../../../assembler/opcodes.ts';
import type { BinaryOp, Combine, Expr, FloatUnary, Register, UnaryOp } from '../../../compiler/loop-ir.ts';
import type { DoubleFunction } from '../library.ts';
import type { KernelContext } from './context.ts';

/** The instruction `type.name`; the tables of this file only ask for those that exist. */
export function numeric(type: string, name: string): PlainOp {
  const op = `${type}.${name}`;
  if (!(op in encoding)) throw new RangeError(`no instruction ${op}`);
  return op as PlainOp;
}

const machineUnary: ReadonlySet<string> = new Set(['neg', 'abs', 'sqrt', 'floor', 'ceil', 'trunc', 'nearest']);
/** Whether a float operation is a single instruction, scalar and vector. */
export const isMachineUnary = (fn: UnaryOp): boolean => machineUnary.has(fn);

function unary(k: KernelContext, fn: UnaryOp, type: Register, depth: number): void {
  const code = k.codeAt(depth);
  if (type === 'f32') {
    if (isMachineUnary(fn)) code.op(numeric('f32', fn));
    else
      code
        .op('f32x4.splat')
        .call(k.library.vectorFunction(fn as FloatUnary))
        .lane('f32x4.extract_lane', 0);
    return;
  }
  if (type === 'f64') {
    if (isMachineUnary(fn)) code.op(numeric('f64', fn));
    else if (fn === 'roundF16' || fn === 'roundBf16') {
      code.op('f32.demote_f64', 'f32x4.splat').call(k.library.vectorFunction(fn));
      code.lane('f32x4.extract_lane', 0).op('f64.promote_f32');
    } else code.call(k.library.doubleFunction(fn as DoubleFunction));
    return;
  }
  const wide = type === 'i64';
  const literal = (value: number) => (wide ? code.i64(BigInt(value)) : code.i32(value));
  const shiftUpDown = (bits: number) => {
    const count = (wide ? 64 : 32) - bits;
    literal(count).op(numeric(type, 'shl'));
    literal(count).op(numeric(type, 'shr_s'));
  };
  switch (fn) {
    case 'neg':
      literal(-1).op(numeric(type, 'mul'));
      return;
    case 'abs': {
      const x = k.allocate(wide ? 'i64' : 'i32', depth);
      const sign = k.allocate(wide ? 'i64' : 'i32', depth);
      code.tee(x);
      literal(wide ? 63 : 31)
        .op(numeric(type, 'shr_s'))
        .tee(sign)
        .get(x)
        .op(numeric(type, 'xor'))
        .get(sign)
        .op(numeric(type, 'sub'));
      k.release(x, depth);
      k.release(sign, depth);
      return;
    }
    case 'not':
      literal(-1).op(numeric(type, 'xor'));
      return;
    case 'extend8':
      shiftUpDown(8);
      return;
    case 'extend16':
      shiftUpDown(16);
      return;
    case 'mask8':
      literal(0xff).op(numeric(type, 'and'));
      return;
    case 'mask16':
      literal(0xffff).op(numeric(type, 'and'));
      return;
    default:
      throw new RangeError(`no ${fn} of ${type}`);
  }
}

/** Also combines: bools take add, or, max as or, and mul, and, min as and. `b` is the right operand when it is known. */
function binary(
  k: KernelContext,
  fn: BinaryOp | Combine,
  type: Register,
  signed: boolean,
  depth: number,
  b?: Expr,
): void {
  const code = k.codeAt(depth);
  if (type === 'bool') {
    code.op(fn === 'and' || fn === 'mul' || fn === 'min' ? 'i32.and' : fn === 'xor' ? 'i32.xor' : 'i32.or');
    return;
  }
  if (type === 'f32' || type === 'f64') {
    if (fn === 'pow' || fn === 'atan2') {
      if (type === 'f64') code.call(k.library.doubleFunction(fn));
      else {
        const right = k.allocate('f32', depth);
        code.set(right).op('f32x4.splat').get(right).op('f32x4.splat').call(k.library.vectorFunction(fn));
        code.lane('f32x4.extract_lane', 0);
        k.release(right, depth);
      }
    } else if (fn === 'rem') {
      if (type === 'f64') code.call(k.library.doubleFunction('rem'));
      else {
        const right = k.allocate('f32', depth);
        code.set(right).op('f64.promote_f32').get(right).op('f64.promote_f32');
        code.call(k.library.doubleFunction('rem')).op('f32.demote_f64');
        k.release(right, depth);
      }
    } else code.op(numeric(type, fn));
    return;
  }
  switch (fn) {
    case 'min':
    case 'max': {
      const x = k.allocate(type, depth);
      const y = k.allocate(type, depth);
      code.set(y).tee(x).get(y).get(x).get(y);
      code.op(numeric(type, `${fn === 'min' ? 'lt' : 'gt'}_${signed ? 's' : 'u'}`), 'select');
      k.release(x, depth);
      k.release(y, depth);
      return;
    }
    case 'shiftLeft':
    case 'shiftRight':
      shift(k, fn, type, signed, depth, b);
      return;
    default:
      code.op(numeric(type, fn));
  }
}

/** Shifts by the width or more give 0, or the sign; the machine's take the count modulo the width. */
function shift(
  k: KernelContext,
  fn: 'shiftLeft' | 'shiftRight',
  type: 'i32' | 'i64',
  signed: boolean,
  depth: number,
  b: Expr | undefined,
): void {
  const code = k.codeAt(depth);
  const bits = type === 'i64' ? 64 : 32;
  const literal = (value: number) => (type === 'i64' ? code.i64(BigInt(value)) : code.i32(value));
  const op = fn === 'shiftLeft' ? numeric(type, 'shl') : numeric(type, signed ? 'shr_s' : 'shr_u');
  if (b?.op === 'const' && Number(b.value) >= 0 && Number(b.value) < bits) {
    code.op(op);
    return;
  }
  const count = k.allocate(type, depth);
  const x = k.allocate(type, depth);
  code.set(count).tee(x).get(count).op(op);
  if (fn === 'shiftRight' && signed) {
    code.get(x);
    literal(bits - 1).op(numeric(type, 'shr_s'));
  } else literal(0);
  code.get(count);
  literal(bits).op(numeric(type, 'lt_u'), 'select');
  k.release(count, depth);
  k.release(x, depth);
}

/** Integer division and remainder; by zero they give 0, and the smallest integer by −1 wraps. */
export function divide(
  k: KernelContext,
  fn: 'div' | 'rem',
  type: 'i32' | 'i64',
  signed: boolean,
  b: Expr | undefined,
  pushA: () => void,
  pushB: () => void,
  depth: number,
): void {
  const code = k.codeAt(depth);
  const literal = (value: number) => (type === 'i64' ? code.i64(BigInt(value)) : code.i32(value));
  const op = numeric(type, `${fn}_${signed ? 's' : 'u'}`);
  if (b?.op === 'const' && Number(b.value) !== 0 && !(signed && Number(b.value) === -1)) {
    pushA();
    pushB();
    code.op(op);
    return;
  }
  const x = k.allocate(type, depth);
  const y = k.allocate(type, depth);
  pushA();
  code.set(x);
  pushB();
  code.tee(y).op(`${type}.eqz`).if(type);
  literal(0).else();
  if (signed && fn === 'div') {
    code.get(y);
    literal(-1).op(numeric(type, 'eq')).if(type);
    literal(0).get(x).op(numeric(type, 'sub')).else();
    code.get(x).get(y).op(op).end();
  } else code.get(x).get(y).op(op); // the remainder by −1 is defined as 0
  code.end();
  k.release(x, depth);
  k.release(y, depth);
}

export function emitConvert(code: Code, from: Register, to: Register, signed: boolean): void {
  const sign = signed ? 's' : 'u';
  if (from === to) return;
  if (to === 'bool') {
    if (from === 'i64') code.i64(0n).op('i64.ne');
    else if (from === 'f32') code.f32(0).op('f32.ne');
    else if (from === 'f64') code.f64(0).op('f64.ne');
    else code.i32(0).op('i32.ne');
    return;
  }
  if (from === 'bool') {
    if (to === 'i64') code.op('i64.extend_i32_u');
    else if (to !== 'i32') code.op(`${to}.convert_i32_u`);
    return;
  }
  if (from === 'f32' || from === 'f64') {
    if (to === 'f64') code.op('f64.promote_f32');
    else if (to === 'f32') code.op('f32.demote_f64');
    else code.op(numeric(to, `trunc_sat_${from}_${sign}`));
    return;
  }
  if (to === 'i64') code.op(numeric('i64', `extend_i32_${sign}`));
  else if (to === 'i32') code.op('i32.wrap_i64');
  else code.op(numeric(to, `convert_${from}_${sign}`));
}

export const scalarOperators = { unary, binary };
