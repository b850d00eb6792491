// Loop IR executed in plain JavaScript, one element at a time: what every code generator is tested against.
// Owns: the meaning of statements and expressions. Slow on purpose. Reads and writes outside a buffer throw.
import type { TypedArray } from '../base/dtype.ts';
import { assert } from '../base/errors.ts';
import { erf, erfc } from '../base/special.ts';
import type {
  Accumulator,
  Combine,
  CompareOp,
  Expr,
  FloatUnary,
  Local,
  LoopIndex,
  LoopKernel,
  Register,
  Statement,
  UnaryOp,
} from './loop-ir.ts';

/** f32 and f64 are numbers, i32 signed numbers, i64 signed BigInts, bool 0 or 1. */
type Value = number | bigint;

interface Frame {
  readonly buffers: readonly TypedArray[];
  readonly kernel: LoopKernel;
  readonly indices: Map<LoopIndex, number>;
  readonly locals: Map<Local, Value>;
  /** Values of shared expressions, one layer for each open loop body. */
  readonly layers: Map<Expr, Value>[];
}

/** Runs a loop kernel over `buffers` for the outer range [begin, end). */
export function interpretLoops(
  kernel: LoopKernel,
  buffers: readonly TypedArray[],
  begin = 0,
  end = kernel.outer.extent,
): void {
  const frame: Frame = { buffers, kernel, indices: new Map(), locals: new Map(), layers: [] };
  for (let i = begin; i < end; i++) {
    frame.indices.set(kernel.outer, i);
    runBody(frame, kernel.body);
  }
}

function runBody(frame: Frame, body: readonly Statement[]): void {
  frame.layers.push(new Map());
  for (const statement of body) run(frame, statement);
  frame.layers.pop();
}

function setLocal(frame: Frame, local: Local, value: Value): void {
  frame.locals.set(local, value);
  // Whatever was computed from the old value is computed again.
  for (const layer of frame.layers) layer.clear();
}

function run(frame: Frame, statement: Statement): void {
  switch (statement.kind) {
    case 'loop':
      for (let i = 0; i < statement.loop.extent; i++) {
        frame.indices.set(statement.loop, i);
        runBody(frame, statement.body);
      }
      return;
    case 'if':
      if (evaluate(frame, statement.condition) !== 0) runBody(frame, statement.body);
      return;
    case 'set':
      setLocal(frame, statement.local, evaluate(frame, statement.value));
      return;
    case 'store':
      element(frame, statement.buffer, statement.index, evaluate(frame, statement.value));
      return;
    case 'update': {
      const type = statement.value.type;
      const value = evaluate(frame, statement.value);
      const old = toRegister(element(frame, statement.buffer, statement.index), type);
      element(frame, statement.buffer, statement.index, combine(statement.combine, type, statement.signed, old, value));
      return;
    }
    case 'reduce': {
      const totals = statement.accumulators.map((a) => wrap(a.local.type, a.initial));
      reduceOver(frame, statement.loops, 0, statement.accumulators, totals);
      statement.accumulators.forEach((a, i) => {
        const total = totals[i]!;
        setLocal(frame, a.local, a.local.type === 'f32' ? Math.fround(Number(total)) : total);
      });
    }
  }
}

function reduceOver(
  frame: Frame,
  loops: readonly LoopIndex[],
  depth: number,
  accumulators: readonly Accumulator[],
  totals: Value[],
): void {
  const loop = loops[depth];
  if (!loop) {
    frame.layers.push(new Map());
    accumulators.forEach((a, i) => {
      // Float sums in double precision: the exact value that partial sums approach.
      const type = a.local.type === 'f32' && (a.combine === 'add' || a.combine === 'mul') ? 'f64' : a.local.type;
      totals[i] = combine(a.combine, type, a.signed, totals[i]!, evaluate(frame, a.value));
    });
    frame.layers.pop();
    return;
  }
  for (let i = 0; i < loop.extent; i++) {
    frame.indices.set(loop, i);
    reduceOver(frame, loops, depth + 1, accumulators, totals);
  }
}

