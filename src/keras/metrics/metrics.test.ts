// Metrics: the same numbers eagerly and compiled, configs both ways, resets, refusals. The numbers themselves are checked
// against Keras by the golden cases.
import { describe, expect, test } from 'vitest';
import * as tf from '../../index.ts';

const { metrics } = tf.keras;
const random = (shape: number[], seed: number): tf.Tensor => tf.keras.random.uniform(shape, { seed });
const labels = tf.constant([1, 0, 1, 1, 0, 0], { dtype: 'float32' });
const scores = random([6], 1);
const oneHot = tf.oneHot([0, 2, 1, 2, 0, 1], 3);
const table = random([6, 3], 2);
const classes = tf.constant([0, 2, 1, 2, 0, 1]);
type Named = keyof typeof metrics;
const cases: [name: Named, yTrue: tf.Tensor, yPred: tf.Tensor, options?: object][] = [
  ['MeanSquaredError', oneHot, table],
  ['RootMeanSquaredError', oneHot, table],
  ['CosineSimilarity', oneHot, table],
  ['Accuracy', classes, classes],
  ['BinaryAccuracy', labels, scores],
  ['CategoricalAccuracy', oneHot, table],
  ['SparseCategoricalAccuracy', classes, table],
  ['TopKCategoricalAccuracy', oneHot, table, { k: 2 }],
  ['SparseTopKCategoricalAccuracy', classes, table, { k: 2 }],
  ['BinaryCrossentropy', labels.expandDims(-1), scores.expandDims(-1)],
  ['CategoricalCrossentropy', oneHot, table],
  ['SparseCategoricalCrossentropy', classes, table],
  ['TruePositives', labels, scores, { thresholds: [0.2, 0.5] }],
  ['FalseNegatives', labels, scores],
  ['Precision', labels, scores],
  ['Precision', oneHot, table, { topK: 2, classId: 1 }],
  ['Recall', labels, scores, { thresholds: [0, 0.5, 1] }],
  ['AUC', labels, scores],
  ['AUC', labels, scores, { curve: 'PR', thresholds: [0.1, 0.35, 0.6] }],
  ['AUC', oneHot, table, { multiLabel: true, numLabels: 3, numThresholds: 20 }],
  ['SensitivityAtSpecificity', labels, scores, { specificity: 0.5 }],
  ['PrecisionAtRecall', labels, scores, { recall: 0.5 }],
  ['F1Score', oneHot, table, { average: 'weighted' }],
  ['FBetaScore', oneHot, table, { beta: 2, threshold: 0.5 }],
  ['R2Score', oneHot, table, { numRegressors: 1 }],
  ['MeanIoU', classes, tf.constant([0, 1, 1, 2, 2, 1]), { numClasses: 3 }],
  ['OneHotIoU', oneHot, table, { numClasses: 3, targetClassIds: [0, 2] }],
  ['BinaryIoU', labels, scores],
  ['PearsonCorrelation', oneHot, table],
  ['ConcordanceCorrelation', oneHot, table],
];
const made = (name: Named, options?: object): tf.keras.metrics.Metric =>
  (metrics[name] as object as (options?: object) => tf.keras.metrics.Metric)(options);
const numbers = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync(), Number);

describe.each(cases)('%s', (name, yTrue, yPred, options) => {
  const unweighted = name === 'MeanIoU' || name === 'OneHotIoU' || name === 'BinaryIoU';
  const sampleWeight = unweighted ? null : tf.constant([1, 2, 0.5, 1, 3, 0], { dtype: 'float32' });
  test('compiled equals eager; a reset begins anew', () => {
    const [eager, compiled] = [made(name, options), made(name, options)];
    const step = tf.function((t: tf.Tensor, q: tf.Tensor) => compiled.updateState(t, q, { sampleWeight }));
    for (let i = 0; i < 2; i++) {
      eager.updateState(yTrue, yPred, { sampleWeight });
      step(yTrue, yPred);
    }
    const want = numbers(eager.result());
    numbers(compiled.result()).forEach((value, i) => {
      expect(Math.abs(value - want[i]!)).toBeLessThan(1e-5 * (1 + Math.abs(want[i]!)));
    });
    compiled.resetState();
    for (const variable of compiled.variables) expect(numbers(variable).every((value) => value === 0)).toBe(true);
  });
  test('config there and back', () => {
    const metric = made(name, options);
    const again = metrics.deserialize(metrics.serialize(metric));
    expect(again.getConfig()).toEqual(metric.getConfig());
  });
});

test('Mean and Sum, called as functions, with weights', () => {
  const mean = metrics.Mean();
  expect(mean([1, 3]).item()).toBe(2);
  expect(mean([8], { sampleWeight: [2] }).item()).toBe(5);
  expect(
    metrics
      .Sum()([1, 2, 3], { sampleWeight: [1, 0, 2] })
      .item(),
  ).toBe(7);
});

test('a metric of one’s own tracks the variables in its fields', () => {
  class Largest extends metrics.Metric {
    readonly largest = this.addWeight({ name: 'largest', initializer: 'zeros' });
    override updateState(_yTrue: tf.TensorLike, yPred: tf.TensorLike): void {
      this.largest.set(tf.maximum(this.largest, tf.reduceMax(yPred)));
    }
    override result(): tf.Tensor {
      return this.largest.value();
    }
  }
  const metric = new Largest({ name: 'largest' });
  metric.updateState([0], tf.constant([1, 7, 3], { dtype: 'float32' }));
  expect(metric.result().item()).toBe(7);
  expect(metric.variables.map((variable) => variable.path)).toEqual(['largest/largest']);
  const state = metric.statelessUpdateState(metric.statelessResetState(), [0], tf.constant([2], { dtype: 'float32' }));
  expect([metric.statelessResult(state).item(), metric.result().item()]).toEqual([2, 7]);
});

test('refusals', () => {
  expect(() => metrics.get('acuracy')).toThrow(/Did you mean 'accuracy'/);
  expect(() => metrics.Precision({ thresholds: 1.5 })).toThrow(/0 to 1/);
  expect(() => metrics.F1Score().updateState([1, 0], [0.2, 0.8])).toThrow(/\(2,\).*\(batch, classes\)/s);
  expect(() => metrics.AUC().updateState([[1, 0]], [[0.2, 0.8, 0.1]])).toThrow(/\(1, 2\).*\(1, 3\)/s);
  expect(() => metrics.AUC({ curve: 'ROK' as never })).toThrow(/ROC/);
});
