// The transforms against the definition's sum in double precision, for lengths of every kind of pass; their gradients against
// finite differences.
import { expect, test } from 'vitest';
import * as tf from '../../index.ts';
import { transformRealRows, transformRows, transformToRealRows } from './kernel.ts';

const numbers = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => ((i * 0.6180339887 + seed * 0.37) % 1) - 0.5 + (i % 3) / 4);
const LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 15, 16, 20, 31, 32, 37, 49, 60, 64, 74, 77, 97, 128, 194, 210, 512];

/** Σ x[j] e^(sign · 2πi jk/n), added up as it is defined. */
function byDefinition(re: ArrayLike<number>, im: ArrayLike<number>, sign: number): { re: number[]; im: number[] } {
  const n = re.length;
  const out = { re: new Array<number>(n).fill(0), im: new Array<number>(n).fill(0) };
  for (let k = 0; k < n; k++)
    for (let j = 0; j < n; j++) {
      const angle = (sign * 2 * Math.PI * ((j * k) % n)) / n;
      out.re[k]! += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle);
      out.im[k]! += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle);
    }
  return out;
}
function expectClose(found: Float32Array, wanted: readonly number[], what: string): void {
  const size = Math.max(1, ...wanted.map(Math.abs));
  found.forEach((value, i) => void expect(Math.abs(value - wanted[i]!) / size, `${what}, ${i}`).toBeLessThan(1.3e-7));
}

test.each(LENGTHS)('rows of %i numbers', (n) => {
  const [re, im] = [numbers(3 * n, 1), numbers(3 * n, 2)];
  for (const sign of [-1, 1] as const) {
    const out = { re: new Float32Array(3 * n), im: new Float32Array(3 * n) };
    transformRows({ re, im }, n, sign, out);
    for (const row of [0, 1, 2]) {
      const part = (x: Float32Array): Float32Array => x.subarray(row * n, (row + 1) * n);
      const wanted = byDefinition(part(re), part(im), sign);
      expectClose(part(out.re), wanted.re, `re ${sign}`);
      expectClose(part(out.im), wanted.im, `im ${sign}`);
    }
  }
});

test.each(LENGTHS)('real rows of %i numbers, and back', (n) => {
  const x = numbers(3 * n, 3);
  const kept = Math.floor(n / 2) + 1;
  const half = { re: new Float32Array(3 * kept), im: new Float32Array(3 * kept) };
  transformRealRows(x, n, half);
  for (const row of [0, 1, 2]) {
    const wanted = byDefinition(x.subarray(row * n, (row + 1) * n), new Float32Array(n), -1);
    expectClose(half.re.subarray(row * kept, (row + 1) * kept), wanted.re.slice(0, kept), 're');
    expectClose(half.im.subarray(row * kept, (row + 1) * kept), wanted.im.slice(0, kept), 'im');
  }
  const back = new Float32Array(3 * n);
  transformToRealRows(half, n, back);
  back.forEach((value, i) => void expect(Math.abs(value / n - x[i]!)).toBeLessThan(1e-6));
});

test.each([
  [6, 6],
  [5, 5],
  [4, 7],
])('gradients of rfft and irfft, %i numbers as %i', (count, length) => {
  const [x, weights] = [numbers(2 * count, 4), numbers(2 * (Math.floor(length / 2) + 1), 5)];
  const shape = [2, Math.floor(length / 2) + 1];
  const [a, b] = [
    tf.constant(weights, { shape }),
    tf.constant(
      weights.map((w) => w * w),
      { shape },
    ),
  ];
  const loss = (input: tf.Tensor): tf.Tensor => {
    const spectrum = tf.signal.rfft(input, { fftLength: [length] });
    const sums = tf.reduceSum(tf.add(tf.multiply(a, tf.math.real(spectrum)), tf.multiply(b, tf.math.imag(spectrum))));
    const again = tf.signal.irfft(
      tf.complex(tf.multiply(tf.math.real(spectrum), a), tf.multiply(tf.math.imag(spectrum), b)),
      {
        fftLength: [length],
      },
    );
    return tf.add(sums, tf.reduceSum(tf.multiply(again, again)));
  };
  const at = (values: Float32Array): tf.Tensor => tf.constant(values, { shape: [2, count] });
  const slope = (input: tf.Tensor): tf.Tensor => tf.valueAndGrad(() => loss(input), [input])[1][0] as tf.Tensor;
  const step = tf.function(slope);
  for (const gradient of [slope(at(x)), step(at(x))]) {
    const found = gradient.dataSync() as Float32Array;
    x.forEach((value, i) => {
      const h = 0.05;
      const moved = (by: number): number => {
        const copy = x.slice();
        copy[i] = value + by;
        return loss(at(copy)).item() as number;
      };
      // The loss is a polynomial of second degree, so central differences are exact but for rounding.
      expect(Math.abs(found[i]! - (moved(h) - moved(-h)) / (2 * h)), `${i}`).toBeLessThan(2e-3);
    });
  }
});
