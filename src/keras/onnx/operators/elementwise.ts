// ONNX's elementwise operators.
// Owns: activations, arithmetic, comparisons, casts. Sources: https://onnx.ai/onnx/operators/
import type { DType } from '../../../base/dtype.ts';
import { broadcastShapes } from '../../../base/shape.ts';
import { type NarrowType, narrowTypes } from '../../../formats/onnx/narrow-types.ts';
import { dtypeOfOnnx } from '../../../formats/onnx/onnx-tensor.ts';
import * as tf from '../../../ops/index.ts';
import type { BinaryName, CompareName, UnaryName } from '../../../primitives/elementwise/rules.ts';
import * as p from '../../../primitives/functions.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Operator, OperatorContext } from './context.ts';
import { narrowed, narrowOf, type RoundMode } from './narrow.ts';

const need = (inputs: readonly (Tensor | null)[], context: OperatorContext, count: number): Tensor[] =>
  Array.from({ length: count }, (_, i) => context.need(inputs[i], i));

/** Two operands of one shape. */
export function together(a: Tensor, b: Tensor): [Tensor, Tensor] {
  const dims = broadcastShapes(a.dims, b.dims, 'ONNX');
  return [p.broadcastTo(a, dims) as Tensor, p.broadcastTo(b, dims) as Tensor];
}
const unary =
  (name: UnaryName): Operator =>
  (inputs, context) =>
    p.unary(name, need(inputs, context, 1)[0]!) as Tensor;
const map =
  (f: (x: Tensor, context: OperatorContext) => Tensor): Operator =>
  (inputs, context) =>
    f(need(inputs, context, 1)[0]!, context);
const pairwise = (name: BinaryName, a: Tensor, b: Tensor): Tensor => p.binary(name, ...together(a, b)) as Tensor;
const binary =
  (name: BinaryName): Operator =>
  (inputs, context) => {
    const [a, b] = need(inputs, context, 2);
    return pairwise(name, a!, b!);
  };
const compare =
  (name: CompareName): Operator =>
  (inputs, context) => {
    const [a, b] = need(inputs, context, 2);
    return p.compare(name, ...together(a!, b!)) as Tensor;
  };
const variadic =
  (name: BinaryName): Operator =>
  (inputs, context) =>
    inputs.map((x, i) => context.need(x, i)).reduce((a, b) => pairwise(name, a, b));
const number = (value: number, like: Tensor): Tensor => p.full(value, like) as Tensor;

/** The dtype of a number of TensorProto.DataType. */
export function dtypeFrom(context: OperatorContext, value: number): DType {
  return dtypeOfOnnx(value) ?? context.fail(`data type ${value} is not known here.`);
}

function clip(inputs: readonly (Tensor | null)[], context: OperatorContext): Tensor {
  let x = context.need(inputs[0], 0);
  const bound = (position: number, name: string): Tensor | null =>
    inputs[position] ?? (context.has(name) ? number(context.float(name, 0), x) : null);
  const [low, high] = [bound(1, 'min'), bound(2, 'max')];
  if (low) x = pairwise('max', x, low);
  return high ? pairwise('min', x, high) : x;
}

function mod(inputs: readonly (Tensor | null)[], context: OperatorContext): Tensor {
  const [a, b] = need(inputs, context, 2) as [Tensor, Tensor];
  if (context.int('fmod', 0) === 1) return pairwise('rem', a, b);
  return tf.floormod(...together(a, b));
}

function narrowCast(x: Tensor, type: NarrowType, context: OperatorContext): Tensor {
  const mode = context.text('round_mode', 'up') as RoundMode;
  return narrowed(x, type, context.int('saturate', 1) === 1, type.kind === 'scale' ? mode : 'nearest');
}

const power: Operator = (inputs, context) => {
  const [a, b] = need(inputs, context, 2) as [Tensor, Tensor];
  return pairwise('pow', a, p.convert(b, a.dtype) as Tensor);
};

