// Names of Keras 2 that Keras 3 has no more, and unknown names of everything that goes by name.
import { describe, expect, it } from 'vitest';
import * as tf from '../index.ts';

const { losses, metrics } = tf.keras;
const numbers = (x: tf.Tensor) => Array.from(x.dataSync() as Float32Array, (v) => Math.round(v * 1e5) / 1e5);

describe('losses and metrics as functions', () => {
  const yTrue = tf.constant([[0.2, 0.8]]);
  const yPred = tf.constant([[0.5, 0.6]]);
  // What tf_keras gives.
  it('kld, KLD, kullbackLeiblerDivergence, logcosh', () => {
    expect(numbers(losses.kld(yTrue, yPred))).toEqual([0.04689]);
    expect(numbers(losses.KLD(yTrue, yPred))).toEqual([0.04689]);
    expect(numbers(losses.kullbackLeiblerDivergence(yTrue, yPred))).toEqual([0.04689]);
    expect(numbers(losses.logcosh(yTrue, yPred))).toEqual([0.0321]);
    expect(numbers(metrics.kld(yTrue, yPred))).toEqual([0.04689]);
    expect(numbers(metrics.KLD(yTrue, yPred))).toEqual([0.04689]);
    expect(numbers(metrics.kullbackLeiblerDivergence(yTrue, yPred))).toEqual([0.04689]);
    expect(numbers(metrics.logcosh(yTrue, yPred))).toEqual([0.0321]);
  });
  it('mse, mae, mape, msle in both cases', () => {
    expect(numbers(losses.mse(yTrue, yPred))).toEqual(numbers(metrics.MSE(yTrue, yPred)));
    expect(numbers(losses.mae(yTrue, yPred))).toEqual(numbers(metrics.MAE(yTrue, yPred)));
    expect(numbers(losses.mape(yTrue, yPred))).toEqual(numbers(metrics.MAPE(yTrue, yPred)));
    expect(numbers(losses.msle(yTrue, yPred))).toEqual(numbers(metrics.MSLE(yTrue, yPred)));
    expect(numbers(losses.MSE(yTrue, yPred))).toEqual(numbers(metrics.mse(yTrue, yPred)));
    expect(numbers(losses.MAE(yTrue, yPred))).toEqual(numbers(metrics.mae(yTrue, yPred)));
    expect(numbers(losses.MAPE(yTrue, yPred))).toEqual(numbers(metrics.mape(yTrue, yPred)));
    expect(numbers(losses.MSLE(yTrue, yPred))).toEqual(numbers(metrics.msle(yTrue, yPred)));
  });
  it('Reduction', () => {
    expect(losses.MeanSquaredError({ reduction: losses.Reduction.NONE })(yTrue, yPred).shape).toEqual([1]);
    expect(losses.MeanSquaredError({ reduction: losses.Reduction.AUTO })(yTrue, yPred).shape).toEqual([]);
  });
});

describe('metrics.MeanTensor', () => {
  it('is the mean of each element', () => {
    const metric = metrics.MeanTensor();
    expect(() => metric.result()).toThrow(/has no value yet/);
    metric.updateState([0, 1, 2, 3]);
    metric.updateState([4, 5, 6, 7]);
    expect(numbers(metric.result())).toEqual([2, 3, 4, 5]);
    metric.updateState([12, 10, 8, 6], { sampleWeight: [0, 0.2, 0.5, 1] });
    expect(numbers(metric.result())).toEqual([2, 3.63636, 4.8, 5.33333]);
    expect(() => metric.updateState([1, 2])).toThrow(/found shape \(2,\), wanted \(4,\)/);
    metric.resetState();
    expect(numbers(metric.result())).toEqual([0, 0, 0, 0]);
  });
  it('of a shape that is given, and of weights of samples', () => {
    const metric = metrics.MeanTensor({ name: 'mine', dtype: 'float64', shape: [2, 2] });
    expect(numbers(metric.result())).toEqual([0, 0, 0, 0]);
    metric.updateState(
      [
        [1, 2],
        [3, 4],
      ],
      { sampleWeight: [[1], [3]] },
    );
    metric.updateState([
      [5, 6],
      [7, 8],
    ]);
    expect(numbers(metric.result())).toEqual([3, 4, 4, 5]);
    const again = metrics.deserialize(metrics.serialize(metric) as never);
    expect(again.getConfig()).toEqual(metric.getConfig());
  });
});
it('metrics.MeanRelativeError', () => {
  const metric = metrics.MeanRelativeError({ normalizer: [1, 3, 2, 3], name: 'relative', dtype: 'float32' });
  metric.updateState([1, 3, 2, 3], [2, 4, 6, 8]);
  expect(metric.result().item()).toBeCloseTo(1.25, 6);
  expect(metric.getConfig()).toMatchObject({ name: 'relative', normalizer: [1, 3, 2, 3] });
  expect(numbers(metrics.MeanRelativeError([1, 0])([1, 1], [2, 2]))).toEqual([0.5]);
});

