// Training steps of a program's own, as the guides of Keras write them: metrics taken one by one from `model.metrics`.
import { describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';

const { layers } = tf.keras;
const x = tf.constant([[1, 2], [3, 4], [5, 6], [7, 8]], { dtype: 'float32' }); // biome-ignore format: rows
const y = tf.constant([[1], [2], [4], [3]], { dtype: 'float32' });

class Stepping extends tf.keras.Model {
  readonly seen: string[] = [];
  override trainStep([x, y, sampleWeight]: [tf.Tensor, tf.Tensor, tf.Tensor?]) {
    const tape = tf.GradientTape();
    let yPred!: tf.Tensor;
    const loss = tape.record(() => {
      yPred = this.invoke(x, { training: true }) as tf.Tensor;
      return this.computeLoss({ y, yPred, sampleWeight });
    });
    this.optimizer.apply(tape.gradient(loss, this.trainableVariables), this.trainableVariables);
    this.seen.length = 0;
    for (const metric of this.metrics) {
      this.seen.push(metric.name);
      if (metric.name === 'loss') metric.updateState(loss);
      else metric.updateState(y, yPred, { sampleWeight });
    }
    return Object.fromEntries(this.metrics.map((metric) => [metric.name, metric.result()]));
  }
}

function made(own: boolean) {
  const inputs = tf.keras.Input({ shape: [2] });
  const outputs = layers.Dense(1, { kernelInitializer: 'ones' })(inputs);
  const model = own ? new Stepping({ inputs, outputs }) : new tf.keras.Model({ inputs, outputs });
  model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae', 'mse'], weightedMetrics: ['mae'] });
  return model;
}

describe('a step that walks over model.metrics', () => {
  it('logs the compiled metrics as the built-in step does', async () => {
    const options = { epochs: 2, batchSize: 2, shuffle: false, verbose: 0 } as const;
    const own = made(true) as Stepping;
    const { history } = await own.fit(x, y, options);
    expect(own.seen).toEqual(['loss', 'compile_metrics']);
    expect(Object.keys(history).sort()).toEqual(['loss', 'mae', 'mse', 'weighted_mae']);
    const plain = await made(false).fit(x, y, options);
    expect(history).toEqual(plain.history);
  });

  it('weighs the weighted ones', async () => {
    const options = {
      sampleWeight: tf.constant([1, 0, 2, 1], { dtype: 'float32' }),
      batchSize: 4,
      verbose: 0,
    } as const;
    const { history } = await made(true).fit(x, y, options);
    const plain = await made(false).fit(x, y, options);
    expect(history.weighted_mae).toEqual(plain.history.weighted_mae);
    expect(history.weighted_mae).not.toEqual(history.mae);
  });

  it('begins each epoch anew, and evaluate has every metric after it', async () => {
    const model = made(true);
    await model.fit(x, y, { verbose: 0 });
    const once = await model.evaluate(x, y, { verbose: 0, returnDict: true });
    expect(Object.keys(once).sort()).toEqual(['loss', 'mae', 'mse', 'weighted_mae']);
    expect(await model.evaluate(x, y, { verbose: 0, returnDict: true })).toEqual(once);
    expect(model.metrics.map(String)).toEqual(['<Mean name=loss>', '<CompileMetrics name=compile_metrics>']);
  });
});

describe('types of the guides', () => {
  class Gan extends tf.keras.Model {
    declare generatorOptimizer: tf.keras.Optimizer;
    declare lossFunction: tf.keras.losses.Loss;
    readonly generator = tf.keras.Sequential([layers.Dense(2), layers.Dense(1)]);
    override compile(options: { generatorOptimizer: tf.keras.Optimizer; lossFunction: tf.keras.losses.Loss }) {
      super.compile();
      this.generatorOptimizer = options.generatorOptimizer;
      this.lossFunction = options.lossFunction;
    }
    override trainStep(data: tf.Tensor) {
      const tape = tf.GradientTape();
      const loss = tape.record(() => this.lossFunction(tf.zeros([4, 1]), this.generator(data) as tf.Tensor));
      const weights = this.generator.trainableWeights;
      this.generatorOptimizer.apply(tape.gradient(loss, weights), weights);
      return { generator_loss: loss };
    }
  }
  class Count extends tf.keras.callbacks.Callback {
    epochs = 0;
    override onEpochEnd() {
      this.epochs += 1;
    }
  }
  it('a compile with options of its own, arrays without targets, and callbacks', async () => {
    const gan = new Gan();
    gan.compile({
      generatorOptimizer: tf.keras.optimizers.SGD(0.01),
      lossFunction: tf.keras.losses.MeanSquaredError(),
    });
    const count = new Count();
    const { history } = await gan.fit(x, { epochs: 2, callbacks: [count], verbose: 0 });
    expect(history.generator_loss).toHaveLength(2);
    expect(count.epochs).toBe(2);
    const plain = tf.keras.Sequential([layers.Dense(1)]);
    // @ts-expect-error: the names of compile's options are known to the compiler as before
    expect(() => plain.compile({ optimiser: 'sgd' })).toThrow("Did you mean 'optimizer'?");
    // @ts-expect-error: and so are the names of optimizers
    expect(() => plain.compile({ optimizer: 'sdg' })).toThrow('sgd');
  });

  it('a subclass of a functional model by its inputs and outputs', async () => {
    const inputs = tf.keras.Input({ shape: [2] });
    const model = new Stepping(inputs, layers.Dense(1)(inputs));
    model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] });
    expect(Object.keys((await model.fit(x, y, { verbose: 0 })).history)).toContain('mae');
    const sequential = tf.keras.Sequential([inputs, layers.Dense(1)]);
    expect(sequential.output.dtype).toBe('float32');
  });
});
