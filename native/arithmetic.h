// What elementwise kernels compute with beyond products: the rest of the arithmetic on `Vector`, comparisons, bits.
// Owns: the same names for every instruction set. Values of functions are made of these in functions.h.
#pragma once
#include <cstdint>
#include <cstring>
#include "vectors.h"

namespace {

inline Vector all(float x) { return Vector::constant(x); }
inline Vector add(Vector a, Vector b) { return Vector::add(a, b); }
inline Vector subtract(Vector a, Vector b) { return Vector::subtract(a, b); }
inline Vector multiply(Vector a, Vector b) { return Vector::multiply(a, b); }

inline float floatOf(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

#if defined(__AVX512F__)

struct Mask {
  __mmask16 bits;
};
inline __m512i integers(Vector x) { return _mm512_castps_si512(x.value); }
inline Vector floats(__m512i x) { return {_mm512_castsi512_ps(x)}; }

inline Vector divide(Vector a, Vector b) { return {_mm512_div_ps(a.value, b.value)}; }
inline Vector squareRoot(Vector a) { return {_mm512_sqrt_ps(a.value)}; }
/** c − a · b in one rounding. */
inline Vector without(Vector c, Vector a, Vector b) { return {_mm512_fnmadd_ps(a.value, b.value, c.value)}; }
/** a < b ? a : b and a > b ? a : b: the second where either is not a number. */
inline Vector lesser(Vector a, Vector b) { return {_mm512_min_ps(a.value, b.value)}; }
inline Vector greater(Vector a, Vector b) { return {_mm512_max_ps(a.value, b.value)}; }

inline Mask equal(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.value, b.value, _CMP_EQ_OQ)}; }
inline Mask different(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.value, b.value, _CMP_NEQ_UQ)}; }
inline Mask below(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.value, b.value, _CMP_LT_OQ)}; }
inline Mask atMost(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.value, b.value, _CMP_LE_OQ)}; }
/** Where both are numbers; where both masks are set. */
inline Mask ordered(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.value, b.value, _CMP_ORD_Q)}; }
inline Mask both(Mask a, Mask b) { return {(__mmask16)(a.bits & b.bits)}; }
inline Vector pick(Mask mask, Vector a, Vector b) { return {_mm512_mask_blend_ps(mask.bits, b.value, a.value)}; }
/** a where x is below 0, b where it is above; either where it is a zero or no number. */
inline Vector whereNegative(Vector x, Vector a, Vector b) { return pick(below(x, {_mm512_setzero_ps()}), a, b); }
/** Masks as vectors of ones and zeros. */
inline Vector vectorOf(Mask mask) { return floats(_mm512_maskz_set1_epi32(mask.bits, -1)); }
inline Mask maskOf(Vector x) { return {_mm512_test_epi32_mask(integers(x), integers(x))}; }
inline bool everywhere(Mask mask) { return mask.bits == 0xffff; }

inline Vector bitAnd(Vector a, Vector b) { return floats(_mm512_and_si512(integers(a), integers(b))); }
inline Vector bitOr(Vector a, Vector b) { return floats(_mm512_or_si512(integers(a), integers(b))); }
inline Vector bitXor(Vector a, Vector b) { return floats(_mm512_xor_si512(integers(a), integers(b))); }
inline Vector addInteger(Vector a, int32_t b) { return floats(_mm512_add_epi32(integers(a), _mm512_set1_epi32(b))); }
inline Vector subtractIntegers(Vector a, Vector b) { return floats(_mm512_sub_epi32(integers(a), integers(b))); }
template <int COUNT> inline Vector shiftLeft(Vector a) { return floats(_mm512_slli_epi32(integers(a), COUNT)); }
template <int COUNT> inline Vector shiftRight(Vector a) { return floats(_mm512_srai_epi32(integers(a), COUNT)); }
inline Vector fromInteger(Vector a) { return {_mm512_cvtepi32_ps(integers(a))}; }

inline Vector roundNearest(Vector a) { return {_mm512_roundscale_ps(a.value, _MM_FROUND_TO_NEAREST_INT)}; }
inline Vector roundDown(Vector a) { return {_mm512_roundscale_ps(a.value, _MM_FROUND_TO_NEG_INF)}; }
inline Vector roundUp(Vector a) { return {_mm512_roundscale_ps(a.value, _MM_FROUND_TO_POS_INF)}; }
inline Vector roundToZero(Vector a) { return {_mm512_roundscale_ps(a.value, _MM_FROUND_TO_ZERO)}; }

