// Crosses of features and masked rows against what TensorFlow gives for the same.
import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

const a = tf.SparseTensor(
  [
    [0, 0],
    [1, 0],
    [1, 1],
  ],
  ['a', 'b', 'c'],
  [2, 2],
);
const b = tf.SparseTensor(
  [
    [0, 0],
    [1, 0],
    [1, 1],
  ],
  ['d', 'e', 'f'],
  [2, 2],
);

test('tf.sparse.cross', () => {
  const texts = [
    ['a_X_d', '', '', ''],
    ['b_X_e', 'b_X_f', 'c_X_e', 'c_X_f'],
  ];
  expect(tf.sparse.toDense(tf.sparse.cross([a, b])).arraySync()).toEqual(texts);
  const dense = tf.constant([['x'], ['y']]);
  expect(tf.sparse.toDense(tf.sparse.cross([a, dense], { separator: '-' })).arraySync()).toEqual([
    ['a-x', ''],
    ['b-y', 'c-y'],
  ]);
  expect(() => tf.sparse.cross([a, [['x']]])).toThrow(/found \[2, 1\] rows/);
  expect(() => tf.sparse.cross([a, [[1.5], [2.5]]])).toThrow(/inputs\[1\]: found dtype float32/);
});

test('tf.sparse.crossHashed', () => {
  const hashed = tf.sparse.crossHashed([a, b], 100);
  expect(tf.sparse.toDense(hashed).arraySync()).toEqual([
    [82, 0, 0, 0],
    [61, 89, 41, 68],
  ]);
  expect(Array.from(tf.sparse.crossHashed([a, b]).values.dataSync() as BigInt64Array)).toEqual([
    1584069791037555375n,
    4171697120956746554n,
    300175262452528982n,
    1746051686049959641n,
    4546572711251652368n,
  ]);
});

test('tf.sparse.mask', () => {
  const slices = tf.IndexedSlices(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    [4, 7, 2],
    [9, 2],
  );
  const rest = tf.sparse.mask(slices, [7]);
  expect(rest.values.arraySync()).toEqual([
    [1, 2],
    [5, 6],
  ]);
  expect(rest.indices.arraySync()).toEqual([4, 2]);
  expect(rest.denseShape).toEqual([9, 2]);
});
