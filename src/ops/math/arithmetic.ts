// tf.math: the arithmetic beside elementwise.ts: divisions that truncate or avoid NaN, logarithms times zero, complex parts, casts.
// Owns: these compositions and their behaviour at zero.

import { asDType, type DType, dtypes, isComplex, isFloating, isInteger } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { broadcastShapes, sameShape, showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair, convertToTensor } from '../core/convert.ts';
import { elementwise } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { acceptsRagged, acceptsRaggedList } from '../ragged/accepts.ts';
import { divide, floormod, multiply } from './elementwise.ts';
import { broadcastPair, divideIntegers, floating, unaryOf } from './operands.ts';

const isZero = (x: Value): Value => p.compare('equal', x, p.zerosLike(x));
const pair = (name: string, apply: (a: Tensor, b: Tensor) => Value) =>
  signature(name, ['x', 'y'], (x: TensorLike, y: TensorLike): Tensor => {
    const [a, b] = broadcastPair(x, y, name);
    return apply(a, b) as Tensor;
  });
const floatPair = (name: string, apply: (a: Tensor, b: Tensor) => Value) =>
  pair(name, (a, b) => apply(floating(a, name), floating(b, name)));

/** x / y rounded towards zero. */
export const truncatediv = pair('truncatediv', (a, b) =>
  isInteger(a.dtype) ? divideIntegers('div', a, b, 'truncatediv') : p.unary('trunc', p.div(a, b)),
);
/** The remainder with the sign of x. */
export const truncatemod = pair('truncatemod', (a, b) =>
  isInteger(a.dtype) ? divideIntegers('rem', a, b, 'truncatemod') : p.binary('rem', a, b),
);
/** x / y as Python's `/`. */
export { divide as truediv, floormod as mod };
/** x / y for floats. */
export const realdiv = floatPair('realdiv', p.div);
/** x / y, and 0 where y is 0. */
export const divideNoNan = pair('divideNoNan', (x, y) => {
  // Whole numbers as `/` takes them: to float64, small ones to float32.
  const wide = isInteger(x.dtype) ? (dtypes[x.dtype].bits < 32 ? 'float32' : 'float64') : x.dtype;
  const [a, b] = [p.convert(x, wide), p.convert(y, wide)];
  const none = isZero(b);
  return p.select(none, p.zerosLike(a), p.div(a, p.select(none, p.onesLike(b), b)));
});
const timesNoNan = elementwise('multiplyNoNan', (a, b) => (b === 0 ? 0 : a! * b!), null);
const timesNoNanWithGradient: (a: Value, b: Value) => Value = elementwise(
  'multiplyNoNan',
  (a, b) => (b === 0 ? 0 : a! * b!),
  // TensorFlow's rule: the gradient by y is x, also where y is 0.
  [([, b]) => b!, ([a]) => a!],
);
/** x · y, and 0 where y is 0, whatever x. */
export const multiplyNoNan = floatPair('multiplyNoNan', (a, b) =>
  isFloating(a.dtype) ? timesNoNanWithGradient(a, b) : timesNoNan(a, b),
);
/** 1 / x, and 0 where x is 0. */
export const reciprocalNoNan = acceptsRagged(
  signature('reciprocalNoNan', ['x'], (x: TensorLike): Tensor => {
    const value = floating(x, 'reciprocalNoNan');
    const none = isZero(value);
    return p.select(none, p.zerosLike(value), p.reciprocal(p.select(none, p.onesLike(value), value))) as Tensor;
  }),
);
/** f(x, y) where x is not 0, and 0 elsewhere, also where f is not finite. */
const whereNotZero = (name: string, apply: (a: Value, b: Value) => Value, safe: number) =>
  floatPair(name, (a, b) => {
    const none = isZero(a);
    return p.select(none, p.zerosLike(a), apply(a, p.select(none, p.full(safe, b), b)));
  });
/** x · log y, and 0 where x is 0. */
export const xlogy = whereNotZero('xlogy', (a, b) => p.mul(a, p.unary('log', b)), 1);
/** x · log(1 + y), and 0 where x is 0. */
export const xlog1py = whereNotZero('xlog1py', (a, b) => p.mul(a, unaryOf('log1p', b)), 0);
/** x / y, and 0 where x is 0. */
export const xdivy = whereNotZero('xdivy', p.div, 1);

/** The sum of tensors of one shape. */
export const addN = acceptsRaggedList(
  signature('addN', ['inputs'], (inputs: readonly TensorLike[]): Tensor => {
    if (!Array.isArray(inputs) || inputs.length === 0)
      throw new ValueError(`addN: found ${show(inputs)}, wanted a list of at least one tensor.`);
    const terms = inputs.map((input) => convertToTensor(input as TensorLike, undefined, 'addN'));
    const other = terms.find((term) => !sameShape(term.dims, terms[0]!.dims));
    if (other)
      throw new ShapeError(
        `addN: inputs of shapes ${showShape(terms[0]!.dims)} and ${showShape(other.dims)}; wanted equal shapes. tf.add broadcasts.`,
      );
    return terms.reduce((sum, term) => p.add(...(broadcastPair(sum, term, 'addN') as [Tensor, Tensor])) as Tensor);
  }),
);
export const accumulateN = signature(
  'accumulateN',
  ['inputs', 'shape', 'tensorDtype'],
  (inputs: readonly TensorLike[], _shape?: unknown, _tensorDtype?: unknown): Tensor => addN(inputs),
);
/** scalar · x. */
export const scalarMul = signature(
  'scalarMul',
  ['scalar', 'x'],
  (scalar: TensorLike, x: TensorLike): Tensor => multiply(scalar, x),
);

