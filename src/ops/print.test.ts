// What ragged, sparse and dense tensors look like in text and in tf.print: all of test/fixtures/printed_rows.json, which TensorFlow wrote.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allocate, type Data, type DType, dtypes, isBig } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import * as tf from '../index.ts';
import { eagerTensor } from '../runtime/tensor.ts';

interface Dense {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly string[];
  readonly print: string;
  readonly print1: string;
  readonly printAll: string;
}
const fixture = JSON.parse(readFileSync(new URL('../../test/fixtures/printed_rows.json', import.meta.url), 'utf8')) as {
  readonly ragged: readonly (Dense & { readonly splits: readonly number[][]; readonly str: string })[];
  readonly sparse: readonly {
    readonly dtype: DType;
    readonly values: readonly string[];
    readonly str: string;
    readonly print: string;
  }[];
  readonly dense: readonly (Dense & { readonly beside: string })[];
};
const NUMBERS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};
const number = (text: string): number => NUMBERS[text] ?? Number(text);

function tensorOf({ dtype, shape, data }: Dense): tf.Tensor {
  let elements: Data;
  if (dtype === 'string') elements = data.map(String);
  else {
    elements = allocate(dtype, sizeOf(shape));
    if (isBig(dtype)) (elements as BigInt64Array).set(data.map(BigInt));
    else (elements as Float64Array).set(data.map(number));
  }
  return eagerTensor(elements, [...shape], dtype);
}
const printed = (...values: unknown[]): string => {
  let text = '';
  const options = values.at(-1) as object;
  tf.print(...values.slice(0, -1), { ...options, outputStream: (line: string) => (text += line) });
  return text;
};

test('there are cases of every kind of element', () => {
  expect(new Set(fixture.ragged.map((c) => dtypes[c.dtype].kind)).size).toBe(6);
});

test.each(fixture.ragged.map((c, i) => [`${i} ${c.dtype} ${c.str.slice(0, 60)}`, c] as const))('ragged %s', (_, c) => {
  const x = tf.RaggedTensor.fromNestedRowSplits(tensorOf(c), c.splits);
  expect(String(x)).toBe(c.str);
  expect(printed(x, {})).toBe(c.print);
  expect(printed(x, { summarize: 1 })).toBe(c.print1);
  expect(printed(x, { summarize: -1 })).toBe(c.printAll);
});

test.each(fixture.sparse.map((c) => [c.dtype, c] as const))('sparse %s', (dtype, c) => {
  const values = tensorOf({ ...c, shape: [2], data: c.values.map(String), print: '', print1: '', printAll: '' });
  const x = tf.SparseTensor(
    [
      [0, 1],
      [2, 0],
    ],
    values,
    [3, 4],
  );
  expect(x.dtype).toBe(dtype);
  expect(String(x)).toBe(c.str);
  expect(printed(x, {})).toBe(c.print);
});

// bfloat16 values stand in the fixture as float64 of them.
test.each(fixture.dense.map((c, i) => [`${i} ${c.dtype} (${c.shape})`, c] as const))('tf.print of %s', (_, c) => {
  const x = tensorOf(c);
  expect(printed(x, {})).toBe(c.print);
  expect(printed('x', x, {})).toBe(c.beside);
  expect(printed(x, { summarize: 1 })).toBe(c.print1);
  expect(printed(x, { summarize: -1 })).toBe(c.printAll);
});

test('values that are no tensors, lists and objects', () => {
  const rows = tf.ragged.constant([[1.5, 2], [3]]);
  expect(printed('x', rows, 5, true, null, {})).toBe('x [[1.500000, 2.000000], [3.000000]] 5 True None\n');
  expect(printed([tf.constant([1, 2]), 'a', { k: tf.constant(1.5), b: 't' }], {})).toBe(
    "[[1 2], 'a', {'b': 't', 'k': 1.5}]\n",
  );
  expect(printed({ b: tf.constant(1), a: tf.constant([2]) }, {})).toBe("{'a': [2], 'b': 1}\n");
  expect(printed({ a: rows }, {})).toBe("{'a': [[1.500000, 2.000000], [3.000000]]}\n");
  expect(printed([tf.constant('t'), tf.constant(['u'])], {})).toBe('["t", ["u"]]\n');
});

test('inside tf.function the values are those of each run', () => {
  let text = '';
  const f = tf.function((x: tf.Tensor) => {
    tf.print('rows', tf.RaggedTensor.fromRowLengths(x, [2, 1]), [x], {
      outputStream: (line: string) => (text += line),
    });
    return x;
  });
  f(tf.constant([1, 2, 3]));
  f(tf.constant([4, 5, 6]));
  expect(text).toBe('rows [[1, 2], [3]] [[1 2 3]]\nrows [[4, 5], [6]] [[4 5 6]]\n');
});

test('whole numbers that no number holds stay exact', () => {
  const big = 2n ** 62n + 1n;
  const x = tf.constant([1n, big], 'int64');
  expect(x.numpy()).toEqual([1, big]);
  expect(tf.RaggedTensor.fromRowLengths(x, [1, 1]).toList()).toEqual([[1], [big]]);
  expect(JSON.stringify(x)).toBe(`[1,"${big}"]`);
});
