// Vector code for expressions: the iterations of one loop lie in the lanes of v128 values.
// Owns: one v128 ("unit") of each loop IR operation. A 32-bit value of P parts has P units of four lanes, a 64-bit value 2 P
// units of two lanes; a bool is a mask of 32-bit lanes. What does not vary over lanes is computed as a scalar and spread.
import {
  type BinaryOp,
  type Combine,
  type Expr,
  type FloatUnary,
  type Register,
  storageBytes,
} from '../../../compiler/loop-ir.ts';
import { takesTwo } from '../library.ts';
import { unaryFunctions } from '../math/functions.ts';
import { VectorBuilder } from '../math/vector-builder.ts';
import { pushAddress } from './address.ts';
import { affineOf } from './affine.ts';
import { isWide } from './analysis.ts';
import type { KernelContext } from './context.ts';
import { assembleLanes, pushLane, withTemporary } from './lanes.ts';
import { pushConstant } from './scalar.ts';
import { divide, emitConvert, isMachineUnary, numeric, scalarOperators } from './scalar-operators.ts';
import { vectorConvert } from './vector-convert.ts';
import { pushMask, pushVectorLoad } from './vector-load.ts';

export const shapeOf = { f32: 'f32x4', f64: 'f64x2', i32: 'i32x4', i64: 'i64x2', bool: 'v128' } as const;

export function pushVector(k: KernelContext, e: Expr, unit: number, depth: number): void {
  const code = k.codeAt(depth);
  if (!k.varies(e)) {
    pushSplat(k, e, depth);
    return;
  }
  if (e.op === 'local') {
    const place = k.places.get(e.local)!;
    if ('units' in place) code.get(place.units[unit]!);
    else throw new RangeError(`local ${e.local.name} does not vary over lanes`);
    return;
  }
  const home = k.home(e, depth);
  const { vectors } = k.scopes[home]!;
  const known = vectors.get(e)?.[unit];
  if (known !== undefined) {
    code.get(known);
    return;
  }
  if (isPolynomial(e)) {
    polynomial(k, e, home);
    code.get(vectors.get(e)![unit]!);
    return;
  }
  compute(k, e, unit, home);
  if (home === depth && k.analysis.uses(e) < 2) return;
  const local = k.allocate('v128', home);
  const units = vectors.get(e);
  if (units) units[unit] = local;
  else {
    const list: (number | undefined)[] = [];
    list[unit] = local;
    vectors.set(e, list);
  }
  if (home === depth) code.tee(local);
  else {
    k.codeAt(home).set(local);
    code.get(local);
  }
}

/** Pushes a value that is the same in all lanes. */
function pushSplat(k: KernelContext, e: Expr, depth: number): void {
  const code = k.codeAt(depth);
  if (e.op === 'const') {
    pushSplatConstant(k, e.type, e.value, depth);
    return;
  }
  const home = k.home(e, depth);
  const cache = k.scopes[home]!.splats;
  const known = cache.get(e);
  if (known !== undefined) {
    code.get(known);
    return;
  }
  const homeCode = k.codeAt(home);
  const storage = e.op === 'load' && !e.guard ? k.kernel.buffers[e.buffer]!.storage : undefined;
  if (e.op === 'load' && storage && storageBytes[storage] >= 4 && k.analysis.uses(e) < 2) {
    // Read and spread in one instruction.
    const offset = pushAddress(k, e.buffer, storage, affineOf(e.index), 0, home);
    homeCode.memory(storageBytes[storage] === 4 ? 'v128.load32_splat' : 'v128.load64_splat', offset);
    keepSplat(k, cache, e, home, depth);
    return;
  }
  k.emit.scalar(e, home);
  if (e.type === 'bool') homeCode.i32(0).op('i32.ne').i32(-1).op('i32.mul', 'i32x4.splat');
  else homeCode.op(`${shapeOf[e.type]}.splat`);
  keepSplat(k, cache, e, home, depth);
}

