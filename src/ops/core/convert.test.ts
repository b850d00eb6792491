import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

test('whole numbers of 64 bits are taken exactly or refused', () => {
  expect(tf.constant([2n ** 63n - 1n, -(2n ** 63n)]).dataSync()).toEqual(
    new BigInt64Array([2n ** 63n - 1n, -(2n ** 63n)]),
  );
  expect(tf.constant(2n ** 64n - 1n, { dtype: 'uint64' }).dataSync()).toEqual(new BigUint64Array([2n ** 64n - 1n]));
  expect(() => tf.constant(2n ** 63n)).toThrow(
    /9223372036854775808 does not fit int64 \(-9223372036854775808 to 9223372036854775807\)/,
  );
  expect(() => tf.constant(2 ** 63, { dtype: 'int64' })).toThrow(/does not fit int64/);
  expect(() => tf.constant([1n, 2n ** 64n], { dtype: 'uint64' })).toThrow(
    /does not fit uint64 \(0 to 18446744073709551615\)/,
  );
  expect(() => tf.constant(-1n, { dtype: 'uint64' })).toThrow(/-1 does not fit uint64/);
});

test('two dtypes are refused, and the cast that is proposed loses nothing', () => {
  const of = (dtype: tf.DType) => tf.ones([1], { dtype });
  expect(() => tf.multiply(of('int32'), of('float64'))).toThrow(/Cast the first: tf.cast\(x, 'float64'\) of the int32/);
  expect(() => tf.multiply(of('float64'), of('int32'))).toThrow(
    /Cast the second: tf.cast\(y, 'float64'\) of the int32/,
  );
  expect(() => tf.add(of('int64'), of('int32'))).toThrow(/Cast the second: tf.cast\(y, 'int64'\)/);
  expect(() => tf.add(of('bool'), of('float32'))).toThrow(/Cast the first: tf.cast\(x, 'float32'\)/);
});

test('shapes that cannot be are refused by what takes a shape', () => {
  const bad = [
    () => tf.ones([-1]),
    () => tf.fill([2, -1], 3),
    () => tf.eye(-1),
    () => tf.eye(2, { batchShape: [-1] }),
    () => tf.random.normal([-1]),
    () => tf.random.uniform([-2], { minval: 0, maxval: 5, dtype: 'int32' }),
    () => tf.random.truncatedNormal([-2]),
    () => tf.random.statelessNormal([-2], { seed: [1, 2] }),
    () => tf.broadcastTo(tf.ones([1]), [-1]),
    () => tf.scatterNd([[0]], [1], [-1]),
  ];
  for (const make of bad) expect(make, String(make)).toThrow(/negative dimension/);
  expect(tf.reshape(tf.ones([4]), [2, -1]).shape).toEqual([2, 2]);
  expect(() => tf.ones([1e6, 1e6])).toThrow(/no room for 1000000000000 elements of float32/);
});

test('bytes and texts side by side are strings', () => {
  const x = tf.constant([Uint8Array.of(255, 0), 'text', Uint8Array.of(104, 105)]);
  expect([x.dtype, x.shape]).toEqual(['string', [3]]);
  expect(tf.strings.length(x).arraySync()).toEqual([2, 4, 2]);
  expect(tf.constant([Uint8Array.of(1, 2)]).dtype).toBe('uint8');
  expect(tf.constant([Uint8Array.of(104)], { dtype: 'string' }).arraySync()).toEqual(['h']);
});
