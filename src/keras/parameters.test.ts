// Parameters of layers, optimizers and base classes that no golden case gives, each with what it changes.
import { expect, test, vi } from 'vitest';
import * as tf from '../index.ts';

const { layers, losses, metrics, optimizers, regularizers, constraints, initializers, activations } = tf.keras;
const same = (a: unknown, b: unknown): void => expect(JSON.stringify(a)).toBe(JSON.stringify(b));
const close = (got: tf.Tensor, wanted: tf.Tensor, bound = 1e-5): void => {
  expect(got.shape).toEqual(wanted.shape);
  expect(Number(tf.reduceMax(tf.abs(got.sub(wanted))).item())).toBeLessThanOrEqual(bound);
};

test('weights: what a layer starts from, compared side by side where they do not fit', () => {
  close(layers.Embedding(4, 2, { weights: [tf.ones([4, 2])] })(tf.constant([1])), tf.ones([1, 2]));
  close(
    layers.Dense(2, { weights: [tf.ones([3, 2]), tf.ones([2])] })(tf.ones([1, 3])),
    tf.fill([1, 2], tf.constant(4, { dtype: 'float32' })),
  );
  const cell = [tf.ones([3, 2]), tf.ones([2, 2]), tf.zeros([2])];
  const both = layers.Bidirectional(layers.SimpleRNN(2), { weights: [...cell, ...cell] });
  both(tf.ones([1, 4, 3]));
  both.getWeights().forEach((weight, i) => close(weight, cell[i % 3]!));
  const wrong = layers.Dense(2, { weights: [tf.ones([4, 2]), tf.ones([2])] });
  expect(() => wrong(tf.ones([1, 3]))).toThrow(/✗ dense\S*\/kernel \(3, 2\)\s+\(4, 2\)/);
});

test('Input: its shape by position with options, sparse, ragged, optional, a tensor given', () => {
  expect(tf.keras.Input([3], { batchSize: 4, dtype: 'int32' }).shape).toEqual([4, 3]);
  expect(layers.Input([3], { batchSize: 2, sparse: true, ragged: false }).shape).toEqual([2, 3]);
  const given = layers.Input({ shape: [5] });
  expect(layers.Input({ tensor: given })).toBe(given);
  expect(layers.InputLayer({ inputTensor: given }).output).toBe(given);
  const x = layers.Input({ shape: [3] });
  const maybe = layers.Input({ shape: [3], optional: true });
  class Sum extends tf.keras.Layer {
    override call([a, b]: readonly [tf.Tensor, tf.Tensor | null] & tf.Tensor): tf.Tensor {
      return b ? a.add(b) : a;
    }
  }
  const model = tf.keras.Model([x, maybe], new Sum()([x, maybe]) as tf.Tensor) as object as (x: unknown) => tf.Tensor;
  close(model([tf.ones([1, 3]), null]), tf.ones([1, 3]));
  close(model([tf.ones([1, 3]), tf.ones([1, 3])]), tf.fill([1, 3], tf.constant(2, { dtype: 'float32' })));
});

test('InputSpec: what a layer asks of its input is checked', () => {
  const asked = (spec: tf.keras.layers.InputSpec, x: tf.Tensor) => () => {
    class Asking extends tf.keras.Layer {
      override inputSpec = spec;
      override call(inputs: tf.Tensor): tf.Tensor {
        return inputs;
      }
    }
    return new Asking()(x);
  };
  const { InputSpec } = layers;
  expect(asked(InputSpec({ dtype: 'int32' }), tf.ones([2]))).toThrow(/expected dtype=int32, found dtype=float32/);
  expect(asked(InputSpec({ shape: [null, 3] }), tf.ones([2, 4]))).toThrow(/expected shape=\(None, 3\)/);
  expect(asked(InputSpec({ ndim: 3 }), tf.ones([2, 4]))).toThrow(/expected ndim=3, found ndim=2/);
  expect(asked(InputSpec({ minNdim: 3 }), tf.ones([2, 4]))).toThrow(/expected min_ndim=3/);
  expect(asked(InputSpec({ maxNdim: 1 }), tf.ones([2, 4]))).toThrow(/expected max_ndim=1/);
  expect(asked(InputSpec({ axes: { [-1]: 3 } }), tf.ones([2, 4]))).toThrow(/axis -1/);
  expect(asked(InputSpec({ shape: [null, 1], allowLastAxisSqueeze: true }), tf.ones([2]))).not.toThrow();
  expect(asked(InputSpec({ ndim: 2, optional: true }), tf.ones([2, 4]))).not.toThrow();
});

