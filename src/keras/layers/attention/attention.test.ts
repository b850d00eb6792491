// Every attention layer through the generic test; masks against what they mean.
import { describe, expect, test } from 'vitest';
import * as tf from '../../../index.ts';
import type { LayerBase } from '../layer.ts';
import { type LayerTest, testLayer } from '../testing.ts';
import type { QueryKeyValueCall, QueryKeyValueOptions } from './query-key-value.ts';

const { layers } = tf.keras;
/** A layer of two or three arguments, as the generic test calls it. */
const apart =
  (options: QueryKeyValueOptions = {}) =>
  (layer: LayerBase, [query, value, key]: readonly tf.Tensor[]) =>
    (layer as LayerBase & QueryKeyValueCall)(query!, value ?? query!, { key: key ?? null, ...options });

const cases: Record<string, LayerTest> = {
  'Attention scaled': {
    make: (o) => layers.Attention({ useScale: true, ...o }),
    inputs: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    output: [null, 3, 4],
  },
  'Attention concat, own keys, causal, scores': {
    make: (o) => layers.Attention({ scoreMode: 'concat', useScale: true, ...o }),
    inputs: [
      [2, 3, 4],
      [2, 5, 6],
      [2, 5, 4],
    ],
    call: (layer, inputs) => layer(inputs, { useCausalMask: true, returnAttentionScores: true } as object),
    output: [null, 3, 6],
  },
  AdditiveAttention: {
    make: (o) => layers.AdditiveAttention(o),
    inputs: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    output: [null, 3, 4],
  },
  MultiHeadAttention: {
    make: (o) => layers.MultiHeadAttention(2, 3, { valueDim: 4, useGate: true, ...o }),
    inputs: [
      [2, 3, 5],
      [2, 4, 6],
    ],
    call: apart(),
    output: [null, 3, 5],
    halfTolerance: 0.2,
  },
  'MultiHeadAttention, own keys, causal within a window, scores': {
    make: (o) => layers.MultiHeadAttention(2, 3, { slidingWindow: 2, outputShape: [7], ...o }),
    inputs: [
      [2, 4, 5],
      [2, 4, 6],
      [2, 4, 3],
    ],
    call: apart({ useCausalMask: true, returnAttentionScores: true }),
    output: [null, 4, 7],
    halfTolerance: 0.2,
  },
  'MultiHeadAttention over two axes': {
    make: (o) => layers.MultiHeadAttention(2, 2, { attentionAxes: [1, 2], useBias: false, ...o }),
    inputs: [[2, 2, 3, 4]],
    call: apart(),
    output: [null, 2, 3, 4],
    halfTolerance: 0.2,
  },
  GroupQueryAttention: {
    make: (o) => layers.GroupQueryAttention(3, 4, 2, o),
    inputs: [
      [2, 3, 5],
      [2, 4, 5],
    ],
    call: apart({ useCausalMask: true }),
    output: [null, 3, 5],
    halfTolerance: 0.2,
  },
};

describe('attention layers', () => {
  for (const [name, given] of Object.entries(cases)) test(name, () => testLayer(given));

  const x = tf.random.normal([2, 4, 6], { seed: 1 });
  const others = tf.random.normal([2, 4, 6], { seed: 2 });
  const mha = layers.MultiHeadAttention(2, 3);
  test('both ways of computing agree', () => {
    const mask = tf.constant([[[true, false, true, true]]]);
    const [output, scores] = mha(x, x, { attentionMask: mask, returnAttentionScores: true });
    const plain = mha(x, x, { attentionMask: mask });
    expect(scores.shape).toEqual([2, 2, 4, 4]);
    expect(tf.reduceMax(tf.abs(output.sub(plain))).item()).toBeLessThan(1e-6);
    expect(tf.reduceMax(scores.at('...', 1)).item()).toBe(0);
    expect(tf.reduceMax(tf.abs(tf.reduceSum(scores, -1).sub(1))).item()).toBeLessThan(1e-6);
  });
  test('a causal query does not see what comes later', () => {
    const changed = tf.concat([x.at(':', ':3'), others.at(':', '3:')], 1);
    for (const layer of [mha, layers.GroupQueryAttention(3, 2, 1)]) {
      const [a, b] = [x, changed].map((t) => layer(t, t, { useCausalMask: true }).at(':', ':3'));
      expect(tf.reduceMax(tf.abs(a!.sub(b!))).item()).toBeLessThan(1e-6);
    }
  });
  test('masks of the inputs are used', () => {
    const embedding = layers.Embedding(5, 6, { maskZero: true });
    const tokens = tf.constant([[1, 2, 0, 0]]);
    const short = embedding(tf.constant([[1, 2]]));
    const [long, wanted] = [mha(embedding(tokens), embedding(tokens)), mha(short, short)];
    expect(tf.reduceMax(tf.abs(long.at(':', ':2').sub(wanted))).item()).toBeLessThan(1e-6);
    const masked = layers.Attention()([x, others], { mask: [tf.constant([[true, true, false, true]]), null as never] });
    expect(tf.reduceMax(tf.abs(masked.at(':', 2))).item()).toBe(0);
  });
  test('refusals', () => {
    expect(() => layers.Attention()(x)).toThrow(/layer 'attention.*\[query, value\]/);
    expect(() => (mha as unknown as (x: tf.Tensor) => tf.Tensor)(x)).toThrow(/query and a value/);
    expect(() => layers.GroupQueryAttention(3, 4, 3)).toThrow(/4 query heads and 3/);
    expect(() => layers.MultiHeadAttention(2, 2)(x, x, { key: tf.zeros([2, 5, 6]) })).toThrow(/value shape.*key shape/);
  });
});
