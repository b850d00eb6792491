// The tile of a matrix product: sums of a few rows and columns in registers, over runs of terms.
// Owns: the loop over the terms for each way in which rows lie, storing what was summed. Leaves the order of tiles to others.
#pragma once
#include <cstdint>
#include "vectors.h"

namespace {

constexpr int PANEL = Vector::wide * Vector::lanes;
constexpr int WIDE_PANEL = Vector::widest * Vector::lanes;
constexpr int MOST_ROWS = 12;
/** Terms in a round of the loop over them. */
constexpr int ROUND = 4;
/** More rows than there are registers for their addresses. */
constexpr bool MANY_ROWS = Vector::wideRows > 6;

/** Where the rows of a tile's A and C lie. */
enum Lie {
  SIDE_BY_SIDE,  // A's element after element, its terms `aStep` apart; C's `cRow` apart
  EVENLY,        // `aRow` and `cRow` apart, A's terms side by side
  ANYWHERE,      // at aRows[i] and cRows[i], A's terms `aStep` apart
};

/** The usual place where terms begin: one run of them. */
constexpr int32_t ONE_RUN[1] = {0};

/** What a tile needs to know. */
struct Tile {
  Lie lie;
  int32_t columns;          // that exist
  bool accumulate = false;  // C holds the beginning of the sums
  const int32_t* segments = ONE_RUN;  // where the terms of A begin, for each run of them
  int32_t segmentCount = 1, run;
  const float* a;  // the first row
  int64_t aRow = 0, aStep = 1;
  const float* b;
  int64_t bStep;
  float* c;  // the first row
  int64_t cRow;
  // ANYWHERE
  const float* const* aRows;
  float* const* cRows;
  int64_t column = 0;  // where it begins in those
};

template <int ROWS, int VECTORS>
using Sums = Vector[ROWS][VECTORS];

/** One term: an element of each row times the vectors of B. `left(i)` is where row i's element lies. */
template <int ROWS, int VECTORS, typename Left>
inline __attribute__((always_inline)) void addTerm(Sums<ROWS, VECTORS>& sums, const float* b, Left left) {
  Vector right[VECTORS];
#pragma GCC unroll 8
  for (int j = 0; j < VECTORS; j++) right[j] = Vector::load(b + j * Vector::lanes);
#pragma GCC unroll 12
  for (int i = 0; i < ROWS; i++) {
    const Vector element = Vector::splat(left(i));
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) sums[i][j] = Vector::multiplyAdd(element, right[j], sums[i][j]);
  }
}

/** Terms of rows that lie anywhere, each with its elements side by side. */
template <int ROWS, int VECTORS>
inline __attribute__((always_inline)) void addTerms(Sums<ROWS, VECTORS>& sums, const float* const* a, int64_t count, const float* b, int64_t bStep) {
#pragma GCC unroll 4
  for (int64_t k = 0; k < count; k++, b += bStep) addTerm<ROWS, VECTORS>(sums, b, [a, k](int i) { return a[i] + k; });
}

/**
 * One run of terms. What the loop needs before it can begin counts as much as what it does, where there are few terms: many evenly
 * spaced rows are reached from every third of them, so that few addresses have to be made and kept. Few rows leave it to the compiler
 * to repeat the body: it mixes terms that are written out, and sixteen registers do not hold the sums any more.
 */
template <int ROWS, int VECTORS, Lie LIE>
inline __attribute__((always_inline)) void addRun(const Tile& t, int64_t offset, const float* b, Sums<ROWS, VECTORS>& sums) {
  const int64_t bStep = t.bStep, aStep = t.aStep;
  const int32_t run = t.run;
  if constexpr (LIE == SIDE_BY_SIDE && !MANY_ROWS) {
    const float* a = t.a + offset;
#pragma GCC unroll 4
    for (int64_t k = 0; k < run; k++, a += aStep, b += bStep) addTerm<ROWS, VECTORS>(sums, b, [a](int i) { return a + i; });
  } else if constexpr (LIE == EVENLY && !MANY_ROWS) {
    const float* a[ROWS];
    a[0] = t.a + offset;
#pragma GCC unroll 12
    for (int i = 1; i < ROWS; i++) a[i] = a[i - 1] + t.aRow;
    addTerms<ROWS, VECTORS>(sums, a, run, b, bStep);
  } else if constexpr (LIE == SIDE_BY_SIDE) {
    const float* a = t.a + offset;
    int32_t left = run;
    for (; left >= ROUND; left -= ROUND)
#pragma GCC unroll 4
      for (int k = 0; k < ROUND; k++, a += aStep, b += bStep) addTerm<ROWS, VECTORS>(sums, b, [a](int i) { return a + i; });
    for (; left > 0; left--, a += aStep, b += bStep) addTerm<ROWS, VECTORS>(sums, b, [a](int i) { return a + i; });
  } else if constexpr (LIE == EVENLY) {
    constexpr int THIRDS = (ROWS + 2) / 3;
    const int64_t row = t.aRow;
    const float* a[THIRDS];
#pragma GCC unroll 4
    for (int i = 0; i < THIRDS; i++) a[i] = t.a + offset + 3 * i * row;
    const auto term = [&](int k) __attribute__((always_inline)) {
      addTerm<ROWS, VECTORS>(sums, b, [&](int i) { return a[i / 3] + i % 3 * row + k; });
      b += bStep;
    };
    const auto advance = [&](int count) __attribute__((always_inline)) {
#pragma GCC unroll 4
      for (int i = 0; i < THIRDS; i++) a[i] += count;
    };
    int32_t left = run;
    for (; left >= ROUND; left -= ROUND, advance(ROUND))
#pragma GCC unroll 4
      for (int k = 0; k < ROUND; k++) term(k);
    for (; left > 0; left--, advance(1)) term(0);
  } else {
    const float* a[ROWS];
#pragma GCC unroll 12
    for (int i = 0; i < ROWS; i++) a[i] = t.aRows[i] + offset;
    // Twelve rows, their common index and B fill the processor's registers: the usual step is a constant.
    if (aStep == 1) addTerms<ROWS, VECTORS>(sums, a, run, b, bStep);
    else {
      int64_t k = 0;
      for (int32_t left = run; left > 0; left--, k += aStep, b += bStep)
        addTerm<ROWS, VECTORS>(sums, b, [&a, k](int i) { return a[i] + k; });
    }
  }
}

