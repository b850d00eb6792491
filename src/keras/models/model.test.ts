// Models: building, names and paths, training against a closed form, configs there and back, and what bad input says.
import { describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';

const { layers, models, callbacks } = tf.keras;
const fresh = () => tf.keras.utils.clearSession();
const dense = () => models.Sequential([layers.Dense(2, { activation: 'relu', inputShape: [3] }), layers.Dense(1)]);

describe('structure', () => {
  it('names layers and weights as Keras does', () => {
    fresh();
    const model = dense();
    expect(model.layers.map((layer) => layer.name)).toEqual(['dense', 'dense_1']);
    expect(model.weights.map((weight) => weight.path)).toEqual([
      'sequential/dense/kernel',
      'sequential/dense/bias',
      'sequential/dense_1/kernel',
      'sequential/dense_1/bias',
    ]);
    expect(model.countParams()).toBe(11);
  });
  it('takes the layers of a Sequential by name too, and refuses what it does not know', () => {
    const model = tf.keras.Sequential({ layers: [layers.Dense(1)], name: 'named' });
    expect([model.name, model.layers.length]).toEqual(['named', 1]);
    expect(() => tf.keras.Sequential([], { nam: 'x' } as never)).toThrow(/unknown option 'nam'\. Did you mean 'name'/);
    expect(() => tf.keras.Sequential(layers.Dense(1) as never)).toThrow(
      /Sequential: found function dense.*wanted a list/,
    );
  });
  it('finds unknown dimensions by running call on shapes alone', () => {
    const input = tf.keras.Input({ shape: [null, 4] });
    const output = input.mul(2).sum(1);
    expect(output.shape).toEqual([null, 4]);
    expect(layers.Flatten()(tf.keras.Input({ shape: [2, 3] })).shape).toEqual([null, 6]);
  });
  it('writes a config from which the same model is made', () => {
    fresh();
    const a = tf.keras.Input({ shape: [3], name: 'a' });
    const b = tf.keras.Input({ shape: [3], name: 'b' });
    const shared = layers.Dense(2, { name: 'shared' });
    const joined = layers.Concatenate()([shared(a), shared(b).mul(2)]);
    const model = models.Model({ inputs: { a, b }, outputs: [layers.Dense(1)(joined), joined] });
    const copy = models.modelFromJSON(model.toJSON());
    expect(JSON.parse(copy.toJSON())).toEqual(JSON.parse(model.toJSON()));
    copy.setWeights(model.getWeights());
    const x = { a: tf.ones([2, 3]), b: tf.zeros([2, 3]) };
    const [first] = model(x);
    const [again] = copy(x) as never as tf.Tensor[];
    expect(again!.arraySync()).toEqual(first!.arraySync());
  });
  it('takes inputs and outputs by place, as Python does', () => {
    const input = tf.keras.Input({ shape: [3] });
    const one = models.Model(input, layers.Dense(2)(input), { name: 'placed' });
    expect([one.name, one(tf.ones([4, 3])).shape]).toEqual(['placed', [4, 2]]);
    const [first, second] = new tf.keras.Model([input], [layers.Dense(2)(input), layers.Dense(1)(input)])([
      tf.ones([4, 3]),
    ]);
    expect([first.shape, second.shape]).toEqual([
      [4, 2],
      [4, 1],
    ]);
  });
  it('takes the options of older versions', () => {
    expect(layers.LeakyReLU({ alpha: 0.1 }).getConfig()).toMatchObject({ negative_slope: 0.1 });
    expect(layers.Dense({ units: 3 }).units).toBe(3);
  });
});

describe('training', () => {
  it('takes the step of gradient descent that the formula gives', async () => {
    const model = models.Sequential([layers.Dense(1, { inputShape: [1], kernelInitializer: 'ones' })]);
    model.compile({ optimizer: tf.keras.optimizers.SGD({ learningRate: 0.1 }), loss: 'mse' });
    await model.fit(tf.constant([[1], [2]]), tf.constant([[2], [4]]), { verbose: 0 });
    // w = 1, b = 0: errors −1, −2; dw = 2·mean(e·x) = −5, db = 2·mean(e) = −3.
    const [w, b] = model.getWeights();
    expect(w!.item()).toBeCloseTo(1.5, 6);
    expect(b!.item()).toBeCloseTo(0.3, 6);
  });
  it('gives the same eagerly and compiled', async () => {
    const run = async (runEagerly: boolean) => {
      tf.keras.utils.setRandomSeed(3);
      const model = dense();
      model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'], runEagerly });
      const x = tf.linspace(0, 1, 30).reshape([10, 3]);
      return (await model.fit(x, x.sum(1, { keepdims: true }), { epochs: 2, batchSize: 4, shuffle: false, verbose: 0 }))
        .history;
    };
    const [eager, compiled] = [await run(true), await run(false)];
    expect(Object.keys(compiled)).toEqual(['loss', 'mae']);
    compiled.loss!.forEach((loss, i) => void expect(loss).toBeCloseTo(eager.loss![i]!, 5));
  });
  it('can be read epoch by epoch and left early', async () => {
    const model = dense();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const run = model.fit(tf.ones([4, 3]), tf.ones([4, 1]), { epochs: 100, verbose: 0 });
    const seen: number[] = [];
    for await (const { epoch } of run) {
      seen.push(epoch);
      if (epoch === 2) break;
    }
    expect(seen).toEqual([0, 1, 2]);
    expect((await run).epoch.length).toBeLessThan(100);
  });
  it('ends in order on an abort signal, and by callbacks', async () => {
    const model = dense();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const controller = new AbortController();
    const stop = callbacks.LambdaCallback({ onEpochEnd: (epoch) => void (epoch === 1 && controller.abort()) });
    const options = { epochs: 50, verbose: 0, signal: controller.signal, callbacks: [stop] } as const;
    expect((await model.fit(tf.ones([4, 3]), tf.ones([4, 1]), options)).epoch).toEqual([0, 1]);
  });
  it('gives an overridden trainStep what the data set would', async () => {
    const seen: unknown[] = [];
    class Mine extends models.Model {
      inner = layers.Dense(1);
      override call(x: tf.Tensor) {
        return this.inner(x);
      }
      override trainStep(data: unknown) {
        seen.push(Array.isArray(data) ? data.length : (data as tf.Tensor).shape);
        return { mine: tf.constant(7, { dtype: 'float32' }) };
      }
    }
    const model = new Mine();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.fit(tf.ones([4, 3]), null, { verbose: 0 });
    await model.fit(tf.ones([4, 3]), tf.ones([4, 1]), { verbose: 0 });
    await model.fit(tf.ones([4, 3]), tf.ones([4, 1]), { verbose: 0, sampleWeight: tf.ones([4]) });
    expect(seen).toEqual([[4, 3], 2, 3]);
  });
  for (const runEagerly of [false, true])
    it(`trains by a step that asks for the weights before it calls the model (runEagerly: ${runEagerly})`, async () => {
      class Mine extends models.Model {
        inner = layers.Dense(1);
        override call(x: tf.Tensor) {
          return this.inner(x);
        }
        override trainStep([x, y]: [tf.Tensor, tf.Tensor]) {
          const weights = this.trainableVariables;
          const [loss, gradients] = tf.valueAndGrad(() => tf.reduceMean(this(x).sub(y).square()), weights);
          this.optimizer.applyGradients(weights.map((weight, i) => [gradients[i]!, weight]));
          return { loss };
        }
      }
      const model = new Mine();
      model.compile({ optimizer: tf.keras.optimizers.SGD(0.05), runEagerly });
      const { loss } = (await model.fit(tf.ones([4, 3]), tf.ones([4, 1]).mul(5), { epochs: 3, verbose: 0 })).history;
      expect(loss![1]).toBeLessThan(loss![0]!);
      expect(loss![2]).toBeLessThan(loss![1]!);
    });
  it('lets a model without call train by a step of its own', async () => {
    class Mine extends models.Model {
      inner = layers.Dense(1);
      override trainStep([x]: [tf.Tensor, tf.Tensor]) {
        return { sum: tf.reduceSum(this.inner(x)).mul(0) };
      }
    }
    const model = new Mine();
    model.compile({ optimizer: 'sgd' });
    expect((await model.fit(tf.ones([4, 3]), tf.ones([4, 1]), { verbose: 0 })).history).toEqual({ sum: [0] });
  });
  it('uses an overridden trainStep', async () => {
    class Mine extends models.Model {
      inner = layers.Dense(1);
      override call(x: tf.Tensor) {
        return this.inner(x);
      }
      override trainStep() {
        return { mine: tf.constant(7, { dtype: 'float32' }) };
      }
    }
    const model = new Mine();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    expect((await model.fit(tf.ones([4, 3]), tf.ones([4, 1]), { verbose: 0 })).history).toEqual({ mine: [7] });
  });
});

describe('bad input', () => {
  const model = () => {
    const made = dense();
    made.compile({ optimizer: 'sgd', loss: 'mse' });
    return made;
  };
  it('names options that do not exist', () => {
    expect(() => layers.Dense(3, { activaton: 'relu' } as never)).toThrow(
      /Dense: unknown option 'activaton'. Did you mean 'activation'/,
    );
    expect(() => layers.Dense(3, { activation: 'rleu' } as never)).toThrow(
      /Dense: activation: unknown activation 'rleu'. Did you mean 'relu'/,
    );
    expect(() => layers.Dense(-1)).toThrow(/Dense: units: found -1, wanted a whole number ≥ 1/);
    expect(() => layers.Dense({} as never)).toThrow(/option 'units' is missing/);
    expect(() => model().compile({ loss: 'msee' } as never)).toThrow(
      /compile: loss: unknown loss 'msee'. Did you mean 'mse'/,
    );
    expect(() => model().fit(tf.ones([1, 3]), tf.ones([1, 1]), { epoch: 3 } as never)).toThrow(
      /fit: unknown option 'epoch'. Did you mean 'epochs'/,
    );
  });
  it('names shapes found and wanted', () => {
    expect(() => model()(tf.ones([2, 5]))).toThrow(/input 'input_layer.*' has shape \(2, 5\), wanted \(None, 3\)/);
    expect(() => layers.Dense(2)(tf.ones([3]))).toThrow(/expected min_ndim=2, found ndim=1/);
    expect(() => layers.Concatenate()([tf.ones([2, 3]), tf.ones([3, 3])])).toThrow(/shapes \(2, 3\) and \(3, 3\)/);
    expect(() => model().setWeights([tf.ones([3, 2])])).toThrow(/4 weights, 1 were given/);
  });
  it('says what was to be done first', () => {
    expect(() => dense().fit(tf.ones([1, 3]), tf.ones([1, 1]))).toThrow(/not compiled. Call model.compile/);
    expect(() => layers.Dense(2).countParams()).toThrow(/not built/);
    expect(() => models.Sequential([layers.Dense(2)]).inputShape).toThrow(/not built/);
  });
  it('counts samples, and checks labels', () => {
    expect(() => model().fit(tf.ones([4, 3]), tf.ones([5, 1]))).toThrow(/x 4 \(shape \(4, 3\)\), y 5/);
    const classes = models.Sequential([layers.Dense(3, { inputShape: [2], activation: 'softmax' })]);
    classes.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
    expect(() => classes.fit(tf.ones([2, 2]), tf.constant([0, 3]))).toThrow(
      /label 3.*3 classes.*wanted labels from 0 to 2/,
    );
  });
  it('refuses graphs that are not connected, and names used twice', () => {
    const [a, b] = [tf.keras.Input({ shape: [2] }), tf.keras.Input({ shape: [2] })];
    expect(() => models.Model({ inputs: a, outputs: layers.Dense(1)(b) })).toThrow(/disconnected/);
    expect(() => models.Sequential([layers.Dense(1, { name: 'd' }), layers.Dense(1, { name: 'd' })])).toThrow(
      /named 'd' already/,
    );
    expect(() => model().getLayer('nope')).toThrow(/no layer 'nope'. Its layers:/);
  });
});
