// Steps of fit that go through the engine in one call: the same numbers as one by one, and the same error at the same step.
import { describe, expect, it } from 'vitest';
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

  it('does whole executions', async () => {
    const model = tf.keras.Sequential([tf.keras.Input({ shape: [3] }), layers.Dense(1)]);
    model.compile({ optimizer: 'sgd', loss: 'mse', stepsPerExecution: 5 });
    const batches = new Batches();
    await model.fit(numbers(84, 3), numbers(84, 1), { batchSize: 4, epochs: 4, verbose: 0, callbacks: [batches] });
    expect(batches.seen).toBe(4 * 5);
    expect(model.optimizer.iterations.numpy()).toBe(4 * 21);
  });
});

describe('stacks of batches', () => {
  /** The last sample first. */
  const shuffle = (order: Uint32Array): void => order.forEach((_, i) => void (order[i] = order.length - 1 - i));
  const open = (x: tf.Tensor, y: tf.Tensor) =>
    arraySource({ x, y, sampleWeight: null }, { batchSize: 4, shuffle, reuse: true }).open();

  it('hold the next whole batches', () => {
    const [x, y] = [numbers(22, 3), numbers(22, 1)];
    const [single, stacked] = [open(x, y), open(x, y)];
    const rows = (batch: unknown): number[] => Array.from((batch as [tf.Tensor])[0].dataSync() as Float32Array);
    expect(rows(stacked.next())).toEqual(rows(single.next()));
    const two = stacked.stack!(2)!;
    expect([two.count, rows(two.batch)]).toEqual([2, [...rows(single.next()), ...rows(single.next())]]);
    const rest = stacked.stack!(64)!;
    expect([rest.count, rows(rest.batch)]).toEqual([2, [...rows(single.next()), ...rows(single.next())]]);
    expect(stacked.stack!(64)).toBeNull();
    expect(rows(stacked.next())).toEqual(rows(single.next()));
    expect(stacked.next()).toBeNull();
  });

  it('train as their batches do one after another', () => {
    const [x, y] = [numbers(40, 3), numbers(40, 1)];
    const [alone, together] = [regression(), regression()];
    const single = open(x, y);
    for (let batch = single.next(); batch !== null; batch = single.next()) trainerOf(alone).runTrain(batch as Batch);
    const pass = open(x, y);
    const first = pass.next() as Batch;
    expect(trainerOf(together).takesStacks(first)).toBe(false);
    trainerOf(together).runTrain(first);
    expect(trainerOf(together).takesStacks(first)).toBe(true);
    trainerOf(together).runStack(pass.stack!(64)!);
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
    expect(() => trainerOf(together).runStack(pass.stack!(64)!)).toThrow('index is out of range');
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
