// tf.nn: the activation functions, elementwise, with TensorFlow's gradients at kinks.
// Owns: the pointwise ones. Softmax stands in softmax.ts.

import { isInteger } from '../../base/dtype.ts';
import { normalizeAxis } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair, convertToTensor } from '../core/convert.ts';
import { customGradient } from '../core/gradients.ts';
import { signature } from '../core/signature.ts';
import { floating, unaryOf } from '../math/operands.ts';
import { acceptsRagged } from '../ragged/accepts.ts';

const positive = (x: Value): Value => p.compare('greater', x, p.zerosLike(x));
/** min(x, 0): what the exponential branch sees, so that it never overflows in the branch that is not taken. */
const negativePart = (x: Value): Value => p.binary('min', x, p.zerosLike(x));

/** max(x, 0) as a function of values; the gradient at 0 is 0. */
export const reluValue = (x: Value): Value => p.binary('max', p.zerosLike(x), x);
/** max(x, 0). */
export const relu = acceptsRagged(
  signature(
    'relu',
    ['features'],
    (features: TensorLike): Tensor => reluValue(convertToTensor(features, undefined, 'relu')) as Tensor,
  ),
);
/** min(max(x, 0), 6). */
export const relu6 = signature('relu6', ['features'], (features: TensorLike): Tensor => {
  const x = convertToTensor(features, undefined, 'relu6');
  return p.binary('min', p.full(6, x), reluValue(x)) as Tensor;
});
/** relu of x and of −x, side by side. */
export const crelu = signature('crelu', ['features', 'axis'], (features: TensorLike, axis: number = -1): Tensor => {
  const x = convertToTensor(features, undefined, 'crelu');
  const both = p.concatenate([x, p.neg(x)], normalizeAxis(axis, x.dims.length, 'crelu'));
  return reluValue(both) as Tensor;
});
/** x where x > 0, eˣ − 1 elsewhere. */
export const elu = signature('elu', ['features'], (features: TensorLike): Tensor => {
  const x = floating(features, 'elu');
  return p.select(positive(x), x, p.unary('expm1', negativePart(x))) as Tensor;
});

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;
/** λx where x ≥ 0, λα(eˣ − 1) elsewhere, with the constants of self-normalizing networks (Klambauer et al., 2017). */
export const selu = signature('selu', ['features'], (features: TensorLike): Tensor => {
  const x = floating(features, 'selu');
  // The gradient at 0 is λ, as TensorFlow's.
  return p.select(
    p.compare('greaterEqual', x, p.zerosLike(x)),
    p.scale(x, SELU_SCALE),
    p.scale(p.unary('expm1', negativePart(x)), SELU_SCALE * SELU_ALPHA),
  ) as Tensor;
});
/** 1/√2: TensorFlow's constants are float32, whatever the dtype of the features. */
const ROOT_HALF = Math.fround(Math.SQRT1_2);
/** 2 Φ(x). */
const twiceNormal = (x: Value): Value => p.unary('erfc', p.neg(p.scale(x, ROOT_HALF)));
/** x · Φ(x) with its derivative Φ(x) + x · φ(x), in half the operations that the rules for its parts would take. */
const normalUnit = customGradient((x: Tensor) => [
  p.mul(p.scale(x, 0.5), twiceNormal(x)) as Tensor,
  (g) => {
    const density = p.scale(p.unary('exp', p.neg(p.square(p.scale(x, ROOT_HALF)))), ROOT_HALF / Math.sqrt(Math.PI));
    return p.mul(g, p.add(p.scale(twiceNormal(x), 0.5), p.mul(x, density))) as Tensor;
  },
]);
/** x · Φ(x), with Φ the normal distribution function; approximate: by tanh (Hendrycks & Gimpel, 2016). */
export const gelu = acceptsRagged(
  signature('gelu', ['features', 'approximate'], (features: TensorLike, approximate: boolean = false): Tensor => {
    const x = floating(features, 'gelu');
    if (!approximate) return normalUnit(x) as Tensor;
    const half = p.scale(x, 0.5);
    const cubic = p.scale(p.mul(x, p.square(x)), Math.fround(0.044715));
    return p.mul(half, p.offset(p.unary('tanh', p.scale(p.add(x, cubic), Math.sqrt(2 / Math.PI))), 1)) as Tensor;
  }),
);
/** x · sigmoid(βx), also called swish. */
export const silu = signature('silu', ['features', 'beta'], (features: TensorLike, beta: TensorLike = 1): Tensor => {
  const x = floating(features, 'silu');
  if (beta === 1) return p.mul(x, unaryOf('logistic', x)) as Tensor;
  const [, factor] = convertPair(x, beta, 'silu');
  return p.mul(x, p.unary('logistic', p.mul(x, p.broadcastTo(factor, x.dims)))) as Tensor;
});
/** x where x > 0, αx elsewhere. */
export const leakyRelu = acceptsRagged(
  signature('leakyRelu', ['features', 'alpha'], (features: TensorLike, alpha: number | Tensor = 0.2): Tensor => {
    const given = convertToTensor(features, undefined, 'leakyRelu');
    const x = isInteger(given.dtype) ? (p.convert(given, 'float32') as Tensor) : floating(given, 'leakyRelu');
    const slope =
      typeof alpha === 'number'
        ? p.full(Math.fround(alpha), x)
        : p.broadcastTo(convertPair(x, alpha, 'leakyRelu')[1], x.dims);
    return p.select(positive(x), x, p.mul(x, slope)) as Tensor;
  }),
);

/**
 * log(1 + eˣ) without overflow: max(x, 0) + log1p(e^−|x|). Both terms change branch together, so derivatives of every order
 * are right, also at 0.
 */
export function softplusValue(x: Value): Value {
  const zero = p.zerosLike(x);
  const above = p.compare('greaterEqual', x, zero);
  const minus = p.neg(x);
  return p.add(p.select(above, x, zero), p.unary('log1p', p.unary('exp', p.select(above, minus, x))));
}
/** log(1 + eˣ). */
export const softplus = acceptsRagged(
  signature(
    'softplus',
    ['features'],
    (features: TensorLike): Tensor => softplusValue(floating(features, 'softplus')) as Tensor,
  ),
);
/** log sigmoid(x) = −softplus(−x). */
export const logSigmoid = acceptsRagged(
  signature(
    'logSigmoid',
    ['x'],
    (x: TensorLike): Tensor => p.neg(softplusValue(p.neg(floating(x, 'logSigmoid')))) as Tensor,
  ),
);
/** x / (1 + |x|). */
export const softsign = signature('softsign', ['features'], (features: TensorLike): Tensor => {
  const x = floating(features, 'softsign');
  return p.div(x, p.offset(p.unary('abs', x), 1)) as Tensor;
});
