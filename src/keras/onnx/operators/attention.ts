// ONNX's operators of transformers and of their linear kin.
// Owns: Attention, RotaryEmbedding, TensorScatter, LinearAttention, CausalConvWithState, SwiGLU, and the product of attention that
// com.microsoft's fused operators share. Source: https://onnx.ai/onnx/operators/
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import { scan } from '../../../runtime/control.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Operator } from './context.ts';
import { convolveWith } from './convolutions.ts';
import { dtypeFrom } from './elementwise.ts';

/** (batch, time, heads · size) to (batch, heads, time, size). */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, time, width] = x.dims as [number, number, number];
  return p.transpose(p.reshape(x, [batch, time, heads, width / heads]), [0, 2, 1, 3]) as Tensor;
}
/** (batch, heads, time, size) to (batch, time, heads · size). */
export function joinHeads(x: Tensor): Tensor {
  const [batch, heads, time, size] = x.dims as [number, number, number, number];
  return p.reshape(p.transpose(x, [0, 2, 1, 3]), [batch, time, heads * size]) as Tensor;
}

/** 0 where something may be looked at, −∞ where not. */
export function biasOf(allowed: Tensor, like: Tensor): Tensor {
  const zero = p.scalar(0, like.dtype) as Tensor;
  return tf.where(allowed, zero, p.scalar(Number.NEGATIVE_INFINITY, like.dtype) as Tensor);
}
/** Of queries i and keys j, what holds of j − i − offset; (time, keys), with the batch before where offsets are one each. */
export function byDistance(
  time: number,
  keys: number,
  offset: number | Tensor,
  holds: (distance: Tensor) => Tensor,
): Tensor {
  const [i, j] = [0, 1].map((axis) => p.iota([time, keys], axis, 'int32') as Tensor);
  const distance = tf.subtract(j!, i!);
  if (typeof offset === 'number') return holds(tf.subtract(distance, offset));
  return holds(tf.subtract(distance, p.reshape(tf.cast(offset, 'int32'), [offset.size, 1, 1, 1]) as Tensor));
}
/** Softmax over the last axis; rows with nothing to look at become 0. */
export function maskedSoftmax(scores: Tensor, bias: Tensor | null): Tensor {
  const weights = tf.nn.softmax(scores, -1);
  if (!bias) return weights;
  const empty = tf.equal(tf.reduceMax(bias, { axis: -1, keepdims: true }), Number.NEGATIVE_INFINITY);
  return tf.where(empty, tf.zerosLike(weights), weights);
}
/** Heads repeated until there are so many, each beside itself. */
const grouped = (x: Tensor, heads: number): Tensor =>
  x.dims[1] === heads ? x : tf.repeat(x, heads / x.dims[1]!, { axis: 1 });

const attend: Operator = (inputs, context) => {
  const three = context.need(inputs[0], 0).rank === 3;
  const [q, k, v] = [0, 1, 2].map((i) => {
    const x = context.need(inputs[i], i);
    return three ? splitHeads(x, context.int(i === 0 ? 'q_num_heads' : 'kv_num_heads', 1)) : x;
  }) as [Tensor, Tensor, Tensor];
  const [mask, pastKey, pastValue, lengths] = [3, 4, 5, 6].map((i) => inputs[i] ?? null);
  const keys = pastKey ? tf.concat([pastKey, k], 2) : k;
  const values = pastValue ? tf.concat([pastValue, v], 2) : v;
  const [time, all] = [q.dims[2]!, keys.dims[2]!];
  const scale = Math.sqrt(context.has('scale') ? context.float('scale', 1) : 1 / Math.sqrt(q.dims[3]!));

  const biases: Tensor[] = [];
  if (mask) {
    const bool = mask.dtype === 'bool';
    const room = all - mask.dims.at(-1)!;
    const whole =
      room > 0
        ? (p.pad(
            mask,
            p.scalar(bool ? 0 : Number.NEGATIVE_INFINITY, mask.dtype),
            mask.dims.map(() => 0),
            mask.dims.map((_, i) => (i === mask.rank - 1 ? room : 0)),
          ) as Tensor)
        : mask;
    biases.push(bool ? biasOf(whole, q) : whole);
  }
  const offset = pastKey ? pastKey.dims[2]! : lengths ? tf.subtract(tf.cast(lengths, 'int32'), time) : 0;
  const allow = (holds: (distance: Tensor) => Tensor): void => {
    biases.push(biasOf(byDistance(time, all, offset, holds), q));
  };
  if (context.int('is_causal', 0) === 1) allow((distance) => tf.lessEqual(distance, 0));
  const [left, right] = [context.int('left_window_size', -1), context.int('right_window_size', -1)];
  if (left >= 0) allow((distance) => tf.greaterEqual(distance, -left));
  if (right >= 0) allow((distance) => tf.lessEqual(distance, right));
  if (lengths) {
    const inside = tf.less(
      p.iota([lengths.size, all], 1, 'int32') as Tensor,
      tf.expandDims(tf.cast(lengths, 'int32'), 1),
    );
    biases.push(biasOf(p.reshape(inside, [lengths.size, 1, 1, all]) as Tensor, q));
  }
  const bias = biases.length > 0 ? biases.reduce((a, b) => tf.add(a, b)) : null;

  const heads = q.dims[1]!;
  const scaled = (x: Tensor): Tensor => tf.multiply(x, scale);
  const product = tf.matmul(scaled(q), scaled(grouped(keys, heads)), { transposeB: true });
  const cap = context.float('softcap', 0);
  const capped = cap > 0 ? tf.multiply(tf.tanh(tf.divide(product, cap)), cap) : product;
  const scores = bias ? tf.add(capped, bias) : capped;
  const precise = context.has('softmax_precision')
    ? tf.cast(scores, dtypeFrom(context, context.int('softmax_precision', 1)))
    : scores;
  const weights = tf.cast(maskedSoftmax(precise, bias), q.dtype);
  const output = tf.matmul(weights, grouped(values, heads));
  const shown = [product, capped, scores, weights][context.int('qk_matmul_output_mode', 0)]!;
  return [three ? joinHeads(output) : output, keys, values, shown];
};

