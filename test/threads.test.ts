// Whole training steps on several threads: the same bits as on one, everything shared however small. Then the package as users
// have it: a program with threads ends by itself, and an isolated page of Chromium uses workers.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from 'cornu';
import { afterAll, describe, expect, it } from 'vitest';
import { createWasmBackend } from '../src/backends/wasm/index.ts';
import { setWantedThreads, wantedThreads } from '../src/base/threads.ts';
import { nativeAddon } from '../src/platform/native-addon.ts';
import { enableRelaxedSimd } from '../src/platform/simd.ts';
import { workers } from '../src/platform/workers.ts';
import { currentEngine, installEngine } from '../src/runtime/engine.ts';
import { openPage } from './support/browser.ts';
import { root } from './support/run-program.ts';

const before = wantedThreads();
afterAll(() => {
  setWantedThreads(before);
  installEngine(() => createWasmBackend({ enableRelaxedSimd, workers, native: nativeAddon() }));
});

const { layers } = tf.keras;
const models: Record<string, () => readonly [tf.keras.Model, tf.Tensor, tf.Tensor]> = {
  mlp: () => [
    tf.keras.Sequential([
      layers.Flatten({ inputShape: [9, 9] }),
      layers.Dense(33, { activation: 'relu' }),
      layers.Dropout(0.2),
      layers.BatchNormalization(),
      layers.Dense(10, { activation: 'softmax' }),
    ]),
    tf.random.uniform([52, 9, 9], { seed: 1 }),
    tf.random.uniform([52], { maxval: 10, dtype: 'int32', seed: 2 }),
  ],
  cnn: () => [
    tf.keras.Sequential([
      layers.Conv2D(7, 3, { activation: 'relu', padding: 'same', inputShape: [13, 13, 2] }),
      layers.MaxPooling2D(),
      layers.Conv2D(12, 3, { activation: 'relu' }),
      layers.MaxPooling2D(),
      layers.Flatten(),
      layers.Dropout(0.5),
      layers.Dense(10, { activation: 'softmax' }),
    ]),
    tf.random.uniform([40, 13, 13, 2], { seed: 3 }),
    tf.random.uniform([40], { maxval: 10, dtype: 'int32', seed: 4 }),
  ],
  // Large enough for windows by fewer multiplications.
  windows: () => [
    tf.keras.Sequential([
      layers.Conv2D(24, 3, { activation: 'relu', padding: 'same', inputShape: [19, 17, 16] }),
      layers.Conv2D(17, 3, { activation: 'relu' }),
      layers.MaxPooling2D(),
      layers.Flatten(),
      layers.Dense(10, { activation: 'softmax' }),
    ]),
    tf.random.uniform([40, 19, 17, 16], { seed: 7 }),
    tf.random.uniform([40], { maxval: 10, dtype: 'int32', seed: 8 }),
  ],
  lstm: () => [
    tf.keras.Sequential([
      layers.Embedding(50, 9),
      layers.LSTM(11, { returnSequences: true }),
      layers.GRU(8),
      layers.Dense(10, { activation: 'softmax' }),
    ]),
    tf.random.uniform([40, 9], { maxval: 50, dtype: 'int32', seed: 5 }),
    tf.random.uniform([40], { maxval: 10, dtype: 'int32', seed: 6 }),
  ],
};

describe.each(Object.keys(models))('%s', (name) => {
  const train = async (threads: number, shareAll: boolean) => {
    setWantedThreads(threads);
    installEngine(() => createWasmBackend({ enableRelaxedSimd, workers, native: nativeAddon(), shareAll }));
    tf.keras.utils.setRandomSeed(7);
    const [model, x, y] = models[name]!();
    model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    const { history } = await model.fit(x, y, { batchSize: 16, epochs: 2, verbose: 0 });
    expect(currentEngine()!.backend.threads).toBe(shareAll ? threads : 1);
    return { history, weights: model.getWeights().map((w) => new Uint8Array((w.dataSync() as Float32Array).buffer)) };
  };

  it('trains to the same bits on 1, 2, 3 and 7 threads', async () => {
    const alone = await train(1, false);
    expect(alone.history.loss![1]).toBeLessThan(alone.history.loss![0]! + 1);
    for (const threads of [2, 3, 7]) {
      const { history, weights } = await train(threads, true);
      expect(history).toEqual(alone.history);
      weights.forEach((bytes, i) => {
        expect(Buffer.compare(bytes, alone.weights[i]!), `${threads} threads, weight ${i}`).toBe(0);
      });
    }
  });
});

/** Products of matrices until other threads are there, the first result and the last. */
const program = (entry: string, workersThere: string) => `
  const tf = await import('${entry}');
  tf.config.threading.setIntraOpParallelismThreads(1);
  const a = tf.random.uniform([640, 640], { seed: 1 });
  const square = tf.function((x) => x.matmul(x).tanh().matmul(x));
  const one = square(a).dataSync();
  tf.config.threading.setIntraOpParallelismThreads(2);
  let last = one;
  // Until the workers are there, which takes a slow machine longer.
  for (let i = 0; i < 60 || (i < 3000 && !(${workersThere})); i++) {
    last = square(a).dataSync();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const same = one.every((value, i) => Object.is(value, last[i]));
  const result = { same, threads: tf.config.threading.getIntraOpParallelismThreads(), workers: ${workersThere} };
`;

describe('the package', () => {
  it('ends by itself with threads alive', () => {
    const setup = spawnSync(process.execPath, [join(root, 'tools/setup.mjs')], { encoding: 'utf8' });
    expect(setup.status, setup.stderr).toBe(0);
    const entry = pathToFileURL(join(root, 'dist/index.js')).href;
    const started = `process._getActiveHandles === undefined ? -1 : process.report.getReport().workers.length`;
    const code = `${program(entry, started)} console.log(JSON.stringify(result));`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      timeout: 300_000,
    });
    expect(run.signal, run.stderr).toBe(null);
    expect(JSON.parse(run.stdout)).toEqual({ same: true, threads: 2, workers: 1 });
  });

  it('uses workers in an isolated page, with the same bits', async () => {
    const { page, errors, close } = await openPage({ isolated: true });
    try {
      const content = `try { ${program('cornu', 'crossOriginIsolated')} window.done = result; } catch (error) { window.done = String(error?.stack ?? error); }`;
      await page.addScriptTag({ type: 'module', content });
      await page.waitForFunction('window.done !== undefined', undefined, { timeout: 300_000 });
      expect(await page.evaluate('window.done')).toEqual({ same: true, threads: 2, workers: true });
      expect(page.workers().map((worker) => new URL(worker.url()).pathname)).toEqual([
        expect.stringMatching(/^\/dist\/(chunks\/)?worker\.js$/),
      ]);
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });
});
