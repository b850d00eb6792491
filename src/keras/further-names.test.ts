// Names of Keras that stand alone: what Keras 3.15 and tf_keras said is written beside each.
import { expect, test } from 'vitest';
import * as tf from '../index.ts';

const { constraints, layers, models, utils } = tf.keras;

test('toOrdinal: as many ones as the class number', () => {
  const rows = [
    [0, 0, 0],
    [1, 0, 0],
    [1, 1, 0],
    [1, 1, 1],
  ];
  expect(utils.toOrdinal([0, 1, 2, 3], { numClasses: 4, dtype: 'int32' }).arraySync()).toEqual(rows);
  const two = utils.toOrdinal([[2], [0]]);
  expect([two.arraySync(), two.dtype]).toEqual([
    rows
      .slice(0, 3)
      .filter((_, i) => i !== 1)
      .reverse()
      .map((row) => row.slice(0, 2)),
    'float32',
  ]);
  expect(() => utils.toOrdinal([])).toThrow(/found no labels/);
});

test('warmstartEmbeddingMatrix: rows of known terms, drawn ones for new terms', () => {
  const base = tf.constant(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    { dtype: 'float32' },
  );
  const made = utils.warmstartEmbeddingMatrix({
    baseVocabulary: ['', 'a', 'b'],
    newVocabulary: ['b', 'new', 'a'],
    baseEmbeddings: base,
    newEmbeddingsInitializer: tf.keras.initializers.Constant(7),
  });
  expect(made.arraySync()).toEqual([
    [5, 6],
    [7, 7],
    [3, 4],
  ]);
  const drawn = utils.warmstartEmbeddingMatrix(['a'], ['z', 'y'], tf.ones([1, 3]));
  expect(drawn.shape).toEqual([2, 3]);
  expect(Number(tf.reduceMax(tf.abs(drawn)).item())).toBeLessThanOrEqual(0.05);
  expect(() => utils.warmstartEmbeddingMatrix('terms.txt', ['a'], base)).toThrow(/the name of a file/);
  expect(() => utils.warmstartEmbeddingMatrix(['a', 'b'], ['a'], tf.ones([1, 3]))).toThrow(/\(2, size\)/);
});

test('RadialConstraint: one value for each ring of a kernel', () => {
  const of = (size: number): unknown => {
    const kernel = tf.reshape(tf.range(size * size, { dtype: 'float32' }), [size, size, 1, 1]);
    return tf.squeeze(constraints.RadialConstraint()(kernel), [2, 3]).arraySync();
  };
  expect(of(3)).toEqual([
    [4, 4, 4],
    [4, 0, 4],
    [4, 4, 4],
  ]);
  expect(of(4)).toEqual([
    [15, 15, 15, 15],
    [15, 5, 5, 15],
    [15, 5, 5, 15],
    [15, 15, 15, 15],
  ]);
  expect(of(5)).toEqual([
    [18, 18, 18, 18, 18],
    [18, 12, 12, 12, 18],
    [18, 12, 6, 12, 18],
    [18, 12, 12, 12, 18],
    [18, 18, 18, 18, 18],
  ]);
  expect(constraints.get('radial_constraint')!.name).toBe('radial_constraint');
  expect(() => constraints.radialConstraint()(tf.ones([3, 2, 1, 1]))).toThrow(/as many rows as columns/);
});

test('getSourceInputs: the inputs of a symbolic tensor, each once', () => {
  const [a, b, unused] = [layers.Input({ shape: [2] }), layers.Input({ shape: [2] }), layers.Input({ shape: [2] })];
  const sum = layers.Add()([layers.Dense(2)(a), b]);
  const y = layers.Concatenate()([layers.Dense(1)(sum), a]);
  const names = (of: tf.Tensor): string[] => utils.getSourceInputs(of).map(({ name }) => name);
  expect(names(y)).toEqual([a.name, b.name]);
  expect(names(unused)).toEqual([unused.name]);
  expect(() => names(tf.ones([1]))).toThrow(/wanted a symbolic tensor/);
});

test('modelFromConfig, and cloneModel of a compiled model', async () => {
  const model = models.Sequential([layers.Input([2]), layers.Dense(1)]);
  const again = models.modelFromConfig(JSON.parse(model.toJSON()), { customObjects: null });
  expect(again.layers.map((layer) => layer.name)).toEqual(model.layers.map((layer) => layer.name));
  expect(models.cloneModel(model).compiled).toBe(false);
  const own = (t: tf.Tensor, p: tf.Tensor): tf.Tensor => tf.abs(tf.subtract(t, p));
  model.compile({ optimizer: tf.keras.optimizers.Adam(0.25), loss: own, metrics: ['mae'] });
  const clone = models.cloneModel(model);
  expect(clone.optimizer === model.optimizer).toBe(false);
  expect(clone.optimizer.learningRate.item()).toBe(0.25);
  clone.setWeights(model.getWeights());
  const [x, y] = [tf.ones([4, 2]), tf.ones([4, 1])];
  const [one, other] = [await model.fit(x, y, { verbose: 0 }), await clone.fit(x, y, { verbose: 0 })];
  expect(other.history).toEqual(one.history);
  expect(model.metricsVariables.length).toBe(4);
});

test('MeanMetricWrapper takes its function in the options, too', () => {
  const fn = (t: tf.Tensor, p: tf.Tensor, { by = 1 }: { by?: number } = {}): tf.Tensor => tf.abs(t.sub(p)).mul(by);
  for (const metric of [
    tf.keras.metrics.MeanMetricWrapper(fn as never, { name: 'mine', dtype: undefined, by: 2 }),
    tf.keras.metrics.MeanMetricWrapper({ fn: fn as never, name: 'mine', dtype: undefined, by: 2 }),
  ]) {
    metric.updateState([1, 2], [2, 4]);
    expect([metric.name, metric.dtype, (metric.result() as tf.Tensor).item()]).toEqual(['mine', 'float32', 3]);
  }
});

test('version: of the Keras whose files are written', () => {
  expect(tf.keras.version()).toMatch(/^3\.\d+\.\d+$/);
});
