// The 16-bit floats as they lie in files: bits ↔ numbers.
// Owns: float16 (IEEE binary16) and bfloat16 bit patterns, rounding to nearest even. In memory both are held as float32.

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The number that 16 bits of IEEE binary16 stand for. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

/** The nearest IEEE binary16, ties to even, as 16 bits. */
export function toFloat16Bits(x: number): number {
  float[0] = x;
  const bits = word[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to infinity
  if (magnitude < 0x38800000) {
    // Subnormal: adding one half of the unit of 2^-24 · 2^24 lets the hardware round the significand to even.
    float[0] = Math.abs(x) + 0.5;
    return sign | (word[0]! - 0x3f000000);
  }
  return sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x38000000) >>> 13);
}

/** The number that 16 bits of bfloat16 stand for. */
export function fromBfloat16Bits(bits: number): number {
  word[0] = bits << 16;
  return float[0]!;
}

/** The nearest bfloat16, ties to even, as 16 bits. */
export function toBfloat16Bits(x: number): number {
  float[0] = x;
  const bits = word[0]!;
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
