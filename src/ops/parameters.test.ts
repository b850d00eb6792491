// Parameters that no golden case gives: what each changes, or that what it asks for is there already.
import { expect, test } from 'vitest';
import * as tf from '../index.ts';

const list = (x: tf.Tensor): unknown => x.numpy();

test('matrices: hints of sparseness, checks that are asked for, sizes of steps', () => {
  const a = tf.constant(
    [
      [4, 1],
      [1, 3],
    ],
    'float32',
  );
  const x = tf.constant([1, 2], 'float32');
  expect(list(tf.linalg.matvec(a, x, { aIsSparse: true, bIsSparse: true }))).toEqual([6, 7]);
  const [lu, p] = tf.linalg.lu(a);
  expect(list(tf.linalg.luReconstruct(lu, p, { validateArgs: true }))).toEqual([
    [4, 1],
    [1, 3],
  ]);
  const inverse = list(tf.linalg.luMatrixInverse(lu, p, { validateArgs: true })) as number[][];
  expect(inverse[0]![0]).toBeCloseTo(3 / 11, 6);
  const solved = list(tf.linalg.luSolve(lu, p, [[1], [2]], { validateArgs: true })) as number[][];
  expect(solved[1]![0]).toBeCloseTo(7 / 11, 6);
  expect(tf.linalg.matrixRank(a, { validateArgs: true }).item()).toBe(2);
  const pseudo = list(tf.linalg.pinv(a, { validateArgs: true })) as number[][];
  expect(pseudo[0]![0]).toBeCloseTo(3 / 11, 5);
  const values = tf.linalg.eigvals({ tensor: a });
  expect(values.dtype).toBe('complex64');
  const diagonals = tf.constant(
    [
      [1, 1, 0],
      [4, 4, 4],
      [0, 1, 1],
    ],
    'float32',
  );
  const tridiagonal = tf.linalg.tridiagonalSolve(diagonals, [[1], [2], [3]], {
    conjugateRhs: true,
    perturbSingular: false,
  });
  expect(tridiagonal.shape).toEqual([3, 1]);
});

test('asserts say their message', () => {
  const message = 'the weights went wrong';
  const x = tf.constant([1, -2], 'float32');
  const y = tf.constant([1, 2], 'float32');
  const d = tf.debugging;
  for (const f of [
    () => d.assertEqual(x, y, { message, summarize: 2 }),
    () => d.assertNoneEqual(y, y, { message, summarize: 2 }),
    () => d.assertLess(y, x, { message, summarize: 2 }),
    () => d.assertLessEqual(y, x, { message, summarize: 2 }),
    () => d.assertGreater(x, y, { message, summarize: 2 }),
    () => d.assertGreaterEqual(x, y, { message, summarize: 2 }),
    () => d.assertNear(x, y, { rtol: 0.1, atol: 0.1, message, summarize: 2 }),
    () => d.assertPositive(x, { message, summarize: 2 }),
    () => d.assertNonNegative(x, { message, summarize: 2 }),
    () => d.assertNegative(y, { message, summarize: 2 }),
    () => d.assertNonPositive(y, { message, summarize: 2 }),
    () => d.assertRank(x, 2, { message }),
    () => d.assertRankAtLeast(x, 2, { message }),
    () => d.assertRankIn(x, [0, 2], { message }),
    () => d.assertInteger(x, { message }),
    () => d.assertScalar(x, { message }),
    () => d.assertType(x, 'int32', { message }),
  ])
    expect(f, String(f)).toThrow(message);
  expect(() => tf.assertEqual(x, y, { message, summarize: 1 })).toThrow(message);
  expect(() => tf.assertLess(y, x, { message, summarize: 1 })).toThrow(message);
  expect(() => tf.assertGreater(x, y, { message, summarize: 1 })).toThrow(message);
  expect(() => tf.assertRank(x, 0, { message })).toThrow(message);
  expect(d.assertNear(y, [1.0001, 2], { rtol: 1e-3, atol: 0 })).toBeFalsy();
  expect(() => d.assertProperIterable(3 as never)).toThrow();
  expect(() => d.assertSameFloatDtype([x, tf.constant([1], 'float64')])).toThrow();
  expect(() =>
    d.assertShapes([
      [x, ['n']],
      [tf.zeros([3]), ['n']],
    ]),
  ).toThrow();
  expect(() => d.Assert(false, [x])).toThrow();
});

