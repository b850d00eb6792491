// Windows of 3 × 3 taps over images of few channels, in strips: two lines of places at a time, whose four lines of the image are
// copied with their border. Everything between the image and what is pooled stays in registers and in the first cache.
// Owns: pooled results, and gradients of filters from what is sent back by pooling, by plain sums of products.
#pragma once
#include <cstring>
#include "windows.h"

namespace {

/** Windows of 2 × 2 places that are summed at a time. */
constexpr int AT_ONCE = Vector::wideRows / 4;
constexpr int STRIP_LINES = 4;

/** The four lines of the image under two lines of places, side by side in scratch. */
struct Strip {
  float* lines;
  int64_t stride;
  static int64_t strideOf(const WindowPlan& plan) { return upTo((plan.across.extent + TAPS - 1) * plan.inputs, 16) + 16; }

  void copy(const WindowPlan& plan, const float* image, int32_t row) const {
    const int32_t channels = plan.inputs, width = plan.across.extent + TAPS - 1;
    const int32_t before = plan.across.from < 0 ? -plan.across.from : 0;
    const int32_t first = plan.across.from < 0 ? 0 : plan.across.from;
    const int32_t left = plan.across.lines - first, count = left < width - before ? left : width - before;
    for (int y = 0; y < STRIP_LINES; y++) {
      float* to = lines + y * stride;
      const int32_t down = row + y + plan.down.from;
      if (down < 0 || down >= plan.down.lines || count <= 0) {
        memset(to, 0, width * channels * 4);
        continue;
      }
      const float* from = image + (int64_t)down * plan.down.a + (int64_t)first * plan.across.a;
      memset(to, 0, before * channels * 4);
      if (plan.across.a == channels) memcpy(to + before * channels, from, count * channels * 4);
      else
        for (int32_t x = 0; x < count; x++) memcpy(to + (before + x) * channels, from + (int64_t)x * plan.across.a, channels * 4);
      memset(to + (before + count) * channels, 0, (width - before - count) * channels * 4);
    }
  }
};

// ── Pooled results ──────────────────────────────────────────────────────────────────────────────────────────────────

struct StripTile {
  const WindowPlan& plan;
  const float* lines;  // the strip from the first window's first column on
  int64_t stride;
  const float* filter;  // [tap, input][PANEL]
  const float* bias;
  float *c, *numbers;
  int32_t columns;  // of the panel that exist
};

/** So many windows side by side. CHANNELS: of the image, or 0 for any number. */
template <int WINDOWS_, int CHANNELS>
__attribute__((noinline)) void stripTile(const StripTile& t) {
  const WindowPlan& plan = t.plan;
  const int64_t channels = CHANNELS > 0 ? CHANNELS : plan.inputs;
  Vector sums[WINDOWS_][4][Vector::wide];
#pragma GCC unroll 4
  for (int w = 0; w < WINDOWS_; w++)
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
#pragma GCC unroll 4
      for (int j = 0; j < Vector::wide; j++) sums[w][i][j] = Vector::zero();
  const float* b = t.filter;
  for (int tap = 0; tap < TAPS; tap++) {
    const float *top = t.lines + tap * t.stride, *bottom = top + t.stride;
    for (int64_t left = TAPS * channels; left > 0; left--, top++, bottom++, b += PANEL) {
      // Elements are read anew for each column: carried over in registers, they would take the sums' places.
      __asm__("" : "+r"(top), "+r"(bottom));
      Vector right[Vector::wide];
#pragma GCC unroll 4
      for (int j = 0; j < Vector::wide; j++) right[j] = Vector::load(b + j * LANES);
#pragma GCC unroll 4
      for (int w = 0; w < WINDOWS_; w++)
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
          const Vector element = Vector::splat((i < 2 ? top : bottom) + (2 * w + i % 2) * channels);
#pragma GCC unroll 4
          for (int j = 0; j < Vector::wide; j++) sums[w][i][j] = Vector::multiplyAdd(element, right[j], sums[w][i][j]);
        }
    }
  }
  const TapNumbers taps;
#pragma GCC unroll 4
  for (int j = 0; j < Vector::wide; j++) {
    const int left = t.columns - j * LANES, lanes = left < LANES ? left : LANES;
    if (lanes <= 0) break;
    const Vector added = plan.follow & BIAS ? loadUpTo(t.bias + j * LANES, lanes) : Vector::zero();
#pragma GCC unroll 4
    for (int w = 0; w < WINDOWS_; w++) {
      const Vector results[4] = {sums[w][0][j], sums[w][1][j], sums[w][2][j], sums[w][3][j]};
      Vector most, number;
      poolWindow(plan.follow, added, results, taps, most, number);
      const int64_t at = (int64_t)w * plan.across.places + j * LANES;
      storeUpTo(most, t.c + at, lanes);
      if (plan.follow & NUMBERS) storeUpTo(number, t.numbers + at, lanes);
    }
  }
}

