// What is said where a call fails: which layer it was, and on what it was called.
import { describe, expect, test } from 'vitest';
import * as tf from '../../index.ts';

const { layers } = tf.keras;

class AddsThree extends layers.Layer {
  override call(x: tf.Tensor) {
    return x.add(tf.ones([3]));
  }
}
class GivesNothing extends layers.Layer {
  override call(x: tf.Tensor): tf.Tensor {
    x.add(1);
    return undefined as never;
  }
}
class Waits extends layers.Layer {
  override call(x: tf.Tensor): tf.Tensor {
    return Promise.resolve(x) as never;
  }
}
const input = () => tf.keras.Input({ shape: [4] });

describe('errors in a call', () => {
  test('name the layer and what was given, eager and symbolic', () => {
    const layer = new AddsThree({ name: 'mine' });
    expect(() => layer(tf.ones([2, 4]))).toThrow(
      /add: shapes \(2, 4\) and \(3,\).*\(in layer 'mine' \(AddsThree\), called on \(2, 4\) float32\)$/,
    );
    expect(() => layer(input())).toThrow(/\(in layer 'mine' \(AddsThree\), called on \(None, 4\) float32\)$/);
    expect(() => layers.Dense(2, { name: 'd' })(tf.constant([['1', '2']]))).toThrow(
      /\(in layer 'd' \(Dense\), called on \(1, 2\) string\)$/,
    );
  });

  test('name the innermost layer alone, also out of fit', async () => {
    const model = tf.keras.Sequential([
      layers.Dense(3),
      tf.keras.Sequential([new AddsThree(), layers.Dense(4), new AddsThree({ name: 'last' })]),
    ]);
    model.compile({ loss: 'mse' });
    const error = await model.fit(tf.ones([2, 3]), tf.ones([2, 1]), { verbose: 0 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(tf.errors.ShapeError);
    expect(String(error).match(/in layer '[^']*'/g)).toEqual(["in layer 'last'"]);
  });

  test('are not added to what names the layer already', () => {
    const message = /^layer 'c': the window does not fit(?!.*in layer)/s;
    expect(() => layers.Conv2D(4, 5, { name: 'c' })(tf.ones([2, 3, 3, 1]))).toThrow(message);
  });

  test('say that there is no output, or only a promise of one', () => {
    for (const x of [tf.ones([2, 4]), input()]) {
      expect(() => new GivesNothing({ name: 'n' })(x)).toThrow(
        /layer 'n' \(GivesNothing\): its call gave undefined; .* Is there a return\?$/,
      );
      expect(() => new Waits({ name: 'w' })(x)).toThrow(/layer 'w' \(Waits\): its call is asynchronous/);
    }
  });
});
