// Sine and cosine with the very last bit of the GNU C library's, on processors with fused multiply-add: Python's `gauss`
// and scikit-learn's moons and circles are made with them. The method is that of IBM's accurate mathematical library: a
// table of sin and cos at multiples of 1/128, short polynomials in between, angles above 2.4 reduced by π/2 in parts.
import { fromDouble, ONE, sinSeries, toDouble } from './fixed-point.ts';
import { fusedMultiplyAdd as fma } from './fused.ts';

const STEPS = 128;
/** 0.8555 · 128 rounded up: the largest angle that is looked up. */
const ENTRIES = 112;

interface Table {
  readonly sinHigh: Float64Array;
  readonly sinLow: Float64Array;
  readonly cosHigh: Float64Array;
  readonly cosLow: Float64Array;
}
let table: Table | undefined;

/** sin(k/128) and cos(k/128), each as a double and what it lacks. */
function makeTable(): Table {
  const made = {
    sinHigh: new Float64Array(ENTRIES),
    sinLow: new Float64Array(ENTRIES),
    cosHigh: new Float64Array(ENTRIES),
    cosLow: new Float64Array(ENTRIES),
  };
  const split = (value: bigint, k: number, high: Float64Array, low: Float64Array) => {
    high[k] = toDouble(value);
    low[k] = toDouble(value - fromDouble(high[k]!));
  };
  for (let k = 0; k < ENTRIES; k++) {
    const x = (BigInt(k) * ONE) / BigInt(STEPS);
    split(sinSeries(x, false), k, made.sinHigh, made.sinLow);
    split(sinSeries(x, true), k, made.cosHigh, made.cosLow);
  }
  return made;
}

/** Adding 1.5 · 2^45 rounds to the nearest multiple of 1/128. */
const ROUND_TO_STEP = 52776558133248;
/** Adding 1.5 · 2^52 rounds to the nearest integer. */
const ROUND_TO_INTEGER = 6755399441055744;

const sinPolynomial = (xx: number) => fma(0.008333332142857223, xx, -0.16666666666666488);
const cosPolynomial = (xx: number) => xx * fma(fma(0.001388888740079376, xx, -0.04166666666666644), xx, 0.5);

/** sin(x + dx) for |x| below 0.86, with dx far smaller than x. */
function sinNearZero(x: number, dx: number): number {
  if (Math.abs(x) < 0.126) {
    const xx = x * x;
    let p = fma(-2.5022014848318398e-8, xx, 2.755729806860771e-6);
    p = fma(p, xx, -0.00019841269834414642);
    p = fma(p, xx, 0.008333333333332329);
    p = fma(p, xx, -0.16666666666666666);
    return x + fma(xx, fma(p, x, -0.5 * dx), dx);
  }
  table ??= makeTable();
  if (x <= 0) dx = -dx;
  const nearest = ROUND_TO_STEP + Math.abs(x) - ROUND_TO_STEP;
  const k = nearest * STEPS;
  const y = Math.abs(x) - nearest;
  const yy = y * y;
  const s = y + fma(y * yy, sinPolynomial(yy), dx);
  const c = fma(y, dx, cosPolynomial(yy));
  const high = table.sinHigh[k]!;
  const rest = fma(-c, high, fma(table.cosLow[k]!, s, table.sinLow[k]!));
  const result = high + fma(s, table.cosHigh[k]!, rest);
  return x < 0 ? -result : result;
}

/** cos(x + dx) for |x| below 0.86, with dx far smaller than x. */
function cosNearZero(x: number, dx: number): number {
  table ??= makeTable();
  if (x < 0) dx = -dx;
  const nearest = ROUND_TO_STEP + Math.abs(x) - ROUND_TO_STEP;
  const k = nearest * STEPS;
  const y = Math.abs(x) - nearest + dx;
  const yy = y * y;
  const s = fma(y * yy, sinPolynomial(yy), y);
  const c = cosPolynomial(yy);
  const high = table.cosHigh[k]!;
  const rest = fma(-c, high, fma(-s, table.sinLow[k]!, table.cosLow[k]!));
  return high + fma(-s, table.sinHigh[k]!, rest);
}

/** π/2 and what it lacks. */
const HALF_PI = 1.5707963267948966;
const HALF_PI_REST = 6.123233995736766e-17;

/** sin(x + quarters · π/2) for 2.4 < |x| < 10⁸. */
function reduced(x: number, quarters: number): number {
  const t = fma(x, 0.6366197723675814, ROUND_TO_INTEGER);
  const n = t - ROUND_TO_INTEGER;
  const y = fma(-n, -1.3909067564377153e-8, fma(-n, 1.5707963407039642, x));
  const third = fma(-n, -4.97899623147991e-17, y);
  const error = fma(-n, -4.97899623147991e-17, y - third);
  const angle = fma(-n, -1.9034889620193266e-25, third);
  const rest = error + fma(-n, -1.9034889620193266e-25, third - angle);
  const quadrant = (n + quarters) & 3;
  const result = quadrant & 1 ? cosNearZero(angle, rest) : sinNearZero(angle, rest);
  return quadrant & 2 ? -result : result;
}

const NEAR = 0.85546875;
const MIDDLE = 2.4262657165527344;
const FAR = 105414350;

/** sin(x) in radians, equal to the GNU C library's to the last bit below 10⁸. */
export function sin(x: number): number {
  const size = Math.abs(x);
  if (size < 2 ** -26) return x;
  if (size < NEAR) return sinNearZero(x, 0);
  if (size < MIDDLE) {
    const result = cosNearZero(HALF_PI - size, HALF_PI_REST);
    return x < 0 ? -result : result;
  }
  return size < FAR ? reduced(x, 0) : Math.sin(x);
}

/** cos(x) in radians, equal to the GNU C library's to the last bit below 10⁸. */
export function cos(x: number): number {
  const size = Math.abs(x);
  if (size < 2 ** -27) return 1;
  if (size < NEAR) return cosNearZero(x, 0);
  if (size < MIDDLE) {
    const y = HALF_PI - size;
    const angle = y + HALF_PI_REST;
    return sinNearZero(angle, y - angle + HALF_PI_REST);
  }
  return size < FAR ? reduced(x, 1) : Math.cos(x);
}
