// Windows of 3 × 3 taps over images by Winograd's filtering: the image cut into tiles of 4 × 4 places, each tile (with its
// border) and the filter as values at 36 points, and at every point one matrix product over the channels: 36 products for 16
// places where plain sums take 144.
// Owns: results (and gradients of images, which are windows over the results' gradient) and gradients of filters; the edges; a
// block of tiles at a time, so that its values stay in the second cache. The products are contract.h's tiles.
#pragma once
#include "contract.h"
#include "winograd.h"

namespace {

constexpr int SQUARE = POINTS * POINTS;
constexpr int LANES = Vector::lanes;
/** Floats between the values at one point and at the next: not a power of two, so that they fall onto different sets of a cache. */
constexpr int APART = 16;

inline int32_t upTo(int32_t n, int32_t unit) { return (n + unit - 1) / unit * unit; }

/** Calls what(first channel, lanes in use) for every vector of channels. */
template <typename What>
ALWAYS_INLINE void forVectors(int32_t channels, What what) {
  int32_t channel = 0;
  for (; channel + LANES <= channels; channel += LANES) what(channel, LANES);
  if (channel < channels) what(channel, channels - channel);
}
ALWAYS_INLINE Vector loadUpTo(const float* p, int lanes) { return lanes == LANES ? Vector::load(p) : Vector::loadPart(p, lanes); }
ALWAYS_INLINE void storeUpTo(Vector x, float* p, int lanes) {
  if (lanes == LANES) x.store(p);
  else x.storePart(p, lanes);
}

/** The values of a block of tiles at all points: [point][tile][channel]. */
struct Values {
  float* at;
  int64_t point, tile;
  static Values of(float* at, int32_t tiles, int32_t channels) {
    const int32_t wide = upTo(channels, LANES);
    return {at, (int64_t)tiles * wide + APART, wide};
  }
  float* end() const { return at + SQUARE * point; }
};

/** The numbers of taps of windows of 2 × 2, by the parities of a line and of a column. */
struct TapNumbers {
  Vector of[4] = {Vector::bits(0), Vector::bits(1), Vector::bits(2), Vector::bits(3)};
  ALWAYS_INLINE Vector at(int32_t down, int32_t across) const { return of[(down & 1) * 2 + (across & 1)]; }
};
/** What is sent to the element of a window with that number: `values` where `numbers` say so. */
ALWAYS_INLINE Vector sentTo(Vector tap, const float* values, const float* numbers, int lanes) {
  return Vector::keep(Vector::sameBits(loadUpTo(numbers, lanes), tap), loadUpTo(values, lanes));
}

/**
 * One tile of the image as values at the points; lines beyond the image are read from `zeros`. SPREAD: each line and column of the
 * array stands for two of the image, and `numbers` lie as it does.
 */
template <bool SPREAD>
void imageTile(const WindowPlan& plan, const float* image, const float* numbers, int32_t row, int32_t column, const float* zeros,
               const Values& to, int32_t tile) {
  const float *lines[SQUARE], *chosen[SQUARE];
  for (int y = 0; y < POINTS; y++) {
    const int32_t down = row + y + plan.down.from;
    for (int x = 0; x < POINTS; x++) {
      const int32_t across = column + x + plan.across.from;
      const bool inside = down >= 0 && down < plan.down.lines && across >= 0 && across < plan.across.lines;
      const int64_t at = (int64_t)(SPREAD ? down >> 1 : down) * plan.down.a + (int64_t)(SPREAD ? across >> 1 : across) * plan.across.a;
      lines[y * POINTS + x] = inside ? image + at : zeros;
      if (SPREAD) chosen[y * POINTS + x] = inside ? numbers + at : zeros;
    }
  }
  float* at = to.at + tile * to.tile;
  const TapNumbers taps;
  forVectors(plan.inputs, [&](int32_t channel, int lanes) __attribute__((always_inline)) {
    square<ImageToPoints>(
        [&](int y, int x) __attribute__((always_inline)) {
          const int i = y * POINTS + x;
          if constexpr (SPREAD)
            return sentTo(taps.at(y + plan.down.from, x + plan.across.from), lines[i] + channel, chosen[i] + channel, lanes);
          else return loadUpTo(lines[i] + channel, lanes);
        },
        [&](int y, int x, Vector v) __attribute__((always_inline)) { v.store(at + (y * POINTS + x) * to.point + channel); });
  });
}

/** Where the places of a tile lie in an array; those beyond the edges are `beyond`. SPREAD: in one where each stands for two. */
template <bool SPREAD, typename Float>
inline void placesOf(const WindowPlan& plan, Float* array, int32_t row, int32_t column, Float* beyond, Float** places) {
  for (int y = 0; y < PLACES; y++)
    for (int x = 0; x < PLACES; x++) {
      const int32_t down = row + y, across = column + x;
      const bool inside = down < plan.down.extent && across < plan.across.extent;
      places[y * PLACES + x] = inside ? array + (int64_t)(SPREAD ? down >> 1 : down) * plan.down.places +
                                            (int64_t)(SPREAD ? across >> 1 : across) * plan.across.places
                                      : beyond;
    }
}

/** The largest of 2 × 2 results after bias and relu, and the number of its tap: the first of equals, −1 where POSITIVE wants one. */
ALWAYS_INLINE void poolWindow(int32_t follow, Vector bias, const Vector (&results)[4], const TapNumbers& taps, Vector& most, Vector& number) {
  Vector x[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    x[i] = Vector::add(results[i], bias);
    if (follow & RELU) x[i] = Vector::largest(Vector::zero(), x[i]);
  }
  Vector found = x[0];
  number = taps.of[0];
#pragma GCC unroll 4
  for (int i = 1; i < 4; i++) {
    const Vector::Mask larger = Vector::greater(x[i], found);
    found = Vector::choose(larger, x[i], found);
    number = Vector::choose(larger, taps.of[i], number);
  }
  if (follow & POSITIVE) number = Vector::choose(Vector::greater(found, Vector::zero()), number, Vector::bits(-1));
  // What is no number is the largest.
  const Vector::Mask none = Vector::either(Vector::unordered(x[0], x[1]), Vector::unordered(x[2], x[3]));
  most = Vector::choose(none, Vector::add(Vector::add(x[0], x[1]), Vector::add(x[2], x[3])), found);
}

// ── Results ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The filter's values at the points, in panels: [point][panel][input][PANEL]. `taps` holds a panel of it meanwhile. */
void filterToPoints(const WindowPlan& plan, const float* b, float* taps, float* to) {
  const int32_t inputs = plan.inputs;
  const int64_t panel = (int64_t)inputs * PANEL;
  const int64_t point = upTo(plan.outputs, PANEL) / PANEL * panel;
  for (int32_t column = 0; column < plan.outputs; column += PANEL, to += panel) {
    const int32_t left = plan.outputs - column, columns = left < PANEL ? left : PANEL;
    for (int tap = 0; tap < TAPS * TAPS; tap++) {
      const float* from = b + (int64_t)(tap / TAPS) * plan.down.taps + (int64_t)(tap % TAPS) * plan.across.taps +
                          (int64_t)column * plan.outputStride;
      if (plan.outputStride == 1) packSide<PANEL>(from, columns, plan.inputStride, inputs, taps + tap * panel);
      else {
        const float* lines[PANEL];
        for (int32_t j = 0; j < columns; j++) lines[j] = from + (int64_t)j * plan.outputStride;
        packLines(lines, columns, PANEL, plan.inputStride, inputs, taps + tap * panel);
      }
    }
    for (int64_t i = 0; i < panel; i += LANES)
      square<TapsToPoints>([&](int y, int x) __attribute__((always_inline)) { return Vector::load(taps + (y * TAPS + x) * panel + i); },
                           [&](int y, int x, Vector u) __attribute__((always_inline)) { u.store(to + (y * POINTS + x) * point + i); });
  }
}

/** sums[point][tile][output] = Σ values[point][tile][input] · filter[point][input][output] */
void multiplyFilter(const WindowPlan& plan, const Values& values, const float* filter, const Values& sums, int32_t tiles) {
  const int64_t panel = (int64_t)plan.inputs * PANEL;
  for (int point = 0; point < SQUARE; point++)
    for (int32_t column = 0; column < plan.outputs; column += PANEL, filter += panel) {
      int32_t rows;
      for (int32_t done = 0; done < tiles; done += rows) {
        const int32_t left = tiles - done, groups = (left + Vector::wideRows - 1) / Vector::wideRows;
        rows = (left + groups - 1) / groups;
        Tile t;
        t.lie = EVENLY;
        t.columns = plan.outputs - column;
        t.run = plan.inputs;
        t.a = values.at + point * values.point + done * values.tile;
        t.aRow = values.tile;
        t.b = filter;
        t.bStep = PANEL;
        t.c = sums.at + point * sums.point + done * sums.tile + column;
        t.cRow = sums.tile;
        multiplyTile(rows, t);
      }
    }
}

/** Sums at the points as results. */
void resultTile(const WindowPlan& plan, const Values& sums, int32_t tile, float* c, int32_t row, int32_t column, float* beyond) {
  float* places[PLACES * PLACES];
  placesOf<false>(plan, c, row, column, beyond, places);
  const float* at = sums.at + tile * sums.tile;
  forVectors(plan.outputs, [&](int32_t channel, int lanes) __attribute__((always_inline)) {
    square<PointsToPlaces>([&](int y, int x) __attribute__((always_inline)) { return Vector::load(at + (y * POINTS + x) * sums.point + channel); },
                           [&](int y, int x, Vector r) __attribute__((always_inline)) { storeUpTo(r, places[y * PLACES + x] + channel, lanes); });
  });
}

/** Sums at the points as the largest of every 2 × 2 results. */
void pooledTile(const WindowPlan& plan, const Values& sums, int32_t tile, float* c, float* numbers, const float* bias, int32_t row,
                int32_t column, float* beyond) {
  float *places[4], *chosen[4];
  for (int i = 0; i < 4; i++) {
    const int32_t down = row / 2 + i / 2, across = column / 2 + i % 2;
    const bool inside = 2 * down < plan.down.extent && 2 * across < plan.across.extent;
    const int64_t at = (int64_t)down * plan.down.places + (int64_t)across * plan.across.places;
    places[i] = inside ? c + at : beyond;
    chosen[i] = inside && (plan.follow & NUMBERS) ? numbers + at : beyond;
  }
  const float* at = sums.at + tile * sums.tile;
  const TapNumbers taps;
  forVectors(plan.outputs, [&](int32_t channel, int lanes) __attribute__((always_inline)) {
    Vector results[4][4];
    square<PointsToPlaces>([&](int y, int x) __attribute__((always_inline)) { return Vector::load(at + (y * POINTS + x) * sums.point + channel); },
                           [&](int y, int x, Vector r) __attribute__((always_inline)) { results[y / 2 * 2 + x / 2][y % 2 * 2 + x % 2] = r; });
    const Vector added = plan.follow & BIAS ? loadUpTo(bias + channel, lanes) : Vector::zero();
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
      Vector most, number;
      poolWindow(plan.follow, added, results[i], taps, most, number);
      storeUpTo(number, chosen[i] + channel, lanes);
      storeUpTo(most, places[i] + channel, lanes);
    }
  });
}

