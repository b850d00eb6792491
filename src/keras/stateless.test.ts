// Stateless calls of layers and steps of optimizers, scikit-learn's wrappers and own variables of layers, against Keras (on JAX, for its
// optimizers' do not run on TensorFlow): test/fixtures/make_keras_stateless.py.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as tf from '../index.ts';

type Numbers = readonly (number | Numbers)[];
interface Step {
  readonly gradients: Numbers[];
  readonly variables: Numbers[];
  readonly state: (number | Numbers)[];
}
const fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/keras_stateless.json', import.meta.url), 'utf8'),
) as {
  trainable: Numbers[];
  others: Numbers[];
  x: number[][];
  calls: { training: boolean; outputs: Numbers; after: Numbers[]; losses: number[]; gradients: Numbers[] }[];
  applied: { optimizer: string; config: Record<string, unknown>; steps: Step[] }[];
  rows: number[][];
  targets: number[][];
  classes: number[];
  wrapped: Record<'classifier' | 'regressor', { predicted: number[]; score: number; weighted: number }>;
};
const { layers, models, optimizers, regularizers, wrappers, StatelessScope } = tf.keras;
const tensor = (value: unknown): tf.Tensor => tf.constant(value as number[], { dtype: 'float32' });
const close = (got: tf.Tensor, wanted: unknown, bound = 2e-5): void => {
  const other = tensor(wanted);
  expect(got.shape).toEqual(other.shape);
  expect(Number(tf.reduceMax(tf.abs(tf.cast(got, 'float32').sub(other))).item())).toBeLessThanOrEqual(bound);
};
const all = (got: readonly tf.Tensor[], wanted: readonly unknown[], bound?: number): void => {
  expect(got.length).toBe(wanted.length);
  got.forEach((value, i) => {
    close(value, wanted[i], bound);
  });
};

describe('statelessCall', () => {
  const model = models.Sequential([
    layers.Input([3]),
    layers.Dense(4, { activation: 'tanh' }),
    layers.BatchNormalization(),
    layers.Dense(2, { kernelRegularizer: regularizers.L2(0.1), activityRegularizer: 'l1' }),
  ]);
  const before = JSON.stringify(model.getWeights().map((weight) => weight.arraySync()));
  const [trainable, others, x] = [fixture.trainable.map(tensor), fixture.others.map(tensor), tensor(fixture.x)];

  test.each(fixture.calls)('training $training: outputs, what changes, losses, gradients to the values', (wanted) => {
    const options = { training: wanted.training };
    const [outputs, after, losses] = model.statelessCall(trainable, others, x, { ...options, returnLosses: true });
    close(outputs as tf.Tensor, wanted.outputs);
    all(after, wanted.after);
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    // Keras on JAX divides the activity's loss by the batch, too; the order of the losses is its own.
    expect(sum(losses!.map((loss) => loss.item() as number))).toBeCloseTo(sum(wanted.losses), 4);
    const tape = tf.GradientTape();
    const total = tape.record(() => {
      tape.watch(trainable);
      return tf.reduceSum(tf.square(model.statelessCall(trainable, others, x, options)[0] as tf.Tensor));
    });
    all(tape.gradient(total, trainable) as tf.Tensor[], wanted.gradients, 1e-4);
    expect(JSON.stringify(model.getWeights().map((weight) => weight.arraySync()))).toBe(before);
  });
  test('in a compiled function, and of a recurrent layer with other values each time', () => {
    const step = tf.function((...values: tf.Tensor[]) => model.statelessCall(values, others, x)[0] as tf.Tensor);
    close(step(...trainable), fixture.calls[0]!.outputs);
    const layer = layers.LSTM(2);
    layer(tf.ones([1, 3, 2]));
    const of = (scale: number): number => {
      const values = layer.trainableVariables.map((variable) => tf.fill(variable.dims, tensor(scale)));
      const state = layer.nonTrainableVariables.map((variable) => variable.value());
      return tf.reduceSum(layer.statelessCall(values, state, tf.ones([1, 3, 2]))[0] as tf.Tensor).item() as number;
    };
    const [none, some] = [of(0), of(0.5)];
    expect([none, of(0.5), of(0)]).toEqual([0, some, 0]);
    expect(some).toBeGreaterThan(0.5);
  });
  test('refuses other numbers of values, other shapes and layers without variables', () => {
    expect(() => model.statelessCall([], others, x)).toThrow(/trainableVariables: found 0 values, wanted 6/);
    expect(() => model.statelessCall(trainable, others)).toThrow(/found no inputs/);
    const wrong = [tf.ones([4, 3]), ...trainable.slice(1)];
    expect(() => model.statelessCall(wrong, others, x)).toThrow(/has shape \(3, 4\), its value \(4, 3\)/);
    expect(() => layers.Dense(2).statelessCall([], [], x)).toThrow(/not built/);
  });
  test('StatelessScope keeps what is assigned', () => {
    const [a, b] = [tf.Variable(1), tf.Variable(2)];
    const scope = new StatelessScope({ stateMapping: [[a, 10]], collectLosses: true });
    expect(scope.getCurrentValue(b)).toBeNull();
    scope.run(() => {
      b.assign(a.add(5));
      a.assign(b.mul(2));
    });
    expect([a, b].map((variable) => scope.getCurrentValue(variable)!.item())).toEqual([30, 15]);
    expect([a.item(), b.item()]).toEqual([1, 2]);
    scope.addUpdate([a, tf.constant(3)]);
    scope.addLoss(tf.constant(4));
    expect([scope.getCurrentValue(a)!.item(), scope.losses.length, scope.collectLosses]).toEqual([3, 1, true]);
  });
});

