// keras.ops: activations, under their names there.
// Owns: one node of a functional model for each; the formulas are keras.activations'.

import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import * as activations from '../activations/index.ts';
import { kerasOp, tensor } from './define.ts';

const unary = (name: string, f: (x: TensorLike) => Tensor) => kerasOp(name, ['x'], (x: TensorLike): Tensor => f(x));
const along = (name: string, f: (x: TensorLike, axis: number) => Tensor) =>
  kerasOp(name, ['x', 'axis'], (x: TensorLike, axis: number = -1): Tensor => f(x, axis));

export const relu = unary('relu', activations.relu);
export const relu6 = unary('relu6', activations.relu6);
export const selu = unary('selu', activations.selu);
export const sigmoid = unary('sigmoid', activations.sigmoid);
export const logSigmoid = unary('logSigmoid', activations.logSigmoid);
export const silu = unary('silu', activations.silu);
export const swish = silu;
export const softplus = unary('softplus', activations.softplus);
export const softsign = unary('softsign', activations.softsign);
export const hardSigmoid = unary('hardSigmoid', activations.hardSigmoid);
export const hardSilu = unary('hardSilu', activations.hardSilu);
export const hardSwish = hardSilu;
export const hardTanh = unary('hardTanh', activations.hardTanh);
export const tanhShrink = unary('tanhShrink', activations.tanhShrink);
export const sparsePlus = unary('sparsePlus', activations.sparsePlus);
export const sparseSigmoid = unary('sparseSigmoid', activations.sparseSigmoid);
export const elu = kerasOp(
  'elu',
  ['x', 'alpha'],
  (x: TensorLike, alpha: number = 1): Tensor => activations.elu(x, alpha),
);
export const celu = kerasOp(
  'celu',
  ['x', 'alpha'],
  (x: TensorLike, alpha: number = 1): Tensor => activations.celu(x, alpha),
);
export const leakyRelu = kerasOp(
  'leakyRelu',
  ['x', 'negativeSlope'],
  (x: TensorLike, negativeSlope: number = 0.2): Tensor => activations.leakyRelu(x, negativeSlope),
);
export const gelu = kerasOp(
  'gelu',
  ['x', 'approximate'],
  (x: TensorLike, approximate: boolean = true): Tensor => activations.gelu(x, approximate),
);
export const squareplus = kerasOp(
  'squareplus',
  ['x', 'b'],
  (x: TensorLike, b: number = 4): Tensor => activations.squareplus(x, b),
);
export const softShrink = kerasOp(
  'softShrink',
  ['x', 'threshold'],
  (x: TensorLike, threshold: number = 0.5): Tensor => activations.softShrink(x, threshold),
);
export const hardShrink = kerasOp(
  'hardShrink',
  ['x', 'threshold'],
  (x: TensorLike, threshold: number = 0.5): Tensor => activations.hardShrink(x, threshold),
);
export const threshold = kerasOp(
  'threshold',
  ['x', 'threshold', 'defaultValue'],
  (x: TensorLike, limit: number, defaultValue: number): Tensor => activations.threshold(x, limit, defaultValue),
);
export const glu = along('glu', activations.glu);
export const sparsemax = along('sparsemax', activations.sparsemax);
type Axes = number | readonly number[];
/** Over all elements where the axis is null. */
const flattened = (f: (x: TensorLike, axis: Axes) => Tensor, x: TensorLike, axis: Axes | null): Tensor => {
  if (axis !== null) return f(x, axis);
  const t = tensor(x);
  return f(t.reshape([-1]), 0).reshape(t.shape);
};
export const softmax = kerasOp(
  'softmax',
  ['x', 'axis'],
  (x: TensorLike, axis: number | readonly number[] | null = -1): Tensor => flattened(activations.softmax, x, axis),
  true,
);
export const logSoftmax = kerasOp(
  'logSoftmax',
  ['x', 'axis'],
  (x: TensorLike, axis: number | readonly number[] | null = -1): Tensor => flattened(activations.logSoftmax, x, axis),
  true,
);
