// ONNX's matrix products, reductions, softmax, normalizations.
// Owns: these operators, with the meaning they had in older versions.
import type { Dims } from '../../../base/shape.ts';
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Operator, OperatorContext } from './context.ts';
import { perChannel } from './convolutions.ts';
import { together } from './elementwise.ts';

type Inputs = readonly (Tensor | null)[];
const product = (dims: Dims): number => dims.reduce((a, b) => a * b, 1);
export const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.rank === 1) return tf.squeeze(matmul(tf.expandDims(a, 0), b), [b.rank === 1 ? 0 : -2]);
  if (b.rank === 1) return tf.squeeze(matmul(a, tf.expandDims(b, 1)), [-1]);
  return tf.matmul(a, b);
}

export function gemm(inputs: Inputs, context: OperatorContext): Tensor {
  const [a, b] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
  const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : tf.multiply(x, factor));
  const result = tf.matmul(a, b, {
    transposeA: context.int('transA', 0) === 1,
    transposeB: context.int('transB', 0) === 1,
  });
  const sum = scaled(result, context.float('alpha', 1));
  return inputs[2] ? tf.add(sum, scaled(inputs[2], context.float('beta', 1))) : sum;
}

const reducer =
  (reduce: (x: Tensor, axes: number[], keepdims: boolean) => Tensor): Operator =>
  (inputs, context) => {
    const x = context.need(inputs[0], 0);
    const given = context.list(inputs[1], 'axes');
    const keepdims = context.int('keepdims', 1) === 1;
    if (!given?.length && context.int('noop_with_empty_axes', 0) === 1) return x;
    const axes = given?.length ? given.map((axis) => positive(axis, x.rank)) : x.dims.map((_, i) => i);
    return reduce(x, axes, keepdims);
  };

function extreme(find: typeof tf.argmax): Operator {
  return (inputs, context) => {
    const x = context.need(inputs[0], 0);
    const axis = positive(context.int('axis', 0), x.rank);
    const last = context.int('select_last_index', 0) === 1;
    let found = find(last ? (p.reverse(x, [axis]) as Tensor) : x, { axis, outputType: 'int64' });
    if (last) found = tf.subtract(x.dims[axis]! - 1, found);
    return context.int('keepdims', 1) === 1 ? tf.expandDims(found, axis) : found;
  };
}

/** Before version 13 the axes from `axis` on were one. */
const softened =
  (f: (x: Tensor, axis: number) => Tensor): Operator =>
  (inputs, context) => {
    const x = context.need(inputs[0], 0);
    if (context.opset >= 13) return f(x, context.int('axis', -1));
    const axis = positive(context.int('axis', 1), x.rank);
    const flat = p.reshape(x, [product(x.dims.slice(0, axis)), product(x.dims.slice(axis))]) as Tensor;
    return p.reshape(f(flat, -1), x.dims) as Tensor;
  };

