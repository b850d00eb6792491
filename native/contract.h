// Matrix products in tiles of registers: packing, blocks, the tile itself. Included by one source file for each instruction set.
// Owns: the order of the loops inside a piece: blocks of the sum, rows, panels of columns. The engine cuts pieces.
#pragma once
#include "plan.h"
#include "vectors.h"

namespace {

constexpr int PANEL = Vector::wide * Vector::lanes;
constexpr int WIDE_PANEL = Vector::widest * Vector::lanes;
constexpr int MOST_ROWS = 12;
constexpr int MOST_SEGMENTS = 512;
constexpr int DEPTH_LIMIT = 1024;

/** What a tile needs to know. */
struct Tile {
  const float* const* rows;  // A's rows; with packed A, rows[0] is the panel, in which they lie side by side
  const int32_t* segments;   // where the terms of A begin, for each run of them
  int32_t segmentCount, run, aStep;
  const float* b;
  int64_t bStep;
  float* const* c;
  int32_t columns;  // that exist
  bool accumulate;
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

template <int ROWS, int VECTORS, bool PACKED>
inline __attribute__((always_inline)) void sumTile(const Tile& t, Sums<ROWS, VECTORS>& sums) {
#pragma GCC unroll 12
  for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) sums[i][j] = Vector::zero();
  const float* b = t.b;
  const int64_t bStep = t.bStep;
  if constexpr (PACKED) {
    const float* a = t.rows[0];
    const int64_t step = t.aStep;
#pragma GCC unroll 4
    for (int k = t.run; k > 0; k--, a += step, b += bStep) addTerm<ROWS, VECTORS>(sums, b, [a](int i) { return a + i; });
    return;
  }
  for (int s = 0; s < t.segmentCount; s++) {
    const int64_t offset = t.segments[s];
    const float* a[ROWS];
#pragma GCC unroll 12
    for (int i = 0; i < ROWS; i++) a[i] = t.rows[i] + offset;
    // Twelve rows, their common index and B fill the processor's registers: the usual step is a constant.
    if (t.aStep == 1) {
      const int64_t run = t.run;
#pragma GCC unroll 4
      for (int64_t k = 0; k < run; k++, b += bStep) addTerm<ROWS, VECTORS>(sums, b, [&a, k](int i) { return a[i] + k; });
    } else {
      const int64_t step = t.aStep;
      int64_t k = 0;
      for (int left = t.run; left > 0; left--, k += step, b += bStep)
        addTerm<ROWS, VECTORS>(sums, b, [&a, k](int i) { return a[i] + k; });
    }
  }
}

template <int ROWS, int VECTORS, bool PACKED>
__attribute__((noinline)) void tile(const Tile& t) {
  Sums<ROWS, VECTORS> sums;
#pragma GCC unroll 12
  for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) __builtin_prefetch(t.c[i] + j * Vector::lanes, 1, 3);
  sumTile<ROWS, VECTORS, PACKED>(t, sums);
  if (t.columns >= VECTORS * Vector::lanes) {
#pragma GCC unroll 12
    for (int i = 0; i < ROWS; i++) {
      float* c = t.c[i];
#pragma GCC unroll 8
      for (int j = 0; j < VECTORS; j++) {
        Vector sum = sums[i][j];
        if (t.accumulate) sum = Vector::add(sum, Vector::load(c + j * Vector::lanes));
        sum.store(c + j * Vector::lanes);
      }
    }
    return;
  }
#pragma GCC unroll 12
  for (int i = 0; i < ROWS; i++) {
    float* c = t.c[i];
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) {
      int left = t.columns - j * Vector::lanes;
      if (left <= 0) continue;
      if (left > Vector::lanes) left = Vector::lanes;
      Vector sum = sums[i][j];
      float* at = c + j * Vector::lanes;
      if (left == Vector::lanes) {
        if (t.accumulate) sum = Vector::add(sum, Vector::load(at));
        sum.store(at);
      } else {
        if (t.accumulate) sum = Vector::add(sum, Vector::loadPart(at, left));
        sum.storePart(at, left);
      }
    }
  }
}

