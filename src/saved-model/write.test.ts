// SavedModels and checkpoints written here and read back: the same numbers, an open batch, training that goes on. That
// TensorFlow reads them is shown by `npm run interop`.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as tf from '../index.ts';
import { readSavedModel } from './read-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'cornu-saved-model-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { layers, models } = tf.keras;
const largest = (a: tf.Tensor, b: tf.Tensor): number => tf.reduceMax(tf.abs(tf.subtract(a, b))).item();

/** One model for each thing that graphs are made of. */
const makers: Record<string, () => { model: tf.keras.Model; input: tf.Tensor }> = {
  'convolutions, pools, normalization': () => {
    const input = tf.keras.Input({ shape: [8, 8, 4] });
    let x: tf.Tensor = layers.Conv2D(6, 3, { padding: 'same', groups: 2 })(input);
    x = layers.DepthwiseConv2D(3, { padding: 'same' })(layers.BatchNormalization()(x));
    x = layers.Conv2DTranspose(5, 3, { strides: 2, padding: 'same' })(layers.MaxPooling2D(2)(x));
    x = layers.GlobalAveragePooling2D()(layers.AveragePooling2D(3, { padding: 'same' })(x));
    return {
      model: tf.keras.Model({ inputs: input, outputs: x }) as tf.keras.Model,
      input: tf.random.normal([3, 8, 8, 4]),
    };
  },
  'recurrence and attention of any length': () => {
    const input = tf.keras.Input({ shape: [null, 4] });
    const x = layers.Bidirectional(layers.LSTM(3, { returnSequences: true }))(input) as tf.Tensor;
    const attended = layers.MultiHeadAttention(2, 3)(x, x) as tf.Tensor;
    const output = layers.GRU(2)(layers.LayerNormalization()(attended)) as tf.Tensor;
    return {
      model: tf.keras.Model({ inputs: input, outputs: output }) as tf.keras.Model,
      input: tf.random.normal([2, 5, 4]),
    };
  },
  'embeddings and arithmetic': () => {
    const input = tf.keras.Input({ shape: [6], dtype: 'int32' });
    const x = layers.Embedding(10, 4)(input);
    const output = tf.concat([x.mul(2).add(1), tf.reverse(x, [1])], -1).at('...', '::2');
    return {
      model: tf.keras.Model({ inputs: input, outputs: output }) as tf.keras.Model,
      input: tf.random.uniform([3, 6], { maxval: 10, minval: 0, dtype: 'int32' }),
    };
  },
};

describe('model.export', () => {
  it.each(Object.entries(makers))('%s', async (name, make) => {
    tf.random.setSeed(1);
    const { model, input } = make();
    const path = join(folder, name.replaceAll(' ', '-'));
    await model.export(path);
    const loaded = await tf.savedModel.load(path);
    const serve = loaded.serve as (x: tf.Tensor) => tf.Tensor;
    expect(largest(serve(input), model(input, { training: false }) as tf.Tensor)).toBeLessThan(1e-5);
    const larger = tf.concat([input, input, input], 0);
    expect(serve(larger).shape[0]).toBe(3 * input.shape[0]!);
    expect(largest(serve(larger), model(larger, { training: false }) as tf.Tensor)).toBeLessThan(1e-5);
  });
  it('counts the steps of loops in their first variable, by which TensorFlow goes back', async () => {
    const input = tf.keras.Input({ shape: [null, 2] });
    const path = join(folder, 'loops');
    await tf.keras.Model({ inputs: input, outputs: layers.GRU(2)(input) as tf.Tensor }).export(path);
    const { library } = (await readSavedModel(path)).meta.graphDef!;
    const functions = new Map(library!.function.map((each) => [each.signature!.name, each]));
    const loops = library!.function.flatMap((each) => each.nodeDef).filter(({ op }) => op === 'StatelessWhile');
    expect(loops.length).toBeGreaterThan(0);
    for (const loop of loops) {
      const { signature, ret, nodeDef } = functions.get(loop.attr.get('body')!.func!.name)!;
      const next = nodeDef.find(({ name }) => name === ret.get(signature!.outputArg[0]!.name)!.split(':')[0])!;
      expect([next.op, next.input[0]]).toEqual(['AddV2', signature!.inputArg[0]!.name]);
      expect(ret.get(signature!.outputArg[1]!.name)).toBe(signature!.inputArg[1]!.name);
    }
  });

  it('says which layer cannot be written', async () => {
    const input = tf.keras.Input({ shape: [1], dtype: 'string' });
    const model = tf.keras.Model({
      inputs: input,
      outputs: layers.TextVectorization({
        vocabulary: ['a'],
        outputSequenceLength: 2,
        split: 'character',
        name: 'terms',
      })(input),
    });
    await expect(model.export(join(folder, 'never'))).rejects.toThrow(/layer '.*terms' runs code of its own on texts/);
    expect(readdirSync(folder)).not.toContain('never');
  });
});

