// What training says to bad input: each error names the argument or layer, what was found, what was wanted.
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as tf from '../../index.ts';
import type { CompileOptions } from './types.ts';

const { layers, models, callbacks, losses } = tf.keras;
const quiet = { verbose: 0 } as const;
const classifier = (options: CompileOptions = {}) => {
  const model = models.Sequential([layers.Dense(3, { inputShape: [2], activation: 'softmax' })]);
  model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'], ...options });
  return model;
};
const x = tf.ones([4, 2]);
const good = tf.constant([0, 1, 2, 0]);
const tooLarge = tf.constant([0, 1, 2, 3]);
const given = (value: unknown): never => value as never;

afterEach(() => void vi.restoreAllMocks());

describe('labels out of range', () => {
  const said =
    /y: sample 3 has the label 3, but the loss sparse_categorical_crossentropy sees 3 classes.*wanted labels from 0 to 2/;
  it('are found in arrays before training', () => {
    const model = classifier();
    const before = model.getWeights().map(String);
    expect(() => model.fit(x, tooLarge, quiet)).toThrow(said);
    expect(() => model.trainOnBatch(x, tooLarge)).toThrow(/trainOnBatch: y: sample 3/);
    expect(() => model.testOnBatch(x, tooLarge)).toThrow(/testOnBatch: y: sample 3/);
    expect(() => model.fit(x, tf.constant([0, 1, -1, 0]), quiet)).toThrow(/sample 2 has the label -1/);
    expect(() => model.fit(x, tf.constant([0, Number.NaN, 1, 0]), quiet)).toThrow(/sample 1 has the label NaN/);
    expect(() => model.fit(x, ['a', 'b', 'a', 'c'], quiet)).toThrow(
      /found texts, such as 'a'.*from 0 to 2.*StringLookup/,
    );
    expect(model.getWeights().map(String)).toEqual(before);
  });
  it('are found in evaluation and validation', async () => {
    await expect(classifier().evaluate(x, tooLarge, quiet)).rejects.toThrow(said);
    await expect(
      classifier().fit(x, good, { validationData: [x, tooLarge], ...quiet }) as Promise<unknown>,
    ).rejects.toThrow(/fit: validationData: y: sample 3/);
  });
  it('are found in data sets, before the step', async () => {
    const model = classifier();
    const before = model.getWeights().map(String);
    const data = tf.data.Dataset.fromTensorSlices([x, tooLarge]).batch(4);
    await expect(model.fit(data, quiet) as Promise<unknown>).rejects.toThrow(said);
    expect(model.getWeights().map(String)).toEqual(before);
  });
  it('are found where classes are known only after the first step', async () => {
    class Mine extends models.Model {
      last = layers.Dense(3, { activation: 'softmax' });
      override call(inputs: tf.Tensor) {
        return this.last(inputs);
      }
    }
    const model = new Mine();
    model.compile({ optimizer: 'sgd', loss: losses.SparseCategoricalCrossentropy() });
    const run = model.fit(x, tooLarge, { shuffle: false, ...quiet });
    await expect(run as Promise<unknown>).rejects.toThrow(said);
  });
  it('are counted for each output, whose name is said', () => {
    const input = tf.keras.Input({ shape: [2] });
    const outputs = ['few', 'many'].map((name, i) => layers.Dense(2 + i, { name, activation: 'softmax' })(input));
    const model = models.Model({ inputs: input, outputs });
    model.compile({ optimizer: 'sgd', loss: { few: 'sparse_categorical_crossentropy', many: 'crossentropy' } });
    expect(() => model.fit(x, { few: tf.constant([0, 1, 1, 0]), many: tooLarge }, quiet)).toThrow(/3 classes.*'many'/);
    expect(() => model.fit(x, [good, good], quiet)).toThrow(/sample 2 has the label 2.*2 classes.*'few'/);
  });
  it('may be left out by the loss', async () => {
    const loss = losses.SparseCategoricalCrossentropy({ ignoreClass: -1 });
    const { history } = await classifier({ loss }).fit(x, tf.constant([0, -1, 2, -1]), quiet);
    expect(history.loss![0]).toBeGreaterThan(0);
    expect(() => classifier({ loss }).fit(x, tooLarge, quiet)).toThrow(/label 3/);
  });
});

