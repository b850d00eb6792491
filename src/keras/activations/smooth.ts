// Smooth activations: sigmoid, tanh, softplus, silu, gelu and what is made of them.
// Owns: the formulas. The stable softplus stands in src/ops/nn.

import { ShapeError } from '../../base/errors.ts';
import { normalizeAxis, showShape } from '../../base/shape.ts';
import { split } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { op } from '../../ops/core/define.ts';
import * as math from '../../ops/math/elementwise.ts';
import { floating } from '../../ops/math/operands.ts';
import { gelu as exactGelu, softplus as stableSoftplus } from '../../ops/nn/activations.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { setLogits } from '../annotations.ts';
import { type Parameter, parameter } from './options.ts';

const { add, divide, multiply, negative, sqrt, square, subtract } = math;

/** x itself. */
export const linear = (x: TensorLike): Tensor => convertToTensor(x, undefined, 'linear');

/** 1 / (1 + e⁻ˣ). Cross-entropies find its logits again. */
export const sigmoid = op('keras.activations.sigmoid', (x: TensorLike): Tensor => {
  const logits = floating(x, 'sigmoid');
  const output = math.sigmoid(logits);
  setLogits(output, logits);
  return output;
});

export const tanh = op('keras.activations.tanh', (x: TensorLike): Tensor => math.tanh(x));
/** eˣ. */
export const exponential = op('keras.activations.exponential', (x: TensorLike): Tensor => math.exp(x));
/** log(1 + eˣ). */
export const softplus = op('keras.activations.softplus', (x: TensorLike): Tensor => stableSoftplus(x));
/** x / (1 + |x|). */
export const softsign = op('keras.activations.softsign', (x: TensorLike): Tensor => {
  const tensor = floating(x, 'softsign');
  return divide(tensor, add(math.abs(tensor), 1));
});
/** log σ(x). */
export const logSigmoid = op(
  'keras.activations.log_sigmoid',
  (x: TensorLike): Tensor => negative(stableSoftplus(negative(floating(x, 'logSigmoid')))),
);
/** x · σ(x). */
export const silu = op('keras.activations.silu', (x: TensorLike): Tensor => {
  const tensor = floating(x, 'silu');
  return multiply(tensor, math.sigmoid(tensor));
});
/** x · tanh(softplus(x)). */
export const mish = op('keras.activations.mish', (x: TensorLike): Tensor => {
  const tensor = floating(x, 'mish');
  return multiply(tensor, math.tanh(stableSoftplus(tensor)));
});
/** x − tanh(x). */
export const tanhShrink = op('keras.activations.tanh_shrink', (x: TensorLike): Tensor => {
  const tensor = floating(x, 'tanhShrink');
  return subtract(tensor, math.tanh(tensor));
});
/** (x + √(x² + b)) / 2. */
export const squareplus = op('keras.activations.squareplus', (x: TensorLike, b?: Parameter<'b', number>): Tensor => {
  const tensor = floating(x, 'squareplus');
  return divide(add(tensor, sqrt(add(square(tensor), parameter(b, 'b', 4)))), 2);
});

/** x · Φ(x), Φ the distribution function of the normal distribution; `approximate` uses tanh. */
export const gelu = op(
  'keras.activations.gelu',
  (x: TensorLike, approximate?: Parameter<'approximate', boolean>): Tensor => {
    const tensor = floating(x, 'gelu');
    if (!parameter(approximate, 'approximate', false)) return exactGelu(tensor);
    const cubic = multiply(multiply(square(tensor), tensor), 0.044715);
    const inner = math.tanh(multiply(add(tensor, cubic), Math.sqrt(2 / Math.PI)));
    return multiply(multiply(tensor, 0.5), add(inner, 1));
  },
);

/** a · σ(b), a and b the halves of x along an axis. */
export const glu = op('keras.activations.glu', (x: TensorLike, axis?: Parameter<'axis', number>): Tensor => {
  const tensor = floating(x, 'glu');
  const at = normalizeAxis(parameter(axis, 'axis', -1), tensor.dims.length, 'glu');
  if (tensor.dims[at]! % 2 !== 0)
    throw new ShapeError(
      `glu: axis ${at} of shape ${showShape(tensor.dims)} has length ${tensor.dims[at]}, wanted an even one.`,
    );
  const [a, b] = split(tensor, 2, at);
  return multiply(a!, math.sigmoid(b!));
});
