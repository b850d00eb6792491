// The debug levels tell what they promise, and change no result.

import * as tf from 'cornu';
import { afterEach, expect, it } from 'vitest';
import { setDebugLevel, setDebugOutput } from '../../src/base/debug.ts';

const quiet = setDebugOutput(() => {});
afterEach(() => {
  setDebugLevel(0);
  setDebugOutput(quiet);
});

it('tells of plans, kernels, fusion, loops and graphs', () => {
  const weights = tf.Variable(tf.fill([16, 32], 0.25));
  const step = () =>
    tf.function((x: tf.Tensor) => {
      const y = x.matmul(weights);
      weights.assign(weights.mul(0.5));
      return tf.reduceSum(tf.exp(tf.negative(y)));
    });
  const x = tf.ones([8, 16]);
  const silent = step()(x).item();
  weights.assign(tf.fill([16, 32], 0.25));
  const lines: string[] = [];
  setDebugOutput((text) => lines.push(text));
  const found: Record<number, string> = {};
  for (const level of [1, 2, 3, 4, 5]) {
    lines.length = 0;
    setDebugLevel(level);
    // Another constant: a program that is not known yet.
    const f = tf.function((y: tf.Tensor) => tf.add(step()(y), level));
    expect(f(x).item()).toBeCloseTo(Number(silent) + level, 4);
    weights.assign(tf.fill([16, 32], 0.25));
    found[level] = lines.join('\n');
  }
  expect(found[1]).toMatch(/program: \d+ nodes, steps: \d+ kernel; \d+ operations on \d+ bytes; arena \d+ bytes/);
  expect(found[1]).not.toMatch(/µs/);
  expect(found[2]).toMatch(/µs +\d+ % +\d+\.\d+ GFLOP\/s +contract dotGeneral/);
  expect(found[3]).toMatch(/map: add with reduceSum, .*exp/);
  expect(found[4]).toMatch(/kernel \d+: add/);
  expect(found[4]).toMatch(/for i0 < /);
  expect(found[5]).toMatch(/── after simplification ──\n%0:float32\(8, 16\) = parameter/);
});