/** All lanes combined, always in the same order. */
template <class F>
inline float together(Vector x) {
  x = F::of(x, {_mm512_shuffle_f32x4(x.value, x.value, 0x4e)});
  x = F::of(x, {_mm512_shuffle_f32x4(x.value, x.value, 0xb1)});
  x = F::of(x, {_mm512_permute_ps(x.value, 0x4e)});
  x = F::of(x, {_mm512_permute_ps(x.value, 0xb1)});
  return _mm512_cvtss_f32(x.value);
}

#elif defined(__AVX2__)

struct Mask {
  __m256 bits;
};
inline __m256i integers(Vector x) { return _mm256_castps_si256(x.value); }
inline Vector floats(__m256i x) { return {_mm256_castsi256_ps(x)}; }

inline Vector divide(Vector a, Vector b) { return {_mm256_div_ps(a.value, b.value)}; }
inline Vector squareRoot(Vector a) { return {_mm256_sqrt_ps(a.value)}; }
inline Vector without(Vector c, Vector a, Vector b) { return {_mm256_fnmadd_ps(a.value, b.value, c.value)}; }
inline Vector lesser(Vector a, Vector b) { return {_mm256_min_ps(a.value, b.value)}; }
inline Vector greater(Vector a, Vector b) { return {_mm256_max_ps(a.value, b.value)}; }

inline Mask equal(Vector a, Vector b) { return {_mm256_cmp_ps(a.value, b.value, _CMP_EQ_OQ)}; }
inline Mask different(Vector a, Vector b) { return {_mm256_cmp_ps(a.value, b.value, _CMP_NEQ_UQ)}; }
inline Mask below(Vector a, Vector b) { return {_mm256_cmp_ps(a.value, b.value, _CMP_LT_OQ)}; }
inline Mask atMost(Vector a, Vector b) { return {_mm256_cmp_ps(a.value, b.value, _CMP_LE_OQ)}; }
inline Mask ordered(Vector a, Vector b) { return {_mm256_cmp_ps(a.value, b.value, _CMP_ORD_Q)}; }
inline Mask both(Mask a, Mask b) { return {_mm256_and_ps(a.bits, b.bits)}; }
inline Vector pick(Mask mask, Vector a, Vector b) { return {_mm256_blendv_ps(b.value, a.value, mask.bits)}; }
inline Vector whereNegative(Vector x, Vector a, Vector b) { return {_mm256_blendv_ps(b.value, a.value, x.value)}; }
inline Vector vectorOf(Mask mask) { return {mask.bits}; }
inline Mask maskOf(Vector x) { return {x.value}; }
inline bool everywhere(Mask mask) { return _mm256_movemask_ps(mask.bits) == 0xff; }

inline Vector bitAnd(Vector a, Vector b) { return {_mm256_and_ps(a.value, b.value)}; }
inline Vector bitOr(Vector a, Vector b) { return {_mm256_or_ps(a.value, b.value)}; }
inline Vector bitXor(Vector a, Vector b) { return {_mm256_xor_ps(a.value, b.value)}; }
inline Vector addInteger(Vector a, int32_t b) { return floats(_mm256_add_epi32(integers(a), _mm256_set1_epi32(b))); }
inline Vector subtractIntegers(Vector a, Vector b) { return floats(_mm256_sub_epi32(integers(a), integers(b))); }
template <int COUNT> inline Vector shiftLeft(Vector a) { return floats(_mm256_slli_epi32(integers(a), COUNT)); }
template <int COUNT> inline Vector shiftRight(Vector a) { return floats(_mm256_srai_epi32(integers(a), COUNT)); }
inline Vector fromInteger(Vector a) { return {_mm256_cvtepi32_ps(integers(a))}; }