/** Pairs of numbers turned by angles: the first halves of each head with the second, or neighbours. */
export function rotated(x: Tensor, cos: Tensor, sin: Tensor, interleaved: boolean): Tensor {
  const size = x.dims.at(-1)!;
  const half = size / 2;
  const apart = interleaved ? (p.reshape(x, [...x.dims.slice(0, -1), half, 2]) as Tensor) : null;
  const [a, b] = (apart ? tf.unstack(apart, { axis: -1 }) : tf.split(x, 2, { axis: -1 })) as [Tensor, Tensor];
  const first = tf.subtract(tf.multiply(cos, a), tf.multiply(sin, b));
  const second = tf.add(tf.multiply(sin, a), tf.multiply(cos, b));
  if (!apart) return tf.concat([first, second], -1);
  return p.reshape(tf.stack([first, second], -1), x.dims) as Tensor;
}

/** x: (batch, heads, time, size); caches: (positions, half), or (batch, time, half) without positions. */
export function rotaryHeads(
  x: Tensor,
  cosines: Tensor,
  sines: Tensor,
  positions: Tensor | null,
  interleaved: boolean,
  turned: number,
): Tensor {
  const at = (cache: Tensor): Tensor =>
    tf.expandDims(positions ? tf.gather(cache, tf.cast(positions, 'int32')) : cache, 1);
  const width = turned || x.dims[3]!;
  if (width === x.dims[3]) return rotated(x, at(cosines), at(sines), interleaved);
  const [moving, still] = tf.split(x, [width, x.dims[3]! - width], { axis: -1 }) as [Tensor, Tensor];
  return tf.concat([rotated(moving, at(cosines), at(sines), interleaved), still], -1);
}

const rotary: Operator = (inputs, context) => {
  const [x, cos, sin] = [0, 1, 2].map((i) => context.need(inputs[i], i)) as [Tensor, Tensor, Tensor];
  const three = x.rank === 3;
  const heads = three ? splitHeads(x, context.int('num_heads', 1)) : x;
  const interleaved = context.int('interleaved', 0) === 1;
  const result = rotaryHeads(heads, cos, sin, inputs[3] ?? null, interleaved, context.int('rotary_embedding_dim', 0));
  return three ? joinHeads(result) : result;
};

