// tf.data against TensorFlow's own answers (test/fixtures/make_data.py), files of both, bounds and errors.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as tf from '../index.ts';
import { platform } from '../platform/platform.ts';

const D = tf.data.Dataset;
const X = tf.data.experimental;
const fixtures = fileURLToPath(new URL('../../test/fixtures', import.meta.url));
const wanted = JSON.parse(readFileSync(`${fixtures}/data.json`, 'utf8'));
const collect = async <T>(dataset: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const element of dataset) all.push(element);
  return all;
};
const numbers = async (dataset: AsyncIterable<tf.Tensor>) => (await collect(dataset)).map((x) => x.item());
const folder = () => platform().makeTemporaryFolder();

describe("TensorFlow's numbers", () => {
  test('random, also in later passes', async () => {
    expect(await numbers(D.random({ seed: 5 }).take(6))).toEqual(wanted.random);
    const random = D.random({ seed: 5, rerandomizeEachIteration: true });
    for (const pass of wanted.random_passes) expect(await numbers(random.take(3))).toEqual(pass);
  });
  test('sampleFromDatasets and chooseFromDatasets', async () => {
    const three = () => [D.range(6), D.range(10, 13), D.range(20, 25)];
    for (const { seed, weights, order } of wanted.sample)
      expect(await numbers(D.sampleFromDatasets(three(), { seed, weights }))).toEqual(order);
    expect(await numbers(X.sampleFromDatasets(three(), { seed: 2, stopOnEmptyDataset: true }))).toEqual(
      wanted.sample_stop,
    );
    const choices = D.fromTensorSlices(BigInt64Array.of(0n, 1n, 1n, 0n, 0n, 0n, 1n));
    const chosen = D.chooseFromDatasets([D.range(3), D.range(10, 13)], choices, { stopOnEmptyDataset: false });
    expect(await numbers(chosen)).toEqual(wanted.choose);
  });
  test('what is repeated is begun once more after the last time, as TensorFlow begins it', async () => {
    const twice = async (dataset: tf.data.Dataset<tf.Tensor>) => [await numbers(dataset), await numbers(dataset)];
    const mixed = () => D.range(5).shuffle(5, { seed: 1 });
    const [first, second] = [
      [0, 4, 3, 1, 2, 3, 1, 0, 4, 2],
      [1, 2, 0, 4, 3, 2, 0, 3, 4, 1],
    ];
    expect(await twice(mixed().batch(2).repeat(2).unbatch())).toEqual([first, second]);
    // With a shuffle it melts into one.
    expect(await twice(mixed().repeat(2))).toEqual([first, [0, 1, 3, 4, 2, 1, 2, 0, 4, 3]]);
  });
  test('shuffle: each pass its own order, one order with repeat', async () => {
    const shuffled = D.range(8).shuffle(4, { seed: 9 });
    for (const pass of wanted.shuffle_passes) expect(await numbers(shuffled)).toEqual(pass);
    expect(await numbers(D.range(5).shuffle(5, 3).repeat(3))).toEqual(wanted.shuffle_repeat);
  });
  test('cardinalities', () => {
    const r = D.range(10);
    const inf = D.range(3).repeat();
    const unknown = r.filter((x) => x.greater(3));
    const range = (x: tf.Tensor) => D.range(x.item());
    const found: Record<string, number> = {
      concatenate: r.concatenate(inf).cardinality(),
      zip: D.zip(r, inf).cardinality(),
      zip_unknown: D.zip([r, unknown]).cardinality(),
      unbatch_known: r.batch(5, { dropRemainder: true }).unbatch().cardinality(),
      unbatch_unknown: r.batch(4).unbatch().cardinality(),
      rebatch: r.batch(5, { dropRemainder: true }).rebatch(3).cardinality(),
      rebatch_unknown: r.batch(4).rebatch(3).cardinality(),
      flat_map: r.flatMap(range).cardinality(),
      interleave_infinite: inf.interleave(range).cardinality(),
      sample: D.sampleFromDatasets([r, r], { seed: 1 }).cardinality(),
      sample_stop: D.sampleFromDatasets([r, r], { seed: 1, stopOnEmptyDataset: true }).cardinality(),
      sample_infinite: D.sampleFromDatasets([inf, inf], { seed: 1 }).cardinality(),
      choose: D.chooseFromDatasets([r, r], D.range(2)).cardinality(),
      choose_no_stop: D.chooseFromDatasets([r, r], D.range(2).repeat(), false).cardinality(),
      window: r.window(3, { shift: 2 }).cardinality(),
      window_drop: r.window(3, { shift: 2, stride: 2, dropRemainder: true }).cardinality(),
      repeat_0: r.repeat(0).cardinality(),
      skip_all: r.skip(-1).cardinality(),
      take_infinite: inf.take(4).cardinality(),
      shard: r.shard(3, 1).cardinality(),
      unique: r.unique().cardinality(),
      scan: r.scan(0, (s, x) => [s.add(1), x] as const).cardinality(),
      ignore_errors: r.ignoreErrors().cardinality(),
      cache: inf.cache().cardinality(),
      padded: r.paddedBatch(4).cardinality(),
      ragged: r.raggedBatch(4, { dropRemainder: true }).cardinality(),
      random: D.random({ seed: 1 }).cardinality(),
      counter: D.counter().cardinality(),
      group: r
        .groupByWindow({ keyFunc: (x) => x.item() % 2, reduceFunc: (_key, group) => group, windowSize: 2 })
        .cardinality(),
      empty_repeat: D.range(0).repeat().cardinality(),
    };
    expect(found).toEqual(wanted.cardinalities);
  });
  test('element specs', () => {
    const specs = (dataset: { elementSpec: unknown }) => {
      const leaves = Array.isArray(dataset.elementSpec) ? dataset.elementSpec : [dataset.elementSpec];
      return leaves.map(({ shape, dtype }) => [shape, dtype]);
    };
    const x = D.fromTensorSlices([tf.zeros([4, 3]), tf.zeros([4], { dtype: 'int32' })]);
    const ones = D.range(10).map((n) => tf.ones([n.item()]));
    expect({
      batch: specs(x.batch(2)),
      batch_drop: specs(x.batch(2, { dropRemainder: true })),
      map: specs(x.batch(2).map((a) => tf.reduceSum(a, 1))),
      enumerate: [[[], 'int64'], ...specs(x)],
      ones: specs(ones),
      padded: specs(ones.paddedBatch(2, { paddedShapes: [null] })),
      unbatch: specs(x.batch(2).unbatch()),
      flat_map: specs(D.range(10).flatMap((n) => D.range(n.item()))),
    }).toEqual(wanted.specs);
    expect(() => x.map(async (a) => a).elementSpec).toThrow(/only when one is read/);
  });
});

