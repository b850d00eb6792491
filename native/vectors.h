// The vector registers of one instruction set behind one set of names.
// Owns: `Vector` (a register of float32) and how many rows and vectors a tile may have in it. Each source file that includes
// this is compiled for its own instruction set.
#pragma once
#include <cstdint>

#if defined(__AVX512F__)
#include <immintrin.h>

struct Vector {
  static constexpr int lanes = 16;
  // 32 registers: sums of 12 × 2 or 6 × 4, the vectors of B, and room; rows are read as operands in memory.
  static constexpr int wide = 2, wideRows = 12, widest = 4, widestRows = 6;
  __m512 value;
  static inline Vector zero() { return {_mm512_setzero_ps()}; }
  static inline Vector load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static inline Vector loadPart(const float* p, int count) { return {_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p)}; }
  inline void store(float* p) const { _mm512_storeu_ps(p, value); }
  inline void storePart(float* p, int count) const { _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), value); }
  static inline Vector splat(const float* p) { return {_mm512_set1_ps(*p)}; }
  static inline Vector constant(float x) { return {_mm512_set1_ps(x)}; }
  static inline Vector multiply(Vector a, Vector b) { return {_mm512_mul_ps(a.value, b.value)}; }
  static inline Vector subtract(Vector a, Vector b) { return {_mm512_sub_ps(a.value, b.value)}; }
  static inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return {_mm512_fmadd_ps(a.value, b.value, c.value)}; }
  static inline Vector add(Vector a, Vector b) { return {_mm512_add_ps(a.value, b.value)}; }
  /** Four numbers of every fourth line. */
  static inline Vector fours(const float* const* lines, int64_t at) {
    __m512 x = _mm512_castps128_ps512(_mm_loadu_ps(lines[0] + at));
    x = _mm512_insertf32x4(x, _mm_loadu_ps(lines[4] + at), 1);
    x = _mm512_insertf32x4(x, _mm_loadu_ps(lines[8] + at), 2);
    return {_mm512_insertf32x4(x, _mm_loadu_ps(lines[12] + at), 3)};
  }
  /** In each four: the first (last) two of a and b in turn; pairs of them: the first (last) pair of each. */
  static inline Vector firsts(Vector a, Vector b) { return {_mm512_unpacklo_ps(a.value, b.value)}; }
  static inline Vector lasts(Vector a, Vector b) { return {_mm512_unpackhi_ps(a.value, b.value)}; }
  static inline Vector firstPairs(Vector a, Vector b) {
    return {_mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a.value), _mm512_castps_pd(b.value)))};
  }
  static inline Vector lastPairs(Vector a, Vector b) {
    return {_mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a.value), _mm512_castps_pd(b.value)))};
  }
  using Mask = __mmask16;
  static inline Vector bits(int32_t x) { return {_mm512_castsi512_ps(_mm512_set1_epi32(x))}; }
  static inline Mask greater(Vector a, Vector b) { return _mm512_cmp_ps_mask(a.value, b.value, _CMP_GT_OQ); }
  static inline Mask unordered(Vector a, Vector b) { return _mm512_cmp_ps_mask(a.value, b.value, _CMP_UNORD_Q); }
  static inline Mask sameBits(Vector a, Vector b) {
    return _mm512_cmpeq_epi32_mask(_mm512_castps_si512(a.value), _mm512_castps_si512(b.value));
  }
  static inline Mask either(Mask a, Mask b) { return a | b; }
  static inline Vector choose(Mask mask, Vector yes, Vector no) { return {_mm512_mask_mov_ps(no.value, mask, yes.value)}; }
  static inline Vector keep(Mask mask, Vector x) { return {_mm512_maskz_mov_ps(mask, x.value)}; }
  /** x where it is larger, or no number. */
  static inline Vector largest(Vector a, Vector x) { return {_mm512_max_ps(a.value, x.value)}; }
};

#elif defined(__AVX2__)
#include <immintrin.h>

