// Gradients of the elementwise primitives, in TensorFlow's conventions at kinks.
// Owns: one row for each primitive of rules.ts. `g` is the cotangent of the result `y`; complex gradients follow
// TensorFlow: the conjugate of the derivative.
import type { Value } from '../../graph/value.ts';
import {
  add,
  binary,
  compare,
  conj,
  div,
  full,
  mul,
  neg,
  offset,
  onesLike,
  reciprocal,
  scale,
  select,
  square,
  sub,
  unary,
  zerosLike,
} from '../functions.ts';
import type { BinaryName, UnaryName } from './rules.ts';

type UnaryGradient = ((g: Value, x: Value, y: Value) => Value) | null;
type BinaryGradient =
  | ((g: Value, a: Value, b: Value, y: Value, needs: readonly boolean[]) => readonly [Value | null, Value | null])
  | null;

const oneMinusSquare = (x: Value): Value => sub(onesLike(x), square(x));

/** Where nothing flows in, nothing flows out, even if the slope is infinite there: TensorFlow's rule for roots. */
const zeroKept = (g: Value, out: Value): Value => select(compare('equal', g, zerosLike(g)), zerosLike(out), out);

export const unaryGradients: Record<UnaryName, UnaryGradient> = {
  neg: (g) => neg(g),
  abs: (g, x) => mul(g, unary('sign', x)),
  sign: (_g, x) => zerosLike(x),
  floor: null,
  ceil: null,
  trunc: null,
  round: null,
  exp: (g, _x, y) => mul(g, conj(y)),
  expm1: (g, x) => mul(g, unary('exp', x)),
  log: (g, x) => div(g, conj(x)),
  log1p: (g, x) => div(g, offset(x, 1)),
  sqrt: (g, _x, y) => zeroKept(g, div(scale(g, 0.5), conj(y))),
  rsqrt: (g, x, y) => zeroKept(g, mul(scale(g, -0.5), div(y, x))),
  sin: (g, x) => mul(g, unary('cos', x)),
  cos: (g, x) => neg(mul(g, unary('sin', x))),
  tan: (g, _x, y) => mul(g, offset(square(y), 1)),
  asin: (g, x) => div(g, unary('sqrt', oneMinusSquare(x))),
  acos: (g, x) => neg(div(g, unary('sqrt', oneMinusSquare(x)))),
  atan: (g, x) => div(g, offset(square(x), 1)),
  sinh: (g, x) => mul(g, unary('cosh', x)),
  cosh: (g, x) => mul(g, unary('sinh', x)),
  tanh: (g, _x, y) => mul(g, oneMinusSquare(y)),
  asinh: (g, x) => div(g, unary('sqrt', offset(square(x), 1))),
  acosh: (g, x) => div(g, mul(unary('sqrt', offset(x, -1)), unary('sqrt', offset(x, 1)))),
  atanh: (g, x) => div(g, oneMinusSquare(x)),
  erf: (g, x) => scale(mul(g, unary('exp', neg(square(x)))), 2 / Math.sqrt(Math.PI)),
  erfc: (g, x) => scale(mul(g, unary('exp', neg(square(x)))), -2 / Math.sqrt(Math.PI)),
  logistic: (g, _x, y) => mul(g, mul(y, sub(onesLike(y), y))),
  not: null,
};

export const binaryGradients: Record<BinaryName, BinaryGradient> = {
  add: (g) => [g, g],
  sub: (g, _a, _b, _y, needs) => [g, needs[1] ? neg(g) : null],
  mul: (g, a, b, _y, needs) => [needs[0] ? mul(g, conj(b)) : null, needs[1] ? mul(g, conj(a)) : null],
  div: (g, _a, b, y, needs) => {
    const da = div(g, conj(b));
    return [da, needs[1] ? neg(mul(da, conj(y))) : null];
  },
  rem: (g, a, b, _y, needs) => [g, needs[1] ? neg(mul(g, unary('trunc', div(a, b)))) : null],
  pow: (g, a, b, y, needs) => {
    const positive = needs[1] ? compare('greater', a, zerosLike(a)) : null;
    return [
      needs[0] ? mul(g, mul(b, binary('pow', a, offset(b, -1)))) : null,
      // a^b log a; where a ≤ 0 the logarithm is not real, and TensorFlow gives 0.
      positive ? mul(g, mul(y, select(positive, unary('log', select(positive, a, onesLike(a))), zerosLike(a)))) : null,
    ];
  },
  atan2: (g, a, b, _y, needs) => {
    const over = mul(g, reciprocal(add(square(a), square(b))));
    return [needs[0] ? mul(over, b) : null, needs[1] ? neg(mul(over, a)) : null];
  },
  // Where both are equal the first takes it all, as in TensorFlow.
  max: (g, a, b) => pick(g, compare('greaterEqual', a, b)),
  min: (g, a, b) => pick(g, compare('lessEqual', a, b)),
  and: null,
  or: null,
  xor: null,
  shiftLeft: null,
  shiftRight: null,
};

function pick(g: Value, first: Value): readonly [Value, Value] {
  const none = full(0, g);
  return [select(first, g, none), select(first, none, g)];
}
