// keras.ops: elementwise functions.
// Owns: Keras's names for them, and those that tf does not have.
import { type DType, dtypes } from '../../base/dtype.ts';
import { ShapeError, show } from '../../base/errors.ts';
import * as bits from '../../ops/bitwise.ts';
import { bitcast } from '../../ops/core/bitcast.ts';
import { onesLike, zerosLike } from '../../ops/core/create.ts';
import * as more from '../../ops/math/arithmetic.ts';
import * as math from '../../ops/math/elementwise.ts';
import { reduceAll } from '../../ops/math/reduce.ts';
import * as special from '../../ops/math/special-functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { floats, isFloating, isInteger, kerasOp, promoted, resultDType, tensor, to } from './define.ts';

type Unary = (x: Tensor) => Tensor;
type Binary = (x1: Tensor, x2: Tensor) => Tensor;
const unary = (name: string, f: (x: Tensor) => Tensor) => kerasOp(name, ['x'], (x: TensorLike): Tensor => f(tensor(x)));
/** Functions of floats: integers become floatx. */
const float = (name: string, f: Unary) => kerasOp(name, ['x'], (x: TensorLike): Tensor => f(floats(x)));
const binary = (name: string, f: Binary) =>
  kerasOp(name, ['x1', 'x2'], (x1: TensorLike, x2: TensorLike): Tensor => {
    const [a, b] = promoted(x1, x2) as [Tensor, Tensor];
    return f(a, b);
  });
const floatBinary = (name: string, f: Binary) =>
  kerasOp(name, ['x1', 'x2'], (x1: TensorLike, x2: TensorLike): Tensor => {
    const [a, b] = promoted(x1, x2) as [Tensor, Tensor];
    return f(floats(a), floats(b));
  });

export const add = binary('add', math.add);
export const subtract = binary('subtract', math.subtract);
export const multiply = binary('multiply', math.multiply);
export const divide = floatBinary('divide', math.divide);
export const trueDivide = divide;
export const divideNoNan = floatBinary('divideNoNan', more.divideNoNan);
export const floorDivide = binary('floorDivide', math.floordiv);
export const mod = binary('mod', math.floormod);
export const fmod = binary('fmod', more.truncatemod);
export const power = binary('power', math.pow);
export const maximum = binary('maximum', math.maximum);
export const minimum = binary('minimum', math.minimum);
/** The larger one, the other where one is NaN. */
export const fmax = binary('fmax', (a, b) =>
  math.where(math.isNan(a), b, math.where(math.isNan(b), a, math.maximum(a, b))),
);
export const fmin = binary('fmin', (a, b) =>
  math.where(math.isNan(a), b, math.where(math.isNan(b), a, math.minimum(a, b))),
);
/** Here plain numbers count as float32, whatever stands beside them, as in Keras. */
const wideBinary = (name: string, f: Binary) =>
  kerasOp(name, ['x1', 'x2'], (x1: TensorLike, x2: TensorLike): Tensor => {
    const [a, b] = [tensor(x1), tensor(x2)];
    const dtype = resultDType(a.dtype, b.dtype);
    return f(floats(to(a, dtype)), floats(to(b, dtype)));
  });
