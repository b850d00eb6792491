// Types of what recurrent layers give: with returnState each state has a place of its own, also under noUncheckedIndexedAccess.
import { expect, expectTypeOf, test } from 'vitest';
import * as tf from '../../../index.ts';

const { layers } = tf.keras;

test('the states of encoders go into decoders as they are', () => {
  const x = tf.ones([2, 3, 4]);
  const [output, hidden, carry] = layers.LSTM(5, { returnState: true })(x);
  expectTypeOf(carry).toEqualTypeOf<tf.Tensor>();
  const [decoded, state] = layers.GRU(5, { returnState: true })(x, { initialState: hidden });
  expectTypeOf(state).toEqualTypeOf<tf.Tensor>();
  const sequence = layers.LSTM(5, { returnSequences: true })(x, { initialState: [hidden, carry] });
  expectTypeOf(sequence).toEqualTypeOf<tf.Tensor>();
  expect([output, hidden, carry, decoded, state, sequence].map(({ shape }) => shape)).toEqual([
    ...new Array<number[]>(5).fill([2, 5]),
    [2, 3, 5],
  ]);
});

test('loops take bodies of annotated tensors, and arrays of tensors a size by position', () => {
  const [end] = tf.whileLoop(
    (i: tf.Tensor) => i.less(3),
    (i: tf.Tensor) => [i.add(1)],
    [tf.constant(0)],
  );
  expect(end.item()).toBe(3);
  expect(
    tf
      .TensorArray('float32', 2)
      .unstack(tf.ones([2, 3]))
      .stack().shape,
  ).toEqual([2, 3]);
});
