// Ragged and sparse tensors in ops: what the cases of TensorFlow (test/fixtures/composite_ops) do not say: gradients, conversions,
// specs, and that every rule is of an op that there is.
import { describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';
import { opNamed } from '../core/define.ts';
import { sparseRules } from '../sparse/rules.ts';
import { raggedRules } from './rules.ts';

const ragged = (list: readonly unknown[]): tf.RaggedTensor =>
  tf.ragged.constant(list, { dtype: 'float32' }) as tf.RaggedTensor;

it('every rule is of an op', () => {
  expect([...raggedRules.keys(), ...sparseRules.keys()].filter((name) => !opNamed(name))).toEqual([]);
});

describe('gradients through ragged ops', () => {
  const values = tf.constant([1, 2, 3, 4], { dtype: 'float32' });
  const rows = (x: tf.Tensor): tf.RaggedTensor => tf.RaggedTensor.fromRowLengths(x, [2, 0, 2]);
  it.each([
    ['sum of squares', (x: tf.Tensor) => tf.reduceSum(tf.square(rows(x))) as tf.Tensor, [2, 4, 6, 8]],
    [
      'maximum of rows',
      (x: tf.Tensor) => tf.reduceSum(tf.gather(tf.reduceMax(rows(x), 1) as tf.Tensor, [0, 2])) as tf.Tensor,
      [0, 1, 0, 1],
    ],
    ['mean of columns', (x: tf.Tensor) => tf.reduceSum(tf.reduceMean(rows(x), 0) as tf.Tensor), [0.5, 0.5, 0.5, 0.5]],
    [
      'rows gathered twice',
      (x: tf.Tensor) => tf.reduceSum(tf.gather(rows(x), [2, 2]) as tf.RaggedTensor) as tf.Tensor,
      [0, 0, 2, 2],
    ],
    ['concatenation', (x: tf.Tensor) => tf.reduceSum(tf.concat([rows(x), rows(x)], 1)) as tf.Tensor, [2, 2, 2, 2]],
  ])('%s', (_, f, wanted) => {
    const tape = new tf.GradientTape();
    tape.watch(values);
    const loss = tape.record(() => f(values));
    expect((tape.gradient(loss, [values])[0] as tf.Tensor).arraySync()).toEqual(wanted);
  });
});

it('rows become other structures and come back', () => {
  const deep = ragged([[[1, 2], [3]], [], [[4], [], [5, 6, 7]]]);
  expect(deep.mergeDims(0, 1).toString()).toBe(ragged([[1, 2], [3], [4], [], [5, 6, 7]]).toString());
  expect(deep.mergeDims(1, 2).toString()).toBe(ragged([[1, 2, 3], [], [4, 5, 6, 7]]).toString());
  expect((deep.mergeDims(0, 2) as tf.Tensor).arraySync()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  const flat = ragged([[1, 2], [], [3]]);
  expect((tf.sparse.toDense(flat.toSparse()) as tf.Tensor).arraySync()).toEqual([
    [1, 2],
    [0, 0],
    [3, 0],
  ]);
  expect(tf.RaggedTensor.fromSparse(flat.toSparse()).toList()).toEqual(flat.toList());
  const splits = deep.nestedRowSplits;
  expect(tf.RaggedTensor.fromNestedRowSplits(deep.flatValues, splits).toList()).toEqual(deep.toList());
  expect(tf.RaggedTensor.fromNestedRowLengths(deep.flatValues, deep.nestedRowLengths()).toList()).toEqual(
    deep.toList(),
  );
  const ids = deep.nestedValueRowids();
  expect(tf.RaggedTensor.fromNestedValueRowids(deep.flatValues, ids, [3, 5]).toList()).toEqual(deep.toList());
  expect(tf.RaggedTensor.fromUniformRowLength([1, 2, 3, 4], tf.constant(2)).shape).toEqual([2, 2]);
  expect(() => tf.RaggedTensor.fromUniformRowLength([1, 2, 3], 2)).toThrow(/whole rows of 2/);
});

it('rows that do not fit are refused', () => {
  expect(() => tf.add(ragged([[1, 2], [3]]), ragged([[1], [3]]))).toThrow(/rows of .* elements; wanted equal ones/);
  expect(() => tf.gather(ragged([[1, 2], [3]]), [2])).toThrow(/index 2 is out of range: wanted 0 to 1/);
  expect(() => tf.sort(ragged([[1]]) as never)).toThrow(/wanted a tensor/);
});

describe('type specs', () => {
  it('describe values as TensorFlow prints them', () => {
    const slices = tf.IndexedSlices(tf.ones([2, 3]), tf.constant([0, 1]), [5, 3]);
    expect(
      [
        tf.typeSpecFromValue(ragged([[1], [2, 3]])),
        tf.typeSpecFromValue(tf.sparse.fromDense(tf.constant([[1, 0]]))),
        tf.typeSpecFromValue(slices),
        tf.typeSpecFromValue(tf.TensorArray('float32', { size: 1, elementShape: [2] })),
        tf.IndexedSlicesSpec([3, 4], { indicesDtype: 'int32', denseShapeDtype: 'int64', indicesShape: [2] }),
        tf.TensorArraySpec([2], 'int32', { dynamicSize: true, inferShape: false }),
        tf.RaggedTensorSpec({ shape: [2, null], dtype: 'int32', raggedRank: 1, rowSplitsDtype: 'int32' }),
        tf.SparseTensorSpec([2, null], 'int32'),
        tf.OptionalSpec(tf.TensorSpec([])),
        tf.NoneTensorSpec(),
      ].map(String),
    ).toEqual([
      'RaggedTensorSpec(TensorShape([2, None]), tf.float32, 1, tf.int64)',
      'SparseTensorSpec(TensorShape([1, 2]), tf.int32)',
      'IndexedSlicesSpec(TensorShape([5, 3]), tf.float32, tf.int32, tf.int32, TensorShape([2]))',
      'TensorArraySpec(TensorShape([2]), tf.float32, False, True)',
      'IndexedSlicesSpec(TensorShape([3, 4]), tf.float32, tf.int32, tf.int64, TensorShape([2]))',
      'TensorArraySpec(TensorShape([2]), tf.int32, True, False)',
      'RaggedTensorSpec(TensorShape([2, None]), tf.int32, 1, tf.int32)',
      'SparseTensorSpec(TensorShape([2, None]), tf.int32)',
      'OptionalSpec(TensorSpec(shape=(), dtype=tf.float32, name=None),)',
      'NoneTensorSpec()',
    ]);
  });
  it('compare', () => {
    const wide = tf.RaggedTensorSpec([null, null]);
    const narrow = tf.typeSpecFromValue(ragged([[1], [2, 3]]));
    expect(wide.isCompatibleWith(ragged([[1]]))).toBe(true);
    expect(wide.isCompatibleWith(tf.constant([1]))).toBe(false);
    expect(narrow.isSubtypeOf(wide)).toBe(true);
    expect(wide.isSubtypeOf(narrow)).toBe(false);
    expect(String(narrow.mostSpecificCompatibleType(tf.RaggedTensorSpec([5, null])))).toBe(String(wide));
    expect(() => narrow.mostSpecificCompatibleType(tf.TensorSpec([2]))).toThrow(/no description fits/);
    expect(wide).toBeInstanceOf(tf.TypeSpec);
    expect(tf.TensorSpec([null]).isCompatibleWith(tf.constant([1.5]))).toBe(true);
  });
});

it('raggedFillEmptyRows says where everything went', () => {
  const filled = tf.raggedFillEmptyRows([0, 2, 2], tf.constant([1, 2, 3]), 5, 9);
  expect(filled.outputValues.arraySync()).toEqual([1, 9, 2, 3, 9, 9]);
  expect(filled.emptyRowIndicator.arraySync()).toEqual([false, true, false, true, true]);
});

it('multiplying and dividing by a dense tensor keeps a tensor sparse', () => {
  const sparse = tf.sparse.fromDense(
    tf.constant([
      [1.5, 0],
      [0, 2],
    ]),
  );
  const twice = tf.multiply(sparse as never, tf.constant([[2.5], [3]])) as object as tf.SparseTensor;
  expect(twice.values.arraySync()).toEqual([3.75, 6]);
  const half = tf.divide(sparse as never, 2) as object as tf.SparseTensor;
  expect(half.values.arraySync()).toEqual([0.75, 1]);
});

describe('ragged.booleanMask, as TensorFlow 2.21 gives it', () => {
  const rows = tf.ragged.constant([[1, 5], [], [2, 3, 9]]);
  const deep = tf.ragged.constant([[[1, 2], [3]], [], [[4, 5, 6]]]);
  const list = (x: tf.Tensor | tf.RaggedTensor) => (x instanceof tf.RaggedTensor ? x.toList() : x.arraySync());
  it('ragged rows by ragged masks and by masks of whole rows', () => {
    expect(list(tf.ragged.booleanMask(rows, tf.greater(rows, 2)))).toEqual([[5], [], [3, 9]]);
    expect(list(tf.ragged.booleanMask(deep, [true, false, true]))).toEqual([[[1, 2], [3]], [[4, 5, 6]]]);
    const inner = tf.ragged.constant([[true, false], [], [true]]);
    expect(list(tf.ragged.booleanMask(deep, inner))).toEqual([[[1, 2]], [], [[4, 5, 6]]]);
    expect(list(tf.ragged.booleanMask(deep, tf.greater(deep, 2)))).toEqual([[[], [3]], [], [[4, 5, 6]]]);
  });
  it('plain tensors, also by masks of three axes', () => {
    const x = tf.reshape(tf.range(8), [2, 2, 2]);
    expect(list(tf.ragged.booleanMask(x, tf.greater(x, 2)))).toEqual([
      [[], [3]],
      [
        [4, 5],
        [6, 7],
      ],
    ]);
    expect(tf.RaggedTensor.fromTensor(x, { raggedRank: 2, padding: 7 }).toList()).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
      [[4, 5], [6]],
    ]);
  });
  it('refuses masks of other row lengths, dtypes and ranks', () => {
    expect(() => tf.ragged.booleanMask(rows, tf.ragged.constant([[true], [], [true, true, true]]))).toThrow(
      /row lengths \[1, 0, 3\], wanted those of data, \[2, 0, 3\]/,
    );
    expect(() => tf.ragged.booleanMask(rows, [1, 0, 1])).toThrow(/found dtype int32, wanted bool/);
    expect(() => tf.ragged.booleanMask([1, 2], [[true, false]])).toThrow(/no more than data has/);
  });
});
