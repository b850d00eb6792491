// ExportArchive: endpoints come back from the files under their names, with the numbers of the functions they were made of.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as tf from '../index.ts';

const { layers } = tf.keras;
const folder = mkdtempSync(join(tmpdir(), 'archive-'));
const x = tf.constant([[1, 2, 3]], 'float32');
tf.keras.utils.setRandomSeed(3);
const model = tf.keras.Sequential([layers.Dense(4, { activation: 'relu' }), layers.Dropout(0.5), layers.Dense(2)]);
model(x);

// A compiled program rounds the last bit otherwise than single operations.
const close = (found: tf.Tensor, wanted: tf.Tensor) =>
  expect(tf.reduceMax(tf.abs(tf.subtract(found, wanted))).item()).toBeLessThan(1e-5);

describe('ExportArchive', () => {
  test('endpoints with one argument, several, and a record of them', async () => {
    const archive = new tf.keras.export.ExportArchive();
    archive.track(model);
    archive.addEndpoint('serve', (input: tf.Tensor) => model(input), { inputSignature: [tf.TensorSpec([null, 3])] });
    archive.addEndpoint('scaled', (input: tf.Tensor, by: tf.Tensor) => tf.multiply(model(input), by), [
      tf.TensorSpec([null, 3]),
      tf.TensorSpec([], 'float32', 'factor'),
    ]);
    archive.addEndpoint({
      name: 'both',
      fn: (parts: { a: tf.Tensor; b: tf.Tensor }) => ({ sum: tf.add(parts.a, parts.b), first: parts.a }),
      inputSignature: [{ a: tf.TensorSpec([null]), b: tf.TensorSpec([null]) }],
    });
    archive.addVariableCollection('kernels', [model.weights[0]!]);
    expect([archive.variables.length, archive.trainableVariables.length, archive.nonTrainableVariables.length]).toEqual(
      [4, 4, 0],
    );
    const path = join(folder, 'three');
    await archive.writeOut(path, { verbose: false });
    const { signatures } = await tf.savedModel.load(path);
    expect(Object.keys(signatures).sort()).toEqual(['both', 'scaled', 'serve', 'serving_default']);
    const wanted = model(x);
    close(signatures.serve!({ input: x }).output_0!, wanted);
    close(signatures.serving_default!({ input: x }).output_0!, wanted);
    const scaled = signatures.scaled!({ input: x, factor: tf.constant(2, 'float32') }).output_0!;
    close(scaled, model(x).mul(2));
    const { sum, first } = signatures.both!({ a: tf.ones([2]), b: tf.ones([2]) });
    expect([sum!.numpy(), first!.numpy()]).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });

  test('a model knows its inputs, a tf.function its signature', async () => {
    const input = tf.keras.Input({ shape: [3], name: 'features' });
    const functional = tf.keras.Model({ inputs: input, outputs: layers.Dense(1)(input) });
    const archive = tf.keras.export.ExportArchive();
    archive.addEndpoint('predict', functional);
    archive.addEndpoint(
      'serving_default',
      tf.function((rows: tf.Tensor) => functional(rows).square(), { inputSignature: [tf.TensorSpec([null, 3])] }),
    );
    const path = join(folder, 'two');
    await archive.writeOut(path, { verbose: false });
    const { signatures } = await tf.savedModel.load(path);
    const y = functional(x);
    close(signatures.predict!({ features: x }).output_0!, y);
    close(signatures.serving_default!({ rows: x }).output_0!, y.square());
  });

  test.each<[string, () => unknown, RegExp]>([
    ['no endpoint', () => new tf.keras.export.ExportArchive().writeOut(folder), /no endpoints have been set yet/],
    [
      'an endpoint without a signature',
      () => new tf.keras.export.ExportArchive().addEndpoint('f', (a: tf.Tensor) => a),
      /no inputSignature/,
    ],
    [
      'a layer that has no variables yet',
      () => new tf.keras.export.ExportArchive().track(layers.Dense(1)),
      /never built/,
    ],
    [
      'what is no function',
      () => new tf.keras.export.ExportArchive().addEndpoint('f', 3 as never),
      /wanted a function/,
    ],
    [
      'a reserved name',
      () => new tf.keras.export.ExportArchive().addVariableCollection('variables', []),
      /none of variables/,
    ],
    [
      'a name twice',
      () => {
        const archive = new tf.keras.export.ExportArchive();
        archive.addEndpoint('f', model, { inputSignature: [tf.TensorSpec([null, 3])] });
        archive.addEndpoint('f', model, { inputSignature: [tf.TensorSpec([null, 3])] });
      },
      /already/,
    ],
  ])('refuses %s', async (_, call, message) => {
    await expect((async () => call())()).rejects.toThrow(message);
  });
});