describe('model.save of a folder', () => {
  it('gives the model again, and training goes on as if nothing had happened', async () => {
    tf.random.setSeed(2);
    const model = models.Sequential([
      layers.Input({ shape: [4] }),
      layers.Dense(5, { activation: 'tanh' }),
      layers.Dense(1),
    ]);
    model.compile({ optimizer: tf.keras.optimizers.Adam(0.01), loss: 'mse' });
    const [x, y] = [tf.random.normal([16, 4]), tf.random.normal([16, 1])];
    const options = { epochs: 2, verbose: 0, shuffle: false } as const;
    await model.fit(x, y, options);
    const path = join(folder, 'regression');
    await model.save(path);
    await model.save(path); // once more over it
    expect(readdirSync(folder).filter((name) => name.startsWith('regression'))).toEqual(['regression']);
    await model.saveWeights(join(folder, 'weights/ckpt'));
    const loaded = await models.loadModel(path);
    const fresh = models.Sequential([
      layers.Input({ shape: [4] }),
      layers.Dense(5, { activation: 'tanh' }),
      layers.Dense(1),
    ]);
    fresh.compile({ optimizer: tf.keras.optimizers.Adam(0.01), loss: 'mse' });
    await fresh.loadWeights(join(folder, 'weights'));
    const [a, b, c] = [await model.fit(x, y, options), await loaded.fit(x, y, options), await fresh.fit(x, y, options)];
    expect(b.history.loss).toEqual(a.history.loss);
    expect(c.history.loss).toEqual(a.history.loss);
  });
});