describe('files', () => {
  test("save is read back, and TensorFlow's own is read", async () => {
    const rows = async (dataset: AsyncIterable<unknown>) =>
      (await collect(dataset)).map((row) => {
        const { a, b, c } = row as Record<string, tf.Tensor>;
        return [a!.numpy(), b!.numpy(), c!.numpy()];
      });
    const expected = [
      [0.5, [0, 1], 'x'],
      [1.5, [2, 3], 'yy'],
      [2.5, [4, 5], 'zzz'],
    ];
    const theirs = D.load(`${fixtures}/saved_dataset`);
    expect(await rows(theirs)).toEqual(expected);
    const path = await folder();
    await theirs.save(path, { compression: 'GZIP' });
    expect(await rows(D.load(path, { compression: 'GZIP' }))).toEqual(expected);
    await expect(collect(D.load(`${path}/none`))).rejects.toThrow(/no saved data set/);
  });
  test('cache on disk and snapshot are written by a whole pass only', async () => {
    const path = await folder();
    let made = 0;
    const counted = D.range(4).map((x) => {
      made++;
      return x.mul(2);
    });
    const cached = counted.cache(`${path}/cache`);
    expect(await numbers(cached.take(2))).toEqual([0, 2]);
    expect(await numbers(cached)).toEqual([0, 2, 4, 6]);
    const before = made;
    expect(await numbers(cached)).toEqual([0, 2, 4, 6]);
    expect(await numbers(counted.snapshot(`${path}/snapshot`))).toEqual([0, 2, 4, 6]);
    expect(made).toBe(before + 4);
  });
  test('records and lines: written, read, damage by index', async () => {
    const path = `${await folder()}/r.tfrecord`;
    for (const compression of ['', 'GZIP', 'ZLIB'] as const) {
      const writer = new tf.io.TFRecordWriter(path, compression);
      for (let i = 0; i < 300; i++) writer.write(tf.train.Example({ i: tf.train.Feature.int64([i]) }));
      await writer.close();
      const parsed = tf.data
        .TFRecordDataset(path, { compressionType: compression })
        .map((record) => tf.io.parseSingleExample(record, { i: tf.io.FixedLenFeature([], 'int64') }).i);
      expect(await numbers(parsed)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    }
    const plain = new tf.io.TFRecordWriter(path);
    for (const text of ['one', 'two', 'three']) plain.write(text);
    await plain.close();
    const bytes = await platform().readFile(path);
    bytes[12 + 3 + 4 + 12]! ^= 1;
    await platform().writeFile(path, bytes);
    await expect(collect(tf.data.TFRecordDataset(path))).rejects.toThrow(/record 1 at byte 19/);
    const skipped = tf.data.TFRecordDataset(path).ignoreErrors();
    expect((await collect(skipped)).map((x) => x.numpy())).toEqual(['one']);
    expect(skipped.errorsIgnored).toBe(1);
    await platform().writeFile(`${path}.txt`, 'a\r\nb\n\nc');
    expect((await collect(tf.data.TextLineDataset(`${path}.txt`))).map((x) => x.numpy())).toEqual(['a', 'b', '', 'c']);
    const pieces = tf.data.FixedLengthRecordDataset(`${path}.txt`, 2, { headerBytes: 0, footerBytes: 0 });
    await expect(collect(pieces)).rejects.toThrow(/no whole number of records/);
  });
});

describe('passes', () => {
  test('a saved iterator goes on in another, in the same random order', async () => {
    const make = () => D.range(20).shuffle(20).batch(3);
    const first = make().iterator();
    await first.getNext();
    await first.getNext();
    const state = JSON.parse(JSON.stringify(first.save()));
    const rest = (await collect(first)).map((x) => x.numpy());
    const second = make().iterator();
    await second.restore(state);
    expect((await collect(second)).map((x) => x.numpy())).toEqual(rest);
  });
  test('prefetch works ahead while the program waits, and no further than its buffer', async () => {
    let started = 0;
    let filled = () => {};
    const full = new Promise<void>((resolve) => {
      filled = resolve;
    });
    const slow = D.range(50).map(async (x) => {
      // The one that was taken, and four ahead.
      if (++started === 5) filled();
      await null;
      return x;
    });
    const iterator = slow.prefetch(4).iterator();
    await iterator.getNext();
    // Nobody asks for more: the buffer fills by itself, or the test never ends.
    await full;
    // Turns of the event loop, in which it could go on if nothing held it.
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(started).toBe(5);
    await iterator.return();
  });
  test('parallel calls keep the order, their number is bounded', async () => {
    let [running, most] = [0, 0];
    const mapped = D.range(30).map(
      async (x) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, (x.item() * 7) % 5));
        running--;
        return x;
      },
      { numParallelCalls: 5 },
    );
    expect(await numbers(mapped)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(most).toBe(5);
  });
  test('a generator gets numbers of its args as numbers, arrays as tensors', async () => {
    function* count(stop: number, step: tf.Tensor) {
      for (let i = 0; i < stop; i++) yield i * step.at(0).item();
    }
    expect(await numbers(D.fromGenerator(count, { args: [3, [2]] }))).toEqual([0, 2, 4]);
  });
  test('streams of Node and browsers are sources', async () => {
    const stream = () =>
      new ReadableStream<number>({
        start(controller) {
          for (const x of [1, 2, 3]) controller.enqueue(x);
          controller.close();
        },
      });
    expect(await numbers(D.fromGenerator(stream))).toEqual([1, 2, 3]);
  });
});

