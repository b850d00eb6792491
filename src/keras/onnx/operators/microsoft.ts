// The fused operators of the domain com.microsoft that ONNX Runtime's optimizer and quantizer write.
// Owns: these. Those of its operators that mean what ONNX's own do (Gelu, LayerNormalization) are found there.
// Source: ContribOperators.md of ONNX Runtime's documentation.
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { biasOf, byDistance, joinHeads, rotaryHeads, splitHeads } from './attention.ts';
import type { Operator, OperatorContext } from './context.ts';
import { convolve, range } from './convolutions.ts';
import { gemm, matmul, standardized } from './linear.ts';
import { dynamicQuantize, matmulInteger, real, requantized } from './quantized.ts';

type Inputs = readonly (Tensor | null)[];

function activated(x: Tensor, context: OperatorContext): Tensor {
  const parameters = context.floats('activation_params') ?? [];
  const name = context.text('activation', '');
  switch (name) {
    case '':
      return x;
    case 'Relu':
      return tf.nn.relu(x);
    case 'Tanh':
      return tf.tanh(x);
    case 'Sigmoid':
      return tf.sigmoid(x);
    case 'LeakyRelu':
      return tf.nn.leakyRelu(x, context.float('activation_alpha', parameters[0] ?? 0.01));
    case 'Clip':
      return tf.clipByValue(x, parameters[0]!, parameters[1]!);
    case 'HardSigmoid':
      return tf.clipByValue(tf.add(tf.multiply(x, parameters[0]!), parameters[1]!), 0, 1);
    default:
      return context.fail(`the activation '${name}' is not known.`);
  }
}

const fusedMatmul: Operator = (inputs, context) => {
  const turned = (x: Tensor, last: string, batch: string): Tensor => {
    if (x.rank < 2) return x;
    let order = range(x.rank);
    // The batch axes come before the last but one where the batch is turned.
    if (context.int(batch, 0) === 1) order = [...range(x.rank - 2, 1), 0, x.rank - 1];
    if (context.int(last, 0) === 1) order = [...order.slice(0, -2), order.at(-1)!, order.at(-2)!];
    return p.transpose(x, order) as Tensor;
  };
  const a = turned(context.need(inputs[0], 0), 'transA', 'transBatchA');
  const b = turned(context.need(inputs[1], 1), 'transB', 'transBatchB');
  const alpha = context.float('alpha', 1);
  const result = matmul(a, b);
  return alpha === 1 ? result : tf.multiply(result, alpha);
};

/** Σ of the input, what skipped the block, and a bias; normalized over the last axis. */
const skipNormalization =
  (centred: boolean): Operator =>
  (inputs, context) => {
    const [x, skip, gamma] = [0, 1, 2].map((i) => context.need(inputs[i], i)) as [Tensor, Tensor, Tensor];
    const [beta, bias] = centred ? [inputs[3], inputs[4]] : [null, inputs[3]];
    const both = tf.add(x, skip);
    const sum = bias ? tf.add(both, bias) : both;
    const epsilon = context.float('epsilon', 1e-12);
    if (centred) {
      const { result, mean, inverse } = standardized(sum, [sum.rank - 1], epsilon);
      const scaled = tf.multiply(result, gamma);
      return [beta ? tf.add(scaled, beta) : scaled, mean, inverse, sum];
    }
    const square = tf.reduceMean(tf.square(sum), { axis: -1, keepdims: true });
    const inverse = tf.rsqrt(tf.add(square, epsilon));
    return [tf.multiply(tf.multiply(sum, inverse), gamma), tf.zerosLike(square), inverse, sum];
  };

const embedding: Operator = (inputs, context) => {
  const ids = tf.cast(context.need(inputs[0], 0), 'int32'); // (batch, time)
  const [words, positions] = [context.need(inputs[2], 2), context.need(inputs[3], 3)];
  const [gamma, beta] = [context.need(inputs[5], 5), context.need(inputs[6], 6)];
  const [batch, time] = ids.dims as [number, number];
  const places = inputs[8] ? tf.cast(inputs[8], 'int32') : (p.iota([1, time], 1, 'int32') as Tensor);
  let sum = tf.add(tf.gather(words, ids), tf.gather(positions, places));
  if (inputs[1] && inputs[4]) sum = tf.add(sum, tf.gather(inputs[4], tf.cast(inputs[1], 'int32')));
  const { result } = standardized(sum, [2], context.float('epsilon', 1e-12));
  const lengths = inputs[7] ? tf.reduceSum(tf.cast(inputs[7], 'int32'), 1) : tf.zeros([batch], 'int32');
  return [tf.add(tf.multiply(result, gamma), beta), lengths, sum];
};

