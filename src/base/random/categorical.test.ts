// The quick sums pick what exact ones pick, also where a uniform number falls onto a border.
import { expect, test } from 'vitest';
import { exp } from './c-library/exp-pow.ts';
import { categoricalSamples } from './categorical.ts';
import { PhiloxWords, philoxStream } from './philox.ts';

/** One class after the other until the running sum is larger. */
function picked(logits: readonly number[], unit: number): number {
  const finite = logits.filter(Number.isFinite);
  const largest = Math.max(...finite);
  let total = 0;
  const sums = logits.map((logit) => (total += Number.isFinite(logit) ? exp(logit - largest) : 0));
  const found = sums.findIndex((sum) => sum > unit * total);
  return found < 0 ? logits.length : found;
}

test.each([
  ['even', 7, (): number => 0],
  ['spread', 300, (i: number): number => ((i * 0.6180339887) % 1) * 30 - 15],
  ['far apart', 40, (i: number): number => -40 * i],
  [
    'with infinities',
    16,
    (i: number): number => (i % 3 === 0 ? Number.NEGATIVE_INFINITY : i === 4 ? Number.NaN : i / 4),
  ],
])('%s', (_, classes, logit) => {
  const logits = Array.from({ length: classes }, (_value, i) => Math.fround(logit(i)));
  const samples = 500;
  const stream = philoxStream(7, 11, 13);
  const words = new PhiloxWords(stream);
  const found = categoricalSamples(stream, [...logits, ...logits], [2, classes], samples);
  for (const choice of found) expect(choice).toBe(picked(logits, words.nextDouble()));
});

test('uniform numbers on a border: one class, and classes of equal weight by powers of two', () => {
  const stream = philoxStream(1, 2, 3);
  expect(Array.from(categoricalSamples(stream, [5], [1, 1], 20))).toEqual(new Array(20).fill(0));
  const words = new PhiloxWords(stream);
  const logits = new Array<number>(1024).fill(1);
  for (const choice of categoricalSamples(stream, logits, [1, 1024], 2000))
    expect(choice).toBe(Math.floor(words.nextDouble() * 1024));
});