describe('a loss that is NaN', () => {
  const nan = tf.fill([4, 3], Number.NaN);
  it('is said once in a run', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { history } = await classifier({ loss: 'mse', metrics: null }).fit(x, nan, { epochs: 3, ...quiet });
    expect(history.loss).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(/loss of epoch 1 is NaN. Usual reasons: .*learning rate.*TerminateOnNaN/);
  });
  it('ends training with TerminateOnNaN', async () => {
    const options = { epochs: 3, callbacks: [callbacks.TerminateOnNaN()], ...quiet };
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { history } = await classifier({ loss: 'mse', metrics: null }).fit(x, nan, options);
    expect(history.loss).toEqual([Number.NaN]);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('arguments of training', () => {
  it('must have the same number of samples', async () => {
    expect(() => classifier().fit(x, tf.zeros([5], { dtype: 'int32' }))).toThrow(/x 4 \(shape \(4, 2\)\), y 5/);
    expect(() => classifier().fit(x, good, { sampleWeight: tf.ones([3]) })).toThrow(/sampleWeight 3/);
    await expect(classifier().evaluate(x, tf.zeros([3], { dtype: 'int32' }))).rejects.toThrow(/x 4.*y 3/);
    expect(() => classifier().fit(tf.zeros([0, 2]), tf.zeros([0], { dtype: 'int32' }))).toThrow(/no samples/);
  });
  it('must be there', async () => {
    const model = classifier();
    expect(() => model.fit(given(undefined), given(undefined))).toThrow(/fit: x: found undefined; wanted a tensor/);
    expect(() => model.fit(given(null), good)).toThrow(/fit: x: found null/);
    await expect(model.fit(x, null, quiet) as Promise<unknown>).rejects.toThrow(/no target y was given/);
    await expect(model.fit(given(x), given(quiet)) as Promise<unknown>).rejects.toThrow(/no target y was given/);
    await expect(model.predict(given(undefined))).rejects.toThrow(/predict: found undefined/);
    expect(() => model.fit(x, good, given(5))).toThrow(/fit: options: found 5/);
    expect(() => model.fit(given(Promise.resolve(x)), good)).toThrow(/fit: x: found Promise/);
    expect(() => model.fit(given([[1, 2], [3]]), good)).toThrow(/not rectangular.*for several, make each a tensor/);
  });
  it('are numbers where a loss reads them, and the loss reads the outputs', async () => {
    const rejects = (model: ReturnType<typeof classifier>, y: unknown, said: RegExp) =>
      expect(model.fit(x, given(y), quiet) as Promise<unknown>).rejects.toThrow(said);
    await rejects(classifier({ loss: 'mse' }), ['cat', 'dog', 'cat', 'dog'], /yTrue: found texts.*StringLookup/);
    const blind = classifier({ loss: (yTrue) => tf.reduceMean(tf.cast(yTrue, 'float32')), metrics: [] });
    await rejects(blind, good, /model 'sequential.*': the loss does not depend on any of its trainable weights/);
  });
  it('must have a target for each loss, in the first fit and in later ones', async () => {
    const input = layers.Input({ shape: [2] });
    const model = models.Model(input, [
      layers.Dense(1, { name: 'one' })(input),
      layers.Dense(1, { name: 'two' })(input),
    ]);
    model.compile({ loss: { one: 'mse', two: 'mse' } });
    const part = { one: tf.ones([4, 1]) };
    const error = /output two has a loss, but no target was given for it in y/;
    await expect(model.fit(tf.ones([4, 2]), part, quiet) as Promise<unknown>).rejects.toThrow(error);
    await model.fit(tf.ones([4, 2]), { ...part, two: tf.ones([4, 1]) }, quiet);
    await expect(model.fit(tf.ones([4, 2]), part, quiet) as Promise<unknown>).rejects.toThrow(error);
  });
  it('must have the shapes that the model takes', async () => {
    await expect(classifier().fit(tf.ones([4, 7]), good, quiet) as Promise<unknown>).rejects.toThrow(
      /input 'input_layer.*' has shape \(4, 7\), wanted \(None, 2\)/,
    );
    await expect(
      classifier({ loss: 'mse', metrics: null }).fit(x, tf.ones([4, 5]), quiet) as Promise<unknown>,
    ).rejects.toThrow(/yTrue has shape \(4, 5\) and yPred \(4, 3\)/);
    expect(() => layers.LSTM(3)(tf.ones([2, 3]))).toThrow(/layer 'lstm.*expected ndim=3, found ndim=2.*\(2, 3\)/);
    expect(() => models.Sequential([layers.Input({ shape: [4] }), layers.LSTM(3)])).toThrow(
      /expected ndim=3, found ndim=2.*\(None, 4\)/,
    );
    expect(() => layers.Conv2D(3, 2)(tf.ones([2, 3]))).toThrow(/layer 'conv2d.*ndim=4, found ndim=2/);
  });
  it('must be known', () => {
    const model = classifier();
    expect(() => model.compile(given('adam'))).toThrow(/compile: found 'adam', wanted one record/);
    expect(() => model.compile(given(null))).toThrow(/compile: found null, wanted one record/);
    expect(() => model.compile(given({ optimiser: 'adam' }))).toThrow(
      /unknown option 'optimiser'. Did you mean 'optimizer'/,
    );
    expect(() => model.compile(given({ metrics: [5] }))).toThrow(/compile: metrics: found 5/);
    expect(() => model.compile(given({ metrics: ['accuracyy'] }))).toThrow(/unknown metric 'accuracyy'. Did you mean/);
    expect(() => model.compile(given({ optimizer: 'adamm' }))).toThrow(
      /unknown optimizer 'adamm'. Did you mean 'adam'/,
    );
    expect(() => model.fit(x, good, given({ callbacks: [{}] }))).toThrow(/callbacks: found {}, wanted instances/);
    expect(() => model.fit(x, good, { batchSize: 1.5 })).toThrow(/batchSize: found 1.5, wanted a whole number ≥ 1/);
    expect(() => model.fit(x, good, given({ validationSplit: '0.1' }))).toThrow(/validationSplit: found '0.1', wanted/);
    expect(() => model.fit(x, good, given({ validationData: x }))).toThrow(/validationData: found tensor/);
  });
});

describe('models that are not ready', () => {
  it('say what is to be done first', async () => {
    const model = models.Sequential([layers.Dense(2)]);
    expect(() => model.fit(x, x)).toThrow(/fit: model 'sequential.*' is not compiled. Call model.compile/);
    await expect(model.evaluate(x, x)).rejects.toThrow(/evaluate: model .* is not compiled/);
    expect(() => model.trainOnBatch(x, x)).toThrow(/trainOnBatch: model .* is not compiled/);
    const built = models.Sequential([layers.Input([1]), layers.Dense(1)]);
    await expect(built.saveWeights('w.txt')).rejects.toThrow(/'w.txt': wanted a name that ends in '.weights.h5'/);
    await expect(model.saveWeights('unbuilt.weights.h5')).rejects.toThrow(/is not built/);
    expect(() => model.outputShape).toThrow(/not built/);
    expect(() => model.countParams()).toThrow(/not built/);
    const empty = models.Sequential([]);
    await expect(empty.predict(x, quiet)).rejects.toThrow(/has no layers/);
  });
});

describe('a run that ends in an error', () => {
  const trainable = () => {
    const model = models.Sequential([layers.Dense(1, { inputShape: [2] })]);
    model.compile({ loss: 'mse' });
    return model;
  };
  const y = tf.ones([4, 1]);
  it('names the callback that threw, and says what is kept', async () => {
    class Mine extends callbacks.Callback {
      override onEpochEnd(epoch: number) {
        if (epoch === 2) throw new RangeError('out of tea');
      }
    }
    const model = trainable();
    const before = String(model.getWeights()[0]);
    const run = model.fit(x, y, { epochs: 5, callbacks: [new Mine()], ...quiet }) as Promise<unknown>;
    await expect(run).rejects.toBeInstanceOf(RangeError);
    await expect(run).rejects.toThrow(
      /out of tea \(thrown by Mine.onEpochEnd\) \(fit ended here; the weights are kept.*model.history has epochs? 1 to [23]/,
    );
    expect(String(model.getWeights()[0])).not.toBe(before);
    expect(model.history!.history.loss!.length).toBeGreaterThan(1);
  });
  it('says where data ended, and keeps what was trained', async () => {
    const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const three = function* () {
      for (let i = 0; i < 3; i++) yield [x, y] as const;
    };
    const short = await trainable().fit(three(), { stepsPerEpoch: 2, epochs: 3, ...quiet });
    expect(short.epoch).toEqual([0, 1]);
    expect(said.mock.calls.flat().join()).toMatch(/ended after 1 of 2 steps of epoch 2.*and training with it/);
    const even = await trainable().fit(three(), { stepsPerEpoch: 3, epochs: 3, ...quiet });
    expect(even.epoch).toEqual([0]);
    said.mockClear();
    const once = await trainable().fit(three(), { epochs: 2, ...quiet });
    expect(once.epoch).toEqual([0]);
    expect(said.mock.calls.flat().join()).toMatch(/ended before epoch 2.*a generator that goes on/);
    const none = trainable().fit((function* (): Generator<readonly [tf.Tensor, tf.Tensor]> {})(), {
      epochs: 2,
      ...quiet,
    }) as Promise<unknown>;
    await expect(none).rejects.toThrow(/no batches in epoch 1. A generator is read once over all epochs/);
    said.mockRestore();
  });
  it('names the folder that cannot be written, and who wanted to', async () => {
    const nowhere = new URL(import.meta.url).pathname;
    const saving = [callbacks.ModelCheckpoint(`${nowhere}/a.keras`)];
    await expect(trainable().fit(x, y, { callbacks: saving, ...quiet }) as Promise<unknown>).rejects.toThrow(
      /bad-input.test.ts: the folder cannot be made.*thrown by ModelCheckpoint.onEpochEnd.*weights are kept/,
    );
  });
  it('lists the logs that there are, where a callback watches another', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    try {
      const watching = [
        callbacks.EarlyStopping({ monitor: 'val_accurracy', mode: 'max' }),
        callbacks.ReduceLROnPlateau({ monitor: 'nonsense', mode: 'min' }),
      ];
      const history = await trainable().fit(x, y, { callbacks: watching, ...quiet });
      expect(history.epoch).toEqual([0]);
      const said = warn.mock.calls.map(([text]) => String(text));
      expect(said).toEqual([
        expect.stringMatching(/EarlyStopping: the log 'val_accurracy' is not there.*loss/),
        expect.stringMatching(/ReduceLROnPlateau: the log 'nonsense' is not there.*loss/),
      ]);
      await expect(
        trainable().fit(x, y, {
          callbacks: [callbacks.ModelCheckpoint('{val_acc}.keras')],
          ...quiet,
        }) as Promise<unknown>,
      ).rejects.toThrow(/asks for 'val_acc', which is no log; wanted one of epoch, loss.*weights are kept/);
    } finally {
      warn.mockRestore();
    }
  });
  it('takes one target for one output, whole numbers for frequencies', async () => {
    await expect(trainable().fit(x, [y, y], quiet) as Promise<unknown>).rejects.toThrow(/y has 2 targets.*1 output/);
    expect(() => trainable().fit(x, y, { validationFreq: 0 })).toThrow(/validationFreq: found 0/);
    expect(() => trainable().fit(x, y, { verbose: 7 as never })).toThrow(/verbose: found 7/);
  });
});

it('computeMetrics of a class decides the logs', async () => {
  class Mine extends models.Model {
    last = layers.Dense(1);
    override call(inputs: tf.Tensor) {
      return this.last(inputs);
    }
    override computeMetrics(options: Parameters<InstanceType<typeof models.Model>['computeMetrics']>[0]) {
      return { ...super.computeMetrics(options), five: tf.constant(5) };
    }
  }
  const model = new Mine();
  model.compile({ loss: 'mse', metrics: ['mae'] });
  const { history } = await model.fit(x, tf.ones([4, 1]), quiet);
  expect(Object.keys(history).sort()).toEqual(['five', 'loss', 'mae']);
  expect(history.five).toEqual([5]);
});

it('refuses data sets without end where no number of steps is given', async () => {
  const model = tf.keras.Sequential([tf.keras.Input({ shape: [2] }), tf.keras.layers.Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const endless = tf.data.Dataset.fromTensors([tf.ones([4, 2]), tf.ones([4, 1])] as const).repeat();
  const quiet = { verbose: 0 } as const;
  await expect(async () => model.fit(endless, quiet)).rejects.toThrow(/never ends.*stepsPerEpoch: 100/);
  await expect(async () => model.evaluate(endless, quiet)).rejects.toThrow(/evaluate: the data set never ends/);
  await expect(async () => model.predict(endless, quiet)).rejects.toThrow(/predict: the data set never ends/);
  const few = { ...quiet, stepsPerEpoch: 2, validationData: endless };
  await expect(async () => model.fit(endless, few as never)).rejects.toThrow(/validationSteps: 100/);
  const { history } = await model.fit(endless, { ...few, validationSteps: 1 } as never);
  expect(history.val_loss).toHaveLength(1);
});
