// The logarithm of the gamma function by the series that NumPy accepts Poisson deviates with, roundings and all.
import { log } from './c-library/log.ts';

/** log Γ(x), with the accuracy and the roundings of the series that NumPy accepts Poisson deviates by. */
export function logGamma(x: number): number {
  if (x === 1 || x === 2) return 0;
  const n = x < 7 ? Math.floor(7 - x) : 0;
  let x0 = x + n;
  const x2 = (1 / x0) * (1 / x0);
  // biome-ignore format: a table
  const coefficients = [
    8.333333333333333e-2, -2.777777777777778e-3, 7.936507936507937e-4, -5.952380952380952e-4, 8.417508417508418e-4,
    -1.917526917526918e-3, 6.41025641025641e-3, -2.955065359477124e-2, 1.796443723688307e-1, -1.3924322169059,
  ];
  const series = coefficients.reduceRight((sum, coefficient) => sum * x2 + coefficient);
  let result = series / x0 + 0.5 * 1.8378770664093453 + (x0 - 0.5) * log(x0) - x0;
  for (let k = 1; k <= n; k++) {
    result -= log(x0 - 1);
    x0 -= 1;
  }
  return result;
}