inline Vector roundNearest(Vector a) { return {_mm256_round_ps(a.value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
inline Vector roundDown(Vector a) { return {_mm256_floor_ps(a.value)}; }
inline Vector roundUp(Vector a) { return {_mm256_ceil_ps(a.value)}; }
inline Vector roundToZero(Vector a) { return {_mm256_round_ps(a.value, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)}; }

template <class F>
inline float together(Vector x) {
  x = F::of(x, {_mm256_permute2f128_ps(x.value, x.value, 1)});
  x = F::of(x, {_mm256_permute_ps(x.value, 0x4e)});
  x = F::of(x, {_mm256_permute_ps(x.value, 0xb1)});
  return _mm256_cvtss_f32(x.value);
}

#elif defined(__ARM_NEON)

struct Mask {
  uint32x4_t bits;
};
inline int32x4_t integers(Vector x) { return vreinterpretq_s32_f32(x.value); }
inline Vector floats(int32x4_t x) { return {vreinterpretq_f32_s32(x)}; }

inline Vector divide(Vector a, Vector b) { return {vdivq_f32(a.value, b.value)}; }
inline Vector squareRoot(Vector a) { return {vsqrtq_f32(a.value)}; }
inline Vector without(Vector c, Vector a, Vector b) { return {vfmsq_f32(c.value, a.value, b.value)}; }

inline Mask equal(Vector a, Vector b) { return {vceqq_f32(a.value, b.value)}; }
inline Mask different(Vector a, Vector b) { return {vmvnq_u32(vceqq_f32(a.value, b.value))}; }
inline Mask below(Vector a, Vector b) { return {vcltq_f32(a.value, b.value)}; }
inline Mask atMost(Vector a, Vector b) { return {vcleq_f32(a.value, b.value)}; }
inline Mask ordered(Vector a, Vector b) { return {vandq_u32(vceqq_f32(a.value, a.value), vceqq_f32(b.value, b.value))}; }
inline Mask both(Mask a, Mask b) { return {vandq_u32(a.bits, b.bits)}; }
inline Vector pick(Mask mask, Vector a, Vector b) { return {vbslq_f32(mask.bits, a.value, b.value)}; }
inline Vector whereNegative(Vector x, Vector a, Vector b) { return pick({vcltzq_f32(x.value)}, a, b); }
inline Vector vectorOf(Mask mask) { return {vreinterpretq_f32_u32(mask.bits)}; }
inline Mask maskOf(Vector x) { return {vreinterpretq_u32_f32(x.value)}; }
inline bool everywhere(Mask mask) { return vminvq_u32(mask.bits) != 0; }
inline Vector lesser(Vector a, Vector b) { return pick(below(a, b), a, b); }
inline Vector greater(Vector a, Vector b) { return pick(below(b, a), a, b); }

inline Vector bitAnd(Vector a, Vector b) { return floats(vandq_s32(integers(a), integers(b))); }
inline Vector bitOr(Vector a, Vector b) { return floats(vorrq_s32(integers(a), integers(b))); }
inline Vector bitXor(Vector a, Vector b) { return floats(veorq_s32(integers(a), integers(b))); }
inline Vector addInteger(Vector a, int32_t b) { return floats(vaddq_s32(integers(a), vdupq_n_s32(b))); }
inline Vector subtractIntegers(Vector a, Vector b) { return floats(vsubq_s32(integers(a), integers(b))); }
template <int COUNT> inline Vector shiftLeft(Vector a) { return floats(vshlq_n_s32(integers(a), COUNT)); }
template <int COUNT> inline Vector shiftRight(Vector a) { return floats(vshrq_n_s32(integers(a), COUNT)); }
inline Vector fromInteger(Vector a) { return {vcvtq_f32_s32(integers(a))}; }

inline Vector roundNearest(Vector a) { return {vrndnq_f32(a.value)}; }
inline Vector roundDown(Vector a) { return {vrndmq_f32(a.value)}; }
inline Vector roundUp(Vector a) { return {vrndpq_f32(a.value)}; }
inline Vector roundToZero(Vector a) { return {vrndq_f32(a.value)}; }

template <class F>
inline float together(Vector x) {
  x = F::of(x, {vextq_f32(x.value, x.value, 2)});
  x = F::of(x, {vrev64q_f32(x.value)});
  return vgetq_lane_f32(x.value, 0);
}

#endif

inline Vector signBits() { return all(-0.0f); }
inline Vector negate(Vector a) { return bitXor(a, signBits()); }
inline Vector magnitude(Vector a) { return bitAnd(a, all(floatOf(0x7fffffff))); }
/** The magnitude of a with the sign of b; a's own sign must be +. */
inline Vector withSign(Vector a, Vector b) { return bitOr(a, bitAnd(b, signBits())); }
/** x or the limit; x where it is not a number. */
inline Vector upTo(Vector x, float limit) { return lesser(all(limit), x); }
inline Vector downTo(Vector x, float limit) { return greater(all(limit), x); }
inline Mask isNumber(Vector a) { return equal(a, a); }

/** The larger one: what is not a number wins, and +0 over −0. */
inline Vector maximum(Vector a, Vector b) {
  const Vector larger = pick(equal(a, b), bitAnd(a, b), greater(a, b));
  return pick(isNumber(a), larger, a);
}
inline Vector minimum(Vector a, Vector b) {
  const Vector smaller = pick(equal(a, b), bitOr(a, b), lesser(a, b));
  return pick(isNumber(a), smaller, a);
}

}  // namespace