/** Keeps the vector on the stack of the scope at `home` and pushes it at `depth`. */
function keepSplat(k: KernelContext, cache: Map<Expr, number>, e: Expr, home: number, depth: number): void {
  const local = k.allocate('v128', home);
  cache.set(e, local);
  if (home === depth) k.codeAt(depth).tee(local);
  else {
    k.codeAt(home).set(local);
    k.codeAt(depth).get(local);
  }
}

export function pushSplatConstant(k: KernelContext, type: Register, value: number | bigint, depth: number): void {
  const code = k.codeAt(depth);
  switch (type) {
    case 'f32':
      code.v128Float(Number(value));
      return;
    case 'f64':
      code.v128Double(Number(value));
      return;
    case 'bool': {
      const mask = Number(value) === 0 ? 0 : -1;
      code.v128([mask, mask, mask, mask]);
      return;
    }
    case 'i32': {
      const bits = Number(BigInt.asIntN(32, BigInt(value)));
      code.v128([bits, bits, bits, bits]);
      return;
    }
    case 'i64': {
      const bits = BigInt.asIntN(64, BigInt(value));
      const [low, high] = [Number(BigInt.asIntN(32, bits)), Number(BigInt.asIntN(32, bits >> 32n))];
      code.v128([low, high, low, high]);
    }
  }
}

/** float32 functions that are polynomials: computed for all parts together, so that they overlap. */
const isPolynomial = (e: Expr): boolean =>
  e.type === 'f32' && ((e.op === 'unary' && !isMachineUnary(e.fn)) || (e.op === 'binary' && takesTwo(e.fn)));

/** Short and hot enough to stand in the loop itself. */
const inlined: ReadonlySet<string> = new Set(['exp', 'tanh', 'log', 'expm1', 'erf']);

function polynomial(k: KernelContext, e: Expr, depth: number): void {
  const code = k.codeAt(depth);
  const units = k.units('f32');
  const made: number[] = [];
  const fresh = (): number => {
    const local = k.allocate('v128', depth);
    made.push(local);
    return local;
  };
  let results: readonly number[];
  if (e.op === 'unary' && inlined.has(e.fn)) {
    const input: number[] = [];
    for (let unit = 0; unit < units; unit++) {
      k.emit.vector(e.a, unit, depth);
      const local = fresh();
      code.set(local);
      input.push(local);
    }
    const b = new VectorBuilder(code, k.library.relaxed, fresh);
    results = unaryFunctions[e.fn as 'exp'](b, input, (fn) => k.library.doubleFunction(fn));
  } else {
    results = Array.from({ length: units }, (_, unit) => {
      if (e.op === 'unary') {
        k.emit.vector(e.a, unit, depth);
        code.call(k.library.vectorFunction(e.fn as FloatUnary));
      } else if (e.op === 'binary') {
        k.emit.vector(e.a, unit, depth);
        k.emit.vector(e.b, unit, depth);
        code.call(k.library.vectorFunction(e.fn as 'pow' | 'atan2' | 'rem'));
      }
      const local = k.allocate('v128', depth);
      code.set(local);
      return local;
    });
  }
  for (const local of made) if (!results.includes(local)) k.release(local, depth);
  k.scopes[depth]!.vectors.set(e, [...results]);
}

