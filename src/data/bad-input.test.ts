// What tf.data and the data sets of folders say of bad input, sentence by sentence: damaged pictures and records, missing
// features, generators that throw or change, sets without end. (Downloads that are cut: datasets/downloads/downloads.test.ts.)
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import * as tf from '../index.ts';
import { platform } from '../platform/platform.ts';

let root = '';
beforeAll(async () => {
  root = await platform().makeTemporaryFolder();
});
const count = async (dataset: AsyncIterable<unknown>): Promise<number> => {
  let n = 0;
  for await (const _ of dataset) n++;
  return n;
};

/** Two kinds of four pictures each. */
async function pictures(name: string): Promise<string> {
  const folder = join(root, name);
  const bytes = (await tf.io.encodePng(tf.zeros([4, 4, 3], 'uint8'))).elements![0] as Uint8Array;
  for (const kind of ['a', 'b']) {
    mkdirSync(join(folder, kind), { recursive: true });
    for (let i = 0; i < 4; i++) writeFileSync(join(folder, kind, `${i}.png`), bytes);
  }
  return folder;
}
const options = { batchSize: 2, imageSize: [4, 4], shuffle: false, verbose: false } as const;

test('a corrupt picture, and one that cannot be read: the error names the file; ignoreErrors leaves out and lists', async () => {
  const folder = await pictures('corrupt');
  writeFileSync(join(folder, 'a', '1.png'), 'no picture');
  await expect(count(await tf.keras.utils.imageDatasetFromDirectory(folder, options))).rejects.toThrow(/a.1\.png/);
  const rest = await tf.keras.utils.imageDatasetFromDirectory(folder, { ...options, ignoreErrors: true });
  // A file that was there when the folder was read.
  rmSync(join(folder, 'b', '3.png'));
  let read = 0;
  for await (const [images] of rest) read += images.shape[0]!;
  expect(read).toBe(6);
  expect(rest.skipped.map(({ path }) => path.slice(-5))).toEqual(['1.png', '3.png']);
  for (const { error } of rest.skipped) expect(error.message).toMatch(/[13]\.png/);
});

test('a link to nothing counts as a file, as in Keras, and the error names it', async () => {
  const folder = await pictures('dangling');
  symlinkSync(join(root, 'nowhere.png'), join(folder, 'a', '9.png'));
  symlinkSync(join(root, 'nowhere'), join(folder, 'c'));
  const dataset = await tf.keras.utils.imageDatasetFromDirectory(folder, options);
  expect([dataset.classNames, dataset.filePaths.length]).toEqual([['a', 'b'], 9]);
  await expect(count(dataset)).rejects.toThrow(/a.9\.png/);
});

test('folders without pictures', async () => {
  const folder = join(root, 'empty', 'kind');
  mkdirSync(folder, { recursive: true });
  await expect(tf.keras.utils.imageDatasetFromDirectory(join(root, 'empty'), options)).rejects.toThrow(
    /class folder 'kind' holds no file of a known kind/,
  );
  await expect(tf.keras.utils.imageDatasetFromDirectory(join(root, 'none'), options)).rejects.toThrow(/none/);
});

test('a record with a wrong checksum: file and number; ignoreErrors counts', async () => {
  const file = join(root, 'damaged.tfrecord');
  const writer = new tf.io.TFRecordWriter(file);
  for (const text of ['one', 'two', 'three']) writer.write(text);
  await writer.close();
  const bytes = await platform().readFile(file);
  bytes[12 + 3 + 4 + 12]! ^= 1;
  writeFileSync(file, bytes);
  const dataset = tf.data.TFRecordDataset(file);
  await expect(count(dataset)).rejects.toThrow(/damaged\.tfrecord.*record 1 at byte 19.*checksum/s);
  const rest = dataset.ignoreErrors();
  expect(await count(rest)).toBe(1);
  expect(rest.errorsIgnored).toBe(1);
});

test('a feature that is missing, or of another type: the element and the feature', async () => {
  const example = (feature: Record<string, tf.train.Feature>) =>
    new tf.train.Example({ features: new tf.train.Features({ feature }) }).serializeToString();
  const one = new tf.train.Feature({ int64List: new tf.train.Int64List({ value: [1] }) });
  const file = join(root, 'examples.tfrecord');
  const writer = new tf.io.TFRecordWriter(file);
  for (const name of ['x', 'y']) writer.write(example({ [name]: one }));
  await writer.close();
  const set = tf.data.TFRecordDataset(file);
  const parsed = set.map((record) => tf.io.parseSingleExample(record, { x: new tf.io.FixedLenFeature([], 'int64') }));
  await expect(count(parsed)).rejects.toThrow(/element 1.*feature 'x' is required and missing.*defaultValue/);
  const other = set.map((record) => tf.io.parseSingleExample(record, { x: new tf.io.FixedLenFeature([], 'string') }));
  await expect(count(other)).rejects.toThrow(/element 0.*feature 'x' holds int64, string was asked for/);
});