test('Lambda: arguments and mask; without one the mask ends, and is warned of', () => {
  type Scaled = (x: tf.Tensor, options: { by: number }) => tf.Tensor;
  const times: Scaled = (x, { by }) => x.mul(by);
  close(
    layers.Lambda(times, { arguments: { by: 3 } })(tf.ones([2])),
    tf.fill([2], tf.constant(3, { dtype: 'float32' })),
  );
  const ids = tf.constant([[1, 0, 2]]);
  const embedded = () => layers.Embedding(3, 1, { maskZero: true, weights: [tf.tensor([[10], [1], [100]])] })(ids);
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  layers.Lambda((x: tf.Tensor) => x.mul(1))(embedded());
  expect(warned.mock.calls.flat().join()).toMatch(/'lambda\S*'.*mask/);
  warned.mockClear();
  const kept = layers.Lambda((x: tf.Tensor) => x.mul(1), { mask: (_: tf.Tensor, mask: tf.Tensor) => mask })(embedded());
  const turned = layers.Lambda((x: tf.Tensor) => x.mul(1), {
    mask: (_: tf.Tensor, mask: tf.Tensor) => tf.logicalNot(mask),
  })(embedded());
  const mean = (x: tf.Tensor): unknown => layers.GlobalAveragePooling1D()(x).at(0, 0).item();
  expect(mean(kept)).toBeCloseTo(101 / 2);
  expect(mean(turned)).toBeCloseTo(10);
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});

test('variables of a layer of its own are read in the dtype in which it computes', () => {
  class Scale extends tf.keras.Layer {
    scale!: tf.Variable;
    steps!: tf.Variable;
    override build(): void {
      this.scale = this.addWeight({ shape: [2], initializer: 'ones', name: 'scale' });
      this.steps = this.addWeight({ shape: [2], initializer: 'zeros', name: 'steps', trainable: false });
    }
    override call(x: tf.Tensor): tf.Tensor {
      this.steps.assign(this.steps.add(x.at(0)));
      return x.mul(this.scale);
    }
  }
  const layer = new Scale({ dtype: 'mixed_float16' });
  const y = layer(tf.ones([1, 2])) as tf.Tensor;
  expect([y.dtype, layer.scale.dtype]).toEqual(['float16', 'float32']);
  same(layer.steps.arraySync(), [1, 1]);
  const tape = tf.GradientTape();
  const loss = tape.record(() => tf.reduceSum(tf.cast(layer(tf.ones([1, 2])) as tf.Tensor, 'float32')));
  const [gradient] = tape.gradient(loss, [layer.scale]);
  expect(gradient!.dtype).toBe('float32');
  same(gradient!.arraySync(), [1, 1]);
  expect((new Scale({ dtype: 'mixed_float16', autocast: false })(tf.ones([1, 2])) as tf.Tensor).dtype).toBe('float32');
  class Kept extends tf.keras.Layer {
    bias!: tf.Variable;
    override build(): void {
      this.bias = this.addWeight({ shape: [2], initializer: 'ones', autocast: false });
    }
    override call(x: tf.Tensor): tf.Tensor {
      return tf.cast(x, 'float32').add(this.bias);
    }
  }
  expect((new Kept({ dtype: 'mixed_bfloat16' })(tf.ones([1, 2])) as tf.Tensor).dtype).toBe('float32');
});

