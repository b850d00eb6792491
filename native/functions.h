// Functions of float32 vectors: exp and its relatives, logarithms, tanh, erf, erfc and gelu, sine and cosine.
// Owns: the same formulas as the generated kernels' (src/backends/wasm/math, where they are explained), with fused
// multiply-add. Their errors are bounded by the same test.
#pragma once
#include "arithmetic.h"
#include <cmath>

namespace {

/** c[0] + c[1] x + c[2] x² + … */
template <int COUNT>
inline Vector polynomial(Vector x, const float (&c)[COUNT]) {
  Vector sum = all(c[COUNT - 1]);
#pragma GCC unroll 16
  for (int i = COUNT - 2; i >= 0; i--) sum = Vector::multiplyAdd(sum, x, all(c[i]));
  return sum;
}

constexpr float EXP[] = {0.5f, 0.166665760623f, 0.0416665534587f, 0.00836333308218f, 0.00139263759958f};
constexpr float LN2_HIGH = 0.693359375f, LN2_LOW = -2.1219444005469057e-4f, LOG2E = 1.4426950408889634f;
/** Adding 1.5 · 2²³ leaves the rounded integer in the low bits. */
constexpr float MAGIC = 12582912.0f;
constexpr int32_t MAGIC_BITS = 0x4b400000;

/** x = n ln 2 + r: the bits of MAGIC + n, n, and exp(r) − 1. */
struct Reduced {
  Vector bits, n, tail;
};
inline Reduced reduced(Vector x) {
  const Vector bits = Vector::multiplyAdd(x, all(LOG2E), all(MAGIC));
  const Vector n = subtract(bits, all(MAGIC));
  const Vector rest = Vector::multiplyAdd(n, all(-LN2_LOW), without(x, n, all(LN2_HIGH)));
  return {bits, n, Vector::multiplyAdd(polynomial(rest, EXP), multiply(rest, rest), rest)};
}

/** y · 2ⁿ, right also beyond the range of normal numbers. */
inline Vector scaled(Vector y, const Reduced& by) {
#if defined(__AVX512F__)
  return {_mm512_scalef_ps(y.value, by.n.value)};
#else
  const Vector half = shiftRight<1>(by.bits);
  const Vector other = subtractIntegers(by.bits, half);
  const auto power = [](Vector n) { return addInteger(shiftLeft<23>(n), 127 << 23); };
  return multiply(multiply(y, power(half)), power(other));
#endif
}

#if defined(__AVX2__) && !defined(__AVX512F__)
/** 2ⁿ for n up to 127, and 0 below −126: a number below 2 times that is subnormal, which is 0 here. */
inline Vector flushedPower(const Reduced& by) {
  const Vector n = {_mm256_castsi256_ps(_mm256_max_epi32(integers(by.bits), _mm256_set1_epi32(MAGIC_BITS - 127)))};
  return addInteger(shiftLeft<23>(n), 127 << 23);
}

/** Where something is no number, or so large that 2ⁿ may be none. */
__attribute__((noinline)) Vector largeExponential(Vector x) {
  const Reduced r = reduced(downTo(upTo(x, 89), -104));
  return scaled(add(r.tail, all(1)), r);
}

inline Vector exponential(Vector x) {
  if (!everywhere(below(x, all(88)))) return largeExponential(x);
  const Reduced r = reduced(downTo(x, -104));
  const Vector power = flushedPower(r);
  return Vector::multiplyAdd(r.tail, power, power);
}

/** y · 2ⁿ and exp(r) · 2ⁿ where y, r and n are at most 1, ½ ln 2 and 0. */
inline void scaledDown(Vector& y, Vector& power, const Reduced& by) {
  const Vector two = flushedPower(by);
  y = multiply(y, two);
  power = Vector::multiplyAdd(by.tail, two, two);
}
#else
inline Vector exponential(Vector x) {
  const Reduced r = reduced(downTo(upTo(x, 89), -104));
  return scaled(add(r.tail, all(1)), r);
}

inline void scaledDown(Vector& y, Vector& power, const Reduced& by) {
  y = scaled(y, by);
  power = scaled(add(by.tail, all(1)), by);
}
#endif

/** exp(x) − 1 for x up to 89 in magnitude; the sign of a zero is lost. */
inline Vector expm1Core(Vector x) {
  const Reduced r = reduced(x);
  const Vector half = addInteger(shiftLeft<23>(r.bits), 126 << 23);
  const Vector sum = Vector::multiplyAdd(half, r.tail, subtract(half, all(0.5f)));
  return add(sum, sum);
}

inline Vector expm1(Vector x) {
  const Vector result = expm1Core(downTo(upTo(x, 89), -20));
  // Halves of the smallest numbers would be flushed.
  const Vector usual = pick(below(magnitude(x), all(1e-30f)), x, result);
  return withSign(magnitude(usual), x);
}

inline Vector hyperbolicTangent(Vector x) {
  const Vector a = upTo(magnitude(x), 10);
  const Vector e = expm1Core(add(a, a));
  return withSign(magnitude(divide(e, add(e, all(2)))), x);
}

constexpr float LOG[] = {3.3333331174e-1f, -2.4999993993e-1f, 2.0000714765e-1f, -1.6668057665e-1f, 1.4249322787e-1f,
                         -1.2420140846e-1f, 1.167699874e-1f, -1.151461031e-1f, 7.0376836292e-2f};
constexpr float SMALLEST_NORMAL = 1.1754943508222875e-38f;

inline Vector finiteLogarithm(Vector x) {
  const Mask tiny = below(x, all(SMALLEST_NORMAL));
  const Vector normal = pick(tiny, multiply(x, all(8388608.0f)), x);
  // The exponent such that the mantissa lies in [√½, √2).
  const Vector shifted = addInteger(normal, -0x3f3504f3);
  const Vector exponent = shiftRight<23>(shifted);
  const Vector mantissa = subtractIntegers(normal, shiftLeft<23>(exponent));
  const Vector e = subtract(fromInteger(exponent), pick(tiny, all(23), all(0)));
  const Vector f = subtract(mantissa, all(1));
  const Vector square = multiply(f, f);
  const Vector cubic = multiply(multiply(polynomial(f, LOG), f), square);
  const Vector low = Vector::multiplyAdd(e, all(LN2_LOW), cubic);
  const Vector sum = add(f, Vector::multiplyAdd(square, all(-0.5f), low));
  return Vector::multiplyAdd(e, all(LN2_HIGH), sum);
}

/** Zero gives −∞, negative numbers NaN; ∞ and NaN stay. */
inline Vector logarithmOf(Vector x, Vector result) {
  const Vector infinite = all(__builtin_inff());
  const Vector kept = pick(below(x, infinite), result, x);
  const Vector negative = pick(below(x, all(0)), all(__builtin_nanf("")), kept);
  return pick(equal(x, all(0)), negate(infinite), negative);
}

inline Vector logarithm(Vector x) { return logarithmOf(x, finiteLogarithm(x)); }

inline Vector log1p(Vector x) {
  const Vector u = add(x, all(1));
  // What 1 + x lost in rounding, relative to u; nothing where u is 0 or infinite.
  const Vector lost = divide(subtract(x, subtract(u, all(1))), u);
  const Vector usable = pick(below(all(0), u), pick(below(u, all(__builtin_inff())), lost, all(0)), all(0));
  return pick(equal(x, all(0)), x, logarithmOf(u, add(finiteLogarithm(u), usable)));
}

constexpr float ERF_SMALL[] = {1.28379166e-1f, -3.76125336e-1f, 1.12819925e-1f,
                               -2.67681349e-2f, 4.99119423e-3f, -5.96761703e-4f};
constexpr float ERF_LARGE[] = {-1.28717512e-1f, -6.34846687e-1f, -1.06777877e-1f, 2.42546219e-2f,
                               -3.88396438e-3f, 3.83197126e-4f, -1.7285347e-5f};

inline Vector errorFunction(Vector x) {
  const Vector a = magnitude(x);
  const Vector square = multiply(a, a);
  const Vector small = Vector::multiplyAdd(polynomial(square, ERF_SMALL), x, x);
  const Vector t = upTo(a, 4);
  const Vector exponent = subtract(multiply(polynomial(t, ERF_LARGE), t), t);
  const Vector large = withSign(subtract(all(1), exponential(exponent)), x);
  return pick(below(all(0.927734375f), a), large, small);
}

/** a / b, to the last bit but one, where b is far from both ends of the range. */
inline Vector quotient(Vector a, Vector b) {
#if defined(__AVX512F__)
  // Fourteen bits, and what they leave.
  const Vector rough = {_mm512_rcp14_ps(b.value)};
  const Vector first = multiply(a, rough);
  return Vector::multiplyAdd(without(a, first, b), rough, first);
#else
  return divide(a, b);
#endif
}

/**
 * exp(a²) erfc(a) = M(a) / ((c a + d) M(a) + N(a)) for 0 ≤ a ≤ 10.5. All terms are positive, and the rounding of M, which stands on
 * both sides, cancels; beginning at 1.75 instead of 1, both stay below 2, where they are rounded least, while a is small.
 */
constexpr float SLOPE = 1.772428036e+00f, OFFSET = 1.119016088e-03f;
constexpr float COMPLEMENT[] = {1.75f, 2.154382467e+00f, 1.266836047e+00f, 3.946988285e-01f, 5.603699759e-02f};
constexpr float REST[] = {1.748041749e+00f, 1.024886966e+00f, 3.560476303e-01f, 4.842308164e-02f};

inline Vector scaledComplement(Vector a) {
  const Vector m = polynomial(a, COMPLEMENT);
  const Vector line = Vector::multiplyAdd(a, all(SLOPE), all(OFFSET));
  return quotient(m, Vector::multiplyAdd(line, m, polynomial(a, REST)));
}

/** Of exp(−a²): n times the first part of ln 2 is exact, and so is what the square leaves of it but for one rounding. */
inline Reduced reducedSquare(Vector a) {
  const Vector bits = without(all(MAGIC), multiply(a, a), all(LOG2E));
  const Vector n = subtract(bits, all(MAGIC));
  const Vector rest = Vector::multiplyAdd(n, all(-LN2_LOW), without(multiply(n, all(-LN2_HIGH)), a, a));
  return {bits, n, Vector::multiplyAdd(polynomial(rest, EXP), multiply(rest, rest), rest)};
}

/** erfc x, and exp(−x²). */
struct Complement {
  Vector value, gauss;
};
inline Complement complement(Vector x) {
  const Vector a = upTo(magnitude(x), 10.5f);
  const Vector factor = scaledComplement(a);
  const Reduced r = reducedSquare(a);
  Vector tail = Vector::multiplyAdd(factor, r.tail, factor), gauss;
  scaledDown(tail, gauss, r);
  return {whereNegative(x, subtract(all(2), tail), tail), gauss};
}
inline Vector complementaryErrorFunction(Vector x) { return complement(x).value; }

/** gelu: x Φ(x) with Φ(x) = erfc(−x / √2) / 2, and its slope Φ(x) + x exp(−x² / 2) / √(2π). */
constexpr float ROOT_HALF = 0.7071067690849304f, DENSITY = 0.3989422619342804f;
struct NormalUnit {
  Vector value, slope;
};
inline NormalUnit normalUnit(Vector x) {
  const Complement twice = complement(multiply(x, all(-ROOT_HALF)));
  const Vector density = multiply(twice.gauss, all(DENSITY));
  const Vector once = multiply(twice.value, all(0.5f));
  return {multiply(x, once), Vector::multiplyAdd(x, density, once)};
}

/** π/2 in parts. The first product of a fused multiply-add is exact, so that nothing is lost where the difference is small. */
constexpr float HALF_PI[] = {1.5707963705062866f, -4.371138828673793e-8f, -1.7151244994428e-15f};
/** Beyond, or where x is not finite, numbers go to the library's functions one by one. */
constexpr float FAR = 1e5f;
constexpr float SINE[] = {-1.6666654611e-1f, 8.3321608736e-3f, -1.9515295891e-4f};
constexpr float COSINE[] = {4.166664568298827e-2f, -1.388731625493765e-3f, 2.443315711809948e-5f};

/** sin(x + quarters · π/2). */
template <int QUARTERS>
inline Vector sineLike(Vector x) {
  const Mask near = below(magnitude(x), all(FAR));
  const Vector bits = Vector::multiplyAdd(x, all(0.636619772f), all(MAGIC));
  const Vector n = subtract(bits, all(MAGIC));
  const Vector r = without(without(without(x, n, all(HALF_PI[0])), n, all(HALF_PI[1])), n, all(HALF_PI[2]));
  const Vector square = multiply(r, r);
  const Vector sine = Vector::multiplyAdd(multiply(polynomial(square, SINE), square), r, r);
  const Vector cosine =
      Vector::multiplyAdd(multiply(polynomial(square, COSINE), square), square, Vector::multiplyAdd(square, all(-0.5f), all(1)));
  const Vector quadrant = addInteger(bits, QUARTERS);
  const Vector value = pick(maskOf(shiftRight<31>(shiftLeft<31>(quadrant))), cosine, sine);
  Vector result = bitXor(value, bitAnd(shiftLeft<30>(quadrant), signBits()));
  // −0 stays −0: the reduction gives +0 for it.
  if constexpr (QUARTERS == 0) result = pick(equal(x, all(0)), x, result);
  if (everywhere(near)) return result;
  alignas(64) float from[Vector::lanes], to[Vector::lanes];
  x.store(from);
  result.store(to);
  for (int i = 0; i < Vector::lanes; i++)
    if (!(__builtin_fabsf(from[i]) < FAR)) to[i] = (float)(QUARTERS == 0 ? std::sin((double)from[i]) : std::cos((double)from[i]));
  return Vector::load(to);
}

}  // namespace
