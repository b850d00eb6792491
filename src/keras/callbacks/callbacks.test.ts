// Callbacks that write files, go on after a break, or change weights: against what fit itself gives.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import * as tf from '../../index.ts';
import type { Like } from '../optimizers/index.ts';
import { fillName } from './file-names.ts';

const { layers, models, callbacks, optimizers } = tf.keras;
const folder = mkdtempSync(join(tmpdir(), 'cornu-callbacks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const x = tf.linspace(-1, 1, 24).reshape([12, 2]);
const y = x.sum(1, { keepdims: true });
const make = (optimizer: Like = 'adam') => {
  tf.keras.utils.setRandomSeed(5);
  tf.keras.utils.clearSession();
  const model = models.Sequential([layers.Dense(3, { activation: 'tanh', inputShape: [2] }), layers.Dense(1)]);
  model.compile({ optimizer, loss: 'mse' });
  return model;
};
const numbers = (model: ReturnType<typeof make>) => model.getWeights().map((weight) => weight.arraySync());
const quiet = { verbose: 0, shuffle: false, batchSize: 4 } as const;

describe('names of files', () => {
  it('are filled as by Python', () => {
    const values = { epoch: 3, loss: 0.12345, accuracy: 1 };
    const fill = (name: string) => fillName(name, values, 'test');
    expect(fill('a{epoch:02d}-{loss:.2f}.keras')).toBe('a03-0.12.keras');
    expect(fill('{epoch:4d}|{loss}|{accuracy:.3e}|{loss:8.4f}')).toBe('   3|0.12345|1.000e+00|  0.1235');
    expect(() => fill('{val_loss}')).toThrow(/asks for 'val_loss', which is no log; wanted one of epoch, loss/);
  });
});

describe('ModelCheckpoint', () => {
  it('keeps the best model, from which the same predictions come', async () => {
    const best = callbacks.ModelCheckpoint(at('best.keras'), { monitor: 'loss', saveBestOnly: true });
    const model = make();
    const { history } = await model.fit(x, y, { epochs: 4, callbacks: [best], ...quiet });
    expect(best.best).toBe(Math.min(...history.loss!));
    const loaded = await models.loadModel(at('best.keras'));
    expect(loaded.getWeights().map((weight) => weight.arraySync())).toEqual(numbers(model));
  });
  it('writes weights alone, every so many batches', async () => {
    const every = callbacks.ModelCheckpoint(at('w{epoch}-{batch}.weights.h5'), { saveWeightsOnly: true, saveFreq: 2 });
    await make().fit(x, y, { epochs: 2, callbacks: [every], ...quiet });
    expect(readdirSync(folder).filter((name) => name.startsWith('w'))).toEqual([
      'w1-2.weights.h5',
      'w2-1.weights.h5',
      'w2-3.weights.h5',
    ]);
  });
  it('refuses names of other formats', () => {
    expect(() => callbacks.ModelCheckpoint('model.ckpt')).toThrow(/filepath: found 'model.ckpt'.*'.keras'/);
    expect(() => callbacks.ModelCheckpoint('a.keras', { saveWeightsOnly: true })).toThrow(/'.weights.h5'/);
  });
});

describe('CSVLogger', () => {
  it('writes a row for each epoch, and appends', async () => {
    const run = async (append: boolean) =>
      (await make().fit(x, y, { epochs: 2, callbacks: [callbacks.CSVLogger(at('log.csv'), { append })], ...quiet }))
        .history.loss!;
    const losses = [...(await run(false)), ...(await run(true))];
    const rows = readFileSync(at('log.csv'), 'utf8').trim().split('\r\n');
    expect(rows).toEqual(['epoch,loss,val_loss', ...losses.map((loss, i) => `${i % 2},${loss},NA`)]);
  });
  // What Keras's CSVLogger wrote of the same logs.
  it.each([
    [
      ',',
      [
        { loss: 0.00005, mae: 1 },
        { loss: Number.NaN, mae: 0.30000001192092896 },
      ],
      'epoch,loss,mae,val_loss,val_mae\r\n0,5e-05,1.0,NA,NA\r\n1,nan,0.30000001192092896,NA,NA\r\n',
    ],
    [
      ';',
      [
        { loss: 1e16, 'a;b': 1e-7 },
        { loss: 1 / 0, 'a;b': 2 },
      ],
      'epoch;"a;b";loss;"val_a;b";val_loss\r\n0;1e-07;1e+16;NA;NA\r\n1;2.0;inf;NA;NA\r\n',
    ],
    [
      ',',
      [{ val_loss: 1.5, loss: 2.5 }, { loss: 123456.7890625 }],
      'epoch,loss,val_loss\r\n0,2.5,1.5\r\n1,123456.7890625,NA\r\n',
    ],
  ])('writes what Python writes, separated by %s', async (separator, logs, text) => {
    const logger = callbacks.CSVLogger(at('same.csv'), { separator });
    await logger.onTrainBegin();
    for (const [epoch, log] of logs.entries()) await logger.onEpochEnd(epoch, log as Record<string, number>);
    await logger.onTrainEnd();
    expect(readFileSync(at('same.csv'), 'utf8')).toBe(text);
  });
});

describe('BackupAndRestore', () => {
  it('goes on after a break as if there had been none', async () => {
    const whole = make();
    await whole.fit(x, y, { epochs: 4, ...quiet });
    const backup = () => callbacks.BackupAndRestore(at('backup'));
    const broken = callbacks.LambdaCallback({
      onEpochBegin: (epoch) => {
        if (epoch === 2) throw new Error('power cut');
      },
    });
    const first = make().fit(x, y, { epochs: 4, callbacks: [backup(), broken], ...quiet });
    await expect(first as Promise<unknown>).rejects.toThrow('power cut');
    expect(readdirSync(at('backup')).sort()).toEqual(['latest.weights.h5', 'training_metadata.json']);
    const again = make();
    const history = await again.fit(x, y, { epochs: 4, callbacks: [backup()], ...quiet });
    expect(history.epoch).toEqual([2, 3]);
    expect(numbers(again)).toEqual(numbers(whole));
    expect(readdirSync(folder)).not.toContain('backup');
  });
});

describe('SwapEMAWeights', () => {
  it('evaluates with the averages, trains with the weights', async () => {
    const useEma = () => optimizers.SGD({ learningRate: 0.1, useEma: true, emaMomentum: 0.5 });
    // At the end of fit the averages become the weights, with the callback or without.
    const [plain, swapped] = [make(useEma()), make(useEma())];
    await plain.fit(x, y, { epochs: 3, ...quiet });
    const swap = callbacks.SwapEMAWeights();
    const { history } = await swapped.fit(x, y, { epochs: 3, validationData: [x, y], callbacks: [swap], ...quiet });
    expect(numbers(swapped)).toEqual(numbers(plain));
    const [loss] = await swapped.evaluate(x, y, { verbose: 0 });
    expect(history.val_loss!.at(-1)).toBeCloseTo(loss, 6);
    const each = make(useEma());
    await each.fit(x, y, { epochs: 3, callbacks: [callbacks.SwapEMAWeights({ swapOnEpoch: true })], ...quiet });
    expect(numbers(each)).toEqual(numbers(plain));
    await expect(make().evaluate(x, y, { verbose: 0, callbacks: [swap] })).rejects.toThrow(/useEma: true/);
  });
});

describe('LambdaCallback', () => {
  it('has every hook, of evaluation and prediction too', async () => {
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(name);
    const all = callbacks.LambdaCallback({
      onTrainBegin: note('train'),
      onEpochBegin: note('epoch'),
      onTrainBatchBegin: note('batch'),
      onTestBegin: note('test'),
      onTestBatchEnd: note('test batch'),
      onPredictBegin: null,
      onPredictEnd: note('predicted'),
      onTrainEnd: note('trained'),
    });
    const model = make();
    await model.fit(x, y, { ...quiet, batchSize: 12, validationData: [x, y], callbacks: [all] });
    await model.predict(x, { verbose: 0, callbacks: [all] });
    expect(seen).toEqual(['train', 'epoch', 'batch', 'test', 'test batch', 'trained', 'predicted']);
    expect(() => callbacks.LambdaCallback({ onEpochsEnd: () => {} } as never)).toThrow(/did you mean 'onEpochEnd'/i);
  });
});

describe('CallbackList', () => {
  it('calls all callbacks in a loop of one’s own', async () => {
    const seen: string[] = [];
    const note = callbacks.LambdaCallback({
      onEpochEnd: (epoch, logs) => void seen.push(`epoch ${epoch} ${logs!.loss}`),
      onTrainBatchEnd: async (batch) => void seen.push(`batch ${batch}`),
      onTestEnd: () => void seen.push('tested'),
      onPredictBatchBegin: (batch) => void seen.push(`predict ${batch}`),
    });
    const model = make();
    const list = callbacks.CallbackList([note], { addHistory: true, addProgbar: false, model, epochs: 2, verbose: 0 });
    await list.onTrainBegin();
    for (const epoch of [0, 1]) {
      await list.onEpochBegin(epoch);
      await list.onTrainBatchBegin(0);
      await list.onTrainBatchEnd(0, { loss: 1 });
      await list.onEpochEnd(epoch, { loss: epoch + 0.5 });
    }
    await list.onTestBegin();
    await list.onTestEnd({ loss: 1 });
    await list.onPredictBatchBegin(3);
    await list.onTrainEnd();
    expect(seen).toEqual(['batch 0', 'epoch 0 0.5', 'batch 0', 'epoch 1 1.5', 'tested', 'predict 3']);
    expect(model.history!.history.loss).toEqual([0.5, 1.5]);
    expect(note.model).toBe(model);
    expect(note.params.epochs).toBe(2);
    const bar = callbacks.CallbackList(null, { addProgbar: true, addHistory: true, steps: 3 });
    expect(bar.callbacks.map((callback) => callback instanceof callbacks.ProgbarLogger)).toEqual([false, true]);
    expect(() => callbacks.CallbackList([{}] as never)).toThrow(/found {}, wanted instances of Callback/);
  });
});

describe('what callbacks say', () => {
  it('is printed with verbose: 1', async () => {
    const log = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    try {
      const stop = callbacks.EarlyStopping({ monitor: 'loss', patience: 0, minDelta: 100, verbose: 1 });
      const slow = callbacks.ReduceLROnPlateau({
        monitor: 'loss',
        factor: 0.5,
        patience: 0,
        minDelta: 100,
        verbose: 1,
      });
      const save = callbacks.ModelCheckpoint(at('said.keras'), {
        monitor: 'loss',
        saveBestOnly: true,
        initialValueThreshold: 0,
        verbose: 1,
      });
      await make().fit(x, y, { epochs: 3, callbacks: [slow, save, stop], ...quiet });
      const said = log.mock.calls.map(([text]) => String(text)).join('');
      expect(said).toMatch(/ReduceLROnPlateau reducing learning rate to/);
      expect(said).toMatch(/loss did not improve from 0\.0/);
      expect(said).toMatch(/early stopping/);
      expect(readdirSync(folder)).not.toContain('said.keras');
    } finally {
      log.mockRestore();
    }
  });
  it('is an error where TerminateOnNaN is told so', async () => {
    const nan = tf.mul(y, Number.NaN);
    const ends: string[] = [];
    const other = callbacks.LambdaCallback({ onTrainEnd: () => void ends.push('end') });
    const run = make().fit(x, nan, { callbacks: [callbacks.TerminateOnNaN({ raiseError: true }), other], ...quiet });
    await expect(run as Promise<unknown>).rejects.toThrow(/NaN or Inf loss encountered at batch 0.*TerminateOnNaN/);
    expect(ends).toEqual([]);
  });
});

describe('RemoteMonitor', () => {
  it('sends logs of epochs', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += String(part);
      });
      request.on('end', () => {
        bodies.push(`${request.method} ${request.url} ${decodeURIComponent(body)}`);
        response.end();
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { history } = await make().fit(x, y, { callbacks: [callbacks.RemoteMonitor({ root })], ...quiet });
    server.close();
    expect(bodies).toEqual([`POST /publish/epoch/end/ data={"epoch":0,"loss":${history.loss![0]}}`]);
  });
});