export const elementwise: Readonly<Record<string, Operator>> = {
  Neg: unary('neg'),
  Abs: unary('abs'),
  Sign: unary('sign'),
  Sqrt: unary('sqrt'),
  Exp: unary('exp'),
  Log: unary('log'),
  Floor: unary('floor'),
  Ceil: unary('ceil'),
  Round: unary('round'),
  Reciprocal: map((x) => p.reciprocal(x) as Tensor),
  Erf: unary('erf'),
  Sin: unary('sin'),
  Cos: unary('cos'),
  Tan: unary('tan'),
  Asin: unary('asin'),
  Acos: unary('acos'),
  Atan: unary('atan'),
  Sinh: unary('sinh'),
  Cosh: unary('cosh'),
  Asinh: unary('asinh'),
  Acosh: unary('acosh'),
  Atanh: unary('atanh'),
  Tanh: unary('tanh'),
  Sigmoid: unary('logistic'),
  Not: unary('not'),
  BitwiseNot: unary('not'),
  IsNaN: map((x) => tf.isNan(x)),
  IsInf: map((x, context) => {
    const [above, below] = [context.int('detect_positive', 1), context.int('detect_negative', 1)];
    const infinite = tf.isInf(x);
    if (above && below) return infinite;
    return infinite.logicalAnd(above ? tf.greater(x, 0) : tf.less(x, 0));
  }),

  Relu: map((x) => p.binary('max', x, p.zerosLike(x)) as Tensor),
  LeakyRelu: map((x, context) => tf.nn.leakyRelu(x, context.float('alpha', 0.01))),
  PRelu: (inputs, context) => {
    const [x, slope] = need(inputs, context, 2) as [Tensor, Tensor];
    return tf.where(tf.less(x, 0), pairwise('mul', x, slope), x);
  },
  Elu: map((x, context) =>
    tf.where(tf.less(x, 0), tf.multiply(tf.expm1(tf.minimum(x, 0)), context.float('alpha', 1)), x),
  ),
  Selu: map((x, context) => {
    const [alpha, gamma] = [context.float('alpha', 1.6732631921768188), context.float('gamma', 1.0507010221481323)];
    return tf.multiply(tf.where(tf.greater(x, 0), x, tf.multiply(tf.expm1(tf.minimum(x, 0)), alpha)), gamma);
  }),
  Celu: map((x, context) => {
    const alpha = context.float('alpha', 1);
    return tf.add(tf.maximum(x, 0), tf.minimum(tf.multiply(tf.expm1(tf.divide(x, alpha)), alpha), 0));
  }),
  Softplus: map((x) => tf.nn.softplus(x)),
  Softsign: map((x) => tf.nn.softsign(x)),
  HardSigmoid: map((x, context) =>
    tf.clipByValue(tf.add(tf.multiply(x, context.float('alpha', 0.2)), context.float('beta', 0.5)), 0, 1),
  ),
  HardSwish: map((x) => tf.multiply(x, tf.clipByValue(tf.add(tf.divide(x, 6), 0.5), 0, 1))),
  Mish: map((x) => tf.multiply(x, tf.tanh(tf.nn.softplus(x)))),
  Gelu: map((x, context) => tf.nn.gelu(x, context.text('approximate', 'none') === 'tanh')),
  ThresholdedRelu: map((x, context) => tf.where(tf.greater(x, context.float('alpha', 1)), x, tf.zerosLike(x))),
  Shrink: map((x, context) => {
    const [lambd, bias] = [context.float('lambd', 0.5), context.float('bias', 0)];
    const above = tf.where(tf.greater(x, lambd), tf.subtract(x, bias), tf.zerosLike(x));
    return tf.where(tf.less(x, -lambd), tf.add(x, bias), above);
  }),
  Swish: map((x, context) => tf.multiply(x, tf.sigmoid(tf.multiply(x, context.float('alpha', 1))))),
  Clip: clip,

  Add: binary('add'),
  Sub: binary('sub'),
  Mul: binary('mul'),
  Div: binary('div'),
  Pow: power,
  Mod: mod,
  Min: variadic('min'),
  Max: variadic('max'),
  Sum: variadic('add'),
  Mean: (inputs, context) => {
    const total = variadic('add')(inputs, context) as Tensor;
    return tf.divide(total, inputs.length);
  },
  And: binary('and'),
  Or: binary('or'),
  Xor: binary('xor'),
  BitwiseAnd: binary('and'),
  BitwiseOr: binary('or'),
  BitwiseXor: binary('xor'),
  BitShift: (inputs, context) =>
    binary(context.text('direction', 'LEFT') === 'LEFT' ? 'shiftLeft' : 'shiftRight')(inputs, context),
  Equal: compare('equal'),
  Less: compare('less'),
  LessOrEqual: compare('lessEqual'),
  Greater: compare('greater'),
  GreaterOrEqual: compare('greaterEqual'),
  Where: (inputs, context) => {
    const [condition, a, b] = need(inputs, context, 3) as [Tensor, Tensor, Tensor];
    return tf.where(condition, a, b);
  },
  Cast: map((x, context) => {
    const to = context.int('to', 1);
    const type = narrowTypes.get(to);
    return type ? narrowCast(x, type, context) : tf.cast(x, dtypeFrom(context, to));
  }),
  CastLike: (inputs, context) => {
    const [x, like] = need(inputs, context, 2) as [Tensor, Tensor];
    const type = narrowOf(like);
    return type ? narrowCast(x, type, context) : tf.cast(x, like.dtype);
  },
  BitCast: map((x, context) => tf.bitcast(x, dtypeFrom(context, context.int('to', 1)))),
  Dropout: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    const rate = inputs[1] ? context.known(inputs[1], 'ratio')[0]! : context.float('ratio', 0.5);
    if (!context.training || rate === 0) return [x, tf.onesLike(x, 'bool')];
    const kept = tf.greaterEqual(tf.random.uniform(x.dims, 0, 1, 'float32'), rate);
    return [tf.where(kept, tf.divide(x, 1 - rate), tf.zerosLike(x)), kept];
  },
};