test('a generator that throws, or yields another shape: the number of the element', async () => {
  const { Dataset } = tf.data;
  const throwing = Dataset.fromGenerator(function* () {
    yield 1;
    throw new RangeError('the well is dry');
  });
  await expect(count(throwing)).rejects.toThrow(/element 1.*the well is dry/);
  const changing = Dataset.fromGenerator(
    function* () {
      yield [1, 2];
      yield [1, 2, 3];
    },
    { outputSignature: new tf.TensorSpec([2], 'int32') },
  );
  await expect(count(changing)).rejects.toThrow(/element 1/);
});

test('an error that cannot be changed is the cause of one that says where', async () => {
  const frozen = Object.freeze(new TypeError('hard'));
  for (const thrown of [frozen, new DOMException('soft', 'AbortError')]) {
    const set = tf.data.Dataset.range(3).map(() => {
      throw thrown;
    });
    await expect(count(set)).rejects.toMatchObject({
      message: `Dataset.map, element 0: ${thrown.message}`,
      cause: thrown,
    });
  }
});

test('a set without end is refused where no number of steps is said', () => {
  const model = tf.keras.Sequential([tf.keras.layers.Dense(1, { inputShape: [1] })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const pairs = tf.data.Dataset.fromTensorSlices([tf.ones([4, 1]), tf.ones([4, 1])] as const)
    .batch(2)
    .repeat();
  expect(() => model.fit(pairs, { verbose: 0 })).toThrow(/stepsPerEpoch/);
});

describe('a generator whose end fails', () => {
  const broken = (isAsync: boolean) =>
    isAsync
      ? tf.data.Dataset.fromGenerator(async function* () {
          try {
            for (let i = 0; ; i++) yield tf.constant(i);
          } finally {
            // biome-ignore lint/correctness/noUnsafeFinally: what is tested
            throw new Error('socket did not close');
          }
        })
      : tf.data.Dataset.fromGenerator(function* () {
          try {
            for (let i = 0; ; i++) yield tf.constant(i);
          } finally {
            // biome-ignore lint/correctness/noUnsafeFinally: what is tested
            throw new Error('socket did not close');
          }
        });
  const pipelines: Record<string, (dataset: ReturnType<typeof broken>) => AsyncIterable<unknown>> = {
    take: (dataset) => dataset.take(2),
    repeat: (dataset) => dataset.take(1).repeat(2),
    concatenate: (dataset) => tf.data.Dataset.fromTensors(tf.constant(1)).concatenate(dataset.take(1)),
    flatMap: (dataset) => tf.data.Dataset.range(2).flatMap(() => dataset.take(1)),
    interleave: (dataset) => tf.data.Dataset.range(2).interleave(() => dataset.take(1)),
    zip: (dataset) => tf.data.Dataset.zip(tf.data.Dataset.range(1), dataset),
    batch: (dataset) => dataset.batch(2).take(1),
  };
  for (const isAsync of [true, false])
    test.each(Object.keys(pipelines))(
      `%s, ${isAsync ? 'asynchronous' : 'plain'}: an error of the loop`,
      async (name) => {
        const loop = async (): Promise<void> => {
          for await (const _ of pipelines[name]!(broken(isAsync)));
        };
        await expect(loop()).rejects.toThrow('socket did not close');
      },
    );
  test('leaving the loop, reduce and the only element meet it too', async () => {
    const leave = async (): Promise<void> => {
      for await (const _ of broken(true)) break;
    };
    await expect(leave()).rejects.toThrow('socket did not close');
    await expect(broken(true).take(1).getSingleElement()).rejects.toThrow('socket did not close');
    await expect(
      broken(true)
        .take(1)
        .reduce(0, (sum) => sum),
    ).rejects.toThrow('socket did not close');
  });
  test('an error that is there already is kept, and a warning tells of the other', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const failing = broken(true).map(() => {
        throw new Error('mine');
      });
      await expect(
        (async () => {
          for await (const _ of failing);
        })(),
      ).rejects.toThrow('mine');
      expect(warn.mock.calls.flat().join()).toContain('socket did not close');
    } finally {
      warn.mockRestore();
    }
  });
});
