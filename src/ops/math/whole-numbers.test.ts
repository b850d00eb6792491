// Means of whole numbers, whose sums need not fit the dtype; what has no order or no whole result.
import { expect, it } from 'vitest';
import * as tf from '../../index.ts';

// TensorFlow's results: sums in 64 bits, quotients truncated.
it.each([
  ['uint8', [255, 255, 250], 253],
  ['int8', [127, 127, 120], 124],
  ['int16', [32767, 32767, 32760], 32764],
  ['int32', [2147483647, 2147483647, 2147483640], 2147483644],
  ['uint32', [4294967295, 4294967295, 4294967280], 4294967290],
  ['int32', [-7, -8], -7],
] as const)('the mean of %s does not overflow', (dtype, values, wanted) => {
  const x = tf.constant([...values], { dtype });
  expect(tf.reduceMean(x).item()).toBe(wanted);
  expect(
    tf
      .function((t: tf.Tensor) => tf.reduceMean(t))(x)
      .item(),
  ).toBe(wanted);
  expect(tf.reduceMean(x).dtype).toBe(dtype);
});

it('global average pooling of whole numbers gives floats, as in Keras', () => {
  const picture = tf.fill([1, 4, 4, 3], tf.constant(200, { dtype: 'uint8' }));
  const pooled = tf.keras.layers.GlobalAveragePooling2D()(picture);
  expect([pooled.dtype, pooled.arraySync()]).toEqual(['float32', [[200, 200, 200]]]);
  expect(
    tf.keras.layers
      .GlobalAveragePooling1D()(tf.constant([[[1], [2]]]))
      .arraySync(),
  ).toEqual([[1.5]]);
});

it('clipByGlobalNorm takes a whole number as norm', () => {
  const [clipped] = tf.clipByGlobalNorm([tf.constant([3, 4], 'float32')], 1, { useNorm: 5 });
  expect(clipped[0]!.dataSync()[0]).toBeCloseTo(0.6, 6);
});

it('complex numbers have no order, and powers', () => {
  const [a, b] = [tf.complex([1], [2]), tf.complex([2], [1])];
  expect(() => tf.less(a, b)).toThrow(/less: found dtype complex64, whose numbers have no order/);
  const power = tf.pow(a, b);
  expect(tf.math.real(power).item()).toBeCloseTo(-1.640101, 5);
  expect(tf.math.imag(power).item()).toBeCloseTo(0.2020504, 5);
  expect(tf.math.real(tf.pow(tf.complex([0], [0]), b)).item()).toBe(0);
});
