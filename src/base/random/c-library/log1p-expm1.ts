// log(1 + x) and exp(x) − 1 with the bits of the GNU C library's on processors with fused multiply-add, which NumPy's
// distributions call: fdlibm's methods (Sun Microsystems, free licence) with the sums in the order in which the GNU C library
// takes them and products fused where its compiler fuses them. JavaScript's own differ in the last bit.
import { fusedMultiplyAdd as fma } from './fused.ts';

const view = new DataView(new ArrayBuffer(8));
const highWord = (x: number): number => {
  view.setFloat64(0, x);
  return view.getInt32(0);
};
/** `x` with another high word. */
const withHigh = (x: number, high: number): number => {
  view.setFloat64(0, x);
  view.setInt32(0, high);
  return view.getFloat64(0);
};

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** log(1 + x). */
export function log1p(x: number): number {
  const high = highWord(x);
  const size = high & 0x7fffffff;
  if (!(x > -1)) return x === -1 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (high >= 0x7ff00000) return x;
  if (size < 0x3e200000) return size < 0x3c900000 ? x : x - x * x * 0.5;
  let k = 0;
  let f = x;
  let top = 1;
  let correction = 0;
  if (x < -0.2928943634033203 || high >= 0x3fda827a) {
    let u = high < 0x43400000 ? 1 + x : x;
    top = highWord(u);
    k = (top >> 20) - 1023;
    if (high < 0x43400000) correction = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
    top &= 0x000fffff;
    if (top < 0x6a09e) {
      u = withHigh(u, top | 0x3ff00000);
    } else {
      k += 1;
      u = withHigh(u, top | 0x3fe00000);
      top = (0x00100000 - top) >> 2;
    }
    f = u - 1;
  }
  const half = 0.5 * f * f;
  if (top === 0) {
    if (f === 0) return k === 0 ? 0 : fma(k, LN2_HIGH, fma(k, LN2_LOW, correction));
    const rest = half * fma(-0.6666666666666666, f, 1);
    return k === 0 ? f - rest : fma(k, LN2_HIGH, -(rest - fma(k, LN2_LOW, correction) - f));
  }
  const s = f / (2 + f);
  const z = s * s;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const second = fma(0.2857142874366239, z, 0.3999999999940942);
  const third = fma(0.1818357216161805, z, 0.22222198432149784);
  const fourth = fma(0.14798198605116586, z, 0.15313837699209373);
  const sum = fma(z6, fourth, fma(z4, third, fma(z, 0.6666666666666735, z2 * second)));
  if (k === 0) return f - (half - s * (half + sum));
  return fma(k, LN2_HIGH, -(half - (s * (half + sum) + fma(k, LN2_LOW, correction)) - f));
}

/** exp(x) − 1. */
export function expm1(x: number): number {
  const size = highWord(x) & 0x7fffffff;
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (size >= 0x4043687a && x < 0) return -1;
  if (size < 0x3c900000) return x;
  let k = 0;
  let c = 0;
  if (size > 0x3fd62e42) {
    let high: number;
    let low: number;
    if (size < 0x3ff0a2b2) {
      k = x > 0 ? 1 : -1;
      high = x - k * LN2_HIGH;
      low = k * LN2_LOW;
    } else {
      k = Math.trunc(Math.LOG2E * x + (x > 0 ? 0.5 : -0.5));
      high = fma(-k, LN2_HIGH, x);
      low = k * LN2_LOW;
    }
    x = high - low;
    c = high - x - low;
  }
  const halfX = 0.5 * x;
  const h = x * halfX;
  const h2 = h * h;
  const h4 = h2 * h2;
  const first = fma(h, -0.03333333333333313, 1);
  const second = fma(-7.93650757867488e-5, h, 0.0015873015872548146);
  const third = fma(-2.0109921818362437e-7, h, 4.008217827329362e-6);
  const r = fma(h4, third, fma(h2, second, first));
  const t = fma(-r, halfX, 3);
  let e = ((r - t) / fma(-x, t, 6)) * h;
  if (k === 0) return x - fma(e, x, -h);
  e = fma(e - c, x, -c) - h;
  if (k === -1) return 0.5 * (x - e) - 0.5;
  if (k === 1) return x < -0.25 ? -2 * (e - (x + 0.5)) : 1 + 2 * (x - e);
  // Powers of two are exact: adding to the exponent is this product, but at the very top, where 2^1024 is not a number.
  const scaled = (y: number) => (k === 1024 ? y * 2 * 2 ** 1023 : y * 2 ** k);
  if (k <= -2 || k > 56) return scaled(1 - (e - x)) - 1;
  if (k < 20) return scaled(withHigh(1, 0x3ff00000 - (0x200000 >> k)) - (e - x));
  return scaled(x - (e + 2 ** -k) + 1);
}
