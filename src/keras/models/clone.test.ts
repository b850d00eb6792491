// What Keras's summaries show of classes of one's own, and of models that cloneModel copied with a word of the program:
// the programs of test/fixtures/make_summaries.py.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as tf from '../../index.ts';

const { keras } = tf;
const { layers } = keras;
type AnyLayer = tf.keras.Model['layers'][number];
const wanted = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/summaries.json', import.meta.url), 'utf8'),
) as Record<string, string[]>;

function shown(model: { summary(options: tf.keras.models.SummaryOptions): void }, options = {}): string[] {
  const lines: string[] = [];
  model.summary({ printFn: (line) => void lines.push(line), lineLength: 76, ...options });
  return lines.join('\n').trim().split('\n');
}

class Block extends layers.Layer {
  readonly first = layers.Dense(3);
  readonly second = layers.Dense(2);
  override call(x: tf.Tensor): tf.Tensor {
    return this.second(this.first(x));
  }
}
class Shaped extends Block {
  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return [...shape.slice(0, -1), 2];
  }
}
class Own extends keras.Model {
  readonly first = layers.Dense(4);
  readonly block = new Block();
  readonly shaped = new Shaped();
  readonly unused = layers.Dense(9);
  readonly drop = layers.Dropout(0.5);
  readonly stack = keras.Sequential([layers.Dense(3), layers.ReLU()]);
  readonly list = [layers.Dense(5), layers.Dense(5)];
  override call(inputs: tf.Tensor): tf.Tensor {
    const x = this.stack(this.shaped(this.block(this.drop(this.first(inputs)))));
    return this.list.reduce((y, layer) => layer(y), x);
  }
}
class States extends keras.Model<{ p: tf.Tensor; q: tf.Tensor }> {
  readonly lstm = layers.LSTM(3, { returnState: true });
  readonly both = layers.Bidirectional(layers.GRU(2, { returnState: true }));
  readonly dense = layers.Dense(2);
  override call(x: tf.Tensor) {
    const listOf = (parts: unknown) => parts as tf.Tensor[];
    return { p: this.dense(listOf(this.lstm(x))[1]!), q: listOf(this.both(x))[0]! };
  }
}

it('summaries of classes of one’s own', async () => {
  keras.utils.clearSession();
  const own = new Own();
  expect(shown(own)).toEqual(wanted['own, unbuilt']);
  expect(shown(own, { expandNested: true })).toEqual(wanted['own, unbuilt, nested']);
  own(tf.ones([2, 7]));
  expect(shown(own)).toEqual(wanted['own, called']);
  expect(shown(own, { expandNested: true, showTrainable: true })).toEqual(wanted['own, called, nested, trainable']);
  const fitted = new Own();
  fitted.compile({ optimizer: 'adam', loss: 'mse' });
  await fitted.fit(tf.ones([4, 7]), tf.ones([4, 5]), { verbose: 0 });
  expect(shown(fitted)).toEqual(wanted['own, fitted']);
  const states = new States();
  states(tf.ones([2, 4, 5]));
  expect(shown(states)).toEqual(wanted.states);
  // Built for a shape the sizes that it leaves open stay open.
  const built = new Own();
  built.build([null, 7]);
  expect(shown(built).join('\n')).toContain('(None, 4)');
});

function whole() {
  keras.utils.clearSession();
  const inputs = layers.Input([4], { name: 'x' });
  const inner = keras.Sequential([layers.Input([6]), layers.Dense(5, { name: 'inside' })], { name: 'inner' });
  const hidden = inner(layers.Dense(6, { activation: 'relu', name: 'in' })(inputs));
  return keras.Model({ inputs, outputs: layers.Dense(2, { name: 'out' })(hidden), name: 'whole' });
}
const isDense = (layer: AnyLayer): layer is tf.keras.layers.Dense => layer instanceof layers.Dense;
const again = (layer: AnyLayer): AnyLayer =>
  keras.saving.deserializeKerasObject(keras.saving.serializeKerasObject(layer)) as AnyLayer;