describe('tf.train.Checkpoint', () => {
  it('keeps the last ones, restores the latest, and says what is missing', async () => {
    const step = new tf.Variable(1, { dtype: 'int64' });
    const state = { w: new tf.Variable([1, 2]), parts: [new tf.Variable(3)] };
    const checkpoint = new tf.train.Checkpoint({ step, state });
    const manager = new tf.train.CheckpointManager(checkpoint, join(folder, 'manager'), { maxToKeep: 2 });
    expect(manager.latestCheckpoint).toBe(null);
    for (let i = 0; i < 3; i++) {
      step.assign(10 * i);
      await manager.save();
    }
    expect((await manager.checkpoints()).map((prefix) => prefix.slice(-6))).toEqual(['ckpt-2', 'ckpt-3']);
    expect(await tf.train.latestCheckpoint(join(folder, 'manager'))).toBe(join(folder, 'manager/ckpt-3'));
    expect(manager.latestCheckpoint).toBe(join(folder, 'manager/ckpt-3'));
    const later = tf.train.CheckpointManager(checkpoint, join(folder, 'manager'), { maxToKeep: 2 });
    // Before Node 20.16 nothing can be read at once.
    if ('getBuiltinModule' in process) expect(later.latestCheckpoint).toBe(manager.latestCheckpoint);
    expect(await later.checkpoints()).toEqual(await manager.checkpoints());
    expect(later.latestCheckpoint).toBe(manager.latestCheckpoint);
    step.assign(99);
    state.w.assign([0, 0]);
    (await checkpoint.restore(manager.latestCheckpoint)).assertConsumed();
    expect(step.numpy()).toBe(20);
    expect(state.w.numpy()).toEqual([1, 2]);
    const other = new tf.train.Checkpoint({ step, more: new tf.Variable(1) });
    const status = await other.restore(manager.latestCheckpoint);
    expect(() => status.assertExistingObjectsMatched()).toThrow(/nothing for more/);
    expect(() => status.assertConsumed()).toThrow(/not taken from the checkpoint: state\/parts\/0/);
    const wrong = new tf.train.Checkpoint({ step, state: { w: new tf.Variable([1, 2, 3]) } });
    step.assign(5);
    await expect(wrong.restore(manager.latestCheckpoint)).rejects.toThrow(
      /'state\/w' is float32\(2,\) in the checkpoint, the variable float32\(3,\)/,
    );
    expect(step.numpy()).toBe(5);
    expect((await tf.train.loadVariable(join(folder, 'manager'), 'step/.ATTRIBUTES/VARIABLE_VALUE')).numpy()).toBe(20);
  });
});

describe('tf.savedModel.save', () => {
  it('writes the functions of a module that say what they take', async () => {
    class Linear extends tf.Module {
      w = new tf.Variable([[1], [2]]);
      f = tf.function((x: tf.Tensor) => ({ y: x.matmul(this.w), sum: tf.reduceSum(x, 0) }), {
        inputSignature: [{ shape: [null, 2], dtype: 'float32' }],
      });
    }
    const path = join(folder, 'module');
    await tf.savedModel.save(new Linear(), path);
    const loaded = await tf.savedModel.load(path);
    const f = loaded.f as (x: tf.Tensor) => Record<string, tf.Tensor>;
    expect(f(tf.ones([3, 2])).y!.numpy()).toEqual([[3], [3], [3]]);
    expect(loaded.signatures.serving_default!({ inputs: tf.ones([4, 2]) }).sum!.numpy()).toEqual([4, 4]);
    await expect(tf.savedModel.save(new tf.Module(), path)).rejects.toThrow(/has no function to save/);
  });
});

describe('texts and tables', () => {
  const words = ['earth', 'wind', 'and', 'fire'];
  const text = tf.constant([['earth wind'], ['And fire, fire!'], ['']]);
  const pairs = tf.constant([
    ['earth', 'x'],
    ['', 'yy'],
  ]);
  const numbers = tf.constant(
    [
      [10, 5],
      [1, 0],
    ],
    { dtype: 'int64' },
  );
  // What each gave in TensorFlow is what it gives here: the tables and splits are ops of TensorFlow in the file.
  const cases: Record<string, [input: tf.Tensor, layer: () => (x: tf.Tensor) => unknown]> = {
    'a vocabulary': [pairs, () => layers.StringLookup({ vocabulary: words })],
    'a mask and three bins': [pairs, () => layers.StringLookup({ vocabulary: words, maskToken: '', numOovIndices: 3 })],
    'whole numbers': [numbers, () => layers.IntegerLookup({ vocabulary: [10, 20, 30], numOovIndices: 2 })],
    'numbers as words': [numbers, () => layers.StringLookup({ vocabulary: words, invert: true })],
    'several hot': [pairs, () => layers.StringLookup({ vocabulary: words, outputMode: 'multi_hot' })],
    'salted bins': [pairs, () => layers.Hashing({ numBins: 7, salt: [3, 9], maskValue: '' })],
    'rows of words': [text, () => layers.TextVectorization({ vocabulary: words, outputSequenceLength: 3 })],
    'counted words': [text, () => layers.TextVectorization({ vocabulary: words, outputMode: 'count' })],
  };
  it.each(Object.keys(cases))('%s', async (name) => {
    const [x, layer] = cases[name]!;
    const input = tf.keras.Input({ shape: x.shape.slice(1), dtype: x.dtype });
    const model = tf.keras.Model({ inputs: input, outputs: layer()(input) as tf.Tensor });
    const path = join(folder, name.replaceAll(' ', '_'));
    await model.export(path);
    const back = await models.loadModel(path);
    const [found, wanted] = [await back.predict(x, { verbose: 0 }), await model.predict(x, { verbose: 0 })];
    expect(found.arraySync()).toEqual(wanted.arraySync());
  });
  it('a layer name with slashes, and the ending .onnx', async () => {
    const input = tf.keras.Input({ shape: [3], name: 'in/put' });
    const model = tf.keras.Model({ inputs: input, outputs: layers.Dense(2, { name: 'block/one' })(input) });
    const x = tf.ones([2, 3]);
    for (const name of ['slashes', 'slashes.onnx']) {
      await model.export(join(folder, name));
      const back = await models.loadModel(join(folder, name));
      expect(largest(await back.predict(x, { verbose: 0 }), await model.predict(x, { verbose: 0 }))).toBeLessThan(1e-6);
    }
    await expect(model.export(join(folder, 'm.keras'))).rejects.toThrow(/write it with save/);
  });
});

