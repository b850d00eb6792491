// tf.mapFn over ragged rows, against TensorFlow (test/fixtures/make_dtypes_and_rows.py).
import { expect, test } from 'vitest';
import { rows as wanted } from '../../../test/fixtures/dtypes_and_rows.json' with { type: 'json' };
import * as tf from '../../index.ts';

const r = tf.ragged.constant([[1, 2], [3], []], { dtype: 'int32' }) as tf.RaggedTensor;
const deep = tf.ragged.constant([[[1], [2, 3]], [], [[4]]], { dtype: 'int32' }) as tf.RaggedTensor;
const row = (dtype: tf.DType) => tf.RaggedTensorSpec([null], dtype);
const calls: Readonly<Record<string, () => unknown>> = {
  'like the rows': () => tf.mapFn((x: tf.Tensor) => x.mul(2), r),
  'shorter rows': () => tf.mapFn((x: tf.Tensor) => x.at(':1'), r),
  sums: () => tf.mapFn((x: tf.Tensor) => tf.reduceSum(x), r, { fnOutputSignature: 'int32' }),
  'sums without a signature': () => tf.mapFn((x: tf.Tensor) => tf.reduceSum(x), r),
  'rows of numbers': () => tf.mapFn((n) => tf.range(n), tf.constant([2, 0, 3]), { fnOutputSignature: row('int32') }),
  deep: () => tf.mapFn((x: tf.Tensor) => tf.add(x, 1), deep),
  'deep sums': () => tf.mapFn((x: tf.Tensor) => tf.reduceSum(x, -1), deep, { fnOutputSignature: row('int32') }),
  'side by side': () =>
    tf.mapFn(([a, b]) => a!.mul(b!), [r, tf.constant([10, 20, 30])] as tf.Tensor[], {
      fnOutputSignature: row('int32'),
    }),
  'another dtype': () =>
    tf.mapFn((x: tf.Tensor) => tf.cast(x, 'float32').div(2), r, { fnOutputSignature: row('float32') }),
  none: () => tf.mapFn((x: tf.Tensor) => x.mul(2), tf.RaggedTensor.fromRowSplits(tf.constant([], 'int32'), [0])),
};
const answer = (f: () => unknown): unknown => {
  let found: unknown;
  try {
    found = f();
  } catch (error) {
    if (error instanceof Error && /fnOutputSignature/.test(error.message)) return 'refused';
    throw error;
  }
  if (found instanceof tf.RaggedTensor) return [found.toList(), found.dtype, found.raggedRank];
  return [(found as tf.Tensor).arraySync(), (found as tf.Tensor).dtype, 0];
};

test.each(Object.keys(wanted))('%s', (name) => {
  expect(answer(calls[name]!)).toEqual(wanted[name as keyof typeof wanted]);
});

test('gradients reach the values, in functions too; bad input is told', () => {
  const values = tf.Variable([1, 2, 3], { dtype: 'float32' });
  const squares = () => {
    const rows = tf.RaggedTensor.fromRowLengths(values, [2, 0, 1]);
    return tf.mapFn((x: tf.Tensor) => tf.reduceSum(x.mul(x)), rows, { fnOutputSignature: 'float32' });
  };
  for (const f of [squares, tf.function(squares)]) {
    const tape = new tf.GradientTape();
    const sums = tape.record(f) as tf.Tensor;
    expect(sums.arraySync()).toEqual([5, 0, 9]);
    expect((tape.gradient(sums, values) as tf.Tensor).arraySync()).toEqual([2, 4, 6]);
  }
  const both = [r, tf.constant([1])];
  expect(() => tf.mapFn(([a]) => a!, both)).toThrow(/elems have 3, 1 rows; wanted as many in each/);
  expect(() => tf.mapFn((x: tf.Tensor) => x, r, { fnOutputSignature: row('float32') })).toThrow(
    /gave int32, fnOutputSignature says float32/,
  );
});
