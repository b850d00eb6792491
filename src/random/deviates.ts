// Deviates that NumPy's old and new generators make in the same way from uniform, normal and exponential ones: gamma, beta
// and Poisson. Owns the rejection methods; leaves the three sources to the generators, and checks of arguments too.
import { exp, pow } from '../base/random/c-library/exp-pow.ts';
import { log } from '../base/random/c-library/log.ts';
import { logGamma } from '../base/random/log-gamma.ts';

/** What the methods draw from: uniform in [0, 1), standard normal, exponential with mean 1. */
export interface DeviateSource {
  nextDouble(): number;
  nextNormal(): number;
  nextExponential(): number;
}

/** A gamma deviate with scale 1: Marsaglia and Tsang (2000) from shape 1 on, Ahrens and Dieter (1974) below. */
export function gammaDeviate(source: DeviateSource, shape: number): number {
  if (shape === 1) return source.nextExponential();
  if (shape === 0) return 0;
  if (shape < 1) {
    for (;;) {
      const u = source.nextDouble();
      const v = source.nextExponential();
      if (u <= 1 - shape) {
        const x = pow(u, 1 / shape);
        if (x <= v) return x;
      } else {
        const y = -log((1 - u) / shape);
        const x = pow(1 - shape + shape * y, 1 / shape);
        if (x <= v + y) return x;
      }
    }
  }
  const b = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * b);
  for (;;) {
    let x: number;
    let v: number;
    do {
      x = source.nextNormal();
      v = 1 + c * x;
    } while (v <= 0);
    v = v * v * v;
    const u = source.nextDouble();
    if (u < 1 - 0.0331 * (x * x) * (x * x)) return b * v;
    if (log(u) < 0.5 * x * x + b * (1 - v + log(v))) return b * v;
  }
}

/** A beta deviate: Jöhnk (1964) where both parameters are at most 1, otherwise from two gamma deviates. */
export function betaDeviate(source: DeviateSource, a: number, b: number): number {
  if (a > 1 || b > 1) {
    const ga = gammaDeviate(source, a);
    const gb = gammaDeviate(source, b);
    return ga / (ga + gb);
  }
  for (;;) {
    const u = source.nextDouble();
    const v = source.nextDouble();
    const x = pow(u, 1 / a);
    const y = pow(v, 1 / b);
    if (x + y > 1) continue;
    if (x + y > 0) return x / (x + y);
    // Both powers underflowed: their ratio is taken through logarithms.
    if (u + v === 0) continue;
    const logX = log(u) / a;
    const logY = log(v) / b;
    const larger = Math.max(logX, logY);
    return exp(logX - larger - log(exp(logX - larger) + exp(logY - larger)));
  }
}

/** A Poisson deviate: by multiplying uniform ones for means below 10, Hörmann's transformed rejection (1993) from there. */
export function poissonDeviate(source: DeviateSource, mean: number): number {
  if (mean === 0) return 0;
  if (mean < 10) {
    const limit = exp(-mean);
    let product = source.nextDouble();
    let count = 0;
    while (product > limit) {
      count++;
      product *= source.nextDouble();
    }
    return count;
  }
  const root = Math.sqrt(mean);
  const logMean = log(mean);
  const b = 0.931 + 2.53 * root;
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = source.nextDouble() - 0.5;
    const v = source.nextDouble();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (log(v) + log(inverseAlpha) - log(a / (us * us) + b) <= -mean + k * logMean - logGamma(k + 1)) return k;
  }
}
