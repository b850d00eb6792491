// What functions compute from shapes while they are traced, as TensorFlow's tutorials write it.
import { expect, test } from 'vitest';
import * as tf from '../index.ts';

const traced = (f: (x: tf.Tensor) => tf.Tensor): unknown => tf.function(f)(tf.ones([2, 3])).shape;
type Size = never;

test('sizes taken from tf.shape are sizes of what follows', () => {
  const rows = (x: tf.Tensor) => tf.shape(x).at(0) as Size;
  expect(traced((x) => tf.reshape(x, [rows(x), -1]))).toEqual([2, 3]);
  expect(traced((x) => tf.zeros([rows(x), 5]))).toEqual([2, 5]);
  expect(traced((x) => tf.random.normal([rows(x), 5]))).toEqual([2, 5]);
  expect(traced((x) => tf.range(tf.shape(x).at(-1) as Size))).toEqual([3]);
  expect(traced((x) => tf.tile(x, [rows(x), 1]))).toEqual([4, 3]);
  expect(traced((x) => tf.repeat(x, rows(x), 0))).toEqual([4, 3]);
  expect(traced((x) => tf.slice(x, [0, 0], [rows(x), 1]))).toEqual([2, 1]);
  expect(traced((x) => tf.reshape(x, tf.concat([tf.shape(x).at('0:1'), [-1]], 0) as Size))).toEqual([2, 3]);
  expect(traced((x) => tf.zeros([tf.shape(x).at(0).mul(2) as Size]))).toEqual([4]);
  const [rowsOf, columnsOf] = [0, 1];
  expect(
    traced((x) => {
      const sizes = tf.unstack(tf.shape(x));
      return tf.zeros([sizes[columnsOf] as Size, sizes[rowsOf] as Size]);
    }),
  ).toEqual([3, 2]);
});

test('values of arguments stay unknown, and the message says what is known', () => {
  expect(() => traced((x) => tf.zeros([tf.cast(x, 'int32').at(0, 0).item()]))).toThrow(
    /A size is known: x\.shape\[0\]/,
  );
});
