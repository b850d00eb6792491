// tf.summary and the TensorBoard callback, read back from their files. TensorBoard's own reader sees the same in
// tools/interop/tensorboard.ts.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Event } from '../../formats/tensorflow/event-proto.ts';
import { GraphDef } from '../../formats/tensorflow/graph-proto.ts';
import { tensorFromProto } from '../../formats/tensorflow/tensor-proto.ts';
import { XSpace } from '../../formats/tensorflow/xplane-proto.ts';
import { readTfRecords } from '../../formats/tfrecord.ts';
import * as tf from '../../index.ts';

const { layers, models, callbacks } = tf.keras;
const root = mkdtempSync(join(tmpdir(), 'cornu-tensorboard-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const folder = () => join(root, String(folders++));

/** The events of all files of a folder. */
const eventsIn = (path: string): Event[] =>
  readdirSync(path)
    .filter((name) => name.includes('tfevents'))
    .sort()
    .flatMap((name) =>
      [...readTfRecords(readFileSync(join(path, name)), name)].map((record) => Event.decode(record, name)),
    );
const valuesIn = (path: string) =>
  eventsIn(path).flatMap(({ step, summary }) =>
    (summary?.value ?? []).map((value) => ({
      tag: value.tag,
      step,
      plugin: value.metadata!.pluginData!.pluginName,
      data: tensorFromProto(value.tensor!, path, value.tag).data as unknown as (number | string | Uint8Array)[],
    })),
  );
const scalarsIn = (path: string) =>
  Object.fromEntries(
    valuesIn(path)
      .filter(({ plugin }) => plugin === 'scalars')
      .map(({ tag, step, data }) => [`${tag}@${step}`, data[0] as number]),
  );

describe('tf.summary', () => {
  const { summary } = tf;
  it('writes every kind', async () => {
    const at = folder();
    const writer = summary.createFileWriter(at, { filenameSuffix: '.mine', maxQueue: 2 });
    const square = tf.function((x: tf.Tensor) => x.mul(x));
    square(tf.constant(3));
    writer.asDefault({ step: 7 }, () => {
      expect(summary.scalar('a', 0.5)).toBe(true);
      summary.histogram('h', [1, 2, 2, 5], { buckets: 3 });
      summary.histogram('same', [2, 2]);
      summary.image('i', [
        [
          [[0], [0.5]],
          [[1], [0.999]],
        ],
      ]);
      summary.audio('s', [[[0], [0.5], [-1], [1], [0.3]]], 8000);
      summary.text('t', ['x', 'y']);
      summary.scalar('b', tf.constant(2), { step: 9 });
      expect(summary.graph(square)).toBe(true);
    });
    await writer.close();
    expect(readdirSync(at)[0]).toMatch(/^events\.out\.tfevents\.\d+\..*\.mine$/);
    const values = valuesIn(at);
    const of = (tag: string) => values.find((value) => value.tag === tag)!;
    expect(values.map(({ tag, step }) => `${tag}@${step}`)).toEqual([
      'a@7',
      'h@7',
      'same@7',
      'i@7',
      's@7',
      't@7',
      'b@9',
    ]);
    expect(of('a').data[0]).toBe(0.5);
    // What TensorFlow 2.21 wrote for the same numbers.
    const third = 4 / 3;
    expect([...of('h').data].map((x) => Number(x))).toEqual(
      [1, 1 + third, 3, 1 + third, 1 + 2 * third, 0, 1 + 2 * third, 5, 1].map((x) => expect.closeTo(x, 12)),
    );
    expect([of('same').data.length, of('same').data.at(-1), of('same').data[2]]).toEqual([90, 2, 0]);
    expect(of('i').data.slice(0, 2)).toEqual(['2', '2']);
    const wav = Buffer.from(of('s').data[0] as Uint8Array);
    expect(wav.subarray(44).toString('hex')).toBe('000000400080ff7f6626');
    expect(of('t').data).toEqual(['x', 'y']);
    const graph = GraphDef.decode(eventsIn(at).find(({ graphDef }) => graphDef)!.graphDef!, at);
    expect(graph.node.map(({ op }) => op)).toEqual(expect.arrayContaining(['Placeholder', 'mul']));
  });
  it('records where it is told', async () => {
    const { scalar } = summary;
    expect(scalar('nowhere', 1, { step: 0 })).toBe(false);
    const at = folder();
    const writer = summary.createFileWriter(at);
    await writer.asDefault(async () => {
      expect(() => scalar('a', 1)).toThrow(/no step; give \{ step \}/);
      expect(() => scalar('a', [1, 2], { step: 1 })).toThrow(/'a': found shape \(2,\), wanted one number/);
      expect(() => summary.image('a', [[1]], { step: 1 })).toThrow(/wanted \(samples, height, width, channels\)/);
      expect(() => summary.text('a', 1, { step: 1 })).toThrow(/wanted texts/);
      await Promise.resolve();
      summary.experimental.setStep(3);
      summary.recordIf(false, () => expect(scalar('off', 1)).toBe(false));
      summary.recordIf(
        () => summary.experimental.getStep() === 3,
        () => expect(scalar('on', 1)).toBe(true),
      );
      summary.experimental.setStep(null);
    });
    expect(summary.shouldRecordSummaries()).toBe(false);
    await writer.flush();
    expect(scalarsIn(at)).toEqual({ 'on@3': 1 });
    await writer.close();
    expect(() => writer.asDefault(() => scalar('late', 1, { step: 1 }))).toThrow(/is closed/);
  });
});

describe('TensorBoard', () => {
  const x = tf.linspace(-1, 1, 24).reshape([12, 2]);
  const y = x.sum(1, { keepdims: true });
  const quiet = { verbose: 0, shuffle: false, batchSize: 4 } as const;
  const make = () => {
    tf.keras.utils.clearSession();
    const model = models.Sequential([layers.Dense(3, { inputShape: [2] }), layers.Dense(1)]);
    model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] });
    return model;
  };
  it('TensorBoard.logDir, TensorBoard.histogramFreq, TensorBoard.writeImages: logs epochs, weights, pictures, the model and its step', async () => {
    const logDir = folder();
    const board = callbacks.TensorBoard({ logDir, histogramFreq: 2, writeImages: true });
    const model = make();
    const { history } = await model.fit(x, y, { epochs: 3, validationSplit: 0.5, callbacks: [board], ...quiet });
    const [train, validation] = [join(logDir, 'train'), join(logDir, 'validation')];
    const scalars = scalarsIn(train);
    for (const epoch of [0, 1, 2]) {
      expect(scalars[`epoch_loss@${epoch}`]).toBeCloseTo(history.loss![epoch]!, 6);
      expect(scalars[`epoch_mae@${epoch}`]).toBeCloseTo(history.mae![epoch]!, 6);
      expect(scalars[`epoch_learning_rate@${epoch}`]).toBeCloseTo(0.01, 6);
      expect(scalarsIn(validation)[`epoch_loss@${epoch}`]).toBeCloseTo(history.val_loss![epoch]!, 6);
      expect(scalarsIn(validation)[`evaluation_loss_vs_iterations@${2 * (epoch + 1)}`]).toBeDefined();
    }
    const values = valuesIn(train);
    const histograms = values.filter(({ plugin }) => plugin === 'histograms');
    expect(histograms.map(({ tag, step }) => `${tag}@${step}`)).toEqual(
      [0, 2].flatMap((step) => model.weights.map(({ path }) => `${path}/histogram@${step}`)),
    );
    // Each weight is counted once.
    const counts = histograms
      .slice(-4)
      .map(({ data }) => data.reduce((sum: number, v, i) => (i % 3 === 2 ? sum + Number(v) : sum), 0));
    expect(counts).toEqual(model.weights.map(({ size }) => size));
    expect(values.filter(({ plugin }) => plugin === 'images').length).toBeGreaterThan(3);
    const keras = values.find(({ plugin }) => plugin === 'graph_keras_model')!;
    expect(JSON.parse(keras.data[0] as string).class_name).toBe('Sequential');
    const graph = eventsIn(train).find(({ graphDef }) => graphDef)!;
    const names = GraphDef.decode(graph.graphDef!, train).node.map(({ name }) => name);
    expect(names).toContain(model.weights[0]!.path);
    expect(new Set(names).size).toBe(names.length);
  });
  it('TensorBoard.updateFreq, TensorBoard.writeStepsPerSecond, TensorBoard.writeGraph: logs batches and their rates, and no model', async () => {
    const logDir = folder();
    const board = callbacks.TensorBoard(logDir, { updateFreq: 2, writeStepsPerSecond: true, writeGraph: false });
    await make().fit(x, y, { epochs: 2, callbacks: [board], ...quiet });
    const tags = Object.keys(scalarsIn(join(logDir, 'train')));
    expect(tags.filter((tag) => tag.startsWith('batch_loss'))).toEqual([
      'batch_loss@2',
      'batch_loss@4',
      'batch_loss@6',
    ]);
    expect(tags).toContain('batch_steps_per_second@4');
    expect(tags).toContain('epoch_steps_per_second@1');
    expect(valuesIn(join(logDir, 'train')).some(({ plugin }) => plugin === 'graph_keras_model')).toBe(false);
  });
  it('TensorBoard.profileBatch: the kernels of some batches', async () => {
    const logDir = folder();
    await make().fit(x, y, {
      epochs: 2,
      callbacks: [callbacks.TensorBoard({ logDir, profileBatch: '2,3' })],
      ...quiet,
    });
    const path = join(logDir, 'train/plugins/profile/batch_3/cornu.xplane.pb');
    const [plane] = XSpace.decode(readFileSync(path), path).planes;
    const { events } = plane!.lines[0]!;
    expect(events.length).toBeGreaterThan(4);
    expect(plane!.eventMetadata.get(events[0]!.metadataId)!.name.length).toBeGreaterThan(2);
    expect(events.every(({ durationPs }) => durationPs >= 0)).toBe(true);
  });
  it('TensorBoard.embeddingsFreq, TensorBoard.embeddingsMetadata: embeddings for the projector', async () => {
    const logDir = folder();
    tf.keras.utils.clearSession();
    const model = models.Sequential([
      layers.Input({ shape: [2] }),
      layers.Embedding(4, 3, { name: 'words' }),
      layers.Flatten(),
      layers.Dense(1),
    ]);
    model.compile({ loss: 'mse' });
    const board = (embeddingsMetadata: Record<string, string>) =>
      callbacks.TensorBoard({ logDir, embeddingsFreq: 1, embeddingsMetadata });
    const data = [
      tf.constant([
        [0, 1],
        [2, 3],
      ]),
      tf.constant([[0], [1]]),
    ] as const;
    await model.fit(...data, { verbose: 0, callbacks: [board({ words: 'words.tsv' })] });
    const config = readFileSync(join(logDir, 'projector_config.pbtxt'), 'utf8');
    expect(config).toContain('metadata_path: "words.tsv"');
    const rows = readFileSync(join(logDir, 'train/words.tsv'), 'utf8')
      .trim()
      .split('\n')
      .map((row) => row.split('\t').map(Number));
    expect(rows).toEqual(model.getLayer('words').getWeights()[0]!.arraySync());
    expect(readdirSync(join(logDir, 'train'))).toContain('keras_embedding.ckpt-0.weights.h5');
    const wrong = model.fit(...data, { verbose: 0, callbacks: [board({ word: 'words.tsv' })] });
    await expect(wrong as Promise<unknown>).rejects.toThrow(/no embedding layer 'word'; wanted one of words/);
  });
  it('refuses what it cannot do', () => {
    expect(() => callbacks.TensorBoard({ profileBatch: [5, 2] })).toThrow(/profileBatch: found \[5, 2\]/);
    expect(() => callbacks.TensorBoard({ histogramfreq: 1 } as never)).toThrow(/Did you mean 'histogramFreq'/);
  });
});
