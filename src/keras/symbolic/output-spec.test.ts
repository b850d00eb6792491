import { expect, it } from 'vitest';
import * as tf from '../../index.ts';

const unknown = () => tf.keras.Input({ shape: [null, 8] });

it('computes shapes of ops on unknown sizes, whatever they must divide by', () => {
  expect(tf.reshape(unknown(), [-1, 7]).shape).toEqual([null, 7]);
  expect(tf.reshape(unknown(), [-1, 4, 32]).shape).toEqual([null, 4, 32]);
  expect(tf.split(tf.keras.Input({ shape: [3] }), 11, 0).map(({ shape }) => shape)).toEqual(Array(11).fill([null, 3]));
  const flat = tf.reshape(tf.keras.Input({ shape: [49, 4] }), [-1, 4]);
  expect(tf.reshape(flat, [-1, 49, 4]).shape).toEqual([null, 49, 4]);
  expect(tf.matmul(unknown(), tf.ones([8, 3])).shape).toEqual([null, null, 3]);
  expect(tf.reduceMean(unknown(), 1).shape).toEqual([null, 8]);
});

it('takes sizes from tf.shape of symbolic tensors', async () => {
  const x = tf.keras.Input({ shape: [4, 3] });
  const sizes = tf.shape(x);
  expect(tf.zeros([2, sizes.at(0)]).shape).toEqual([2, null]);
  const flat = tf.reshape(x, [sizes.at(0), sizes.at(1).mul(sizes.at(2))]);
  expect(flat.shape).toEqual([null, 12]);
  const model = tf.keras.Model(x, flat);
  const values = tf.reshape(tf.range(24, { dtype: 'float32' }), [2, 4, 3]);
  expect(model(values).arraySync()).toEqual(tf.reshape(values, [2, 12]).arraySync());
  expect((await model.predict(values, { verbose: 0 })).shape).toEqual([2, 12]);
  // Whole numbers that are inputs are no sizes.
  const ids = tf.keras.Input({ shape: [], dtype: 'int32' });
  expect(tf.oneHot(ids.add(1), 5).shape).toEqual([null, 5]);
});

it('names unknown sizes None in its messages', () => {
  expect(() => tf.matmul(unknown(), tf.ones([7, 3]))).toThrow(/\(None, None, 8\) has 8, \(7, 3\) has 7/);
  expect(() => [...unknown()]).toThrow(/axis 0 of shape \(None, None, 8\) is unknown/);
  expect(() => tf.reshape(unknown(), [3, 5])).toThrow(/do not fill shape \(3, 5\)/);
  // Outside, the size that stood for an unknown one is a number like others.
  expect(() => tf.add(tf.ones([3360]), tf.ones([7]))).toThrow(/shapes \(3360,\) and \(7,\)/);
});

it('is one type for symbolic tensors and others, so that a loop of layers needs no cast', () => {
  let x = tf.keras.Input({ shape: [4] });
  for (const units of [8, 2]) x = tf.keras.layers.Dense(units)(x);
  expect(x.shape).toEqual([null, 2]);
});
