// Programs of many operations one after the other, as loops in JavaScript make them when they are traced: no part of the compiler
// goes as deep as the program is long. The figures of sin are TensorFlow's.
import { expect, it } from 'vitest';
import * as tf from '../../src/index.ts';

const x = tf.constant([0.1, 0.2, 0.3, 0.4]);
const times = (n: number, step: (x: tf.Tensor) => tf.Tensor) =>
  tf.function((start: tf.Tensor) => {
    let y = start;
    for (let i = 0; i < n; i++) y = step(y);
    return y;
  });
const close = (found: tf.Tensor, wanted: readonly number[]): void => {
  for (const [i, value] of found.dataSync().entries())
    expect(Math.abs(Number(value) / wanted[i]! - 1)).toBeLessThan(1e-4);
};

it('1500 sines', () => {
  close(times(1500, tf.sin)(x), [0.0408126, 0.0436183, 0.0441994, 0.0444057]);
});
it('the gradient of 3000 sines', () => {
  const gradient = tf.function((start: tf.Tensor) => {
    const tape = tf.GradientTape();
    tape.watch(start);
    const y = tape.record(() => {
      let end = start;
      for (let i = 0; i < 3000; i++) end = tf.sin(end);
      return end;
    });
    return tape.gradient(y, start) as tf.Tensor;
  });
  close(gradient(x), [0.02734228, 0.00377508, 0.00112969, 0.00047289]);
});
it('1500 sums, conversions, and movements of elements', () => {
  close(times(1500, (y) => tf.add(y, 1))(x), [1500.1, 1500.2, 1500.3, 1500.4]);
  close(times(1500, (y) => tf.cast(tf.cast(y, 'float64'), 'float32'))(x), [0.1, 0.2, 0.3, 0.4]);
  close(times(1501, (y) => tf.reverse(y, [0]))(x), [0.4, 0.3, 0.2, 0.1]);
  close(times(1501, (y) => tf.reshape(y, y.shape.length === 1 ? [2, 2] : [4]))(x), [0.1, 0.2, 0.3, 0.4]);
});
