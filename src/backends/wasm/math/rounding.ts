// Rounding of float32 to the nearest 16-bit float, ties to even; the result is float32 again.
// Owns: float16 (with its subnormal range and overflow to ∞) and bfloat16.
import { f32, type Group, INFINITE, i32, type VectorBuilder } from './vector-builder.ts';

/** Drops the lowest `bits` bits, rounding to the nearest even. */
function roundBits(b: VectorBuilder, x: Group, bits: number): Group {
  const lowest = b.and(b.shift('i32x4.shr_u', x, bits), i32(1));
  const sum = b.op('i32x4.add', b.op('i32x4.add', x, i32((1 << (bits - 1)) - 1)), lowest);
  return b.and(sum, i32(-(1 << bits)));
}

export function roundBf16(b: VectorBuilder, x: Group): Group {
  return b.select(b.op('f32x4.ne', x, x), x, roundBits(b, x, 16));
}

export function roundF16(b: VectorBuilder, x: Group): Group {
  const a = b.abs(x);
  // Below 2⁻¹⁴ the steps are 2⁻²⁴, those of float32 around ½.
  const small = b.sub(b.add(a, f32(0.5)), f32(0.5));
  const rounded = b.select(b.op('f32x4.lt', a, f32(2 ** -14)), small, roundBits(b, a, 13));
  const limited = b.select(b.op('f32x4.ge', a, f32(65520)), INFINITE, rounded);
  return b.select(b.op('f32x4.ne', x, x), x, b.copySign(limited, x));
}
