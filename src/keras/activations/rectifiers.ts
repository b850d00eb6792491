// Activations that are straight in pieces, and their exponential kin: relu, elu, selu, shrinks, hard sigmoids.
// Owns: the formulas and the gradients at their kinks, which are those of Keras on TensorFlow.

import { ValueError } from '../../base/errors.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { op } from '../../ops/core/define.ts';
import { customGradient } from '../../ops/core/gradients.ts';
import {
  abs,
  add,
  clipByValue,
  divide,
  expm1,
  greater,
  less,
  lessEqual,
  maximum,
  minimum,
  multiply,
  square,
  subtract,
  where,
} from '../../ops/math/elementwise.ts';
import { floating } from '../../ops/math/operands.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { type Parameter, parameter } from './options.ts';

export interface ReluOptions extends Options<{ negativeSlope: number; maxValue: number | null; threshold: number }> {}

// The gradient is a product with 0 or 1, as TensorFlow's: what is not finite stays visible where the unit is off.
const rectified = customGradient((x: Tensor) => [
  maximum(0, x),
  (g) => multiply(g, p.convert(p.compare('greater', x, p.zerosLike(x)), g.dtype) as Tensor),
]);
const positivePart = (x: TensorLike): Tensor => rectified(convertToTensor(x, undefined, 'relu')) as Tensor;

/**
 * max(x, 0); with `maxValue` cut off above, with `negativeSlope` leaning below, with `threshold` 0 up to there.
 *
 * @example tf.keras.activations.relu(x, { negativeSlope: 0.1 })
 */
export const relu = op('keras.activations.relu', (x: TensorLike, options: ReluOptions = {}): Tensor => {
  const { negativeSlope = 0, maxValue = null, threshold: from = 0 } = options;
  const tensor = convertToTensor(x, undefined, 'relu');
  if (negativeSlope !== 0 && maxValue === null && from === 0) return leaning(tensor, negativeSlope);
  let y = from === 0 ? positivePart(tensor) : where(greater(tensor, from), tensor, 0);
  if (maxValue !== null) y = maxValue === 6 && from === 0 ? minimum(6, y) : clipByValue(y, 0, maxValue);
  if (negativeSlope === 0) return y;
  return subtract(y, multiply(positivePart(subtract(from, tensor)), negativeSlope));
});

const leaning = (x: Tensor, slope: number): Tensor => where(greater(x, 0), x, multiply(x, slope));

/** x above 0, `negativeSlope` · x (0.2) below. */
export const leakyRelu = op(
  'keras.activations.leaky_relu',
  (x: TensorLike, negativeSlope?: Parameter<'negativeSlope', number>): Tensor =>
    leaning(floating(x, 'leakyRelu'), parameter(negativeSlope, 'negativeSlope', 0.2)),
);

/** min(max(x, 0), 6). */
export const relu6 = op('keras.activations.relu6', (x: TensorLike): Tensor => minimum(6, positivePart(x)));

// Where x is positive the exponential is not used, and must not overflow either.
const expm1Below = (x: Tensor): Tensor => expm1(minimum(x, 0));

/** x above 0, α (eˣ − 1) below. */
export const elu = op('keras.activations.elu', (x: TensorLike, alpha?: Parameter<'alpha', number>): Tensor => {
  const tensor = floating(x, 'elu');
  const slope = parameter(alpha, 'alpha', 1);
  const y = where(less(tensor, 0), expm1Below(tensor), tensor);
  return slope === 1 ? y : where(greater(tensor, 0), y, multiply(y, slope));
});

const SELU_SCALE = 1.0507009873554805;
const SELU_SCALE_ALPHA = 1.7580993408473768;
/** scale · elu(x, α) with the constants of self-normalizing networks. */
export const selu = op('keras.activations.selu', (x: TensorLike): Tensor => {
  const tensor = floating(x, 'selu');
  return where(less(tensor, 0), multiply(expm1Below(tensor), SELU_SCALE_ALPHA), multiply(tensor, SELU_SCALE));
});

