// Every convolutional layer through the generic test, and what is refused.
import { describe, expect, test } from 'vitest';
import * as tf from '../../../index.ts';
import { type LayerTest, testLayer } from '../testing.ts';

const { layers } = tf.keras;
const cases: Record<string, LayerTest> = {
  'Conv1D causal, dilated': {
    make: (o) => layers.Conv1D(4, 3, { padding: 'causal', dilationRate: 2, ...o }),
    inputs: [[2, 7, 3]],
    output: [null, 7, 4],
  },
  'Conv2D same, strides': {
    make: (o) => layers.Conv2D(4, 3, { strides: 2, padding: 'same', activation: 'tanh', ...o }),
    inputs: [[2, 5, 6, 2]],
    output: [null, 3, 3, 4],
  },
  'Conv2D groups, channels first': {
    make: (o) => layers.Conv2D(4, [2, 3], { groups: 2, dataFormat: 'channels_first', ...o }),
    inputs: [[2, 4, 5, 6]],
    output: [null, 4, 4, 4],
  },
  Conv3D: {
    make: (o) => layers.Conv3D(2, 2, { useBias: false, ...o }),
    inputs: [[2, 3, 4, 3, 2]],
    output: [null, 2, 3, 2, 2],
  },
  'Conv1DTranspose same': {
    make: (o) => layers.Conv1DTranspose(3, 3, { strides: 2, padding: 'same', ...o }),
    inputs: [[2, 4, 2]],
    output: [null, 8, 3],
  },
  'Conv2DTranspose outputPadding': {
    make: (o) => layers.Conv2DTranspose(3, 3, { strides: 2, padding: 'same', outputPadding: [1, 0], ...o }),
    inputs: [[2, 3, 4, 2]],
    output: [null, 6, 7, 3],
  },
  'Conv2DTranspose channels first': {
    make: (o) => layers.Conv2DTranspose(2, 2, { dataFormat: 'channels_first', dilationRate: 2, ...o }),
    inputs: [[2, 3, 3, 4]],
    output: [null, 2, 5, 6],
  },
  Conv3DTranspose: {
    make: (o) => layers.Conv3DTranspose(2, 2, { strides: [2, 1, 2], ...o }),
    inputs: [[1, 2, 2, 2, 2]],
    output: [null, 4, 3, 4, 2],
  },
  DepthwiseConv1D: {
    make: (o) => layers.DepthwiseConv1D(3, { depthMultiplier: 2, ...o }),
    inputs: [[2, 6, 3]],
    output: [null, 4, 6],
  },
  'DepthwiseConv2D dilated': {
    make: (o) => layers.DepthwiseConv2D(2, { dilationRate: 2, padding: 'same', ...o }),
    inputs: [[2, 4, 5, 3]],
    output: [null, 4, 5, 3],
  },
  SeparableConv1D: {
    make: (o) => layers.SeparableConv1D(4, 3, { depthMultiplier: 2, ...o }),
    inputs: [[2, 6, 3]],
    output: [null, 4, 4],
  },
  'SeparableConv2D channels first': {
    make: (o) => layers.SeparableConv2D(4, 2, { strides: 2, dataFormat: 'channels_first', ...o }),
    inputs: [[2, 3, 4, 6]],
    output: [null, 4, 2, 3],
  },
  'LocallyConnected1D by patches': {
    make: (o) => layers.LocallyConnected1D(3, 3, { strides: 2, ...o }),
    inputs: [[2, 7, 2]],
    output: [null, 3, 3],
  },
  'LocallyConnected2D masked matrix': {
    make: (o) => layers.LocallyConnected2D(2, 2, { implementation: 2, padding: 'same', ...o }),
    inputs: [[2, 3, 3, 2]],
    output: [null, 3, 3, 2],
  },
  'LocallyConnected2D list, channels first': {
    make: (o) => layers.LocallyConnected2D(2, 2, { implementation: 3, dataFormat: 'channels_first', ...o }),
    inputs: [[2, 2, 3, 4]],
    output: [null, 2, 2, 3],
  },
};

describe('convolutional layers', () => {
  for (const [name, given] of Object.entries(cases)) test(name, () => testLayer(given));

  test('a symbolic input with unknown sizes', () => {
    const x = layers.Input({ shape: [null, null, 3] });
    expect(layers.Conv2D(8, 3, { strides: 2 })(x).shape).toEqual([null, null, null, 8]);
    expect(layers.Conv2DTranspose(8, 3, { strides: 2 })(x).shape).toEqual([null, null, null, 8]);
  });
  test('refusals name the layer, what was found and what is wanted', () => {
    expect(() => layers.Conv2D(8, 3)(tf.zeros([2, 5]))).toThrow(/layer 'conv2d.*expected min_ndim=4, found ndim=2/);
    expect(() => layers.Conv2D(8, 7)(tf.zeros([2, 5, 5, 1]))).toThrow(/does not fit.*\(2, 5, 5, 1\)/);
    expect(() => layers.Conv2D(8, 3, { strides: 2, dilationRate: 2 })).toThrow(/strides \(2, 2\) and dilationRate/);
    expect(() => layers.Conv2D(9, 3, { groups: 2 })).toThrow(/9 filters and 2 groups/);
    expect(() => layers.Conv2D(8, 3, { groups: 2 })(tf.zeros([2, 5, 5, 3]))).toThrow(/3 channels.*2 groups/);
    expect(() => layers.Conv2DTranspose(8, 3, { strides: 2, outputPadding: 2 })).toThrow(/outputPadding/);
    expect(() => layers.Conv2D(8, 3)(layers.Input({ shape: [5, 5, null] }))).toThrow(
      /channels of its input must be known/,
    );
    expect(() => layers.LocallyConnected1D(8, 3, { padding: 'same' })).toThrow(/implementation 1/);
  });
});
