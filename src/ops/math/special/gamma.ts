// The gamma function's family on JavaScript numbers, to double precision.
// Owns: lgamma, digamma, Hurwitz's zeta, polygamma, the incomplete gamma and beta functions.
// Sources: Lanczos (1964) with Godfrey's coefficients; Abramowitz & Stegun 6.3, 6.5, 23.1, 26.5; modified Lentz.

const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];
/** log |Γ(x)|. */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x <= 0 && Number.isInteger(x)) return Number.POSITIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  if (x === 1 || x === 2) return 0;
  if (x > 1e7) return x * (Math.log(x) - 1) - 0.5 * Math.log(x / (2 * Math.PI));
  const z = x - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Γ′(x) / Γ(x). */
export function digamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return Number.NaN;
  if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  let [result, y] = [0, x];
  for (; y < 10; y++) result -= 1 / y;
  const w = 1 / (y * y);
  const series =
    w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (1 / 132 - w * (691 / 32760 - w / 12))))));
  return result + Math.log(y) - 0.5 / y - series;
}

/** B₂ₖ / (2k)! for Euler and Maclaurin's sum. */
const EULER = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
];
/** Hurwitz's ζ(x, q) = Σ (q + n)^−x. */
export function zeta(x: number, q: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  if (x < 1 || Number.isNaN(x) || Number.isNaN(q)) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return q > 1 ? 0 : q === 1 ? 1 : x;
  if (q <= 0) {
    if (!Number.isInteger(x)) return Number.NaN;
    const pole = Number.isInteger(q) || q === Number.NEGATIVE_INFINITY;
    return pole ? (x % 2 === 0 ? Number.POSITIVE_INFINITY : Number.NaN) : reflectedZeta(x, q);
  }
  let [sum, a] = [0, q];
  for (let n = 0; n < 12 || a < 10; n++, a++) sum += a ** -x;
  sum += a ** (1 - x) / (x - 1) + 0.5 * a ** -x;
  let factor = x * a ** (-x - 1);
  EULER.forEach((coefficient, k) => {
    sum += coefficient * factor;
    factor *= ((x + 2 * k + 1) * (x + 2 * k + 2)) / (a * a);
  });
  return sum;
}
/** For a negative q that is no integer: the terms below zero are those of another such sum, up to |q|, in the other direction. */
function reflectedZeta(x: number, q: number): number {
  const below = -q - Math.floor(-q);
  const sign = x % 2 === 0 ? 1 : -1;
  return sign * (zeta(x, below) - zeta(x, 1 - q)) + zeta(x, 1 - below);
}

/** The n-th derivative of digamma; n = 0 is digamma itself. */
export function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  if (n < 0 || !Number.isInteger(n)) return Number.NaN;
  return (n % 2 === 0 ? -1 : 1) * Math.exp(lgamma(n + 1)) * zeta(n + 1, x);
}

const TINY = 1e-300;
/** P(a, x) by its series, Q(a, x) by its continued fraction: whichever converges. */
function incompleteGamma(a: number, x: number): { lower: number; upper: number } {
  const front = Math.exp(a * Math.log(x) - x - lgamma(a));
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = 1; n < 10000 && Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= x / (a + n);
      sum += term;
    }
    return { lower: front * sum, upper: 1 - front * sum };
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 10000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = an * d + b;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = b + an / c;
    if (Math.abs(c) < TINY) c = TINY;
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < 1e-16) break;
  }
  return { lower: 1 - front * h, upper: front * h };
}
const invalid = (a: number, x: number): boolean => Number.isNaN(a) || Number.isNaN(x) || x < 0 || a <= 0;
/** P(a, x), the lower incomplete gamma function over Γ(a). */
export const igamma = (a: number, x: number): number =>
  invalid(a, x) ? Number.NaN : x === 0 ? 0 : x === Number.POSITIVE_INFINITY ? 1 : incompleteGamma(a, x).lower;
/** Q(a, x) = 1 − P(a, x). */
export const igammac = (a: number, x: number): number =>
  invalid(a, x) ? Number.NaN : x === 0 ? 1 : x === Number.POSITIVE_INFINITY ? 0 : incompleteGamma(a, x).upper;
/** ∂P(a, x)/∂a by a difference of eighth order. */
export function igammaGradA(a: number, x: number): number {
  if (invalid(a, x)) return Number.NaN;
  if (x === 0) return 0;
  const h = Math.min(0.02 * Math.max(a, 0.05), 0.02 + 0.001 * a);
  const d = (k: number): number => igamma(a + k * h, x) - igamma(a - k * h, x);
  return ((4 / 5) * d(1) - (1 / 5) * d(2) + (4 / 105) * d(3) - (1 / 280) * d(4)) / h;
}

export const lbeta = (a: number, b: number): number => lgamma(a) + lgamma(b) - lgamma(a + b);
/** I_x(a, b), the regularized incomplete beta function. */
export function betainc(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return Number.NaN;
  if (x === 0 || x === 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - betainc(b, a, 1 - x);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - lbeta(a, b)) / a;
  let [c, d] = [1, 1 - ((a + b) * x) / (a + 1)];
  d = 1 / (Math.abs(d) < TINY ? TINY : d);
  let h = d;
  for (let m = 1; m < 10000; m++) {
    for (const numerator of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 + numerator * d;
      d = 1 / (Math.abs(d) < TINY ? TINY : d);
      c = 1 + numerator / c;
      if (Math.abs(c) < TINY) c = TINY;
      h *= d * c;
    }
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return front * h;
}