test('options that change speed alone in Keras change nothing here', () => {
  const x = tf.ones([2, 3, 4]);
  const recurrent = { kernelInitializer: 'ones', recurrentInitializer: 'ones' } as const;
  close(layers.GRU(2, { ...recurrent, useCudnn: 'auto' })(x), layers.GRU(2, recurrent)(x));
  close(layers.LSTM(2, { ...recurrent, useCudnn: 'auto' })(x), layers.LSTM(2, recurrent)(x));
  const heads = { kernelInitializer: 'ones' } as const;
  const attended = layers.MultiHeadAttention(2, 2, heads)(x, x);
  close(layers.MultiHeadAttention(2, 2, { ...heads, flashAttention: true })(x, x), attended);
  const grouped = layers.GroupQueryAttention(2, 2, 1, heads)(x, x);
  close(layers.GroupQueryAttention(2, 2, 1, { ...heads, flashAttention: true })(x, x), grouped);
});

test('seeds: two layers of one seed drop the same', () => {
  const x = tf.ones([4, 6, 5]);
  const options = {
    dropout: 0.4,
    recurrentDropout: 0.3,
    kernelInitializer: 'ones',
    recurrentInitializer: 'ones',
  } as const;
  const run = (seed: number): unknown =>
    layers
      .SimpleRNN(3, { ...options, activation: 'linear', seed })(x, { training: true })
      .arraySync();
  same(run(3), run(3));
  expect(JSON.stringify(run(3))).not.toBe(JSON.stringify(run(4)));
});

test('AugMix: every option, repeating with its seeds, within its range', () => {
  const x = tf.mul(tf.reshape(tf.cast(tf.range(2 * 6 * 5 * 3), 'float32'), [2, 6, 5, 3]), 255 / 180);
  const options = {
    valueRange: [0, 255],
    numChains: 2,
    chainDepth: 2,
    factor: 0.4,
    alpha: 0.8,
    allOps: true,
    interpolation: 'nearest',
    dataFormat: 'channels_last',
  } as const;
  const run = (more: object = {}): tf.Tensor => {
    tf.keras.utils.setRandomSeed(5);
    return layers.AugMix({ ...options, seed: 9, ...more })(tf.cast(x, 'float32'), { training: true });
  };
  close(run(), run(), 0);
  for (const change of [{ numChains: 1 }, { chainDepth: 0 }, { factor: 0 }, { alpha: 3 }, { seed: 10 }])
    expect(JSON.stringify(run(change).arraySync()), JSON.stringify(change)).not.toBe(JSON.stringify(run().arraySync()));
  expect(Object.keys(layers.AugMix({ allOps: false }).augmentations)).not.toContain('randomBrightness');
  expect(Number(tf.reduceMin(run()).item())).toBeGreaterThanOrEqual(0);
  expect(Number(tf.reduceMax(run()).item())).toBeLessThanOrEqual(255);
  // Chains of no layer leave the pictures as they are.
  close(run({ chainDepth: 0 }), tf.cast(x, 'float32'), 1e-3);
});

test('MaxNumBoundingBoxes fills with its fill value', () => {
  const layer = layers.MaxNumBoundingBoxes(2, { fillValue: -7, boundingBoxFormat: 'xyxy' }) as object as (
    x: object,
  ) => {
    boundingBoxes: { boxes: tf.Tensor; labels: tf.Tensor };
  };
  const { boxes, labels } = layer({
    images: tf.zeros([1, 4, 4, 3]),
    boundingBoxes: { boxes: tf.ones([1, 1, 4]), labels: tf.ones([1, 1]) },
  }).boundingBoxes;
  same(boxes.arraySync(), [[[1, 1, 1, 1], [-7, -7, -7, -7]]]); // biome-ignore format: two boxes
  same(labels.arraySync(), [[1, -7]]);
});

test('STFTSpectrogram with the channels first', () => {
  const x = tf.sin(tf.reshape(tf.range(0, 240, 1, { dtype: 'float32' }), [1, 120, 2]));
  const options = {
    mode: 'magnitude',
    frameLength: 24,
    frameStep: 12,
    fftLength: 32,
    padding: 'same',
    expandDims: true,
  } as const;
  const last = layers.STFTSpectrogram({ ...options, dataFormat: 'channels_last' })(x);
  const first = layers.STFTSpectrogram({ ...options, dataFormat: 'channels_first' })(tf.transpose(x, [0, 2, 1]));
  close(tf.transpose(first, [0, 2, 3, 1]), last, 1e-4);
});

