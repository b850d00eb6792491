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

/** The height of the first of several tiles of about equal height: a thin one at the end would leave the multipliers waiting. */
inline int32_t firstHeight(int32_t rows, int32_t most) {
  const int32_t tiles = (rows + most - 1) / most;
  return (rows + tiles - 1) / tiles;
}

/** Floats of a line of cache. */
constexpr int LINE = 16;
/** Tiles whose rows, side by side in memory, are packed together, so that a line is read for all who need it; 1: each by itself. */
constexpr int MOST_PACKED = MANY_ROWS ? 1 : 8;
constexpr int PACKED_FLOATS = MOST_ROWS * (DEPTH_LIMIT + 4);

/** Tiles of rows that have been packed, and which of them comes next. */
struct PackedTiles {
  int32_t count = 0, next = 0;
  int32_t heights[MOST_PACKED];
};

/** As packRows, for the next tiles of `rows` rows that lie side by side, as many as fit; each begins `apart` behind the one before it. */
template <int MOST>
void packTiles(const Plan& plan, const Block& block, const float* a, int32_t rows, PackedTiles& packed, float* to, int32_t apart) {
  constexpr int COPIED = MOST > Vector::lanes ? MOST : Vector::lanes, TERMS = 8;
  const int64_t step = plan.depth[plan.depthAxes - 1].a;
  packed = {};
  int32_t wide = 0;
  for (; packed.count < MOST_PACKED && (packed.count + 1) * apart <= PACKED_FLOATS && wide < rows; packed.count++)
    wide += packed.heights[packed.count] = firstHeight(rows - wide, MOST);
  for (int32_t s = 0; s < block.count; s++) {
    const float* from = a + block.a[s];
    for (int32_t k = 0; k < block.run; k += TERMS, from += TERMS * step) {
      const int32_t terms = block.run - k < TERMS ? block.run - k : TERMS;
      // Terms lie far apart: nothing but the program knows which lines come next.
      for (int32_t i = TERMS; i < 2 * TERMS; i++)
        for (int32_t at = 0; at < wide + LINE; at += LINE) __builtin_prefetch(from + i * step + at);
      const float* tile = from;
      for (int32_t i = 0; i < packed.count; i++) {
        const int64_t height = packed.heights[i];
        const float* x = tile;
        float* y = to + (int64_t)i * apart + (s * block.run + k) * height;
        // As in packRows, more is copied than there is.
        for (int32_t j = 0; j < terms; j++, x += step, y += height) __builtin_memcpy(y, x, COPIED * 4);
        tile += height;
      }
    }
  }
}

/** Lines that the next tile of rows reads, asked for a few at a time while this one is worked on: they lie in many places. */
struct Ahead {
  const float* from = nullptr;
  int64_t step = 0;  // from one part of a run to the next: rows, or terms
  const int32_t* segments = ONE_RUN;
  int32_t parts = 0, lines = 0, left = 0;
  int32_t part = 0, line = 0;

  Ahead(const Tile& t, const Block& block, const float* next, int32_t rows) {
    if (t.lie == EVENLY) {
      from = next;
      step = t.aRow;
      parts = rows;
      lines = (block.run + LINE - 1) / LINE;
    } else if (t.lie == SIDE_BY_SIDE && block.count == 1) {
      // One line of each term, unless this tile has read it.
      from = next + rows - 1;
      step = t.aStep;
      parts = ((uintptr_t)from ^ (uintptr_t)(next - 1)) / (4 * LINE) != 0 ? block.run : 0;
      lines = 1;
    }
    segments = block.a;
    left = parts * lines * block.count;
  }
  void ask(int32_t count) {
    for (; count > 0 && left > 0; count--, left--) {
      __builtin_prefetch(from + *segments + part * step + line * LINE, 0, 2);
      if (++line < lines) continue;
      line = 0;
      if (++part < parts) continue;
      part = 0;
      segments++;
    }
  }
};

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
  const int32_t panelCount = (columns + WIDTH - 1) / WIDTH;
  Terms terms(plan);
  Block block;
  alignas(64) float packedRows[PACKED_FLOATS];
  PackedTiles packed;
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
    if (kept) kept += (int64_t)panelCount * WIDTH * depth;
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
      // Tiles within one run of rows need to know less.
      const int32_t run = walk.run() < left ? walk.run() : left;
      const bool evenly = run == left || across.extent >= 2 * TILE_ROWS;
      const int32_t most = evenly ? run : left;
      rows = firstHeight(most, TILE_ROWS);
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
        if (MOST_PACKED > 1 && t.lie == SIDE_BY_SIDE) {
          const int32_t apart = TILE_ROWS * depth + Vector::lanes;
          if (packed.next == packed.count) packTiles<TILE_ROWS>(plan, block, t.a, most, packed, packedRows, apart);
          t.a = packedRows + packed.next++ * apart;
        } else {
          packRows<TILE_ROWS>(plan, block, t.a, t.lie == SIDE_BY_SIDE ? nullptr : aRows, rows, packedRows);
          t.a = packedRows;
        }
        t.segments = ONE_RUN;
        t.segmentCount = 1;
        t.run = depth;
        t.aStep = rows;
        if (t.lie == ANYWHERE)
          for (int32_t i = 0; i < rows; i++) aRows[i] = packedRows + i;
      }
      t.b = firstPanel;
      Ahead ahead(t, block, a + walk.a, MANY_ROWS || plan.packA || left == rows ? 0 : rows);
      const int32_t share = (ahead.left + panelCount - 1) / panelCount;
      for (int32_t column = 0; column < columns; column += WIDTH, t.b += nextPanel) {
        t.c = cFirst + column;
        t.column = column;
        t.columns = columns - column;
        ahead.ask(share);
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
