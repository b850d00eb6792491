// Arguments that tutorials give by name: the same as by position, in classes, methods and calls.
import { describe, expect, test } from 'vitest';
import * as tf from '../index.ts';
import * as kt from '../tuner/index.ts';

const { layers, losses, metrics } = tf.keras;

describe('constructors', () => {
  test('variables', () => {
    const v = tf.Variable({ initialValue: [1, 2], dtype: 'float64', name: 'v' });
    expect([v.dtype, v.name, v.numpy()]).toEqual(['float64', 'v', [1, 2]]);
    expect(() => tf.Variable({ initialValue: 1, dtpye: 'int32' } as never)).toThrow(/Variable: unknown option 'dtpye'/);
    expect(() => tf.Variable(1, 'int32' as never)).toThrow(/Variable: found 'int32' behind the first value/);
  });
  test('sparse tensors and slices', () => {
    const sparse = tf.SparseTensor({ indices: [[0, 1]], values: [5], denseShape: [2, 2] });
    expect(tf.sparse.toDense(sparse).numpy()).toEqual([
      [0, 5],
      [0, 0],
    ]);
    const slices = tf.IndexedSlices({ values: [[1, 2]], indices: [1], denseShape: [2, 2] });
    expect(slices.toDense().numpy()).toEqual([
      [0, 0],
      [1, 2],
    ]);
    expect(tf.IndexedSlices({ values: [[1, 2]], indices: [1] }).shape).toEqual([null, 2]);
  });
  test('specs and arrays', () => {
    const spec = tf.TensorSpec({ shape: [null, 3], dtype: 'int32', name: 'ids' });
    expect(String(spec)).toBe(String(tf.TensorSpec([null, 3], 'int32', 'ids')));
    expect(() => tf.TensorSpec({ dtype: 'int32' } as never)).toThrow(/TensorSpec: shape is missing/);
    expect(tf.SparseTensorSpec({ shape: [2, 3], dtype: 'int32' }).shape).toEqual([2, 3]);
    const array = tf.TensorArray({ dtype: 'float32', size: 2 }).write(0, 1).write(1, 2);
    expect(array.stack().numpy()).toEqual([1, 2]);
    expect(() => tf.TensorArray({ dtype: 'float32', sise: 2 } as never)).toThrow(/TensorArray: unknown option 'sise'/);
  });
  test('tables', () => {
    const initializer = tf.lookup.KeyValueTensorInitializer({ keys: ['a', 'b'], values: [1, 2], valueDtype: 'int64' });
    const table = tf.lookup.StaticHashTable({ initializer, defaultValue: -1 });
    expect(table.lookup(tf.constant(['b', 'x'])).numpy()).toEqual([2, -1]);
    const words = tf.lookup.StaticVocabularyTable({ initializer, numOovBuckets: 1 });
    expect(words.size().numpy()).toBe(3);
    expect(() => tf.lookup.StaticHashTable({ defaultValue: -1 } as never)).toThrow(
      /StaticHashTable: initializer: found undefined, wanted a KeyValueTensorInitializer/,
    );
  });
  test('tuners', () => {
    const hypermodel = () => tf.keras.Sequential([layers.Dense(1)]);
    expect(kt.RandomSearch({ hypermodel, objective: 'val_accuracy' }).objective).toEqual({
      name: 'val_accuracy',
      direction: 'max',
    });
    expect(kt.Hyperband({ hypermodel, objective: 'loss', maxEpochs: 3 }).objective.name).toBe('loss');
    expect(() => kt.GridSearch({ objective: 'loss' } as never)).toThrow(/wanted a function build\(hp\)/);
  });
});

describe('ops', () => {
  test('reductions', () => {
    const inputTensor = tf.constant([
      [1, 2],
      [3, 4],
    ]);
    expect(tf.reduceSum({ inputTensor, axis: 0 }).numpy()).toEqual([4, 6]);
    expect(tf.reduceMax({ inputTensor, axis: 1, keepdims: true }).numpy()).toEqual([[2], [4]]);
    expect(tf.reduceMean({ inputTensor: [1.5, 2.5] }).numpy()).toBe(2);
    expect(tf.argmax({ input: inputTensor, axis: 1, outputType: 'int32' }).numpy()).toEqual([1, 1]);
    const ragged = tf.ragged.constant([[1], [2, 3]]) as tf.RaggedTensor;
    expect((tf.reduceSum({ inputTensor: ragged, axis: 1 }) as tf.Tensor).numpy()).toEqual([1, 5]);
    const x = tf.keras.Input({ shape: [2] });
    expect((tf.reduceSum({ inputTensor: x, axis: 1 }) as tf.Tensor).shape).toEqual([null]);
  });
  test('a reduction names itself in its errors', () => {
    expect(() => tf.reduceSum(undefined as never)).toThrow(/^reduceSum: /);
    expect(() => tf.reduceMin([1], { axes: 0 } as never)).toThrow(/^reduceMin: unknown option 'axes'. Did you mean/);
  });
});