test('merging layers as functions', () => {
  const [a, b] = [tf.constant([[1, 5]], 'float32'), tf.constant([[3, 2]], 'float32')];
  const twice = (f: (inputs: readonly tf.Tensor[]) => tf.Tensor): unknown => f([a, b]).arraySync();
  same(twice(layers.average), [[2, 3.5]]);
  same(twice(layers.maximum), [[3, 5]]);
  same(twice(layers.minimum), [[1, 2]]);
  same(twice(layers.multiply), [[3, 10]]);
  same(twice(layers.subtract), [[-2, 3]]);
  same(twice(layers.add), [[4, 7]]);
  same(layers.concatenate([a, b], { axis: 1 }).arraySync(), [[1, 5, 3, 2]]);
  same(layers.dot([a, b], { axes: 1 }).arraySync(), [[13]]);
  same(layers.dot([a, b], 1).arraySync(), [[13]]);
  expect(Number(layers.dot([a, a], { axes: 1, normalize: true }).item())).toBeCloseTo(1);
});

test('deserialize: customObjects as second argument or as option, in every namespace', () => {
  class Mine extends tf.keras.Layer {
    override call(x: tf.Tensor): tf.Tensor {
      return x.mul(2);
    }
  }
  for (const given of [{ Mine }, { customObjects: { Mine } }])
    expect(layers.deserialize({ class_name: 'Mine', config: {} }, given)).toBeInstanceOf(Mine);
  expect(() => layers.deserialize({ class_name: 'Mine', config: {} })).toThrow(/'Mine'.*customObjects/);
  const double = (x: tf.Tensor): tf.Tensor => x.mul(2);
  close(activations.deserialize('relu', { customObjects: {} })(tf.tensor([-1, 2])), tf.tensor([0, 2]));
  const named = { module: 'builtins', class_name: 'function', config: 'double', registered_name: 'function' };
  close(
    activations.deserialize(named, { customObjects: { double } })(tf.ones([2])),
    tf.fill([2], tf.constant(2, { dtype: 'float32' })),
  );
  class Own extends optimizers.SGD {}
  expect(
    optimizers.deserialize({ class_name: 'Own', config: { learning_rate: 0.5 } }, { customObjects: { Own } }),
  ).toBeInstanceOf(Own);
  class Rate extends optimizers.schedules.LearningRateSchedule {
    override call(step: tf.Tensor): tf.Tensor {
      return tf.cast(step, 'float32').mul(2);
    }
    override getConfig() {
      return {};
    }
  }
  const rate = optimizers.schedules.deserialize({ class_name: 'Rate', config: {} }, { customObjects: { Rate } });
  expect(Number((rate as Rate).call(tf.constant(3)).item())).toBe(6);
  class Norm extends regularizers.Regularizer {
    override call(x: tf.Tensor): tf.Tensor {
      return tf.reduceSum(tf.abs(x));
    }
  }
  expect(regularizers.deserialize({ class_name: 'Norm', config: {} }, { customObjects: { Norm } })).toBeInstanceOf(
    Norm,
  );
  class Positive extends constraints.Constraint {
    override call(x: tf.Tensor): tf.Tensor {
      return tf.abs(x);
    }
  }
  expect(
    constraints.deserialize({ class_name: 'Positive', config: {} }, { customObjects: { Positive } }),
  ).toBeInstanceOf(Positive);
  expect(constraints.get('non_neg')).toBeInstanceOf(constraints.NonNeg);
  class Sevens extends initializers.Initializer {
    override call(shape: readonly number[]): tf.Tensor {
      return tf.fill([...shape], tf.constant(7, { dtype: 'float32' }));
    }
  }
  expect(initializers.deserialize({ class_name: 'Sevens', config: {} }, { customObjects: { Sevens } })).toBeInstanceOf(
    Sevens,
  );
  class Off extends losses.Loss {
    override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
      return tf.abs(yTrue.sub(yPred));
    }
  }
  expect(losses.deserialize({ class_name: 'Off', config: {} }, { customObjects: { Off } })).toBeInstanceOf(Off);
  const half = new Off({ reduction: 'sum', dtype: 'float64', name: 'off' });
  expect(half(tf.ones([3]), tf.zeros([3])).dtype).toBe('float64');
  expect(Number(half(tf.ones([3]), tf.zeros([3])).item())).toBe(3);
  class Count extends metrics.Metric {
    count = this.addVariable({ name: 'count' });
    override updateState(): void {
      this.count.assign(this.count.add(1));
    }
    override result(): tf.Tensor {
      return this.count.value();
    }
  }
  const count = metrics.deserialize({ class_name: 'Count', config: {} }, { customObjects: { Count } }) as Count;
  count.updateState();
  expect(Number(count.result().item())).toBe(1);
  expect(new Count({ dtype: 'float64', name: 'c' }).dtype).toBe('float64');
});

