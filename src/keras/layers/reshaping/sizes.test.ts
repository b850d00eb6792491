// Cropping, zero padding and enlarging layers through the generic test.
import { describe, expect, test } from 'vitest';
import * as tf from '../../../index.ts';
import { type LayerTest, testLayer } from '../testing.ts';

const { layers } = tf.keras;
const cases: Record<string, LayerTest> = {
  Cropping1D: { make: (o) => layers.Cropping1D([1, 2], o), inputs: [[2, 6, 3]], output: [null, 3, 3] },
  Cropping2D: {
    make: (o) =>
      layers.Cropping2D(
        [
          [1, 0],
          [2, 1],
        ],
        o,
      ),
    inputs: [[2, 4, 6, 2]],
    output: [null, 3, 3, 2],
  },
  'Cropping3D channels first': {
    make: (o) => layers.Cropping3D([1, 0, 1], { dataFormat: 'channels_first', ...o }),
    inputs: [[1, 2, 4, 2, 3]],
    output: [null, 2, 2, 2, 1],
  },
  ZeroPadding1D: { make: (o) => layers.ZeroPadding1D(2, o), inputs: [[2, 3, 2]], output: [null, 7, 2] },
  'ZeroPadding2D channels first': {
    make: (o) =>
      layers.ZeroPadding2D(
        [
          [1, 0],
          [2, 1],
        ],
        { dataFormat: 'channels_first', ...o },
      ),
    inputs: [[2, 2, 3, 3]],
    output: [null, 2, 4, 6],
  },
  ZeroPadding3D: {
    make: (o) => layers.ZeroPadding3D([1, 0, 2], o),
    inputs: [[1, 2, 2, 2, 2]],
    output: [null, 4, 2, 6, 2],
  },
  UpSampling1D: { make: (o) => layers.UpSampling1D(3, o), inputs: [[2, 3, 2]], output: [null, 9, 2] },
  'UpSampling2D channels first': {
    make: (o) => layers.UpSampling2D([2, 3], { dataFormat: 'channels_first', ...o }),
    inputs: [[2, 2, 3, 2]],
    output: [null, 2, 6, 6],
  },
  // Interpolation is computed in float32, too coarse for finite differences of steps of 1e-5.
  'UpSampling2D bilinear': {
    make: (o) => layers.UpSampling2D({ interpolation: 'bilinear', dataFormat: 'channels_first', ...o }),
    inputs: [[2, 2, 3, 2]],
    output: [null, 2, 6, 4],
    without: ['gradients'],
  },
  'UpSampling2D lanczos5': {
    make: (o) => layers.UpSampling2D({ interpolation: 'lanczos5', ...o }),
    inputs: [[2, 3, 2, 2]],
    output: [null, 6, 4, 2],
    without: ['gradients'],
  },
  UpSampling3D: { make: (o) => layers.UpSampling3D(2, o), inputs: [[1, 2, 3, 2, 2]], output: [null, 4, 6, 4, 2] },
};

describe('layers of sizes', () => {
  for (const [name, given] of Object.entries(cases)) test(name, () => testLayer(given));

  test('unknown lengths stay unknown', () => {
    const x = layers.Input({ shape: [null, 4, 3] });
    expect(layers.Cropping2D(1)(x).shape).toEqual([null, null, 2, 3]);
    expect(layers.ZeroPadding2D(1)(x).shape).toEqual([null, null, 6, 3]);
    expect(layers.UpSampling2D(2)(x).shape).toEqual([null, null, 8, 3]);
  });
  test('refusals', () => {
    expect(() => layers.Cropping1D(2)(tf.zeros([1, 4, 1]))).toThrow(/cropping takes everything.*\(1, 4, 1\)/);
    expect(() => layers.Cropping2D(1)(tf.zeros([1, 4, 1]))).toThrow(/expected ndim=4, found ndim=3/);
    expect(() => layers.ZeroPadding2D([1, 2, 3])).toThrow(/ZeroPadding2D: padding.*\[1, 2, 3\]/);
  });
});
