import { expect, it } from 'vitest';
import * as tf from '../../index.ts';

const numbers = [
  ...[0, -0, 1, -1, 2, -2, 3, -0.3, 1.1, 7.25, -123.456, 1e10, -1e10, 1e-10, 1e19, -1e19, 1e25, 1e-19, 3e38, -3e38],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1.1754943508222875e-38, -1e-38],
].map(Math.fround);
const power = (x: number, n: number): number => (n === 0 ? 1 : x ** n);

it.each([-8, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7, 8, 9, 3.25])(
  'powers of %d in a program are those of C',
  (n) => {
    for (const dtype of ['float32', 'float64'] as const) {
      const x = tf.constant(numbers, { dtype });
      const found = tf
        .function((y: tf.Tensor) => tf.pow(y, n))(x)
        .dataSync() as Float32Array;
      numbers.forEach((value, i) => {
        const exact = power(value, n);
        const wanted = dtype === 'float32' ? Math.fround(exact) : exact;
        // Subnormal results are flushed.
        if (Math.abs(wanted) < 2 ** -126 && wanted !== 0) expect(Math.abs(found[i]!)).toBeLessThan(2 ** -126);
        else if (!Number.isFinite(wanted) || wanted === 0) expect([value, found[i]]).toEqual([value, wanted]);
        else expect(Math.abs(found[i]! / wanted - 1)).toBeLessThan(dtype === 'float32' ? 1.2e-7 : 4e-16);
      });
    }
  },
);

it('integers to whole powers wrap around', () => {
  const x = tf.constant([3, -7, 65536, 46341, 0], { dtype: 'int32' });
  expect(tf.pow(x, 3).arraySync()).toEqual([27, -343, 0, Number(BigInt.asIntN(32, 46341n ** 3n)), 0]);
  expect(tf.pow(x, tf.constant([0, 1, 2, 31, 0], { dtype: 'int32' })).arraySync()).toEqual([
    1,
    -7,
    0,
    Number(BigInt.asIntN(32, 46341n ** 31n)),
    1,
  ]);
});
