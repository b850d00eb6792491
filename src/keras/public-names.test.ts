// Public names that no golden case and no other test calls: functional forms of classes, settings, ways to name objects.
import { afterEach, describe, expect, test } from 'vitest';
import * as tf from '../index.ts';

const {
  backend,
  config,
  constraints,
  initializers,
  losses,
  metrics,
  mixedPrecision,
  optimizers,
  regularizers,
  saving,
  utils,
} = tf.keras;
afterEach(() => {
  config.setFloatx('float32');
  config.setEpsilon(1e-7);
  config.setImageDataFormat('channels_last');
  config.setDtypePolicy('float32');
});

describe('functional forms are their classes', () => {
  const numbers = (x: tf.Tensor): number[] => Array.from(x.dataSync() as Float32Array);
  test.each([
    'glorotNormal',
    'glorotUniform',
    'heNormal',
    'heUniform',
    'lecunNormal',
    'lecunUniform',
    'orthogonal',
    'randomNormal',
    'randomUniform',
    'truncatedNormal',
    'varianceScaling',
  ] as const)('initializers.%s', (name) => {
    const upper = (name[0]!.toUpperCase() + name.slice(1)) as 'GlorotNormal';
    const make = initializers[name] as typeof initializers.GlorotNormal;
    const draw = (made: (shape: number[]) => tf.Tensor) => numbers(made([4, 3]));
    expect(draw(make({ seed: 7 }))).toEqual(draw(initializers[upper]({ seed: 7 })));
  });
  test('initializers: identity, and one of its own class', () => {
    expect(initializers.IdentityInitializer({ gain: 2 })([2, 2]).numpy()).toEqual([
      [2, 0],
      [0, 2],
    ]);
    expect(numbers(initializers.OrthogonalInitializer({ gain: 1, seed: 3 })([2, 2]))).toEqual(
      numbers(initializers.Orthogonal({ gain: 1, seed: 3 })([2, 2])),
    );
    expect(initializers.Ones()).toBeInstanceOf(initializers.Initializer);
  });
  test('regularizers', () => {
    const x = tf.constant([1, -2], { dtype: 'float32' });
    expect(regularizers.l2(0.1)(x).item()).toBeCloseTo(0.5, 6);
    expect(regularizers.l1L2({ l1: 0.1, l2: 0.2 })(x).item()).toBeCloseTo(0.3 + 1, 6);
    const square = tf.constant([[1, 1]], { dtype: 'float32' });
    expect(regularizers.orthogonalRegularizer({ factor: 0.1, mode: 'rows' })(square).item()).toBe(
      regularizers.OrthogonalRegularizer({ factor: 0.1, mode: 'rows' })(square).item(),
    );
    expect(regularizers.l2(0.1)).toBeInstanceOf(regularizers.Regularizer);
  });
  test('constraints', () => {
    const w = tf.constant(
      [
        [3, -1],
        [4, 0],
      ],
      { dtype: 'float32' },
    );
    expect(constraints.maxNorm({ maxValue: 1, axis: 0 })(w).at(0, 0).item()).toBeCloseTo(0.6, 5);
    expect(constraints.unitNorm({ axis: 0 })(w).at(1, 0).item()).toBeCloseTo(0.8, 5);
    expect(constraints.minMaxNorm({ minValue: 2, maxValue: 3, rate: 1, axis: 0 })(w).at(1, 0).item()).toBeCloseTo(
      2.4,
      5,
    );
    expect(constraints.nonNeg()(w).at(0, 1).item()).toBe(0);
    expect(constraints.nonNeg()).toBeInstanceOf(constraints.Constraint);
  });
  test('losses.circle and losses.ctc', () => {
    const y = tf.constant([0, 1, 0], { dtype: 'int32' });
    const embedded = tf.constant(
      [
        [1, 0],
        [0, 1],
        [0.8, 0.6],
      ],
      { dtype: 'float32' },
    );
    const whole = losses.Circle({ reduction: 'sum', gamma: 10, margin: 0.3 })(y, embedded).item();
    expect(tf.reduceSum(losses.circle(y, embedded, { gamma: 10, margin: 0.3 })).item()).toBeCloseTo(whole, 4);
    const labels = tf.constant([[1, 2]], { dtype: 'int32' });
    const logits = tf.random.normal([1, 4, 3], { seed: 1 });
    expect(tf.reduceMean(losses.ctc(labels, logits)).item()).toBeCloseTo(losses.CTC()(labels, logits).item(), 4);
  });
});

