import { describe, expect, it } from 'vitest';
import * as tf from '../index.ts';

const table = () =>
  tf.lookup.StaticHashTable(
    tf.lookup.KeyValueTensorInitializer(['a', 'b', 'c'], [1, 2, 3], { valueDtype: 'int64' }),
    -1,
  );

describe('programs with strings', () => {
  it('look words up, compute, and look names up, with variables on the way', () => {
    const names = tf.lookup.StaticHashTable(
      tf.lookup.KeyValueTensorInitializer([0, 1, 2], ['none', 'one', 'two'], { keyDtype: 'int64' }),
      '?',
    );
    const words = table();
    const seen = tf.Variable(0, { dtype: 'float32' });
    const last = tf.Variable(0, { dtype: 'int64' });
    const f = tf.function((text: tf.Tensor, x: tf.Tensor) => {
      const numbers = words.lookup(text);
      seen.assignAdd(tf.reduceSum(tf.cast(numbers, 'float32').mul(x)));
      last.assign(numbers.at(0));
      const best = tf.argmax(tf.oneHot(numbers, 4).mul(x.expandDims(-1)), 0);
      return [tf.strings.join([names.lookup(best), text.at(0)]), seen.mul(1), text, numbers] as const;
    });
    const x = tf.constant([2, 3, 4], { dtype: 'float32' });
    const [label, total, text, numbers] = f(tf.constant(['a', 'c', 'zz']), x);
    expect(label.numpy()).toEqual(['nonea', 'nonea', 'nonea', 'onea']);
    expect(total.item()).toBe(1 * 2 + 3 * 3 - 4);
    expect(text.numpy()).toEqual(['a', 'c', 'zz']);
    expect(numbers.arraySync()).toEqual([1, 3, -1]);
    expect(last.item()).toBe(1);
    f(tf.constant(['b', 'b', 'b']), x);
    expect(seen.item()).toBe(7 + 2 * 9);
    expect(last.item()).toBe(2);
  });
  it('agree with the same function uncompiled', () => {
    const words = table();
    const weights = tf.Variable(
      [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ],
      { dtype: 'float32' },
    );
    const loss = (text: tf.Tensor) => {
      const tape = tf.GradientTape();
      const value = tape.record(() => tf.reduceSum(tf.gather(weights, tf.maximum(words.lookup(text), 0)).square()));
      return [value, tf.convertToTensor(tape.gradient(value, weights) as tf.Tensor)] as const;
    };
    const text = tf.constant([
      ['a', 'b'],
      ['x', 'c'],
    ]);
    const [eager, compiled] = [loss(text), tf.function(loss)(text)];
    expect(compiled[0].item()).toBe(eager[0].item());
    expect(compiled[1].arraySync()).toEqual(eager[1].arraySync());
  });
  it('train models from texts on', async () => {
    const { layers, Sequential, Input } = tf.keras;
    const vectorize = layers.TextVectorization({ maxTokens: 20, outputSequenceLength: 4 });
    await vectorize.adapt(['good film', 'bad film', 'good day', 'bad day']);
    const model = Sequential([
      Input({ shape: [1], dtype: 'string' }),
      vectorize,
      layers.Embedding(20, 4),
      layers.GlobalAveragePooling1D(),
      layers.Dense(1, { activation: 'sigmoid' }),
    ]);
    model.compile({ optimizer: tf.keras.optimizers.Adam(0.1), loss: 'binary_crossentropy', metrics: ['accuracy'] });
    const x = tf.constant([['good film'], ['bad film'], ['good day'], ['bad day']]);
    const history = await model.fit(x, tf.constant([1, 0, 1, 0]), { epochs: 30, verbose: 0 });
    expect(history.history.accuracy!.at(-1)).toBe(1);
    const scores = (await model.predict(tf.constant([['a good one']]), { verbose: 0 })) as tf.Tensor;
    expect(scores.item()).toBeGreaterThan(0.5);
    const open = Sequential([Input({ shape: [1], dtype: 'string' }), layers.TextVectorization({ vocabulary: ['a'] })]);
    await expect(async () => open.predict(x, { verbose: 0 })).rejects.toThrow(/outputSequenceLength/);
  });
});
