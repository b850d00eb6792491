// Merging layers over masked tensors: a masked element leaves what the others gave.
import { expect, it } from 'vitest';
import * as tf from '../../../index.ts';
import { maskOf } from '../../symbolic/mask.ts';

const { layers } = tf.keras;
// Steps of one sample; −9 is masked.
const masked = (steps: number[]) =>
  layers.Masking({ maskValue: -9 })(tf.constant([steps.map((x) => [x])], { dtype: 'float32' }));
const [a, b] = [masked([1, -9, 3, -9]), masked([2, 5, -9, -9])];
const plain = tf.constant([[[4], [-4], [4], [-4]]], { dtype: 'float32' });
const numbers = (x: tf.Tensor) => x.flatten().arraySync();

it('takes what is not masked', () => {
  expect((numbers(layers.Maximum()([a, b])) as number[]).slice(0, 3)).toEqual([2, 5, 3]);
  expect((numbers(layers.Minimum()([a, b])) as number[]).slice(0, 3)).toEqual([1, 5, 3]);
  expect(numbers(layers.Multiply()([a, b]))).toEqual([2, 5, 3, 0]);
  expect(numbers(layers.Multiply()([a, plain]))).toEqual([4, -4, 12, -4]);
});
it('passes a mask on where all inputs have one', () => {
  for (const layer of [layers.Maximum(), layers.Minimum(), layers.Multiply()]) {
    expect(maskOf(layer([a, b]))!.arraySync()).toEqual([[true, true, true, false]]);
    expect(maskOf(layer([a, plain]))).toBe(null);
  }
});
