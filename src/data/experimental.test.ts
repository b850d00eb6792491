// tf.data.experimental, and the options of readers, against TensorFlow (test/fixtures/make_experimental_data.py).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'fflate';
import { expect, it } from 'vitest';
import * as tf from '../index.ts';
import { platform } from '../platform/platform.ts';

const wanted = JSON.parse(
  readFileSync(new URL('../../test/fixtures/experimental_data.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, unknown>>;
const D = tf.data.Dataset;
const E = tf.data.experimental;
const folder = await platform().makeTemporaryFolder();
const csv = join(folder, 'a.csv');
writeFileSync(csv, 'a;b;c\n1;x;2.5\n;y;"3"\n7;;1\n');
const packed = join(folder, 'lines.gz');
writeFileSync(packed, gzipSync(new TextEncoder().encode('one\ntwo\n12')));

function plain(x: unknown): unknown {
  if (Array.isArray(x)) return x.map(plain);
  if (x instanceof tf.RaggedTensor) return x.toList();
  if (x instanceof tf.SparseTensor) return [x.indices, x.values, x.denseShape].map(plain);
  if (x instanceof tf.Tensor)
    return JSON.parse(JSON.stringify(x.numpy(), (_key, value) => (typeof value === 'bigint' ? Number(value) : value)));
  return Object.fromEntries(Object.entries(x as object).map(([key, value]) => [key, plain(value)]));
}

const growing = D.range(4).map((i: tf.Tensor) => tf.range(i));
const defaults = [tf.constant([9], { dtype: 'int32' }), tf.constant(['none']), 'float32'] as const;
const syntax = { header: true, fieldDelim: ';' } as const;
const sum = E.Reducer(
  () => tf.constant(0, 'int64'),
  (state: tf.Tensor, x: tf.Tensor) => state.add(x),
  (state: tf.Tensor) => state.mul(10),
);
const calls: Readonly<Record<string, () => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>>> = {
  Counter: () => E.Counter(4, 3).take(3),
  RandomDataset: () => E.RandomDataset({ seed: 5 }).take(3),
  assertCardinality: () => D.range(3).apply(E.assertCardinality(3)),
  denseToRaggedBatch: () => growing.apply(E.denseToRaggedBatch(3, { dropRemainder: true })),
  denseToSparseBatch: () => growing.apply(E.denseToSparseBatch(2, [4])),
  enumerateDataset: () => D.range(2).apply(E.enumerateDataset(5)),
  fromList: () =>
    E.fromList([
      [1, 'a'],
      [2, 'b'],
    ]),
  groupByReducer: () => D.range(7).apply(E.groupByReducer((x: tf.Tensor) => x.mod(2), sum)),
  mapAndBatch: () => D.range(5).apply(E.mapAndBatch((x: tf.Tensor) => x.mul(2), 2, { dropRemainder: true })),
  padToCardinality: () => D.fromTensorSlices({ a: [1, 2] }).apply(E.padToCardinality(3)),
  parallelInterleave: () =>
    D.range(3).apply(
      E.parallelInterleave((x: tf.Tensor) => D.range(2).map((y: tf.Tensor) => x.mul(10).add(y)), 3, {
        blockLength: 2,
        sloppy: false,
      }),
    ),
  scan: () =>
    D.range(4).apply(E.scan(tf.constant(1, 'int64'), (state: tf.Tensor, x: tf.Tensor) => [state.add(x), state.mul(x)])),
  shuffleAndRepeat: () => D.range(6).apply(E.shuffleAndRepeat(4, { count: 1, seed: 3 })),
  unique: () => D.fromTensorSlices([1, 2, 1, 3, 2]).apply(E.unique()),
  takeWhile: () => D.range(9).apply(E.takeWhile((...args) => (args[0] as tf.Tensor).less(3))),
  CsvDataset: () => E.CsvDataset([csv], defaults, syntax),
  'CsvDataset selected': () => E.CsvDataset(csv, defaults.slice(0, 1), { ...syntax, selectCols: [0] }),
  makeCsvDataset: () =>
    E.makeCsvDataset(csv, 2, {
      ...syntax,
      numEpochs: 1,
      shuffle: false,
      labelName: 'c',
      columnDefaults: [tf.constant([9]), tf.constant(['none']), tf.constant([0], 'float32')],
    }),
  TextLineDataset: () =>
    tf.data.TextLineDataset(packed, { compressionType: 'GZIP', bufferSize: 16, numParallelReads: 2 }),
  FixedLengthRecordDataset: () =>
    tf.data.FixedLengthRecordDataset(packed, 2, {
      headerBytes: 4,
      footerBytes: 2,
      bufferSize: 16,
      compressionType: 'GZIP',
      numParallelReads: 1,
    }),
};

it.each(Object.keys(wanted))("%s gives TensorFlow's elements", async (name) => {
  const found: unknown[] = [];
  for await (const element of await calls[name]!()) found.push(plain(element));
  expect(found).toEqual(wanted[name]);
});

it('all that TensorFlow was asked is asked here', () => {
  expect(Object.keys(calls).sort()).toEqual(Object.keys(wanted).sort());
});