test('a metric of a function, and one of a class of its own', () => {
  const doubled = metrics.MeanMetricWrapper((y: tf.Tensor, p: tf.Tensor) => tf.abs(tf.subtract(y, p)).mul(2), {
    name: 'doubled',
  });
  doubled.updateState(tf.constant([1, 2], { dtype: 'float32' }), tf.constant([2, 2], { dtype: 'float32' }));
  expect((doubled.result() as tf.Tensor).item()).toBe(1);
  expect(doubled).toBeInstanceOf(metrics.Metric);
});

test('schedules are LearningRateSchedules', () => {
  const { schedules } = optimizers;
  expect(schedules.CosineDecay(0.1, 10)).toBeInstanceOf(schedules.LearningRateSchedule);
});

test('settings: what is set is what is read, and what new layers take', () => {
  expect([config.backend(), config.floatx(), config.epsilon(), config.imageDataFormat()]).toEqual([
    backend.backend(),
    'float32',
    1e-7,
    'channels_last',
  ]);
  config.setFloatx('float64');
  expect([backend.floatx(), initializers.Zeros()([1]).dtype]).toEqual(['float64', 'float64']);
  backend.setFloatx('float32');
  backend.setEpsilon(1e-3);
  expect([config.epsilon(), backend.epsilon()]).toEqual([1e-3, 1e-3]);
  backend.setImageDataFormat('channels_first');
  expect(backend.imageDataFormat()).toBe('channels_first');
  expect(
    tf.keras.layers
      .Flatten()(tf.reshape(tf.range(4), [1, 2, 1, 2]))
      .numpy(),
  ).toEqual([[0, 2, 1, 3]]);
  config.setDtypePolicy('mixed_bfloat16');
  expect(config.dtypePolicy().name).toBe('mixed_bfloat16');
  mixedPrecision.setDtypePolicy(new mixedPrecision.DTypePolicy('mixed_float16'));
  expect([mixedPrecision.dtypePolicy().computeDtype, tf.keras.layers.Dense(1).computeDtype]).toEqual([
    'float16',
    'float16',
  ]);
  expect(new tf.keras.dtypePolicies.FloatDTypePolicy('float16').variableDtype).toBe('float16');
  expect(backend.getUid('public')).toBe(backend.getUid('public') - 1);
  config.disableInteractiveLogging();
  expect(utils.isInteractiveLoggingEnabled()).toBe(false);
  utils.enableInteractiveLogging();
  expect(config.isInteractiveLoggingEnabled()).toBe(true);
  expect([utils.standardizeDtype('float16'), backend.standardizeDtype('int8')]).toEqual(['float16', 'int8']);
});

test('objects by name: registered, in a scope, as data and back', () => {
  class Doubling extends tf.keras.layers.Layer {
    override call(x: tf.Tensor): tf.Tensor {
      return x.mul(2);
    }
  }
  const again = (json: tf.keras.Json) => utils.deserializeKerasObject(json) as Doubling;
  const json = utils.serializeKerasObject(new Doubling({ name: 'twice' }));
  expect(() => again(json)).toThrow(/Doubling/);
  expect(utils.customObjectScope({ Doubling }, () => again(json)).name).toBe('twice');
  saving.registerKerasSerializable('public')(Doubling);
  expect(saving.getRegisteredName(Doubling)).toBe('public>Doubling');
  expect(saving.getRegisteredObject('public>Doubling')).toBe(Doubling);
  expect(again(saving.serializeKerasObject(new Doubling())).getConfig().name).toMatch(/^doubling/);
});

test('cloneModel makes a model of the same layers with weights of its own', () => {
  const model = tf.keras.Sequential([tf.keras.layers.Dense(2, { inputShape: [3] })]);
  const copy = tf.keras.models.cloneModel(model);
  expect(copy.layers.map((layer) => layer.name)).toEqual(model.layers.map((layer) => layer.name));
  copy.layers[0]!.setWeights([tf.zeros([3, 2]), tf.zeros([2])]);
  expect(tf.reduceSum(tf.abs(model.getWeights()[0]!)).item()).toBeGreaterThan(0);
});
