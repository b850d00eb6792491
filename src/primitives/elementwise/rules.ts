// The tables of elementwise primitives: one row holds all that is known of one of them.
// Owns: arithmetic on numbers, on BigInt, in the loop IR, and the accepted dtypes. Gradients stand in gradients.ts,
// the making of primitives from both in define.ts.
import type { DTypeKind } from '../../base/dtype.ts';
import { ValueError } from '../../base/errors.ts';
import { erf, erfc } from '../../base/special.ts';
import * as ir from '../../compiler/loop-ir.ts';
import { knownPower } from './known-power.ts';

type Expr = ir.Expr;

export interface Rule {
  readonly arity: 1 | 2;
  readonly kinds: readonly DTypeKind[];
  /** On numbers: floats and integers up to 32 bits; results are wrapped or rounded by the store. Bools are 0 and 1. */
  readonly number: (a: number, b: number) => number;
  /** On integers of up to 32 bits, where doubles would lose the low bits. */
  readonly integer?: (a: number, b: number) => number;
  /** On 64-bit integers; results are wrapped by the store. */
  readonly big?: (a: bigint, b: bigint) => bigint;
  /** On complex numbers as pairs. */
  readonly complex?: (ar: number, ai: number, br: number, bi: number) => readonly [number, number];
  /** The kinds of dtype that the loop IR can do, where it is fewer than all but complex. */
  readonly lowers?: readonly DTypeKind[];
  /** In the loop IR. `signed` is the dtype's; the caller wraps narrow integers and rounds 16-bit floats. */
  readonly scalar: (a: Expr, b: Expr, signed: boolean) => Expr;
  readonly cost: number;
  /** On which kinds it rises or falls, nowhere both, with each operand while the others stay; with `turnsAt` on both sides of that. */
  readonly monotone?: readonly DTypeKind[];
  readonly turnsAt?: number;
  /** Operands that make the result zero where they are zero, whatever finite numbers the others are. */
  readonly absorbing?: readonly number[];
  /** Where the samples of the generic tests lie. */
  readonly range: readonly [number, number];
}

const FLOAT = ['float'] as const;
const NUMBER = ['float', 'int', 'uint'] as const;
const NUMBER_COMPLEX = ['float', 'int', 'uint', 'complex'] as const;
const SIGNED = ['float', 'int'] as const;
const FLOAT_COMPLEX = ['float', 'complex'] as const;
const BITS = ['int', 'uint', 'bool'] as const;

const floatUnary = (
  number: (a: number) => number,
  fn: ir.FloatUnary,
  cost: number,
  range: readonly [number, number],
  complex?: (r: number, i: number) => readonly [number, number],
): Rule => ({
  arity: 1,
  kinds: complex ? FLOAT_COMPLEX : FLOAT,
  number,
  ...(complex ? { complex } : {}),
  scalar: (a) => ir.unary(fn, a),
  cost,
  range,
});

/** Round half to even, as TensorFlow, NumPy and IEEE 754 do. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor === 0 && x < 0 ? -0 : floor;
  if (rest > 0.5) return floor + 1 === 0 ? -0 : floor + 1;
  const even = floor % 2 === 0 ? floor : floor + 1;
  return even === 0 && x < 0 ? -0 : even;
}

const logistic = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const one = (a: Expr): Expr => ir.constant(a.type, 1);
const zero = (a: Expr): Expr => ir.constant(a.type, a.type === 'i64' ? 0n : 0);

/** Integer power by squaring. */
function integerPower(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n)
    throw new ValueError(
      `pow: integers cannot be raised to the negative power ${exponent}; cast to a floating dtype first.`,
    );
  let result = 1n;
  for (let power = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * power);
    power = BigInt.asIntN(64, power * power);
  }
  return result;
}

function numberPower(a: number, b: number): number {
  if (a === 1) return 1; // C's pow, not ECMAScript's: pow(1, NaN) = pow(±1, ±∞) = 1
  if (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) return 1;
  return a ** b;
}

