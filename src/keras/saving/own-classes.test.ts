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

class Coder extends tf.keras.Model {
  readonly inner;
  readonly outer;
  readonly width: number;
  readonly rate: number;
  constructor(width: number, rate = 0.5) {
    super({ name: 'coder' });
    this.width = width;
    this.rate = rate;
    this.inner = layers.Dense(width);
    this.outer = layers.Dense(2);
  }
  override call(x: tf.Tensor) {
    return this.outer(this.inner(x)).mul(this.rate);
  }
}
class Pair extends tf.keras.Model {
  readonly first: tf.keras.Model;
  readonly units: number;
  constructor({ first, units, ...options }: { first: tf.keras.Model; units: number; name?: string }) {
    super(options);
    this.first = first;
    this.units = units;
  }
  override call(x: tf.Tensor) {
    return this.first(x).mul(this.units);
  }
}
it('a subclassed model is made again with what its constructor put into fields', async () => {
  const x = tf.constant([[1, 2, 3]], { dtype: 'float32' });
  for (const model of [new Coder(5, 0.25), new Pair({ first: new Coder(3), units: 4, name: 'pair' })]) {
    const wanted = (model(x) as tf.Tensor).arraySync();
    const path = join(folder, `${model.name}.keras`);
    await model.save(path);
    const back = await models.loadModel(path, { customObjects: { Coder, Pair } });
    expect(back).toBeInstanceOf(model.constructor);
    expect(back(x).arraySync()).toEqual(wanted);
  }
});