describe('signatures and options of SavedModels', () => {
  class Two extends tf.Module {
    w = new tf.Variable([2, 3]);
    double = tf.function((x: tf.Tensor) => ({ y: x.mul(2) }), {
      inputSignature: [new tf.TensorSpec([null, 2], 'float32', 'x')],
    });
    weigh = tf.function((x: tf.Tensor) => ({ y: x.mul(this.w) }), {
      inputSignature: [new tf.TensorSpec([null, 2], 'float32', 'x')],
    });
  }
  it('are all written, each under its key', async () => {
    const module = new Two();
    const path = join(folder, 'two-signatures');
    const { SaveOptions, LoadOptions } = tf.savedModel;
    await tf.savedModel.save(module, path, {
      signatures: { serving_default: module.weigh, doubled: module.double },
      options: SaveOptions({ extraTags: ['mine'], functionAliases: { fast: module.weigh }, saveDebugInfo: false }),
    });
    expect(await tf.savedModel.containsSavedModel(path)).toBe(true);
    expect(await tf.savedModel.containsSavedModel(folder)).toBe(false);
    const loaded = await tf.savedModel.load(path, { tags: ['serve', 'mine'] });
    expect(Object.keys(loaded.signatures).sort()).toEqual(['doubled', 'serving_default']);
    const x = tf.ones([1, 2]);
    expect(loaded.signatures.serving_default!({ x }).y!.numpy()).toEqual([[2, 3]]);
    expect(loaded.signatures.doubled!({ x }).y!.numpy()).toEqual([[2, 2]]);
    const empty = await tf.savedModel.load(path, { options: LoadOptions({ experimentalSkipCheckpoint: true }) });
    expect(empty.signatures.serving_default!({ x }).y!.numpy()).toEqual([[0, 0]]);
    rmSync(join(path, 'variables'), { recursive: true });
    await expect(tf.savedModel.load(path)).rejects.toThrow(/the variable '.*' has no value/);
    const partial = await tf.savedModel.load(path, { options: LoadOptions({ allowPartialCheckpoint: true }) });
    expect(partial.signatures.doubled!({ x }).y!.numpy()).toEqual([[2, 2]]);
    const other = SaveOptions({ functionAliases: { none: tf.function((x: tf.Tensor) => x) } });
    await expect(tf.savedModel.save(module, path, { options: other })).rejects.toThrow(
      /'none' is none of the functions that are saved: double, weigh/,
    );
  });
});