/** Reads, or writes when a value is given, the element at `index`. */
function element(frame: Frame, buffer: number, index: Expr, value?: Value): Value {
  const array = frame.buffers[buffer]!;
  const at = Number(evaluate(frame, index));
  assert(
    Number.isInteger(at) && at >= 0 && at < array.length,
    `loop IR: element ${at} of buffer ${buffer} with ${array.length}`,
  );
  if (value === undefined) return array[at]!;
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) array[at] = BigInt(value);
  else array[at] = Number(value);
  return value;
}

const toRegister = (value: Value, type: Register): Value => wrap(type, value);

/** A value as the register holds it. */
function wrap(type: Register, value: Value): Value {
  switch (type) {
    case 'f32':
      return Math.fround(Number(value));
    case 'f64':
      return Number(value);
    case 'i32':
      return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value | 0;
    case 'i64':
      return BigInt.asIntN(64, BigInt(value));
    case 'bool':
      return Number(value) === 0 ? 0 : 1;
  }
}

function evaluate(frame: Frame, e: Expr): Value {
  for (const layer of frame.layers) {
    const known = layer.get(e);
    if (known !== undefined) return known;
  }
  const value = compute(frame, e);
  frame.layers[frame.layers.length - 1]!.set(e, value);
  return value;
}

function compute(frame: Frame, e: Expr): Value {
  switch (e.op) {
    case 'const':
      return wrap(e.type, e.value);
    case 'index': {
      const value = frame.indices.get(e.loop);
      assert(value !== undefined, `loop IR: index ${e.loop.name} outside its loop`);
      return value;
    }
    case 'local': {
      const value = frame.locals.get(e.local);
      assert(value !== undefined, `loop IR: local ${e.local.name} before it is set`);
      return value;
    }
    case 'load':
      if (e.guard && evaluate(frame, e.guard) === 0) return evaluate(frame, e.otherwise!);
      return toRegister(element(frame, e.buffer, e.index), e.type);
    case 'unary':
      return unary(e.fn, e.type, evaluate(frame, e.a));
    case 'binary':
      return binary(e.fn, e.type, e.signed, evaluate(frame, e.a), evaluate(frame, e.b));
    case 'multiplyAdd': {
      const [a, b, c] = [e.a, e.b, e.c].map((x) => Number(evaluate(frame, x))) as [number, number, number];
      return wrap(e.type, a * b + c);
    }
    case 'compare':
      return compare(e.fn, e.a.type, e.signed, evaluate(frame, e.a), evaluate(frame, e.b)) ? 1 : 0;
    case 'select':
      return evaluate(frame, evaluate(frame, e.condition) !== 0 ? e.a : e.b);
    case 'convert':
      return convert(e.a.type, e.type, e.signed, evaluate(frame, e.a));
    case 'bitcast':
      return bitcast(e.a.type, evaluate(frame, e.a));
  }
}

const isFloat = (type: Register): boolean => type === 'f32' || type === 'f64';
const unsigned = (type: Register, value: Value): Value =>
  type === 'i64' ? BigInt.asUintN(64, BigInt(value)) : Number(value) >>> 0;

function convert(from: Register, to: Register, signed: boolean, value: Value): Value {
  if (to === 'bool') return Number(value) !== 0 ? 1 : 0;
  if (isFloat(from) && (to === 'i32' || to === 'i64')) {
    const bits = to === 'i32' ? 32n : 64n;
    const low = signed ? -(1n << (bits - 1n)) : 0n;
    const high = signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
    const x = Number(value);
    if (Number.isNaN(x)) return wrap(to, 0);
    const whole = x === Number.POSITIVE_INFINITY ? high : x === Number.NEGATIVE_INFINITY ? low : BigInt(Math.trunc(x));
    return wrap(to, whole < low ? low : whole > high ? high : whole);
  }
  if (from === 'bool') return wrap(to, value);
  return wrap(to, isFloat(from) ? value : signed ? value : unsigned(from, value));
}

function bitcast(from: Register, value: Value): Value {
  const view = new DataView(new ArrayBuffer(8));
  switch (from) {
    case 'f32':
      view.setFloat32(0, Number(value));
      return view.getInt32(0);
    case 'i32':
      view.setInt32(0, Number(value));
      return view.getFloat32(0);
    case 'f64':
      view.setFloat64(0, Number(value));
      return view.getBigInt64(0);
    default:
      view.setBigInt64(0, BigInt(value));
      return view.getFloat64(0);
  }
}