template <int CHANNELS>
void stripTiles(StripTile t, int32_t windows) {
  const int64_t apart = 2 * (int64_t)t.plan.inputs;
  for (int32_t done = 0; done < windows;) {
    const int32_t left = windows - done, count = left < AT_ONCE ? left : AT_ONCE;
    if (count == AT_ONCE) stripTile<AT_ONCE, CHANNELS>(t);
    else if (count == 2) stripTile<2, CHANNELS>(t);
    else stripTile<1, CHANNELS>(t);
    done += count;
    t.lines += count * apart;
    t.c += (int64_t)count * t.plan.across.places;
    if (t.plan.follow & NUMBERS) t.numbers += (int64_t)count * t.plan.across.places;
  }
}

/** Pooled results of `rows` lines of places from `firstRow` on, both even. */
void slideStrips(const Piece& piece) {
  const WindowPlan& plan = *(const WindowPlan*)piece.plan;
  const int32_t terms = TAPS * TAPS * plan.inputs;
  float* filter = piece.scratch + KEPT_FLOATS;
  const Strip strip = {filter + (int64_t)terms * upTo(plan.outputs, PANEL), Strip::strideOf(plan)};
  if (!keepsFilter(piece)) {
    float* to = filter;
    for (int32_t column = 0; column < plan.outputs; column += PANEL)
      for (int tap = 0; tap < TAPS * TAPS; tap++)
        for (int32_t input = 0; input < plan.inputs; input++, to += PANEL) {
          const float* from = piece.b + (int64_t)(tap / TAPS) * plan.down.taps + (int64_t)(tap % TAPS) * plan.across.taps +
                              (int64_t)input * plan.inputStride;
          for (int32_t i = 0; i < PANEL; i++) to[i] = column + i < plan.outputs ? from[(int64_t)(column + i) * plan.outputStride] : 0;
        }
  }
  float *numbers = extraOf(piece, NUMBERS_AT), *bias = extraOf(piece, BIAS_AT);
  for (int32_t row = piece.firstRow; row < piece.firstRow + piece.rows; row += 2) {
    strip.copy(plan, piece.a, row);
    for (int32_t column = 0; column < plan.outputs; column += PANEL) {
      const int64_t at = (int64_t)(row / 2) * plan.down.places + column;
      const StripTile t = {plan, strip.lines, strip.stride, filter + (int64_t)column * terms, bias + column, piece.c + at, numbers + at, plan.outputs - column};
      const int32_t windows = plan.across.extent / 2;
      if (plan.inputs == 3) stripTiles<3>(t, windows);
      else if (plan.inputs == 1) stripTiles<1>(t, windows);
      else stripTiles<0>(t, windows);
    }
  }
}

// ── Gradients of filters ────────────────────────────────────────────────────────────────────────────────────────────