/** max(x, 0) + α (e^(min(x, 0) / α) − 1). */
export const celu = op('keras.activations.celu', (x: TensorLike, alpha?: Parameter<'alpha', number>): Tensor => {
  const tensor = floating(x, 'celu');
  const scale = parameter(alpha, 'alpha', 1);
  return add(maximum(tensor, 0), multiply(expm1(divide(minimum(tensor, 0), scale)), scale));
});

/** relu6(x + 3) / 6. */
export const hardSigmoid = op(
  'keras.activations.hard_sigmoid',
  (x: TensorLike): Tensor => divide(relu6(add(floating(x, 'hardSigmoid'), 3)), 6),
);

/** 0.2 x + 0.5 within 0 … 1: what Keras 2 called hard_sigmoid. */
export const keras2HardSigmoid = op(
  'keras.activations.keras2_hard_sigmoid',
  (x: TensorLike): Tensor => clipByValue(add(multiply(floating(x, 'hardSigmoid'), 0.2), 0.5), 0, 1),
);

/** x · hardSigmoid(x). */
export const hardSilu = op('keras.activations.hard_silu', (x: TensorLike): Tensor => {
  const tensor = floating(x, 'hardSilu');
  return multiply(tensor, hardSigmoid(tensor));
});

/** x within −1 … 1. */
export const hardTanh = op(
  'keras.activations.hard_tanh',
  (x: TensorLike): Tensor => clipByValue(floating(x, 'hardTanh'), -1, 1),
);

/** x where |x| exceeds the threshold (0.5), else 0. */
export const hardShrink = op(
  'keras.activations.hard_shrink',
  (x: TensorLike, threshold?: Parameter<'threshold', number>): Tensor => {
    const tensor = floating(x, 'hardShrink');
    return where(greater(abs(tensor), parameter(threshold, 'threshold', 0.5)), tensor, 0);
  },
);

/** x moved towards 0 by the threshold (0.5), 0 where it is nearer than that. */
export const softShrink = op(
  'keras.activations.soft_shrink',
  (x: TensorLike, threshold?: Parameter<'threshold', number>): Tensor => {
    const tensor = floating(x, 'softShrink');
    const by = parameter(threshold, 'threshold', 0.5);
    return where(greater(tensor, by), subtract(tensor, by), where(less(tensor, -by), add(tensor, by), 0));
  },
);

/** 0 below −1, x above 1, (x + 1)² / 4 between. */
export const sparsePlus = op('keras.activations.sparse_plus', (x: TensorLike): Tensor => {
  const tensor = floating(x, 'sparsePlus');
  const between = multiply(square(add(tensor, 1)), 0.25);
  return where(lessEqual(tensor, -1), 0, where(less(tensor, 1), between, tensor));
});

/** 0 below −1, 1 above 1, (x + 1) / 2 between. */
export const sparseSigmoid = op('keras.activations.sparse_sigmoid', (x: TensorLike): Tensor => {
  const tensor = floating(x, 'sparseSigmoid');
  const above = where(less(tensor, 1), multiply(add(tensor, 1), 0.5), 1);
  return where(lessEqual(tensor, -1), 0, above);
});

/** x where it exceeds the threshold, else `defaultValue`. */
export const threshold = op(
  'keras.activations.threshold',
  (
    x: TensorLike,
    from: number | { readonly threshold: number; readonly defaultValue: number },
    defaultValue = 0,
  ): Tensor => {
    if (from === undefined || from === null)
      throw new ValueError('threshold: wanted a threshold and a default value: (x) => threshold(x, 0.5, 0).');
    const [least, otherwise] = typeof from === 'number' ? [from, defaultValue] : [from.threshold, from.defaultValue];
    const tensor = floating(x, 'threshold');
    return where(greater(tensor, least), tensor, otherwise);
  },
);
