// Every activation layer through the generic test.
import { describe, test } from 'vitest';
import * as tf from '../../../index.ts';
import { type LayerTest, testLayer } from '../testing.ts';

const { layers } = tf.keras;
const inputs = [[2, 3, 4]];
const output = [null, 3, 4];
const cases: Record<string, LayerTest> = {
  ELU: { make: (o) => layers.ELU(0.7, o), inputs, output, passesMask: true },
  LeakyReLU: { make: (o) => layers.LeakyReLU({ negativeSlope: 0.2, ...o }), inputs, output, passesMask: true },
  PReLU: { make: (o) => layers.PReLU(o), inputs, output, passesMask: true },
  'PReLU shared': { make: (o) => layers.PReLU({ sharedAxes: [1], ...o }), inputs, output, passesMask: true },
  ReLU: {
    make: (o) => layers.ReLU({ maxValue: 0.6, threshold: 0.1, negativeSlope: 0.3, ...o }),
    inputs,
    output,
    passesMask: true,
  },
  Softmax: { make: (o) => layers.Softmax({ axis: 1, ...o }), inputs, output },
  ThresholdedReLU: { make: (o) => layers.ThresholdedReLU({ theta: 0.3, ...o }), inputs, output, passesMask: true },
};

describe('activation layers', () => {
  for (const [name, spec] of Object.entries(cases)) test(name, () => testLayer(spec));
});
