// tf.math: arithmetic, comparison, logic and the elementary functions, with broadcasting and promotion.
// Owns: the elementwise ops. Reductions, products and the special functions stand in the files beside it.

import { asDType, type DType, dtypes, isComplex, isInteger, type StringElement } from '../../base/dtype.ts';
import { DTypeError } from '../../base/errors.ts';
import { broadcastShapes } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import { makeWeak, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair, convertToTensor } from '../core/convert.ts';
import { op } from '../core/define.ts';
import { hostFunction } from '../core/host.ts';
import { nonZeroIndices } from '../core/non-zero.ts';
import { signature } from '../core/signature.ts';
import { acceptsRagged, reducesRagged } from '../ragged/accepts.ts';
import type { RaggedTensor } from '../ragged/ragged-tensor.ts';
import type { SparseTensor } from '../sparse/sparse-tensor.ts';
import { bytesOf, elementOf } from '../strings/text.ts';
import { broadcastPair, divideIntegers, floating, unaryOf } from './operands.ts';

interface Unary {
  (x: RaggedTensor): RaggedTensor;
  (x: TensorLike): Tensor;
}
interface Binary {
  (x: RaggedTensor, y: TensorLike | RaggedTensor): RaggedTensor;
  (x: TensorLike, y: RaggedTensor): RaggedTensor;
  (x: TensorLike, y: TensorLike): Tensor;
}
/** What leaves zeros zero takes sparse tensors too. */
type ZeroToZero = ((x: SparseTensor) => SparseTensor) & Unary;

const unaryOp = (name: string, apply: (x: Tensor) => Value): Unary =>
  op(name, ((x: TensorLike) => apply(convertToTensor(x, undefined, name)) as Tensor) as Unary);
/** Functions that are defined on floats only: plain whole numbers become float32, integer tensors are refused. */
const floatOp = (name: string, apply: (x: Tensor) => Value): Unary =>
  op(name, ((x: TensorLike) => apply(floating(x, name)) as Tensor) as Unary);

const binaryOp = (name: string, apply: (a: Tensor, b: Tensor) => Value): Binary =>
  op(name, ((x: TensorLike, y: TensorLike) => {
    const [a, b] = broadcastPair(x, y, name);
    return apply(a, b) as Tensor;
  }) as Binary);

const joinText = hostFunction(
  'add',
  ([a]) => [{ dims: a!.dims, dtype: 'string' }],
  ([a, b], [out]) => {
    const [left, right] = [a!.data, b!.data] as readonly StringElement[][];
    const target = out!.data as unknown[];
    left!.forEach((text, i) => {
      const other = right![i]!;
      if (typeof text === 'string' && typeof other === 'string') target[i] = text + other;
      else target[i] = elementOf(Uint8Array.from([...bytesOf(text), ...bytesOf(other)]));
    });
  },
);

/** x + y, elementwise; text is joined. */
export const add = binaryOp('add', (a, b) => (a.dtype === 'string' ? p.customCall(joinText, [a, b])[0]! : p.add(a, b)));
/** x − y, elementwise. */
export const subtract = binaryOp('subtract', p.sub);
/** x · y, elementwise. */
export const multiply = binaryOp('multiply', p.mul);
/** x / y as Python's `/`: integers are divided as floats. */
export const divide = binaryOp('divide', (a, b) => {
  if (!isInteger(a.dtype)) return p.div(a, b);
  const quotient = p.div(p.convert(a, trueDType(a.dtype)), p.convert(b, trueDType(b.dtype)));
  if (a.weak && b.weak) makeWeak(quotient as Tensor);
  return quotient;
});
const trueDType = (dtype: DType): DType => (dtypes[dtype].bits <= 16 ? 'float32' : 'float64');

