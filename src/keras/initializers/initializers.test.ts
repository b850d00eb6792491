// Initializers, regularizers, constraints, activations, schedules: names, configs, objects of one's own, refusals. The numbers
// are checked against Keras by the golden cases.
import { describe, expect, test } from 'vitest';
import * as tf from '../../index.ts';

const { activations, constraints, initializers, optimizers, regularizers } = tf.keras;

describe('initializers', () => {
  const classes = [
    'Zeros',
    'Ones',
    'GlorotUniform',
    'HeNormal',
    'LecunUniform',
    'RandomNormal',
    'TruncatedNormal',
  ] as const;
  test.each([...classes, 'VarianceScaling', 'Orthogonal', 'RandomUniform', 'Identity', 'Constant', 'STFT'] as const)(
    '%s: config there and back, by class and by snake case',
    (name) => {
      const made = (initializers[name] as () => tf.keras.initializers.Initializer)();
      const again = initializers.deserialize(initializers.serialize(made)) as tf.keras.initializers.Initializer;
      expect(again.getConfig()).toEqual(made.getConfig());
      expect(again).toBeInstanceOf(initializers[name]);
      expect(initializers.get(name)).toBeInstanceOf(initializers[name]);
    },
  );
  test('a seed repeats, none draws anew, a generator goes on', () => {
    const seeded = initializers.GlorotUniform(3);
    expect(seeded([2, 2]).numpy()).toEqual(seeded([2, 2]).numpy());
    expect(initializers.GlorotUniform()([4]).numpy()).not.toEqual(initializers.GlorotUniform()([4]).numpy());
    const going = initializers.RandomNormal({ seed: tf.keras.random.SeedGenerator(1) });
    expect(going([3]).numpy()).not.toEqual(going([3]).numpy());
  });
  test('a tensor and a function are initializers, and so is a class of one’s own', () => {
    expect(
      initializers
        .get(tf.constant([1, 2]))([2])
        .numpy(),
    ).toEqual([1, 2]);
    expect(() => initializers.get(tf.constant([1, 2]))([3])).toThrow(/\(2,\).*\(3,\)/s);
    class Sevens extends initializers.Initializer {
      override call(shape: readonly number[], options: { dtype: tf.DType }): tf.Tensor {
        return tf.fill(shape, tf.cast(7, options.dtype));
      }
    }
    expect(new Sevens()([2]).numpy()).toEqual([7, 7]);
    expect(() => initializers.get('glorot_unifrom')).toThrow(/Did you mean 'glorot_uniform'/);
    expect(() => initializers.VarianceScaling({ scale: -1 })).toThrow(/scale/);
    expect(() => initializers.Identity()([2, 2, 2])).toThrow(/two dimensions/);
  });
});

test('regularizers and constraints: positional, by name, of one’s own, in programs', () => {
  const x = tf.constant([[3, -4]], { dtype: 'float32' });
  expect(regularizers.L2(0.1)(x).item()).toBeCloseTo(2.5, 5);
  expect(regularizers.get('l1')(x).item()).toBeCloseTo(0.07, 5);
  expect(regularizers.L1L2({ l1: 1, l2: 1 })(x).item()).toBeCloseTo(32, 5);
  expect(() => regularizers.L2(-1)).toThrow(/l2/);
  expect(() => regularizers.get('l3')).toThrow(/unknown regularizer 'l3'/);
  expect(constraints.MaxNorm(1, 1)(x).numpy()).toEqual([[expect.closeTo(0.6, 5), expect.closeTo(-0.8, 5)]]);
  expect(
    tf
      .function((w: tf.Tensor) => constraints.NonNeg()(w))(x)
      .numpy(),
  ).toEqual([[3, 0]]);
  expect(constraints.deserialize(constraints.serialize(constraints.UnitNorm({ axis: 1 })))).toBeInstanceOf(
    constraints.UnitNorm,
  );
  class Double extends regularizers.Regularizer {
    override call(w: tf.Tensor): tf.Tensor {
      return tf.reduceSum(w).mul(2);
    }
  }
  expect(new Double()(x).item()).toBe(-2);
});

test('activations: by name, as names in files, with options, in programs', () => {
  expect(activations.serialize(activations.get('relu'))).toBe('relu');
  expect(activations.get(null)).toBe(activations.linear);
  expect(activations.deserialize('swish')).toBe(activations.silu);
  expect(() => activations.get('rellu')).toThrow(/Did you mean 'relu'/);
  const x = tf.constant([-2, -0.5, 0, 3], { dtype: 'float32' });
  expect(activations.leakyRelu(x, 0.5).numpy()).toEqual(activations.leakyRelu(x, { negativeSlope: 0.5 }).numpy());
  for (const name of ['softmax', 'gelu', 'mish', 'sparsemax', 'selu'] as const) {
    const f = activations.get(name);
    const [eager, traced] = [f(x), tf.function(f)(x)].map((y) => Array.from(y.dataSync(), Number));
    eager!.forEach((value, i) => {
      expect(value).toBeCloseTo(traced![i]!, 5);
    });
  }
});

test('schedules: positional or by name, config, refusals', () => {
  const { schedules } = optimizers;
  const decay = schedules.ExponentialDecay({ initialLearningRate: 1, decaySteps: 2, decayRate: 0.25 });
  expect(decay(1).item()).toBeCloseTo(0.5, 6);
  expect(schedules.deserialize(schedules.serialize(decay)).getConfig()).toEqual(decay.getConfig());
  expect(schedules.PiecewiseConstantDecay([2, 4], [1, 0.5, 0.1])(3).item()).toBe(0.5);
  expect(() => schedules.PiecewiseConstantDecay([2], [1])).toThrow(/1 boundaries and 1 values/);
  expect(() => schedules.CosineDecay(0.1, 0)).toThrow(/decaySteps/);
  class Half extends schedules.LearningRateSchedule {
    override call(step: tf.Tensor): tf.Tensor {
      return tf.divide(1, tf.cast(step, 'float32').add(1));
    }
  }
  const optimizer = optimizers.SGD(new Half());
  const variable = tf.Variable([1]);
  for (let i = 0; i < 2; i++) optimizer.apply([tf.constant([1], { dtype: 'float32' })], [variable]);
  expect(variable.item()).toBeCloseTo(1 - 1 - 0.5, 6);
});
