// Calls of one model that meet: their logs are those of calls one after another.
import { describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';
import { RunQueue } from './run-queue.ts';

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

  const elements = async function* (model: tf.keras.Model, ended: () => void = () => {}) {
    try {
      for (let i = 0; i < 3; i++) {
        await model.evaluate(far, y, { verbose: 0 });
        yield [x, y] as [tf.Tensor, tf.Tensor];
      }
    } finally {
      ended();
    }
  };
  class Batches extends tf.keras.utils.Sequence {
    readonly model: tf.keras.Model;
    constructor(model: tf.keras.Model) {
      super();
      this.model = model;
    }
    override get length(): number {
      return 3;
    }
    override async getItem(): Promise<[tf.Tensor, tf.Tensor]> {
      await this.model.evaluate(far, y, { verbose: 0 });
      return [x, y];
    }
  }
  const evaluating = (model: tf.keras.Model) => async () => {
    await model.evaluate(far, y, { verbose: 0 });
    return [x, y] as [tf.Tensor, tf.Tensor];
  };
  const sources: Record<string, (model: tf.keras.Model) => unknown> = {
    'Dataset.fromGenerator': (model) => tf.data.Dataset.fromGenerator(() => elements(model)),
    'the same, read ahead': (model) => tf.data.Dataset.fromGenerator(() => elements(model)).prefetch(2),
    'Dataset.map': (model) => tf.data.Dataset.range(3).map(evaluating(model)),
    'Dataset.map, three calls at once': (model) =>
      tf.data.Dataset.range(3).map(evaluating(model), { numParallelCalls: 3 }),
    Sequence: (model) => new Batches(model),
    'a generator': (model) => elements(model),
  };
  it.each(Object.keys(sources))('lets %s evaluate the model that reads it', async (name) => {
    const plain = () => [x, x, x].map((part) => [part, y] as const)[Symbol.iterator]();
    const model = made();
    const { history } = await model.fit(sources[name]!(model) as tf.data.Dataset, { verbose: 0, epochs: 1 });
    const twin = made();
    expect(history).toEqual((await twin.fit(plain(), { verbose: 0, epochs: 1 })).history);
    const scores = await model.evaluate(sources[name]!(model) as tf.data.Dataset, { verbose: 0 });
    expect(scores).toEqual(await twin.evaluate(plain(), { verbose: 0 }));
    const validated = await model.fit(x, y, {
      ...fitOptions,
      epochs: 1,
      validationData: sources[name]!(model) as tf.data.Dataset,
    });
    const expected = await twin.fit(x, y, { ...fitOptions, epochs: 1, validationData: plain() as never });
    expect(validated.history).toEqual(expected.history);
  });
  it('lets what data that is read ahead asked for while the run was busy run when it waits', async () => {
    const queue = new RunQueue();
    const order: string[] = [];
    const outside = (): Promise<void> => queue.run(async () => void order.push('outside'));
    let later: Promise<void> | null = null;
    await queue.run(async (run) => {
      later = outside();
      await run.waitForData(() => 1, 'fit');
      const inner = queue.run(async () => void order.push('inner'));
      await run.waitForData(() => inner, 'fit');
      order.push('outer');
    });
    await later;
    expect(order).toEqual(['inner', 'outer', 'outside']);
  });
  it('keeps the order of calls also where data has to be waited for', async () => {
    const model = made();
    const slow = tf.data.Dataset.range(3).map(async () => [x, y] as [tf.Tensor, tf.Tensor]);
    const training = model.fit(slow, { verbose: 0 });
    const scores = model.evaluate(x, y, { verbose: 0 });
    await training;
    expect(await scores).toEqual(await model.evaluate(x, y, { verbose: 0 }));
  });
  it.each([
    ['fit', (model: tf.keras.Model, data: tf.data.Dataset) => model.fit(data, { verbose: 0 })],
    ['evaluate', (model: tf.keras.Model, data: tf.data.Dataset) => model.evaluate(data, { verbose: 0 })],
    ['predict', (model: tf.keras.Model, data: tf.data.Dataset) => model.predict(data, { verbose: 0 })],
  ] as const)(
    '%s ends with an error when the program would end while it waits for its data',
    async (method, started) => {
      const model = made();
      const never = tf.data.Dataset.range(3).map(async () => await new Promise<[tf.Tensor, tf.Tensor]>(() => {}));
      const waiting = Promise.resolve<unknown>(started(model, never as tf.data.Dataset)).catch((error: Error) => error);
      for (let i = 0; i < 3; i++) await new Promise((resolve) => void setTimeout(resolve, 0));
      process.emit('beforeExit', 0);
      const error = await waiting;
      expect(error).toBeInstanceOf(tf.errors.StateError);
      expect((error as Error).message).toContain(`${method}: its data`);
      expect((error as Error).message).toContain('never kept');
      // The model is free again.
      expect(await model.evaluate(x, y, { verbose: 0 })).toHaveLength(2);
    },
  );
  it('closes its data when a callback throws or a batch is wrong', async () => {
    let ended = 0;
    const model = made();
    const good = () =>
      tf.data.Dataset.fromGenerator(function* () {
        try {
          for (;;) yield [x, y] as [tf.Tensor, tf.Tensor];
        } finally {
          ended++;
        }
      });
    const bad = () =>
      tf.data.Dataset.fromGenerator(async function* () {
        try {
          yield [tf.ones([4, 3]), y] as [tf.Tensor, tf.Tensor];
          yield [tf.ones([4, 3]), y] as [tf.Tensor, tf.Tensor];
        } finally {
          await null;
          ended++;
        }
      });
    const throwing = () => {
      throw new Error('mine');
    };
    const callbacks = [
      new tf.keras.callbacks.LambdaCallback({ onTrainBatchEnd: throwing }),
      Object.assign(new tf.keras.callbacks.Callback(), { onTestBatchEnd: throwing, onPredictBatchEnd: throwing }),
    ];
    const steps = { verbose: 0, callbacks } as const;
    await expect(async () => model.fit(good(), { ...steps, stepsPerEpoch: 2 })).rejects.toThrow('mine');
    expect(ended).toBe(1);
    await expect(model.evaluate(good(), { ...steps, steps: 2 })).rejects.toThrow('mine');
    expect(ended).toBe(2);
    await expect(model.predict(good(), { ...steps, steps: 2 })).rejects.toThrow('mine');
    expect(ended).toBe(3);
    await expect(async () => model.fit(bad(), { verbose: 0 })).rejects.toThrow();
    expect(ended).toBe(4);
    await expect(model.evaluate(bad(), { verbose: 0 })).rejects.toThrow();
    expect(ended).toBe(5);
    await expect(model.predict(bad(), { verbose: 0 })).rejects.toThrow();
    expect(ended).toBe(6);
  });
});