test.each(fixture.applied)('statelessApply of $optimizer $config', ({ optimizer: name, config, steps }) => {
  const optimizer = optimizers.deserialize({ class_name: name, config: { ...config, learning_rate: 0.1 } } as never);
  optimizer.build(fixture.trainable.map((value) => tf.Variable(tensor(value))));
  let state = optimizer.variables.map((variable) => variable.value());
  let values = fixture.trainable.map(tensor);
  for (const step of steps) {
    [values, state] = optimizer.statelessApply(state, step.gradients.map(tensor), values);
    all(values, step.variables);
    all(state, step.state);
  }
  expect(optimizer.iterations.item()).toBe(0);
});

test('saveOwnVariables and loadOwnVariables: the weights by number', () => {
  const [one, other] = [layers.Dense(2), layers.Dense(2)];
  for (const layer of [one, other]) layer(tf.ones([1, 3]));
  const store: Record<string, tf.Tensor> = {};
  one.saveOwnVariables(store);
  expect(Object.keys(store)).toEqual(['0', '1']);
  other.loadOwnVariables(store);
  all(
    other.getWeights(),
    one.getWeights().map((weight) => weight.arraySync()),
    0,
  );
  expect(() => other.loadOwnVariables({ 0: tf.ones([2, 2]) })).toThrow(/wanted the same number with the same shapes/);
});

