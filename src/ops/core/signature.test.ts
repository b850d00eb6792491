import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

test('a missing argument is an error of cornu that shows what was given and what is wanted', () => {
  const split = () => tf.keras.ops.split(tf.ones([4]), undefined as never);
  expect(split).toThrow(
    /ops\.split: .* found \(tensor of shape \[4\] .*, undefined\), wanted \(x, indicesOrSections, axis\)/,
  );
  expect(split).toThrow(expect.objectContaining({ name: 'ValueError', cause: expect.any(TypeError) }));
});

test("what a user's own function throws stays what it is", () => {
  const mine = new TypeError('mine');
  const thrown = () => {
    throw mine;
  };
  expect(() => tf.mapFn(thrown, tf.ones([2]))).toThrow(mine);
});