/** Whether the filter in scratch is this call's; from now on it is. */
inline bool keepsFilter(const Piece& piece) {
  Kept* header = (Kept*)piece.scratch;
  const bool same = header->b == piece.b && header->plan == piece.plan;
  header->b = piece.b;
  header->plan = piece.plan;
  return same;
}

/** Results of `rows` lines of places from `firstRow` on, which begins a tile. */
void slideWindows(const Piece& piece) {
  const WindowPlan& plan = *(const WindowPlan*)piece.plan;
  float* beyond = piece.scratch + KEPT_FLOATS;
  float* zeros = beyond + upTo(plan.outputs, LANES);
  float* filter = zeros + upTo(plan.inputs, LANES);
  const int64_t filterSize = (int64_t)SQUARE * upTo(plan.outputs, PANEL) * plan.inputs;
  const Values values = Values::of(filter + filterSize, plan.tiles, plan.inputs);
  const Values sums = Values::of(values.end(), plan.tiles, plan.outputs);
  float *numbers = extraOf(piece, NUMBERS_AT), *bias = extraOf(piece, BIAS_AT);
  for (int32_t i = 0; i < plan.inputs; i++) zeros[i] = 0;
  if (!keepsFilter(piece)) filterToPoints(plan, piece.b, values.at, filter);
  const int32_t across = (plan.across.extent + PLACES - 1) / PLACES;
  const int32_t all = (piece.rows + PLACES - 1) / PLACES * across;
  for (int32_t first = 0; first < all; first += plan.tiles) {
    const int32_t count = all - first < plan.tiles ? all - first : plan.tiles;
    const auto rowOf = [&](int32_t i) { return piece.firstRow + (first + i) / across * PLACES; };
    const auto columnOf = [&](int32_t i) { return (first + i) % across * PLACES; };
    const auto image = plan.pooled == SPREAD_IMAGE ? imageTile<true> : imageTile<false>;
    for (int32_t i = 0; i < count; i++) image(plan, piece.a, numbers, rowOf(i), columnOf(i), zeros, values, i);
    multiplyFilter(plan, values, filter, sums, count);
    for (int32_t i = 0; i < count; i++) {
      if (plan.pooled == POOLED_RESULTS) pooledTile(plan, sums, i, piece.c, numbers, bias, rowOf(i), columnOf(i), beyond);
      else resultTile(plan, sums, i, piece.c, rowOf(i), columnOf(i), beyond);
    }
  }
}

