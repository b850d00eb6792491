// pyFunction and numpyFunction: inside tf.function they see the values of each run, as TensorFlow's do.
import { describe, expect, it } from 'vitest';
import * as tf from '../index.ts';

const x = tf.constant([1, 2], { dtype: 'float32' });

describe('functions of the host', () => {
  it('are called at once outside of programs', () => {
    expect(tf.pyFunction((a) => tf.multiply(a, 2), [x], 'float32').numpy()).toEqual([2, 4]);
    expect(() => tf.pyFunction((a) => a, [x], 'int32')).toThrow(
      /result 0: found a tensor of dtype float32, wanted int32/,
    );
  });
  it('get the values of each run', () => {
    const seen: unknown[] = [];
    const f = tf.function((a: tf.Tensor) =>
      tf.pyFunction(
        (b) => {
          seen.push(b.numpy());
          return tf.multiply(b, 2);
        },
        [tf.add(a, 1)],
        'float32',
      ),
    );
    expect(f(x).numpy()).toEqual([4, 6]);
    expect(f(tf.constant([5, 6], { dtype: 'float32' })).numpy()).toEqual([12, 14]);
    expect(seen).toEqual([
      [2, 3],
      [6, 7],
    ]);
    expect(f.tracingCount).toBe(1);
  });
  it('may have several results, of shapes that are said', () => {
    const f = tf.function((a: tf.Tensor) =>
      tf.numpyFunction(
        (b) => [tf.reduceSum(b), tf.constant(7, { dtype: 'int32' })],
        [a],
        [tf.TensorSpec([], 'float32'), tf.TensorSpec([], 'int32')],
      ),
    );
    expect(f(x).map((result) => result.numpy())).toEqual([3, 7]);
  });
  it('refuse what is not as Tout says', () => {
    const f = tf.function((a: tf.Tensor) => tf.pyFunction((b) => tf.reduceSum(b), [a], 'float32'));
    expect(() => f(x)).toThrow(/result 0 has shape \(\), wanted \(2,\).*TensorSpec\(\[\], 'float32'\) in Tout/);
    const g = tf.function((a: tf.Tensor) => tf.pyFunction((b) => b, [a]));
    expect(() => g(x)).toThrow(/Tout must say the dtypes/);
  });
  it('have gradients through what they do with tensors', () => {
    const gradient = (): tf.Tensor => {
      const tape = tf.GradientTape();
      tape.watch(x);
      const y = tape.record(() => tf.pyFunction((a) => tf.multiply(a, a), [x], 'float32'));
      return tape.gradient(y, x) as tf.Tensor;
    };
    expect(gradient().numpy()).toEqual([2, 4]);
    expect(tf.function(gradient)().numpy()).toEqual([2, 4]);
  });
});