test('what is only about how TensorFlow runs changes nothing', () => {
  const step = (i: tf.Tensor) => i.add(1);
  const next = (i: tf.Tensor): [tf.Tensor] => [i.add(1)];
  const loop = {
    shapeInvariants: undefined,
    parallelIterations: 4,
    backProp: true,
    swapMemory: false,
    maximumIterations: 2,
  };
  expect(tf.whileLoop((i: tf.Tensor) => i.less(5), next, [tf.constant(0)], loop)[0].item()).toBe(2);
  const mapped = tf.mapFn(step, tf.constant([1, 2]), {
    dtype: 'int32',
    parallelIterations: 4,
    backProp: true,
    swapMemory: false,
    inferShape: true,
  });
  expect(list(mapped)).toEqual([2, 3]);
  const sums = tf.scan((sum: tf.Tensor, x: tf.Tensor) => sum.add(x), tf.constant([1, 2, 3]), {
    backProp: true,
    swapMemory: false,
    inferShape: true,
  });
  expect(list(sums)).toEqual([1, 3, 6]);
  const x = tf.constant([1, 2, 3]);
  for (const policy of ['ERROR', 'DEFAULT']) {
    expect(list(tf.gatherNd(x, [[1]], { badIndicesPolicy: policy }))).toEqual([2]);
    expect(list(tf.scatterNd([[1]], [5], [3], { badIndicesPolicy: policy }))).toEqual([0, 5, 0]);
    expect(list(tf.tensorScatterNdAdd(x, [[1]], [5], { badIndicesPolicy: policy }))).toEqual([1, 7, 3]);
    expect(list(tf.tensorScatterNdSub(x, [[1]], [5], { badIndicesPolicy: policy }))).toEqual([1, -3, 3]);
    expect(list(tf.tensorScatterNdMax(x, [[1]], [5], { badIndicesPolicy: policy }))).toEqual([1, 5, 3]);
    expect(list(tf.tensorScatterNdMin(x, [[1]], [-5], { badIndicesPolicy: policy }))).toEqual([1, -5, 3]);
  }
  expect(list(tf.gather(x, [2], { validateIndices: true }))).toEqual([3]);
  expect(list(tf.split(x, [1, 2], { num: 2 })[1]!)).toEqual([2, 3]);
  expect(tf.size(x, { outType: 'int64' }).dtype).toBe('int64');
  expect(tf.uniqueWithCounts([1, 1, 2], { outIdx: 'int64' })[1].dtype).toBe('int64');
  expect(tf.histogramFixedWidthBins([0.5], [0, 1], { dtype: 'int64' }).dtype).toBe('int64');
});

test('text: places of tensors, letters that are none', () => {
  expect(list(tf.strings.format('a <> b', tf.constant([1, 2, 3, 4, 5]), { placeholder: '<>', summarize: 1 }))).toBe(
    'a [1 ... 5] b',
  );
  const [values, starts] = tf.strings.unicodeDecodeWithOffsets('aé', 'UTF-8');
  expect([values.toString(), starts.toString()].join(' ')).toContain('233');
});

// As tf.random.stateless_binomial of TensorFlow 2.21 draws them: few successes, many, and more than half.
test('binomial numbers are TensorFlow’s', () => {
  const drawn = (seed: number[], n: number, chance: number): unknown =>
    list(tf.random.statelessBinomial([12], seed, n, chance, { outputDtype: 'int64' }));
  expect(drawn([1, 2], 10, 0.2)).toEqual([3, 2, 3, 2, 4, 2, 3, 0, 3, 1, 3, 2]);
  expect(drawn([1, 2], 10, 0.8)).toEqual([7, 8, 7, 8, 6, 8, 7, 10, 7, 9, 7, 8]);
  expect(drawn([1, 2], 40, 0.2)).toEqual([13, 10, 10, 9, 7, 9, 12, 3, 14, 11, 10, 10]);
  expect(drawn([5, 6], 10, 0.5)).toEqual([3, 8, 2, 5, 5, 3, 0, 6, 5, 6, 4, 3]);
  const two = tf.random.statelessBinomial([6, 2], [1, 2], [10, 10], [0.2, 0.3]);
  expect(list(two)).toEqual([
    [3, 4],
    [2, 0],
    [3, 5],
    [2, 2],
    [4, 4],
    [2, 3],
  ]);
});

test('ragged tensors, trees and tables', () => {
  expect(String(tf.ragged.constant([[[1, 2]], []], { innerShape: [2] }))).toBe('<tf.RaggedTensor [[[1, 2]], []]>');
  expect(tf.ragged.range([2, 1], { dtype: 'float32' }).dtype).toBe('float32');
  expect(() => tf.nest.assertSameStructure([1, [2]], [1, 2])).toThrow();
  expect(tf.nest.packSequenceAs([0, [0]], [1, 2])).toEqual([1, [2]]);
  expect([tf.nest.isNested([1]), tf.nest.isNested(1)]).toEqual([true, false]);
});
