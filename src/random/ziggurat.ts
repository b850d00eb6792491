// Normal and exponential deviates by the ziggurat method (Marsaglia and Tsang, 2000) with 256 layers, as NumPy's `Generator`
// draws them. Owns the tables, computed when first needed with the roundings of NumPy's own, and the two draws.
import { exp } from '../base/random/c-library/exp-pow.ts';
import { expSeries, FRACTION_BITS, logSeries, ONE, toDouble } from '../base/random/c-library/fixed-point.ts';
import { log } from '../base/random/c-library/log.ts';
import type { Pcg64 } from './pcg64.ts';

const LAYERS = 256;

interface Tables {
  /** Width of each layer over 2^bits. */
  readonly widths: Float64Array;
  /** Below this integer a draw lies inside its layer for certain. */
  readonly inside: Float64Array;
  readonly densities: Float64Array;
}

const NORMAL_START = 3.654152885361009;
const NORMAL_INVERSE = 0.2736612373297583;
const NORMAL_AREA = 0.004928673233974652;
const EXPONENTIAL_START = 7.69711747013105;

const evenlyRounded = (x: number) => {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (floor % 2) : Math.round(x);
};

/** The layers of exp(−x²/2), in double precision: NumPy's were computed so. */
function makeNormalTables(): Tables {
  const x = new Float64Array(LAYERS);
  const densities = new Float64Array(LAYERS);
  const density = (at: number) => exp(-0.5 * at * at);
  x[LAYERS - 1] = NORMAL_START;
  densities[LAYERS - 1] = density(NORMAL_START);
  for (let i = LAYERS - 2; i > 0; i--) {
    x[i] = Math.sqrt(-2 * log(NORMAL_AREA / x[i + 1]! + densities[i + 1]!));
    densities[i] = density(x[i]!);
    if (i === 38) densities[i] = densities[i]! + 2 ** -53; // the one entry that NumPy's mathematical library rounded up
  }
  densities[0] = 1;
  const scale = 2 ** 52;
  const base = NORMAL_AREA / densities[LAYERS - 1]!;
  const inside = x.map((at, i) => (i < 2 ? 0 : evenlyRounded((x[i - 1]! / at) * scale)));
  inside[0] = (NORMAL_START / base) * scale;
  const widths = x.map((at) => at / scale);
  widths[0] = base / scale;
  return { widths, inside, densities };
}

/** The layers of exp(−x), in fixed point: NumPy's were computed with more than double precision. */
function makeExponentialTables(): Tables {
  const multiply = (a: bigint, b: bigint) => (a * b) >> FRACTION_BITS;
  const divide = (a: bigint, b: bigint) => (a << FRACTION_BITS) / b;
  const ln2 = logSeries(2n * ONE - 1n);
  const negativeExp = (x: bigint) => {
    const halvings = x / ln2;
    return expSeries(-(x - halvings * ln2)) >> halvings;
  };
  const minusLog = (y: bigint) => {
    const doublings = FRACTION_BITS + 1n - BigInt(y.toString(2).length);
    return doublings * ln2 - logSeries(y << doublings);
  };
  // A double holds only half of these digits.
  const r = (76971174701310497140446280481n * ONE) / 10n ** 28n;
  const area = multiply(r + ONE, negativeExp(r));
  const x = new Array<bigint>(LAYERS).fill(0n);
  const f = new Array<bigint>(LAYERS).fill(ONE);
  x[LAYERS - 1] = r;
  f[LAYERS - 1] = negativeExp(r);
  for (let i = LAYERS - 2; i > 0; i--) {
    x[i] = minusLog(divide(area, x[i + 1]!) + f[i + 1]!);
    f[i] = negativeExp(x[i]!);
  }
  const base = divide(area, f[LAYERS - 1]!);
  const scale = 2 ** 53;
  const inside = Float64Array.from(x, (at, i) => (i < 2 ? 0 : Math.floor(toDouble(divide(x[i - 1]!, at)) * scale)));
  inside[0] = Math.floor(toDouble(divide(r, base)) * scale);
  const widths = Float64Array.from(x, (at) => toDouble(at) / scale);
  widths[0] = toDouble(base) / scale;
  return { widths, inside, densities: Float64Array.from(f, toDouble) };
}

let normal: Tables | undefined;
let exponential: Tables | undefined;

/** A standard normal deviate. */
export function zigguratNormal(source: Pcg64): number {
  normal ??= makeNormalTables();
  for (;;) {
    source.next();
    const layer = source.low & 0xff;
    // 52 bits above the layer's 8 and the sign's 1.
    const size = (source.high & 0x1fffffff) * 8388608 + (source.low >>> 9);
    const x = (source.low & 0x100 ? -size : size) * normal.widths[layer]!;
    if (size < normal.inside[layer]!) return x;
    if (layer === 0) {
      const negative = source.low & 0x20000;
      for (;;) {
        const xx = -NORMAL_INVERSE * Math.log1p(-source.nextDouble());
        const yy = -Math.log1p(-source.nextDouble());
        if (yy + yy > xx * xx) return negative ? -(NORMAL_START + xx) : NORMAL_START + xx;
      }
    }
    const f = normal.densities;
    if ((f[layer - 1]! - f[layer]!) * source.nextDouble() + f[layer]! < exp(-0.5 * x * x)) return x;
  }
}

/** An exponential deviate with mean 1. */
export function zigguratExponential(source: Pcg64): number {
  exponential ??= makeExponentialTables();
  for (;;) {
    source.next();
    const layer = (source.low >>> 3) & 0xff;
    const size = (source.high >>> 0) * 2097152 + (source.low >>> 11);
    const x = size * exponential.widths[layer]!;
    if (size < exponential.inside[layer]!) return x;
    if (layer === 0) return EXPONENTIAL_START - Math.log1p(-source.nextDouble());
    const f = exponential.densities;
    if ((f[layer - 1]! - f[layer]!) * source.nextDouble() + f[layer]! < exp(-x)) return x;
  }
}
