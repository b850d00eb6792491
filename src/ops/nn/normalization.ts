// tf.nn: moments and what is normalized by them; losses and norms of whole tensors.
// Owns: moments, batch normalization, l2Normalize, local response normalization, l2Loss, logPoissonLoss.

import { isComplex, isFloating, isInteger } from '../../base/dtype.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { normalizeAxes, sameShape, showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertPair, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { divideNoNan } from '../math/arithmetic.ts';
import { widened } from '../math/complex-functions.ts';
import { add } from '../math/elementwise.ts';
import { broadcastPair, floating, spreadOver } from '../math/operands.ts';

const kept = (value: Value, x: Value, axes: readonly number[], keepdims: boolean): Tensor =>
  (keepdims
    ? p.reshape(
        value,
        x.dims.map((n, axis) => (axes.includes(axis) ? 1 : n)),
      )
    : value) as Tensor;
const axesOf = (axes: Axis | Tensor | undefined, x: Value, name: string): number[] =>
  normalizeAxes(
    axes === undefined || axes === null ? null : asIntegers(axes as TensorLike, `${name}: axes`),
    x.dims.length,
    name,
  );
const meanOver = (x: Value, axes: readonly number[]): Value => {
  const sum = p.reduceSum(x, axes);
  return p.div(
    sum,
    p.full(
      axes.reduce((n, axis) => n * x.dims[axis]!, 1),
      sum,
    ),
  );
};

export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}
/** Mean and variance over axes. 16-bit floats are summed in float32, as in TensorFlow. */
export const moments = signature(
  'moments',
  ['x', 'axes', 'shift', 'keepdims'],
  (
    x: TensorLike,
    axes: Axis | Tensor,
    _shift?: TensorLike,
    keepdims: boolean = false,
  ): [mean: Tensor, variance: Tensor] => {
    const given = convertToTensor(x, undefined, 'moments');
    if (!isInteger(given.dtype)) floating(given, 'moments');
    const narrow = given.dtype === 'float16' || given.dtype === 'bfloat16';
    const value = narrow ? p.convert(given, 'float32') : given;
    const list = axesOf(axes, value, 'moments');
    const mean = meanOver(value, list);
    const distance = p.sub(value, spreadOver(p.stopGradient(mean), value, list));
    const variance = isComplex(value.dtype)
      ? widened(meanOver(p.add(p.square(p.real(distance)), p.square(p.imag(distance))), list))
      : meanOver(p.square(distance), list);
    return [mean, variance].map((part) => kept(p.convert(part, given.dtype), given, list, keepdims)) as [
      Tensor,
      Tensor,
    ];
  },
);

/** Mean and variance over axes, each element counted `frequencyWeights` times. */
export const weightedMoments = signature(
  'weightedMoments',
  ['x', 'axes', 'frequencyWeights', 'keepdims'],
  (
    x: TensorLike,
    axes: Axis | Tensor,
    frequencyWeights: TensorLike,
    keepdims: boolean = false,
  ): [mean: Tensor, variance: Tensor] => {
    const [value, weights] = broadcastPair(x, frequencyWeights, 'weightedMoments');
    const list = axesOf(axes, value, 'weightedMoments');
    const total = p.reduceSum(weights, list);
    const mean = p.div(p.reduceSum(p.mul(value, weights), list), total);
    const distance = p.sub(value, spreadOver(mean, value, list));
    const variance = p.div(p.reduceSum(p.mul(weights, p.square(distance)), list), total);
    return [kept(mean, value, list, keepdims), kept(variance, value, list, keepdims)];
  },
);

/** Count, sum and sum of squares (each less `shift`) over axes: what moments are made of. */
export const sufficientStatistics = signature(
  'sufficientStatistics',
  ['x', 'axes', 'shift', 'keepdims'],
  (
    x: TensorLike,
    axes: Axis | Tensor,
    shift?: TensorLike,
    keepdims: boolean = false,
  ): [count: Tensor, sum: Tensor, squares: Tensor, shift: Tensor | null] => {
    const value = floating(x, 'sufficientStatistics');
    const list = axesOf(axes, value, 'sufficientStatistics');
    const base = shift === undefined ? null : convertPair(value, shift, 'sufficientStatistics')[1];
    const moved = base ? p.sub(value, p.broadcastTo(base, value.dims)) : value;
    const count = p.scalar(
      list.reduce((n, axis) => n * value.dims[axis]!, 1),
      value.dtype,
    ) as Tensor;
    return [
      count,
      kept(p.reduceSum(moved, list), value, list, keepdims),
      kept(p.reduceSum(p.square(moved), list), value, list, keepdims),
      base,
    ];
  },
);

