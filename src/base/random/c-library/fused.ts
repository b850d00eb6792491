// Fused multiply-add in plain arithmetic: a·b + c rounded once, as the processors do it on which NumPy's C library,
// OpenBLAS and Eigen were built. Owns: the error-free transformations of Dekker and Knuth. Leaves to its callers: where
// the originals fuse, which decides the last bit of a logarithm or of a dot product.

const SPLITTER = 134217729; // 2^27 + 1: cuts 53 bits in two halves whose products are exact

/** The rounding error of the product `p = a * b`, exact as long as nothing over- or underflows. */
export function productError(a: number, b: number, p: number): number {
  const ca = SPLITTER * a;
  const aHigh = ca - (ca - a);
  const aLow = a - aHigh;
  const cb = SPLITTER * b;
  const bHigh = cb - (cb - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - p + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** a·b + c, rounded once (but for a chance of about 2⁻⁵³ of rounding twice). */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const p = a * b;
  const s = p + c;
  const bb = s - p;
  return s + (p - (s - bb) + (c - bb) + productError(a, b, p));
}
