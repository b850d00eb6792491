// How addWeight takes its arguments, and what it says of slips.
import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

const layer = () => new tf.keras.layers.Layer({ name: 'mine' });

test('shape and initializer go by position too', () => {
  const ones = layer().addWeight([2, 3], 'ones', { name: 'kernel', trainable: false });
  expect([ones.path, ones.shape, ones.trainable]).toEqual(['mine/kernel', [2, 3], false]);
  expect(tf.reduceSum(ones).item()).toBe(6);
  expect(layer().addWeight([4], { initializer: 'zeros' }).shape).toEqual([4]);
  expect(layer().addWeight({ shape: [2], regularizer: null }).shape).toEqual([2]);
});

test('slips are named', () => {
  const own = layer() as { addWeight(...args: never[]): unknown };
  expect(() => own.addWeight({ shpe: [2] } as never)).toThrow(
    /layer 'mine': addWeight: unknown option 'shpe'\. Did you mean 'shape'/,
  );
  expect(() => own.addWeight('kernel' as never)).toThrow(/addWeight: shape: found 'kernel', .*a name goes by name/);
});
