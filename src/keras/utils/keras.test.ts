// Data sets of folders, pictures, quantizers and loops with parameters that no golden case has, against Keras
// (test/fixtures/make_keras_utils.py, which makes the same folders).
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import wanted from '../../../test/fixtures/keras_utils.json' with { type: 'json' };
import { encodeWav } from '../../formats/wav.ts';
import * as tf from '../../index.ts';
import { platform } from '../../platform/platform.ts';

const { ops, preprocessing, quantizers, utils } = tf.keras;
const folder = mkdtempSync(join(tmpdir(), 'cornu-utils-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = (...names: string[]) => join(folder, ...names);
for (const [k, name] of ['a', 'b', 'c'].entries()) {
  for (const kind of ['sounds', 'texts', 'pictures']) mkdirSync(place(kind, name), { recursive: true });
  for (let i = 0; i < 4; i++) {
    const samples = [...[0.5, -0.25, 0.125].slice(0, (i % 3) + 1), 0.25 * k];
    writeFileSync(place('sounds', name, `${i}.wav`), encodeWav(samples, 1, 8000));
    writeFileSync(place('texts', name, `${i}.txt`), `${name}${i}`);
    const pixels = tf.tile(tf.constant([[[40 * i, 10, 100 * k]]], 'uint8'), [2, 3, 1]);
    await utils.saveImg(place('pictures', name, `${i}.png`), pixels, {
      scale: false,
      dataFormat: 'channels_last',
      fileFormat: 'png',
    });
  }
}
mkdirSync(place('more'));
writeFileSync(place('more', 'x.txt'), 'linked');
symlinkSync(place('more'), place('texts', 'a', 'more'), 'dir');

function plain(x: unknown): unknown {
  if (x instanceof tf.RaggedTensor) return x.toList();
  if (x instanceof tf.Tensor) return x.numpy();
  if (Array.isArray(x)) return x.map(plain);
  return x;
}
async function everything(dataset: unknown): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const element of (await dataset) as AsyncIterable<unknown>) found.push(plain(element));
  return found;
}

const sounds = place('sounds');
const first = tf.reshape(tf.range(12, { dtype: 'float32' }), [3, 2, 2]);
const ramp = tf.reshape(tf.range(72, { dtype: 'float32' }), [4, 6, 3]);
const series = tf.range(12, { dtype: 'float32' });
const x = tf.constant(
  [
    [0.5, -2, 1],
    [3, 0.25, -0.1],
  ],
  'float32',
);
const grid = tf.reshape(tf.linspace(tf.constant(-1, 'float32'), 2, 12), [6, 2]);

