// Mixed precision from the global policy through fit: layers compute in half precision, weights stay float32, the loss is scaled.
import { afterEach, expect, test } from 'vitest';
import * as tf from '../index.ts';

const { layers, mixedPrecision, optimizers } = tf.keras;
afterEach(() => mixedPrecision.setGlobalPolicy('float32'));

const data = (): [tf.Tensor, tf.Tensor] => {
  const x = tf.random.normal([256, 4], { seed: 3 });
  return [x, tf.reduceSum(x, { axis: 1, keepdims: true })];
};
const made = () =>
  tf.keras.Sequential([
    layers.Dense(8, { activation: 'tanh', inputShape: [4] }),
    layers.Dense(1, { dtype: 'float32' }),
  ]);

test.each(['mixed_float16', 'mixed_bfloat16'] as const)('%s trains', async (policy) => {
  tf.keras.utils.setRandomSeed(5);
  mixedPrecision.setGlobalPolicy(policy);
  expect(mixedPrecision.globalPolicy().name).toBe(policy);
  const model = made();
  const half = policy.slice(6);
  expect(model.layers.map((layer) => [layer.computeDtype, layer.variableDtype])).toEqual([
    [half, 'float32'],
    ['float32', 'float32'],
  ]);
  model.compile({ optimizer: optimizers.Adam(0.05), loss: 'mse' });
  const [x, y] = data();
  const { history } = await model.fit(x, y, { epochs: 12, batchSize: 32, verbose: 0 });
  expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]! / 4);
  for (const weight of model.weights) expect(weight.dtype).toBe('float32');
  const first = model.layers[0]!;
  expect((first(x) as tf.Tensor).dtype).toBe(half);
  expect(model(x).dtype).toBe('float32');
  // Only float16 needs its loss scaled.
  expect(model.optimizer.constructor.name).toBe(policy === 'mixed_float16' ? 'LossScaleOptimizer' : 'Adam');
});

test('eager and compiled steps agree, and a step with gradients beyond float16 is left out', async () => {
  const [x, y] = data();
  const losses: number[][] = [];
  for (const runEagerly of [false, true]) {
    tf.keras.utils.setRandomSeed(5);
    mixedPrecision.setGlobalPolicy('mixed_float16');
    const model = made();
    model.compile({ optimizer: optimizers.SGD(0.05), loss: 'mse', runEagerly });
    losses.push((await model.fit(x, y, { epochs: 2, batchSize: 64, shuffle: false, verbose: 0 })).history.loss!);
  }
  losses[0]!.forEach((loss, i) => {
    expect(loss).toBeCloseTo(losses[1]![i]!, 2);
  });

  const model = made();
  const scaling = optimizers.LossScaleOptimizer(optimizers.SGD(0.05), { initialScale: 2 ** 40 });
  model.compile({ optimizer: scaling, loss: 'mse' });
  await model.trainOnBatch(x, y);
  const before = model.getWeights().map((weight) => weight.numpy());
  await model.trainOnBatch(x, y);
  expect(model.getWeights().map((weight) => weight.numpy())).toEqual(before);
  expect(scaling.dynamicScale!.item()).toBe(2 ** 38);
});

test('autoScaleLoss: false leaves the optimizer as it is', () => {
  mixedPrecision.setGlobalPolicy('mixed_float16');
  const model = made();
  model.compile({ optimizer: 'sgd', loss: 'mse', autoScaleLoss: false });
  expect(model.optimizer.constructor.name).toBe('SGD');
});
