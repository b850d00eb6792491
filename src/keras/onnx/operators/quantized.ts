// ONNX's quantized operators: numbers as steps of a scale from a zero point.
// Owns: scales for all, along an axis or for blocks; products and convolutions of quantized operands.
import { dtypes } from '../../../base/dtype.ts';
import type { NarrowType } from '../../../formats/onnx/narrow-types.ts';
import { narrowTypes } from '../../../formats/onnx/narrow-types.ts';
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Operator, OperatorContext } from './context.ts';
import { convolve, perChannel } from './convolutions.ts';
import { dtypeFrom } from './elementwise.ts';
import { matmul, positive } from './linear.ts';
import { narrowed, narrowOf, noted } from './narrow.ts';

type Inputs = readonly (Tensor | null)[];

/** A scale or zero point: for all, along an axis, or for blocks along it. */
function along(values: Tensor, x: Tensor, axis: number, block = 0): Tensor {
  if (values.size === 1) return p.reshape(values, []) as Tensor;
  const at = positive(axis, x.rank);
  if (values.rank < 2 || block === 0) return perChannel(values, x.rank, at);
  const repeated = tf.repeat(values, block, { axis: at });
  return p.slice(
    repeated,
    x.dims.map(() => 0),
    x.dims,
  ) as Tensor;
}

function dequantize(inputs: Inputs, context: OperatorContext): Tensor {
  const [x, scale] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
  const axis = context.int('axis', 1);
  const block = context.int('block_size', 0);
  const zero = inputs[2] ? tf.cast(along(inputs[2], x, axis, block), scale.dtype) : 0;
  return tf.multiply(tf.subtract(tf.cast(x, scale.dtype), zero), along(scale, x, axis, block));
}
function quantize(inputs: Inputs, context: OperatorContext): Tensor {
  const [x, scale] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
  const axis = context.int('axis', 1);
  const number = context.int('output_dtype', 0);
  const type = inputs[2] ? narrowOf(inputs[2]) : narrowTypes.get(number);
  const block = context.int('block_size', 0);
  const steps = tf.divide(x, along(tf.cast(scale, x.dtype), x, axis, block));
  if (type && (type.kind === 'float' || type.kind === 'scale'))
    return narrowed(steps, type, context.int('saturate', 1) === 1);
  const zero = inputs[2] ? tf.cast(along(inputs[2], x, axis, block), x.dtype) : 0;
  const dtype = type?.carrier ?? inputs[2]?.dtype ?? (number === 0 ? 'uint8' : dtypeFrom(context, number));
  const { min, max } = limitsOf(type, dtype);
  return noted(tf.cast(tf.clipByValue(tf.add(tf.round(steps), zero), min, max), dtype), type);
}
const limitsOf = (type: NarrowType | undefined, dtype: Tensor['dtype']): { min: number; max: number } =>
  type ? { min: Math.min(...type.values), max: Math.max(...type.values) } : dtypes[dtype];
export function dynamicQuantize(inputs: Inputs, context: OperatorContext): Tensor[] {
  const x = context.need(inputs[0], 0);
  const [low, high] = [tf.minimum(tf.reduceMin(x), 0), tf.maximum(tf.reduceMax(x), 0)];
  const scale = tf.divide(tf.subtract(high, low), 255);
  const zero = tf.clipByValue(tf.round(tf.divide(tf.neg(low), scale)), 0, 255);
  const y = tf.clipByValue(tf.add(tf.round(tf.divide(x, scale)), zero), 0, 255);
  return [tf.cast(y, 'uint8'), scale, tf.cast(zero, 'uint8')];
}
export function matmulInteger(inputs: Inputs, context: OperatorContext): Tensor {
  const [a, b] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
  const less = (x: Tensor, zero: Tensor | null | undefined, axis: number): Tensor =>
    zero ? tf.subtract(tf.cast(x, 'int32'), tf.cast(along(zero, x, axis), 'int32')) : tf.cast(x, 'int32');
  return matmul(less(a, inputs[2], -2), less(b, inputs[3], -1));
}

/** Quantized operands as floats: values, scale, zero point at three positions. */
export const real = (inputs: Inputs, context: OperatorContext, from: number, axis: number): Tensor => {
  const [x, scale] = [context.need(inputs[from], from), context.need(inputs[from + 1], from + 1)];
  const zero = inputs[from + 2];
  const wide = tf.cast(x, scale.dtype);
  const steps = zero ? tf.subtract(wide, tf.cast(along(zero, x, axis), scale.dtype)) : wide;
  return tf.multiply(steps, along(scale, x, axis));
};
/** Floats as steps of a scale. */
export function requantized(y: Tensor, scale: Tensor, zero: Tensor | null | undefined): Tensor {
  const dtype = zero?.dtype ?? 'uint8';
  const { min, max } = dtypes[dtype];
  const steps = tf.round(tf.divide(y, p.reshape(scale, []) as Tensor));
  const moved = zero ? tf.add(steps, tf.cast(p.reshape(zero, []) as Tensor, y.dtype)) : steps;
  return tf.cast(tf.clipByValue(moved, min, max), dtype);
}
const qLinearMatmul: Operator = (inputs, context) =>
  requantized(
    matmul(real(inputs, context, 0, -2), real(inputs, context, 3, -1)),
    context.need(inputs[6], 6),
    inputs[7],
  );
const qLinearConvolution: Operator = (inputs, context) => {
  const [x, w] = [real(inputs, context, 0, 1), real(inputs, context, 3, 0)];
  const y = convolve(x, w, null, context);
  const bias = inputs[8];
  const scale = tf.multiply(context.need(inputs[1], 1), context.need(inputs[4], 4));
  const sum = bias ? tf.add(y, perChannel(tf.multiply(tf.cast(bias, y.dtype), scale), y.rank)) : y;
  return requantized(sum, context.need(inputs[6], 6), inputs[7]);
};
const integerConvolution: Operator = (inputs, context) => {
  const less = (x: Tensor, zero: Tensor | null | undefined): Tensor =>
    zero ? tf.subtract(tf.cast(x, 'float32'), tf.cast(along(zero, x, 0), 'float32')) : tf.cast(x, 'float32');
  const x = less(context.need(inputs[0], 0), inputs[2]);
  return tf.cast(convolve(x, less(context.need(inputs[1], 1), inputs[3]), null, context), 'int32');
};

export const quantized: Readonly<Record<string, Operator>> = {
  MatMulInteger: matmulInteger,
  QLinearMatMul: qLinearMatmul,
  QLinearConv: qLinearConvolution,
  ConvInteger: integerConvolution,
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
};
