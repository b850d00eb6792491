// doctor on files of every kind, sound and damaged.
import { describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';

const models = new URL('../../../test/golden/models/', import.meta.url).pathname;
const ask = (name: string) => tf.doctor(`${models}${name}`);

describe('doctor', () => {
  it('says what a Keras 3 archive is', async () => {
    const report = await ask('batch_norm_cnn_trained.keras');
    expect(report).toMatchObject({ kind: 'Keras 3 archive (.keras)', loads: true, problems: [], migrated: [] });
    expect(report.writer).toMatch(/^Keras 3\.15\.1, /);
    expect(report.compiled).toBe('optimizer Adam, loss sparse_categorical_crossentropy');
    expect(report.layers.map(({ className }) => className)).toEqual([
      'Conv2D',
      'BatchNormalization',
      'ReLU',
      'Flatten',
      'Dense',
    ]);
    expect(String(report)).toContain('It loads: tf.keras.models.loadModel(path).');
  });
  it('says what is migrated in files of Keras 2', async () => {
    const report = await ask('k2_functional_multi.h5');
    const names = report.migrated.map(({ name }) => name);
    expect(names).toContain('nodes-of-keras-2');
    expect(report.migrated.find(({ name }) => name === 'calls-of-nested-models')?.places).toEqual(['block']);
    expect(report.loads).toBe(true);
  });
  it.each([
    ['k2_unet_savedmodel', 'SavedModel of a Keras model', true],
    ['bilstm_text_export', 'SavedModel', true],
    ['k2_unet_checkpoint/ckpt', 'checkpoint of TensorFlow', true],
    ['k2_unet_checkpoint', 'checkpoint of TensorFlow', true],
    ['unet.weights.h5', 'weights of a Keras model (.weights.h5)', true],
    ['damaged_not_a_zip.keras', 'unreadable', false],
    ['damaged_wrong_shape.keras', 'Keras 3 archive (.keras)', false],
  ])('%s: %s', async (name, kind, loads) => {
    expect(await ask(name)).toMatchObject({ kind, loads });
  });
  it('names what keeps a file from loading', async () => {
    const report = await ask('damaged_unknown_layer.keras');
    expect(report.loads).toBe(false);
    expect(report.problems[0]!.why).toContain("unknown layer, class or function 'MyMysteryLayer'");
    expect(report.layers.map(({ className }) => className)).toContain('MyMysteryLayer');
    const unsafe = await ask('damaged_lambda_bytecode.keras');
    expect(unsafe.problems[0]!.why).toContain('customObjects');
  });
});
