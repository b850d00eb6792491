// tf.function's inputSignature: what TensorFlow takes, converts and refuses.
import { describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';

type Any = (...args: unknown[]) => tf.Tensor;
const double = (signature: tf.SignatureEntry[]) =>
  tf.function(
    function double(x: tf.Tensor) {
      return tf.multiply(x, 2);
    },
    { inputSignature: signature },
  ) as object as Any;
const rows = double([tf.TensorSpec([null, 2], 'float32')]);

describe('inputSignature', () => {
  it('makes tensors of lists, numbers and typed arrays', () => {
    expect(rows([[1, 2]]).numpy()).toEqual([[2, 4]]);
    expect(rows([[1, 2]]).dtype).toBe('float32');
    expect(rows(tf.ones([3, 2])).shape).toEqual([3, 2]);
    const whole = double([{ shape: [], dtype: 'int32' }]);
    expect([whole(3).numpy(), whole(true).numpy(), whole(3).dtype]).toEqual([6, 2, 'int32']);
    expect(double([tf.TensorSpec([null])])(new Float64Array([1, 2])).dtype).toBe('float32');
  });
  it('refuses other dtypes, shapes, and numbers of arguments', () => {
    expect(() => rows(tf.ones([1, 2], { dtype: 'int32' }))).toThrow(
      /tf.function double: argument 0: found a tensor of dtype int32 and shape \(1, 2\), wanted TensorSpec\(shape=\(None, 2\), dtype=tf.float32/,
    );
    expect(() => rows(tf.ones([1, 2], { dtype: 'float64' }))).toThrow(/dtype float64/);
    expect(() => rows(tf.ones([2]))).toThrow(/argument 0: found shape \(2,\), wanted \(None, 2\)/);
    expect(() => rows(tf.ones([2, 3]))).toThrow(/found shape \(2, 3\)/);
    expect(() => rows()).toThrow(/found 0 arguments, wanted 1/);
    expect(() => rows(tf.ones([2, 2]), 1)).toThrow(/found 2 arguments, wanted 1/);
    expect(() => rows('a')).toThrow(/argument 0/);
    expect(() => double([{ shape: [], dtype: 'int32' }])(1.5)).toThrow(/cannot make int32 of 1.5/);
    expect(() => double([tf.TensorSpec([1], 'float32', 'image')])(tf.ones([2]))).toThrow(/argument 0 \('image'\)/);
  });
  it('may have structures', () => {
    const add = tf.function((d: { a: tf.Tensor; b: tf.Tensor[] }) => tf.add(d.a, d.b[0]!), {
      inputSignature: [{ a: tf.TensorSpec([null]), b: [tf.TensorSpec([])] }],
    }) as object as Any;
    expect(add({ a: [1, 2], b: [3] }).numpy()).toEqual([4, 5]);
    expect(() => add({ b: [1] })).toThrow(/argument 0: found a record of \['b'\], wanted a record of \['a', 'b'\]/);
    expect(() => add({ a: [1], b: [] })).toThrow(/argument 0.b: found \[\], wanted a list of 1/);
  });
  it('must be one', () => {
    expect(() => double([5 as never])).toThrow(/inputSignature\[0\]: found 5/);
    expect(() => double(tf.TensorSpec([1]) as never)).toThrow(/wanted a list/);
  });
  it('holds under a tape, and where functions run eagerly', () => {
    const x = tf.ones([1, 2]);
    const tape = tf.GradientTape();
    tape.watch(x);
    expect(
      (
        tape.gradient(
          tape.record(() => rows(x)),
          x,
        ) as tf.Tensor
      ).numpy(),
    ).toEqual([[2, 2]]);
    expect(() => tape.record(() => rows(tf.ones([2])))).toThrow(/found shape/);
    tf.config.runFunctionsEagerly(true);
    try {
      expect(() => rows(tf.ones([2]))).toThrow(/found shape/);
      expect(rows([[1, 2]]).numpy()).toEqual([[2, 4]]);
    } finally {
      tf.config.runFunctionsEagerly(false);
    }
  });
});
