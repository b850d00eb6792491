// Steps of fit that go through the engine in one call: the same numbers as one by one, and the same error at the same step.
import { describe, expect, it, vi } from 'vitest';
import * as tf from '../../index.ts';
import type { ModelBase } from '../models/model.ts';
import { arraySource } from './arrays.ts';
import type { Batch } from './batch-source.ts';
import { Stride } from './stride.ts';

const { layers } = tf.keras;
const numbers = (count: number, width: number): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: count * width }, (_, i) => Math.sin(i * 1.7)),
    { shape: [count, width] },
  );
function regression() {
  tf.keras.utils.setRandomSeed(5);
  const model = tf.keras.Sequential([
    tf.keras.Input({ shape: [3] }),
    layers.Dense(4, { activation: 'tanh' }),
    layers.Dropout(0.25, { seed: 3 }),
    layers.Dense(1),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  return model;
}
/** A class with a hook that sees single batches. */
class Batches extends tf.keras.callbacks.Callback {
  seen = 0;
  override onTrainBatchEnd(): void {
    this.seen++;
  }
}
const weightsOf = (model: tf.keras.Model): unknown => model.getWeights().map((weight) => weight.dataSync());
const trainerOf = (model: tf.keras.Model) => (model as object as ModelBase).trainer;

describe('fit', () => {
  it('gives the same weights and logs whether or not somebody sees single steps', async () => {
    const [x, y] = [numbers(1003, 3), numbers(1003, 1)];
    for (const options of [{}, { stepsPerEpoch: 40 }, { shuffle: false }]) {
      const [alone, watched] = [regression(), regression()];
      const batches = new Batches();
      tf.keras.utils.setRandomSeed(1);
      const one = await alone.fit(x, y, { batchSize: 8, epochs: 3, verbose: 0, ...options });
      tf.keras.utils.setRandomSeed(1);
      const two = await watched.fit(x, y, { batchSize: 8, epochs: 3, verbose: 0, ...options, callbacks: [batches] });
      expect(batches.seen).toBe(Number(alone.optimizer.iterations.numpy()));
      expect(weightsOf(alone)).toEqual(weightsOf(watched));
      expect(one.history).toEqual(two.history);
    }
  });

  it('takes no time for a step but those of steps', async () => {
    const took = vi.spyOn(Stride.prototype, 'took');
    const options = { batchSize: 4, epochs: 3, verbose: 0, callbacks: [new Batches()] } as const;
    await regression().fit(numbers(20, 3), numbers(20, 1), options);
    // The end of a pass, which takes nothing, made the next epoch's first steps go in one call, and so on one thread.
    expect(took).toHaveBeenCalledTimes(3 * 5);
    took.mockRestore();
  });

  it('does whole executions', async () => {
    const model = tf.keras.Sequential([tf.keras.Input({ shape: [3] }), layers.Dense(1)]);
    model.compile({ optimizer: 'sgd', loss: 'mse', stepsPerExecution: 5 });
    const batches = new Batches();
    await model.fit(numbers(84, 3), numbers(84, 1), { batchSize: 4, epochs: 4, verbose: 0, callbacks: [batches] });
    expect(batches.seen).toBe(4 * 5);
    expect(model.optimizer.iterations.numpy()).toBe(4 * 21);
  });
});

describe('evaluate and predict', () => {
  it('give the same whether or not somebody sees single batches', async () => {
    const [x, y, sampleWeight] = [numbers(1003, 3), numbers(1003, 1), numbers(1003, 1).abs().reshape([-1])];
    const model = regression();
    const seen = { tests: 0, predictions: 0 };
    class Each extends tf.keras.callbacks.Callback {
      override onTestBatchEnd(): void {
        seen.tests++;
      }
      override onPredictBatchEnd(): void {
        seen.predictions++;
      }
    }
    for (const steps of [null, 50]) {
      const options = { batchSize: 4, verbose: 0, steps } as const;
      const watched = { ...options, callbacks: [new Each()] };
      expect(await model.evaluate(x, y, { ...options, sampleWeight })).toEqual(
        await model.evaluate(x, y, { ...watched, sampleWeight }),
      );
      const [alone, each] = [await model.predict(x, options), await model.predict(x, watched)];
      expect(alone.shape).toEqual([steps === null ? 1003 : 200, 1]);
      expect(alone.dataSync()).toEqual(each.dataSync());
    }
    expect(seen).toEqual({ tests: 251 + 50, predictions: 251 + 50 });
  });

  it('keep outputs that count no samples one by one', async () => {
    class Summed extends tf.keras.layers.Layer {
      override call(x: tf.Tensor): tf.Tensor {
        return tf.reduceSum(x, { axis: 0 });
      }
    }
    const model = tf.keras.Sequential([tf.keras.Input({ shape: [3] }), new Summed()]);
    const found = await model.predict(tf.ones([400, 3]), { batchSize: 4, verbose: 0 });
    expect(found.shape).toEqual([300]);
    expect(found.numpy()).toEqual(new Array(300).fill(4));
  });
});

describe('batches in turn', () => {
  /** The last sample first. */
  const shuffle = (order: Uint32Array): void => order.forEach((_, i) => void (order[i] = order.length - 1 - i));
  const open = (x: tf.Tensor, y: tf.Tensor) =>
    arraySource({ x, y, sampleWeight: null }, { batchSize: 4, shuffle, reuse: true }).open();

  it('go past the next whole batches, and stand for the first of them', () => {
    const [x, y] = [numbers(22, 3), numbers(22, 1)];
    const [single, many] = [open(x, y), open(x, y)];
    const rows = (batch: unknown): number[] => Array.from((batch as [tf.Tensor])[0].dataSync() as Float32Array);
    const batch = many.next();
    expect(rows(batch)).toEqual(rows(single.next()));
    expect(many.advance!(2)).toBe(2);
    expect(rows(batch)).toEqual(rows(single.next()));
    single.next();
    expect(many.advance!(64)).toBe(2);
    expect(rows(batch)).toEqual(rows(single.next()));
    single.next();
    expect(many.advance!(64)).toBe(0);
    expect(rows(many.next())).toEqual(rows(single.next()));
    expect(many.next()).toBeNull();
    expect(many.advance!(64)).toBe(0);
  });

  it('train as their batches do one after another', () => {
    const [x, y] = [numbers(40, 3), numbers(40, 1)];
    const [alone, together] = [regression(), regression()];
    const single = open(x, y);
    for (let batch = single.next(); batch !== null; batch = single.next()) trainerOf(alone).runTrain(batch as Batch);
    const pass = open(x, y);
    const first = pass.next() as Batch;
    expect(trainerOf(together).trainsInTurn(first)).toBe(false);
    trainerOf(together).runTrain(first);
    expect(trainerOf(together).trainsInTurn(first)).toBe(true);
    trainerOf(together).trainInTurn(pass.advance!(64));
    expect(weightsOf(together)).toEqual(weightsOf(alone));
    expect(trainerOf(together).readLogs()).toEqual(trainerOf(alone).readLogs());
  });

  it('end at the batch with an index out of range, and keep what the ones before have done', () => {
    const embedded = () => {
      tf.keras.utils.setRandomSeed(5);
      const model = tf.keras.Sequential([
        tf.keras.Input({ shape: [2], dtype: 'int32' }),
        layers.Embedding(6, 2),
        layers.Flatten(),
        layers.Dense(1),
      ]);
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      return model;
    };
    const x = tf.tensor(
      Int32Array.from({ length: 40 }, (_, i) => (i === 14 ? 9 : i % 6)),
      { shape: [20, 2] },
    );
    const y = numbers(20, 1);
    const [alone, together] = [embedded(), embedded()];
    const single = open(x, y);
    expect(() => {
      for (let batch = single.next(); batch !== null; batch = single.next()) trainerOf(alone).runTrain(batch as Batch);
    }).toThrow('index is out of range');
    const pass = open(x, y);
    trainerOf(together).runTrain(pass.next() as Batch);
    // Its values were read before, and must not be taken for those of now.
    weightsOf(together);
    expect(() => trainerOf(together).trainInTurn(pass.advance!(64))).toThrow('index is out of range');
    expect(weightsOf(together)).toEqual(weightsOf(alone));
    expect(together.optimizer.iterations.numpy()).toBe(3);
  });
});

describe('the number of steps in a call', () => {
  it('grows while calls are short', () => {
    const stride = new Stride();
    expect(stride.count).toBe(0);
    for (const [took, count] of [
      [50, 0],
      [0.02, 8],
      [0.5, 8],
      [0.05, 64],
      [0.05, 64],
      [1, 64],
      [3, 0],
    ] as const) {
      stride.took(took);
      expect(stride.count).toBe(count);
    }
  });
});
