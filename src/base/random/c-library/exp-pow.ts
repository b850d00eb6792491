// Exponential and power with the very last bit of the GNU C library's, on processors with fused multiply-add: gamma and beta
// deviates with small parameters are powers. The method and the polynomials are those of Arm's optimized routines (MIT
// licence); their tables are recomputed here when they are first needed.
import { expSeries, FRACTION_BITS, fromDouble, logSeries, ONE, toDouble } from './fixed-point.ts';
import { fusedMultiplyAdd as fma } from './fused.ts';

const STEPS = 128;
/** Adding 1.5 · 2^52 rounds to the nearest integer. */
const ROUND_TO_INTEGER = 6755399441055744;
const bits = new DataView(new ArrayBuffer(8));

interface ExpTable {
  readonly high: Float64Array;
  readonly tail: Float64Array;
}
let expTable: ExpTable | undefined;

/** 2^(k/128) ≈ high · (1 + tail). */
function makeExpTable(): ExpTable {
  const made = { high: new Float64Array(STEPS), tail: new Float64Array(STEPS) };
  const ln2 = logSeries(2n * ONE - 1n);
  for (let k = 0; k < STEPS; k++) {
    const power = expSeries((ln2 * BigInt(k)) / BigInt(STEPS));
    made.high[k] = toDouble(power);
    const high = fromDouble(made.high[k]!);
    made.tail[k] = toDouble(((power - high) << FRACTION_BITS) / high);
  }
  return made;
}

/** e^(x + rest) for 2^-54 < |x| < 512, with `rest` far smaller than x. */
function expNear(x: number, rest: number): number {
  expTable ??= makeExpTable();
  const n = fma(x, 184.6649652337873, ROUND_TO_INTEGER) - ROUND_TO_INTEGER;
  const r = rest + fma(n, -1.2864023111638346e-14, fma(n, -0.005415212348111709, x));
  const k = n & (STEPS - 1);
  const r2 = r * r;
  const low = fma(fma(0.16666666666665886, r, 0.49999999999996786), r2, r + expTable.tail[k]!);
  const p = fma(fma(r, 0.008333335853059549, 0.0416666808410674), r2 * r2, low);
  bits.setFloat64(0, expTable.high[k]!);
  bits.setInt32(0, bits.getInt32(0) + ((n - k) / STEPS) * 0x100000);
  const scale = bits.getFloat64(0);
  return fma(scale, p, scale);
}

/** e^x, equal to the GNU C library's to the last bit where the result is neither huge nor tiny. */
export function exp(x: number): number {
  const size = Math.abs(x);
  if (size < 2 ** -54) return 1 + x;
  return size < 512 ? expNear(x, 0) : Math.exp(x);
}

interface LogTable {
  readonly reciprocals: Float64Array;
  readonly logarithms: Float64Array;
  readonly tails: Float64Array;
}
let logTable: LogTable | undefined;

/** The high word of 0.7057…, where the first interval begins; the low word is zero. */
const FIRST_HIGH = 0x3fe69555;

/** Reciprocals of few bits near each interval's middle, so that z · reciprocal − 1 is exact, and their logarithms in two parts. */
function makeLogTable(): LogTable {
  const made = {
    reciprocals: new Float64Array(STEPS),
    logarithms: new Float64Array(STEPS),
    tails: new Float64Array(STEPS),
  };
  const boundary = (i: number) => {
    bits.setUint32(4, 0);
    bits.setUint32(0, FIRST_HIGH + i * 0x2000);
    return bits.getFloat64(0);
  };
  for (let i = 0; i < STEPS; i++) {
    const reciprocal = 1 / ((boundary(i) + boundary(i + 1)) / 2);
    const grid = reciprocal < 1 ? 256 : 128;
    made.reciprocals[i] = Math.round(reciprocal * grid) / grid;
    const logarithm = -logSeries(fromDouble(made.reciprocals[i]!));
    made.logarithms[i] = Math.round(toDouble(logarithm) * 2 ** 43) / 2 ** 43;
    made.tails[i] = toDouble(logarithm - fromDouble(made.logarithms[i]!));
  }
  return made;
}

/** x^y, equal to the GNU C library's to the last bit for positive normal x where the result is neither huge nor tiny. */
export function pow(x: number, y: number): number {
  const exponentSize = Math.abs(y);
  const ordinary = x >= 2.2250738585072014e-308 && x < Number.POSITIVE_INFINITY && x !== 1;
  if (!ordinary || !(exponentSize > 2 ** -65) || exponentSize >= 2 ** 63) return x ** y;
  logTable ??= makeLogTable();
  bits.setFloat64(0, x);
  const high = bits.getInt32(0);
  const offset = high - FIRST_HIGH;
  const exponent = offset >> 20;
  const i = (offset >> 13) & (STEPS - 1);
  bits.setInt32(0, high - (exponent << 20));
  const z = bits.getFloat64(0); // x = 2^exponent · z
  const r = fma(z, logTable.reciprocals[i]!, -1);
  // The logarithm of x as the sum of `log` and `rest`, correct to about 68 bits.
  const t1 = fma(exponent, 0.6931471805598903, logTable.logarithms[i]!);
  const t2 = t1 + r;
  const lo1 = fma(exponent, 5.497923018708371e-14, logTable.tails[i]!);
  const lo2 = t1 - t2 + r;
  const ar = -0.5 * r;
  const ar2 = r * ar;
  const hi = t2 + ar2;
  const lo3 = fma(ar, r, -ar2);
  const lo4 = t2 - hi + ar2;
  const inner = fma(
    fma(1.0000415263675542, r, -1.1429096284595011),
    ar2,
    fma(-0.6666666663487739, r, 0.7999999995323976),
  );
  const p = fma(ar2, inner, fma(0.5000000000000007, r, -0.6666666666666679));
  const lo = fma(r * ar2, p, lo1 + lo2 + lo3 + lo4);
  const log = hi + lo;
  const rest = hi - log + lo;
  const product = y * log;
  const productRest = fma(y, rest, fma(log, y, -product));
  const size = Math.abs(product);
  if (size < 2 ** -54) return 1 + product;
  return size < 512 ? expNear(product, productRest) : x ** y;
}