/** What a mask of any of its forms adds to the scores (batch, heads, time, keys). */
function maskBias(mask: Tensor, keys: number, context: OperatorContext, like: Tensor): Tensor {
  const far = p.scalar(context.float('mask_filter_value', -10000), like.dtype) as Tensor;
  const bias = (allowed: Tensor): Tensor => tf.where(allowed, p.scalar(0, like.dtype) as Tensor, far);
  if (mask.rank === 1) {
    const inside = tf.less(p.iota([mask.size, keys], 1, 'int32') as Tensor, tf.expandDims(tf.cast(mask, 'int32'), 1));
    return bias(p.reshape(inside, [mask.size, 1, 1, keys]) as Tensor);
  }
  const dims = mask.rank === 2 ? [mask.dims[0]!, 1, 1, mask.dims[1]!] : [mask.dims[0]!, 1, ...mask.dims.slice(1)];
  return bias(tf.greater(p.reshape(tf.cast(mask, 'int32'), dims) as Tensor, 0));
}

interface Heads {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
}
function attended({ q, k, v }: Heads, mask: Tensor | null, bias: Tensor | null, context: OperatorContext): Tensor {
  const scale = context.float('scale', 0) || 1 / Math.sqrt(q.dims[3]!);
  const [time, keys] = [q.dims[2]!, k.dims[2]!];
  let scores = tf.multiply(tf.matmul(q, k, { transposeB: true }), scale);
  if (mask) scores = tf.add(scores, maskBias(mask, keys, context, q));
  if (bias) scores = tf.add(scores, bias);
  if (context.int('unidirectional', 0) === 1)
    scores = tf.add(
      scores,
      biasOf(
        byDistance(time, keys, keys - time, (d) => tf.lessEqual(d, 0)),
        q,
      ),
    );
  return joinHeads(tf.matmul(tf.nn.softmax(scores, -1), v));
}

