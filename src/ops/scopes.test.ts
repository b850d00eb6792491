// Name scopes as TensorFlow names them: `outer/inner`, eager and in functions.
import { expect, test } from 'vitest';
import * as tf from '../index.ts';

test('getCurrentNameScope', () => {
  const nested = (): string[] =>
    tf.nameScope('outer', () => [
      tf.getCurrentNameScope(),
      tf.nameScope('inner', () => tf.getCurrentNameScope()),
      tf.getCurrentNameScope(),
    ]);
  expect([tf.getCurrentNameScope(), ...nested()]).toEqual(['', 'outer', 'outer/inner', 'outer']);
  const seen: string[] = [];
  tf.function((x: tf.Tensor) => {
    seen.push(tf.getCurrentNameScope(), ...nested());
    return x;
  })(tf.ones([1]));
  expect(seen).toEqual(['', 'outer', 'outer/inner', 'outer']);
});