function compute(k: KernelContext, e: Expr, unit: number, depth: number): void {
  const code = k.codeAt(depth);
  const push = (child: Expr) => k.emit.vector(child, unit, depth);
  switch (e.op) {
    case 'index': {
      const { index } = k.loops.get(e.loop)!;
      const lanes = [0, 1, 2, 3].map((lane) => lane + unit * 4);
      if ('constant' in index) code.v128(lanes.map((lane) => lane + index.constant));
      else code.get(index.local).op('i32x4.splat').v128(lanes).op('i32x4.add');
      return;
    }
    case 'load':
      pushVectorLoad(k, e, unit, depth);
      return;
    case 'unary':
      unary(k, e, unit, depth);
      return;
    case 'binary':
      vectorBinary(k, e.fn, e.type, e.signed, e.a, e.b, unit, depth);
      return;
    case 'multiplyAdd': {
      const shape = e.type === 'f32' ? 'f32x4' : 'f64x2';
      push(e.a);
      push(e.b);
      if (!k.library.relaxed) code.op(`${shape}.mul`);
      push(e.c);
      code.op(k.library.relaxed ? `${shape}.relaxed_madd` : `${shape}.add`);
      return;
    }
    case 'compare':
      compareVectors(k, e, unit, depth);
      return;
    case 'select': {
      const zero = (x: Expr) => x.op === 'const' && Object.is(Number(x.value), 0);
      if (zero(e.b)) {
        push(e.a);
        pushMask(k, e.condition, unit, isWide(e.type), depth);
        code.op('v128.and');
      } else if (zero(e.a)) {
        push(e.b);
        pushMask(k, e.condition, unit, isWide(e.type), depth);
        code.op('v128.andnot');
      } else {
        push(e.a);
        push(e.b);
        pushMask(k, e.condition, unit, isWide(e.type), depth);
        code.op('v128.bitselect');
      }
      return;
    }
    case 'convert':
      if (!vectorConvert(k, e.a, e.type, e.signed, unit, depth)) {
        assembleLanes(k, e.type as Exclude<Register, 'bool'>, unit, depth, (lane) => {
          pushLane(k, e.a, lane, depth);
          emitConvert(code, e.a.type, e.type, e.signed);
        });
      }
      return;
    case 'bitcast':
      push(e.a);
      return;
    default:
      return;
  }
}

function unary(k: KernelContext, e: Extract<Expr, { op: 'unary' }>, unit: number, depth: number): void {
  const code = k.codeAt(depth);
  const { fn, type } = e;
  if (type === 'f32' || type === 'f64') {
    if (isMachineUnary(fn)) {
      k.emit.vector(e.a, unit, depth);
      code.op(numeric(shapeOf[type], fn));
    } else {
      assembleLanes(k, type, unit, depth, (lane) => {
        pushLane(k, e.a, lane, depth);
        scalarOperators.unary(k, fn, type, depth);
      });
    }
    return;
  }
  const shape = shapeOf[type as 'i32' | 'i64'];
  k.emit.vector(e.a, unit, depth);
  const bits = type === 'i64' ? 64 : 32;
  switch (fn) {
    case 'neg':
    case 'abs':
      code.op(`${shape}.${fn}`);
      return;
    case 'not':
      code.op('v128.not');
      return;
    case 'extend8':
    case 'extend16': {
      const count = bits - (fn === 'extend8' ? 8 : 16);
      code.i32(count).op(`${shape}.shl`);
      if (type === 'i64') code.i32(count).op('i64x2.shr_s');
      else code.i32(count).op('i32x4.shr_s');
      return;
    }
    default: {
      const mask = fn === 'mask8' ? 0xff : 0xffff;
      code.v128(type === 'i64' ? [mask, 0, mask, 0] : [mask, mask, mask, mask]).op('v128.and');
    }
  }
}

const isQuiet = (e: Expr): boolean => e.op === 'const' && !Number.isNaN(Number(e.value));

function vectorBinary(
  k: KernelContext,
  fn: BinaryOp,
  type: Register,
  signed: boolean,
  a: Expr,
  b: Expr,
  unit: number,
  depth: number,
): void {
  const code = k.codeAt(depth);
  const push = (child: Expr) => k.emit.vector(child, unit, depth);
  const byLanes = () => {
    if (type === 'bool') return;
    assembleLanes(k, type, unit, depth, (lane) => {
      if ((fn === 'div' || fn === 'rem') && (type === 'i32' || type === 'i64')) {
        divide(
          k,
          fn,
          type,
          signed,
          b,
          () => pushLane(k, a, lane, depth),
          () => pushLane(k, b, lane, depth),
          depth,
        );
        return;
      }
      pushLane(k, a, lane, depth);
      if (b.op === 'const') pushConstant(k, b.type, b.value, depth);
      else pushLane(k, b, lane, depth);
      scalarOperators.binary(k, fn, type, signed, depth, b);
    });
  };
  if ((type === 'i32' || type === 'i64') && (fn === 'shiftLeft' || fn === 'shiftRight')) {
    const bits = type === 'i64' ? 64 : 32;
    if (b.op === 'const' && Number(b.value) >= 0 && Number(b.value) < bits) {
      push(a);
      code.i32(Number(b.value));
      if (fn === 'shiftLeft') code.op(type === 'i64' ? 'i64x2.shl' : 'i32x4.shl');
      else if (type === 'i64') code.op(signed ? 'i64x2.shr_s' : 'i64x2.shr_u');
      else code.op(signed ? 'i32x4.shr_s' : 'i32x4.shr_u');
    } else byLanes();
    return;
  }
  const floats = type === 'f32' || type === 'f64';
  if (fn === 'rem' || fn === 'pow' || fn === 'atan2' || (fn === 'div' && !floats)) {
    byLanes();
    return;
  }
  if (floats && (fn === 'max' || fn === 'min')) {
    // pmax(x, c) is x < c ? c : x, one instruction, and right for a NaN in x when c is none.
    const [x, c] = isQuiet(a) ? [b, a] : [a, b];
    if (isQuiet(c)) {
      push(x);
      push(c);
      code.op(`${shapeOf[type]}.p${fn}`);
      return;
    }
  }
  push(a);
  push(b);
  combineUnits(k, fn, type, signed, depth);
}