const dropping = (layer: AnyLayer, ...args: readonly unknown[]): unknown => {
  const out = layer(...(args as [tf.Tensor])) as tf.Tensor;
  return isDense(layer) ? layers.Dropout(0.5, { name: `${layer.name}_drop` })(out) : out;
};

it('cloneModel copies and applies layers as it is told', () => {
  const nested = { expandNested: true };
  const { cloneModel } = keras.models;
  expect(shown(cloneModel(whole()), nested)).toEqual(wanted.clone);
  const y = () => layers.Input({ batchShape: [8, 4], name: 'y' });
  expect(shown(cloneModel(whole(), { inputTensors: y() }), nested)).toEqual(wanted['clone of tensors']);
  const stack = keras.Sequential(
    [layers.Input([4]), layers.Dense(3, { name: 'a' }), layers.ReLU({ name: 'r' }), layers.Dense(2, { name: 'out' })],
    { name: 'stack' },
  );
  const wider = (layer: AnyLayer): AnyLayer =>
    isDense(layer) ? layers.Dense(layer.units * (layer.name === 'out' ? 1 : 2), { name: layer.name }) : again(layer);
  expect(shown(cloneModel(stack, { cloneFunction: wider }))).toEqual(wanted['clone by function']);
  expect(shown(cloneModel(whole(), { callFunction: dropping }), nested)).toEqual(wanted['clone by calls']);
  expect(shown(cloneModel(whole(), { callFunction: dropping, recursive: true }), nested)).toEqual(
    wanted['clone by calls, recursive'],
  );
  const renamed = (layer: AnyLayer): AnyLayer =>
    isDense(layer) ? layers.Dense(layer.units, { name: `new_${layer.name}` }) : again(layer);
  expect(shown(cloneModel(whole(), { cloneFunction: renamed, recursive: true }), nested)).toEqual(
    wanted['clone, recursive'],
  );
  const model = whole();
  const shared = cloneModel(model, { cloneFunction: (layer) => layer });
  expect(shared.weights.filter((weight, i) => weight === model.weights[i]).length).toBe(wanted['shared weights']);
  // A clone is compiled as the model is, and computes what the model computes with the model's weights.
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const copy = cloneModel(model, { recursive: true });
  expect(copy.compiled).toBe(true);
  copy.setWeights(model.getWeights());
  const x = tf.random.normal([3, 4]);
  expect(copy(x).arraySync()).toEqual(model(x).arraySync());
  expect(copy.weights.some((weight) => model.weights.includes(weight))).toBe(false);
});

it('cloneModel takes classes of one’s own, by their arguments, and says what it cannot do', () => {
  class Scaled extends keras.Model {
    readonly dense: tf.keras.layers.Dense;
    constructor(options: { units?: number } = {}) {
      super();
      this.dense = layers.Dense(options.units ?? 2);
    }
    override call(x: tf.Tensor): tf.Tensor {
      return this.dense(x);
    }
    override getConfig() {
      return { ...super.getConfig(), units: this.dense.units };
    }
  }
  const copy = keras.models.cloneModel(new Scaled({ units: 7 })) as tf.keras.Model;
  expect(copy(tf.ones([1, 2])).shape).toEqual([1, 7]);
  const holder = keras.Sequential([layers.Input([3]), new Block()]);
  expect(keras.models.cloneModel(holder)(tf.ones([1, 3])).shape).toEqual([1, 2]);
  expect(() => keras.models.cloneModel(new Scaled({ units: 7 }), { cloneFunction: again })).toThrow(
    /class of its own \(Scaled\)/,
  );
  const untyped = keras.models.cloneModel as (model: unknown, options: unknown) => unknown;
  expect(() => untyped(whole(), { cloneFn: again })).toThrow(/unknown option 'cloneFn'/);
  expect(() => untyped(whole(), keras.Input({ shape: [4] }))).toThrow(/wanted options/);
  expect(() => untyped(whole(), { cloneFunction: () => undefined })).toThrow(/cloneFunction gave undefined for layer/);
  expect(() => keras.models.cloneModel(holder, { callFunction: dropping })).toThrow(/callFunction is for functional/);
  expect(() => keras.models.cloneModel(whole(), { inputTensors: tf.ones([2, 4]) })).toThrow(/wanted 1 symbolic tensor/);
});
