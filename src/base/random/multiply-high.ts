// The upper half of a 32 × 32 → 64 bit product, in 32-bit integer arithmetic: what Philox, PCG and Lemire's method need and
// what JavaScript has no instruction for.

/** The upper 32 bits of the product of `a` and `b`, both taken as unsigned; as a signed integer. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // No sum below exceeds 32 bits: (2^16 − 1)² + 2^16 − 1 < 2^32.
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const other = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16)) | 0;
}
