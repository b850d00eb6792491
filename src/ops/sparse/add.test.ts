// tf.sparse.add: sums that are too small take no place, as in TensorFlow 2.21; many elements are no trouble.
import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

test('a threshold drops small sums of sparse tensors', () => {
  const x = tf.sparse.fromDense([
    [0, 1.5, 0],
    [2.5, 0, 3.5],
  ]);
  const sum = tf.sparse.add(x, x, { threshold: 4 }) as tf.SparseTensor;
  expect(sum.indices.arraySync()).toEqual([
    [1, 0],
    [1, 2],
  ]);
  expect(sum.values.arraySync()).toEqual([5, 7]);
  const all = tf.sparse.add(
    x,
    tf.sparse.fromDense([
      [0, -1.5, 0],
      [0, 0, 0],
    ]),
  ) as tf.SparseTensor;
  expect(all.values.arraySync()).toEqual([0, 2.5, 3.5]);
});

test('its time grows with the elements, not with their square', () => {
  const n = 200_000;
  const indices = tf.cast(tf.range(n), 'int64').expandDims(1);
  const x = tf.SparseTensor(indices, tf.ones([n]), [n]);
  const sum = tf.sparse.add(x, x) as tf.SparseTensor;
  expect(tf.reduceSum(sum.values).item()).toBe(2 * n);
});
