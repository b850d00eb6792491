// Every transformation with its parameters against TensorFlow's own elements, cardinalities and specs (test/fixtures/make_tf_data.py).
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as tf from '../index.ts';
import { RaggedTensorSpec, SparseTensorSpec } from '../ops/type-specs.ts';
import { DatasetSpec } from './spec.ts';

const D = tf.data.Dataset;
interface Case {
  readonly passes: readonly (readonly unknown[])[];
  readonly cardinality: number;
  readonly spec: unknown;
}
const wanted: Record<string, Case> = JSON.parse(
  readFileSync(new URL('../../test/fixtures/tf_data.json', import.meta.url), 'utf8'),
);
/** As many elements as the fixture keeps of one that is long. */
const MOST = 24;

const sorted = (record: object, f: (value: unknown) => unknown): unknown =>
  Object.fromEntries(
    Object.keys(record)
      .map((key) => [key, f((record as Record<string, unknown>)[key])] as const)
      .sort(),
  );

async function plain(x: unknown): Promise<unknown> {
  if (Array.isArray(x)) return { tuple: await Promise.all(x.map(plain)) };
  if (x instanceof tf.RaggedTensor) return { ragged: x.toList() };
  if (x instanceof tf.SparseTensor) return { sparse: [x.indices.numpy(), x.values.numpy(), x.denseShape.numpy()] };
  if (x instanceof tf.Tensor)
    return JSON.parse(JSON.stringify(x.numpy(), (_key, value) => (typeof value === 'bigint' ? Number(value) : value)));
  if (x instanceof D) {
    const dataset: unknown[] = [];
    for await (const inner of x) dataset.push(await plain(inner));
    return { dataset };
  }
  const entries = await Promise.all(Object.entries(x as object).map(async ([key, value]) => [key, await plain(value)]));
  return { dict: Object.fromEntries(entries) };
}

function plainSpec(spec: unknown): unknown {
  if (Array.isArray(spec)) return { tuple: spec.map(plainSpec) };
  if (spec instanceof DatasetSpec) return { dataset: plainSpec(spec.elementSpec) };
  if (spec instanceof RaggedTensorSpec) return ['ragged', spec.dtype, spec.shape];
  if (spec instanceof SparseTensorSpec) return ['sparse', spec.dtype, spec.shape];
  if (Object.getPrototypeOf(spec) === Object.prototype) return { dict: sorted(spec as object, plainSpec) };
  const { dtype, shape } = spec as { dtype: string; shape: readonly (number | null)[] };
  return ['tensor', dtype, shape];
}

const r = D.range(10);
const inf = D.range(3).repeat();
const small = D.range(4);
const pairs = D.fromTensorSlices([
  tf.reshape(tf.range(8, { dtype: 'float32' }), [4, 2]),
  tf.range(4, { dtype: 'int32' }),
]);
const named = D.fromTensorSlices({
  b: tf.range(4, { dtype: 'int32' }),
  a: tf.reshape(tf.range(8, { dtype: 'float32' }), [4, 2]),
});
const texts = D.fromTensorSlices(['a', 'bb', 'ccc', 'dd', 'e']);
const filled = (n: tf.Tensor) => tf.fill([n.item()], n);
const ones = D.range(1, 7).map(filled);
const mats = D.range(1, 4).map((n) => tf.ones([n.item(), 4 - n.item()]));
const two = D.range(1, 5).map((n) => [filled(n), tf.cast(n, 'float32')] as const);
const wide = D.fromTensorSlices(tf.reshape(tf.range(12, { dtype: 'int64' }), [6, 2]));
const i64 = (n: number) => tf.constant(n, 'int64');
const at = (...numbers: number[]) => D.fromTensorSlices(tf.constant(numbers, 'int64'));
const many = (n: tf.Tensor) => D.fromTensors(n).repeat(3);
const varying = (n: tf.Tensor) => D.range(n.item()).map((x) => x.add(n.mul(i64(100))));
const three = () => [D.range(6), D.range(10, 13), D.range(20, 25)];
const lists = (sizes: readonly number[], value: (n: number) => number) =>
  D.fromGenerator(() => sizes.map((n) => tf.fill([n], tf.constant(value(n), 'int32'))), {
    outputSignature: tf.TensorSpec([null], 'int32'),
  });
const lengths = lists([3, 1, 5, 2, 7, 4, 1, 6, 9, 2, 3], () => 1);
const length = (x: tf.Tensor) => x.shape[0]!;
const row = Array.from('00102001002010000201', Number);
const classes = D.fromTensorSlices(Int32Array.from(Array.from({ length: 6 }, () => row).flat()));