const calls: Readonly<Record<string, () => unknown>> = {
  audio: async () => {
    const one = await utils.audioDatasetFromDirectory(sounds, {
      labelMode: 'categorical',
      classNames: ['b', 'c', 'a'],
      batchSize: 3,
      shuffle: true,
      seed: 5,
      followLinks: false,
      verbose: false,
    });
    return [one.classNames, await everything(one)];
  },
  'audio ragged': () =>
    everything(
      utils.audioDatasetFromDirectory(sounds, {
        labels: 'inferred',
        labelMode: 'int',
        batchSize: 4,
        ragged: true,
        shuffle: false,
        verbose: false,
      }),
    ),
  'audio split': async () => {
    const both = await utils.audioDatasetFromDirectory(sounds, {
      labelMode: null,
      labels: null,
      batchSize: null,
      validationSplit: 0.25,
      subset: 'both',
      seed: 2,
      outputSequenceLength: 2,
      verbose: false,
    });
    return Promise.all(both.map(everything));
  },
  'images first': async () => {
    const pictures = await utils.imageDatasetFromDirectory(place('pictures'), {
      imageSize: [2, 2],
      batchSize: 2,
      shuffle: false,
      dataFormat: 'channels_first',
      format: 'tf',
      verbose: false,
    });
    const found: unknown[] = [];
    for await (const [images, labels] of pictures.take(3))
      found.push([images.shape, plain(images.at(0, ':', 0, 0)), plain(labels)]);
    return found;
  },
  texts: async () => {
    const text = await utils.textDatasetFromDirectory(place('texts'), {
      classNames: ['c', 'a', 'b'],
      batchSize: null,
      shuffle: false,
      followLinks: true,
      format: 'tf',
      verbose: false,
    });
    return [text.classNames, await everything(text)];
  },
  imgToArray: async () => {
    const image = await utils.loadImg(place('pictures', 'b', '2.png'));
    return utils.imgToArray(image, { dataFormat: 'channels_first', dtype: 'uint8' });
  },
  saveImg: async () => {
    await utils.saveImg(place('first.out'), first, { dataFormat: 'channels_first', fileFormat: 'bmp', scale: false });
    return utils.imgToArray(await utils.loadImg(place('first.out')));
  },
  arrayToImg: () =>
    utils.imgToArray(utils.arrayToImg(first, { dataFormat: 'channels_first', scale: true, dtype: 'float64' })),
  smartResize: () =>
    preprocessing.image.smartResize(ramp, [2, 2], {
      interpolation: 'nearest',
      dataFormat: 'channels_last',
      backendModule: null,
    }),
  timeseries: () =>
    everything(
      utils.timeseriesDatasetFromArray(series, series.mul(10), 3, {
        shuffle: true,
        seed: 4,
        batchSize: 4,
        format: 'tf',
      }),
    ),
  'timeseries batches of one': () =>
    everything(
      utils.timeseriesDatasetFromArray(series, series.mul(10), 3, { shuffle: true, seed: 4, batchSize: null }),
    ),
  splitDataset: () =>
    Promise.all(
      utils
        .splitDataset(tf.range(10), {
          leftSize: 0.5,
          rightSize: 0.3,
          shuffle: true,
          seed: 9,
          preferredBackend: 'tensorflow',
        })
        .map(everything),
    ),
  packXYSampleWeight: () => [
    (utils.packXYSampleWeight(x, x) as tf.Tensor[]).length,
    (utils.packXYSampleWeight(x, x, { sampleWeight: x }) as tf.Tensor[]).length,
  ],
  absMaxQuantize: () => quantizers.absMaxQuantize(x, -1, { valueRange: [-7, 7], epsilon: 0.5 }),
  'absMaxQuantize float': () => quantizers.absMaxQuantize(x, -1, { dtype: 'float32', valueRange: [-127, 127] }),
  'absMaxQuantize numpy': () => quantizers.absMaxQuantize(x, -1, { toNumpy: true, epsilon: 1e-3 }),
  AbsMaxQuantizer: () => quantizers.AbsMaxQuantizer({ axis: 0 })(x),
  grouped: () =>
    quantizers.absMaxQuantizeGroupedWithZeroPoint(grid, 3, { valueRange: [-4, 3], dtype: 'int8', epsilon: 0.1 }),
  'grouped numpy': () => quantizers.absMaxQuantizeGroupedWithZeroPoint(grid, { blockSize: 2, toNumpy: true }),
  fakeQuant: () => quantizers.fakeQuantWithMinMaxVars(x, { minVals: -1, maxVals: 1.5, numBits: 3, narrowRange: true }),
  'fakeQuant channels': () =>
    quantizers.fakeQuantWithMinMaxVars(x, { minVals: [-1, -2, -0.5], maxVals: [1, 2, 0.5], numBits: 4, axis: -1 }),
  allclose: () =>
    [
      [0.1, 0],
      [0, 0.1],
      [1e-3, 1e-3],
    ].map(([rtol, atol]) => Boolean(ops.allclose([1], [1.01], { rtol, atol }).item())),
  associativeScan: () =>
    ops.associativeScan(
      (a: tf.Tensor, b: tf.Tensor) => a.add(b),
      tf.reshape(tf.range(6, { dtype: 'float32' }), [2, 3]),
      { reverse: true, axis: 1 },
    ),
  scan: () =>
    ops.scan((carry: tf.Tensor) => [carry.mul(2), carry], tf.constant(1, 'float32'), null, {
      length: 4,
      reverse: false,
      unroll: true,
    }),
  whileLoop: () =>
    ops.whileLoop(
      (i: tf.Tensor) => i.less(10),
      (i: tf.Tensor) => [i.add(1)],
      [tf.constant(0)],
      { maximumIterations: 3 },
    ),
};

/** Numbers to five digits: quotients differ in the last bit. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_key, part) =>
    typeof part === 'number' ? Number(part.toPrecision(5)) + 0 : part,
  );

it.each(Object.keys(wanted))('%s gives what Keras gives', async (name) => {
  expect(rounded(plain(await calls[name]!()))).toEqual(rounded(wanted[name as keyof typeof wanted]));
});

it('all that Keras was asked is asked here', () => {
  expect(Object.keys(calls).sort()).toEqual(Object.keys(wanted).sort());
});

it('data sets of another library are refused', async () => {
  const format = 'grain' as never;
  const wrong = /format: found 'grain', wanted 'tf'/;
  await expect(utils.textDatasetFromDirectory(place('texts'), { format })).rejects.toThrow(wrong);
  await expect(utils.imageDatasetFromDirectory(place('pictures'), { format })).rejects.toThrow(wrong);
  expect(() => utils.timeseriesDatasetFromArray(series, null, 3, { format })).toThrow(wrong);
});

it('verbose tells how many files there are, and nothing otherwise', async () => {
  const print = vi.spyOn(platform(), 'print').mockImplementation(() => {});
  await utils.imageDatasetFromDirectory(place('pictures'), { verbose: true });
  await utils.audioDatasetFromDirectory(sounds, { verbose: false });
  const said = print.mock.calls.flat().join('');
  print.mockRestore();
  expect(said).toBe('Found 12 files belonging to 3 classes.\n');
});
