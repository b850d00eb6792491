// TFSMLayer: the numbers of the model that was exported, its endpoint in training, and the layer in a file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as tf from '../../../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cornu-tfsm-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { layers, models, Model } = tf.keras;
const flat = (x: tf.Tensor): number[] => [...(x.dataSync() as Float32Array)];

async function exported(): Promise<{ path: string; model: tf.keras.Model }> {
  const model = models.Sequential([layers.Input({ shape: [4] }), layers.Dense(3, { activation: 'tanh' })]);
  const path = join(folder, 'exported');
  await model.export(path);
  return { path, model };
}

test('a saved model within another: the same numbers, weights that learn, and a file', async () => {
  tf.random.setSeed(3);
  const { path, model } = await exported();
  const layer = await layers.TFSMLayer(path, { name: 'saved' });
  const x = tf.random.normal([5, 4]);
  const largest = tf.reduceMax(tf.abs(tf.subtract(layer(x) as tf.Tensor, model(x)))).item();
  expect(largest).toBeLessThan(1e-6);
  expect(layer.weights.map(({ shape }) => shape)).toEqual(model.weights.map(({ shape }) => shape));

  const input = tf.keras.Input({ shape: [4] });
  const inner = layer(input) as tf.Tensor;
  expect(inner.shape).toEqual([null, 3]);
  const outer = Model({ inputs: input, outputs: layers.Dense(1)(inner) }) as tf.keras.Model;
  outer.compile({ optimizer: tf.keras.optimizers.SGD(0.1), loss: 'mse' });
  const before = flat(layer.weights[0]!);
  await outer.fit(x, tf.ones([5, 1]), { epochs: 2, verbose: 0 });
  expect(flat(layer.weights[0]!)).not.toEqual(before);

  const file = join(folder, 'outer.keras');
  await outer.save(file);
  await expect(models.loadModel(file)).rejects.toThrow(/not opened unasked.*safeMode: false/);
  const loaded = await models.loadModel(file, { safeMode: false });
  expect(flat(await loaded.predict(x, { verbose: 0 }))).toEqual(flat(await outer.predict(x, { verbose: 0 })));
  expect(loaded.getLayer('saved').getConfig()).toMatchObject({ filepath: path, call_endpoint: 'serve' });
});

test('another endpoint in training, variables of the called functions alone', async () => {
  class Twice extends tf.Module {
    factor = new tf.Variable(2);
    noise = new tf.Variable(10);
    unused = new tf.Variable(0);
    serve = tf.function((x: tf.Tensor) => x.mul(this.factor), {
      inputSignature: [{ shape: [null], dtype: 'float32' }],
    });
    train = tf.function((x: tf.Tensor) => x.add(this.noise), { inputSignature: [{ shape: [null], dtype: 'float32' }] });
    other = tf.function((x: tf.Tensor) => x.add(this.unused), {
      inputSignature: [{ shape: [null], dtype: 'float32' }],
    });
  }
  const path = join(folder, 'twice');
  await tf.savedModel.save(new Twice(), path);
  const layer = await layers.TFSMLayer(path, { callTrainingEndpoint: 'train' });
  const x = tf.constant([1, 2], { dtype: 'float32' });
  expect((layer(x) as tf.Tensor).numpy()).toEqual([2, 4]);
  expect((layer(x, { training: true }) as tf.Tensor).numpy()).toEqual([11, 12]);
  expect(layer.weights.map((weight) => weight.numpy())).toEqual([2, 10]);
  expect((await layers.TFSMLayer(path, { trainable: false })).trainableWeights).toEqual([]);
});

test('bad input', async () => {
  const { path } = await exported();
  await expect(layers.TFSMLayer(path, { callEndpoint: 'predict' })).rejects.toThrow(
    /callEndpoint: no endpoint 'predict'; the model has .*serving_default/,
  );
  await expect(layers.TFSMLayer(path, { callTrainingEndpoint: 'train' })).rejects.toThrow(/callTrainingEndpoint: no/);
  await expect(layers.TFSMLayer('')).rejects.toThrow(/filepath: found ''/);
  await expect(layers.TFSMLayer(join(folder, 'none'))).rejects.toThrow(/no SavedModel/);
});
