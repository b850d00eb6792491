// mapFn over no elements: the figures are TensorFlow's.
import { expect, it } from 'vitest';
import * as tf from '../../index.ts';

const none = tf.zeros([0, 3]);

it('gives empty tensors: like the elements, or as the signature says', () => {
  const like = tf.mapFn((x: tf.Tensor) => tf.reduceSum(x), none);
  expect([like.shape, like.dtype]).toEqual([[0], 'float32']);
  const said = tf.mapFn((x: tf.Tensor) => [tf.reduceSum(x), tf.cast(x, 'int32')] as const, none, {
    fnOutputSignature: ['float32', tf.TensorSpec([3], 'int32')],
  });
  expect(said.map(({ shape, dtype }) => [shape, dtype])).toEqual([
    [[0], 'float32'],
    [[0, 3], 'int32'],
  ]);
});
it('gives them in tf.function with the shapes that the function says', () => {
  const traced = tf.function((x: tf.Tensor) =>
    tf.mapFn((row: tf.Tensor) => [tf.reduceSum(row), tf.cast(row, 'int32')] as const, x),
  );
  expect(traced(none).map(({ shape, dtype }) => [shape, dtype])).toEqual([
    [[0], 'float32'],
    [[0, 3], 'int32'],
  ]);
});