function compare(fn: CompareOp, type: Register, signed: boolean, left: Value, right: Value): boolean {
  const a = signed || isFloat(type) ? left : unsigned(type, left);
  const b = signed || isFloat(type) ? right : unsigned(type, right);
  switch (fn) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
  }
}

function combine(fn: Combine, type: Register, signed: boolean, a: Value, b: Value): Value {
  return binary(fn, type, signed, a, b);
}

function roundHalfEven(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const rounded = Math.abs(x) + 2 ** 52 - 2 ** 52;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

/** To the nearest value with `bits` bits of significand, ties to even, and the exponent range of that format. */
function roundFloat(x: number, bits: number, smallest: number, largest: number): number {
  if (!Number.isFinite(x) || x === 0) return x;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), smallest);
  let step = 2 ** (exponent - bits + 1);
  if (Math.abs(x) / step >= 2 ** bits) step *= 2;
  const rounded = roundHalfEven(x / step) * step;
  return Math.abs(rounded) > largest ? Math.sign(x) * Number.POSITIVE_INFINITY : rounded;
}

const floatUnary: Readonly<Record<FloatUnary, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  nearest: roundHalfEven,
  roundF16: (x) => roundFloat(x, 11, -14, 65504),
  roundBf16: (x) => roundFloat(x, 8, -126, 2 ** 127 * (2 - 2 ** -7)),
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  erf,
  erfc,
};

function unary(fn: UnaryOp, type: Register, a: Value): Value {
  if (isFloat(type)) {
    return wrap(type, floatUnary[fn as FloatUnary](Number(a)));
  }
  const x = BigInt(a);
  switch (fn) {
    case 'neg':
      return wrap(type, -x);
    case 'abs':
      return wrap(type, x < 0n ? -x : x);
    case 'not':
      return wrap(type, ~x);
    case 'extend8':
      return wrap(type, BigInt.asIntN(8, x));
    case 'extend16':
      return wrap(type, BigInt.asIntN(16, x));
    case 'mask8':
      return wrap(type, BigInt.asUintN(8, x));
    default:
      return wrap(type, BigInt.asUintN(16, x));
  }
}

/** C's pow, where ECMAScript's differs: pow(1, NaN) = pow(±1, ±∞) = 1. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)) return 1;
  return a ** b;
}

function binary(fn: string, type: Register, signed: boolean, a: Value, b: Value): Value {
  if (isFloat(type)) return wrap(type, floatBinary(fn, Number(a), Number(b)));
  if (type === 'bool') {
    const [x, y] = [Number(a), Number(b)];
    switch (fn) {
      case 'and':
      case 'mul':
      case 'min':
        return x & y;
      case 'xor':
        return x ^ y;
      default:
        return x | y;
    }
  }
  const bits = type === 'i64' ? 64n : 32n;
  const [x, y] = [BigInt(signed ? a : unsigned(type, a)), BigInt(signed ? b : unsigned(type, b))];
  const count = BigInt(unsigned(type, b));
  switch (fn) {
    case 'add':
      return wrap(type, x + y);
    case 'sub':
      return wrap(type, x - y);
    case 'mul':
      return wrap(type, BigInt.asIntN(Number(bits), x * y));
    case 'div':
      return wrap(type, y === 0n ? 0n : x / y);
    case 'rem':
      return wrap(type, y === 0n ? 0n : x % y);
    case 'min':
      return wrap(type, x < y ? x : y);
    case 'max':
      return wrap(type, x > y ? x : y);
    case 'and':
      return wrap(type, x & y);
    case 'or':
      return wrap(type, x | y);
    case 'xor':
      return wrap(type, x ^ y);
    case 'shiftLeft':
      return wrap(type, count >= bits ? 0n : BigInt.asIntN(Number(bits), x << count));
    default:
      return wrap(type, x >> (count >= bits ? bits : count));
  }
}

function floatBinary(fn: string, a: number, b: number): number {
  switch (fn) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return a / b;
    case 'rem':
      return a % b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'pow':
      return power(a, b);
    default:
      return Math.atan2(a, b);
  }
}
