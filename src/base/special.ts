// Special functions on JavaScript numbers, to double precision: what the reference evaluation calls.
// Owns: erf and erfc. The statistical functions (lgamma, digamma, …) stand in their own files beside it.

/** Error function: 2/√π ∫₀ˣ exp(−t²) dt. Series for small arguments, 1 − erfc else (Abramowitz & Stegun 7.1.6). */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.abs(x);
  if (a > 2.5) return Math.sign(x) * (1 - erfc(a));
  // erf x = 2/√π exp(−x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): all terms have one sign, nothing cancels.
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
    if (Math.abs(term) <= 1e-17 * Math.abs(sum)) break;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Complementary error function 1 − erf x; a continued fraction for large arguments (A&S 7.1.14). */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 2) return 1 - erf(x);
  if (x > 27.3) return 0;
  let fraction = 0;
  for (let n = 120; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