type Any = AsyncIterable<unknown> & { cardinality(): number; readonly elementSpec: unknown };
const cases: Record<string, () => Any> = {
  batch: () => r.batch(4),
  batch_drop: () => r.batch(4, { dropRemainder: true }),
  batch_larger: () => r.batch(16),
  batch_larger_drop: () => r.batch(16, true),
  batch_pairs: () => pairs.batch(3),
  batch_named: () => named.batch(3),
  batch_texts: () => texts.batch(2, { dropRemainder: true }),
  batch_batch: () => r.batch(2).batch(2),
  unbatch: () => pairs.batch(3).unbatch(),
  unbatch_drop: () => r.batch(3, true).unbatch(),
  unbatch_wide: () => wide.unbatch(),
  unbatch_named: () => named.batch(3).unbatch(),
  unbatch_ragged: () => ones.raggedBatch(2).unbatch(),
  rebatch: () => r.batch(4).rebatch(3),
  rebatch_drop: () => r.batch(4).rebatch(3, { dropRemainder: true }),
  rebatch_list: () => r.batch(4).rebatch([1, 2]),
  rebatch_known: () => D.range(12).batch(4, true).rebatch(2),
  padded: () => ones.paddedBatch(4),
  padded_drop: () => ones.paddedBatch(4, { dropRemainder: true }),
  padded_shape: () => ones.paddedBatch(3, { paddedShapes: [8] }),
  padded_none: () => ones.paddedBatch(3, { paddedShapes: [null] }),
  padded_value: () => ones.paddedBatch(3, { paddingValues: -1 }),
  padded_matrix: () => mats.paddedBatch(2),
  padded_matrix_shape: () => mats.paddedBatch(2, { paddedShapes: [null, 4], paddingValues: -1 }),
  padded_tuple: () => two.paddedBatch(3, { paddedShapes: [[null], []], paddingValues: [-1, 0] }),
  padded_dict: () =>
    ones
      .map((x) => ({ x, t: tf.strings.asString(x) }))
      .paddedBatch(2, { paddedShapes: { x: [7], t: [null] }, paddingValues: { x: 9, t: '-' } }),
  ragged: () => ones.raggedBatch(4),
  ragged_drop: () => ones.raggedBatch(4, { dropRemainder: true }),
  ragged_splits: () => ones.raggedBatch(4, { rowSplitsDtype: 'int32' }),
  ragged_tuple: () => two.raggedBatch(3),
  ragged_slices: () =>
    D.fromTensorSlices(tf.ragged.constant([[1, 2], [3], [], [4, 5, 6]], { dtype: 'int32' })).batch(2),
  dense_to_sparse: () => ones.sparseBatch(3, [8]),

  shuffle_all: () => r.shuffle(10, 1),
  shuffle_some: () => r.shuffle(4, { seed: 42 }),
  shuffle_one: () => r.shuffle(1, { seed: 3 }),
  shuffle_large: () => r.shuffle(100, { seed: 7 }),
  shuffle_again: () => r.shuffle(10, { seed: 5, reshuffleEachIteration: true }),
  shuffle_same: () => r.shuffle(10, { seed: 5, reshuffleEachIteration: false }),
  shuffle_same_some: () => r.shuffle(3, 11, false),
  shuffle_zero: () => r.shuffle(10, { seed: 0 }),
  shuffle_big_seed: () => r.shuffle(10, { seed: 2 ** 31 + 5 }),
  shuffle_repeat: () => D.range(5).shuffle(5, { seed: 2 }).repeat(3),
  shuffle_repeat_same: () => D.range(5).shuffle(5, { seed: 2, reshuffleEachIteration: false }).repeat(3),
  repeat_shuffle: () => D.range(5).repeat(3).shuffle(7, { seed: 2 }),
  shuffle_batch_repeat: () => r.shuffle(10, { seed: 9 }).batch(4).repeat(2),
  shuffle_twice: () => r.shuffle(10, { seed: 9 }).shuffle(3, { seed: 4 }),
  shuffle_cache: () => r.shuffle(10, { seed: 6 }).cache(),
  cache_shuffle: () => r.cache().shuffle(10, { seed: 6 }),
  shuffle_flat: () => D.range(3).flatMap((n) => small.map((x) => x.add(n.mul(i64(10)))).shuffle(4, { seed: 3 })),

  interleave_parallel: () =>
    D.range(5).interleave(varying, { cycleLength: 2, blockLength: 2, numParallelCalls: 2, deterministic: true }),
  flat_map: () => D.range(5).flatMap(varying),
  flat_map_pairs: () => pairs.flatMap((a, b) => D.fromTensorSlices(a).map((x) => [x, b] as const)),

  window_whole: () => D.range(5).window(2),
  window_pairs: () => pairs.window(3),
  window_pairs_zip: () =>
    pairs.window(3, { shift: 1 }).flatMap((a, b) => D.zip([a.batch(3), (b as typeof small).batch(3)])),
  window_named: () => named.window(3),

  bucket: () => lengths.bucketBySequenceLength(length, [3, 5], [2, 2, 2]),
  bucket_sizes: () => lengths.bucketBySequenceLength(length, [3, 5], [3, 1, 2]),
  bucket_drop: () => lengths.bucketBySequenceLength(length, [3, 5], [2, 2, 2], { dropRemainder: true }),
  bucket_boundary: () => lengths.bucketBySequenceLength(length, [4, 11], [2, 3, 1], { padToBucketBoundary: true }),
  bucket_value: () => lengths.bucketBySequenceLength(length, [4], [2, 3], { paddingValues: -1 }),
  bucket_shape: () => lengths.bucketBySequenceLength(length, [4], [2, 3], { paddedShapes: [10] }),
  bucket_no_padding: () =>
    lists([1, 2, 1, 3, 2], (n) => n).bucketBySequenceLength(length, [2, 3], [2, 2, 2], { noPadding: true }),

  group: () =>
    r.groupByWindow(
      (x) => x.mod(i64(3)),
      (_key, d) => d.batch(2),
      2,
    ),
  group_large: () =>
    r.groupByWindow(
      (x) => x.mod(i64(3)),
      (_key, d) => d.batch(10),
      100,
    ),
  group_size_func: () =>
    r.groupByWindow({
      keyFunc: (x) => x.mod(i64(2)),
      reduceFunc: (_key, d) => d.batch(5),
      windowSizeFunc: (k) => k.add(i64(2)),
    }),
  group_key: () =>
    r.groupByWindow(
      (x) => 3 - (x.item() % 3),
      (k, d) => d.map((x) => [k, x] as const),
      3,
    ),
  group_pairs: () =>
    pairs.groupByWindow(
      (_a, b) => b.item() % 2,
      (_key, d) => d.batch(2),
      2,
    ),

  sample: () => D.sampleFromDatasets(three(), { seed: 1 }),
  sample_weights: () => D.sampleFromDatasets(three(), { seed: 2, weights: [0.5, 0.2, 0.3] }),
  sample_stop: () => D.sampleFromDatasets(three(), { seed: 3, stopOnEmptyDataset: true }),
  sample_zero: () => D.sampleFromDatasets(three(), { seed: 4, weights: [0, 1, 1] }),
  sample_one: () => D.sampleFromDatasets(three(), { seed: 4, weights: [0, 1, 0] }),
  sample_again: () => D.sampleFromDatasets(three(), { seed: 5, rerandomizeEachIteration: true }),
  sample_same: () => D.sampleFromDatasets(three(), { seed: 5, rerandomizeEachIteration: false }),
  sample_uneven: () => D.sampleFromDatasets(three(), { seed: 8, weights: [3, 1, 9] }),
  sample_dataset: () => D.sampleFromDatasets(three(), { weights: D.fromTensors([0.6, 0.3, 0.1]).repeat(), seed: 6 }),
  choose_False: () => D.chooseFromDatasets(three(), at(0, 1, 1, 2, 1, 1, 0, 2, 2), { stopOnEmptyDataset: false }),
  choose_True: () => D.chooseFromDatasets(three(), at(0, 1, 1, 2, 1, 1, 0, 2, 2), true),
  choose_shapes: () => D.chooseFromDatasets([pairs.batch(2), pairs.batch(3)], at(1, 0, 1, 0)),

  scan: () => r.scan(i64(0), (s, x) => [s.add(x), s.mul(i64(2))] as const),
  scan_tuple: () =>
    pairs.scan([tf.constant(0, 'float32'), tf.constant(1, 'int32')], (s, [a, b]) => [
      [s[0].add(tf.reduceSum(a)), s[1].mul(2)],
      [s[0], s[1], b],
    ]),
  take_while: () => r.takeWhile((x) => x.less(i64(6))),
  take_while_none: () => r.takeWhile((x) => x.greater(i64(6))),
  filter: () => r.filter((x) => tf.equal(x.mod(i64(3)), i64(1))),
  filter_pairs: () => pairs.filter((_a, b) => b.greater(1)),
  unique: () => D.fromTensorSlices(Int32Array.of(3, 1, 3, 2, 1)).unique(),
  repeat_ever: () => small.repeat(),
  repeat_minus: () => small.repeat(-1),
  skip_infinite: () => inf.skip(4),
  take_infinite: () => inf.take(5),
  cache: () => r.map((x) => x.mul(x)).cache(),
  cache_repeat: () => small.cache().repeat(2),
  prefetch: () => r.prefetch(2),
  enumerate: () => texts.enumerate(),
  enumerate_start: () => pairs.enumerate({ start: 5 }),
  enumerate_named: () => named.enumerate(),
  zip: () => D.zip(r, small),
  zip_nested: () => D.zip([r, [small, pairs]] as never) as Any,
  zip_named: () => D.zip({ x: r, y: [small, texts] } as never) as Any,
  zip_infinite: () => D.zip([inf, inf]),
  concatenate: () => small.concatenate(D.range(20, 23)),
  concatenate_shapes: () => pairs.batch(2).concatenate(pairs.batch(3)),
  concatenate_infinite: () => small.concatenate(inf),
  range_step: () => D.range(10, 0, -3),
  range_dtype: () => D.range(1, 6, 2, { outputType: 'float32' }),
  range_empty: () => D.range(5, 2),
  from_tensors: () => D.fromTensors([Int32Array.of(1, 2), tf.constant(3, 'float32')]),
  from_slices_nested: () =>
    D.fromTensorSlices([Int32Array.of(1, 2), { a: tf.constant([[1], [2]], 'float32'), b: ['x', 'y'] }]),
  map: () => pairs.map((a, b) => ({ sum: tf.reduceSum(a), b })),
  map_parallel: () => r.map((x) => x.add(i64(1)), { numParallelCalls: 3 }),
  map_batch: () => r.batch(4).map((x) => tf.cast(x, 'float32').div(2)),
  map_tuple: () => r.map((x) => [x, [x.mul(i64(2)), x.mul(i64(3))]] as const),
  random: () => D.random({ seed: 3 }).take(5),
  random_again: () => D.random({ seed: 3, rerandomizeEachIteration: true }).take(5),
  counter: () => D.counter({ start: 5, step: -2 }),
  ignore_errors: () =>
    D.fromTensorSlices(Float32Array.of(1, 0, 2))
      .map((x) => tf.debugging.checkNumerics(tf.div(1, x), 'bad'))
      .ignoreErrors(),

  resample: () => classes.rejectionResample((x) => x, [1 / 3, 1 / 3, 1 / 3], { seed: 1 }),
  resample_initial: () =>
    classes.rejectionResample((x) => x, [1 / 3, 1 / 3, 1 / 3], { seed: 2, initialDist: [0.65, 0.2, 0.15] }),
  resample_other: () => classes.rejectionResample((x) => x, [0.2, 0.5, 0.3], { seed: 7 }),
};
for (const cycleLength of [1, 2, 3, 5])
  for (const blockLength of [1, 2, 4]) {
    cases[`interleave_${cycleLength}_${blockLength}`] = () => small.interleave(many, { cycleLength, blockLength });
    cases[`interleave_varying_${cycleLength}_${blockLength}`] = () =>
      D.range(5).interleave(varying, { cycleLength, blockLength });
  }
