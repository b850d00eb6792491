// Every coordinate of an index is checked on its own axis, now and when traced, in TensorFlow all errors; and what else
// TensorFlow's CPU makes of numbers at the edges of their dtypes (its results are the figures here).
import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

const matrix = [
  [1, 2],
  [3, 4],
];
const square = tf.ones([2, 2]);
const one = tf.constant([1]);
const wrong: Record<
  string,
  readonly [f: (index: tf.Tensor) => tf.Tensor, indices: readonly unknown[], right: unknown]
> = {
  gather: [
    (i) => tf.gather(matrix, i, { batchDims: 1, axis: 1 }),
    [
      [[2], [0]],
      [[0], [-1]],
    ],
    [[1], [0]],
  ],
  'gather of bytes': [
    (i) => tf.gather(tf.ones([20, 20]), tf.cast(tf.tile(i, [20, 1]), 'uint8'), { batchDims: 1 }),
    [[[20]]],
    [[19]],
  ],
  takeAlongAxis: [
    (i) => tf.keras.ops.takeAlongAxis(matrix, i, 1),
    [
      [[2], [-1]],
      [[0], [-3]],
    ],
    [[1], [-2]],
  ],
  gatherNd: [(i) => tf.gatherNd(square, i), [[[0, 3]], [[1, -1]]], [[1, 1]]],
  'gatherNd of batches': [
    (i) => tf.gatherNd(square, i, { batchDims: 1 }),
    [
      [[2], [0]],
      [[0], [-1]],
    ],
    [[1], [0]],
  ],
  scatterNd: [(i) => tf.scatterNd(i, one, [2, 2]), [[[0, 3]], [[1, -1]]], [[1, 1]]],
  tensorScatterNdAdd: [(i) => tf.tensorScatterNdAdd(square, i, [1]), [[[0, 3]], [[1, -1]]], [[1, 1]]],
  tensorScatterNdUpdate: [(i) => tf.tensorScatterNdUpdate(square, i, [1]), [[[0, 3]], [[1, -1]]], [[1, 1]]],
  confusionMatrix: [(i) => tf.math.confusionMatrix([0], i, { numClasses: 2 }), [[3], [-1]], [1]],
};
test.each(Object.entries(wrong))('%s refuses a coordinate out of its axis', (_name, [f, indices, right]) => {
  const traced = tf.function((i: tf.Tensor) => f(i));
  const fits = tf.constant(right as number[], { dtype: 'int32' });
  expect(traced(fits).arraySync()).toEqual(f(fits).arraySync());
  for (const index of indices) {
    const i = tf.constant(index as number[], { dtype: 'int32' });
    expect(() => f(i).dataSync(), `eager ${JSON.stringify(index)}`).toThrow(/out of range/);
    expect(() => traced(i).dataSync(), `traced ${JSON.stringify(index)}`).toThrow(/out of range/);
  }
  expect(traced(fits).arraySync()).toEqual(f(fits).arraySync());
});

test('sparse tensors with indices out of range, repeated or out of order have no dense form', () => {
  const sparse = (indices: number[][]) => tf.SparseTensor(indices, tf.ones([indices.length]), [2, 2]);
  for (const index of [
    [0, 3],
    [1, -1],
  ]) {
    expect(() => tf.sparse.toDense(sparse([index]))).toThrow(/out of range for the dense shape/);
    expect(() => tf.sparse.add(sparse([index]), tf.zeros([2, 2]))).toThrow(/out of range/);
    expect(() => tf.sparse.maximum(sparse([index]), sparse([index]))).toThrow(/sparse.maximum: .*out of range/);
  }
  const [twice, unsorted] = [
    sparse([
      [0, 1],
      [0, 1],
    ]),
    sparse([
      [1, 1],
      [0, 0],
    ]),
  ];
  expect(() => tf.sparse.toDense(twice)).toThrow(/position 1 is repeated/);
  expect(() => tf.sparse.toDense(unsorted)).toThrow(/out of order/);
  expect(tf.sparse.toDense(unsorted, 0, false).arraySync()).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect((tf.sparse.add(twice, tf.zeros([2, 2])) as tf.Tensor).arraySync()).toEqual([
    [0, 2],
    [0, 0],
  ]);
});

