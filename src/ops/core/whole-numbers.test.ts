// Whole numbers of 64 bits on their way into tensors and ranges. What is wanted is what TensorFlow 2.21 said for the same calls.
import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

const told = (x: tf.Tensor): [string, (number | bigint)[]] => [
  x.dtype,
  Array.from(x.dataSync() as ArrayLike<number | bigint>, (value) =>
    typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value,
  ),
];
const int64 = (value: number | bigint) => tf.constant(BigInt(value), { dtype: 'int64' });
const P53 = 2 ** 53;

test('a range counts in the widest of what its numbers are, and never wraps', () => {
  expect(told(tf.range(3000000000, 3000000003))).toEqual(['int64', [3000000000, 3000000001, 3000000002]]);
  expect(told(tf.range(2147483646, 2147483649))).toEqual(['int64', [2147483646, 2147483647, 2147483648]]);
  expect(told(tf.range(-(2 ** 31) - 1, -(2 ** 31) + 1))).toEqual(['int64', [-2147483649, -2147483648]]);
  expect(told(tf.range(0, 3000000000, 1000000000))).toEqual(['int64', [0, 1000000000, 2000000000]]);
  expect(told(tf.range(0, 2147483647, 1000000000))).toEqual(['int32', [0, 1000000000, 2000000000]]);
  const past53 = ['int64', [2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n]];
  expect(told(tf.range(2n ** 53n, 2n ** 53n + 3n))).toEqual(past53);
  expect(told(tf.range(int64(2n ** 53n), int64(2n ** 53n + 3n)))).toEqual(past53);
  expect(told(tf.range(P53, 2n ** 53n + 3n))).toEqual(past53);
  expect(told(tf.range(2n ** 63n - 4n, 2n ** 63n - 1n, 2))).toEqual(['int64', [2n ** 63n - 4n, 2n ** 63n - 2n]]);
  expect(told(tf.range(2n ** 53n + 5n, P53, -2))).toEqual(['int64', [2n ** 53n + 5n, 2n ** 53n + 3n, 2n ** 53n + 1n]]);
});

test('mixed kinds of numbers make the widest of them', () => {
  const of = (value: number, dtype: tf.DType) => tf.constant(value, { dtype });
  expect(told(tf.range(tf.constant(1), 5))).toEqual(['int32', [1, 2, 3, 4]]);
  expect(told(tf.range(int64(1), 5))).toEqual(['int64', [1, 2, 3, 4]]);
  expect(told(tf.range(1, int64(5), tf.constant(2)))).toEqual(['int64', [1, 3]]);
  expect(told(tf.range(of(1, 'int32'), 3.5))).toEqual(['float32', [1, 2, 3]]);
  expect(told(tf.range(of(1, 'int32'), of(3.5, 'float64')))).toEqual(['float64', [1, 2, 3]]);
  expect(told(tf.range(1, 4, of(1, 'float32')))).toEqual(['float32', [1, 2, 3]]);
  expect(told(tf.range(0, of(5.5, 'float32'), 1, 'int32'))).toEqual(['int32', [0, 1, 2, 3, 4]]);
  expect(told(tf.range(int64(3), { dtype: 'int32' }))).toEqual(['int32', [0, 1, 2]]);
  expect(told(tf.range(-0, 2))).toEqual(['int32', [0, 1]]);
  expect(told(tf.range(0, 1, 0.1, 'float64'))[1][3]).toBeCloseTo(0.3, 15);
});

test('ranges that no dtype holds or that never arrive are refused', () => {
  expect(() => tf.range(0, 2147483649, { dtype: 'int32' })).toThrow(/range: 2147483649 does not fit int32/);
  expect(() => tf.range(0, 5.5, { dtype: 'int32' })).toThrow(/range: cannot make int32 of 5.5/);
  expect(() => tf.range(0n, 5n, 0n)).toThrow(/delta is 0/);
  expect(() => tf.range(5n, 1n)).toThrow(/never arrives/);
  expect(() => tf.range(0, Number.POSITIVE_INFINITY)).toThrow(/never arrives/);
  expect(() => tf.range(0, tf.constant(Number.POSITIVE_INFINITY), 1, 'int32')).toThrow(/never arrives/);
});

test('plain whole numbers are int32 where that holds them, else int64, and floats from 2^63 on', () => {
  expect(told(tf.constant(2 ** 31))).toEqual(['int64', [2147483648]]);
  expect(told(tf.constant(2 ** 31 - 1))).toEqual(['int32', [2147483647]]);
  expect(told(tf.constant(-(2 ** 31)))).toEqual(['int32', [-2147483648]]);
  expect(told(tf.constant(-(2 ** 31) - 1))).toEqual(['int64', [-2147483649]]);
  expect(told(tf.constant(P53))).toEqual(['int64', [2n ** 53n]]);
  expect(told(tf.constant(2 ** 60))).toEqual(['int64', [2n ** 60n]]);
  expect(told(tf.constant(-(2 ** 63)))).toEqual(['int64', [-(2n ** 63n)]]);
  expect(told(tf.constant([1, 2 ** 60]))).toEqual(['int64', [1, 2n ** 60n]]);
  expect(tf.constant([2 ** 60, 0.5]).dtype).toBe('float32');
  expect(tf.constant(2 ** 63).dtype).toBe('float32');
  expect(tf.constant(1e30).dtype).toBe('float32');
});

test('beside a tensor plain numbers of any size take its dtype', () => {
  const x = tf.constant(2, { dtype: 'float32' });
  expect(told(x.mul(3000000000))).toEqual(['float32', [6000000000]]);
  expect(told(x.mul(2 ** 60))).toEqual(['float32', [2 ** 61]]);
  expect(told(tf.maximum(x, -1e18))).toEqual(['float32', [2]]);
  expect(told(int64(2).mul(2 ** 60))).toEqual(['int64', [2n ** 61n]]);
  expect(tf.Variable(2 ** 60).dtype).toBe('float32');
});

test('whole numbers of a dtype of integers are not rounded to float32 on a line', () => {
  const line = tf.linspace(int64(2n ** 53n), int64(2n ** 53n + 4n), 3);
  expect(told(line)).toEqual(['float64', [P53, P53 + 2, P53 + 4]]);
  expect(tf.linspace(0, 10, 3).dtype).toBe('float32');
});
