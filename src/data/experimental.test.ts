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
  if (typeof x === 'number') return x;
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
/** Elements of several passes, or what is no data set, as lists of lists. */
const lists = (...given: readonly unknown[]): AsyncIterable<unknown> => ({
  async *[Symbol.asyncIterator]() {
    for (const one of given) yield one;
  },
});
const collected = async (dataset: AsyncIterable<unknown>): Promise<unknown[]> => {
  const found: unknown[] = [];
  for await (const element of dataset) found.push(plain(element));
  return found;
};
const oddOnes = (x: tf.Tensor) => x.mod(2);
const bars = join(folder, 'bars.csv');
writeFileSync(bars, "a|b|c\n1|'x|NA\nNA|y|3\n7|z|1\n");
const shortRow = join(folder, 'b.csv.gz');
writeFileSync(shortRow, gzipSync(new TextEncoder().encode('a,b\n1,x\n2\n3,z\n')));
async function records(name: string, contents: readonly tf.io.Recordable[], compression: '' | 'ZLIB' = '') {
  const path = join(folder, name);
  const writer = new tf.io.TFRecordWriter(path, compression);
  for (const content of contents) writer.write(content);
  await writer.close();
  return path;
}
const { Example, Features, Feature, Int64List, BytesList } = tf.train;
const examples = [0, 1, 2, 3, 4].map((n) =>
  Example({
    features: Features({
      feature: {
        n: Feature({ int64List: Int64List({ value: [n] }) }),
        ...(n % 2 ? { t: Feature({ bytesList: BytesList({ value: ['x'] }) }) } : {}),
      },
    }),
  }),
);
const features = {
  n: tf.io.FixedLenFeature([], 'int64'),
  t: tf.io.FixedLenFeature([], 'string', { defaultValue: 'none' }),
};
const inferred = () =>
  E.makeCsvDataset(bars, 3, {
    selectColumns: [0, 2],
    fieldDelim: '|',
    useQuoteDelim: false,
    naValue: 'NA',
    numEpochs: 1,
    shuffle: false,
    numRowsForInference: null,
  });
const shuffled = () =>
  E.makeCsvDataset(bars, 1, {
    fieldDelim: '|',
    useQuoteDelim: false,
    naValue: 'NA',
    numEpochs: 2,
    shuffle: true,
    shuffleBufferSize: 2,
    shuffleSeed: 11,
    numRowsForInference: 1,
  });