describe('wrappers', () => {
  const linear = (units: number, activation: 'softmax' | null, loss: 'mse' | 'categorical_crossentropy') => {
    const net = models.Sequential([layers.Input([3]), layers.Dense(units, { activation })]);
    net.setWeights([tf.reshape(tf.sin(tf.range(3 * units, { dtype: 'float32' })), [3, units]), tf.zeros([units])]);
    net.compile({ optimizer: optimizers.SGD(0.5), loss });
    return net;
  };
  const fitKwargs = { epochs: 1, batchSize: 12, verbose: 0, shuffle: false } as const;
  const weights = tf.linspace(0.1, 2, 12);
  const { classes, rows } = fixture;
  const flat = fixture.targets.map(([first]) => first!);

  test('SKLearnClassifier: classes in, classes out, accuracy', async () => {
    const estimator = wrappers.SKLearnClassifier(() => linear(3, 'softmax', 'categorical_crossentropy'), { fitKwargs });
    await estimator.fit(rows, classes);
    const wanted = fixture.wrapped.classifier;
    expect((await estimator.predict(rows)).arraySync()).toEqual(wanted.predicted);
    expect(await estimator.score(rows, classes)).toBeCloseTo(wanted.score, 6);
    expect(await estimator.score(rows, classes, weights)).toBeCloseTo(wanted.weighted, 5);
    expect((await estimator.decisionFunction(rows)).shape).toEqual([12, 3]);
    expect([estimator.epoch_, estimator.classes_]).toEqual([1, [0, 1, 2]]);
    const words = ['no', 'yes', 'maybe'];
    await estimator.fit(
      rows,
      classes.map((one) => words[one]!),
    );
    expect(estimator.classes_).toEqual(['maybe', 'no', 'yes']);
    expect(words).toContain((await estimator.predict(rows)).at(0).numpy());
    await expect(
      estimator.fit(
        rows,
        classes.map(() => 1),
      ),
    ).rejects.toThrow(/one class only, 1/);
  });
  test('SKLearnRegressor: a compiled model is cloned, R²', async () => {
    const given = linear(1, null, 'mse');
    const start = given.getWeights()[0]!.arraySync();
    const estimator = wrappers.SKLearnRegressor({
      model: ({ X, y, units }: tf.keras.wrappers.ModelData) => {
        expect([X.shape, y.shape, units]).toEqual([[12, 3], [12, 1], 1]);
        return linear(1, null, 'mse');
      },
      modelKwargs: { units: 1 },
      fitKwargs,
    });
    await estimator.fit(rows, flat);
    const wanted = fixture.wrapped.regressor;
    close(await estimator.predict(rows), wanted.predicted);
    expect(await estimator.score(rows, flat)).toBeCloseTo(wanted.score, 4);
    expect(await estimator.score(rows, flat, weights)).toBeCloseTo(wanted.weighted, 4);
    const cloned = wrappers.SKLearnRegressor(given, { fitKwargs });
    await cloned.fit(rows, flat, { epochs: 2 });
    expect([cloned.epoch_, cloned.model_ === given]).toEqual([2, false]);
    expect(given.getWeights()[0]!.arraySync()).toEqual(start);
    const warm = wrappers.SKLearnRegressor(given).setParams({ warmStart: true, fitKwargs });
    await warm.fit(rows, flat);
    const { model_ } = warm;
    await warm.fit(rows, flat);
    expect(warm.model_).toBe(model_);
    expect(Object.keys(warm.getParams())).toEqual(['model', 'warmStart', 'modelKwargs', 'fitKwargs']);
  });
  test('SKLearnTransformer, and what is refused', async () => {
    const estimator = wrappers.SKLearnTransformer(() => linear(2, null, 'mse'), { fitKwargs });
    const features = await estimator.fitTransform(rows, fixture.targets);
    close(await estimator.transform(rows), features.arraySync());
    await expect(estimator.transform([[1, 2]])).rejects.toThrow(
      /X has 2 features, but SKLearnTransformer was fitted with 3/,
    );
    await expect(wrappers.SKLearnRegressor(() => linear(1, null, 'mse')).predict(rows)).rejects.toThrow(/not fitted/);
    await expect(estimator.fit(rows, [1])).rejects.toThrow(/X has 12 rows .* y 1/);
    const bare = wrappers.SKLearnRegressor(() => models.Sequential([layers.Dense(1)]));
    await expect(bare.fit(rows, flat)).rejects.toThrow(/not compiled/);
    expect(() => wrappers.SKLearnRegressor({} as never)).toThrow(/model: found undefined/);
    expect(() => estimator.setParams({ epochs: 3 } as never)).toThrow(/found 'epochs', wanted one of model/);
  });
});
