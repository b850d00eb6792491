// Functions and classes of a program's own in files and configs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as tf from '../../index.ts';

const { layers, models, saving } = tf.keras;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cornu-own-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('a function without a name goes by that of its registration', async () => {
  const squared = saving.registerKerasSerializable({ package: 'own', name: 'squared' })((x: tf.Tensor) => x.mul(x));
  const model = tf.keras.Sequential([tf.keras.Input([2]), layers.Dense(2, { activation: squared })]);
  const path = join(folder, 'squared.keras');
  await model.save(path);
  const back = await models.loadModel(path);
  const x = tf.ones([1, 2]);
  expect(back(x).arraySync()).toEqual((model(x) as tf.Tensor).arraySync());
});

class Tripled extends layers.Layer {
  override call(x: tf.Tensor) {
    return x.mul(3);
  }
}
it('Model.fromConfig knows the classes in customObjects', () => {
  const inputs = tf.keras.Input([2]);
  const model = tf.keras.Model(inputs, new Tripled()(inputs));
  const config = model.getConfig();
  expect(() => tf.keras.Model.fromConfig(config)).toThrow('Tripled');
  const back = tf.keras.Model.fromConfig(config, { customObjects: { Tripled } });
  expect((back(tf.ones([1, 2])) as tf.Tensor).arraySync()).toEqual([[3, 3]]);
  const stack = tf.keras.Sequential([inputs, new Tripled()]);
  const again = tf.keras.Sequential.fromConfig(stack.getConfig(), { customObjects: { Tripled } });
  expect(again(tf.ones([1, 2])).arraySync()).toEqual([[3, 3]]);
});