export const arctan2 = wideBinary('arctan2', math.atan2);
export const hypot = wideBinary('hypot', (a, b) => math.sqrt(math.add(math.square(a), math.square(b))));
/** log(eᵃ + eᵇ) without overflow. */
const logOfSum = (a: Tensor, b: Tensor): Tensor => {
  const delta = math.subtract(a, b);
  return math.where(
    math.isNan(delta),
    math.add(a, b),
    math.add(math.maximum(a, b), math.log1p(math.exp(math.negative(math.abs(delta))))),
  );
};
export const logaddexp = wideBinary('logaddexp', logOfSum);
export const logaddexp2 = wideBinary('logaddexp2', (a, b) =>
  math.divide(logOfSum(math.multiply(a, Math.LN2), math.multiply(b, Math.LN2)), Math.LN2),
);
/** Step function: 0 below 0, x2 at 0, 1 above. */
export const heaviside = binary('heaviside', (a, b) =>
  math.where(math.equal(a, 0), b, to(math.greater(a, 0), a.dtype)),
);
export const ldexp = kerasOp('ldexp', ['x1', 'x2'], (x1: TensorLike, x2: TensorLike): Tensor => {
  const x = floats(x1);
  return math.multiply(x, math.pow(2, to(tensor(x2), x.dtype)));
});
export const nextafter = floatBinary('nextafter', special.nextafter);
export const gcd = binary('gcd', (a, b) => {
  // Euclid's algorithm; 64-bit numbers need at most 93 steps, 32-bit ones 46.
  let [x, y] = [math.abs(a), math.abs(b)];
  for (let step = 0; step < (a.dtype === 'int64' ? 93 : 46); step++) {
    const done = math.equal(y, 0);
    const rest = math.floormod(x, math.where(done, onesLike(y), y));
    [x, y] = [math.where(done, x, y), math.where(done, y, rest)];
  }
  return x;
});
export const lcm = binary('lcm', (a, b) => {
  const divisor = gcd(a, b);
  const safe = math.maximum(divisor, 1);
  return math.abs(math.multiply(math.floordiv(a, safe), b));
});

export const equal = binary('equal', math.equal);
export const notEqual = binary('notEqual', math.notEqual);
export const less = binary('less', math.less);
export const lessEqual = binary('lessEqual', math.lessEqual);
export const greater = binary('greater', math.greater);
export const greaterEqual = binary('greaterEqual', math.greaterEqual);
const logical = (name: string, f: Binary) =>
  kerasOp(
    name,
    ['x1', 'x2'],
    (x1: TensorLike, x2: TensorLike): Tensor => f(to(tensor(x1), 'bool'), to(tensor(x2), 'bool')),
  );
export const logicalAnd = logical('logicalAnd', math.logicalAnd);
export const logicalOr = logical('logicalOr', math.logicalOr);
export const logicalXor = logical('logicalXor', math.logicalXor);
export const logicalNot = unary('logicalNot', (x) => math.logicalNot(to(x, 'bool')));
const bitwise = (name: string, f: Binary) =>
  kerasOp(name, ['x', 'y'], (x: TensorLike, y: TensorLike): Tensor => {
    const [a, b] = promoted(x, y) as [Tensor, Tensor];
    return f(a, b);
  });
export const bitwiseAnd = bitwise('bitwiseAnd', bits.bitwiseAnd);
export const bitwiseOr = bitwise('bitwiseOr', bits.bitwiseOr);
export const bitwiseXor = bitwise('bitwiseXor', bits.bitwiseXor);
export const bitwiseLeftShift = bitwise('bitwiseLeftShift', bits.leftShift);
export const bitwiseRightShift = bitwise('bitwiseRightShift', bits.rightShift);
export const leftShift = bitwiseLeftShift;
export const rightShift = bitwiseRightShift;
export const bitwiseNot = unary('bitwiseNot', bits.invert);
export const bitwiseInvert = bitwiseNot;

