// Every normalizing layer through the generic test; the moving statistics against their definition.
import { describe, expect, test } from 'vitest';
import * as tf from '../../../index.ts';
import { type LayerTest, testLayer } from '../testing.ts';

const { layers } = tf.keras;
const cases: Record<string, LayerTest> = {
  'BatchNormalization in inference': {
    make: (o) => layers.BatchNormalization({ axis: 1, ...o }),
    inputs: [[2, 3, 4]],
    output: [null, 3, 4],
    passesMask: true,
  },
  'BatchNormalization in training': {
    make: (o) => layers.BatchNormalization(o),
    inputs: [[6, 2, 3]],
    output: [null, 2, 3],
    training: true,
  },
  'BatchNormalization, renormalized, in inference': {
    make: (o) => layers.BatchNormalization({ renorm: true, renormClipping: { rmax: 2, dmax: 1 }, ...o }),
    inputs: [[6, 3]],
    output: [null, 3],
  },
  LayerNormalization: {
    make: (o) => layers.LayerNormalization({ axis: [1, 2], ...o }),
    inputs: [[2, 3, 4]],
    output: [null, 3, 4],
    passesMask: true,
  },
  'LayerNormalization of another axis': {
    make: (o) => layers.LayerNormalization({ axis: 1, ...o }),
    inputs: [[2, 3, 4]],
    output: [null, 3, 4],
  },
  'LayerNormalization rmsScaling': {
    make: (o) => layers.LayerNormalization({ rmsScaling: true, ...o }),
    inputs: [[2, 3, 4]],
    output: [null, 3, 4],
  },
  GroupNormalization: { make: (o) => layers.GroupNormalization(2, o), inputs: [[2, 3, 4]], output: [null, 3, 4] },
  'GroupNormalization, instances, axis 1': {
    make: (o) => layers.GroupNormalization({ groups: -1, axis: 1, ...o }),
    inputs: [[2, 3, 4]],
    output: [null, 3, 4],
  },
  RMSNormalization: { make: (o) => layers.RMSNormalization(o), inputs: [[2, 3, 4]], output: [null, 3, 4] },
  UnitNormalization: {
    make: (o) => layers.UnitNormalization({ axis: [1, 2], ...o }),
    inputs: [[2, 3, 4]],
    output: [null, 3, 4],
  },
  SpectralNormalization: {
    make: (o) => layers.SpectralNormalization(layers.Dense(4, { name: 'dense', ...o }), o),
    inputs: [[2, 3]],
    output: [null, 4],
  },
};

const numbers = (x: tf.Tensor): number[] => Array.from(x.dataSync() as Float32Array);
const near = (found: number[], wanted: number[]) => {
  expect(found).toHaveLength(wanted.length);
  found.forEach((x, i) => {
    expect(x).toBeCloseTo(wanted[i]!, 5);
  });
};

describe('normalizing layers', () => {
  for (const [name, given] of Object.entries(cases)) test(name, () => testLayer(given));

  test('moving statistics move towards those of the batch, not when frozen', () => {
    const layer = layers.BatchNormalization({ momentum: 0.75 });
    const x = tf.constant([[1], [3]], { dtype: 'float32' });
    layer(x, { training: true });
    near(numbers(layer.movingMean), [0.5]);
    near(numbers(layer.movingVariance), [1]);
    layer.trainable = false;
    const y = layer(x, { training: true });
    near(numbers(layer.movingMean), [0.5]);
    near(numbers(y), [0.5 / Math.sqrt(1.001), 2.5 / Math.sqrt(1.001)]);
  });
  test('masked positions do not count', () => {
    const layer = layers.BatchNormalization({ momentum: 0 });
    const x = tf.constant(
      [
        [[1], [3]],
        [[100], [5]],
      ],
      { dtype: 'float32' },
    );
    layer(x, {
      training: true,
      mask: tf.constant([
        [true, true],
        [false, true],
      ]),
    });
    near(numbers(layer.movingMean), [3]);
  });
  test('the largest singular value of a normalized kernel is 1', () => {
    const dense = layers.Dense(2, { useBias: false });
    const layer = layers.SpectralNormalization(dense, { powerIterations: 50 });
    layer.build([null, 2]);
    dense.setWeights([
      tf.constant(
        [
          [3, 0],
          [0, 2],
        ],
        { dtype: 'float32' },
      ),
    ]);
    layer(tf.ones([1, 2]), { training: true });
    near(numbers(dense.kernel), [1, 0, 0, 2 / 3]);
  });
  test('refusals', () => {
    expect(() => layers.LayerNormalization({ axis: 3 })(tf.zeros([2, 3]))).toThrow(/axis 3 is out of bounds.*\(2, 3\)/);
    expect(() => layers.GroupNormalization(4)(tf.zeros([2, 6]))).toThrow(/4 groups do not divide the 6 channels/);
    expect(() => layers.BatchNormalization()(layers.Input({ shape: [null] }))).toThrow(/must be known/);
    expect(() => layers.SpectralNormalization(layers.Flatten())(tf.zeros([2, 3]))).toThrow(
      /neither a kernel nor embeddings/,
    );
  });
});
