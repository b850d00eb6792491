import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

test('whole numbers of 64 bits are taken exactly or refused', () => {
  expect(tf.constant([2n ** 63n - 1n, -(2n ** 63n)]).dataSync()).toEqual(
    new BigInt64Array([2n ** 63n - 1n, -(2n ** 63n)]),
  );
  expect(tf.constant(2n ** 64n - 1n, { dtype: 'uint64' }).dataSync()).toEqual(new BigUint64Array([2n ** 64n - 1n]));
  expect(() => tf.constant(2n ** 63n)).toThrow(/9223372036854775808 does not fit int64/);
  expect(() => tf.constant(2 ** 63, { dtype: 'int64' })).toThrow(/does not fit int64/);
  expect(() => tf.constant([1n, 2n ** 64n], { dtype: 'uint64' })).toThrow(/does not fit uint64/);
  expect(() => tf.constant(-1n, { dtype: 'uint64' })).toThrow(/-1 does not fit uint64/);
});