/** The same place, which the compiler takes for another: what was computed from it before is not kept for later. */
template <typename T>
inline __attribute__((always_inline)) const T& anew(const T& x) {
  const T* p = &x;
  __asm__("" : "+r"(p));
  return *p;
}

/** Calls what(row, where it begins in C) for each row. */
template <int ROWS, Lie LIE, typename What>
inline __attribute__((always_inline)) void forRows(const Tile& t, What what) {
  if constexpr (LIE == ANYWHERE) {
#pragma GCC unroll 12
    for (int i = 0; i < ROWS; i++) what(i, t.cRows[i] + t.column);
  } else {
    float* c = t.c;
#pragma GCC unroll 12
    for (int i = 0; i < ROWS; i++, c += t.cRow) what(i, c);
  }
}

template <int ROWS, int VECTORS, Lie LIE>
__attribute__((noinline)) void tile(const Tile& given) {
  forRows<ROWS, LIE>(given, [](int, const float* c) __attribute__((always_inline)) {
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) __builtin_prefetch(c + j * Vector::lanes, 1, 3);
  });
  Sums<ROWS, VECTORS> sums;
#pragma GCC unroll 12
  for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) sums[i][j] = Vector::zero();
  const float* b = given.b;
  for (int s = 0; s < given.segmentCount; s++, b += given.run * given.bStep)
    addRun<ROWS, VECTORS, LIE>(anew(given), given.segments[s], b, sums);
  const Tile& t = anew(given);
  if (t.columns >= VECTORS * Vector::lanes) {
    if (t.accumulate)
      forRows<ROWS, LIE>(t, [&](int i, const float* c) __attribute__((always_inline)) {
#pragma GCC unroll 8
        for (int j = 0; j < VECTORS; j++) sums[i][j] = Vector::add(sums[i][j], Vector::load(c + j * Vector::lanes));
      });
    forRows<ROWS, LIE>(anew(t), [&](int i, float* c) __attribute__((always_inline)) {
#pragma GCC unroll 8
      for (int j = 0; j < VECTORS; j++) sums[i][j].store(c + j * Vector::lanes);
    });
    return;
  }
  forRows<ROWS, LIE>(t, [&](int i, float* c) __attribute__((always_inline)) {
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++, c += Vector::lanes) {
      const int left = t.columns - j * Vector::lanes;
      if (left <= 0) continue;
      const int count = left < Vector::lanes ? left : Vector::lanes;
      (t.accumulate ? Vector::add(sums[i][j], Vector::loadPart(c, count)) : sums[i][j]).storePart(c, count);
    }
  });
}

using TileFunction = void (*)(const Tile&);

/** Tiles of 1 … MOST rows. */
template <int MOST, int VECTORS, Lie LIE>
struct Tiles {
  TileFunction of[MOST_ROWS + 1] = {};
  constexpr Tiles() { fill<MOST>(); }
  template <int ROWS>
  constexpr void fill() {
    if constexpr (ROWS > 0) {
      of[ROWS] = tile<ROWS, VECTORS, LIE>;
      fill<ROWS - 1>();
    }
  }
};

constexpr int NARROW_ROWS = Vector::wideRows;
constexpr Tiles<NARROW_ROWS, 1, SIDE_BY_SIDE> narrowSide;
constexpr Tiles<NARROW_ROWS, 1, EVENLY> narrowEven;
constexpr Tiles<NARROW_ROWS, 1, ANYWHERE> narrowAnywhere;
constexpr Tiles<Vector::wideRows, Vector::wide, SIDE_BY_SIDE> wideSide;
constexpr Tiles<Vector::wideRows, Vector::wide, EVENLY> wideEven;
constexpr Tiles<Vector::wideRows, Vector::wide, ANYWHERE> wideAnywhere;
constexpr Tiles<Vector::widestRows, Vector::widest, ANYWHERE> widestAnywhere;

/** A tile of at most PANEL columns. */
inline void multiplyTile(int32_t rows, const Tile& t) {
  const bool narrow = t.columns <= Vector::lanes;
  switch (t.lie) {
    case SIDE_BY_SIDE: return (narrow ? narrowSide.of : wideSide.of)[rows](t);
    case EVENLY: return (narrow ? narrowEven.of : wideEven.of)[rows](t);
    default: return (narrow ? narrowAnywhere.of : wideAnywhere.of)[rows](t);
  }
}

}  // namespace