/** A cache in which each row of the batch is written from its own position on. */
const scattered: Operator = (inputs, context) => {
  const [cache, update] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
  const wanted = context.int('axis', -2);
  const axis = wanted < 0 ? wanted + cache.rank : wanted;
  const [most, count] = [cache.dims[axis]!, update.dims[axis]!];
  const batch = cache.dims[0]!;
  const start = inputs[2] ? tf.cast(inputs[2], 'int32') : tf.zeros([batch], 'int32');
  const along = p.iota([batch, count], 1, 'int32') as Tensor;
  const raw = tf.add(along, tf.expandDims(start, 1));
  const place = context.text('mode', 'linear') === 'circular' ? tf.floormod(raw, most) : raw;
  const order = [0, axis, ...cache.dims.map((_, i) => i).filter((i) => i !== 0 && i !== axis)];
  const back = order.map((_, i) => order.indexOf(i));
  const rows = tf.stack([p.iota([batch, count], 0, 'int32') as Tensor, place], -1);
  const written = tf.tensorScatterNdUpdate(
    p.transpose(cache, order) as Tensor,
    rows,
    p.transpose(update, order) as Tensor,
  );
  return p.transpose(written, back) as Tensor;
};

/** A state of keys × values for each head, faded and corrected step by step. */
const linearAttention: Operator = (inputs, context) => {
  const [heads, stored] = [context.int('q_num_heads', 1), context.int('kv_num_heads', 1)];
  const rule = context.text('update_rule', 'gated_delta');
  const [q, k, v] = [0, 1, 2].map((i) =>
    tf.cast(splitHeads(context.need(inputs[i], i), i === 0 ? heads : stored), 'float32'),
  ) as [Tensor, Tensor, Tensor];
  const [batch, , time, keySize] = q.dims as [number, number, number, number];
  const [past, decay, beta] = [3, 4, 5].map((i) => inputs[i] ?? null);
  const scale = context.float('scale', 0) || 1 / Math.sqrt(keySize);
  // (batch, heads, time, size), the time first.
  const timed = (x: Tensor): Tensor => p.transpose(x, [2, 0, 1, 3]) as Tensor;
  const fed = [timed(q), timed(k), timed(v)];
  const wide = (x: Tensor): Tensor => tf.cast(splitHeads(x, x.dims[2] === 1 ? 1 : stored), 'float32');
  const gating = rule === 'gated' || rule === 'gated_delta';
  const correcting = rule === 'delta' || rule === 'gated_delta';
  if (gating) fed.push(timed(wide(context.need(decay, 4))));
  if (correcting) fed.push(timed(wide(context.need(beta, 5))));
  const start = past ? tf.cast(past, 'float32') : tf.zeros([batch, stored, keySize, v.dims[3]!]);
  const { carry, results } = scan(
    ([before], [query, key, value, ...rest]) => {
      let state = before!;
      let written = value!;
      if (gating) state = tf.multiply(state, tf.expandDims(tf.exp(rest[0]!), -1));
      const column = tf.expandDims(key!, -1); // (batch, heads, keys, 1)
      if (correcting) {
        const found = tf.reduceSum(tf.multiply(state, column), 2);
        written = tf.multiply(rest.at(-1)!, tf.subtract(written, found));
      }
      state = tf.add(state, tf.multiply(column, tf.expandDims(written, 2)));
      const read = tf.reduceSum(tf.multiply(grouped(state, heads), tf.expandDims(query!, -1)), 2);
      return { carry: [state], results: [tf.multiply(read, scale)] };
    },
    [start],
    fed,
    time,
  );
  const { dtype } = context.need(inputs[0], 0);
  const output = joinHeads(p.transpose(results[0]!, [1, 2, 0, 3]) as Tensor);
  return [tf.cast(output, dtype), tf.cast(carry[0]!, past?.dtype ?? dtype)];
};

const causalConvolution: Operator = (inputs, context) => {
  const [x, w] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
  const [batch, channels] = x.dims as [number, number];
  const kept = w.dims[2]! - 1;
  const whole = tf.concat([inputs[3] ?? tf.zeros([batch, channels, kept], x.dtype), x], 2);
  const settings = { strides: [1], dilation: [1], low: [0], high: [0], groups: channels };
  const y = convolveWith(whole, w, inputs[2], settings);
  const result = context.text('activation', 'none') === 'none' ? y : tf.multiply(y, tf.sigmoid(y));
  const length = whole.dims[2]!;
  return [result, p.slice(whole, [0, 0, length - kept], [batch, channels, length]) as Tensor];
};

export const attention: Readonly<Record<string, Operator>> = {
  Attention: attend,
  RotaryEmbedding: rotary,
  TensorScatter: scattered,
  LinearAttention: linearAttention,
  CausalConvWithState: causalConvolution,
  SwiGLU: (inputs, context) => {
    const [gate, value] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
    return tf.multiply(tf.multiply(gate, tf.sigmoid(tf.multiply(gate, context.float('alpha', 1)))), value);
  },
};