/** Moments from the sums that sufficientStatistics gives. */
export const normalizeMoments = signature(
  'normalizeMoments',
  ['counts', 'meanSs', 'varianceSs', 'shift'],
  (
    counts: TensorLike,
    meanSs: TensorLike,
    varianceSs: TensorLike,
    shift?: TensorLike,
  ): [mean: Tensor, variance: Tensor] => {
    const name = 'normalizeMoments';
    const [sum, count] = broadcastPair(meanSs, counts, name);
    const divisor = p.reciprocal(count);
    const shifted = p.mul(sum, divisor);
    const mean =
      shift === undefined ? shifted : p.add(shifted, p.broadcastTo(convertPair(sum, shift, name)[1], sum.dims));
    const squares = p.broadcastTo(convertPair(sum, varianceSs, name)[1], sum.dims);
    return [mean as Tensor, p.sub(p.mul(squares, divisor), p.square(shifted)) as Tensor];
  },
);

/** (x − mean) · scale / √(variance + ε) + offset. */
export const batchNormalization = signature(
  'batchNormalization',
  ['x', 'mean', 'variance', 'offset', 'scale', 'varianceEpsilon'],
  (
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    offset: TensorLike | null | undefined,
    scale: TensorLike | null | undefined,
    varianceEpsilon: number | Tensor,
  ): Tensor => {
    const name = 'batchNormalization';
    const value = floating(x, name);
    const as = (other: TensorLike): Value => convertPair(value, other, name)[1];
    const spread = add(as(variance) as Tensor, varianceEpsilon);
    let inverse: Value = p.unary('rsqrt', spread);
    if (scale !== undefined && scale !== null) {
      const [a, b] = broadcastPair(inverse as Tensor, as(scale) as Tensor, name);
      inverse = p.mul(a, b);
    }
    const [m, i] = broadcastPair(as(mean) as Tensor, inverse as Tensor, name);
    let shift = p.neg(p.mul(m, i));
    if (offset !== undefined && offset !== null) {
      const [a, b] = broadcastPair(as(offset) as Tensor, shift as Tensor, name);
      shift = p.add(a, b);
    }
    return p.add(p.mul(value, p.broadcastTo(inverse, value.dims)), p.broadcastTo(shift, value.dims)) as Tensor;
  },
);

/** Batch normalization with the arguments of old graphs. */
export const batchNormWithGlobalNormalization = signature(
  'batchNormWithGlobalNormalization',
  ['input', 'mean', 'variance', 'beta', 'gamma', 'varianceEpsilon', 'scaleAfterNormalization'],
  (
    input: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    beta: TensorLike,
    gamma: TensorLike,
    varianceEpsilon: number | Tensor,
    scaleAfterNormalization: boolean,
  ): Tensor => batchNormalization(input, mean, variance, beta, scaleAfterNormalization ? gamma : null, varianceEpsilon),
);

/** x / √max(Σx², ε) over axes. */
export const l2Normalize = signature(
  'l2Normalize',
  ['x', 'axis', 'epsilon', 'dim'],
  (x: TensorLike, axis?: Axis | Tensor, epsilon: number = 1e-12, dim?: Axis | Tensor): Tensor => {
    const value = floating(x, 'l2Normalize');
    if (axis !== undefined && dim !== undefined)
      throw new ValueError('l2Normalize: axis and dim are both given; dim is the older name of axis.');
    const axes = axesOf(axis ?? dim, value, 'l2Normalize');
    const squares = p.reduceSum(
      isComplex(value.dtype) ? p.add(p.square(p.real(value)), p.square(p.imag(value))) : p.square(value),
      axes,
    );
    if (isComplex(value.dtype)) {
      const scale = spreadOver(p.unary('rsqrt', p.binary('max', squares, p.full(epsilon, squares))), value, axes);
      return p.complex(p.mul(p.real(value), scale), p.mul(p.imag(value), scale)) as Tensor;
    }
    const inverse = p.unary('rsqrt', p.binary('max', squares, p.full(epsilon, squares)));
    return p.mul(value, spreadOver(inverse, value, axes)) as Tensor;
  },
);

/** x / (bias + α · Σ of squares over neighbouring channels)^β. */
export const localResponseNormalization = signature(
  'localResponseNormalization',
  ['input', 'depthRadius', 'bias', 'alpha', 'beta'],
  (input: TensorLike, depthRadius: number = 5, bias: number = 1, alpha: number = 1, beta: number = 0.5): Tensor => {
    const x = floating(input, 'localResponseNormalization');
    if (x.dims.length !== 4)
      throw new ShapeError(
        `localResponseNormalization: input has shape ${showShape(x.dims)}; wanted (batch, height, width, channels).`,
      );
    const one = [1, 1, 1, 1];
    const around = [0, 0, 0, depthRadius];
    const sums = p.windowSum(p.square(x), {
      window: [1, 1, 1, 2 * depthRadius + 1],
      strides: one,
      dilation: one,
      low: around,
      high: around,
    });
    const base = p.offset(p.scale(sums, alpha), bias);
    return p.mul(x, p.binary('pow', base, p.full(-beta, base))) as Tensor;
  },
);

