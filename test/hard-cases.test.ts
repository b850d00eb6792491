// What a hard user does to the border: values in circles, sizes beyond memory, functions that are asynchronous, symbols in a config.
import { expect, it } from 'vitest';
import { show } from '../src/base/errors.ts';
import { misuse } from '../src/base/misuse.ts';
import * as tf from '../src/index.ts';

it('values in circles are shown and refused', () => {
  const circle: unknown[] = [1];
  circle.push(circle);
  expect(show(circle)).toContain('[1, [1, [1, [1, […]]]]]');
  const deep = misuse('f', ['x'], [circle], new RangeError('Maximum call stack size exceeded'));
  expect((deep as Error).message).toMatch(/^f: an argument is nested too deeply, or contains itself: found \(\[1, \[1/);
});

it('a layer that does not fit into memory says so', () => {
  expect(() => tf.keras.layers.Dense(2 ** 31)(tf.ones([1, 3]))).toThrow(
    /there is no room for so many elements: found \(\[3, 2147483648\]/,
  );
});

it('an axis that is a text is named', () => {
  expect(() => tf.reduceSum([1, 2], 'a' as never)).toThrow("reduceSum: axis: found 'a', wanted whole numbers.");
});

it('an asynchronous function is refused once: its own later complaint ends no program', async () => {
  const complaints: unknown[] = [];
  const hear = (reason: unknown) => complaints.push(reason);
  process.on('unhandledRejection', hear);
  const fails = async () => {
    await null;
    throw new Error('later');
  };
  class Layer extends tf.keras.layers.Layer {
    override call(): tf.Tensor {
      return fails() as never;
    }
  }
  expect(() => tf.function(fails)()).toThrow(/asynchronous/);
  expect(() => tf.GradientTape().record(fails)).toThrow(/asynchronous/);
  expect(() => new Layer()(tf.ones([1]))).toThrow(/asynchronous/);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', hear);
  expect(complaints).toEqual([]);
});

it('a symbol in a config is named', () => {
  expect(() => tf.keras.saving.serializeKerasObject({ s: Symbol('q') } as never)).toThrow(
    /cannot serialize Symbol\(q\)/,
  );
});

it('outputGradients may be arrays, one for each target', () => {
  const x = tf.constant([1, 2], { dtype: 'float32' });
  const tape = tf.GradientTape({ persistent: true });
  tape.watch(x);
  const [y, z] = tape.record(() => [x.mul(x), x.mul(3)]) as [tf.Tensor, tf.Tensor];
  expect(tape.gradient(y, x, { outputGradients: Float32Array.of(2, 5) })!.arraySync()).toEqual([4, 20]);
  expect(tape.gradient(y, x, { outputGradients: [2, 5] })!.arraySync()).toEqual([4, 20]);
  expect(
    tape
      .gradient([y, z], x, {
        outputGradients: [
          [2, 5],
          [1, 1],
        ],
      })!
      .arraySync(),
  ).toEqual([7, 23]);
});
