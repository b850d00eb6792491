// Weights in several files: two .weights.h5 files beside the list that names them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { writeWeightsH5 } from '../../formats/keras/weights-store.ts';
import * as tf from '../../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cornu-shards-'));
afterAll(() => rmSync(folder, { recursive: true }));
const float = (shape: number[], from: number) => ({
  dtype: 'float32' as const,
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => from + i),
});
const model = () =>
  tf.keras.Sequential([tf.keras.Input({ shape: [2] }), tf.keras.layers.Dense(3), tf.keras.layers.Dense(1)]);
const list = join(folder, 'm.weights.json');
const say = (map: object): void =>
  writeFileSync(list, JSON.stringify({ metadata: { total_size: 64 }, weight_map: map }));
// Keras cuts between the variables of one layer too: here the first layer's bias is in the second file.
const [kernel, bias, second] = [float([2, 3], 0), float([3], 10), float([3, 1], 20)];
writeFileSync(join(folder, 'm_00000.weights.h5'), writeWeightsH5([{ path: 'layers/dense', variables: [kernel] }]));
writeFileSync(
  join(folder, 'm_00001.weights.h5'),
  writeWeightsH5([
    { path: 'layers/dense', variables: [], named: new Map([['1', bias]]), name: 'dense' },
    { path: 'layers/dense_1', variables: [second, float([1], 30)] },
  ]),
);
const map = {
  '/layers/dense/vars': ['m_00000.weights.h5', 'm_00001.weights.h5'],
  '/layers/dense_1/vars': 'm_00001.weights.h5',
};

it('loads them as one', async () => {
  say(map);
  const loaded = model();
  await loaded.loadWeights(list);
  expect(loaded.getWeights().map((weight) => Array.from(weight.dataSync() as Float32Array))).toEqual([
    [...kernel.data],
    [...bias.data],
    [...second.data],
    [30],
  ]);
  expect(String(await tf.doctor(list))).toContain('weights of a Keras model in 2 files');
});
it.each([
  ['a missing file', { ...map, more: 'm_00002.weights.h5' }, /m\.weights\.json: the shard 'm_00002\.weights\.h5'/],
  [
    'a place outside of the folder',
    { ...map, more: '../m.weights.h5' },
    /names '\.\.\/m\.weights\.h5', wanted files beside/,
  ],
  ['no name', { more: [3] }, /weight_map names 3, wanted names of files/],
])('refuses %s and changes nothing', async (_, given, message) => {
  say(given);
  const kept = model();
  const before = kept.getWeights().map((weight) => weight.numpy());
  await expect(kept.loadWeights(list)).rejects.toThrow(message);
  expect(kept.getWeights().map((weight) => weight.numpy())).toEqual(before);
});