// ── Gradients of filters ────────────────────────────────────────────────────────────────────────────────────────────

/** One tile of the results' gradient as values at the points. */
template <bool SPREAD>
void gradientTile(const WindowPlan& plan, const float* b, const float* numbers, int32_t row, int32_t column, const float* zeros,
                  const Values& to, int32_t tile) {
  const float *places[PLACES * PLACES], *chosen[PLACES * PLACES];
  placesOf<SPREAD>(plan, b, row, column, zeros, places);
  if (SPREAD) placesOf<SPREAD>(plan, numbers, row, column, zeros, chosen);
  float* at = to.at + tile * to.tile;
  const TapNumbers taps;
  forVectors(plan.outputs, [&](int32_t channel, int lanes) __attribute__((always_inline)) {
    square<PlacesToPoints>(
        [&](int y, int x) __attribute__((always_inline)) {
          const int i = y * PLACES + x;
          if constexpr (SPREAD) return sentTo(taps.at(y, x), places[i] + channel, chosen[i] + channel, lanes);
          else return loadUpTo(places[i] + channel, lanes);
        },
        [&](int y, int x, Vector v) __attribute__((always_inline)) { v.store(at + (y * POINTS + x) * to.point + channel); });
  });
}

/** sums[point][input][output] (+)= Σ over tiles values[point][tile][input] · gradients[point][tile][output] */
void multiplyTiles(const WindowPlan& plan, const Values& values, const Values& gradients, const Values& sums, int32_t tiles, bool accumulate) {
  for (int point = 0; point < SQUARE; point++)
    for (int32_t column = 0; column < plan.outputs; column += PANEL) {
      int32_t rows;
      for (int32_t done = 0; done < plan.inputs; done += rows) {
        const int32_t left = plan.inputs - done, groups = (left + Vector::wideRows - 1) / Vector::wideRows;
        rows = (left + groups - 1) / groups;
        Tile t;
        t.lie = SIDE_BY_SIDE;
        t.columns = plan.outputs - column;
        t.accumulate = accumulate;
        t.run = tiles;
        t.a = values.at + point * values.point + done;
        t.aStep = values.tile;
        t.b = gradients.at + point * gradients.point + column;
        t.bStep = gradients.tile;
        t.c = sums.at + point * sums.point + done * sums.tile + column;
        t.cRow = sums.tile;
        multiplyTile(rows, t);
      }
    }
}

