import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import * as tf from '../index.ts';
import { isRecord } from './record.ts';

test('records are objects between braces, of any realm, and nothing else', () => {
  const elsewhere = createContext({});
  for (const value of [
    {},
    { a: 1 },
    Object.fromEntries([]),
    Object.create(null),
    runInContext('({ a: 1 })', elsewhere),
  ])
    expect(isRecord(value)).toBe(true);
  for (const value of [
    ...[null, undefined, 1, 'x', [], () => {}, new Map(), new Date(0), new Float32Array(1), Promise.resolve()],
    ...[
      new (class {})(),
      Object.create({ a: 1 }),
      runInContext('[1]', elsewhere),
      runInContext('new Map()', elsewhere),
    ],
    ...[tf.constant(1), tf.Variable(1), tf.keras.Input({ shape: [1] }), tf.keras.layers.Dense(1)],
    ...[tf.data.Dataset.range(1), tf.ragged.constant([[1], []]), tf.keras.Sequential([])],
  ])
    expect(isRecord(value), String(value)).toBe(false);
});

test('records without a prototype are options, structures and arguments everywhere', async () => {
  const bare = <T extends object>(record: T): T => Object.assign(Object.create(null) as T, record);
  expect(tf.reduceSum(tf.ones([2, 3]), bare({ axis: 1, keepdims: true })).shape).toEqual([2, 1]);
  expect(tf.nest.flatten(bare({ b: 1, a: 2 }))).toEqual([2, 1]);
  const sum = tf.function((x: { a: tf.Tensor; b: tf.Tensor }) => x.a.add(x.b));
  expect(sum(bare({ a: tf.constant(1), b: tf.constant(2) })).item()).toBe(3);
  expect(sum(bare({ a: tf.constant(3), b: tf.constant(4) })).item()).toBe(7);
  const sums: number[] = [];
  for await (const row of tf.data.Dataset.fromTensorSlices(bare({ a: [1, 2], b: [3, 4] })))
    sums.push(row.a.add(row.b).item());
  expect(sums).toEqual([4, 6]);
  const [a, b] = [tf.keras.Input({ shape: [2], name: 'a' }), tf.keras.Input({ shape: [2], name: 'b' })];
  const model = tf.keras.Model(bare({ a, b }), tf.concat([a, b], 1));
  expect(model(bare({ a: tf.ones([1, 2]), b: tf.ones([1, 2]) })).shape).toEqual([1, 4]);
});
