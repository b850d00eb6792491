// The shapes that summaries show of models made by their first data; what Keras 3.15 shows for the same programs.
import { expect, it } from 'vitest';
import * as tf from '../../index.ts';

const { layers } = tf.keras;
const x = tf.ones([8, 4]);
const y = tf.ones([8, 2]);
const quiet = { verbose: 0 } as const;
function shown(model: tf.keras.Model): string[] {
  const lines: string[] = [];
  model.summary({ printFn: (line: string) => void lines.push(line) });
  return lines.join('\n').match(/\((None|\d+), \d+\)/g) ?? [];
}
function stack() {
  const model = tf.keras.Sequential([layers.Dense(3), layers.Dense(2)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}

it('leaves the batch open where its size is not that of all', async () => {
  const even = stack();
  await even.fit(x, y, { batchSize: 4, ...quiet });
  expect(shown(even)).toEqual(['(4, 3)', '(4, 2)']);
  const odd = stack();
  await odd.fit(x, y, { batchSize: 3, ...quiet });
  expect(shown(odd)).toEqual(['(None, 3)', '(None, 2)']);
  const evaluated = stack();
  await evaluated.evaluate(x, y, { batchSize: 32, ...quiet });
  expect(shown(evaluated)).toEqual(['(None, 3)', '(None, 2)']);
  const streamed = stack();
  await streamed.fit(tf.data.Dataset.fromTensorSlices([x, y]).batch(4), quiet);
  expect(shown(streamed)).toEqual(['(None, 3)', '(None, 2)']);
  const called = stack();
  called(x);
  expect(shown(called)).toEqual(['(8, 3)', '(8, 2)']);
});

it('also in a class of its own, and in a recurrent stack with a state', async () => {
  class Own extends tf.keras.Model {
    readonly first = layers.Dense(3);
    readonly second = layers.Dense(2);
    override call(inputs: tf.Tensor) {
      return this.second(this.first(inputs));
    }
  }
  const own = new Own();
  own.compile({ optimizer: 'sgd', loss: 'mse' });
  await own.fit(x, y, { batchSize: 3, ...quiet });
  expect(shown(own)).toEqual(['(None, 3)', '(None, 2)']);
  const stateful = tf.keras.Sequential([layers.LSTM(3, { stateful: true }), layers.Dense(2)]);
  stateful.compile({ optimizer: 'sgd', loss: 'mse' });
  await stateful.fit(tf.data.Dataset.fromTensorSlices([tf.ones([8, 5, 4]), y]).batch(4), quiet);
  expect(shown(stateful)).toEqual(['(4, 3)', '(4, 2)']);
});