/** ⌊x / y⌋. */
export const floordiv = binaryOp('floordiv', (a, b) => {
  if (!isInteger(a.dtype)) return p.unary('floor', p.div(a, b));
  const q = divideIntegers('div', a, b, 'floordiv');
  if (dtypes[a.dtype].kind === 'uint') return q;
  const rest = p.sub(a, p.mul(q, b));
  const zero = p.zerosLike(a);
  const wrong = p.binary(
    'and',
    p.compare('notEqual', rest, zero),
    p.binary('xor', p.compare('less', rest, zero), p.compare('less', b, zero)),
  );
  return p.select(wrong, p.offset(q, -1), q);
});
/** x − y·⌊x / y⌋: the remainder with the sign of y. */
export const floormod = binaryOp('floormod', (a, b) => {
  const rest = isInteger(a.dtype) ? divideIntegers('rem', a, b, 'floormod') : p.binary('rem', a, b);
  if (dtypes[a.dtype].kind === 'uint') return rest;
  const zero = p.zerosLike(a);
  const wrong = p.binary(
    'and',
    p.compare('notEqual', rest, zero),
    p.binary('xor', p.compare('less', rest, zero), p.compare('less', b, zero)),
  );
  return p.select(wrong, p.add(rest, b), rest);
});
/** x^y. */
export const pow = binaryOp('pow', (a, b) => {
  if (isComplex(a.dtype)) {
    // e^(b log a); 0 to any power but 0 is 0.
    const zero = p.compare('equal', a, p.zerosLike(a));
    const power = p.unary('exp', p.mul(b, p.unary('log', p.select(zero, p.onesLike(a), a))));
    const ofZero = p.select(p.compare('equal', b, p.zerosLike(b)), p.onesLike(b), p.zerosLike(b));
    return p.select(zero, ofZero, power);
  }
  return p.binary('pow', a, b);
});
export const maximum = binaryOp('maximum', (a, b) => p.binary('max', a, b));
export const minimum = binaryOp('minimum', (a, b) => p.binary('min', a, b));
export const atan2 = binaryOp('atan2', (a, b) => p.binary('atan2', a, b));
/** (a − b)², and of complex numbers |a − b|², as a complex number. */
export const squaredDifference = binaryOp('squaredDifference', (a, b) => {
  const difference = p.sub(a, b);
  return isComplex(a.dtype) ? p.mul(difference, p.conj(difference)) : p.square(difference);
});

export const equal = binaryOp('equal', (a, b) => p.compare('equal', a, b));
export const notEqual = binaryOp('notEqual', (a, b) => p.compare('notEqual', a, b));
/** Numbers with an order: complex ones have none. */
const ordering = (name: 'less' | 'lessEqual' | 'greater' | 'greaterEqual'): Binary =>
  binaryOp(name, (a, b) => {
    if (isComplex(a.dtype))
      throw new DTypeError(
        `${name}: found dtype ${a.dtype}, whose numbers have no order; compare tf.abs(x), tf.math.real(x) or tf.math.imag(x).`,
      );
    return p.compare(name, a, b);
  });
export const less = ordering('less');
export const lessEqual = ordering('lessEqual');
export const greater = ordering('greater');
export const greaterEqual = ordering('greaterEqual');

const bool = (x: Tensor, name: string): Tensor => {
  if (x.dtype !== 'bool')
    throw new DTypeError(
      `${name}: found dtype ${x.dtype}, wanted bool; compare first, or convert with tf.cast(x, 'bool').`,
    );
  return x;
};
export const logicalAnd = binaryOp('logicalAnd', (a, b) => p.binary('and', bool(a, 'logicalAnd'), b));
export const logicalOr = binaryOp('logicalOr', (a, b) => p.binary('or', bool(a, 'logicalOr'), b));
export const logicalXor = binaryOp('logicalXor', (a, b) => p.binary('xor', bool(a, 'logicalXor'), b));
export const logicalNot = unaryOp('logicalNot', (x) => p.not(bool(x, 'logicalNot')));

export const negative: ZeroToZero = unaryOp('negative', p.neg) as ZeroToZero;
export const abs: ZeroToZero = unaryOp('abs', (x) =>
  isComplex(x.dtype) ? complexAbs(x) : p.unary('abs', x),
) as ZeroToZero;
const complexAbs = (x: Value): Value => p.unary('sqrt', p.add(p.square(p.real(x)), p.square(p.imag(x))));
export const sign: ZeroToZero = unaryOp('sign', (x) => unaryOf('sign', x)) as ZeroToZero;
export const square: ZeroToZero = unaryOp('square', p.square) as ZeroToZero;
const rounding = (name: string, fn: 'floor' | 'ceil' | 'round'): Unary =>
  unaryOp(name, (x) => (isInteger(x.dtype) ? x : p.unary(fn, x)));