const dtypesOf = (spec: object | null) =>
  Object.fromEntries(Object.entries(spec ?? {}).map(([key, { dtype }]) => [key, dtype]));

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
  'Counter float': () => E.Counter(1, 2, 'float32').take(2),
  'RandomDataset again': async () => {
    const fixed = E.RandomDataset({ seed: 5, rerandomizeEachIteration: false }).take(2);
    return lists(await collected(fixed), await collected(fixed));
  },
  'RandomDataset anew': async () => {
    const anew = E.RandomDataset({ seed: 5, rerandomizeEachIteration: true }).take(2);
    return lists(await collected(anew), await collected(anew));
  },
  cardinality: () => {
    const found = [D.range(3), D.range(3).repeat(), D.range(3).filter((x: tf.Tensor) => x.greater(1))];
    return lists(...found.map((dataset) => tf.constant(E.cardinality(dataset))));
  },
  getSingleElement: async () => lists(await E.getSingleElement(D.range(3).skip(2))),
  'denseToRaggedBatch splits': () => growing.apply(E.denseToRaggedBatch(2, { rowSplitsDtype: 'int32' })),
  ignoreErrors: () =>
    D.fromTensorSlices(tf.constant([1, 0, 2], 'float32'))
      .map((x: tf.Tensor) => tf.debugging.checkNumerics(tf.div(1, x), 'bad'))
      .apply(E.ignoreErrors({ logWarning: true })),
  'mapAndBatch parallel': () => D.range(5).apply(E.mapAndBatch((x: tf.Tensor) => x.mul(2), 2, { numParallelCalls: 2 })),
  'mapAndBatch batches': () =>
    D.range(5).apply(E.mapAndBatch((x: tf.Tensor) => x.mul(2), 2, { numParallelBatches: 2 })),
  'padToCardinality key': () => D.fromTensorSlices({ a: [1, 2] }).apply(E.padToCardinality(3, 'there')),
  'parallelInterleave buffers': () =>
    D.range(3).apply(
      E.parallelInterleave((x: tf.Tensor) => D.range(3).map((y: tf.Tensor) => x.mul(10).add(y)), 2, {
        blockLength: 1,
        bufferOutputElements: 2,
        prefetchInputElements: 1,
      }),
    ),
  snapshot: () =>
    D.range(5).apply(
      E.snapshot(join(folder, 'kept'), {
        compression: 'GZIP',
        shardFunc: oddOnes,
        readerFunc: (sets) => sets.flatMap((one) => one as never),
      }),
    ),
  'snapshot in turns': async () => {
    const turns = () =>
      D.range(7).apply(E.snapshot(join(folder, 'turns'), { shardFunc: (x: tf.Tensor) => x.floordiv(2).mod(2) }));
    await collected(turns());
    return turns();
  },
  'save, load': async () => {
    const path = join(folder, 'saved');
    await E.save(D.range(4), path, { compression: 'GZIP', shardFunc: oddOnes });
    return E.load(path, {
      compression: 'GZIP',
      readerFunc: (sets) => sets.interleave((one) => one as never, { cycleLength: 2 }),
    });
  },
  'CsvDataset all': () =>
    E.CsvDataset(bars, [tf.constant([9]), tf.constant([0.5])], {
      bufferSize: 8,
      header: true,
      fieldDelim: '|',
      useQuoteDelim: false,
      naValue: 'NA',
      excludeCols: [1],
    }),
  'makeCsvDataset columns': () =>
    E.makeCsvDataset(bars, 2, {
      columnNames: ['p', 'q', 'r'],
      columnDefaults: [tf.constant([9]), tf.constant([0.5])],
      selectColumns: ['p', 'r'],
      fieldDelim: '|',
      useQuoteDelim: false,
      naValue: 'NA',
      header: true,
      numEpochs: 1,
      shuffle: false,
      prefetchBufferSize: 1,
      numParallelReads: 1,
      sloppy: false,
    }),
  'makeCsvDataset shuffled': shuffled,
  'makeCsvDataset inferred': inferred,
  'makeCsvDataset errors': () =>
    E.makeCsvDataset(shortRow, 2, {
      columnDefaults: [tf.constant([9]), tf.constant([''])],
      numEpochs: 1,
      shuffle: false,
      compressionType: 'GZIP',
      ignoreErrors: true,
      encoding: 'utf-8',
      numRowsForInference: 1,
    }),
  TFRecordDataset: async () => {
    const path = await records('c.tfrecord', ['one', 'two', 'three'], 'ZLIB');
    return tf.data.TFRecordDataset([path, path], { compressionType: 'ZLIB', bufferSize: 16, numParallelReads: 2 });
  },
  makeBatchedFeaturesDataset: async () =>
    E.makeBatchedFeaturesDataset(await records('d.tfrecord', examples), 2, features, {
      reader: tf.data.TFRecordDataset,
      labelKey: 'n',
      numEpochs: 1,
      shuffle: false,
      prefetchBufferSize: 1,
      readerNumThreads: 1,
      parserNumThreads: 1,
      sloppyOrdering: false,
      dropFinalBatch: false,
    }),
  'makeBatchedFeaturesDataset shuffled': async () =>
    E.makeBatchedFeaturesDataset(await records('e.tfrecord', examples), 2, features, {
      numEpochs: 1,
      shuffle: true,
      shuffleBufferSize: 3,
      shuffleSeed: 4,
      dropFinalBatch: true,
    }),
  parseExampleDataset: async () =>
    tf.data
      .TFRecordDataset(await records('f.tfrecord', examples))
      .batch(3)
      .apply(E.parseExampleDataset(features, { numParallelCalls: 2, deterministic: true })),
  copyToDevice: () => D.range(3).apply(E.copyToDevice('/cpu:0', '/cpu:0')),
  prefetchToDevice: () => D.range(3).apply(E.prefetchToDevice('/cpu:0', 2)),
  getNextAsOptional: async () => {
    const next = await E.getNextAsOptional(D.range(4, 6)[Symbol.asyncIterator]() as never);
    return lists((next as { getValue(): unknown }).getValue());
  },
};

const { dtypes, ...elements } = wanted as Readonly<Record<string, unknown>> & { readonly dtypes: object };

it.each(Object.keys(elements))("%s gives TensorFlow's elements", async (name) => {
  expect(await collected(await calls[name]!())).toEqual(elements[name]);
});

it('what columns and rows are told to be, and are found to be, has TensorFlow’s types', async () => {
  const splits = growing.apply(E.denseToRaggedBatch(2, { rowSplitsDtype: 'int32' }));
  expect({
    denseToRaggedBatch: (splits.elementSpec as tf.RaggedTensorSpec).rowSplitsDtype,
    'makeCsvDataset inferred': dtypesOf((await inferred()).elementSpec),
    'makeCsvDataset one row': dtypesOf((await shuffled()).elementSpec),
    getStructure: (E.getStructure(D.range(3)) as tf.TensorSpec).dtype,
  }).toEqual(dtypes);
});

it('all that TensorFlow was asked is asked here', () => {
  expect(Object.keys(calls).sort()).toEqual(Object.keys(elements).sort());
});

it('batch sizes of CSV files go by name too, and numbers of another kind say what to give', async () => {
  const file = join(folder, 'floats.csv');
  writeFileSync(file, 'a,b\n1,2.5\n3,4\n');
  const named = await E.makeCsvDataset(file, { batchSize: 2, labelName: 'a', numEpochs: 1, shuffle: false });
  for await (const [features, label] of named)
    expect([features.b!.arraySync(), label.arraySync()]).toEqual([
      [2.5, 4],
      [1, 3],
    ]);
  const whole = E.CsvDataset(file, [0, 0.0], { header: true });
  await expect(collected(whole)).rejects.toThrow(/no valid int32: '2.5'.*give 'float32' as its default/);
});
