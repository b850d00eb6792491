// The natural logarithm with the very last bit of the GNU C library's, on processors with fused multiply-add: that is
// where the normal deviates of NumPy and of Python come from, and they are wanted bit for bit. `Math.log` differs from it
// in every fourteenth number. The method and its constants are those of Arm's optimized routines (MIT licence), from which
// the GNU C library has them: a reciprocal from a table brings the argument near to 1, a polynomial does the rest.

import { fusedMultiplyAdd as fma } from './fused.ts';

const SUBINTERVALS = 128;

/** How many units in the last place each tabulated reciprocal lies from the reciprocal of its interval's middle. */
// biome-ignore format: a table
const OFFSETS = [
  -23142382, -57643754, -234334839, -124664804, 19045012, -123323398, -501163255, 342479926, -234593306, 57421184, 513617488,
  -240891478, 85169741, 28659150, 284053799, 342563057, -68420459, -346144712, -90113766, -464022980, 285342708, -489548825,
  376054848, 47397812, -423637851, -260988534, 336107021, 448241578, 154177355, 447893384, 241227555, -420636714, -218426730,
  -96876684, -205835218, -368178198, -345128710, -510284502, 481763731, 209336112, 429336310, 15489329, 442353177, -417834330,
  73183371, 515232680, 507984536, 83787275, 330409952, 151596684, 377744204, 198302857, 214798271, -345957716, 356163107,
  215510022, -229897960, -131709726, 215213618, -464519207, -332821996, 385780520, -400344786, 256208139, 478356527, 345720337,
  128466877, 217515751, -162048343, 295127580, -235892775, -69369347, 93666841, -272860130, 91915174, 29018059, 258893229,
  386009280, -241633007, 68399381, 386341370, 408940642, 65060217, -120872168, 189498853, -32395328, -49955913, 154042178,
  -346113480, 148348366, -396488327, -427431396, 107119491, -500798201, 212184347, 305888811, -330297730, -91422864, 6707636,
  273897542, -512931067, -500150233, 485589437, -280752730, 106848032, 30953893, -291342514, -408884927, 149302919, -107851081,
  225432558, 460497078, -452391632, -490679353, 508304210, 493208081, 336502878, 526975298, -457361038, -312310462, -365194252,
  -421357131, 362015322, 310793228, -441535439, -69145545, -528727990, 433364383,
];

const bits = new DataView(new ArrayBuffer(8));
/** The high word of 0.6875, where the first of the intervals begins. */
const FIRST_HIGH = 0x3fe60000;

interface Table {
  readonly reciprocals: Float64Array;
  readonly logarithms: Float64Array;
}
let table: Table | undefined;

/** For each of the 128 intervals of [0.6875, 1.375): a reciprocal of a number in it, and that number's logarithm. */
function makeTable(): Table {
  const reciprocals = new Float64Array(SUBINTERVALS);
  const logarithms = new Float64Array(SUBINTERVALS);
  const boundary = (i: number) => {
    bits.setUint32(4, 0);
    bits.setUint32(0, FIRST_HIGH + i * 0x2000);
    return bits.getFloat64(0);
  };
  for (let i = 0; i < SUBINTERVALS; i++) {
    const reciprocal = 1 / ((boundary(i) + boundary(i + 1)) / 2);
    bits.setFloat64(0, reciprocal);
    bits.setBigInt64(0, bits.getBigInt64(0) + BigInt(OFFSETS[i]!));
    reciprocals[i] = bits.getFloat64(0);
    // The reciprocals were chosen so that these logarithms are, to within 2⁻⁶⁶, multiples of 2⁻⁴³.
    logarithms[i] = Math.round(-Math.log(reciprocals[i]!) * 2 ** 43) / 2 ** 43;
  }
  return { reciprocals, logarithms };
}

/** log(x) for x near 1, where the general way would cancel: the argument is split in two halves instead. */
function logNearOne(x: number): number {
  const r = x - 1;
  const r2 = r * r;
  const r3 = r * r2;
  const first = fma(r2, 0.19999999999320328, fma(-0.24999999999998432, r, 0.3333333333333352));
  const second = fma(r2, -0.12499997863982555, fma(0.14285715076560868, r, -0.16666666669929706));
  const third = fma(
    r3,
    -0.08328363062289341,
    fma(r2, 0.09181994006195467, fma(-0.10000486757818193, r, 0.11110712032936046)),
  );
  const polynomial = fma(fma(third, r3, second), r3, first);
  const shifted = fma(r, 134217728, r);
  const rHigh = fma(-134217728, r, shifted);
  const rLow = r - rHigh;
  const square = rHigh * rHigh;
  const sum = fma(square, -0.5, r);
  const rest = fma(square, -0.5, r - sum);
  return sum + fma(polynomial, r3, fma(-0.5 * rLow, r + rHigh, rest));
}

/** The natural logarithm of `x`, equal to the GNU C library's to the last bit for positive normal numbers. */
export function log(x: number): number {
  if (x === 1) return 0;
  if (x >= 0.9375 && x < 1.064697265625) return logNearOne(x);
  if (!(x >= 2.2250738585072014e-308) || x === Number.POSITIVE_INFINITY) return Math.log(x);
  table ??= makeTable();
  bits.setFloat64(0, x);
  const high = bits.getInt32(0);
  const offset = high - FIRST_HIGH;
  const exponent = offset >> 20;
  const i = (offset >> 13) & (SUBINTERVALS - 1);
  bits.setInt32(0, high - (exponent << 20));
  const z = bits.getFloat64(0); // x = 2^exponent · z, with z in [0.6875, 1.375)
  const r = fma(z, table.reciprocals[i]!, -1);
  const r2 = r * r;
  const whole = exponent * 0.6931471805598903 + table.logarithms[i]!; // exact: neither has a bit below 2⁻⁴³
  const sum = whole + r;
  const rest = fma(r2, -0.5000000000000001, fma(exponent, 5.497923018708371e-14, whole - sum + r));
  const cubic = fma(-0.2499999999622955, r, 0.33333333331825593);
  const polynomial = fma(fma(r, -0.16667054827627667, 0.20000304511814496), r2, cubic);
  return fma(r * r2, polynomial, rest) + sum;
}
