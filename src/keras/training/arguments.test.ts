// Every argument of compile, fit, evaluate and predict, and of every callback: changed, and its effect seen. The titles begin
// with the arguments' names: tools/training-table.ts makes docs/training.md of them.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { argumentsTable } from '../../../tools/training-table.ts';
import * as tf from '../../index.ts';
import type { CompileOptions, FitOptions } from './types.ts';

const { layers, models, callbacks, optimizers } = tf.keras;
const root = mkdtempSync(join(tmpdir(), 'cornu-arguments-'));
const at = (name: string) => join(root, name);
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => void vi.restoreAllMocks());
const x = tf.linspace(-1, 1, 24).reshape([12, 2]);
const y = x.sum(1, { keepdims: true });
const labels = tf.constant([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
const make = (options: CompileOptions = {}, units = 1) => {
  tf.keras.utils.setRandomSeed(5);
  tf.keras.utils.clearSession();
  const model = models.Sequential([layers.Dense(3, { activation: 'tanh', inputShape: [2] }), layers.Dense(units)]);
  model.compile({ optimizer: 'sgd', loss: 'mse', ...options });
  return model;
};
const twoHeads = (options: CompileOptions) => {
  tf.keras.utils.setRandomSeed(5);
  const input = tf.keras.Input({ shape: [2] });
  const outputs = ['a', 'b'].map((name) => layers.Dense(1, { name })(input));
  const model = models.Model({ inputs: input, outputs });
  model.compile({ optimizer: 'sgd', loss: 'mse', ...options });
  return model;
};
const losses = async (options: FitOptions = {}, compile: CompileOptions = {}, epochs = 1) =>
  (await make(compile).fit(x, y, { epochs, verbose: 0, shuffle: false, batchSize: 4, ...options })).history;
const printed = async (f: () => Promise<unknown>) => {
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await f();
  const text = print.mock.calls.map(([part]) => String(part)).join('');
  print.mockRestore();
  return text;
};
const counting = () => {
  const seen: string[] = [];
  const note = (name: string) => (index: number) => void seen.push(`${name}${index}`);
  const callback = callbacks.LambdaCallback({ onTrainBatchEnd: note('b'), onEpochEnd: note('e') });
  return { seen, callback };
};

// ── compile ───────────────────────────────────────────────────────────────────────────────────────────────────────
it('compile.optimizer: another one takes another way', async () => {
  expect((await losses({}, { optimizer: 'adam' }, 2)).loss![1]).not.toBe((await losses({}, {}, 2)).loss![1]);
});
it('compile.loss: the number that is minimized', async () => {
  expect((await losses({}, { loss: 'mae' })).loss).not.toEqual((await losses()).loss);
});
it('compile.lossWeights: a list or a record weighs outputs', async () => {
  const run = async (lossWeights: CompileOptions['lossWeights']) =>
    (await twoHeads({ lossWeights }).fit(x, [y, y], { verbose: 0, shuffle: false })).history as Record<
      string,
      number[]
    >;
  const [plain, list, record] = [await run(null), await run([2, 0.5]), await run({ a: 2, b: 0.5 })];
  expect(plain.loss![0]).toBeCloseTo(plain.a_loss![0]! + plain.b_loss![0]!, 5);
  expect(list.loss![0]).toBeCloseTo(2 * list.a_loss![0]! + 0.5 * list.b_loss![0]!, 5);
  expect(record).toEqual(list);
});
it('compile.metrics: are in the logs, nested by output too', async () => {
  expect(Object.keys(await losses({}, { metrics: ['mae'] }))).toEqual(['loss', 'mae']);
  const { history } = await twoHeads({ metrics: [['mae', 'mape'], ['mse']] }).fit(x, [y, y], { verbose: 0 });
  const names = ['a_loss', 'a_mae', 'a_mape', 'b_loss', 'b_mse', 'loss'];
  expect(
    Object.keys(history)
      .sort()
      .map((name) => name.replace('mean_absolute_percentage_error', 'mape')),
  ).toEqual(names);
});
it('compile.weightedMetrics: see the weights that metrics do not', async () => {
  const sampleWeight = tf.constant([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const { history } = await make({ metrics: ['mae'], weightedMetrics: ['mse'] }).fit(x, y, {
    sampleWeight,
    verbose: 0,
    batchSize: 12,
  });
  const error = (await make().predict(x, { verbose: 0 })).sub(y);
  expect(history.mse![0]).toBeCloseTo(error.at(0, 0).item() ** 2, 5);
  expect(history.mae![0]).toBeCloseTo(error.abs().mean().item(), 5);
});
it('compile.runEagerly: steps run as JavaScript, each time', async () => {
  let calls = 0;
  class Counted extends models.Model {
    last = layers.Dense(1);
    override call(inputs: tf.Tensor) {
      calls++;
      return this.last(inputs);
    }
  }
  const count = async (runEagerly: boolean) => {
    calls = 0;
    const model = new Counted();
    model.compile({ loss: 'mse', runEagerly });
    await model.fit(x, y, { batchSize: 4, epochs: 3, verbose: 0 });
    return calls;
  };
  expect(await count(true)).toBeGreaterThanOrEqual(9);
  expect(await count(false)).toBeLessThan(5);
});
it('compile.stepsPerExecution: callbacks see every so many batches', async () => {
  const { seen, callback } = counting();
  const plain = await losses();
  expect(await losses({ callbacks: [callback] }, { stepsPerExecution: 2 })).toEqual(plain);
  expect(seen).toEqual(['b1', 'b2', 'e0']);
});
it('compile.jitCompile, compile.pssEvaluationShards: are taken and kept in the config', () => {
  expect(make({ jitCompile: true, pssEvaluationShards: 0 }).getCompileConfig()!.jit_compile).toBe(true);
  expect(make({ jitCompile: false }).getCompileConfig()!.jit_compile).toBe(false);
});
it('compile.autoScaleLoss: half precision trains with a scaled loss, unless it is off', async () => {
  tf.keras.mixedPrecision.setGlobalPolicy('mixed_float16');
  try {
    expect(make().optimizer.constructor.name).toBe('LossScaleOptimizer');
    expect(make({ autoScaleLoss: false }).optimizer.constructor.name).toBe('SGD');
  } finally {
    tf.keras.mixedPrecision.setGlobalPolicy('float32');
  }
});

// ── fit ───────────────────────────────────────────────────────────────────────────────────────────────────────────
it('fit.batchSize: how many batches an epoch has', async () => {
  const { seen, callback } = counting();
  await losses({ batchSize: 5, callbacks: [callback] });
  expect(seen).toEqual(['b0', 'b1', 'b2', 'e0']);
});
it('fit.epochs, fit.initialEpoch: numbers of the epochs', async () => {
  expect((await make().fit(x, y, { epochs: 4, initialEpoch: 2, verbose: 0 })).epoch).toEqual([2, 3]);
});
it('fit.verbose: 0 nothing, 1 a bar, 2 a line an epoch', async () => {
  const text = (verbose: 0 | 1 | 2) => printed(() => make().fit(x, y, { verbose }) as Promise<unknown>);
  expect(await text(0)).toBe('');
  expect(await text(1)).toContain('━');
  expect(await text(2)).toMatch(/^1\/1 - \d+s .*loss: [\d.]+\n$/);
});
it('fit.callbacks: are called', async () => {
  const { seen, callback } = counting();
  await losses({ callbacks: [callback], batchSize: 12 });
  expect(seen).toEqual(['b0', 'e0']);
});
it('fit.validationSplit: the last samples validate', async () => {
  const split = await losses({ validationSplit: 0.5, batchSize: 6 });
  const given = await make().fit(x.at('0:6'), y.at('0:6'), {
    validationData: [x.at('6:'), y.at('6:')],
    verbose: 0,
    shuffle: false,
    batchSize: 6,
  });
  expect(split).toEqual(given.history);
});
it('fit.validationData: is measured after each epoch', async () => {
  const { val_loss: loss } = await losses({ validationData: [x, y] });
  expect(loss).toHaveLength(1);
  const weighted = await losses({ validationData: [x, y, tf.zeros([12])] });
  expect(weighted.val_loss).toEqual([0]);
});
it('fit.shuffle: the order of samples; batch shuffles the samples of each batch', async () => {
  const numbers = tf.range(12).cast('float32').expandDims(-1);
  const orderWith = async (shuffle: FitOptions['shuffle']) => {
    const seen: number[] = [];
    class Watching extends models.Model {
      last = layers.Dense(1);
      override call(inputs: tf.Tensor) {
        if (inputs.elements) seen.push(...(inputs.flatten().arraySync() as number[]));
        return this.last(inputs);
      }
    }
    const model = new Watching();
    model.compile({ loss: 'mse', runEagerly: true });
    await model.fit(numbers, numbers, { shuffle, batchSize: 4, verbose: 0 });
    return seen.slice(-12);
  };
  const inOrder = Array.from({ length: 12 }, (_, i) => i);
  tf.keras.utils.setRandomSeed(3);
  expect(await orderWith(false)).toEqual(inOrder);
  expect(await orderWith(true)).not.toEqual(inOrder);
  const batched = await orderWith('batch');
  expect(batched).not.toEqual(inOrder);
  expect(batched.map((i) => Math.floor(i / 4))).toEqual(inOrder.map((i) => Math.floor(i / 4)));
  expect([...batched].sort((i, j) => i - j)).toEqual(inOrder);
  expect(() => make().fit(x, y, { shuffle: 'batches' as never })).toThrow(/shuffle: found 'batches'/);
});
it('fit.classWeight: weighs samples by their labels', async () => {
  const run = async (classWeight: FitOptions['classWeight']) =>
    (
      await make({ loss: tf.keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }) }, 3).fit(x, labels, {
        classWeight,
        verbose: 0,
      })
    ).history.loss![0]!;
  expect(await run({ 0: 2, 1: 2, 2: 2 })).toBeCloseTo(2 * (await run(null)), 4);
});
it('fit.sampleWeight: weighs samples, and time steps', async () => {
  expect((await losses({ sampleWeight: tf.zeros([12]) })).loss).toEqual([0]);
  const model = models.Sequential([layers.Input({ shape: [3, 2] }), layers.Dense(1)]);
  model.compile({ loss: 'mse' });
  const sampleWeight = tf.constant([[1, 0, 0]]).mul(tf.ones([4, 1]));
  const series = tf.ones([4, 3, 2]);
  const error = (await model.predict(series, { verbose: 0 })).at(0, 0, 0).item() ** 2;
  const { history } = await model.fit(series, tf.zeros([4, 3, 1]), { sampleWeight, verbose: 0 });
  expect(history.loss![0]).toBeCloseTo(error / 3, 5);
});
it('fit.stepsPerEpoch: passes go on from epoch to epoch', async () => {
  const { seen, callback } = counting();
  const data = (function* () {
    for (let i = 0; i < 6; i++) yield [x, y] as const;
  })();
  await make().fit(data, { stepsPerEpoch: 2, epochs: 3, verbose: 0, callbacks: [callback] });
  expect(seen.filter((name) => name.startsWith('e'))).toEqual(['e0', 'e1', 'e2']);
  expect(seen.filter((name) => name.startsWith('b'))).toHaveLength(6);
});
it('an epoch of stepsPerEpoch ends with the data, as in Keras', async () => {
  const { seen, callback } = counting();
  const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const data = { stepsPerEpoch: 3, batchSize: 1, epochs: 3, verbose: 0, callbacks: [callback] } as const;
  await make().fit(tf.ones([5, 2]), tf.ones([5, 1]), data);
  const batches = seen.filter((name) => name.startsWith('b')).length;
  expect([batches, said.mock.calls.length]).toEqual([3 + 2 + 3, 1]);
  expect(said.mock.calls[0]![0]).toContain('the data ended after 2 of 3 steps of epoch 2');
});
it('fit.validationSteps, fit.validationBatchSize: how much of the validation data is seen', async () => {
  const some = await losses({ validationData: [x, y], validationSteps: 1, validationBatchSize: 3 });
  const first = await losses({ validationData: [x.at('0:3'), y.at('0:3')] });
  expect(some.val_loss![0]).toBeCloseTo(first.val_loss![0]!, 6);
});
it('fit.validationFreq: a number, or the epochs', async () => {
  const count = async (validationFreq: FitOptions['validationFreq']) =>
    (await losses({ validationData: [x, y], validationFreq }, {}, 5)).val_loss!.length;
  expect([await count(2), await count([1, 2, 5])]).toEqual([2, 3]);
});
it('fit.maxQueueSize, fit.workers, fit.useMultiprocessing: change nothing of the numbers', async () => {
  expect(await losses({ maxQueueSize: 2, workers: 3, useMultiprocessing: true })).toEqual(await losses());
});
it('fit.maxQueueSize, fit.workers: batches that wait are asked for ahead, in order, and no further', async () => {
  const ask = async (options: { maxQueueSize?: number; workers?: number }) => {
    let [running, most, started, furthest] = [0, 0, 0, 0];
    const used: number[] = [];
    class Slow extends tf.keras.utils.Sequence {
      get length() {
        return 12;
      }
      async getItem(i: number) {
        started++;
        most = Math.max(most, ++running);
        furthest = Math.max(furthest, started - used.length);
        await new Promise((resolve) => setTimeout(resolve, (i * 5) % 7));
        running--;
        return [tf.fill([1, 2], i), tf.ones([1, 1])];
      }
    }
    const seen = callbacks.LambdaCallback({ onTrainBatchEnd: (batch: number) => void used.push(batch) });
    const model = make();
    await model.fit(new Slow(), { epochs: 1, verbose: 0, callbacks: [seen], ...options });
    const reached = furthest;
    const rows = (await model.predict(new Slow(), { verbose: 0, ...options })) as tf.Tensor;
    const plain = (await model.predict(
      tf.stack(Array.from({ length: 12 }, (_, i) => tf.fill([2], tf.constant(i, 'float32')))),
      {
        verbose: 0,
      },
    )) as tf.Tensor;
    expect(Array.from(rows.dataSync() as Float32Array).map((v) => v.toFixed(4))).toEqual(
      Array.from(plain.dataSync() as Float32Array).map((v) => v.toFixed(4)),
    );
    return { most, furthest: reached };
  };
  expect((await ask({ workers: 0 })).most).toBe(1);
  const wide = await ask({ workers: 3, maxQueueSize: 4 });
  expect(wide.most).toBe(3);
  expect(wide.furthest).toBeLessThanOrEqual(4 + 2);
  expect((await ask({ workers: 8, maxQueueSize: 2 })).most).toBeLessThanOrEqual(3);
});
it('fit.signal: ends the run in order', async () => {
  const control = new AbortController();
  const stop = callbacks.LambdaCallback({ onEpochEnd: (epoch) => void (epoch === 1 && control.abort()) });
  const model = make();
  expect((await model.fit(x, y, { epochs: 50, verbose: 0, signal: control.signal, callbacks: [stop] })).epoch).toEqual([
    0, 1,
  ]);
});

// ── evaluate, predict ─────────────────────────────────────────────────────────────────────────────────────────────
it('evaluate.batchSize, evaluate.steps, evaluate.callbacks: how much is seen', async () => {
  let seen = 0;
  class Count extends callbacks.Callback {
    override onTestBatchEnd() {
      seen++;
    }
  }
  await make().evaluate(x, y, { batchSize: 5, verbose: 0, callbacks: [new Count()] });
  expect(seen).toBe(3);
  const [some] = await make().evaluate(x, y, { batchSize: 5, steps: 1, verbose: 0 });
  expect(some).toBeCloseTo((await make().evaluate(x.at('0:5'), y.at('0:5'), { verbose: 0 }))[0], 6);
});
it('evaluate.verbose: prints or not', async () => {
  expect(await printed(() => make().evaluate(x, y, { verbose: 0 }))).toBe('');
  expect(await printed(() => make().evaluate(x, y, { verbose: 1 }))).toContain('loss');
});
it('evaluate.sampleWeight, evaluate.returnDict: weighs; a record in place of a list', async () => {
  expect(await make().evaluate(x, y, { sampleWeight: tf.zeros([12]), returnDict: true, verbose: 0 })).toEqual({
    loss: 0,
  });
});
it('evaluate.signal, evaluate.maxQueueSize, evaluate.workers, evaluate.useMultiprocessing: are taken', async () => {
  const given = {
    signal: new AbortController().signal,
    maxQueueSize: 3,
    workers: 2,
    useMultiprocessing: false,
    verbose: 0,
  } as const;
  expect(await make().evaluate(x, y, given as never)).toEqual(await make().evaluate(x, y, { verbose: 0 }));
});
it('predict.batchSize, predict.steps, predict.callbacks: how much is seen', async () => {
  let seen = 0;
  class Count extends callbacks.Callback {
    override onPredictBatchEnd() {
      seen++;
    }
  }
  expect((await make().predict(x, { batchSize: 5, steps: 2, verbose: 0, callbacks: [new Count()] })).shape).toEqual([
    10, 1,
  ]);
  expect(seen).toBe(2);
});
it('predict.verbose: prints or not', async () => {
  expect(await printed(() => make().predict(x, { verbose: 0 }))).toBe('');
  expect(await printed(() => make().predict(x, { verbose: 1 }))).toContain('1/1');
});
it('predict.signal: stops it', async () => {
  await expect(make().predict(x, { signal: AbortSignal.abort(), verbose: 0 })).rejects.toThrow(/aborted/);
});
it('predict.maxQueueSize, predict.workers, predict.useMultiprocessing: change nothing of the numbers', async () => {
  const given = { maxQueueSize: 3, workers: 2, useMultiprocessing: false, verbose: 0 };
  expect((await make().predict(x, given as never)).arraySync()).toEqual(
    (await make().predict(x, { verbose: 0 })).arraySync(),
  );
});

// ── callbacks ─────────────────────────────────────────────────────────────────────────────────────────────────────
/** Epochs that ran where the loss is what the list says. */
const stopsAfter = async (
  values: readonly number[],
  options: Exclude<Parameters<typeof callbacks.EarlyStopping>[0], string>,
) => {
  const say = callbacks.LambdaCallback({
    onEpochEnd: (epoch, logs) => void Object.assign(logs!, { watched: values[epoch] }),
  });
  const stop = callbacks.EarlyStopping({ monitor: 'watched', mode: 'min', ...options });
  const model = make();
  const { epoch } = await model.fit(x, y, { epochs: values.length, verbose: 0, callbacks: [say, stop] });
  return { epochs: epoch.length, model };
};
it('EarlyStopping.monitor, EarlyStopping.patience, EarlyStopping.minDelta: when it stops', async () => {
  expect((await stopsAfter([5, 6, 6, 6], { patience: 2 })).epochs).toBe(3);
  expect((await stopsAfter([5, 4, 3, 2], { patience: 1 })).epochs).toBe(4);
  expect((await stopsAfter([5, 4.9, 4.8, 4.7], { patience: 1, minDelta: 0.5 })).epochs).toBe(2);
});
it('EarlyStopping.mode, EarlyStopping.baseline, EarlyStopping.startFromEpoch: what counts as better, and from when', async () => {
  expect((await stopsAfter([1, 2, 3, 4], { patience: 1, mode: 'max' })).epochs).toBe(4);
  await expect(stopsAfter([1, 2], { mode: 'auto' })).rejects.toThrow(/whether 'watched' is better.*mode: 'max'/);
  expect((await stopsAfter([5, 4, 4, 4, 4], { patience: 3 })).epochs).toBe(5);
  expect((await stopsAfter([5, 4, 4, 4, 4], { patience: 3, baseline: 1 })).epochs).toBe(3);
  expect((await stopsAfter([5, 6, 7, 8, 9, 9], { patience: 1, startFromEpoch: 3 })).epochs).toBe(5);
});
it('EarlyStopping.restoreBestWeights, EarlyStopping.verbose: the best weights come back, and it is said', async () => {
  const text = await printed(async () => {
    const { model } = await stopsAfter([1, 2, 3], { patience: 2, restoreBestWeights: true, verbose: 1 });
    const once = make();
    await once.fit(x, y, { verbose: 0 });
    expect(model.getWeights().map(String)).toEqual(once.getWeights().map(String));
  });
  expect(text).toContain('early stopping');
});
it('ModelCheckpoint.filepath, ModelCheckpoint.saveFreq, ModelCheckpoint.saveWeightsOnly: names and times of files', async () => {
  const every = callbacks.ModelCheckpoint(at('c{epoch}-{batch}.weights.h5'), { saveWeightsOnly: true, saveFreq: 2 });
  await losses({ callbacks: [every] });
  expect(readdirSync(root).filter((name) => name.startsWith('c'))).toEqual(['c1-2.weights.h5']);
});
it('ModelCheckpoint.monitor, ModelCheckpoint.saveBestOnly, ModelCheckpoint.mode, ModelCheckpoint.initialValueThreshold, ModelCheckpoint.verbose: only what is better', async () => {
  const files = (name: string) => readdirSync(root).filter((file) => file.startsWith(name)).length;
  const run = (name: string, options: object) =>
    losses(
      {
        callbacks: [
          callbacks.ModelCheckpoint(at(`${name}{epoch}.keras`), { monitor: 'loss', saveBestOnly: true, ...options }),
        ],
      },
      {},
      3,
    );
  await run('falls', {});
  await run('grows', { mode: 'max' });
  await run('low', { initialValueThreshold: 1e-9 });
  expect([files('falls'), files('grows'), files('low')]).toEqual([3, 1, 0]);
  expect(await printed(() => run('loud', { verbose: 1 }))).toMatch(/loss improved from None to .*saving model to/);
});
it('BackupAndRestore.backupDir, BackupAndRestore.deleteCheckpoint, BackupAndRestore.saveFreq, BackupAndRestore.doubleCheckpoint: what stays', async () => {
  const backupDir = at('backup');
  await losses(
    {
      callbacks: [
        callbacks.BackupAndRestore({ backupDir, deleteCheckpoint: false, saveFreq: 2, doubleCheckpoint: true }),
      ],
    },
    {},
    2,
  );
  expect(readdirSync(backupDir).sort()).toEqual(['latest.weights.h5', 'prev.weights.h5', 'training_metadata.json']);
  expect(JSON.parse(readFileSync(join(backupDir, 'training_metadata.json'), 'utf8'))).toMatchObject({
    epoch: 1,
    steps: 3,
  });
  await losses({ callbacks: [callbacks.BackupAndRestore(backupDir)] }, {}, 2);
  expect(existsSync(backupDir)).toBe(false);
});
const plateau = async (
  values: readonly number[],
  options: Exclude<Parameters<typeof callbacks.ReduceLROnPlateau>[0], string>,
) => {
  const say = callbacks.LambdaCallback({
    onEpochEnd: (epoch, logs) => void Object.assign(logs!, { watched: values[epoch] }),
  });
  const reduce = callbacks.ReduceLROnPlateau({ monitor: 'watched', mode: 'min', patience: 1, factor: 0.5, ...options });
  const { history } = await make({ optimizer: optimizers.SGD(1) }).fit(x, y, {
    epochs: values.length,
    verbose: 0,
    callbacks: [say, reduce],
  });
  return history.learning_rate;
};
it('ReduceLROnPlateau.monitor, ReduceLROnPlateau.factor, ReduceLROnPlateau.patience, ReduceLROnPlateau.minDelta, ReduceLROnPlateau.mode: when and how far', async () => {
  expect(await plateau([5, 5, 5, 5], {})).toEqual([1, 1, 0.5, 0.25]);
  expect(await plateau([5, 5, 5, 5], { factor: 0.25 })).toEqual([1, 1, 0.25, 0.0625]);
  expect(await plateau([5, 5, 5, 5], { patience: 2 })).toEqual([1, 1, 1, 0.5]);
  expect(await plateau([5, 4.9, 4.8, 4.7], { minDelta: 1 })).toEqual([1, 1, 0.5, 0.25]);
  expect(await plateau([1, 2, 3, 4], { mode: 'max' })).toEqual([1, 1, 1, 1]);
});
it('ReduceLROnPlateau.cooldown, ReduceLROnPlateau.minLr, ReduceLROnPlateau.verbose: how it slows down', async () => {
  expect(await plateau([5, 5, 5, 5, 5], { minLr: 0.5 })).toEqual([1, 1, 0.5, 0.5, 0.5]);
  expect(await plateau([5, 5, 5, 5, 5], { cooldown: 2 })).not.toEqual(await plateau([5, 5, 5, 5, 5], {}));
  expect(await printed(() => plateau([5, 5, 5], { verbose: 1 }))).toContain('reducing learning rate to 0.5');
});
it('LearningRateScheduler.schedule, LearningRateScheduler.verbose: the rate of each epoch', async () => {
  const text = await printed(async () => {
    const schedule = callbacks.LearningRateScheduler((epoch, rate) => (epoch === 0 ? 0.5 : rate / 2), { verbose: 1 });
    expect((await losses({ callbacks: [schedule] }, {}, 3)).learning_rate).toEqual([0.5, 0.25, 0.125]);
  });
  expect(text).toContain('setting learning rate to 0.25');
});
it('CSVLogger.filename, CSVLogger.separator, CSVLogger.append: the table', async () => {
  const run = (append: boolean) =>
    losses({ callbacks: [callbacks.CSVLogger(at('log.csv'), { separator: ';', append })] });
  await run(false);
  await run(true);
  expect(
    readFileSync(at('log.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((row) => row.split(';')[0]),
  ).toEqual(['epoch', '0', '0']);
});
it('RemoteMonitor.root, RemoteMonitor.path, RemoteMonitor.field, RemoteMonitor.headers, RemoteMonitor.sendAsJson: what is sent where', async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      seen.push(
        `${request.url} ${request.headers.mine} ${request.headers['content-type']} ${decodeURIComponent(body)}`,
      );
      response.end();
    });
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const given = {
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    path: '/here',
    headers: { mine: 'yes' },
  };
  await losses({
    callbacks: [
      callbacks.RemoteMonitor({ ...given, field: 'logs' }),
      callbacks.RemoteMonitor({ ...given, sendAsJson: true }),
    ],
  });
  server.close();
  expect(seen[0]).toMatch(/^\/here yes application\/x-www-form-urlencoded.* logs=\{"epoch":0/);
  expect(seen[1]).toMatch(/^\/here yes application\/json \{"epoch":0/);
});
it('SwapEMAWeights.swapOnEpoch: the averages also between epochs', async () => {
  const run = async (swapOnEpoch: boolean) => {
    const seen: string[] = [];
    const model = make({ optimizer: optimizers.SGD({ learningRate: 0.1, useEma: true, emaMomentum: 0.5 }) });
    const look = callbacks.LambdaCallback({ onEpochEnd: () => void seen.push(String(model.getWeights()[0])) });
    await model.fit(x, y, {
      epochs: 2,
      verbose: 0,
      shuffle: false,
      callbacks: [callbacks.SwapEMAWeights({ swapOnEpoch }), look],
    });
    return seen[1];
  };
  expect(await run(true)).not.toBe(await run(false));
});
it('docs/training.md is as the table of these tests', () => {
  const { text, missing } = argumentsTable();
  expect(missing).toEqual([]);
  expect(readFileSync(new URL('../../../docs/training.md', import.meta.url), 'utf8')).toBe(text);
});