function batchNormalization(inputs: Inputs, context: OperatorContext): Tensor | Tensor[] {
  const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((i) => context.need(inputs[i], i)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  if (context.int('training_mode', 0) === 1) {
    const axis = range(0, x.rank).filter((i) => i !== 1);
    const { result } = standardized(x, axis, context.float('epsilon', 1e-5));
    const momentum = context.float('momentum', 0.9);
    const moved = (old: Tensor, now: Tensor): Tensor =>
      tf.add(tf.multiply(old, momentum), tf.multiply(now, 1 - momentum));
    return [
      tf.add(tf.multiply(result, perChannel(scale, x.rank)), perChannel(bias, x.rank)),
      moved(mean, tf.reduceMean(x, { axis })),
      moved(variance, tf.reduceVariance(x, { axis })),
    ];
  }
  const factor = tf.multiply(scale, tf.rsqrt(tf.add(variance, context.float('epsilon', 1e-5))));
  const shift = tf.subtract(bias, tf.multiply(mean, factor));
  return tf.add(tf.multiply(x, perChannel(factor, x.rank)), perChannel(shift, x.rank));
}

/** (x − mean) / √(variance + ε) over axes, and what it was divided by. */
export function standardized(
  x: Tensor,
  axes: number[],
  epsilon: number,
): { result: Tensor; mean: Tensor; inverse: Tensor } {
  const mean = tf.reduceMean(x, { axis: axes, keepdims: true });
  const centred = tf.subtract(x, mean);
  const variance = tf.reduceMean(tf.square(centred), { axis: axes, keepdims: true });
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  return { result: tf.multiply(centred, inverse), mean, inverse };
}
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

function layerNormalization(inputs: Inputs, context: OperatorContext): Tensor[] {
  const x = context.need(inputs[0], 0);
  const axis = positive(context.int('axis', -1), x.rank);
  const { result, mean, inverse } = standardized(x, range(axis, x.rank), context.float('epsilon', 1e-5));
  const scaled = tf.multiply(result, context.need(inputs[1], 1));
  return [inputs[2] ? tf.add(scaled, inputs[2]) : scaled, mean, inverse];
}

function instanceNormalization(inputs: Inputs, context: OperatorContext): Tensor {
  const [x, scale, bias] = [0, 1, 2].map((i) => context.need(inputs[i], i)) as [Tensor, Tensor, Tensor];
  const { result } = standardized(x, range(2, x.rank), context.float('epsilon', 1e-5));
  return tf.add(tf.multiply(result, perChannel(scale, x.rank)), perChannel(bias, x.rank));
}

function groupNormalization(inputs: Inputs, context: OperatorContext): Tensor {
  const [x, scale, bias] = [0, 1, 2].map((i) => context.need(inputs[i], i)) as [Tensor, Tensor, Tensor];
  const groups = context.int('num_groups', 1);
  const [batch, channels] = [x.dims[0]!, x.dims[1]!];
  const grouped = p.reshape(x, [batch, groups, channels / groups, ...x.dims.slice(2)]) as Tensor;
  const { result } = standardized(grouped, range(2, grouped.rank), context.float('epsilon', 1e-5));
  // Scales were one a group before version 21.
  const each = (values: Tensor): Tensor =>
    perChannel(values.size === channels ? values : tf.repeat(values, channels / groups), x.rank);
  return tf.add(tf.multiply(p.reshape(result, x.dims) as Tensor, each(scale)), each(bias));
}

export function rmsNormalization(inputs: Inputs, context: OperatorContext): Tensor {
  const x = context.need(inputs[0], 0);
  const axis = range(positive(context.int('axis', -1), x.rank), x.rank);
  const mean = tf.reduceMean(tf.square(x), { axis, keepdims: true });
  const inverse = tf.rsqrt(tf.add(mean, context.float('epsilon', 1e-5)));
  return tf.multiply(tf.multiply(x, inverse), context.need(inputs[1], 1));
}

/** −Σ w[label] · logs[label], over everything, as a weighted mean, or each by itself. */
function negativeLogLikelihood(logs: Tensor, inputs: Inputs, context: OperatorContext): Tensor {
  const labels = tf.cast(context.need(inputs[1], 1), 'int32'); // (batch, …places)
  const classes = logs.dims[1]!;
  const ignored = context.has('ignore_index') ? tf.equal(labels, context.int('ignore_index', 0)) : null;
  const safe = ignored ? tf.where(ignored, tf.zerosLike(labels), labels) : labels;
  const hot = tf.oneHot(safe, classes, { axis: 1, dtype: logs.dtype });
  const losses = tf.neg(tf.reduceSum(tf.multiply(hot, logs), { axis: 1 }));
  let weights = inputs[2] ? tf.gather(inputs[2], safe) : tf.onesLike(losses);
  if (ignored) weights = tf.where(ignored, tf.zerosLike(weights), weights);
  const each = tf.multiply(losses, weights);
  const reduction = context.text('reduction', 'mean');
  if (reduction === 'none') return each;
  const sum = tf.reduceSum(each);
  return reduction === 'sum' ? sum : tf.divide(sum, tf.reduceSum(weights));
}

const squared = (x: Tensor): Tensor => tf.multiply(...together(x, x));

export const linear: Readonly<Record<string, Operator>> = {
  MatMul: (inputs, context) => matmul(context.need(inputs[0], 0), context.need(inputs[1], 1)),
  Gemm: gemm,
  Einsum: (inputs, context) => tf.einsum(context.text('equation', ''), ...inputs.map((x, i) => context.need(x, i))),

  ReduceSum: reducer((x, axis, keepdims) => tf.reduceSum(x, { axis, keepdims })),
  ReduceMean: reducer((x, axis, keepdims) => tf.reduceMean(x, { axis, keepdims })),
  ReduceMax: reducer((x, axis, keepdims) => tf.reduceMax(x, { axis, keepdims })),
  ReduceMin: reducer((x, axis, keepdims) => tf.reduceMin(x, { axis, keepdims })),
  ReduceProd: reducer((x, axis, keepdims) => tf.reduceProd(x, { axis, keepdims })),
  ReduceL1: reducer((x, axis, keepdims) => tf.reduceSum(tf.abs(x), { axis, keepdims })),
  ReduceL2: reducer((x, axis, keepdims) => tf.sqrt(tf.reduceSum(squared(x), { axis, keepdims }))),
  ReduceSumSquare: reducer((x, axis, keepdims) => tf.reduceSum(squared(x), { axis, keepdims })),
  ReduceLogSum: reducer((x, axis, keepdims) => tf.log(tf.reduceSum(x, { axis, keepdims }))),
  ReduceLogSumExp: reducer((x, axis, keepdims) => tf.reduceLogsumexp(x, { axis, keepdims })),
  ArgMax: extreme(tf.argmax),
  ArgMin: extreme(tf.argmin),
  Det: (inputs, context) => tf.linalg.det(context.need(inputs[0], 0)),
  NegativeLogLikelihoodLoss: (inputs, context) => negativeLogLikelihood(context.need(inputs[0], 0), inputs, context),
  SoftmaxCrossEntropyLoss: (inputs, context) => {
    const logs = tf.nn.logSoftmax(context.need(inputs[0], 0), 1);
    return [negativeLogLikelihood(logs, inputs, context), logs];
  },
  CumProd: (inputs, context) =>
    tf.math.cumprod(context.need(inputs[0], 0), {
      axis: context.known(context.need(inputs[1], 1), 'axis')[0]!,
      exclusive: context.int('exclusive', 0) === 1,
      reverse: context.int('reverse', 0) === 1,
    }),
  CumSum: (inputs, context) =>
    tf.cumsum(context.need(inputs[0], 0), {
      axis: context.known(context.need(inputs[1], 1), 'axis')[0]!,
      exclusive: context.int('exclusive', 0) === 1,
      reverse: context.int('reverse', 0) === 1,
    }),
  TopK: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    const k = inputs[1] ? context.known(inputs[1], 'k')[0]! : context.int('k', 1);
    const axis = positive(context.int('axis', -1), x.rank);
    const order = [...range(0, x.rank).filter((i) => i !== axis), axis];
    const back = range(0, x.rank).map((i) => order.indexOf(i));
    const [values, places] = p.sort(p.transpose(x, order), context.int('largest', 1) === 1) as [Tensor, Tensor];
    const first = (sorted: Tensor): Tensor => {
      const limit = [...sorted.dims.slice(0, -1), k];
      return p.transpose(
        p.slice(
          sorted,
          limit.map(() => 0),
          limit,
        ),
        back,
      ) as Tensor;
    };
    return [first(values), tf.cast(first(places), 'int64')];
  },

  Softmax: softened((x, axis) => tf.nn.softmax(x, axis)),
  LogSoftmax: softened((x, axis) => tf.nn.logSoftmax(x, axis)),
  Hardmax: softened((x, axis) =>
    tf.oneHot(tf.argmax(x, { axis }), x.dims.at(axis)!, { axis: positive(axis, x.rank), dtype: x.dtype }),
  ),
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  RMSNormalization: rmsNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  MeanVarianceNormalization: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    return standardized(x, context.ints('axes') ?? [0, 2, 3], 1e-9).result;
  },
  LpNormalization: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    const axis = context.int('axis', -1);
    const size =
      context.int('p', 2) === 1
        ? tf.reduceSum(tf.abs(x), { axis, keepdims: true })
        : tf.sqrt(tf.reduceSum(squared(x), { axis, keepdims: true }));
    return tf.math.divideNoNan(...together(x, size));
  },
};