const unsigned = (x: Tensor): boolean => x.dtype === 'bool' || x.dtype.startsWith('uint');
export const abs = unary('abs', (x) => (unsigned(x) ? x : math.abs(x)));
export const absolute = abs;
export const fabs = float('fabs', math.abs);
export const negative = unary('negative', math.negative);
export const sign = unary('sign', math.sign);
export const signbit = unary('signbit', (x) =>
  math.less(isFloating(x.dtype) ? to(bitcast(to(x, 'float32'), 'int32'), 'int32') : x, 0),
);
export const square = unary('square', (x) => math.square(x.dtype === 'bool' ? to(x, 'int32') : x));
export const floor = float('floor', math.floor);
export const ceil = float('ceil', math.ceil);
export const trunc = unary('trunc', (x) =>
  isFloating(x.dtype) ? math.where(math.less(x, 0), math.ceil(x), math.floor(x)) : x,
);
/** To so many decimals, halves to the even digit. */
export const round = kerasOp('round', ['x', 'decimals'], (x: TensorLike, decimals: number = 0): Tensor => {
  const t = tensor(x);
  if (decimals === 0) return isInteger(t.dtype) ? t : math.round(t);
  const factor = 10 ** decimals;
  return to(math.divide(math.round(math.multiply(floats(t), factor)), factor), t.dtype);
});
export const exp = float('exp', math.exp);
export const exp2 = float('exp2', (x) => math.pow(2, x));
export const expm1 = float('expm1', math.expm1);
export const log = float('log', math.log);
export const log1p = float('log1p', math.log1p);
export const log2 = float('log2', (x) => math.divide(math.log(x), Math.LN2));
export const log10 = float('log10', (x) => math.divide(math.log(x), Math.LN10));
export const sqrt = float('sqrt', math.sqrt);
export const rsqrt = float('rsqrt', math.rsqrt);
export const cbrt = float('cbrt', (x) => math.multiply(math.sign(x), math.pow(math.abs(x), 1 / 3)));
export const reciprocal = float('reciprocal', math.reciprocal);
export const sin = float('sin', math.sin);
export const cos = float('cos', math.cos);
export const tan = float('tan', math.tan);
export const arcsin = float('arcsin', math.asin);
export const arccos = float('arccos', math.acos);
export const arctan = float('arctan', math.atan);
export const sinh = float('sinh', math.sinh);
export const cosh = float('cosh', math.cosh);
export const tanh = float('tanh', math.tanh);
export const arcsinh = float('arcsinh', math.asinh);
export const arccosh = float('arccosh', math.acosh);
export const arctanh = float('arctanh', math.atanh);
export const erf = float('erf', math.erf);
export const erfc = float('erfc', math.erfc);
export const erfinv = float('erfinv', special.erfinv);
export const i0 = float('i0', special.besselI0);
/** sin(πx) / (πx). */
export const sinc = float('sinc', (x) => {
  const scaled = math.multiply(tensor(x), Math.PI);
  const none = math.equal(scaled, 0);
  return math.where(none, onesLike(scaled), math.divide(math.sin(scaled), math.where(none, onesLike(scaled), scaled)));
});
export const deg2rad = float('deg2rad', (x) => math.multiply(x, Math.PI / 180));
export const rad2deg = float('rad2deg', (x) => math.multiply(x, 180 / Math.PI));
export const isnan = float('isnan', math.isNan);
export const isinf = float('isinf', math.isInf);
export const isfinite = float('isfinite', math.isFinite);
export const isposinf = float('isposinf', (x) => math.equal(x, Number.POSITIVE_INFINITY));
export const isneginf = float('isneginf', (x) => math.equal(x, Number.NEGATIVE_INFINITY));
export const isreal = unary('isreal', (x) =>
  x.dtype === 'complex64' ? math.equal(more.imag(x), 0) : to(onesLike(x), 'bool'),
);
/** NaN and infinities replaced by numbers. */
export const nanToNum = kerasOp(
  'nanToNum',
  ['x', 'nan', 'posinf', 'neginf'],
  (x: TensorLike, nan: number = 0, posinf?: number, neginf?: number): Tensor => {
    const t = tensor(x);
    if (!isFloating(t.dtype)) return t;
    const largest = t.dtype === 'float16' ? 65504 : t.dtype === 'float64' ? Number.MAX_VALUE : 3.4028234663852886e38;
    const filled = math.where(math.isNan(t), nan, t);
    const low = math.where(math.equal(filled, Number.NEGATIVE_INFINITY), neginf ?? -largest, filled);
    return math.where(math.equal(low, Number.POSITIVE_INFINITY), posinf ?? largest, low);
  },
);
export const clip = kerasOp(
  'clip',
  ['x', 'xMin', 'xMax'],
  (x: TensorLike, xMin: TensorLike, xMax: TensorLike): Tensor => {
    const t = tensor(x);
    return math.clipByValue(t.dtype === 'bool' ? to(t, 'int32') : t, xMin, xMax);
  },
);
export const conjugate = unary('conjugate', more.conj);
export const conj = conjugate;
export const real = unary('real', more.real);
export const imag = unary('imag', more.imag);
export const angle = unary('angle', more.angle);
/** abs · e^(i·angle). */
export const polar = kerasOp(
  'polar',
  ['abs', 'angle'],
  (size: TensorLike, phase: TensorLike): Tensor =>
    more.complex(
      math.multiply(floats(size), math.cos(floats(phase))),
      math.multiply(floats(size), math.sin(floats(phase))),
    ),
);
export const isclose = kerasOp(
  'isclose',
  ['x1', 'x2', 'rtol', 'atol', 'equalNan'],
  (x1: TensorLike, x2: TensorLike, rtol: number = 1e-5, atol: number = 1e-8, equalNan: boolean = false): Tensor => {
    const [a, b] = promoted(x1, x2).map(floats) as [Tensor, Tensor];
    const near = math.lessEqual(math.abs(math.subtract(a, b)), math.add(math.multiply(math.abs(b), rtol), atol));
    const result = math.where(math.logicalAnd(math.isFinite(a), math.isFinite(b)), near, math.equal(a, b));
    return equalNan ? math.logicalOr(result, math.logicalAnd(math.isNan(a), math.isNan(b))) : result;
  },
);
/** Whether all elements are close. */
export const allclose = kerasOp(
  'allclose',
  ['x1', 'x2', 'rtol', 'atol', 'equalNan'],
  (x1: TensorLike, x2: TensorLike, rtol?: number, atol?: number, equalNan?: boolean): Tensor =>
    reduceAll(isclose(x1, x2, rtol, atol, equalNan)),
);
export const where = kerasOp(
  'where',
  ['condition', 'x1', 'x2'],
  (condition: TensorLike, x1?: TensorLike, x2?: TensorLike): Tensor | Tensor[] => {
    const c = to(tensor(condition), 'bool');
    if (x1 === undefined || x2 === undefined) return nonzero(c);
    const [a, b] = promoted(x1, x2) as [Tensor, Tensor];
    return math.where(c, a, b);
  },
);
/** Positions of the elements that are not zero, one tensor for each axis. */
export const nonzero = kerasOp('nonzero', ['x'], (x: TensorLike): Tensor[] => {
  const found = math.where(math.notEqual(tensor(x), zerosLike(tensor(x))));
  return Array.from({ length: found.dims[1]! }, (_, axis) => found.at(':', axis).cast('int32'));
});
export const cast = kerasOp('cast', ['x', 'dtype'], (x: TensorLike, dtype: DType): Tensor => math.cast(x, dtype));
export const saturateCast = kerasOp(
  'saturateCast',
  ['x', 'dtype'],
  (x: TensorLike, dtype: DType): Tensor => more.saturateCast(x, dtype),
);
/** The same bits as elements of another dtype: the last axis grows or shrinks with their size. */
export const view = kerasOp('view', ['x', 'dtype'], (x: TensorLike, dtype: DType): Tensor => {
  const t = tensor(x);
  const [from, until] = [dtypes[t.dtype].bits, dtypes[dtype].bits];
  if (from === until || t.dims.length === 0) return bitcast(t, dtype);
  const [outer, n] = [t.dims.slice(0, -1), t.dims.at(-1)!];
  if (from > until) return bitcast(t, dtype).reshape([...outer, (n * from) / until]);
  if ((n * from) % until !== 0)
    throw new ShapeError(`ops.view: the last axis of ${t.dtype} ${show(t.dims)} does not divide into ${dtype}.`);
  return bitcast(t.reshape([...outer, (n * from) / until, until / from]), dtype);
});