/** With two units on the stack. Bools take add, or, max as or, and mul, and, min as and. */
export function combineUnits(
  k: KernelContext,
  fn: BinaryOp | Combine,
  type: Register,
  signed: boolean,
  depth: number,
): void {
  const code = k.codeAt(depth);
  if (type === 'bool') {
    code.op(fn === 'and' || fn === 'mul' || fn === 'min' ? 'v128.and' : fn === 'xor' ? 'v128.xor' : 'v128.or');
    return;
  }
  if (fn === 'and' || fn === 'or' || fn === 'xor') {
    code.op(`v128.${fn}`);
    return;
  }
  if (type === 'f32' || type === 'f64') {
    code.op(numeric(shapeOf[type], fn));
    return;
  }
  if (fn !== 'min' && fn !== 'max') {
    code.op(numeric(shapeOf[type], fn));
    return;
  }
  if (type === 'i32') {
    code.op(numeric('i32x4', `${fn}_${signed ? 's' : 'u'}`));
    return;
  }
  // 64-bit integers compare with a sign only: the top bit is flipped for those without.
  withTemporary(k, 'v128', depth, (x) =>
    withTemporary(k, 'v128', depth, (y) => {
      const operand = (local: number) => {
        code.get(local);
        if (!signed) code.v128([0, -2147483648, 0, -2147483648]).op('v128.xor');
      };
      code.set(y).tee(x).get(y);
      operand(x);
      operand(y);
      code.op(fn === 'min' ? 'i64x2.lt_s' : 'i64x2.gt_s', 'v128.bitselect');
    }),
  );
}

function compareVectors(k: KernelContext, e: Extract<Expr, { op: 'compare' }>, unit: number, depth: number): void {
  const code = k.codeAt(depth);
  const type = e.a.type;
  const one = (u: number) => {
    if (type === 'bool') {
      // As integers 0 and 1: the masks' negatives.
      for (const child of [e.a, e.b]) {
        k.emit.vector(child, u, depth);
        code.op('i32x4.neg');
      }
      code.op(numeric('i32x4', e.fn === 'eq' || e.fn === 'ne' ? e.fn : `${e.fn}_s`));
      return;
    }
    const flip = type === 'i64' && !e.signed && e.fn !== 'eq' && e.fn !== 'ne';
    for (const child of [e.a, e.b]) {
      k.emit.vector(child, u, depth);
      if (flip) code.v128([0, -2147483648, 0, -2147483648]).op('v128.xor');
    }
    const plain = type === 'f32' || type === 'f64' || e.fn === 'eq' || e.fn === 'ne';
    const sign = type === 'i64' || e.signed ? 's' : 'u';
    code.op(numeric(shapeOf[type], plain ? e.fn : `${e.fn}_${sign}`));
  };
  if (isWide(type)) {
    one(unit * 2);
    one(unit * 2 + 1);
    code.shuffle32(0, 2, 4, 6);
  } else one(unit);
}
