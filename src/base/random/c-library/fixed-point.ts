// Power series in 160-bit fixed point: what the tables of sine, exponential and power are computed from when they are first
// needed, instead of being written out. Slow and exact; leaves everything that has to be fast to its callers.

export const FRACTION_BITS = 160n;
export const ONE = 1n << FRACTION_BITS;
const SCALE = 2 ** -160;

const multiply = (a: bigint, b: bigint) => (a * b) >> FRACTION_BITS;

/** A fixed-point number as the nearest double. */
export const toDouble = (value: bigint) => Number(value) * SCALE;

/** A double of moderate size in fixed point, exactly. */
export const fromDouble = (value: number) => BigInt(value * 2 ** 100) << (FRACTION_BITS - 100n);

/** Σ ± x^n / n! over every second n from 1 (sine) or from 0 (cosine). */
export function sinSeries(x: bigint, cosine: boolean): bigint {
  const square = multiply(x, x);
  let sum = 0n;
  let term = cosine ? ONE : x;
  for (let n = cosine ? 1n : 2n; term !== 0n && n < 100n; n += 2n) {
    sum += term;
    term = -multiply(term, square) / (n * (n + 1n));
  }
  return sum;
}

/** e^x by its series, for |x| ≤ 1. */
export function expSeries(x: bigint): bigint {
  let sum = 0n;
  let term = ONE;
  for (let n = 1n; term !== 0n && n < 100n; n++) {
    sum += term;
    term = multiply(term, x) / n;
  }
  return sum;
}

/** log(x) for x between 1/2 and 2: 2 artanh((x − 1) / (x + 1)). */
export function logSeries(x: bigint): bigint {
  const t = ((x - ONE) << FRACTION_BITS) / (x + ONE);
  const square = multiply(t, t);
  let sum = 0n;
  let power = t;
  for (let n = 1n; power !== 0n && power !== -1n && n < 400n; n += 2n) {
    sum += power / n;
    power = multiply(power, square);
  }
  return 2n * sum;
}
