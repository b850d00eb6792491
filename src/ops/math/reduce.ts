// tf.reduce*: sums, means and extremes over axes.
// Owns: the reductions and arg-reductions, with axes, keepdims and stable forms.

import { type DType, dtypes, isComplex, isInteger } from '../../base/dtype.ts';
import { DTypeError, ValueError } from '../../base/errors.ts';
import { normalizeAxes, normalizeAxis } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, Options, ReduceOptions, TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import type { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { argument, modulus, polar, widened } from './complex-functions.ts';
import { floating, spreadOver } from './operands.ts';

export interface Reduction {
  (x: RaggedTensor, axis?: Axis | TensorLike, options?: ReduceOptions | boolean): RaggedTensor | Tensor;
  (x: RaggedTensor, options: ReduceOptions): RaggedTensor | Tensor;
  (x: TensorLike, axis?: Axis | TensorLike, options?: ReduceOptions | boolean): Tensor;
  (x: TensorLike, options: ReduceOptions): Tensor;
  (options: ReduceOptions & { readonly inputTensor: RaggedTensor }): RaggedTensor | Tensor;
  (options: ReduceOptions & { readonly inputTensor: TensorLike }): Tensor;
}

const NAMES = ['inputTensor', 'axis', 'keepdims'] as const;

/** Axes as a list of positions. */
function axesOf(axis: Axis | TensorLike | undefined, x: Tensor, name: string): number[] {
  const list =
    axis === undefined || axis === null || typeof axis === 'number'
      ? axis
      : asIntegers(axis as TensorLike, `${name}: axis`);
  return normalizeAxes(list, x.dims.length, name);
}

/** A reduced value with the reduced axes kept as 1, where asked for. */
function keep(value: Value, x: Tensor, axes: readonly number[], keepdims: boolean): Tensor {
  return (
    keepdims
      ? p.reshape(
          value,
          x.dims.map((n, axis) => (axes.includes(axis) ? 1 : n)),
        )
      : value
  ) as Tensor;
}

function reduction(
  name: string,
  prepare: (x: TensorLike, name: string) => Tensor,
  apply: (x: Tensor, axes: readonly number[]) => Value,
): Reduction {
  return signature(
    name,
    NAMES,
    (inputTensor: TensorLike, axis?: Axis | TensorLike, keepdims: boolean = false): Tensor => {
      const tensor = prepare(inputTensor, name);
      const axes = axesOf(axis, tensor, name);
      return keep(apply(tensor, axes), tensor, axes, keepdims);
    },
  ) as object as Reduction;
}

const any = (x: TensorLike, name: string): Tensor => convertToTensor(x, undefined, `${name}: inputTensor`);
const boolean = (x: TensorLike, name: string): Tensor => {
  const tensor = any(x, name);
  if (tensor.dtype !== 'bool')
    throw new DTypeError(
      `${name}: found dtype ${tensor.dtype}, wanted bool; compare first, or convert with tf.cast(x, 'bool').`,
    );
  return tensor;
};

/** Sum of elements over axes. */
export const reduceSum = reduction('reduceSum', any, p.reduceSum);
export const reduceProd = reduction('reduceProd', any, (x, axes) => {
  if (!isComplex(x.dtype)) return p.reduce('reduceProd', x, axes);
  // By sizes and angles.
  return polar(p.reduce('reduceProd', modulus(x), axes), p.reduceSum(argument(x), axes));
});
export const reduceMax = reduction('reduceMax', any, p.reduceMax);
export const reduceMin = reduction('reduceMin', any, (x, axes) => p.reduce('reduceMin', x, axes));
export const reduceAny = reduction('reduceAny', boolean, p.reduceMax);
export const reduceAll = reduction('reduceAll', boolean, (x, axes) => p.reduce('reduceMin', x, axes));
/** Mean over axes; of integers the truncated one, as in TensorFlow. */
export const reduceMean = reduction('reduceMean', any, mean);

function mean(x: Value, axes: readonly number[]): Value {
  // The sum of short floats need not fit them where the mean does.
  if (dtypes[x.dtype].kind === 'float' && dtypes[x.dtype].bits === 16)
    return p.convert(mean(p.convert(x, 'float32'), axes), x.dtype);
  // Nor need that of whole numbers; TensorFlow sums them in 64 bits.
  if (isInteger(x.dtype) && dtypes[x.dtype].bits < 64) return p.convert(mean(p.convert(x, 'int64'), axes), x.dtype);
  const sum = p.reduceSum(x, axes);
  const n = axes.reduce((product, axis) => product * x.dims[axis]!, 1);
  return p.div(sum, p.full(n, sum));
}

/** Mean of squared distances from the mean. */
export const reduceVariance = reduction('reduceVariance', floating, variance);
function variance(x: Value, axes: readonly number[]): Value {
  // Of complex numbers the squares are those of the distances.
  if (isComplex(x.dtype)) {
    const off = p.sub(x, spreadOver(mean(x, axes), x, axes));
    return mean(p.add(p.square(p.real(off)), p.square(p.imag(off))), axes);
  }
  return mean(p.square(p.sub(x, spreadOver(mean(x, axes), x, axes))), axes);
}
export const reduceStd = reduction('reduceStd', floating, (x, axes) => p.unary('sqrt', variance(x, axes)));
export const reduceEuclideanNorm = reduction('reduceEuclideanNorm', any, (x, axes) => {
  if (isComplex(x.dtype))
    return widened(p.unary('sqrt', p.reduceSum(p.add(p.square(p.real(x)), p.square(p.imag(x))), axes)));
  if (!isInteger(x.dtype)) return p.unary('sqrt', p.reduceSum(p.square(x), axes));
  // Whole numbers give whole ones, as in TensorFlow.
  return p.convert(p.unary('sqrt', p.convert(p.reduceSum(p.square(x), axes), 'float64')), x.dtype);
});

/** log Σ exp x, without overflow: the largest element is taken out first. */
export const reduceLogsumexp = reduction('reduceLogsumexp', floating, (x, axes) => {
  const largest = p.stopGradient(p.reduceMax(x, axes));
  const finite = p.select(p.isFinite(largest), largest, p.zerosLike(largest));
  return p.add(p.unary('log', p.reduceSum(p.unary('exp', p.sub(x, spreadOver(finite, x, axes))), axes)), finite);
});

export interface ArgOptions extends Options<{ axis: number; outputType: DType }> {}

interface ArgReduction {
  (input: TensorLike, axis?: number | null | ArgOptions, options?: ArgOptions | DType): Tensor;
  (options: ArgOptions & { readonly input: TensorLike }): Tensor;
}
/** The first position of the extreme: the smallest index among those equal to it. */
function argReduce(name: 'argmax' | 'argmin') {
  const compute = (input: TensorLike, axis: number = 0, outputType: DType = 'int64'): Tensor => {
    const tensor = convertToTensor(input, undefined, name);
    const at = normalizeAxis(axis, tensor.dims.length, name);
    const n = tensor.dims[at]!;
    if (n === 0) throw new ValueError(`${name}: axis ${at} is empty; wanted at least one element.`);
    // NaN is passed over; where there is nothing else, the first position is the answer.
    const worst = name === 'argmax' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    const compared =
      dtypes[tensor.dtype].kind === 'float'
        ? p.select(p.compare('equal', tensor, tensor), tensor, p.full(worst, tensor))
        : tensor;
    const extreme = p.reduce(name === 'argmax' ? 'reduceMax' : 'reduceMin', compared, [at]);
    const spread = spreadOver(extreme, tensor, [at]);
    const hit = p.compare('equal', compared, spread);
    const position = p.iota(tensor.dims, at, 'int32');
    const first = p.reduce('reduceMin', p.select(hit, position, p.full(n - 1, position)), [at]);
    return p.convert(first, outputType) as Tensor;
  };
  return signature(name, ['input', 'axis', 'outputType'], compute) as object as ArgReduction;
}
/** Position of the largest element along an axis (default 0). */
export const argmax = argReduce('argmax');
/** Position of the smallest element along an axis (default 0). */
export const argmin = argReduce('argmin');

/** How many elements are not zero. */
export const countNonzero = signature(
  'countNonzero',
  ['input', 'axis', 'keepdims', 'dtype'],
  (input: TensorLike, axis?: Axis | TensorLike, keepdims: boolean = false, dtype: DType = 'int64'): Tensor => {
    const tensor = convertToTensor(input, undefined, 'countNonzero');
    const axes = axesOf(axis, tensor, 'countNonzero');
    const ones = p.convert(p.compare('notEqual', tensor, p.zerosLike(tensor)), dtype);
    return keep(p.reduceSum(ones, axes), tensor, axes, keepdims);
  },
);