/** Projections to queries, keys and values in one matrix, then attention of the input to itself. */
const selfAttention: Operator = (inputs, context) => {
  const [x, w] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
  if (context.int('do_rotary', 0) === 1) context.fail('do_rotary is set, which cornu does not do.');
  const heads = context.int('num_heads', 1);
  const sizes = context.ints('qkv_hidden_sizes') ?? new Array<number>(3).fill(w.dims[1]! / 3);
  const projected = matmul(x, w);
  const all = inputs[2] ? tf.add(projected, inputs[2]) : projected;
  const [q, k, v] = (tf.split(all, sizes, { axis: -1 }) as Tensor[]).map((each) => splitHeads(each, heads)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const past = inputs[4] ? tf.unstack(inputs[4]) : null;
  const keys = past ? tf.concat([past[0]!, k], 2) : k;
  const values = past ? tf.concat([past[1]!, v], 2) : v;
  const result = attended({ q, k: keys, v: values }, inputs[3] ?? null, inputs[5] ?? null, context);
  return sizes[1] === sizes[2] ? [result, tf.stack([keys, values])] : result;
};

const multiHeadAttention: Operator = (inputs, context) => {
  const heads = context.int('num_heads', 1);
  const query = context.need(inputs[0], 0);
  const [key, value] = [1, 2].map((i) => context.need(inputs[i], i)) as [Tensor, Tensor];
  const bias = inputs[3] ?? null;
  const sizes = [query, query, value].map((x) => (x.rank === 4 ? x.dims[1]! * x.dims[3]! : x.dims.at(-1)!));
  const biases = bias ? (tf.split(bias, sizes, { axis: -1 }) as Tensor[]) : null;
  const [q, k, v] = [query, key, value].map((x, i) =>
    x.rank === 4 ? x : splitHeads(biases ? tf.add(x, biases[i]!) : x, heads),
  ) as [Tensor, Tensor, Tensor];
  const keys = inputs[6] ? tf.concat([inputs[6], k], 2) : k;
  const values = inputs[7] ? tf.concat([inputs[7], v], 2) : v;
  return [attended({ q, k: keys, v: values }, inputs[4] ?? null, inputs[5] ?? null, context), keys, values];
};

const rotary: Operator = (inputs, context) => {
  const [x, positions, cos, sin] = [0, 1, 2, 3].map((i) => context.need(inputs[i], i)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const three = x.rank === 3;
  const width = context.int('rotary_embedding_dim', 0);
  const heads = three ? splitHeads(x, context.int('num_heads', 0) || x.dims[2]! / (2 * cos.dims[1]!)) : x;
  const time = heads.dims[2]!;
  // One position alone is that of the first token.
  const places =
    positions.rank === 1
      ? tf.add(p.iota([heads.dims[0]!, time], 1, 'int32') as Tensor, tf.cast(positions, 'int32'))
      : positions;
  const result = rotaryHeads(heads, cos, sin, places, context.int('interleaved', 0) === 1, width);
  return three ? joinHeads(result) : result;
};

const ALL = -1;
const quantizedPair =
  (f: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (inputs, context) =>
    requantized(f(real(inputs, context, 0, ALL), real(inputs, context, 3, ALL)), context.need(inputs[6], 6), inputs[7]);
const quantizedMap =
  (f: (x: Tensor, context: OperatorContext) => Tensor): Operator =>
  (inputs, context) =>
    requantized(f(real(inputs, context, 0, ALL), context), context.need(inputs[3], 3), inputs[4]);

/** A product of whole numbers, with its scale and bias. */
function scaledProduct(product: Tensor, scale: Tensor, bias: Tensor | null | undefined): Tensor {
  const y = tf.multiply(tf.cast(product, scale.dtype), scale);
  return bias ? tf.add(y, bias) : y;
}
function dynamicMatmul(inputs: Inputs, context: OperatorContext): Tensor {
  const [a, scale, zero] = dynamicQuantize([context.need(inputs[0], 0)], context) as [Tensor, Tensor, Tensor];
  const product = matmulInteger([a, context.need(inputs[1], 1), zero, inputs[3] ?? null], context);
  return scaledProduct(product, tf.multiply(scale, context.need(inputs[2], 2)), inputs[4]);
}

export const microsoft: Readonly<Record<string, Operator>> = {
  FusedMatMul: fusedMatmul,
  TransposeMatMul: fusedMatmul,
  FusedConv: (inputs, context) => {
    const y = convolve(context.need(inputs[0], 0), context.need(inputs[1], 1), inputs[2], context);
    return activated(inputs[3] ? tf.add(y, inputs[3]) : y, context);
  },
  FusedGemm: (inputs, context) => activated(gemm(inputs, context), context),
  BiasGelu: (inputs, context) => tf.nn.gelu(tf.add(context.need(inputs[0], 0), context.need(inputs[1], 1))),
  FastGelu: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    return tf.nn.gelu(inputs[1] ? tf.add(x, inputs[1]) : x, true);
  },
  QuickGelu: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    return tf.multiply(x, tf.sigmoid(tf.multiply(x, context.float('alpha', 1.702))));
  },
  SkipLayerNormalization: skipNormalization(true),
  SkipSimplifiedLayerNormalization: skipNormalization(false),
  EmbedLayerNormalization: embedding,
  Attention: selfAttention,
  MultiHeadAttention: multiHeadAttention,
  RotaryEmbedding: rotary,
  QLinearAdd: quantizedPair((a, b) => tf.add(a, b)),
  QLinearMul: quantizedPair((a, b) => tf.multiply(a, b)),
  QLinearSigmoid: quantizedMap((x) => tf.sigmoid(x)),
  QLinearLeakyRelu: quantizedMap((x, context) => tf.nn.leakyRelu(x, context.float('alpha', 0.01))),
  QLinearGlobalAveragePool: quantizedMap((x, context) => {
    const first = context.int('channels_last', 0) === 1 ? 1 : 2;
    return tf.reduceMean(x, { axis: range(x.rank - 2, first), keepdims: true });
  }),
  QLinearConcat: (inputs, context) => {
    const parts = range((inputs.length - 2) / 3).map((i) => real(inputs, context, 2 + 3 * i, ALL));
    const whole = tf.concat(parts, context.int('axis', 0));
    return requantized(whole, context.need(inputs[0], 0), inputs[1]);
  },
  QGemm: (inputs, context) => {
    const product = gemm([real(inputs, context, 0, ALL), real(inputs, context, 3, ALL), null], context);
    const scale = tf.multiply(context.need(inputs[1], 1), context.need(inputs[4], 4));
    const y = inputs[6] ? tf.add(product, tf.multiply(tf.cast(inputs[6], product.dtype), scale)) : product;
    return inputs[7] ? requantized(y, inputs[7], inputs[8]) : y;
  },
  DynamicQuantizeMatMul: dynamicMatmul,
  MatMulIntegerToFloat: (inputs, context) => {
    const [a, b] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
    const product = matmulInteger([a, b, inputs[4] ?? null, inputs[5] ?? null], context);
    return scaledProduct(product, tf.multiply(context.need(inputs[2], 2), context.need(inputs[3], 3)), inputs[6]);
  },
  Inverse: (inputs, context) => tf.linalg.inv(context.need(inputs[0], 0)),
};
