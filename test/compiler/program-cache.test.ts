// Programs are found again by their text: programs that differ in anything must differ in it.

import * as tf from 'cornu';
import { describe, expect, it } from 'vitest';

const long = (first: number): Float32Array => Float32Array.from({ length: 5000 }, (_, i) => (i === 0 ? first : 1));

describe('the cache of programs', () => {
  it.each([
    ['short', (n: number) => tf.constant([n, 1, 2])],
    ['long', (n: number) => tf.constant(long(n))],
  ])('tells programs with other %s constants apart', (_name, make) => {
    const doubled = [3, 4].map((n) => {
      const captured = make(n);
      return tf.function((x: tf.Tensor) => x.add(captured));
    });
    const zero = tf.zerosLike(make(0));
    expect(doubled.map((f) => f(zero).dataSync()[0])).toEqual([3, 4]);
  });

  it('runs a program again that was dropped and made anew', () => {
    for (let i = 0; i < 3; i++) {
      const step = tf.function((x: tf.Tensor) => x.mul(2));
      expect(step(tf.constant([i])).dataSync()[0]).toBe(2 * i);
    }
  });
});
