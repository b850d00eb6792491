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

it('stay plain numbers through arithmetic', () => {
  const x = tf.constant([1.5, 2.5], { dtype: 'float64' });
  const zeroAndOne = tf.constant([0, 1]);
  const weak: [tf.Tensor, number[]][] = [
    [tf.sub(1, zeroAndOne), [1.5, 0]],
    [tf.neg(zeroAndOne).add(2), [3, 2.5]],
    [tf.reshape(tf.constant([[3], [4]]), [2]), [4.5, 10]],
    [tf.where(tf.constant([true, false]), 1, 0), [1.5, 0]],
  ];
  for (const [whole, product] of weak) {
    expect(whole.dtype).toBe('int32');
    expect(whole.mul(x).arraySync()).toEqual(product);
    expect(
      tf
        .function((y: tf.Tensor) => whole.mul(y))(x)
        .arraySync(),
    ).toEqual(product);
  }
  // Quotients are float64, as TensorFlow has it, and as weak as what they are made of.
  const half = tf.constant([1, 2]).div(2);
  expect(half.dtype).toBe('float64');
  expect(half.mul(tf.cast(x, 'float32')).dtype).toBe('float32');
  // Sums and products of many may be numbers that nobody wrote.
  expect(() => tf.reduceSum(tf.constant([2e9, 2e9])).mul(x)).toThrow(/found dtypes int32 .* and float64/);
  expect(() => tf.matmul(tf.constant([[1, 2]]), tf.constant([[1], [0]])).mul(x)).toThrow(/found dtypes int32/);
  // What has a dtype by name keeps it.
  const named = tf.constant([1, 2], { dtype: 'int32' });
  expect(() => named.add(1).mul(x)).toThrow(/found dtypes int32 .* and float64/);
  expect(() => tf.cast([1.5, 2], 'int32').mul(x)).toThrow(/found dtypes int32/);
  expect(() => tf.argmax([1, 2]).mul(x)).toThrow();
});

it('negative powers of integers are refused by programs too', () => {
  const traced = tf.function((a: tf.Tensor, b: tf.Tensor) => tf.pow(a, b));
  for (const dtype of ['int8', 'int16', 'int32', 'int64'] as const) {
    const of = (values: number[]) => tf.constant(values, { dtype });
    expect(() => tf.pow(of([2, 3]), of([1, -1]))).toThrow(/pow: integers cannot be raised to the negative power -1/);
    expect(() => traced(of([2, 3]), of([1, -1]))).toThrow(/pow: integers cannot be raised to the negative power -1/);
    expect(traced(of([2, 3]), of([5, 0])).arraySync()).toEqual(tf.pow(of([2, 3]), of([5, 0])).arraySync());
  }
  const count = tf.Variable(0, { dtype: 'int32' });
  const counted = tf.function((b: tf.Tensor) => {
    count.assignAdd(1);
    return tf.pow(tf.constant([2]), b);
  });
  expect(() => counted(tf.constant([-2]))).toThrow(/negative power/);
  expect(count.numpy()).toBe(0);
  const wide = tf.constant([2, 4_000_000_000], { dtype: 'uint32' });
  expect(traced(tf.constant([1, 1], { dtype: 'uint32' }), wide).arraySync()).toEqual([1, 1]);
});