/** Σ x² / 2. */
export const l2Loss = signature('l2Loss', ['t'], (t: TensorLike): Tensor => {
  const x = floating(t, 'l2Loss');
  return p.scale(p.reduceSum(p.square(x), axesOf(null, x, 'l2Loss')), 0.5) as Tensor;
});

/** exp(c) − z·c, the negative log-likelihood of a Poisson rate given by its logarithm c; the full loss adds Stirling's terms. */
export const logPoissonLoss = signature(
  'logPoissonLoss',
  ['targets', 'logInput', 'computeFullLoss'],
  (targets: TensorLike, logInput: TensorLike, computeFullLoss: boolean = false): Tensor => {
    const [z, c] = convertPair(targets, logInput, 'logPoissonLoss');
    if (!sameShape(z.dims, c.dims))
      throw new ShapeError(
        `logPoissonLoss: targets ${showShape(z.dims)} and logInput ${showShape(c.dims)}; wanted equal shapes.`,
      );
    const loss = p.sub(p.unary('exp', c), p.mul(c, z));
    if (!computeFullLoss) return loss as Tensor;
    const stirling = p.add(
      p.sub(p.mul(z, p.unary('log', z)), z),
      p.scale(p.unary('log', p.scale(z, 2 * Math.PI)), 0.5),
    );
    const zero = p.zerosLike(z);
    const small = p.binary('and', p.compare('greaterEqual', z, zero), p.compare('lessEqual', z, p.onesLike(z)));
    return p.add(loss, p.select(small, zero, stirling)) as Tensor;
  },
);

/** The share of elements that are zero. */
export const zeroFraction = signature('zeroFraction', ['value'], (value: TensorLike): Tensor => {
  const x = convertToTensor(value, undefined, 'zeroFraction');
  const zeros = p.convert(p.compare('equal', x, p.zerosLike(x)), 'float32');
  return meanOver(zeros, axesOf(null, x, 'zeroFraction')) as Tensor;
});

/** x + bias along the channels. */
export const biasAdd = signature(
  'biasAdd',
  ['value', 'bias', 'dataFormat'],
  (value: TensorLike, bias: TensorLike, dataFormat?: string): Tensor => {
    const [x, b] = convertPair(value, bias, 'biasAdd');
    if (x.dims.length < 2)
      throw new ShapeError(`biasAdd: value has shape ${showShape(x.dims)}; wanted at least two axes, use tf.add.`);
    const axis = dataFormat?.startsWith('NC') ? 1 : x.dims.length - 1;
    if (b.dims.length !== 1 || b.dims[0] !== x.dims[axis])
      throw new ShapeError(
        `biasAdd: bias has shape ${showShape(b.dims)} and value ${showShape(x.dims)}; wanted a bias of shape (${x.dims[axis]},).`,
      );
    return p.add(x, p.broadcast(b, x.dims, [axis])) as Tensor;
  },
);

/** Σ loss / (batch · replicas), weighted. */
export const computeAverageLoss = signature(
  'computeAverageLoss',
  ['perExampleLoss', 'sampleWeight', 'globalBatchSize'],
  (perExampleLoss: TensorLike, sampleWeight?: TensorLike, globalBatchSize?: number | Tensor): Tensor => {
    let loss: Value = convertToTensor(perExampleLoss, undefined, 'computeAverageLoss');
    if (!isFloating(loss.dtype)) loss = p.convert(loss, 'float32');
    if (sampleWeight !== undefined) {
      const weights = convertToTensor(sampleWeight, undefined, 'computeAverageLoss: sampleWeight');
      // A weight for each example also covers the axes behind it.
      const fitted = p.reshape(weights, [...weights.dims, ...loss.dims.slice(weights.dims.length).map(() => 1)]);
      loss = p.mul(loss, p.broadcastTo(p.convert(fitted, loss.dtype), loss.dims));
    }
    const count = convertToTensor(globalBatchSize ?? loss.dims[0] ?? 1, undefined, 'computeAverageLoss');
    if (count.elements && Number(count.elements[0]) < 0)
      throw new ValueError(`computeAverageLoss: globalBatchSize is ${count.elements[0]}; wanted 0 or more.`);
    const sum = p.reduceSum(loss, axesOf(null, loss, 'computeAverageLoss')) as Tensor;
    return divideNoNan(sum, p.convert(count, sum.dtype) as Tensor);
  },
);

/** The sum of regularization losses for one replica. */
export const scaleRegularizationLoss = signature(
  'scaleRegularizationLoss',
  ['regularizationLoss'],
  (regularizationLoss: TensorLike): Tensor => {
    const given = convertToTensor(regularizationLoss, undefined, 'scaleRegularizationLoss');
    const loss = isFloating(given.dtype) ? given : p.convert(given, 'float32');
    return p.reduceSum(loss, axesOf(null, loss, 'scaleRegularizationLoss')) as Tensor;
  },
);
