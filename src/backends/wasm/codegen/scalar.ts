// Scalar code for expressions: what does not vary over lanes, and everything where no loop is vectorised.
// Owns: one WebAssembly scalar for each loop IR operation. A value is computed at its home and kept when used twice.

import type { MemoryOp } from '../../../assembler/opcodes.ts';
import type { Expr, Register } from '../../../compiler/loop-ir.ts';
import { pushAddress } from './address.ts';
import { affineOf } from './affine.ts';
import { isWide } from './analysis.ts';
import type { KernelContext } from './context.ts';
import { divide, emitConvert, numeric, scalarOperators } from './scalar-operators.ts';

export const scalarType = (type: Register): 'i32' | 'i64' | 'f32' | 'f64' => (type === 'bool' ? 'i32' : type);

export const scalarLoad: Readonly<Record<string, MemoryOp>> = {
  f32: 'f32.load',
  f64: 'f64.load',
  i8: 'i32.load8_s',
  i16: 'i32.load16_s',
  i32: 'i32.load',
  i64: 'i64.load',
  u8: 'i32.load8_u',
  u16: 'i32.load16_u',
  u32: 'i32.load',
  u64: 'i64.load',
  bool: 'i32.load8_u',
};
export const scalarStore: Readonly<Record<string, MemoryOp>> = {
  f32: 'f32.store',
  f64: 'f64.store',
  i8: 'i32.store8',
  i16: 'i32.store16',
  i32: 'i32.store',
  i64: 'i64.store',
  u8: 'i32.store8',
  u16: 'i32.store16',
  u32: 'i32.store',
  u64: 'i64.store',
  bool: 'i32.store8',
};

export function pushConstant(k: KernelContext, type: Register, value: number | bigint, depth: number): void {
  const code = k.codeAt(depth);
  switch (type) {
    case 'f32':
      code.f32(Number(value));
      return;
    case 'f64':
      code.f64(Number(value));
      return;
    case 'i64':
      code.i64(BigInt(value));
      return;
    case 'bool':
      code.i32(Number(value) === 0 ? 0 : 1);
      return;
    case 'i32':
      code.i32(Number(BigInt.asIntN(32, BigInt(value))));
  }
}

export function pushScalar(k: KernelContext, e: Expr, depth: number): void {
  const code = k.codeAt(depth);
  if (e.op === 'const') {
    pushConstant(k, e.type, e.value, depth);
    return;
  }
  if (e.op === 'index') {
    const { index } = k.loops.get(e.loop)!;
    if ('constant' in index) code.i32(index.constant);
    else code.get(index.local);
    return;
  }
  if (e.op === 'local') {
    const place = k.places.get(e.local)!;
    if ('scalar' in place) code.get(place.scalar);
    else throw new RangeError(`local ${e.local.name} varies over lanes`);
    return;
  }
  const home = k.home(e, depth);
  const cache = k.scopes[home]!.scalars;
  const known = cache.get(e);
  if (known !== undefined) {
    code.get(known);
    return;
  }
  compute(k, e, home);
  if (home === depth && k.analysis.uses(e) < 2) return;
  const local = k.allocate(scalarType(e.type), home);
  cache.set(e, local);
  if (home === depth) code.tee(local);
  else {
    k.codeAt(home).set(local);
    code.get(local);
  }
}

function compute(k: KernelContext, e: Expr, depth: number): void {
  const code = k.codeAt(depth);
  const push = (child: Expr) => pushScalar(k, child, depth);
  switch (e.op) {
    case 'load': {
      const { storage } = k.kernel.buffers[e.buffer]!;
      const offset = e.guard ? 0 : pushAddress(k, e.buffer, storage, affineOf(e.index), 0, depth);
      if (e.guard) {
        // Nothing is read where the guard is false: the buffer's first element stands in.
        const constant = pushAddress(k, e.buffer, storage, affineOf(e.index), 0, depth);
        if (constant !== 0) code.i32(constant).op('i32.add');
        code.get(k.pointer(e.buffer));
        push(e.guard);
        code.op('select');
      }
      code.memory(scalarLoad[storage]!, offset);
      if (e.type === 'bool') code.i32(0).op('i32.ne');
      if (e.guard) {
        push(e.otherwise!);
        push(e.guard);
        code.op('select');
      }
      return;
    }
    case 'unary':
      push(e.a);
      scalarOperators.unary(k, e.fn, e.type, depth);
      return;
    case 'binary':
      if (e.type === 'i32' || e.type === 'i64') {
        if (e.fn === 'div' || e.fn === 'rem') {
          divide(
            k,
            e.fn,
            e.type,
            e.signed,
            e.b,
            () => push(e.a),
            () => push(e.b),
            depth,
          );
          return;
        }
      }
      push(e.a);
      push(e.b);
      scalarOperators.binary(k, e.fn, e.type, e.signed, depth, e.b);
      return;
    case 'multiplyAdd':
      if (k.library.relaxed) {
        const lanes = e.type === 'f32' ? 'f32x4' : 'f64x2';
        for (const child of [e.a, e.b, e.c]) {
          push(child);
          code.op(`${lanes}.splat`);
        }
        code.op(`${lanes}.relaxed_madd`).lane(`${lanes}.extract_lane`, 0);
        return;
      }
      push(e.a);
      push(e.b);
      code.op(`${e.type}.mul`);
      push(e.c);
      code.op(`${e.type}.add`);
      return;
    case 'compare': {
      push(e.a);
      push(e.b);
      const type = scalarType(e.a.type);
      if (type === 'f32' || type === 'f64' || e.fn === 'eq' || e.fn === 'ne') code.op(numeric(type, e.fn));
      else code.op(numeric(type, `${e.fn}_${e.signed && e.a.type !== 'bool' ? 's' : 'u'}`));
      return;
    }
    case 'select':
      push(e.a);
      push(e.b);
      push(e.condition);
      code.op('select');
      return;
    case 'convert':
      push(e.a);
      emitConvert(code, e.a.type, e.type, e.signed);
      return;
    case 'bitcast':
      push(e.a);
      if (isWide(e.type)) code.op(e.type === 'f64' ? 'f64.reinterpret_i64' : 'i64.reinterpret_f64');
      else code.op(e.type === 'f32' ? 'f32.reinterpret_i32' : 'i32.reinterpret_f32');
      return;
    default:
      return;
  }
}
