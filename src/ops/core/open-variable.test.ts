// Variables whose shape is not wholly fixed, as TensorFlow has them; in tf.function with one trace for each shape.
import { describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';

describe('variables of partly unknown shape', () => {
  it('take values of any shape that conforms', () => {
    const v = tf.Variable([1.5], { shape: [null] });
    expect(v.shape).toEqual([null]);
    v.assign([1.5, 2.5]);
    expect(v.numpy()).toEqual([1.5, 2.5]);
    expect(String(v)).toBe(
      "<tf.Variable 'Variable:0' shape=(None,) dtype=float32, numpy=array([1.5, 2.5], dtype=float32)>",
    );
    v.assignAdd([1, 1]);
    expect(tf.multiply(v, 2).numpy()).toEqual([5, 7]);
    expect(() => v.assign([[1]])).toThrow(/shape \(1, 1\) to a variable of shape \(None,\)/);
    expect(() => v.assignAdd([1, 1, 1])).toThrow();
    expect(v.numpy()).toEqual([2.5, 3.5]);
    const any = tf.Variable([1.5], { shape: tf.TensorShape(null) });
    expect(any.assign([[1, 2]]).numpy()).toEqual([[1, 2]]);
    expect(String(any)).toContain('shape=<unknown>');
  });
  it('must start from such a value; of fixed shape they stay', () => {
    expect(() => tf.Variable([[1.5]], { shape: [null] })).toThrow(/initial value of shape \(1, 1\), wanted \(None,\)/);
    expect(() => tf.Variable([[1.5]], { shape: [2, null] })).toThrow(/wanted \(2, None\)/);
    expect(() => tf.Variable([1.5], { shape: [1] }).assign([1, 2])).toThrow(/the shapes must be equal/);
  });
  it('are read and written by programs, traced once for each shape', () => {
    const v = tf.Variable([1], { shape: [null] });
    const sum = tf.function(() => tf.reduceSum(v));
    const grow = tf.function((x: tf.Tensor) => {
      v.assign(tf.concat([v, x], 0));
      v.assignAdd(tf.onesLike(v));
      return tf.reduceSum(v);
    });
    expect(sum().item()).toBe(1);
    expect(grow(tf.constant([2], { dtype: 'float32' })).item()).toBe(5);
    expect(v.numpy()).toEqual([2, 3]);
    expect(sum().item()).toBe(5);
    expect(grow(tf.constant([4], { dtype: 'float32' })).item()).toBe(12);
    expect(v.numpy()).toEqual([3, 4, 5]);
    v.assign([7]);
    expect(sum().item()).toBe(7);
    expect(sum.tracingCount).toBe(2);
    expect(grow.tracingCount).toBe(2);
  });
  it('have gradients', () => {
    const v = tf.Variable([1], { shape: [null] });
    const step = tf.function(() => tf.valueAndGrad(() => tf.reduceSum(tf.square(v)), v)[1]!);
    expect(step().numpy()).toEqual([2]);
    v.assign([1, 2, 3]);
    expect(step().numpy()).toEqual([2, 4, 6]);
  });
});
