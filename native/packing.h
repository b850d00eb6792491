// Copies of operands in the order in which tiles read them: lines become columns, or lie side by side.
// Owns: transposing in registers. Leaves to others which lines.
#pragma once
#include <cstdint>
#include "vectors.h"

namespace {

using Four = float __attribute__((vector_size(16)));
using FourIndices = int32_t __attribute__((vector_size(16)));

inline Four loadFour(const float* p) {
  Four x;
  __builtin_memcpy(&x, p, 16);
  return x;
}
inline void storeFour(float* p, Four x) { __builtin_memcpy(p, &x, 16); }

/** to[j · across + i] = from[i][j] for four rows. */
inline void transposeFour(const float* r0, const float* r1, const float* r2, const float* r3, float* to, int64_t across) {
  const Four a = loadFour(r0), b = loadFour(r1), c = loadFour(r2), d = loadFour(r3);
#if defined(__clang__)
#define SHUFFLE(x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)
#else
#define SHUFFLE(x, y, ...) __builtin_shuffle(x, y, FourIndices{__VA_ARGS__})
#endif
  const Four ab = SHUFFLE(a, b, 0, 4, 1, 5), cd = SHUFFLE(c, d, 0, 4, 1, 5);
  const Four abHigh = SHUFFLE(a, b, 2, 6, 3, 7), cdHigh = SHUFFLE(c, d, 2, 6, 3, 7);
  storeFour(to, SHUFFLE(ab, cd, 0, 1, 4, 5));
  storeFour(to + across, SHUFFLE(ab, cd, 2, 3, 6, 7));
  storeFour(to + 2 * across, SHUFFLE(abHigh, cdHigh, 0, 1, 4, 5));
  storeFour(to + 3 * across, SHUFFLE(abHigh, cdHigh, 2, 3, 6, 7));
#undef SHUFFLE
}

/** to[j · across + i] = lines[i][k + j] for as many lines as a vector has lanes, and four numbers of each. */
inline __attribute__((always_inline)) void transposeLanes(const float* const* lines, int64_t k, float* to, int64_t across) {
  const Vector a = Vector::fours(lines, k), b = Vector::fours(lines + 1, k), c = Vector::fours(lines + 2, k), d = Vector::fours(lines + 3, k);
  const Vector ab = Vector::firsts(a, b), cd = Vector::firsts(c, d), abLast = Vector::lasts(a, b), cdLast = Vector::lasts(c, d);
  Vector::firstPairs(ab, cd).store(to);
  Vector::lastPairs(ab, cd).store(to + across);
  Vector::firstPairs(abLast, cdLast).store(to + 2 * across);
  Vector::lastPairs(abLast, cdLast).store(to + 3 * across);
}

/** to[k · width + i] = lines[i][k · step] for `count` lines; those up to `width` are 0. */
inline void packLines(const float* const* lines, int count, int width, int64_t step, int run, float* to) {
  int i = 0;
  const int fours = step == 1 ? run / 4 * 4 : 0;
  for (; i + Vector::lanes <= count; i += Vector::lanes) {
    for (int k = 0; k < fours; k += 4) transposeLanes(lines + i, k, to + (int64_t)k * width + i, width);
    for (int k = fours; k < run; k++)
      for (int j = i; j < i + Vector::lanes; j++) to[(int64_t)k * width + j] = lines[j][k * step];
  }
  for (; i + 4 <= count; i += 4) {
    const float *r0 = lines[i], *r1 = lines[i + 1], *r2 = lines[i + 2], *r3 = lines[i + 3];
    for (int k = 0; k < fours; k += 4) transposeFour(r0 + k, r1 + k, r2 + k, r3 + k, to + (int64_t)k * width + i, width);
    for (int k = fours; k < run; k++) {
      float* at = to + (int64_t)k * width + i;
      at[0] = r0[k * step];
      at[1] = r1[k * step];
      at[2] = r2[k * step];
      at[3] = r3[k * step];
    }
  }
  for (; i < count; i++)
    for (int k = 0; k < run; k++) to[(int64_t)k * width + i] = lines[i][k * step];
  for (; i < width; i++)
    for (int k = 0; k < run; k++) to[(int64_t)k * width + i] = 0;
}

/** to[k · width + i] = from[k · step + i]: lines that lie side by side. */
template <int WIDTH>
inline void packSide(const float* from, int count, int64_t step, int run, float* to) {
  for (int k = 0; k < run; k++, from += step, to += WIDTH) {
    if (count == WIDTH) __builtin_memcpy(to, from, WIDTH * 4);
    else
      for (int i = 0; i < WIDTH; i++) to[i] = i < count ? from[i] : 0;
  }
}

}  // namespace
