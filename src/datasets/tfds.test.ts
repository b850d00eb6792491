// tfds.load against a folder that Python's tensorflow_datasets prepared (test/fixtures/make_tfds.py): every kind of feature,
// splits and their parts.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import '../index.ts';
import { DatasetBase } from '../data/dataset.ts';
import { RaggedTensor } from '../ops/ragged/ragged-tensor.ts';
import { Tensor } from '../runtime/tensor.ts';
import { load } from './tfds.ts';

const dataDir = fileURLToPath(new URL('../../test/fixtures/tfds', import.meta.url));
const expected = JSON.parse(readFileSync(`${dataDir}/expected.json`, 'utf8'));

/** An example in the form in which Python wrote it. */
async function plain(value: unknown): Promise<unknown> {
  if (value instanceof RaggedTensor) return { ragged: numbers(value.toList()), dtype: value.dtype };
  if (value instanceof Tensor) return { dtype: value.dtype, shape: value.shape, value: numbers(value.arraySync()) };
  if (value instanceof DatasetBase) {
    const elements: unknown[] = [];
    for await (const element of value) elements.push(await plain(element));
    return { dataset: elements };
  }
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  const entries = Object.entries(value as object).map(async ([key, part]) => [key, await plain(part)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
const numbers = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(numbers) : typeof value === 'bigint' ? Number(value) : value;

async function all(dataset: AsyncIterable<unknown>): Promise<unknown[]> {
  const elements: unknown[] = [];
  for await (const element of dataset) elements.push(await plain(element));
  return elements;
}

test('every kind of feature', async () => {
  const [splits, info] = await load('kinds', { dataDir, withInfo: true });
  expect(Object.keys(splits)).toEqual(['train', 'test']);
  expect(info.splits).toEqual({ train: { numExamples: 7 }, test: { numExamples: 3 } });
  for (const split of ['train', 'test']) expect(await all(splits[split]!)).toEqual(expected[split]);
});

test('pairs, batches, files in another order', async () => {
  expect(await all(await load('kinds', { dataDir, split: 'test', asSupervised: true }))).toEqual(expected.supervised);
  const [first] = await all(
    (await load('kinds:1.2.0', { dataDir, split: 'train' })).map(({ vector }) => vector!).batch(4),
  );
  expect((first as { shape: number[] }).shape).toEqual([4, 3]);
  const mixed = await all(await load('kinds', { dataDir, split: 'train', shuffleFiles: true, seed: 3 }));
  const scalars = (list: readonly unknown[]) => list.map((one) => (one as { scalar: { value: number } }).scalar.value);
  expect(scalars(mixed).sort((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
});

test('parts of splits', async () => {
  for (const [split, wanted] of Object.entries(expected.splits)) {
    const read = load('kinds', { dataDir, split }).then((dataset) =>
      all((dataset as DatasetBase<{ scalar: Tensor }>).map(({ scalar }) => scalar)),
    );
    if (typeof wanted === 'string') await expect(read, split).rejects.toThrow(/split/);
    else
      expect(
        (await read).map((one) => (one as { value: number }).value),
        split,
      ).toEqual(wanted);
  }
  await expect(load('kinds', { dataDir, split: 'trian' })).rejects.toThrow(/did you mean/i);
  await expect(load('kind', { dataDir, split: 'train' })).rejects.toThrow(/no prepared folder/);
});