using TileFunction = void (*)(const Tile&);

/** Tiles of 1 … MOST rows. */
template <int MOST, int VECTORS, bool PACKED>
struct Tiles {
  TileFunction of[MOST_ROWS + 1] = {};
  constexpr Tiles() { fill<MOST>(); }
  template <int ROWS>
  constexpr void fill() {
    if constexpr (ROWS > 0) {
      of[ROWS] = tile<ROWS, VECTORS, PACKED>;
      fill<ROWS - 1>();
    }
  }
};

constexpr int NARROW_ROWS = Vector::wideRows;
constexpr Tiles<NARROW_ROWS, 1, false> narrowTiles;
constexpr Tiles<NARROW_ROWS, 1, true> narrowPackedTiles;
constexpr Tiles<Vector::wideRows, Vector::wide, false> wideTiles;
constexpr Tiles<Vector::wideRows, Vector::wide, true> widePackedTiles;
constexpr Tiles<Vector::widestRows, Vector::widest, false> widestTiles;

// ── Packing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

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

/** to[k · width + i] = lines[i][k · step] for `count` lines; those up to `width` are 0. */
inline void packLines(const float* const* lines, int count, int width, int64_t step, int run, float* to) {
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    const float *r0 = lines[i], *r1 = lines[i + 1], *r2 = lines[i + 2], *r3 = lines[i + 3];
    int k = 0;
    if (step == 1)
      for (; k + 4 <= run; k += 4) transposeFour(r0 + k, r1 + k, r2 + k, r3 + k, to + (int64_t)k * width + i, width);
    for (; k < run; k++) {
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

// ── The sum's terms ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Walks over the runs of a sum: whole innermost loops, or parts of one where it is long. */
struct Terms {
  const Plan& plan;
  const Axis& inner;
  int32_t index[MAXIMUM_AXES] = {};
  int32_t at = 0;
  int64_t a = 0, b = 0;  // of the innermost loop's beginning
  bool done = false;

  explicit Terms(const Plan& p) : plan(p), inner(p.depth[p.depthAxes - 1]) {}

  int32_t left() const { return inner.extent - at; }
  int64_t aHere() const { return a + (int64_t)at * inner.a; }
  int64_t bHere() const { return b + (int64_t)at * inner.b; }

  void take(int32_t count) {
    at += count;
    if (at < inner.extent) return;
    at = 0;
    int level = plan.depthAxes - 2;
    for (; level >= 0; level--) {
      const Axis& axis = plan.depth[level];
      a += axis.a;
      b += axis.b;
      if (++index[level] < axis.extent) return;
      a -= (int64_t)axis.a * axis.extent;
      b -= (int64_t)axis.b * axis.extent;
      index[level] = 0;
    }
    done = true;
  }
};

/** One block of the sum: runs of equal length. */
struct Block {
  int32_t a[MOST_SEGMENTS];
  int64_t b[MOST_SEGMENTS];
  int32_t count, run;
  int32_t terms() const { return count * run; }
};

/** The next block, of at most plan.depthBlock terms (at least one run). */
inline void nextBlock(Terms& terms, Block& block) {
  const int32_t most = terms.plan.depthBlock;
  const int32_t extent = terms.inner.extent;
  block.count = 0;
  if (extent >= most) {
    // Parts of one run, as equal as they can be.
    const int32_t parts = (terms.left() + most - 1) / most;
    block.run = (terms.left() + parts - 1) / parts;
    block.a[0] = (int32_t)terms.aHere();
    block.b[0] = terms.bHere();
    block.count = 1;
    terms.take(block.run);
    return;
  }
  block.run = extent;
  const int32_t runs = most / extent < MOST_SEGMENTS ? most / extent : MOST_SEGMENTS;
  while (!terms.done && block.count < runs) {
    block.a[block.count] = (int32_t)terms.aHere();
    block.b[block.count++] = terms.bHere();
    terms.take(extent);
  }
}

/** One panel of B as [terms][width]. */
template <int WIDTH>
inline void packPanel(const Plan& plan, const Block& block, const float* b, int columns, float* to) {
  const int64_t across = plan.columnStride;
  const int64_t step = plan.depth[plan.depthAxes - 1].b;
  for (int s = 0; s < block.count; s++, to += (int64_t)block.run * WIDTH) {
    const float* from = b + block.b[s];
    if (across == 1) packSide<WIDTH>(from, columns, step, block.run, to);
    else {
      const float* lines[WIDTH];
      for (int j = 0; j < columns; j++) lines[j] = from + j * across;
      packLines(lines, columns, WIDTH, step, block.run, to);
    }
  }
}

// ── One matrix ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The places of rows, one after the other. */
struct Rows {
  const Plan& plan;
  int32_t index[MAXIMUM_AXES] = {};
  int64_t a = 0, c = 0;

  Rows(const Plan& p, int32_t first) : plan(p) {
    for (int level = p.rowAxes - 1; level >= 0; level--) {
      const Axis& axis = p.rows[level];
      index[level] = level == 0 ? first : first % axis.extent;
      if (level > 0) first /= axis.extent;
      a += (int64_t)axis.a * index[level];
      c += (int64_t)axis.c * index[level];
    }
  }
  void next() {
    for (int level = plan.rowAxes - 1; level >= 0; level--) {
      const Axis& axis = plan.rows[level];
      a += axis.a;
      c += axis.c;
      if (++index[level] < axis.extent || level == 0) return;
      a -= (int64_t)axis.a * axis.extent;
      c -= (int64_t)axis.c * axis.extent;
      index[level] = 0;
    }
  }
};

/** The panels of a group that are packed for one block of the sum. */
template <int WIDTH>
void packBlock(const Plan& plan, const Block& block, const float* b, int32_t columns, float* to) {
  for (int32_t column = 0; column < columns; column += WIDTH, to += (int64_t)WIDTH * block.terms()) {
    const int32_t left = columns - column;
    packPanel<WIDTH>(plan, block, b + (int64_t)column * plan.columnStride, left < WIDTH ? left : WIDTH, to);
  }
}

/** The rows of a tile of A as [terms][rows]. */
template <int MOST>
void packRows(const Plan& plan, const Block& block, const float* const* rows, int32_t count, float* to) {
  const int64_t step = plan.depth[plan.depthAxes - 1].a;
  bool side = true;
  for (int32_t i = 1; i < count; i++) side = side && rows[i] == rows[0] + i;
  for (int32_t s = 0; s < block.count; s++) {
    if (side) {
      // More is copied than there is, and overwritten: the engine's memory may be read a little beyond its blocks.
      const float* from = rows[0] + block.a[s];
      for (int32_t k = 0; k < block.run; k++, from += step, to += count) __builtin_memcpy(to, from, MOST * 4);
    } else {
      const float* lines[MOST];
      for (int32_t i = 0; i < count; i++) lines[i] = rows[i] + block.a[s];
      packLines(lines, count, count, step, block.run, to);
      to += (int64_t)block.run * count;
    }
  }
}

template <int WIDTH>
void matrix(const Piece& piece, const float* a, const float* b, float* c, int32_t columns, const float* kept) {
  const Plan& plan = *piece.plan;
  constexpr int VECTORS = WIDTH / Vector::lanes;
  constexpr int TILE_ROWS = VECTORS == Vector::widest ? Vector::widestRows : Vector::wideRows;
  const Axis& inner = plan.depth[plan.depthAxes - 1];
  Terms terms(plan);
  Block block;
  bool accumulate = piece.accumulate;
  alignas(64) float packedRows[MOST_ROWS * (DEPTH_LIMIT + 1)];
  while (!terms.done) {
    nextBlock(terms, block);
    const int32_t depth = block.terms();
    const float* panels = kept;
    if (kept) kept += (int64_t)(columns + WIDTH - 1) / WIDTH * WIDTH * depth;
    else if (plan.packB) {
      packBlock<WIDTH>(plan, block, b, columns, piece.scratch);
      panels = piece.scratch;
    }
    Rows walk(plan, piece.firstRow);
    int32_t rows;
    for (int32_t left = piece.rows; left > 0; left -= rows) {
      // Tiles of equal height: a thin one at the end would leave the multipliers waiting.
      const int32_t tiles = (left + TILE_ROWS - 1) / TILE_ROWS;
      rows = (left + tiles - 1) / tiles;
      const float* aRows[MOST_ROWS];
      float* cRows[MOST_ROWS];
      float* target[MOST_ROWS];
      for (int32_t i = 0; i < rows; i++, walk.next()) {
        aRows[i] = a + walk.a;
        cRows[i] = c + walk.c;
      }
      Tile t;
      t.rows = aRows;
      t.segments = block.a;
      t.segmentCount = block.count;
      t.run = block.run;
      t.aStep = inner.a;
      t.c = target;
      t.accumulate = accumulate;
      const float* packed[1] = {packedRows};
      if (plan.packA) {
        packRows<TILE_ROWS>(plan, block, aRows, rows, packedRows);
        t.rows = packed;
        t.run = depth;
        t.aStep = rows;
      }
      t.b = panels ? panels : b + block.b[0];
      t.bStep = panels ? WIDTH : inner.b;
      const int64_t nextPanel = panels ? (int64_t)WIDTH * depth : WIDTH;
      for (int32_t column = 0; column < columns; column += WIDTH, t.b += nextPanel) {
        for (int32_t i = 0; i < rows; i++) target[i] = cRows[i] + column;
        t.columns = columns - column;
        if constexpr (VECTORS == Vector::widest) widestTiles.of[rows](t);
        else if (t.columns <= Vector::lanes) (plan.packA ? narrowPackedTiles.of[rows] : narrowTiles.of[rows])(t);
        else (plan.packA ? widePackedTiles.of[rows] : wideTiles.of[rows])(t);
      }
    }
    accumulate = true;
  }
}

/** What stands at the beginning of scratch: which part of B is packed behind it; the offsets of further arrays. */
struct Kept {
  const float* b;
  const Plan* plan;
  uint32_t extras[EXTRAS];
};
constexpr int KEPT_FLOATS = 16;
inline float* extraOf(const Piece& piece, Extra which) { return (float*)(piece.base + ((const Kept*)piece.scratch)->extras[which]); }

template <int WIDTH>
void matrices(const Piece& given) {
  const Plan& plan = *given.plan;
  Piece piece = given;
  Kept* header = (Kept*)piece.scratch;
  piece.scratch += KEPT_FLOATS;
  const int32_t firstColumn = piece.group * plan.groupColumns;
  const int32_t rest = plan.columns - firstColumn;
  const int32_t columns = rest < plan.groupColumns ? rest : plan.groupColumns;
  for (int32_t i = 0; i < piece.matrices; i++) {
    const float* a = piece.a + (int64_t)i * plan.batch.a;
    const float* b = piece.b + (int64_t)i * plan.batch.b + (int64_t)firstColumn * plan.columnStride;
    float* c = piece.c + (int64_t)i * plan.batch.c + firstColumn;
    const float* kept = nullptr;
    if (plan.keepB) {
      kept = piece.scratch;
      if (header->b != b || header->plan != &plan) {
        float* to = piece.scratch;
        Terms terms(plan);
        Block block;
        while (!terms.done) {
          nextBlock(terms, block);
          packBlock<WIDTH>(plan, block, b, columns, to);
          to += (int64_t)(columns + WIDTH - 1) / WIDTH * WIDTH * block.terms();
        }
        *header = {b, &plan, {}};
      }
    }
    matrix<WIDTH>(piece, a, b, c, columns, kept);
  }
}

/** Few rows: a tile holds all of them and twice the columns. */
void contractProduct(const Piece& piece) {
  const Plan& plan = *piece.plan;
  int64_t rows = 1;
  for (int32_t level = 0; level < plan.rowAxes; level++) rows *= plan.rows[level].extent;
  const bool thin = rows <= Vector::widestRows && !plan.packA && plan.groupColumns > PANEL;
  if (thin) matrices<WIDE_PANEL>(piece);
  else matrices<PANEL>(piece);
}

}  // namespace
