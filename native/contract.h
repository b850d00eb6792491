// Matrix products: packing, blocks of the sum, the order of tiles. Included by one source file for each instruction set.
// Owns: the order of the loops inside a piece: blocks of the sum, rows, panels of columns. The engine cuts pieces.
#pragma once
#include "packing.h"
#include "plan.h"
#include "tiles.h"

namespace {

constexpr int MOST_SEGMENTS = 512;
constexpr int DEPTH_LIMIT = 1024;

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
  const Axis& inner;
  int32_t index[MAXIMUM_AXES] = {};
  int64_t a = 0, c = 0;

  Rows(const Plan& p, int32_t first) : plan(p), inner(p.rows[p.rowAxes - 1]) {
    for (int level = p.rowAxes - 1; level >= 0; level--) {
      const Axis& axis = p.rows[level];
      index[level] = level == 0 ? first : first % axis.extent;
      if (level > 0) first /= axis.extent;
      a += (int64_t)axis.a * index[level];
      c += (int64_t)axis.c * index[level];
    }
  }
  /** Rows from here on that lie evenly. */
  int32_t run() const { return plan.rowAxes == 1 ? INT32_MAX : inner.extent - index[plan.rowAxes - 1]; }
  /** Goes on by so many of them. */
  void skip(int32_t count) {
    int level = plan.rowAxes - 1;
    a += (int64_t)inner.a * count;
    c += (int64_t)inner.c * count;
    index[level] += count;
    while (level > 0 && index[level] == plan.rows[level].extent) {
      a -= (int64_t)plan.rows[level].a * index[level];
      c -= (int64_t)plan.rows[level].c * index[level];
      index[level--] = 0;
      a += plan.rows[level].a;
      c += plan.rows[level].c;
      index[level]++;
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

/** The rows of a tile of A as [terms][rows]; they lie side by side, or at `rows`. */
template <int MOST>
void packRows(const Plan& plan, const Block& block, const float* a, const float* const* rows, int32_t count, float* to) {
  const int64_t step = plan.depth[plan.depthAxes - 1].a;
  for (int32_t s = 0; s < block.count; s++) {
    if (!rows) {
      // More is copied than there is, and overwritten: the engine's memory may be read a little beyond its blocks.
      const float* from = a + block.a[s];
      for (int32_t k = 0; k < block.run; k++, from += step, to += count) __builtin_memcpy(to, from, MOST * 4);
    } else {
      const float* lines[MOST];
      for (int32_t i = 0; i < count; i++) lines[i] = rows[i] + block.a[s];
      packLines(lines, count, count, step, block.run, to);
      to += (int64_t)block.run * count;
    }
  }
}

/** How the rows of tiles lie; `evenly`: those of one tile belong to one loop. */
inline Lie lies(const Plan& plan, bool evenly) {
  if (!evenly) return ANYWHERE;
  if (plan.rows[plan.rowAxes - 1].a == 1) return SIDE_BY_SIDE;
  return plan.depth[plan.depthAxes - 1].a == 1 && !plan.packA ? EVENLY : ANYWHERE;
}

template <int WIDTH>
void matrix(const Piece& piece, const float* a, const float* b, float* c, int32_t columns, const float* kept) {
  const Plan& plan = *piece.plan;
  constexpr int VECTORS = WIDTH / Vector::lanes;
  constexpr int TILE_ROWS = VECTORS == Vector::widest ? Vector::widestRows : Vector::wideRows;
  const Axis &inner = plan.depth[plan.depthAxes - 1], &across = plan.rows[plan.rowAxes - 1];
  Terms terms(plan);
  Block block;
  alignas(64) float packedRows[MOST_ROWS * (DEPTH_LIMIT + 1)];
  const float* aRows[MOST_ROWS];
  float* cRows[MOST_ROWS];
  Tile t;
  t.aRows = aRows;
  t.cRows = cRows;
  t.accumulate = piece.accumulate;
  while (!terms.done) {
    nextBlock(terms, block);
    const int32_t depth = block.terms();
    const float* panels = kept;
    if (kept) kept += (int64_t)(columns + WIDTH - 1) / WIDTH * WIDTH * depth;
    else if (plan.packB) {
      packBlock<WIDTH>(plan, block, b, columns, piece.scratch);
      panels = piece.scratch;
    }
    const float* firstPanel = panels ? panels : b + block.b[0];
    t.bStep = panels ? WIDTH : inner.b;
    const int64_t nextPanel = panels ? (int64_t)WIDTH * depth : WIDTH;
    Rows walk(plan, piece.firstRow);
    int32_t rows;
    for (int32_t left = piece.rows; left > 0; left -= rows) {
      // Tiles of equal height: a thin one at the end would leave the multipliers waiting. Those within one run of rows know less.
      const int32_t run = walk.run() < left ? walk.run() : left;
      const bool evenly = run == left || across.extent >= 2 * TILE_ROWS;
      const int32_t most = evenly ? run : left, tiles = (most + TILE_ROWS - 1) / TILE_ROWS;
      rows = (most + tiles - 1) / tiles;
      float* const cFirst = c + walk.c;
      t.a = a + walk.a;
      t.aRow = across.a;
      t.aStep = inner.a;
      t.cRow = across.c;
      t.lie = lies(plan, evenly && VECTORS != Vector::widest);
      t.segments = block.a;
      t.segmentCount = block.count;
      t.run = block.run;
      if (t.lie == ANYWHERE)
        for (int32_t i = 0; i < rows; i++, walk.skip(1)) {
          aRows[i] = a + walk.a;
          cRows[i] = c + walk.c;
        }
      else walk.skip(rows);
      if (plan.packA) {
        packRows<TILE_ROWS>(plan, block, t.a, t.lie == SIDE_BY_SIDE ? nullptr : aRows, rows, packedRows);
        t.a = packedRows;
        t.segments = ONE_RUN;
        t.segmentCount = 1;
        t.run = depth;
        t.aStep = rows;
        if (t.lie == ANYWHERE)
          for (int32_t i = 0; i < rows; i++) aRows[i] = packedRows + i;
      }
      t.b = firstPanel;
      for (int32_t column = 0; column < columns; column += WIDTH, t.b += nextPanel) {
        t.c = cFirst + column;
        t.column = column;
        t.columns = columns - column;
        if constexpr (VECTORS == Vector::widest) widestAnywhere.of[rows](t);
        else multiplyTile(rows, t);
      }
    }
    t.accumulate = true;
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