/** The filter's gradient over all images of the call, from what pooling sends back. */
void sumStrips(const Piece& piece) {
  const WindowPlan& plan = *(const WindowPlan*)piece.plan;
  const int32_t terms = TAPS * TAPS * plan.inputs, across = plan.across.extent, wide = upTo(plan.outputs, PANEL);
  float* sums = piece.scratch + KEPT_FLOATS;
  float* sent = sums + (int64_t)terms * wide;  // [line][place][PANEL]
  const Strip strip = {sent + 2 * (int64_t)across * PANEL, Strip::strideOf(plan)};
  const float* allNumbers = extraOf(piece, NUMBERS_AT);
  const TapNumbers taps;
  const int32_t segments[2] = {0, (int32_t)strip.stride};
  bool accumulate = false;
  for (int32_t image = 0; image < plan.images; image++)
    for (int32_t row = 0; row < plan.down.extent; row += 2, accumulate = true) {
      strip.copy(plan, piece.a + (int64_t)image * plan.aImage, row);
      const int64_t line = (int64_t)image * plan.bImage + (int64_t)(row / 2) * plan.down.places;
      for (int32_t column = 0; column < plan.outputs; column += PANEL) {
        const float *values = piece.b + line + column, *numbers = allNumbers + line + column;
        for (int j = 0; j < Vector::wide; j++) {
          const int left = plan.outputs - column - j * LANES, lanes = left < 0 ? 0 : left < LANES ? left : LANES;
          for (int32_t x = 0; x < across; x += 2) {
            const int64_t at = (int64_t)(x / 2) * plan.across.places + j * LANES;
            const Vector value = lanes > 0 ? loadUpTo(values + at, lanes) : Vector::zero();
            const Vector number = lanes > 0 ? loadUpTo(numbers + at, lanes) : Vector::zero();
            for (int tap = 0; tap < 4; tap++)
              Vector::keep(Vector::sameBits(number, taps.of[tap]), value)
                  .store(sent + ((int64_t)(tap / 2) * across + x + tap % 2) * PANEL + j * LANES);
          }
        }
        int32_t rows;
        for (int32_t done = 0; done < terms; done += rows) {
          const int32_t left = terms - done, groups = (left + Vector::wideRows - 1) / Vector::wideRows;
          rows = (left + groups - 1) / groups;
          const float* a[MOST_ROWS];
          float* c[MOST_ROWS];
          for (int32_t i = 0; i < rows; i++) {
            const int32_t term = done + i, tap = term / plan.inputs, input = term % plan.inputs;
            a[i] = strip.lines + (tap / TAPS) * strip.stride + (tap % TAPS) * plan.inputs + input;
            c[i] = sums + (int64_t)term * wide + column;
          }
          Tile t;
          t.lie = ANYWHERE;
          t.columns = PANEL;
          t.accumulate = accumulate;
          t.segments = segments;
          t.segmentCount = 2;
          t.run = across;
          t.aStep = plan.inputs;
          t.b = sent;
          t.bStep = PANEL;
          t.aRows = a;
          t.cRows = c;
          multiplyTile(rows, t);
        }
      }
    }
  for (int32_t term = 0; term < terms; term++) {
    const int32_t tap = term / plan.inputs;
    float* c = piece.c + (int64_t)(tap / TAPS) * plan.down.taps + (int64_t)(tap % TAPS) * plan.across.taps +
               (int64_t)(term % plan.inputs) * plan.inputStride;
    memcpy(c, sums + (int64_t)term * wide, plan.outputs * 4);
  }
}

/** What a plan asks for. */
void contract(const Piece& piece) {
  switch (piece.plan->kind) {
    case WINDOWS: slideWindows(piece); break;
    case WINDOWS_FILTER: sumWindows(piece); break;
    case STRIPS: slideStrips(piece); break;
    case STRIPS_FILTER: sumStrips(piece); break;
    default: contractProduct(piece);
  }
}

}  // namespace
