// Results put together of parts: compiled programs against eager ones, which run the reference.
import { expect, test } from 'vitest';
import * as tf from '../../src/index.ts';

const x = tf.random.normal([5, 26], { seed: 1 });
const close = (a: tf.Tensor, b: tf.Tensor): void => expect(tf.reduceMax(tf.abs(a.sub(b))).item()).toBeLessThan(1e-6);

/** Each part another function, so that a part computed at another's place shows. */
const gates = (z: tf.Tensor, sizes: number[]): tf.Tensor[] => {
  const functions = [tf.tanh, tf.sigmoid, tf.square, tf.exp] as const;
  return tf.split(z, sizes, 1).map((part, i) => functions[i]!(part));
};

test.each([[[8, 8, 10]], [[26 - 9, 9]], [[1, 24, 1]], [[12, 12, 1, 1]]])('concat of parts of %j', (sizes) => {
  const f = (z: tf.Tensor): tf.Tensor => tf.concat(gates(z, sizes), 1);
  close(tf.function(f)(x), f(x));
});

test.each([[[8, 8, 10]], [[10, 8, 8]], [[1, 24, 1]]])('the gradient of split into %j', (sizes) => {
  const f = (z: tf.Tensor): tf.Tensor => {
    const tape = new tf.GradientTape();
    tape.watch(z);
    const loss = tape.record(() => tf.addN(gates(z, sizes).map((part, i) => tf.reduceSum(part).mul(i + 1))));
    return tape.gradient(loss, z)!;
  };
  close(tf.function(f)(x), f(x));
});

test('pads that leave a gap or overlap stay sums', () => {
  const f = (z: tf.Tensor): tf.Tensor => {
    const [a, b] = tf.split(z, 2, 1) as [tf.Tensor, tf.Tensor];
    const gap = tf
      .pad(a, [
        [0, 0],
        [0, 14],
      ])
      .add(
        tf.pad(b, [
          [0, 0],
          [14, 0],
        ]),
      );
    const overlap = tf
      .pad(a, [
        [0, 0],
        [0, 14],
      ])
      .add(
        tf.pad(b, [
          [0, 0],
          [12, 2],
        ]),
      );
    return gap.mul(overlap);
  };
  close(tf.function(f)(x), f(x));
});

test('parts along the first axis, and sums over what is inside them', () => {
  const f = (z: tf.Tensor): tf.Tensor =>
    tf.concat([tf.reduceSum(z.reshape([5, 13, 2]), 2), tf.reduceMax(z.reshape([5, 2, 13]), 1), z.at(':', '0:13')], 0);
  close(tf.function(f)(x), f(x));
});