test('metrics of losses, by classes and functions that no case names', () => {
  const [t, q] = [tf.tensor([[0.2, 0.9]]), tf.tensor([[0.4, 0.6]])];
  const functions = [
    ['Poisson', metrics.poisson],
    ['Hinge', metrics.hinge],
    ['SquaredHinge', metrics.squaredHinge],
    ['CategoricalHinge', metrics.categoricalHinge],
    ['KLDivergence', metrics.klDivergence],
    ['LogCoshError', metrics.logCosh],
    ['MeanAbsolutePercentageError', metrics.meanAbsolutePercentageError],
    ['MeanSquaredLogarithmicError', metrics.meanSquaredLogarithmicError],
    ['BinaryCrossentropy', metrics.binaryCrossentropy],
  ] as const;
  for (const [name, f] of functions) {
    const metric = metrics[name]({ name: 'm', dtype: 'float32' });
    metric.updateState(t, q);
    close(metric.result() as tf.Tensor, tf.reduceMean(f(t, q)) as tf.Tensor);
  }
  const wrapped = metrics.MeanMetricWrapper((a: tf.Tensor, b: tf.Tensor) => tf.abs(a.sub(b)), { dtype: 'float64' });
  wrapped.updateState(t, q);
  expect((wrapped.result() as tf.Tensor).dtype).toBe('float64');
});

test('classes are called without new', () => {
  expect(tf.keras.DTypePolicy('mixed_float16').computeDtype).toBe('float16');
  expect(tf.keras.dtypePolicies.QuantizedDTypePolicy('int8', 'float32').name).toBe('int8_from_float32');
  expect(tf.keras.DTypePolicy('float32')).toBeInstanceOf(tf.keras.DTypePolicy);
  expect(new tf.keras.dtypePolicies.QuantizedDTypePolicy('int8', 'float32')).toBeInstanceOf(tf.keras.DTypePolicy);
  expect(tf.train.Checkpoint({ v: tf.Variable(1) })).toBeInstanceOf(tf.train.Checkpoint);
  expect(tf.keras.utils.Progbar(3).target).toBe(3);
  class Pair extends tf.Module {
    v = tf.Variable(1);
  }
  expect(new Pair().trainableVariables.length).toBe(1);
  expect(tf.Module({ name: 'm' }).name).toBe('m');
});

test('Progbar: averages, but for the metrics told; every option', () => {
  let text = '';
  const print = (part: string): void => void (text += part);
  const bar = tf.keras.utils.Progbar(3, {
    width: 6,
    interval: 0,
    verbose: 1,
    unitName: 'sample',
    statefulMetrics: ['rate'],
    terminal: true,
    print,
    now: () => 0,
  });
  bar.update(1, [['loss', 4], ['rate', 4]]); // biome-ignore format: pairs
  bar.add(1, [['loss', 2], ['rate', 2]]); // biome-ignore format: pairs
  expect(text).toMatch(/sample - loss: 4\.0000 - rate: 4\.0000.*loss: 3\.0000 - rate: 2\.0000/s);
  text = '';
  const other = tf.keras.utils.Progbar({
    target: 3,
    statelessMetrics: ['loss'],
    interval: 0,
    terminal: true,
    print,
    now: () => 0,
  });
  other.update(1, [['loss', 4], ['rate', 4]]); // biome-ignore format: pairs
  other.update(2, [['loss', 2], ['rate', 2]]); // biome-ignore format: pairs
  expect(text).toMatch(/loss: 3\.0000 - rate: 2\.0000/);
  expect(() => tf.keras.utils.Progbar(3, { statefulMetrics: [], statelessMetrics: [] })).toThrow(/wanted one of them/);
});
