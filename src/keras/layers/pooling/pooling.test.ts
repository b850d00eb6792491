// Every pooling layer through the generic test.
import { describe, expect, test } from 'vitest';
import * as tf from '../../../index.ts';
import { type LayerTest, testLayer } from '../testing.ts';

const { layers } = tf.keras;
const cases: Record<string, LayerTest> = {
  MaxPooling1D: { make: (o) => layers.MaxPooling1D(2, o), inputs: [[2, 7, 3]], output: [null, 3, 3] },
  'MaxPooling2D same': {
    make: (o) => layers.MaxPooling2D(3, 2, { padding: 'same', ...o }),
    inputs: [[2, 5, 6, 2]],
    output: [null, 3, 3, 2],
  },
  'MaxPooling3D channels first': {
    make: (o) => layers.MaxPooling3D(2, { strides: 1, dataFormat: 'channels_first', ...o }),
    inputs: [[1, 2, 3, 3, 4]],
    output: [null, 2, 2, 2, 3],
  },
  AveragePooling1D: {
    make: (o) => layers.AveragePooling1D({ poolSize: 3, padding: 'same', ...o }),
    inputs: [[2, 7, 3]],
    output: [null, 3, 3],
  },
  'AveragePooling2D channels first': {
    make: (o) => layers.AveragePooling2D([2, 3], { dataFormat: 'channels_first', ...o }),
    inputs: [[2, 3, 4, 6]],
    output: [null, 3, 2, 2],
  },
  AveragePooling3D: {
    make: (o) => layers.AveragePooling3D(2, o),
    inputs: [[1, 4, 4, 4, 2]],
    output: [null, 2, 2, 2, 2],
  },
  GlobalMaxPooling1D: { make: (o) => layers.GlobalMaxPooling1D(o), inputs: [[2, 4, 3]], output: [null, 3] },
  'GlobalMaxPooling2D keepdims': {
    make: (o) => layers.GlobalMaxPooling2D({ keepdims: true, dataFormat: 'channels_first', ...o }),
    inputs: [[2, 3, 4, 5]],
    output: [null, 3, 1, 1],
  },
  GlobalMaxPooling3D: { make: (o) => layers.GlobalMaxPooling3D(o), inputs: [[2, 2, 3, 2, 3]], output: [null, 3] },
  GlobalAveragePooling1D: {
    make: (o) => layers.GlobalAveragePooling1D(o),
    inputs: [[2, 4, 3]],
    output: [null, 3],
    passesMask: false,
  },
  GlobalAveragePooling2D: {
    make: (o) => layers.GlobalAveragePooling2D({ keepdims: true, ...o }),
    inputs: [[2, 4, 5, 3]],
    output: [null, 1, 1, 3],
  },
  GlobalAveragePooling3D: {
    make: (o) => layers.GlobalAveragePooling3D(o),
    inputs: [[2, 2, 3, 2, 3]],
    output: [null, 3],
  },
  AdaptiveMaxPooling1D: { make: (o) => layers.AdaptiveMaxPooling1D(3, o), inputs: [[2, 7, 3]], output: [null, 3, 3] },
  'AdaptiveMaxPooling2D channels first': {
    make: (o) => layers.AdaptiveMaxPooling2D([2, 3], { dataFormat: 'channels_first', ...o }),
    inputs: [[2, 2, 5, 7]],
    output: [null, 2, 2, 3],
  },
  AdaptiveMaxPooling3D: {
    make: (o) => layers.AdaptiveMaxPooling3D(2, o),
    inputs: [[1, 3, 4, 5, 2]],
    output: [null, 2, 2, 2, 2],
  },
  AdaptiveAveragePooling1D: {
    make: (o) => layers.AdaptiveAveragePooling1D(4, o),
    inputs: [[2, 6, 3]],
    output: [null, 4, 3],
  },
  AdaptiveAveragePooling2D: {
    make: (o) => layers.AdaptiveAveragePooling2D(1, o),
    inputs: [[2, 5, 4, 3]],
    output: [null, 1, 1, 3],
  },
  AdaptiveAveragePooling3D: {
    make: (o) => layers.AdaptiveAveragePooling3D([2, 3, 1], o),
    inputs: [[1, 3, 4, 5, 2]],
    output: [null, 2, 3, 1, 2],
  },
};

describe('pooling layers', () => {
  for (const [name, given] of Object.entries(cases)) test(name, () => testLayer(given));

  test('adaptive windows cover the elements from ⌊i·n/size⌋ to ⌈(i+1)·n/size⌉', () => {
    const x = tf.reshape(tf.range(7).cast('float32'), [1, 7, 1]);
    const mean = (from: number, to: number) => (from + to - 1) / 2;
    expect(layers.AdaptiveAveragePooling1D(3)(x).flatten().numpy()).toEqual([mean(0, 3), mean(2, 5), mean(4, 7)]);
    expect(layers.AdaptiveMaxPooling1D(5)(x).flatten().numpy()).toEqual([1, 2, 4, 5, 6]);
  });
  test('the mean leaves masked steps out', () => {
    const x = tf.constant([[[1], [2], [9]]], { dtype: 'float32' });
    const mask = tf.constant([[true, true, false]]);
    expect(layers.GlobalAveragePooling1D()(x, { mask }).numpy()).toEqual([[1.5]]);
  });
  test('refusals', () => {
    expect(() => layers.MaxPooling2D(2)(tf.zeros([2, 5, 5]))).toThrow(/expected ndim=4, found ndim=3/);
    expect(() => layers.MaxPooling2D(2)(layers.Input({ shape: [1, 5, 3] }))).toThrow(/window does not fit/);
  });
  test('shorter names are the same classes', () => {
    expect(layers.MaxPool2D).toBe(layers.MaxPooling2D);
    expect(layers.GlobalAvgPool1D).toBe(layers.GlobalAveragePooling1D);
  });
});