/** Σ coeffs[i] · x^(n − 1 − i) by Horner's rule. */
export const polyval = signature('polyval', ['coeffs', 'x'], (coeffs: readonly TensorLike[], x: TensorLike): Tensor => {
  const value = convertToTensor(x, undefined, 'polyval');
  if (coeffs.length === 0) return p.zerosLike(value) as Tensor;
  const terms = coeffs.map((c) => convertPair(value, c, 'polyval')[1]);
  return terms.slice(1).reduce<Value>(
    (sum, c) => {
      const [a, b] = broadcastPair(sum as Tensor, value, 'polyval');
      const [product, term] = broadcastPair(p.mul(a, b) as Tensor, c, 'polyval');
      return p.add(product, term);
    },
    p.broadcastTo(terms[0]!, broadcastShapes(terms[0]!.dims, value.dims)),
  ) as Tensor;
});

// ── Complex numbers ─────────────────────────────────────────────────────────────────────────────────────────────

/** real + i · imag. */
export const complex = acceptsRagged(
  signature('complex', ['real', 'imag'], (real: TensorLike, imag: TensorLike): Tensor => {
    const [a, b] = broadcastPair(real, imag, 'complex');
    return p.complex(floating(a, 'complex'), floating(b, 'complex')) as Tensor;
  }),
);
export const real = acceptsRagged(
  signature('real', ['input'], (input: TensorLike): Tensor => {
    const x = convertToTensor(input, undefined, 'real');
    return (isComplex(x.dtype) ? p.real(x) : x) as Tensor;
  }),
);
export const imag = acceptsRagged(
  signature('imag', ['input'], (input: TensorLike): Tensor => {
    const x = convertToTensor(input, undefined, 'imag');
    return (isComplex(x.dtype) ? p.imag(x) : p.zerosLike(x)) as Tensor;
  }),
);
export const conj = signature(
  'conj',
  ['x'],
  (x: TensorLike): Tensor => p.conj(convertToTensor(x, undefined, 'conj')) as Tensor,
);
/** The argument of a complex number; of a real one 0 or π. */
export const angle = acceptsRagged(
  signature('angle', ['input'], (input: TensorLike): Tensor => {
    const x = convertToTensor(input, undefined, 'angle');
    if (isComplex(x.dtype)) return p.binary('atan2', p.imag(x), p.real(x)) as Tensor;
    return p.select(p.compare('less', x, p.zerosLike(x)), p.full(Math.PI, x), p.zerosLike(x)) as Tensor;
  }),
);

// ── Conversions ─────────────────────────────────────────────────────────────────────────────────────────────────

/** The largest number of a dtype that holds floats of another: the largest integer itself may round up out of range. */
function largestBelow(to: (typeof dtypes)[DType], from: DType): number {
  const digits = from === 'float64' ? 53 : from === 'float32' ? 24 : 0;
  const width = to.kind === 'int' ? to.bits - 1 : to.bits;
  return digits > 0 && (to.kind === 'int' || to.kind === 'uint') && width > digits
    ? 2 ** width - 2 ** (width - digits)
    : to.max;
}
/** Converts, numbers outside the range of the dtype becoming its limits. */
export const saturateCast = acceptsRagged(
  signature('saturateCast', ['value', 'dtype'], (value: TensorLike, dtype: DType): Tensor => {
    const x = convertToTensor(value, undefined, 'saturateCast');
    const type = asDType(dtype);
    const [from, to] = [dtypes[x.dtype], dtypes[type]];
    if (to.kind === 'string' || from.kind === 'string')
      throw new DTypeError(`saturateCast: ${x.dtype} to ${type} is no conversion of numbers.`);
    let y: Value = x;
    const limit = (n: number): Value =>
      p.full(x.dtype === 'int64' || x.dtype === 'uint64' ? BigInt(Math.trunc(n)) : n, x);
    if (from.min < to.min) y = p.binary('max', y, limit(to.min));
    if (from.max > to.max && to.max > 0) y = p.binary('min', y, limit(largestBelow(to, x.dtype)));
    return p.convert(y, type) as Tensor;
  }),
);

const isOrdered = (name: string, fn: 'lessEqual' | 'less') =>
  signature(name, ['x'], (x: TensorLike): Tensor => {
    const given = convertToTensor(x, undefined, name);
    const n = given.size;
    const flat = p.reshape(given, [n]);
    if (n < 2) return p.full(1, { dims: [], dtype: 'bool' }) as Tensor;
    const ordered = p.compare(fn, p.slice(flat, [0], [n - 1]), p.slice(flat, [1], [n]));
    return p.reduce('reduceMin', ordered, [0]) as Tensor;
  });
/** Whether no element is smaller than the one before it. */
export const isNonDecreasing = isOrdered('isNonDecreasing', 'lessEqual');
/** Whether every element is larger than the one before it. */
export const isStrictlyIncreasing = isOrdered('isStrictlyIncreasing', 'less');