/** The filter's gradient over all images of the call. */
void sumWindows(const Piece& piece) {
  const WindowPlan& plan = *(const WindowPlan*)piece.plan;
  const int32_t most = plan.inputs > plan.outputs ? plan.inputs : plan.outputs;
  float* zeros = piece.scratch + KEPT_FLOATS;
  const Values sums = Values::of(zeros + upTo(most, LANES), plan.inputs, plan.outputs);
  const Values values = Values::of(sums.end(), plan.tiles, plan.inputs);
  const Values gradients = Values::of(values.end(), plan.tiles, plan.outputs);
  const float* numbers = extraOf(piece, NUMBERS_AT);
  for (int32_t i = 0; i < most; i++) zeros[i] = 0;
  const int32_t across = (plan.across.extent + PLACES - 1) / PLACES;
  const int32_t inImage = (plan.down.extent + PLACES - 1) / PLACES * across, all = inImage * plan.images;
  for (int32_t first = 0; first < all; first += plan.tiles) {
    const int32_t count = all - first < plan.tiles ? all - first : plan.tiles;
    for (int32_t i = 0; i < count; i++) {
      const int32_t image = (first + i) / inImage, tile = (first + i) % inImage;
      const int32_t row = tile / across * PLACES, column = tile % across * PLACES;
      imageTile<false>(plan, piece.a + (int64_t)image * plan.aImage, nullptr, row, column, zeros, values, i);
      const int64_t at = (int64_t)image * plan.bImage;
      (plan.pooled == SPREAD_RESULTS ? gradientTile<true> : gradientTile<false>)(plan, piece.b + at, numbers + at, row, column, zeros, gradients, i);
    }
    multiplyTiles(plan, values, gradients, sums, count, first > 0);
  }
  for (int32_t input = 0; input < plan.inputs; input++)
    forVectors(plan.outputs, [&](int32_t channel, int lanes) __attribute__((always_inline)) {
      const float* at = sums.at + input * sums.tile + channel;
      float* c = piece.c + (int64_t)input * plan.inputStride + channel;
      square<PointsToTaps>([&](int y, int x) __attribute__((always_inline)) { return Vector::load(at + (y * POINTS + x) * sums.point); },
                           [&](int y, int x, Vector g) __attribute__((always_inline)) {
                             storeUpTo(g, c + (int64_t)y * plan.down.taps + (int64_t)x * plan.across.taps, lanes);
                           });
    });
}

}  // namespace
