// Binomial deviates as NumPy draws them: by inversion where few successes are expected, otherwise by the rejection method
// BTPE (Kachitvichyanukul and Schmeiser, 1988). `RandomState` keeps mistakes of old that `Generator` corrected.
import { exp } from '../base/random/c-library/exp-pow.ts';
import { log } from '../base/random/c-library/log.ts';

interface Uniform {
  nextDouble(): number;
}

/** The number of successes in `n` trials of probability `p`. */
export function binomialDeviate(source: Uniform, n: number, p: number, legacy: boolean): number {
  if (!legacy && (n === 0 || p === 0)) return 0; // the old generator spends a number even then
  if (p <= 0.5) return p * n <= 30 ? inversion(source, n, p, legacy) : rejection(source, n, p, legacy);
  const q = 1 - p;
  return n - (q * n <= 30 ? inversion(source, n, q, legacy) : rejection(source, n, q, legacy));
}

function inversion(source: Uniform, n: number, p: number, legacy: boolean): number {
  const q = 1 - p;
  const none = exp(n * (legacy ? log(q) : Math.log1p(-p)));
  const mean = n * p;
  const bound = Math.trunc(Math.min(n, mean + 10 * Math.sqrt(mean * q + 1)));
  let x = 0;
  let probability = none;
  let u = source.nextDouble();
  while (u > probability) {
    x++;
    if (x > bound) {
      x = 0;
      probability = none;
      u = source.nextDouble();
    } else {
      u -= probability;
      probability = ((n - x + 1) * p * probability) / (x * q);
    }
  }
  return x;
}

/** The remainder of Stirling's formula at x, as the method uses it. `leading` is 13860, or what was once misread. */
const stirling = (x: number, leading: number) => {
  const x2 = x * x;
  return (leading - (462 - (132 - (99 - 140 / x2) / x2) / x2) / x2) / x / 166320;
};

function rejection(source: Uniform, n: number, p: number, legacy: boolean): number {
  const r = Math.min(p, 1 - p);
  const q = 1 - r;
  const fm = n * r + r;
  const m = Math.floor(fm);
  const p1 = Math.floor(2.195 * Math.sqrt(n * r * q) - 4.6 * q) + 0.5;
  const xm = m + 0.5;
  const xl = xm - p1;
  const xr = xm + p1;
  const c = 0.134 + 20.5 / (15.3 + m);
  const left = (fm - xl) / (fm - xl * r);
  const lambdaLeft = left * (1 + left / 2);
  const right = (xr - fm) / (xr * q);
  const lambdaRight = right * (1 + right / 2);
  const p2 = p1 * (1 + 2 * c);
  const p3 = p2 + c / lambdaLeft;
  const p4 = p3 + c / lambdaRight;
  const variance = n * r * q;
  for (;;) {
    const u = source.nextDouble() * p4;
    let v = source.nextDouble();
    let y: number;
    if (u <= p1) {
      y = Math.floor(xm - p1 * v + u); // the triangle in the middle: always accepted
    } else {
      if (u <= p2) {
        const x = xl + (u - p1) / c; // the parallelograms beside it
        v = v * c + 1 - Math.abs(m - x + 0.5) / p1;
        if (v > 1) continue;
        y = Math.floor(x);
      } else if (u <= p3) {
        y = Math.floor(xl + log(v) / lambdaLeft); // the left tail
        if (y < 0 || v === 0) continue;
        v = v * (u - p2) * lambdaLeft;
      } else {
        y = Math.floor(xr - log(v) / lambdaRight); // the right tail
        if (y > n || v === 0) continue;
        v = v * (u - p3) * lambdaRight;
      }
      if (!accepted(y, v)) continue;
    }
    return p > 0.5 ? n - y : y;
  }

  function accepted(y: number, v: number): boolean {
    const k = Math.abs(y - m);
    if (k <= 20 || k >= variance / 2 - 1) {
      const s = r / q;
      const a = s * (n + 1);
      let f = 1;
      for (let i = m + 1; i <= y; i++) f *= a / i - s;
      for (let i = y + 1; i <= m; i++) f /= a / i - s;
      return v <= f;
    }
    const rho = (k / variance) * ((k * (k / 3 + 0.625) + 0.16666666666666666) / variance + 0.5);
    const t = (-k * k) / (2 * variance);
    const a = log(v);
    if (a < t - rho) return true;
    if (a > t + rho) return false;
    const x1 = y + 1;
    const f1 = m + 1;
    const z = n + 1 - m;
    const w = n - y + 1;
    const [sign, leading] = legacy ? [1, 13680] : [-1, 13860];
    const main = xm * log(f1 / x1) + (n - m + 0.5) * log(z / w) + (y - m) * log((w * r) / (x1 * q));
    const upper = main + stirling(f1, leading) + stirling(z, leading);
    return a <= upper + sign * stirling(x1, leading) + sign * stirling(w, leading);
  }
}