function complexExp(r: number, i: number): readonly [number, number] {
  const scale = Math.exp(r);
  return [scale * Math.cos(i), scale * Math.sin(i)];
}

function complexSqrt(r: number, i: number): readonly [number, number] {
  const modulus = Math.hypot(r, i);
  const real = Math.sqrt((modulus + Math.abs(r)) / 2);
  if (real === 0) return [0, 0];
  const other = i / (2 * real);
  return r >= 0 ? [real, other] : [Math.abs(other), i < 0 ? -real : real];
}

const complexDivide = (ar: number, ai: number, br: number, bi: number): readonly [number, number] => {
  const scale = br * br + bi * bi;
  return [(ar * br + ai * bi) / scale, (ai * br - ar * bi) / scale];
};

export const unaryRules = {
  neg: {
    monotone: SIGNED,
    arity: 1,
    kinds: NUMBER_COMPLEX,
    number: (a) => -a,
    big: (a) => -a,
    complex: (r, i) => [-r, -i],
    scalar: (a) => ir.unary('neg', a),
    cost: 1,
    range: [-3, 3],
  },
  abs: {
    monotone: SIGNED,
    turnsAt: 0,
    arity: 1,
    kinds: NUMBER,
    number: Math.abs,
    big: (a) => (a < 0n ? -a : a),
    scalar: (a, _b, signed) => (signed ? ir.unary('abs', a) : a),
    cost: 1,
    range: [-3, 3],
  },
  sign: {
    arity: 1,
    kinds: NUMBER,
    number: Math.sign,
    big: (a) => (a > 0n ? 1n : a < 0n ? -1n : 0n),
    scalar: (a, _b, signed) => {
      const positive = ir.select(
        ir.compare('gt', a, zero(a), signed),
        one(a),
        ir.select(ir.compare('lt', a, zero(a), signed), ir.unary('neg', one(a)), zero(a)),
      );
      return a.type === 'f32' || a.type === 'f64' ? ir.select(ir.compare('ne', a, a), a, positive) : positive;
    },
    cost: 2,
    range: [-3, 3],
  },
  floor: floatUnary(Math.floor, 'floor', 1, [-3, 3]),
  ceil: floatUnary(Math.ceil, 'ceil', 1, [-3, 3]),
  trunc: floatUnary(Math.trunc, 'trunc', 1, [-3, 3]),
  round: floatUnary(roundHalfEven, 'nearest', 1, [-3, 3]),
  exp: { ...floatUnary(Math.exp, 'exp', 12, [-3, 3], complexExp), monotone: FLOAT },
  expm1: floatUnary(Math.expm1, 'expm1', 15, [-3, 3]),
  log: floatUnary(Math.log, 'log', 12, [0.1, 5], (r, i) => [Math.log(Math.hypot(r, i)), Math.atan2(i, r)]),
  log1p: floatUnary(Math.log1p, 'log1p', 15, [-0.5, 4]),
  sqrt: floatUnary(Math.sqrt, 'sqrt', 4, [0.1, 5], complexSqrt),
  rsqrt: {
    arity: 1,
    kinds: FLOAT,
    number: (a) => 1 / Math.sqrt(a),
    scalar: (a) => ir.binary('div', one(a), ir.unary('sqrt', a)),
    cost: 8,
    range: [0.1, 5],
  },
  sin: floatUnary(Math.sin, 'sin', 15, [-3, 3]),
  cos: floatUnary(Math.cos, 'cos', 15, [-3, 3]),
  tan: floatUnary(Math.tan, 'tan', 20, [-1, 1]),
  asin: floatUnary(Math.asin, 'asin', 15, [-0.9, 0.9]),
  acos: floatUnary(Math.acos, 'acos', 15, [-0.9, 0.9]),
  atan: floatUnary(Math.atan, 'atan', 15, [-3, 3]),
  sinh: floatUnary(Math.sinh, 'sinh', 15, [-3, 3]),
  cosh: floatUnary(Math.cosh, 'cosh', 15, [-3, 3]),
  tanh: { ...floatUnary(Math.tanh, 'tanh', 15, [-3, 3]), monotone: FLOAT },
  asinh: floatUnary(Math.asinh, 'asinh', 20, [-3, 3]),
  acosh: floatUnary(Math.acosh, 'acosh', 20, [1.1, 4]),
  atanh: floatUnary(Math.atanh, 'atanh', 20, [-0.9, 0.9]),
  erf: floatUnary(erf, 'erf', 20, [-3, 3]),
  erfc: floatUnary(erfc, 'erfc', 20, [-3, 3]),
  logistic: {
    arity: 1,
    kinds: FLOAT,
    number: logistic,
    // exp(−x) overflows to ∞ for very negative x, and 1 / ∞ is the right 0.
    scalar: (a) => ir.binary('div', one(a), ir.binary('add', one(a), ir.unary('exp', ir.unary('neg', a)))),
    cost: 16,
    range: [-3, 3],
  },
  not: {
    monotone: ['bool'],
    arity: 1,
    kinds: BITS,
    number: (a) => ~a,
    big: (a) => ~a,
    scalar: (a) => (a.type === 'bool' ? ir.binary('xor', a, one(a)) : ir.unary('not', a)),
    cost: 1,
    range: [-5, 5],
  },
} as const satisfies Record<string, Rule>;

