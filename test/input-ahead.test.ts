// Input is prepared while the program trains: shown by the order of events, which no slow machine changes.
import { expect, test } from 'vitest';
import * as tf from '../src/index.ts';

const BATCHES = 12;

/** Trains on a data set whose elements make one wait, and tells what happened in which order. */
async function eventsOf(prefetched: number | null): Promise<string[]> {
  const events: string[] = [];
  async function* batches() {
    for (let i = 0; i < BATCHES; i++) {
      events.push(`load ${i} begins`);
      // As reading a file does: the answer comes in a later turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`load ${i} ends`);
      yield [tf.ones([4, 3]), tf.ones([4, 1])] as [tf.Tensor, tf.Tensor];
    }
  }
  const plain = tf.data.Dataset.fromGenerator(batches);
  const dataset = prefetched === null ? plain : plain.prefetch(prefetched);
  const model = tf.keras.Sequential([tf.keras.Input([3]), tf.keras.layers.Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const callback = new tf.keras.callbacks.LambdaCallback({
    onTrainBatchBegin: (batch: number) => void events.push(`step ${batch} begins`),
    onTrainBatchEnd: (batch: number) => void events.push(`step ${batch} ends`),
  });
  await model.fit(dataset, { verbose: 0, callbacks: [callback] });
  return events;
}

test('with prefetch the next batch is being loaded while a step runs, and no more than the buffer holds', async () => {
  const events = await eventsOf(2);
  const at = (event: string): number => {
    expect(events).toContain(event);
    return events.indexOf(event);
  };
  for (let i = 0; i + 1 < BATCHES; i++) expect(at(`load ${i + 1} begins`)).toBeLessThan(at(`step ${i} ends`));
  // Two in the buffer, one on its way, and the one that the step works on.
  for (let i = 0; i + 4 < BATCHES; i++) expect(at(`load ${i + 4} begins`)).toBeGreaterThan(at(`step ${i} begins`));
});

test('without prefetch a batch is loaded when it is asked for', async () => {
  const events = await eventsOf(null);
  const loadsInSteps = Array.from({ length: BATCHES - 1 }, (_, i) => {
    const [begins, ends] = [events.indexOf(`step ${i} begins`), events.indexOf(`step ${i} ends`)];
    return events.slice(begins, ends).filter((event) => event.startsWith('load')).length;
  });
  expect(loadsInSteps).toEqual(loadsInSteps.map(() => 0));
});