for (const size of [1, 3, 4])
  for (const shift of [null, 1, 2, 5])
    for (const stride of [1, 2])
      for (const [drop, dropRemainder] of [
        ['False', false],
        ['True', true],
      ] as const)
        cases[`window_${size}_${shift ?? 'None'}_${stride}_${drop}`] = () =>
          D.range(7)
            .window(size, { ...(shift === null ? {} : { shift }), stride, dropRemainder })
            .flatMap((window) => window.batch(size));
for (const n of [1, 3, 10, 12])
  for (const index of new Set([0, 1 % n, n - 1])) cases[`shard_${n}_${index}`] = () => r.shard(n, index);
for (const n of [0, 1, 2, 3]) cases[`repeat_${n}`] = () => small.repeat(n);
for (const n of [-1, 0, 3, 20]) {
  cases[`take_${n}`] = () => r.take(n);
  cases[`skip_${n}`] = () => r.skip(n);
}

test('every case of the fixture is run', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(wanted).sort());
});
test.each(Object.keys(wanted))('%s', async (name) => {
  const { passes, cardinality, spec } = wanted[name]!;
  const dataset = cases[name]!();
  for (const pass of passes) {
    const found: unknown[] = [];
    for await (const element of dataset) {
      found.push(await plain(element));
      if (found.length === MOST) break;
    }
    expect(found).toEqual(pass);
  }
  expect(dataset.cardinality()).toBe(cardinality);
  expect(plainSpec(dataset.elementSpec)).toEqual(spec);
});
