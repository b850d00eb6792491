// Whole numbers of the generators are int64 tensors, as NumPy's are: labels drawn by randint can be one-hot encoded and gathered by.
import { describe, expect, test } from 'vitest';
import * as tf from '../index.ts';
import { defaultRng, RandomState } from './index.ts';

describe('tensors of drawn numbers', () => {
  const old = new RandomState(0);
  const rng = defaultRng(0);

  test.each([
    ['randint', () => old.randint(0, 10, [3, 2]), 'int64'],
    ['randint of a dtype', () => old.randint(0, 10, { size: 4, dtype: 'uint8' }), 'uint8'],
    ['integers', () => rng.integers(0, 10, [3, 2]), 'int64'],
    ['permutation', () => rng.permutation(5), 'int64'],
    ['permutation of drawn ones', () => rng.permutation(rng.integers(0, 9, 5)), 'int64'],
    ['choice below a number', () => rng.choice(5, 3), 'int64'],
    ['choice of whole numbers', () => rng.choice([1, 2, 3], 3), 'int64'],
    ['choice of others', () => rng.choice([1.5, 2, 3], 3), 'float64'],
    ['poisson', () => rng.poisson(3, [4]), 'int64'],
    ['binomial', () => rng.binomial(3, 0.5, [4]), 'int64'],
    ['normal', () => rng.normal(0, 1, [4]), 'float64'],
  ])('%s', (_, draw, dtype) => {
    const drawn = draw() as Float64Array & { shape: number[] };
    const tensor = tf.constant(drawn);
    expect([tensor.dtype, tensor.shape]).toEqual([dtype, drawn.shape]);
    expect(Array.from(tensor.dataSync(), Number)).toEqual([...drawn]);
  });

  test('data sets see it', () => {
    const labels = tf.data.Dataset.fromTensorSlices(old.randint(0, 10, [4]));
    expect(String(labels.elementSpec)).toContain('int64');
  });

  test('what beginners do with them', async () => {
    const labels = new RandomState(1).randint(0, 3, [6]);
    expect(tf.oneHot(labels, 3).shape).toEqual([6, 3]);
    expect(tf.gather(tf.constant([5, 6, 7]), labels).arraySync()).toEqual(Array.from(labels, (label) => label + 5));
    expect(tf.constant(labels, { dtype: 'float32' }).dtype).toBe('float32');
    const model = tf.keras.Sequential([tf.keras.layers.Dense(1, { kernelInitializer: 'zeros' })]);
    model.compile({ loss: 'mse', optimizer: 'sgd' });
    const history = await model.fit(new RandomState(1).randint(0, 3, [6, 2]), labels, { verbose: 0 });
    const meanSquare = [...labels].reduce((sum, label) => sum + label * label, 0) / 6;
    expect(history.history.loss[0]).toBeCloseTo(meanSquare, 5);
  });
});