struct Vector {
  static constexpr int lanes = 8;
  // 16 registers: sums of 6 × 2 or 3 × 4, the vectors of B, an element of A.
  static constexpr int wide = 2, wideRows = 6, widest = 4, widestRows = 3;
  __m256 value;
  static inline __m256i first(int count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static inline Vector zero() { return {_mm256_setzero_ps()}; }
  static inline Vector load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static inline Vector loadPart(const float* p, int count) { return {_mm256_maskload_ps(p, first(count))}; }
  inline void store(float* p) const { _mm256_storeu_ps(p, value); }
  inline void storePart(float* p, int count) const { _mm256_maskstore_ps(p, first(count), value); }
  static inline Vector splat(const float* p) { return {_mm256_broadcast_ss(p)}; }
  static inline Vector constant(float x) { return {_mm256_set1_ps(x)}; }
  static inline Vector multiply(Vector a, Vector b) { return {_mm256_mul_ps(a.value, b.value)}; }
  static inline Vector subtract(Vector a, Vector b) { return {_mm256_sub_ps(a.value, b.value)}; }
  static inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return {_mm256_fmadd_ps(a.value, b.value, c.value)}; }
  static inline Vector add(Vector a, Vector b) { return {_mm256_add_ps(a.value, b.value)}; }
  /** Four numbers of every fourth line. */
  static inline Vector fours(const float* const* lines, int64_t at) {
    return {_mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(lines[0] + at)), _mm_loadu_ps(lines[4] + at), 1)};
  }
  /** In each four: the first (last) two of a and b in turn; pairs of them: the first (last) pair of each. */
  static inline Vector firsts(Vector a, Vector b) { return {_mm256_unpacklo_ps(a.value, b.value)}; }
  static inline Vector lasts(Vector a, Vector b) { return {_mm256_unpackhi_ps(a.value, b.value)}; }
  static inline Vector firstPairs(Vector a, Vector b) {
    return {_mm256_castpd_ps(_mm256_unpacklo_pd(_mm256_castps_pd(a.value), _mm256_castps_pd(b.value)))};
  }
  static inline Vector lastPairs(Vector a, Vector b) {
    return {_mm256_castpd_ps(_mm256_unpackhi_pd(_mm256_castps_pd(a.value), _mm256_castps_pd(b.value)))};
  }
  using Mask = __m256;
  static inline Vector bits(int32_t x) { return {_mm256_castsi256_ps(_mm256_set1_epi32(x))}; }
  static inline Mask greater(Vector a, Vector b) { return _mm256_cmp_ps(a.value, b.value, _CMP_GT_OQ); }
  static inline Mask unordered(Vector a, Vector b) { return _mm256_cmp_ps(a.value, b.value, _CMP_UNORD_Q); }
  static inline Mask sameBits(Vector a, Vector b) {
    return _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_castps_si256(a.value), _mm256_castps_si256(b.value)));
  }
  static inline Mask either(Mask a, Mask b) { return _mm256_or_ps(a, b); }
  static inline Vector choose(Mask mask, Vector yes, Vector no) { return {_mm256_blendv_ps(no.value, yes.value, mask)}; }
  static inline Vector keep(Mask mask, Vector x) { return {_mm256_and_ps(mask, x.value)}; }
  /** x where it is larger, or no number. */
  static inline Vector largest(Vector a, Vector x) { return {_mm256_max_ps(a.value, x.value)}; }
};

#elif defined(__ARM_NEON)
#include <arm_neon.h>

struct Vector {
  static constexpr int lanes = 4;
  // 32 registers: sums of 6 × 4 or 3 × 8.
  static constexpr int wide = 4, wideRows = 6, widest = 8, widestRows = 3;
  float32x4_t value;
  static inline Vector zero() { return {vdupq_n_f32(0)}; }
  static inline Vector load(const float* p) { return {vld1q_f32(p)}; }
  static inline Vector loadPart(const float* p, int count) {
    float part[4] = {0, 0, 0, 0};
    for (int i = 0; i < count; i++) part[i] = p[i];
    return {vld1q_f32(part)};
  }
  inline void store(float* p) const { vst1q_f32(p, value); }
  inline void storePart(float* p, int count) const {
    float part[4];
    vst1q_f32(part, value);
    for (int i = 0; i < count; i++) p[i] = part[i];
  }
  static inline Vector splat(const float* p) { return {vld1q_dup_f32(p)}; }
  static inline Vector constant(float x) { return {vdupq_n_f32(x)}; }
  static inline Vector multiply(Vector a, Vector b) { return {vmulq_f32(a.value, b.value)}; }
  static inline Vector subtract(Vector a, Vector b) { return {vsubq_f32(a.value, b.value)}; }
  static inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return {vfmaq_f32(c.value, a.value, b.value)}; }
  static inline Vector add(Vector a, Vector b) { return {vaddq_f32(a.value, b.value)}; }
  /** Four numbers of every fourth line. */
  static inline Vector fours(const float* const* lines, int64_t at) { return load(lines[0] + at); }
  /** In each four: the first (last) two of a and b in turn; pairs of them: the first (last) pair of each. */
  static inline Vector firsts(Vector a, Vector b) { return {vzip1q_f32(a.value, b.value)}; }
  static inline Vector lasts(Vector a, Vector b) { return {vzip2q_f32(a.value, b.value)}; }
  static inline Vector firstPairs(Vector a, Vector b) {
    return {vreinterpretq_f32_f64(vzip1q_f64(vreinterpretq_f64_f32(a.value), vreinterpretq_f64_f32(b.value)))};
  }
  static inline Vector lastPairs(Vector a, Vector b) {
    return {vreinterpretq_f32_f64(vzip2q_f64(vreinterpretq_f64_f32(a.value), vreinterpretq_f64_f32(b.value)))};
  }
  using Mask = uint32x4_t;
  static inline Vector bits(int32_t x) { return {vreinterpretq_f32_s32(vdupq_n_s32(x))}; }
  static inline Mask greater(Vector a, Vector b) { return vcgtq_f32(a.value, b.value); }
  static inline Mask unordered(Vector a, Vector b) {
    return vmvnq_u32(vandq_u32(vceqq_f32(a.value, a.value), vceqq_f32(b.value, b.value)));
  }
  static inline Mask sameBits(Vector a, Vector b) {
    return vceqq_u32(vreinterpretq_u32_f32(a.value), vreinterpretq_u32_f32(b.value));
  }
  static inline Mask either(Mask a, Mask b) { return vorrq_u32(a, b); }
  static inline Vector choose(Mask mask, Vector yes, Vector no) { return {vbslq_f32(mask, yes.value, no.value)}; }
  static inline Vector keep(Mask mask, Vector x) {
    return {vreinterpretq_f32_u32(vandq_u32(mask, vreinterpretq_u32_f32(x.value)))};
  }
  /** x where it is larger, or no number. */
  static inline Vector largest(Vector a, Vector x) { return {vmaxq_f32(a.value, x.value)}; }
};
#endif
