// Data sets that count beyond what numbers hold exactly. What is wanted is what TensorFlow 2.21 said for the same calls.
import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

async function told(dataset: tf.data.Dataset<tf.Tensor>): Promise<(number | bigint)[]> {
  const found: (number | bigint)[] = [];
  for await (const element of dataset) found.push(element.dataSync()[0]!);
  return found;
}
const { Dataset } = tf.data;
const P53 = 2n ** 53n;

test('a range counts in all of its 64 bits', async () => {
  expect(await told(Dataset.range(P53, P53 + 3n))).toEqual([P53, P53 + 1n, P53 + 2n]);
  expect(Dataset.range(P53, P53 + 3n).cardinality()).toBe(3);
  expect(await told(Dataset.range(2 ** 53, P53 + 3n))).toEqual([P53, P53 + 1n, P53 + 2n]);
  expect(await told(Dataset.range(tf.constant(P53), tf.constant(P53 + 2n)))).toEqual([P53, P53 + 1n]);
  expect(await told(Dataset.range(2n ** 63n - 3n, 2n ** 63n - 1n))).toEqual([2n ** 63n - 3n, 2n ** 63n - 2n]);
  expect(await told(Dataset.range(P53 + 4n, P53, -3))).toEqual([P53 + 4n, P53 + 1n]);
  expect(await told(Dataset.range(0, 2n ** 62n, 2n ** 61n))).toEqual([0n, 2n ** 61n]);
  expect(await told(Dataset.range(5, 1))).toEqual([]);
  expect(await told(Dataset.range(3, 5, { outputType: 'int32' }))).toEqual([3, 4]);
});

test('counting starts at whole numbers of 64 bits', async () => {
  const pairs: bigint[] = [];
  for await (const [index] of Dataset.range(2).enumerate(P53)) pairs.push(index.dataSync()[0] as never);
  expect(pairs).toEqual([P53, P53 + 1n]);
  expect(await told(Dataset.counter(P53, 1).take(2))).toEqual([P53, P53 + 1n]);
});

test('what int64 does not hold is refused', () => {
  expect(() => Dataset.range(2n ** 63n)).toThrow(/Dataset.range: found 9223372036854775808, wanted .* int64/);
  expect(() => Dataset.range(2 ** 63)).toThrow(/wanted .* int64/);
  expect(() => Dataset.range(1.5)).toThrow(/wanted a whole number/);
});