describe('bad input', () => {
  test('names the element', async () => {
    const broken = D.range(5).map((x) => {
      if (x.item() === 3) throw new Error('boom');
      return x;
    });
    await expect(collect(broken)).rejects.toThrow('Dataset.map, element 3: boom');
    const kept = broken.ignoreErrors();
    expect(await numbers(kept)).toEqual([0, 1, 2, 4]);
    expect(kept.errorsIgnored).toBe(1);
    const changing = D.fromGenerator(function* () {
      yield [1, 2];
      yield [3, 4];
      yield [[5], [6]] as never;
    });
    await expect(collect(changing)).rejects.toThrow(/fromGenerator, element 2/);
    const signed = D.fromGenerator(() => [[1, 2, 3]], { outputSignature: tf.TensorSpec([2], 'float32') });
    await expect(collect(signed)).rejects.toThrow(/element 0.*wanted/);
    await expect(
      collect(
        D.range(3)
          .map((n) => tf.ones([n.item()]))
          .batch(3),
      ),
    ).rejects.toThrow(/do not make one batch/);
  });
  test('elements of different dtypes or structures are not put one behind the other', async () => {
    const [ints, floats] = [D.range(3), D.fromTensorSlices([0.5, 1.5, 2.5])];
    expect(() => ints.concatenate(floats)).toThrow(/concatenate.*float32.*int64.*Cast/);
    expect(() => ints.concatenate(D.zip(ints, ints))).toThrow(/one structure/);
    expect(() => D.sampleFromDatasets([ints, floats] as never, { seed: 1 })).toThrow(/same dtypes/);
    expect(() => D.chooseFromDatasets([ints, floats] as never, ints)).toThrow(/same dtypes/);
    const later = D.range(3).map(async (x) => tf.cast(x, 'float32'));
    await expect(collect(ints.concatenate(later))).rejects.toThrow(/same dtypes/);
    // A function of the user's is called on elements only.
    const called: unknown[] = [];
    const mapped = D.range(3).map((x) => {
      called.push(x.numpy());
      return tf.cast(x, 'float32');
    });
    const [joined, sampled] = [ints.concatenate(mapped as never), D.sampleFromDatasets([ints, mapped] as never)];
    expect(called).toEqual([]);
    await expect(collect(joined)).rejects.toThrow(/data set 1.*same dtypes/);
    await expect(collect(sampled)).rejects.toThrow(/same dtypes/);
    expect(called.every((x) => typeof x === 'bigint' || typeof x === 'number')).toBe(true);
    // Shapes may differ.
    expect(ints.concatenate(D.fromTensors(tf.zeros([3, 2], 'int64'))).cardinality()).toBe(4);
  });
  test('a state keeps its dtype and its structure', async () => {
    const r = D.range(4);
    await expect(r.reduce(tf.constant(0, 'int64'), (s, x) => tf.cast(s.add(x), 'float32'))).rejects.toThrow(
      /reduce, element 0.*state.*int64.*float32/,
    );
    await expect(r.reduce(tf.constant(0, 'int64'), (s, x) => [s, x] as never)).rejects.toThrow(/one structure/);
    expect((await r.reduce(tf.constant(0, 'int64'), (s) => Number(s.item()) + 1)).dtype).toBe('int64');
    expect((await r.reduce(0, (s, x) => s.add(x))).item()).toBe(6);
    const scanned = r.scan(tf.constant(0, 'int64'), (s, x) => [tf.cast(s, 'int32'), x] as const);
    await expect(collect(scanned)).rejects.toThrow(/scan, element 0.*state/);
  });
  test('missing features and wrong types', () => {
    const bytes = tf.train.Example({ a: tf.train.Feature.float([1]) }).serializeToString();
    expect(() => tf.io.parseSingleExample(bytes, { b: tf.io.FixedLenFeature([], 'int64') })).toThrow(/'b'.*missing/);
    expect(() => tf.io.parseExample([bytes] as never, { a: tf.io.FixedLenFeature([], 'int64') })).toThrow(
      /example 0.*'a' holds float32/,
    );
  });
});

test('a dataset shows its elements where it is printed', () => {
  const dataset = D.fromTensorSlices([tf.ones([4, 2]), tf.zeros([4], 'int32')]).batch(2);
  expect(inspect({ dataset }, { breakLength: 200 })).toContain(
    '<Dataset element_spec=(TensorSpec(shape=(None, 2), dtype=tf.float32, name=None), TensorSpec(shape=(None,), dtype=tf.int32, name=None))>',
  );
});
