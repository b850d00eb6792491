// Calls of one model that meet: their logs are those of calls one after another.
import { describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';

const x = tf.linspace(-1, 1, 16).reshape([8, 2]);
const y = x.sum(1).reshape([8, 1]);
const far = x.mul(100);
function made(): tf.keras.Model {
  tf.keras.utils.setRandomSeed(3);
  const model = tf.keras.Sequential([tf.keras.Input({ shape: [2] }), tf.keras.layers.Dense(1)]);
  model.compile({ optimizer: tf.keras.optimizers.SGD(0.05), loss: 'mse', metrics: ['mae'] });
  return model as tf.keras.Model;
}
const fitOptions = { batchSize: 4, epochs: 3, shuffle: false, verbose: 0 } as const;
const alone = async (options: object = {}) => (await made().fit(x, y, { ...fitOptions, ...options })).history;

describe('runs of one model', () => {
  it('wait for the one under way', async () => {
    const model = made();
    const running = model.fit(x, y, fitOptions);
    const scores = model.evaluate(far, y, { verbose: 0 });
    const again = model.fit(x, y, { ...fitOptions, epochs: 1 });
    expect((await running).history).toEqual(await alone());
    const twin = made();
    await twin.fit(x, y, fitOptions);
    expect(await scores).toEqual(await twin.evaluate(far, y, { verbose: 0 }));
    expect((await again).history).toEqual((await twin.fit(x, y, { ...fitOptions, epochs: 1 })).history);
    expect(model.history).toBe(await again);
  });
  it('evaluates two data sets asked for at once', async () => {
    const model = made();
    const [a, b] = await Promise.all([model.evaluate(x, y, { verbose: 0 }), model.evaluate(far, y, { verbose: 0 })]);
    expect(a).toEqual(await model.evaluate(x, y, { verbose: 0 }));
    expect(b).toEqual(await model.evaluate(far, y, { verbose: 0 }));
  });
  it('goes on behind a run that failed', async () => {
    const model = made();
    const callback = new tf.keras.callbacks.LambdaCallback({
      onEpochEnd: () => {
        throw new Error('mine');
      },
    });
    const failing = model.fit(x, y, { ...fitOptions, callbacks: [callback] }).catch((error: Error) => error.message);
    const scores = model.evaluate(far, y, { verbose: 0 });
    expect(await failing).toContain('mine');
    expect(await scores).toHaveLength(2);
  });
  it.each(['onEpochBegin', 'onEpochEnd', 'onTrainBatchBegin', 'onTrainBatchEnd'] as const)(
    'leaves the logs as they are when %s evaluates, awaited or not',
    async (hook) => {
      const expected = await alone();
      for (const awaited of [true, false]) {
        const model = made();
        const seen: Promise<unknown>[] = [];
        const callback = new tf.keras.callbacks.LambdaCallback({
          [hook]: () => {
            const scores = model.evaluate(far, y, { verbose: 0 });
            seen.push(scores);
            return awaited ? scores.then(() => {}) : undefined;
          },
        });
        const { history } = await model.fit(x, y, { ...fitOptions, callbacks: [callback] });
        expect(history).toEqual(expected);
        expect(seen.length).toBeGreaterThanOrEqual(3);
        await Promise.all(seen);
      }
    },
  );
  it('lets steps on batches beside it', async () => {
    const model = made();
    const callback = new tf.keras.callbacks.LambdaCallback({
      onTrainBatchEnd: () => {
        model.testOnBatch(far, y);
      },
    });
    const { history } = await model.fit(x, y, { ...fitOptions, callbacks: [callback] });
    expect(history).toEqual(await alone());
  });
  it('lets a loop over the epochs evaluate between them', async () => {
    const model = made();
    const scores: unknown[] = [];
    for await (const { epoch } of model.fit(x, y, fitOptions)) {
      await model.evaluate(far, y, { verbose: 0 });
      scores[epoch] = await model.evaluate(x, y, { verbose: 0 });
    }
    const twin = made();
    const expected: unknown[] = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      await twin.fit(x, y, { ...fitOptions, epochs: 1 });
      expected.push(await twin.evaluate(x, y, { verbose: 0 }));
    }
    expect(scores).toEqual(expected);
  });
  it('lets a generator evaluate the model it trains', async () => {
    const model = made();
    const batches = async function* () {
      for (let i = 0; i < 3; i++) {
        await model.evaluate(far, y, { verbose: 0 });
        yield [x, y] as const;
      }
    };
    const { history } = await model.fit(batches(), { epochs: 1, verbose: 0 });
    const twin = made();
    const expected = await twin.fit([x, x, x].map((part) => [part, y] as const)[Symbol.iterator](), {
      epochs: 1,
      verbose: 0,
    });
    expect(history).toEqual(expected.history);
  });
});
