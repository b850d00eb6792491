// Arguments by position as Python has them, where the options object is what one would write in TypeScript: never ignored.
import { expect, it } from 'vitest';
import * as tf from '../index.ts';

const x = tf.constant([
  [1, 2],
  [3, 4],
]);
const { losses } = tf.keras;

it('matmul takes its flags in TensorFlow’s order', () => {
  expect(tf.matmul(x, x, true).arraySync()).toEqual([
    [10, 14],
    [14, 20],
  ]);
  expect(tf.matmul(x, x, false, true).arraySync()).toEqual(tf.matmul(x, x, { transposeB: true }).arraySync());
});

it('losses take logits, smoothing and the rest by position', () => {
  const [y, logits] = [tf.constant([[0], [1]], 'float32'), tf.constant([[-3], [3]], 'float32')];
  // log(1 + e^−3), twice.
  const wanted = Math.log1p(Math.exp(-3));
  for (const value of losses.binaryCrossentropy(y, logits, true).dataSync()) expect(value).toBeCloseTo(wanted, 6);
  const [hot, scores] = [tf.constant([[0, 1]], 'float32'), tf.constant([[2, 0]], 'float32')];
  const wrong = Math.log1p(Math.exp(2));
  expect(losses.categoricalCrossentropy(hot, scores, true).item()).toBeCloseTo(wrong, 6);
  expect(losses.sparseCategoricalCrossentropy([1], scores, true).item()).toBeCloseTo(wrong, 6);
  expect(losses.sparseCategoricalCrossentropy([1], scores, true, 1).item()).toBe(0);
});

it('range, counter, toTensor and GradientTape take theirs', async () => {
  expect(tf.range(0, 4, 2, 'float32').dtype).toBe('float32');
  const ragged = tf.ragged.constant([[1], [2, 3]]);
  if (!(ragged instanceof tf.RaggedTensor)) throw new Error('wanted a ragged tensor');
  expect(ragged.toTensor(9).arraySync()).toEqual([
    [1, 9],
    [2, 3],
  ]);
  const counted: number[] = [];
  for await (const value of tf.data.Dataset.counter(10, -2).take(3)) counted.push(Number(value.item()));
  expect(counted).toEqual([10, 8, 6]);
  const v = tf.Variable(3, { dtype: 'float32' });
  const tape = tf.GradientTape(true);
  const y = tape.record(() => tf.square(v));
  expect([tape.gradient(y, v)?.item(), tape.gradient(y, v)?.item()]).toEqual([6, 6]);
});

it('what is taken by name alone is refused by position', async () => {
  const model = tf.keras.Sequential([tf.keras.Input([2]), tf.keras.layers.Dense(1)]);
  const loose = model as object as {
    predict(...args: unknown[]): Promise<unknown>;
    save(...args: unknown[]): Promise<void>;
  };
  expect(() => loose.predict(x, 7)).toThrow(/predict: options: found 7/);
  await expect(loose.save('never-written.keras', false)).rejects.toThrow(/save: options: found false/);
});
