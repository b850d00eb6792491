// Warnings of functions that are traced at each call: from the fifth on, as in TensorFlow, and once.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as tf from '../index.ts';

const said = vi.spyOn(console, 'warn');
beforeEach(() => void said.mockReset().mockImplementation(() => {}));
afterEach(() => void said.mockReset());
const double = () =>
  tf.function(function double(x: tf.Tensor | number) {
    return tf.mul(x, 2);
  });
const words = (): string => said.mock.calls.flat().join('\n');

test('plain numbers: what changes and what to do, once', () => {
  const f = double();
  for (let i = 0; i < 4; i++) f(i);
  expect(words()).toBe('');
  for (let i = 4; i < 50; i++) f(i);
  expect(said).toHaveBeenCalledTimes(1);
  expect(words()).toMatch(
    /^tf\.function double: 5 .* a plain number changes \(3, then 4\)\. .*tf\.constant\(4\).*inputSignature/,
  );
});
test('shapes, objects and numbers of arguments', () => {
  const f = double();
  for (let i = 1; i <= 5; i++) f(tf.zeros([i]));
  expect(words()).toContain('the shape or dtype of a tensor changes (float32[4], then float32[5])');
  said.mockClear();
  const named = tf.function((x: { n: number }) => tf.zeros([x.n]));
  for (let n = 1; n <= 5; n++) named({ n });
  expect(words()).toContain('a plain number changes (4, then 5)');
  said.mockClear();
  const many = tf.function((...all: number[]) => tf.constant(all.length));
  for (let n = 1; n <= 5; n++) many(...new Array<number>(n).fill(1));
  expect(words()).toContain('in kind or number');
});
test('what was advised is traced once, and few traces among many calls are no matter', () => {
  const f = double();
  for (let i = 0; i < 8; i++) f(tf.constant(i));
  const signed = tf.function((x: tf.Tensor) => tf.mul(x, 2), { inputSignature: [tf.TensorSpec([], 'float32')] });
  for (let i = 0; i < 8; i++) signed(i as never);
  expect([f.tracingCount, signed.tracingCount]).toEqual([1, 1]);
  const g = double();
  for (let i = 0; i < 20; i++) {
    g(i);
    g(i);
  }
  expect(words()).toBe('');
});