test('the arguments of tf.sparse by position', () => {
  const x = tf.SparseTensor(
    [
      [0, 0],
      [0, 1],
    ],
    [1, 2],
    [2, 2],
  );
  expect(tf.sparse.reduceSum(x, 1).arraySync()).toEqual([3, 0]);
  expect(tf.sparse.reduceMax(x, 0, true).arraySync()).toEqual([[1, 2]]);
  expect(tf.sparse.toDense(x, 7).arraySync()).toEqual([
    [1, 2],
    [7, 7],
  ]);
  expect(
    tf.sparse
      .sparseDenseMatmul(
        x,
        [
          [1, 2],
          [3, 4],
        ],
        true,
      )
      .arraySync(),
  ).toEqual([
    [1, 2],
    [2, 4],
  ]);
  expect(
    tf.sparse
      .sparseDenseMatmul(
        x,
        [
          [1, 2],
          [3, 4],
        ],
        false,
        true,
      )
      .arraySync(),
  ).toEqual([
    [5, 11],
    [0, 0],
  ]);
  expect(
    tf.sparse
      .sparseDenseMatmul(
        [
          [1, 2],
          [3, 4],
        ],
        x,
        true,
      )
      .arraySync(),
  ).toEqual([
    [1, 2],
    [2, 4],
  ]);
  expect(tf.sparse.eye(2, 3, 'int32').denseShape.arraySync()).toEqual([2, 3]);
  // @ts-expect-error no such option
  expect(() => tf.sparse.toDense(x, { defaultVale: 1 })).toThrow(/unknown option/);
});

test('shifts by more than the width, casts to unsigned, the smallest int32', () => {
  expect(tf.bitwise.leftShift([1, 1, -5], [40, -3, 31]).arraySync()).toEqual([-2147483648, 1, -2147483648]);
  expect(tf.bitwise.rightShift([1, 8, -5], [40, -3, 45]).arraySync()).toEqual([0, 8, -1]);
  const bytes = (x: number[], dtype: 'int8' | 'uint8') => tf.constant(x, { dtype });
  expect(tf.bitwise.leftShift(bytes([1, 3], 'int8'), bytes([9, 7], 'int8')).arraySync()).toEqual([-128, -128]);
  expect(tf.bitwise.rightShift(bytes([200, 3], 'uint8'), bytes([9, 1], 'uint8')).arraySync()).toEqual([1, 1]);
  for (const run of [(f: (x: tf.Tensor) => tf.Tensor) => f, (f: (x: tf.Tensor) => tf.Tensor) => tf.function(f)]) {
    const cast = (dtype: tf.DType) => run((x) => tf.cast(x, dtype))(tf.constant([-1, -1.7, -300, 3e9]));
    expect(cast('uint32').arraySync()).toEqual([4294967295, 4294967295, 4294966996, 3000000000]);
    expect(Array.from(cast('uint64').dataSync() as BigUint64Array)).toEqual([
      2n ** 64n - 1n,
      2n ** 64n - 1n,
      2n ** 64n - 300n,
      3000000000n,
    ]);
  }
  expect(tf.constant([-2147483648]).dtype).toBe('int32');
  expect(tf.constant([-2147483649]).dtype).toBe('int64');
  expect(tf.constant([2147483648]).dtype).toBe('int64');
});

test('a mean of float16 whose sum has no room in float16', () => {
  const x = tf.fill([100000], tf.constant(2, { dtype: 'float16' }));
  expect(tf.reduceMean(x).dtype).toBe('float16');
  expect(tf.reduceMean(x).item()).toBe(2);
});

test('CTC decoders refuse sequences longer than the time axis', () => {
  const x = tf.ones([3, 1, 4]);
  expect(() => tf.nn.ctcGreedyDecoder(x, [9])).toThrow(/sequenceLength is \[9\]; wanted 1 lengths of 0 to 3/);
  expect(() => tf.nn.ctcBeamSearchDecoder(x, [4])).toThrow(/wanted 1 lengths of 0 to 3/);
});
