// Data sets of texts and sounds in folders; the order is Keras's (test/fixtures/text_dataset.json: what Keras 3.15 gave for
// twelve files `bad/0.txt` … `good/5.txt` of the text `bad text number 0` …).
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeWav } from '../../formats/wav.ts';
import * as tf from '../../index.ts';

const { audioDatasetFromDirectory, textDatasetFromDirectory } = tf.keras.utils;
const folder = mkdtempSync(join(tmpdir(), 'cornu-folder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ['bad', 'good']) {
  mkdirSync(join(folder, 'texts', name), { recursive: true });
  for (let i = 0; i < 6; i++) writeFileSync(join(folder, 'texts', name, `${i}.txt`), `${name} text number ${i}`);
}
const path = fileURLToPath(new URL('../../../test/fixtures/text_dataset.json', import.meta.url));
const wanted = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
async function pull(dataset: AsyncIterable<unknown>): Promise<unknown[]> {
  const batches = [];
  for await (const [x, y] of dataset as AsyncIterable<[tf.Tensor, tf.Tensor]>) batches.push([x.numpy(), y.arraySync()]);
  return batches;
}

describe('textDatasetFromDirectory', () => {
  const texts = join(folder, 'texts');
  it('gives the batches that Keras gives for the seed', async () => {
    const options = { batchSize: 4, seed: 7, labelMode: 'categorical', verbose: false } as const;
    const dataset = await textDatasetFromDirectory(texts, options);
    expect(dataset.classNames).toEqual(wanted.classes);
    expect(await pull(dataset)).toEqual(wanted.shuffled);
    expect(dataset.cardinality()).toBe(Math.ceil(dataset.filePaths.length / options.batchSize));
    const plain = await textDatasetFromDirectory(texts, { batchSize: 4, shuffle: false, verbose: false });
    expect(await pull(plain)).toEqual(wanted.plain);
  });
  it('splits and cuts as Keras does', async () => {
    const [training, validation] = await textDatasetFromDirectory(texts, {
      batchSize: 5,
      seed: 3,
      validationSplit: 0.25,
      subset: 'both',
      labelMode: 'binary',
      maxLength: 8,
      verbose: false,
    });
    expect(await pull(training)).toEqual(wanted.training);
    expect(await pull(validation)).toEqual(wanted.validation);
  });
  it('refuses what it does not know', async () => {
    await expect(textDatasetFromDirectory(texts, { batchsize: 3 } as never)).rejects.toThrow(
      /unknown option 'batchsize'. Did you mean 'batchSize'/,
    );
    await expect(textDatasetFromDirectory(texts, { labelMode: 'ints' as never })).rejects.toThrow(/labelMode 'ints'/);
  });
});

describe('audioDatasetFromDirectory', () => {
  const sounds = join(folder, 'sounds');
  mkdirSync(join(sounds, 'a'), { recursive: true });
  writeFileSync(join(sounds, 'a', '0.wav'), encodeWav([0, 0.5, -0.5, 0.25], 1, 8000));
  writeFileSync(join(sounds, 'a', '1.wav'), encodeWav([0.5, -1], 1, 8000));
  const options = { labels: null, shuffle: false, verbose: false } as const;
  it('fills up to the longest, or to a length', async () => {
    const [whole] = [...(await collect(await audioDatasetFromDirectory(sounds, options)))];
    expect(whole!.arraySync()).toEqual([
      [[0], [0.5], [-0.5], [0.25]],
      [[0.5], [-1], [0], [0]],
    ]);
    const [cut] = await collect(await audioDatasetFromDirectory(sounds, { ...options, outputSequenceLength: 3 }));
    expect(cut!.shape).toEqual([2, 3, 1]);
  });
  it('names a file of another rate, and one that is damaged', async () => {
    const other = await audioDatasetFromDirectory(sounds, { ...options, samplingRate: 16000 });
    await expect(collect(other)).rejects.toThrow(/0\.wav has 8000 samples a second, wanted 16000/);
    writeFileSync(join(sounds, 'a', '1.wav'), 'RIFF');
    await expect(collect(await audioDatasetFromDirectory(sounds, options))).rejects.toThrow(
      /1\.wav: does not begin as/,
    );
  });
});
async function collect(dataset: AsyncIterable<unknown>): Promise<tf.Tensor[]> {
  const all = [];
  for await (const element of dataset) all.push(element as tf.Tensor);
  return all;
}
