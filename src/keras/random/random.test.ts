// keras.random: numbers of Keras 3.15 on TensorFlow 2.21, written down from there; the same inside programs.
import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

const { random } = tf.keras;
const close = (tensor: tf.Tensor, want: readonly number[], digits = 5): void => {
  const got = Array.from(tensor.dataSync(), Number);
  expect(got.length).toBe(want.length);
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(want[i]!, digits);
  });
};

test('gamma, beta, binomial draw as Keras does', () => {
  const seed = random.SeedGenerator(42);
  close(random.gamma([5], 2.5, { seed }), [1.7923578, 2.6347809, 1.6285187, 3.6274307, 4.4511881]);
  close(
    random.gamma([2, 3], [0.5, 1, 4], { seed }),
    [0.2599216, 3.9091237, 4.3447609, 1.0183684, 0.4248834, 7.4040003],
  );
  close(random.beta([4], 2, 3, { seed }), [0.5577514, 0.4442441, 0.1208893, 0.5807916]);
  close(random.binomial([5], 10, 0.3, { seed }), [2, 4, 2, 1, 4]);
  close(random.binomial([2, 2], [100, 20], [0.5, 0.25], { seed }), [47, 5, 39, 8]);
  close(random.beta([2, 2], [0.5, 2], [1, 3], { seed: 7 }), [0.6808739, 0.6384413, 0.1851432, 0.3059769]);
});

const draws: [name: string, draw: (seed: tf.keras.random.SeedGenerator) => tf.Tensor][] = [
  ['uniform', (seed) => random.uniform([7], { minval: -1, maxval: 3, seed })],
  ['normal', (seed) => random.normal([7], { mean: 1, stddev: 2, seed })],
  ['truncatedNormal', (seed) => random.truncatedNormal([7], { seed })],
  ['randint', (seed) => random.randint([7], -3, 10, { seed })],
  ['randint int64', (seed) => random.randint([7], 0, 10, { seed, dtype: 'int64' })],
  ['categorical', (seed) => random.categorical([[0.1, 1, 2]], 6, { seed })],
  ['dropout', (seed) => random.dropout(tf.ones([9]), 0.4, { seed })],
  ['shuffle', (seed) => random.shuffle([0, 1, 2, 3, 4, 5], { seed })],
  ['gamma', (seed) => random.gamma([4], 2, { seed })],
  ['binomial', (seed) => random.binomial([4], 20, 0.5, { seed })],
];
test.each(draws)('%s in a program is what it is eagerly, and every call draws anew', (_, draw) => {
  const [inside, outside] = [random.SeedGenerator(3), random.SeedGenerator(3)];
  const traced = tf.function(() => draw(inside));
  for (let i = 0; i < 3; i++) close(traced(), Array.from(draw(outside).dataSync(), Number));
  expect(Array.from(inside.state.dataSync(), Number)).toEqual([3, 3]);
});

test('seeds: numbers repeat, generators count, the program’s own follows setRandomSeed', () => {
  const draw = (seed: number | tf.keras.random.SeedGenerator | null): unknown => random.uniform([3], { seed }).numpy();
  expect(draw(5)).toEqual(draw(5));
  const generator = random.SeedGenerator(5);
  expect(draw(generator)).not.toEqual(draw(generator));
  tf.keras.utils.setRandomSeed(11);
  const first = draw(null);
  tf.keras.utils.setRandomSeed(11);
  expect(draw(null)).toEqual(first);
  expect(() => random.uniform([2], { seed: 1.5 })).toThrow(/seed/);
});

test('arguments by place and by name give the same numbers', () => {
  const { random } = tf.keras;
  const same = (a: tf.Tensor, b: tf.Tensor) => expect(a.arraySync()).toEqual(b.arraySync());
  same(random.normal({ shape: [2, 3], mean: 1, seed: 3 }), random.normal([2, 3], 1, 1, { seed: 3 }));
  same(random.uniform({ shape: [4], maxval: 2, seed: 3 }), random.uniform([4], 0, 2, 'float32', 3));
  same(random.randint({ shape: [4], minval: 0, maxval: 9, seed: 3 }), random.randint([4], 0, 9, { seed: 3 }));
  same(random.gamma({ shape: [4], alpha: 2, seed: 3 }), random.gamma([4], 2, { seed: 3 }));
  same(random.shuffle({ x: [1, 2, 3, 4], seed: 3 }), random.shuffle([1, 2, 3, 4], 0, 3));
});
