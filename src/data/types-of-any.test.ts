// What the compiler makes of functions whose type it does not know, and of arguments that may be null: checked by tsc.
import { expect, test } from 'vitest';
import * as tf from '../index.ts';

test('a function of type any gives elements of any kind', () => {
  // biome-ignore lint/suspicious/noExplicitAny: what a program without types has.
  const f: any = (x: tf.Tensor) => x;
  const dataset = tf.data.Dataset.range(3).map(f).batch(2);
  expect(dataset.cardinality()).toBe(2);
});
test('windows without targets, by position and by name', () => {
  const { timeseriesDatasetFromArray } = tf.keras.utils;
  const alone: tf.data.Dataset<tf.Tensor> = timeseriesDatasetFromArray([1, 2, 3, 4], null, { sequenceLength: 2 });
  expect(alone.cardinality()).toBe(1);
  const named: tf.data.Dataset<tf.Tensor> = timeseriesDatasetFromArray({ data: [1, 2, 3], sequenceLength: 2 });
  expect(named.cardinality()).toBe(1);
  const pairs = timeseriesDatasetFromArray([1, 2, 3, 4], [1, 2, 3, 4], { sequenceLength: 2, batchSize: 1 });
  expect(pairs.cardinality()).toBe(3);
});
