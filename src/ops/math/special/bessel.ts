// Bessel functions of orders 0 and 1 on JavaScript numbers.
// Owns: I, J, K, Y, and the scaled I and K. Sums of positive terms, asymptotic series, and integrals by rules that converge
// exponentially (Abramowitz & Stegun 9.1.22, 9.6.10, 9.6.24, 9.7.1).

/** e^−|x| · I_n(x). */
function scaledI(n: 0 | 1, x: number): number {
  const a = Math.abs(x);
  const sign = n === 1 ? Math.sign(x) : 1;
  if (a > 40) {
    const mu = 4 * n * n;
    let [sum, term] = [1, 1];
    for (let k = 1; k < 60; k++) {
      const next = (-term * (mu - (2 * k - 1) ** 2)) / (k * 8 * a);
      if (Math.abs(next) > Math.abs(term) || Math.abs(next) < 1e-18) break;
      term = next;
      sum += term;
    }
    return (sign * sum) / Math.sqrt(2 * Math.PI * a);
  }
  const quarter = (a * a) / 4;
  let term = n === 0 ? 1 : a / 2;
  let sum = term;
  for (let k = 1; k < 500 && term > 1e-18 * sum; k++) {
    term *= quarter / (k * (k + n));
    sum += term;
  }
  return sign * sum * Math.exp(-a);
}
export const i0e = (x: number): number => scaledI(0, x);
export const i1e = (x: number): number => scaledI(1, x);
export const i0 = (x: number): number => scaledI(0, x) * Math.exp(Math.abs(x));
export const i1 = (x: number): number => scaledI(1, x) * Math.exp(Math.abs(x));

/** eˣ · K_n(x) = ∫₀^∞ e^(−x(cosh t − 1)) cosh nt dt by the trapezoidal rule. */
function scaledK(n: 0 | 1, x: number): number {
  if (!(x >= 0)) return Number.NaN;
  if (x === 0) return Number.POSITIVE_INFINITY;
  const h = Math.min(0.1, 0.4 / Math.sqrt(x));
  let sum = 0.5;
  for (let k = 1; k < 100000; k++) {
    const t = k * h;
    const value = Math.exp(-x * (Math.cosh(t) - 1)) * (n === 0 ? 1 : Math.cosh(t));
    sum += value;
    if (value < 1e-18 * sum) break;
  }
  return h * sum;
}
export const k0e = (x: number): number => scaledK(0, x);
export const k1e = (x: number): number => scaledK(1, x);
export const k0 = (x: number): number => scaledK(0, x) * Math.exp(-x);
export const k1 = (x: number): number => scaledK(1, x) * Math.exp(-x);

/** Amplitude and phase sums of Hankel's expansion for large arguments. */
function hankel(n: 0 | 1, x: number): { p: number; q: number } {
  const mu = 4 * n * n;
  let [p, q, term] = [1, 0, 1];
  for (let k = 1; k < 40; k++) {
    const next = (term * (mu - (2 * k - 1) ** 2)) / (k * 8 * x);
    if (Math.abs(next) > Math.abs(term)) break;
    term = next;
    const sign = Math.floor(k / 2) % 2 === 0 ? 1 : -1;
    if (k % 2 === 0) p += sign * term;
    else q += sign * term;
    if (Math.abs(term) < 1e-18) break;
  }
  return { p, q };
}

/** J_n(x) = (1/π) ∫₀^π cos(nθ − x sin θ) dθ; the integrand is periodic, so the trapezoidal rule converges exponentially. */
function besselJ(n: 0 | 1, x: number): number {
  const a = Math.abs(x);
  const sign = n === 1 ? Math.sign(x) : 1;
  if (a > 50) {
    const { p, q } = hankel(n, a);
    const phase = a - (n * Math.PI) / 2 - Math.PI / 4;
    return sign * Math.sqrt(2 / (Math.PI * a)) * (p * Math.cos(phase) - q * Math.sin(phase));
  }
  const count = Math.ceil(a) + 40;
  let sum = 0;
  for (let k = 0; k < 2 * count; k++) {
    const t = (Math.PI * k) / count;
    sum += Math.cos(n * t - a * Math.sin(t));
  }
  return (sign * sum) / (2 * count);
}
export const j0 = (x: number): number => besselJ(0, x);
export const j1 = (x: number): number => besselJ(1, x);

/** ∫ over [a, b] by the rule of Takahasi and Mori. */
function integral(f: (t: number) => number, a: number, b: number): number {
  const h = 1 / 32;
  let sum = 0;
  for (let k = -110; k <= 110; k++) {
    const s = (Math.PI / 2) * Math.sinh(k * h);
    const weight = ((Math.PI / 2) * Math.cosh(k * h)) / Math.cosh(s) ** 2;
    if (weight < 1e-300) continue;
    sum += weight * f((a + b) / 2 + ((b - a) / 2) * Math.tanh(s));
  }
  return ((b - a) / 2) * h * sum;
}
function besselY(n: 0 | 1, x: number): number {
  if (x < 0 || Number.isNaN(x)) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x > 25) {
    const { p, q } = hankel(n, x);
    const phase = x - (n * Math.PI) / 2 - Math.PI / 4;
    return Math.sqrt(2 / (Math.PI * x)) * (p * Math.sin(phase) + q * Math.cos(phase));
  }
  const first = integral((t) => Math.sin(x * Math.sin(t) - n * t), 0, Math.PI);
  const end = Math.asinh(745 / x);
  const second = integral((t) => (n === 0 ? 2 : 2 * Math.sinh(t)) * Math.exp(-x * Math.sinh(t)), 0, end);
  return (first - second) / Math.PI;
}
export const y0 = (x: number): number => besselY(0, x);
export const y1 = (x: number): number => besselY(1, x);