describe('data sets', () => {
  test('batch, shuffle, take, skip, repeat, prefetch, window', async () => {
    const D = tf.data.Dataset;
    const lists = async (dataset: tf.data.Dataset<tf.Tensor>) => {
      const all: unknown[] = [];
      for await (const x of dataset) all.push(tf.cast(x, 'int32').numpy());
      return all;
    };
    const numbers = D.range(5);
    expect(await lists(numbers.batch({ batchSize: 2, dropRemainder: true }).prefetch({ bufferSize: 1 }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(await lists(numbers.skip({ count: 1 }).take({ count: 2 }).repeat({ count: 2 }))).toEqual([1, 2, 1, 2]);
    expect(await lists(numbers.shuffle({ bufferSize: 5, seed: 3 }))).toEqual(await lists(numbers.shuffle(5, 3)));
    expect(await lists(numbers.shard({ numShards: 2, index: 1 }))).toEqual([1, 3]);
    expect(numbers.window({ size: 2, dropRemainder: true }).cardinality()).toBe(2);
    expect(() => numbers.batch({ batchsize: 2 } as never)).toThrow(/Dataset.batch: unknown option 'batchsize'/);
  });
});

describe('keras', () => {
  const [yTrue, yPred] = [
    [[0], [2]],
    [[1], [4]],
  ];
  test('losses and metrics', () => {
    const loss = losses.MeanSquaredError();
    expect(loss({ yTrue, yPred }).item()).toBe(2.5);
    expect(loss({ yTrue, yPred, sampleWeight: [1, 0] }).item()).toBe(0.5);
    const made = [
      metrics.MeanSquaredError(),
      metrics.RootMeanSquaredError(),
      metrics.R2Score(),
      metrics.Recall(),
      metrics.AUC(),
      metrics.FBetaScore({ threshold: 0.5 }),
      metrics.BinaryIoU(),
    ];
    for (const metric of made) {
      const given = { yTrue: [[0], [1]], yPred: [[0.25], [0.75]], sampleWeight: [1, 2] };
      metric.updateState(given);
      const byName = metric.result().numpy();
      metric.resetState();
      metric.updateState(given.yTrue, given.yPred, { sampleWeight: given.sampleWeight });
      expect(byName, metric.name).toEqual(metric.result().numpy());
    }
    const mean = metrics.Mean();
    expect(mean({ values: [1, 3], sampleWeight: [1, 0] }).item()).toBe(1);
    expect(() => made[0]!.updateState({ yTrue, ypred: yPred } as never)).toThrow(
      /metric mean_squared_error: unknown option 'ypred'/,
    );
  });
  test('attention', () => {
    const x = tf.random.normal([1, 3, 4], { seed: 1 });
    const key = tf.random.normal([1, 3, 4], { seed: 2 });
    const mha = layers.MultiHeadAttention({ numHeads: 2, keyDim: 2 });
    expect(mha({ query: x, value: x, key }).numpy()).toEqual(mha(x, x, { key }).numpy());
    const [output, scores] = mha({ query: x, value: x, key, returnAttentionScores: true });
    expect([output.shape, scores.shape]).toEqual([
      [1, 3, 4],
      [1, 2, 3, 3],
    ]);
    const input = tf.keras.Input({ shape: [3, 4] });
    expect(mha({ query: input, value: input }).shape).toEqual([null, 3, 4]);
  });
  test('first states of cells', () => {
    expect((layers.GRUCell(4).getInitialState({ batchSize: 3 }) as tf.Tensor).shape).toEqual([3, 4]);
    const [state] = layers.GRU(4).getInitialState(tf.constant(2));
    expect((state as tf.Tensor).shape).toEqual([2, 4]);
    const cells = layers.StackedRNNCells([layers.LSTMCell(2), layers.GRUCell(3)]);
    const states = cells.getInitialState({ batchSize: 2 }) as unknown[];
    expect((states[1] as tf.Tensor).shape).toEqual([2, 3]);
  });
  test('fit, evaluate and predict', async () => {
    const model = tf.keras.Sequential([tf.keras.Input({ shape: [1] }), layers.Dense(1, { kernelInitializer: 'ones' })]);
    model.compile({ optimizer: tf.keras.optimizers.SGD(0), loss: 'mse' });
    const { history } = await model.fit({ x: yTrue, y: yPred, epochs: 2, verbose: 0 });
    expect(history.loss).toEqual([2.5, 2.5]);
    expect(await model.evaluate({ x: yTrue, y: yPred, verbose: 0 })).toEqual([2.5]);
    expect((await model.evaluate({ x: yTrue, y: yPred, verbose: 0, returnDict: true })).loss).toBe(2.5);
    expect((await model.predict({ x: yTrue, verbose: 0 })).numpy()).toEqual(yTrue);
    const data = tf.data.Dataset.fromTensorSlices([tf.constant(yTrue), tf.constant(yPred)]).batch(2);
    expect((await model.fit({ x: data, epochs: 1, verbose: 0 })).history.loss).toEqual([2.5]);
  });
  test('a record of inputs named x and y stays one', async () => {
    const inputs = { x: tf.keras.Input({ shape: [1], name: 'x' }), y: tf.keras.Input({ shape: [1], name: 'y' }) };
    const model = tf.keras.Model(inputs, tf.add(inputs.x, inputs.y));
    const sum = (await model.predict({ x: tf.constant([[1]]), y: tf.constant([[2]]) }, { verbose: 0 })) as tf.Tensor;
    expect(sum.numpy()).toEqual([[3]]);
    const record = { x: tf.constant([[1]]), y: tf.constant([[2]]) };
    model.compile({ loss: 'mse' });
    expect(await model.evaluate({ x: record, y: [[3]], verbose: 0 })).toEqual([0]);
  });
});
