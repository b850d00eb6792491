// Kernels over the rows of a value: compiled programs against eager ones, which run the reference.
import { afterEach, expect, test } from 'vitest';
import { setDebugLevel, setDebugOutput } from '../../src/base/debug.ts';
import * as tf from '../../src/index.ts';

const largest = (x: tf.Tensor): number => tf.reduceMax(tf.abs(x)).item() as number;
const close = (a: tf.Tensor, b: tf.Tensor): void => expect(largest(a.sub(b))).toBeLessThan(2e-6 * (1 + largest(b)));

let lines: string[] = [];
afterEach(() => {
  setDebugLevel(0);
});
setDebugOutput((text) => lines.push(text));
/** How many kernels over rows the compiler makes of a function, which must give what the eager one gives. */
function rowKernels(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): number {
  const wanted = f(x);
  lines = [];
  setDebugLevel(3);
  const found = tf.function(f)(x);
  setDebugLevel(0);
  close(found, wanted);
  return lines
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith('  rows:')).length;
}
const gradient =
  (f: (x: tf.Tensor) => tf.Tensor) =>
  (x: tf.Tensor): tf.Tensor => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const loss = tape.record(() => tf.reduceSum(f(x).mul(tf.cos(x))));
    return tape.gradient(loss, x)!;
  };
const normalise = (x: tf.Tensor): tf.Tensor => {
  const mean = tf.reduceMean(x, -1, { keepdims: true });
  const variance = tf.reduceMean(tf.square(x.sub(mean)), -1, { keepdims: true });
  return x.sub(mean).mul(tf.math.rsqrt(variance.add(1e-3)));
};

test.each([[[40, 33]], [[3, 5, 1, 17]], [[2, 300]], [[1, 7, 4]]])('softmax of %j is one kernel', (shape) => {
  const x = tf.random.normal(shape, { seed: 1 });
  expect(rowKernels((z) => tf.nn.softmax(z), x)).toBe(1);
  expect(
    rowKernels(
      gradient((z) => tf.nn.softmax(z)),
      x,
    ),
  ).toBeGreaterThan(0);
});

test.each([[[40, 33]], [[3, 5, 1, 17]]])('a normalisation of %j is one kernel', (shape) => {
  const x = tf.random.normal(shape, { seed: 2 });
  expect(rowKernels(normalise, x)).toBe(1);
  expect(rowKernels(gradient(normalise), x)).toBeGreaterThan(0);
});

test('what is read in other rows is made by kernels of its own', () => {
  const x = tf.random.normal([24, 24], { seed: 3 });
  const exponentials = (z: tf.Tensor): tf.Tensor => tf.exp(z.sub(tf.reduceMax(z, 1, { keepdims: true })));
  // The sums of the rows, each given to a column; rows in reverse order; all of a value for each row.
  rowKernels((z) => exponentials(z).div(tf.reduceSum(exponentials(z), 1)), x);
  rowKernels((z) => tf.reverse(exponentials(z), [0]).div(tf.reduceSum(exponentials(z), 1, { keepdims: true })), x);
  rowKernels((z) => exponentials(z).div(tf.reduceSum(tf.transpose(exponentials(z)), 1, { keepdims: true })), x);
  rowKernels((z) => tf.reduceSum(exponentials(z), 1).mul(tf.reduceMax(tf.reduceSum(exponentials(z), 1))), x);
});