describe('unknown names suggest the nearest', () => {
  const near: readonly (readonly [what: string, f: () => unknown, nearest: string])[] = [
    ['activations.get', () => tf.keras.activations.get('sotfmax'), 'softmax'],
    ['activations.deserialize', () => tf.keras.activations.deserialize('geluu'), 'gelu'],
    ['constraints.get', () => tf.keras.constraints.get('maxnrom'), 'max_norm'],
    ['constraints.deserialize', () => tf.keras.constraints.deserialize('non_negg'), 'non_neg'],
    ['initializers.get', () => tf.keras.initializers.get('glorot_unifrom'), 'glorot_uniform'],
    ['initializers.deserialize', () => tf.keras.initializers.deserialize('he_norml'), 'he_normal'],
    ['layers.deserialize', () => tf.keras.layers.deserialize({ class_name: 'Desne', config: {} }), 'Dense'],
    ['losses.get', () => losses.get('mean_squared_eror'), 'mean_squared_error'],
    ['losses.deserialize', () => losses.deserialize('hingge'), 'hinge'],
    ['metrics.get', () => metrics.get('acuracy'), 'accuracy'],
    ['metrics.deserialize', () => metrics.deserialize('precison'), 'precision'],
    ['optimizers.get', () => tf.keras.optimizers.get('rmsporp'), 'rmsprop'],
    ['optimizers.deserialize', () => tf.keras.optimizers.deserialize({ class_name: 'Adma', config: {} }), 'Adam'],
    [
      'schedules.deserialize',
      () => tf.keras.optimizers.schedules.deserialize({ class_name: 'CosineDecy', config: {} }),
      'CosineDecay',
    ],
    ['regularizers.get', () => tf.keras.regularizers.get('l22'), 'l2'],
    ['regularizers.deserialize', () => tf.keras.regularizers.deserialize({ class_name: 'L1L3', config: {} }), 'L1L2'],
    ['quantizers.get', () => tf.keras.quantizers.get('abs_max_quantizr'), 'abs_max_quantizer'],
    ['dtypePolicies.get', () => tf.keras.dtypePolicies.get('mixed_float61'), 'mixed_float16'],
    ['dtypePolicies.get of a dtype', () => tf.keras.dtypePolicies.get('flot32'), 'float32'],
  ];
  it.each(near)('%s', (_, f, nearest) => {
    expect(f).toThrow(new RegExp(`'?${nearest}\\b`, 'i'));
    expect(f).toThrow(/Did you mean/);
  });
});

describe('channels_first works for every layer that has a dataFormat', () => {
  const { layers } = tf.keras;
  const first = { dataFormat: 'channels_first' } as const;
  type Made = (options: { dataFormat?: 'channels_first' }) => (x: tf.Tensor) => tf.Tensor;
  type Spatial = readonly [name: string, rank: number, make: Made];
  const spatial: readonly Spatial[] = [1, 2, 3].flatMap((rank) => {
    const named = (name: string, ...args: unknown[]): Spatial => [
      name,
      rank,
      (o) => Reflect.apply(Reflect.get(layers, name), null, [...args, o]) as ReturnType<Made>,
    ];
    const forRank = (name: string) => `${name}${rank}D`;
    return [
      named(forRank('Conv'), 2, 2),
      named(`Conv${rank}DTranspose`, 2, 2),
      ...['Max', 'Average'].flatMap((kind) => [
        named(forRank(`${kind}Pooling`), 2),
        named(forRank(`Global${kind}Pooling`)),
        named(forRank(`Adaptive${kind}Pooling`), 2),
      ]),
      ...(rank < 3 ? [named(forRank('DepthwiseConv'), 2), named(forRank('SeparableConv'), 2, 2)] : []),
      ...(rank > 1
        ? ['Cropping', 'ZeroPadding', 'UpSampling'].map((name) => named(forRank(name), 1))
        : [named('ZeroPadding1D', 1)]),
    ];
  });
  const shapes = { 1: [2, 5, 3], 2: [2, 5, 4, 3], 3: [2, 4, 5, 4, 3] } as const;
  it.each(spatial)('%s', (_, rank, make) => {
    const shape = shapes[rank as 1 | 2 | 3];
    const size = shape.reduce<number>((a, b) => a * b, 1);
    const x = tf
      .range(size, { dtype: 'float32' })
      .mul(0.618)
      .mod(1)
      .reshape([...shape]);
    const axes = [0, rank + 1, ...Array.from({ length: rank }, (__, i) => i + 1)];
    const [plain, other] = [make({}) as tf.keras.Layer & Made, make(first) as tf.keras.Layer & Made];
    const run = (layer: unknown, input: tf.Tensor) => Reflect.apply(layer as never, null, [input]) as tf.Tensor;
    const wanted = run(plain, x);
    run(other, x.transpose(axes));
    other.setWeights(plain.getWeights());
    const found = run(other, x.transpose(axes));
    const moved = wanted.rank === rank + 2 ? wanted.transpose(axes) : wanted;
    expect(found.shape).toEqual(moved.shape);
    const off = tf.reduceMax(tf.abs(found.sub(moved))).item() as number;
    expect(off).toBeLessThan(1e-5);
  });
});
