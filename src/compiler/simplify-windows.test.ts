// Gradients of pooling over relu: fewer elements are masked and summed, and the numbers stay.
import { describe, expect, it } from 'vitest';
import * as tf from '../index.ts';

/** d(Σ weights · pool(relu(x + bias))) by x and bias. */
function gradients(x: tf.Tensor, bias: tf.Tensor, weights: tf.Tensor, options: object): tf.Tensor[] {
  const tape = new tf.GradientTape();
  const loss = tape.record(() => {
    tape.watch(x);
    tape.watch(bias);
    const pooled = tf.nn.maxPool2d(tf.nn.relu(x.add(bias)), options as never);
    return tf.reduceSum(pooled.mul(weights));
  });
  return tape.gradient(loss, [x, bias]) as tf.Tensor[];
}

describe('windows over relu', () => {
  for (const [ksize, strides, padding] of [
    [2, 2, 'VALID'],
    [3, 2, 'SAME'],
    [2, 1, 'VALID'],
    [3, 2, 'VALID'],
  ] as const) {
    it(`${ksize}×${ksize} in steps of ${strides}, ${padding}`, () => {
      const options = { ksize, strides, padding };
      const x = tf.random.normal([2, 7, 6, 4], { seed: 3 });
      const bias = tf.constant([0.3, -0.4, 0, -9]);
      const { dims } = tf.nn.maxPool2d(x, options);
      const weights = tf.random.normal(dims as number[], { seed: 5 });
      // Op by op nothing is rewritten.
      const wanted = gradients(x, bias, weights, options);
      const compiled = tf.function((a: tf.Tensor, b: tf.Tensor, w: tf.Tensor) => gradients(a, b, w, options));
      const found = compiled(x, bias, weights);
      found.forEach((gradient, i) => {
        const [is, should] = [gradient.dataSync(), wanted[i]!.dataSync()];
        expect(is.length).toBe(should.length);
        for (let k = 0; k < is.length; k++) expect(is[k]).toBeCloseTo(Number(should[k]), 5);
      });
      // A channel that relu shuts off gets nothing.
      expect(found[1]!.dataSync()[3]).toBe(0);
    });
  }
});
