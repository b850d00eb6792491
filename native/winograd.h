// Winograd's minimal filtering F(4, 3): the products of four places and three taps as six, in each direction.
// Owns: the six-point transforms, one line at a time and of squares. The points are 0, ±3/4, ±3/2 and ∞: all constants but the
// filter's are exact in float32, and errors stay within twice those of plain sums (0, ±1, ±2, as usually taken: three to eight
// times; docs/decisions.md).
#pragma once
#include "vectors.h"

namespace {

#define ALWAYS_INLINE inline __attribute__((always_inline))

constexpr int POINTS = 6, PLACES = 4, TAPS = 3;
/** The points and their powers; the weights of the filter's values at them. */
constexpr float P = 0.75f, P2 = P * P, P3 = P2 * P, Q = 1.5f, Q2 = Q * Q, Q3 = Q2 * Q;
constexpr float W0 = (float)(64.0 / 81), WP = (float)(-128.0 / 243), WQ = (float)(32.0 / 243);

/** a + c·x */
ALWAYS_INLINE Vector plus(Vector a, float c, Vector x) { return Vector::multiplyAdd(Vector::constant(c), x, a); }
ALWAYS_INLINE Vector times(float c, Vector x) { return Vector::multiply(Vector::constant(c), x); }

/** The image: six lines as their values at the points (Bᵀ). */
struct ImageToPoints {
  static constexpr int from = POINTS, to = POINTS;
  static ALWAYS_INLINE void line(const Vector* d, Vector* v) {
    v[0] = plus(plus(d[4], -(P2 + Q2), d[2]), P2 * Q2, d[0]);
    const Vector evenP = plus(d[4], -Q2, d[2]), oddP = plus(d[3], -Q2, d[1]);
    v[1] = plus(evenP, P, oddP);
    v[2] = plus(evenP, -P, oddP);
    const Vector evenQ = plus(d[4], -P2, d[2]), oddQ = plus(d[3], -P2, d[1]);
    v[3] = plus(evenQ, Q, oddQ);
    v[4] = plus(evenQ, -Q, oddQ);
    v[5] = plus(plus(d[5], -(P2 + Q2), d[3]), P2 * Q2, d[1]);
  }
};

/** The filter: three taps as weighted values at the points (G). */
struct TapsToPoints {
  static constexpr int from = TAPS, to = POINTS;
  static ALWAYS_INLINE void line(const Vector* g, Vector* u) {
    u[0] = times(W0, g[0]);
    const Vector evenP = plus(times(WP, g[0]), WP * P2, g[2]), evenQ = plus(times(WQ, g[0]), WQ * Q2, g[2]);
    u[1] = plus(evenP, WP * P, g[1]);
    u[2] = plus(evenP, -WP * P, g[1]);
    u[3] = plus(evenQ, WQ * Q, g[1]);
    u[4] = plus(evenQ, -WQ * Q, g[1]);
    u[5] = g[2];
  }
};

/** Products at the points as sums at four places (Aᵀ). */
struct PointsToPlaces {
  static constexpr int from = POINTS, to = PLACES;
  static ALWAYS_INLINE void line(const Vector* m, Vector* y) {
    const Vector evenP = Vector::add(m[1], m[2]), oddP = Vector::subtract(m[1], m[2]);
    const Vector evenQ = Vector::add(m[3], m[4]), oddQ = Vector::subtract(m[3], m[4]);
    y[0] = Vector::add(m[0], Vector::add(evenP, evenQ));
    y[1] = plus(times(P, oddP), Q, oddQ);
    y[2] = plus(times(P2, evenP), Q2, evenQ);
    y[3] = plus(plus(m[5], P3, oddP), Q3, oddQ);
  }
};

/** The gradient at four places, for the filter's gradient (A). */
struct PlacesToPoints {
  static constexpr int from = PLACES, to = POINTS;
  static ALWAYS_INLINE void line(const Vector* y, Vector* m) {
    m[0] = y[0];
    const Vector evenP = plus(y[0], P2, y[2]), oddP = plus(times(P, y[1]), P3, y[3]);
    m[1] = Vector::add(evenP, oddP);
    m[2] = Vector::subtract(evenP, oddP);
    const Vector evenQ = plus(y[0], Q2, y[2]), oddQ = plus(times(Q, y[1]), Q3, y[3]);
    m[3] = Vector::add(evenQ, oddQ);
    m[4] = Vector::subtract(evenQ, oddQ);
    m[5] = y[3];
  }
};

/** Products at the points as the gradient of three taps (Gᵀ). */
struct PointsToTaps {
  static constexpr int from = POINTS, to = TAPS;
  static ALWAYS_INLINE void line(const Vector* f, Vector* g) {
    const Vector evenP = Vector::add(f[1], f[2]), oddP = Vector::subtract(f[1], f[2]);
    const Vector evenQ = Vector::add(f[3], f[4]), oddQ = Vector::subtract(f[3], f[4]);
    g[0] = plus(plus(times(W0, f[0]), WP, evenP), WQ, evenQ);
    g[1] = plus(times(WP * P, oddP), WQ * Q, oddQ);
    g[2] = plus(plus(f[5], WP * P2, evenP), WQ * Q2, evenQ);
  }
};

/** A transform of squares: along the columns, then along the rows. `load(y, x)`, `store(y, x, value)`. */
template <typename Transform, typename Load, typename Store>
ALWAYS_INLINE void square(Load load, Store store) {
  Vector half[Transform::to][Transform::from];
#pragma GCC unroll 6
  for (int x = 0; x < Transform::from; x++) {
    Vector in[Transform::from], out[Transform::to];
#pragma GCC unroll 6
    for (int y = 0; y < Transform::from; y++) in[y] = load(y, x);
    Transform::line(in, out);
#pragma GCC unroll 6
    for (int y = 0; y < Transform::to; y++) half[y][x] = out[y];
  }
#pragma GCC unroll 6
  for (int y = 0; y < Transform::to; y++) {
    Vector out[Transform::to];
    Transform::line(half[y], out);
#pragma GCC unroll 6
    for (int x = 0; x < Transform::to; x++) store(y, x, out[x]);
  }
}

}  // namespace
