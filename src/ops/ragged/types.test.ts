// What the compiler knows of ragged tensors, and of one-hot ones.
import { expect, it } from 'vitest';
import * as tf from '../../index.ts';

it('lists in a list are a ragged tensor to the compiler too', () => {
  const ragged: tf.RaggedTensor = tf.ragged.constant([[3, 1, 4], [], [5]]); // biome-ignore format: rows
  expect(ragged.rowLengths().arraySync()).toEqual([3, 0, 1]);
  const floats: tf.RaggedTensor = tf.ragged.constant([[1], [2, 3]], { dtype: 'float32' });
  expect(floats.toTensor().arraySync()).toEqual([[1, 0], [2, 3]]); // biome-ignore format: rows
  const either = tf.ragged.constant([[1, 2], [3, 4]], { raggedRank: 0 }); // biome-ignore format: rows
  expect(either).toBeInstanceOf(tf.Tensor);
});

it('one-hot rows are a tensor, unless sparse ones were asked for', () => {
  const { ops } = tf.keras;
  const masks: tf.Tensor = ops.oneHot([0, 1, 1], 2);
  expect(ops.sum(ops.multiply(ops.ones([3, 2]), masks), { axis: 1 }).arraySync()).toEqual([1, 1, 1]);
  expect(
    ops
      .oneHot({ x: [1], numClasses: 3 })
      .mul(2)
      .arraySync(),
  ).toEqual([[0, 2, 0]]);
  const sparse = ops.oneHot([1], 3, { sparse: true });
  expect(sparse).toBeInstanceOf(tf.SparseTensor);
});
