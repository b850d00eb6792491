// The state of optimizers in Keras 2's checkpoints: the keys that tf_keras 2.21 wrote for the same models, and training that goes on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as tf from '../../index.ts';

const { layers, optimizers } = tf.keras;
const folder = mkdtempSync(join(tmpdir(), 'cornu-optimizer-state-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const x = tf.constant([
  [1, 2, 3],
  [0, 1, -1],
  [2, 0, 1],
  [1, 1, 1],
]);
const y = tf.constant([
  [1, 0],
  [0, 1],
  [1, 1],
  [0, 0],
]);
const built = (optimizer: tf.keras.Optimizer): tf.keras.Model => {
  const model = new tf.keras.Sequential([tf.keras.Input({ shape: [3] }), layers.Dense(4), layers.Dense(2)]);
  model.compile({ optimizer, loss: 'mse' });
  return model;
};
const trained = async (model: tf.keras.Model): Promise<number[]> =>
  (await model.fit(x, y, { batchSize: 2, epochs: 2, shuffle: false, verbose: 0 })).history.loss!;
const VALUE = '/.ATTRIBUTES/VARIABLE_VALUE';
const listed = (count: number): string[] => Array.from({ length: count }, (_, i) => `_variables/${i + 1}`);

const cases: [name: string, make: () => tf.keras.Optimizer, keys: string[]][] = [
  ['adam', () => optimizers.Adam(0.01), ['_iterations', '_learning_rate', ...listed(8)]],
  ['nadam', () => optimizers.Nadam(0.01), ['_iterations', '_learning_rate', '_u_product', ...listed(8)]],
  [
    'schedule',
    () => optimizers.SGD(optimizers.schedules.ExponentialDecay(0.05, 5, 0.9), { momentum: 0.9 }),
    ['_current_learning_rate', '_iterations', ...listed(4)],
  ],
];

test.each(cases)('%s: the keys are those of Keras 2, and training goes on where it was', async (name, make, keys) => {
  const path = join(folder, name, 'weights');
  const model = built(make());
  await trained(model);
  await model.saveWeights(path);
  const found = (await tf.train.listVariables(path)).map(([key]) => key).filter((key) => key.startsWith('optimizer/'));
  expect(found).toEqual(keys.map((key) => `optimizer/${key}${VALUE}`));
  const state = model.optimizer.variables.map((variable) => variable.numpy());
  const losses = await trained(model);

  const byWeights = built(make());
  await byWeights.loadWeights(path);
  expect(await trained(byWeights)).toEqual(losses);

  // tf.train.Checkpoint finds the optimizer by the same names.
  const byObjects = built(make());
  byObjects.optimizer.build(byObjects.trainableVariables as never);
  const status = await new tf.train.Checkpoint({ optimizer: byObjects.optimizer }).read(path);
  status.assertExistingObjectsMatched();
  expect(byObjects.optimizer.variables.map((variable) => variable.numpy())).toEqual(state);
});
