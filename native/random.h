// Philox4x32-10, the counter-based generator of random bits (Salmon et al. 2011), as many blocks at a time as two registers hold.
// Owns: the same numbers as src/backends/wasm/philox.ts makes, where the layout of the state is described.
#pragma once
#include <cstdint>
#include <cstring>
#include "loop-plan.h"
#include "vectors.h"

namespace {

/** Lanes of 64 bits with a number in the lower half of each; what stands above it is no part of it. */
struct Lanes {
#if defined(__AVX512F__)
  static constexpr int count = 8;
  __m512i value;
  static inline Lanes load(const uint64_t* p) { return {_mm512_loadu_si512(p)}; }
  static inline Lanes all(uint64_t x) { return {_mm512_set1_epi64((int64_t)x)}; }
  inline Lanes operator+(Lanes x) const { return {_mm512_add_epi64(value, x.value)}; }
  inline Lanes times(Lanes x) const { return {_mm512_mul_epu32(value, x.value)}; }
  inline Lanes upper() const { return {_mm512_srli_epi64(value, 32)}; }
  inline Lanes operator^(Lanes x) const { return {_mm512_xor_si512(value, x.value)}; }
  inline Lanes with(Lanes above) const { return {_mm512_mask_blend_epi32(0xaaaa, value, _mm512_slli_epi64(above.value, 32))}; }
  static inline void storeInTurn(uint32_t* to, Lanes a, Lanes b) {
    const __m512i first = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), last = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    _mm512_storeu_si512(to, _mm512_permutex2var_epi64(a.value, first, b.value));
    _mm512_storeu_si512(to + 16, _mm512_permutex2var_epi64(a.value, last, b.value));
  }
#elif defined(__AVX2__)
  static constexpr int count = 4;
  __m256i value;
  static inline Lanes load(const uint64_t* p) { return {_mm256_loadu_si256((const __m256i*)p)}; }
  static inline Lanes all(uint64_t x) { return {_mm256_set1_epi64x((int64_t)x)}; }
  inline Lanes operator+(Lanes x) const { return {_mm256_add_epi64(value, x.value)}; }
  inline Lanes times(Lanes x) const { return {_mm256_mul_epu32(value, x.value)}; }
  inline Lanes upper() const { return {_mm256_srli_epi64(value, 32)}; }
  inline Lanes operator^(Lanes x) const { return {_mm256_xor_si256(value, x.value)}; }
  inline Lanes with(Lanes above) const { return {_mm256_blend_epi32(value, _mm256_slli_epi64(above.value, 32), 0xaa)}; }
  static inline void storeInTurn(uint32_t* to, Lanes a, Lanes b) {
    const __m256i even = _mm256_unpacklo_epi64(a.value, b.value), odd = _mm256_unpackhi_epi64(a.value, b.value);
    _mm256_storeu_si256((__m256i*)to, _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256((__m256i*)(to + 8), _mm256_permute2x128_si256(even, odd, 0x31));
  }
#elif defined(__ARM_NEON)
  static constexpr int count = 2;
  uint64x2_t value;
  static inline Lanes load(const uint64_t* p) { return {vld1q_u64(p)}; }
  static inline Lanes all(uint64_t x) { return {vdupq_n_u64(x)}; }
  inline Lanes operator+(Lanes x) const { return {vaddq_u64(value, x.value)}; }
  inline Lanes times(Lanes x) const { return {vmull_u32(vmovn_u64(value), vmovn_u64(x.value))}; }
  inline Lanes upper() const { return {vshrq_n_u64(value, 32)}; }
  inline Lanes operator^(Lanes x) const { return {veorq_u64(value, x.value)}; }
  inline Lanes with(Lanes above) const { return {vsliq_n_u64(value, above.value, 32)}; }
  static inline void storeInTurn(uint32_t* to, Lanes a, Lanes b) {
    vst1q_u32(to, vreinterpretq_u32_u64(vzip1q_u64(a.value, b.value)));
    vst1q_u32(to + 4, vreinterpretq_u32_u64(vzip2q_u64(a.value, b.value)));
  }
#endif
};

constexpr int ROUNDS = 10, GROUPS = 2, BLOCKS = GROUPS * Lanes::count;

/** Key and counter of a stream's first block, as 64-bit numbers where they carry. */
struct Stream {
  uint64_t keys[ROUNDS][2];
  uint64_t base, above;
};

/** The numbers of `BLOCKS` blocks, the first of which is `skipped` behind the stream's first. */
inline void randomBlocks(const Stream& stream, uint64_t skipped, uint32_t* to) {
  const Lanes by0 = Lanes::all(0xd2511f53u), by1 = Lanes::all(0xcd9e8d57u);
  const uint64_t start = stream.base + skipped;
  Lanes c[GROUPS][4];
#pragma GCC unroll 2
  for (int g = 0; g < GROUPS; g++) {
    alignas(64) static constexpr uint64_t counts[] = {0, 1, 2, 3, 4, 5, 6, 7};
    const uint64_t own = start + (uint64_t)(g * Lanes::count);
    c[g][0] = Lanes::all(own) + Lanes::load(counts);
    c[g][2] = Lanes::all(stream.above + (own < stream.base));
    if (__builtin_expect(own + Lanes::count < own, 0)) {
      // The lower half of a counter begins anew inside.
      uint64_t high[Lanes::count];
      for (int i = 0; i < Lanes::count; i++) high[i] = stream.above + (own + (uint64_t)i < stream.base);
      c[g][2] = Lanes::load(high);
    }
    c[g][1] = c[g][0].upper();
    c[g][3] = c[g][2].upper();
  }
  for (int round = 0; round < ROUNDS; round++) {
    const Lanes k0 = Lanes::all(stream.keys[round][0]), k1 = Lanes::all(stream.keys[round][1]);
#pragma GCC unroll 2
    for (int g = 0; g < GROUPS; g++) {
      const Lanes p = c[g][0].times(by0), q = c[g][2].times(by1);
      c[g][0] = q.upper() ^ c[g][1] ^ k0;
      c[g][2] = p.upper() ^ c[g][3] ^ k1;
      c[g][1] = q;
      c[g][3] = p;
    }
  }
#pragma GCC unroll 2
  for (int g = 0; g < GROUPS; g++)
    Lanes::storeInTurn(to + g * Lanes::count * 4, c[g][0].with(c[g][1]), c[g][2].with(c[g][3]));
}

/** Blocks from begin to end, counted from the one that holds the number wanted first. */
void randomBits(const LoopCall& call) {
  const RandomPlan& plan = *(const RandomPlan*)call.words;
  const uint32_t* state = (const uint32_t*)call.buffers[0];
  uint32_t* output = (uint32_t*)call.buffers[1];
  Stream stream;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    stream.keys[round][0] = (uint32_t)(state[0] + round * 0x9e3779b9u);
    stream.keys[round][1] = (uint32_t)(state[1] + round * 0xbb67ae85u);
  }
  uint64_t first;
  memcpy(&stream.base, state + 2, 8);
  memcpy(&stream.above, state + 4, 8);
  memcpy(&first, state + 6, 8);
  // Places in the output; it begins inside of the first block.
  const int64_t shift = first & 3;
  int64_t limit = (int64_t)call.end * 4 - shift;
  if (limit > plan.count) limit = plan.count;
  for (int64_t block = call.begin; block < call.end; block += BLOCKS) {
    const uint64_t skipped = (first >> 2) + (uint64_t)block;
    const int64_t at = block * 4 - shift;
    if (at >= 0 && at + BLOCKS * 4 <= limit) {
      randomBlocks(stream, skipped, output + at);
      continue;
    }
    uint32_t some[BLOCKS * 4];
    randomBlocks(stream, skipped, some);
    for (int64_t i = at < 0 ? 0 : at; i < at + BLOCKS * 4 && i < limit; i++) output[i] = some[i - at];
  }
}

}  // namespace
