// Single deviates of the rarer distributions, from uniform, normal and exponential ones, each as NumPy makes them: by one
// formula in the old generator, at times by another in the new one. Leaves arguments, shapes and checks to the methods.
import { exp, pow } from '../base/random/c-library/exp-pow.ts';
import { log } from '../base/random/c-library/log.ts';
import { expm1, log1p } from '../base/random/c-library/log1p-expm1.ts';
import { type DeviateSource, gammaDeviate, poissonDeviate } from './deviates.ts';

/** Above the largest whole number that NumPy's 64-bit integers hold, counts are drawn again. */
const LARGEST = 2 ** 63;

export function laplaceDeviate(source: DeviateSource, loc: number, scale: number): number {
  for (;;) {
    const u = source.nextDouble();
    if (u >= 0.5) return loc - scale * log(2 - u - u);
    if (u > 0) return loc + scale * log(u + u);
  }
}

export function gumbelDeviate(source: DeviateSource, loc: number, scale: number): number {
  for (;;) {
    const u = 1 - source.nextDouble();
    if (u < 1) return loc - scale * log(-log(u));
  }
}

export function logisticDeviate(source: DeviateSource, loc: number, scale: number): number {
  for (;;) {
    const u = source.nextDouble();
    if (u > 0) return loc + scale * log(u / (1 - u));
  }
}

export function rayleighDeviate(source: DeviateSource, mode: number, legacy: boolean): number {
  return mode * Math.sqrt(legacy ? -2 * log1p(-source.nextDouble()) : 2 * source.nextExponential());
}

export function weibullDeviate(source: DeviateSource, a: number): number {
  return a === 0 ? 0 : pow(source.nextExponential(), 1 / a);
}

export function powerDeviate(source: DeviateSource, a: number, legacy: boolean): number {
  const e = source.nextExponential();
  return pow(legacy ? 1 - exp(-e) : -expm1(-e), 1 / a);
}

export function paretoDeviate(source: DeviateSource, a: number, legacy: boolean): number {
  const e = source.nextExponential() / a;
  return legacy ? exp(e) - 1 : expm1(e);
}

export const chisquareDeviate = (source: DeviateSource, df: number): number => 2 * gammaDeviate(source, df / 2);

export function fDeviate(source: DeviateSource, dfnum: number, dfden: number): number {
  const numerator = chisquareDeviate(source, dfnum) * dfden;
  return numerator / (chisquareDeviate(source, dfden) * dfnum);
}

export function standardTDeviate(source: DeviateSource, df: number): number {
  const numerator = source.nextNormal();
  return (Math.sqrt(df / 2) * numerator) / Math.sqrt(gammaDeviate(source, df / 2));
}

export function triangularDeviate(source: DeviateSource, left: number, mode: number, right: number): number {
  const base = right - left;
  const leftBase = mode - left;
  const u = source.nextDouble();
  if (u <= leftBase / base) return left + Math.sqrt(u * (leftBase * base));
  return right - Math.sqrt((1 - u) * ((right - mode) * base));
}

/** An inverse Gaussian deviate, by Michael, Schucany and Haas (1976). */
export function waldDeviate(source: DeviateSource, mean: number, scale: number, legacy: boolean): number {
  const z = source.nextNormal();
  const y = mean * z * z;
  const x = legacy
    ? mean + (mean / (2 * scale)) * (y - Math.sqrt(4 * scale * y + y * y))
    : mean * (1 - 2 / (1 + Math.sqrt(1 + (4 * scale) / y)));
  return source.nextDouble() <= mean / (mean + x) ? x : (mean * mean) / x;
}

/** The number of trials until the first success: by counting where that is likely soon, by inversion otherwise. */
export function geometricDeviate(source: DeviateSource, p: number, legacy: boolean): number {
  if (p < 1 / 3) {
    const z = legacy ? log1p(-source.nextDouble()) / log(1 - p) : -source.nextExponential() / log1p(-p);
    return Math.ceil(z);
  }
  let count = 1;
  let sum = p;
  let product = p;
  const u = source.nextDouble();
  while (u > sum) {
    product *= 1 - p;
    sum += product;
    count++;
  }
  return count;
}

export const negativeBinomialDeviate = (source: DeviateSource, n: number, p: number): number =>
  poissonDeviate(source, ((1 - p) / p) * gammaDeviate(source, n));

/** A deviate of the logarithmic series, by Kemp's second method (1981). */
export function logseriesDeviate(source: DeviateSource, p: number, legacy: boolean): number {
  const r = legacy ? log(1 - p) : log1p(-p);
  for (;;) {
    const v = source.nextDouble();
    if (v >= p) return 1;
    const u = source.nextDouble();
    const q = legacy ? 1 - exp(r * u) : -expm1(r * u);
    if (v <= q * q) {
      const count = Math.floor(1 + log(v) / log(q));
      if (count >= 1 && v !== 0) return count;
      continue;
    }
    return v >= q ? 1 : 2;
  }
}

/** A deviate of Zipf's distribution, by Devroye's rejection (1986). */
export function zipfDeviate(source: DeviateSource, a: number, legacy: boolean): number {
  if (!legacy && a >= 1025) return 1;
  const power = a - 1;
  const b = pow(2, power);
  const least = legacy ? 0 : pow(LARGEST, -power);
  for (;;) {
    const drawn = source.nextDouble();
    const u = legacy ? 1 - drawn : drawn * least + (1 - drawn);
    const v = source.nextDouble();
    const x = Math.floor(pow(u, -1 / power));
    if (x > LARGEST || x < 1) continue;
    const t = pow(1 + 1 / x, power);
    if ((v * x * (t - 1)) / (b - 1) <= t / b) return x;
  }
}
