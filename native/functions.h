// Functions of float32 vectors: exp and its relatives, logarithms, tanh, erf and erfc, sine and cosine.
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

inline Vector exponential(Vector x) {
  const Reduced r = reduced(downTo(upTo(x, 89), -104));
  return scaled(add(r.tail, all(1)), r);
}

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

/** (1 + 2a) exp(a²) erfc(a) = 1 + P(q), q = (a − 2) / (a + 2). */
constexpr float COMPLEMENT[] = {2.76978403e-1f, -9.27639827e-2f, -1.66031361e-1f, 1.64055392e-1f,  -5.42046614e-2f,
                                -8.05991981e-3f, 8.63227434e-3f, 1.31355342e-3f,  -1.2307521e-3f, -4.01139259e-4f};

inline Vector complementaryErrorFunction(Vector x) {
  const Vector a = upTo(magnitude(x), 10.5f);
  const Vector inverse = divide(all(1), add(a, all(2)));
  const Vector rough = multiply(subtract(a, all(2)), inverse);
  // The quotients corrected by what they leave.
  const Vector q = Vector::multiplyAdd(inverse, without(Vector::multiplyAdd(add(rough, all(1)), all(-2), a), rough, a), rough);
  const Vector p = polynomial(q, COMPLEMENT);
  const Vector r = divide(all(1), Vector::multiplyAdd(all(2), a, all(1)));
  const Vector first = Vector::multiplyAdd(p, r, r);
  const Vector left = Vector::multiplyAdd(without(all(0.5f), first, a), all(2), subtract(p, first));
  const Vector quotient = Vector::multiplyAdd(left, r, first);
  // exp(−a²), with what the square lost in rounding.
  const Vector square = multiply(a, a);
  const Vector product = multiply(quotient, exponential(negate(square)));
  const Vector result = Vector::multiplyAdd(product, without(square, a, a), product);
  return pick(below(x, all(0)), subtract(all(2), result), result);
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