export const binaryRules = {
  add: {
    monotone: SIGNED,
    arity: 2,
    kinds: NUMBER_COMPLEX,
    number: (a, b) => a + b,
    big: (a, b) => a + b,
    complex: (ar, ai, br, bi) => [ar + br, ai + bi],
    scalar: (a, b) => ir.binary('add', a, b),
    cost: 1,
    range: [-3, 3],
  },
  sub: {
    monotone: SIGNED,
    arity: 2,
    kinds: NUMBER_COMPLEX,
    number: (a, b) => a - b,
    big: (a, b) => a - b,
    complex: (ar, ai, br, bi) => [ar - br, ai - bi],
    scalar: (a, b) => ir.binary('sub', a, b),
    cost: 1,
    range: [-3, 3],
  },
  mul: {
    monotone: FLOAT,
    absorbing: [0, 1],
    arity: 2,
    kinds: NUMBER_COMPLEX,
    number: (a, b) => a * b,
    integer: Math.imul,
    big: (a, b) => a * b,
    complex: (ar, ai, br, bi) => [ar * br - ai * bi, ar * bi + ai * br],
    scalar: (a, b) => ir.binary('mul', a, b),
    cost: 1,
    range: [-3, 3],
  },
  /** Floats divide; integers truncate towards zero, and division by zero gives 0. */
  div: {
    absorbing: [0],
    arity: 2,
    kinds: NUMBER_COMPLEX,
    number: (a, b) => a / b,
    big: (a, b) => (b === 0n ? 0n : a / b),
    complex: complexDivide,
    scalar: (a, b, signed) => ir.binary('div', a, b, signed),
    cost: 4,
    range: [0.5, 4],
  },
  /** The remainder with the sign of the dividend. */
  rem: {
    arity: 2,
    kinds: NUMBER,
    number: (a, b) => a % b,
    big: (a, b) => (b === 0n ? 0n : a % b),
    scalar: (a, b, signed) => ir.binary('rem', a, b, signed),
    cost: 10,
    range: [1, 6],
  },
  pow: {
    arity: 2,
    kinds: NUMBER,
    number: numberPower,
    integer: (a, b) => {
      if (b < 0) integerPower(BigInt(a), BigInt(b));
      let result = 1;
      for (let power = a, rest = b; rest > 0; rest = Math.floor(rest / 2)) {
        if (rest % 2 === 1) result = Math.imul(result, power);
        power = Math.imul(power, power);
      }
      return result;
    },
    big: integerPower,
    lowers: FLOAT,
    scalar: (a, b, signed) => knownPower(a, b) ?? ir.binary('pow', a, b, signed),
    cost: 40,
    range: [0.5, 3],
  },
  atan2: {
    arity: 2,
    kinds: FLOAT,
    number: Math.atan2,
    scalar: (a, b) => ir.binary('atan2', a, b),
    cost: 25,
    range: [0.5, 3],
  },
  max: {
    monotone: ['float', 'int', 'bool'],
    arity: 2,
    kinds: ['float', 'int', 'uint', 'bool'],
    number: Math.max,
    big: (a, b) => (a > b ? a : b),
    scalar: (a, b, signed) => (a.type === 'bool' ? ir.binary('or', a, b) : ir.binary('max', a, b, signed)),
    cost: 1,
    range: [-3, 3],
  },
  min: {
    monotone: ['float', 'int', 'bool'],
    arity: 2,
    kinds: ['float', 'int', 'uint', 'bool'],
    number: Math.min,
    big: (a, b) => (a < b ? a : b),
    scalar: (a, b, signed) => (a.type === 'bool' ? ir.binary('and', a, b) : ir.binary('min', a, b, signed)),
    cost: 1,
    range: [-3, 3],
  },
  and: {
    monotone: ['bool'],
    arity: 2,
    kinds: BITS,
    number: (a, b) => a & b,
    big: (a, b) => a & b,
    scalar: (a, b) => ir.binary('and', a, b),
    cost: 1,
    range: [0, 5],
  },
  or: {
    monotone: ['bool'],
    arity: 2,
    kinds: BITS,
    number: (a, b) => a | b,
    big: (a, b) => a | b,
    scalar: (a, b) => ir.binary('or', a, b),
    cost: 1,
    range: [0, 5],
  },
  xor: {
    arity: 2,
    kinds: BITS,
    number: (a, b) => a ^ b,
    big: (a, b) => a ^ b,
    scalar: (a, b) => ir.binary('xor', a, b),
    cost: 1,
    range: [0, 5],
  },
  shiftLeft: {
    arity: 2,
    kinds: ['int', 'uint'],
    number: (a, b) => (b >= 32 || b < 0 ? 0 : a << b),
    big: (a, b) => (b >= 64n || b < 0n ? 0n : a << b),
    scalar: (a, b) => ir.binary('shiftLeft', a, b),
    cost: 1,
    range: [0, 5],
  },
  /** Arithmetic for signed, logical for unsigned integers. */
  shiftRight: {
    arity: 2,
    kinds: ['int', 'uint'],
    number: (a, b) => (b >= 32 || b < 0 ? (a < 0 ? -1 : 0) : a >= 2 ** 31 ? a >>> b : a >> b),
    big: (a, b) => (b >= 64n || b < 0n ? (a < 0n ? -1n : 0n) : a >> b),
    scalar: (a, b, signed) => ir.binary('shiftRight', a, b, signed),
    cost: 1,
    range: [0, 5],
  },
} as const satisfies Record<string, Rule>;

export type Comparable = number | bigint | string;
export type CompareRule = {
  readonly number: (a: Comparable, b: Comparable) => boolean;
  readonly fn: ir.CompareOp;
  /** Whether it tells what is larger. */
  readonly ordered: boolean;
};
export const compareRules = {
  equal: { number: (a, b) => a === b, fn: 'eq', ordered: false },
  notEqual: { number: (a, b) => a !== b, fn: 'ne', ordered: false },
  less: { number: (a, b) => a < b, fn: 'lt', ordered: true },
  lessEqual: { number: (a, b) => a <= b, fn: 'le', ordered: true },
  greater: { number: (a, b) => a > b, fn: 'gt', ordered: true },
  greaterEqual: { number: (a, b) => a >= b, fn: 'ge', ordered: true },
} as const satisfies Record<string, CompareRule>;

export type UnaryName = keyof typeof unaryRules;
export type BinaryName = keyof typeof binaryRules;
export type CompareName = keyof typeof compareRules;