export const floor = rounding('floor', 'floor');
export const ceil = rounding('ceil', 'ceil');
/** To the nearest whole number, halves to the even one. */
export const round = rounding('round', 'round');
export const rint = rounding('rint', 'round');
export const exp = floatOp('exp', (x) => unaryOf('exp', x));
export const expm1 = floatOp('expm1', (x) => unaryOf('expm1', x));
export const log = floatOp('log', (x) => unaryOf('log', x));
export const log1p = floatOp('log1p', (x) => unaryOf('log1p', x));
export const sqrt: ZeroToZero = floatOp('sqrt', (x) => unaryOf('sqrt', x)) as ZeroToZero;
export const rsqrt = floatOp('rsqrt', (x) => unaryOf('rsqrt', x));
export const sin = floatOp('sin', (x) => unaryOf('sin', x));
export const cos = floatOp('cos', (x) => unaryOf('cos', x));
export const tan = floatOp('tan', (x) => unaryOf('tan', x));
export const asin = floatOp('asin', (x) => unaryOf('asin', x));
export const acos = floatOp('acos', (x) => unaryOf('acos', x));
export const atan = floatOp('atan', (x) => unaryOf('atan', x));
export const sinh = floatOp('sinh', (x) => unaryOf('sinh', x));
export const cosh = floatOp('cosh', (x) => unaryOf('cosh', x));
export const tanh: ZeroToZero = floatOp('tanh', (x) => unaryOf('tanh', x)) as ZeroToZero;
export const asinh = floatOp('asinh', (x) => unaryOf('asinh', x));
export const acosh = floatOp('acosh', (x) => unaryOf('acosh', x));
export const atanh = floatOp('atanh', (x) => unaryOf('atanh', x));
export const erf: ZeroToZero = floatOp('erf', (x) => unaryOf('erf', x)) as ZeroToZero;
export const erfc = floatOp('erfc', (x) => unaryOf('erfc', x));
/** 1 / (1 + e⁻ˣ). */
export const sigmoid = floatOp('sigmoid', (x) => unaryOf('logistic', x));
export const reciprocal = floatOp('reciprocal', p.reciprocal);
const isFiniteOp = unaryOp('isFinite', (x) => p.isFinite(x));

export { isFiniteOp as isFinite };
export const isNan = unaryOp('isNan', (x) => p.compare('notEqual', x, x));
export const isInf = unaryOp('isInf', (x) => p.binary('and', p.not(p.isFinite(x)), p.compare('equal', x, x)));
export const stopGradient: ZeroToZero = unaryOp('stopGradient', p.stopGradient) as ZeroToZero;

/** x where the condition holds, y elsewhere; all three broadcast. */
export const where = reducesRagged(
  signature('where', ['condition', 'x', 'y'], (condition: TensorLike, x?: TensorLike, y?: TensorLike): Tensor => {
    const c = convertToTensor(condition, undefined, 'where');
    if (x === undefined || y === undefined) return nonZeroIndices(resolve(c), 'where');
    if (c.dtype !== 'bool')
      throw new DTypeError(
        `where: found a condition of dtype ${c.dtype}, wanted bool; compare first (x > 0: tf.greater(x, 0)) or use tf.cast(condition, 'bool').`,
      );
    const [a, b] = convertPair(x, y, 'where');
    const dims = broadcastShapes(broadcastShapes(a.dims, b.dims, 'where'), c.dims, 'where');
    return p.select(p.broadcastTo(c, dims), p.broadcastTo(a, dims), p.broadcastTo(b, dims)) as Tensor;
  }),
);

/** max(min(t, high), low); the gradient is 0 outside, and passes at the limits. */
export const clipByValue = acceptsRagged(
  signature(
    'clipByValue',
    ['t', 'clipValueMin', 'clipValueMax'],
    (t: TensorLike, clipValueMin: TensorLike, clipValueMax: TensorLike): Tensor =>
      maximum(minimum(t, clipValueMax), clipValueMin),
  ),
);

/** Converts between dtypes as TensorFlow does: floats truncate, integers wrap. */
export const cast = acceptsRagged(
  signature(
    'cast',
    ['x', 'dtype'],
    (x: TensorLike, dtype: DType): Tensor => p.convert(convertToTensor(x, undefined, 'cast'), asDType(dtype)) as Tensor,
  ),
);
