// The special functions in float32, as expressions of the loop IR: what is compiled of them.
// Owns: ranges and polynomials. Each was fitted to the function in higher precision (relative error below 5e-8 before rounding); where
// results come close to zero the zero is a factor. Double precision stands in the files beside it.
import * as ir from '../../../compiler/loop-ir.ts';

type Expr = ir.Expr;
const f = (value: number): Expr => ir.constant('f32', value);
const add = (a: Expr, b: Expr): Expr => ir.binary('add', a, b);
const sub = (a: Expr, b: Expr): Expr => ir.binary('sub', a, b);
const mul = (a: Expr, b: Expr): Expr => ir.binary('mul', a, b);
const div = (a: Expr, b: Expr): Expr => ir.binary('div', a, b);
const neg = (a: Expr): Expr => ir.unary('neg', a);
const abs = (a: Expr): Expr => ir.unary('abs', a);
const madd = (a: Expr, b: Expr, c: Expr): Expr => ({ op: 'multiplyAdd', type: 'f32', a, b, c });
const less = (a: Expr, b: Expr): Expr => ir.compare('lt', a, b);
const equal = (a: Expr, b: Expr): Expr => ir.compare('eq', a, b);
const { select } = ir;
const [INFINITE, NONE] = [f(Number.POSITIVE_INFINITY), f(Number.NaN)];
/** c[0] + c[1] x + … */
const polynomial = (x: Expr, coefficients: readonly number[]): Expr =>
  coefficients.slice(0, -1).reduceRight((sum, c) => madd(sum, x, f(c)), f(coefficients.at(-1)!));

/** lgamma y / ((y − 1)(y − 2)) on [1, 4], in y − 2.5. */
const LGAMMA = [
  0.37957716, -0.074663572, 0.019905217, -0.00601885049, 0.00194849458, -0.000658146164, 0.000230975202, -8.26264004e-5,
  2.6124646e-5, -8.82767836e-6, 6.70837517e-6, -2.89221157e-6, -7.37768573e-7, 3.96695953e-7, 3.47193293e-7,
  -1.4544807e-7,
];
/** What Stirling's formula leaves from 4 on, times y, in 1/y². */
const STIRLING = [0.0833333284, -0.00277663325, 0.000743014622];
/** sin πr / (πr) in r², up to r = ½. */
const SINE = [1, -1.64493406, 0.811742187, -0.190747619, 0.0261162054, -0.002235224];
/** πr cot πr in r², up to r = ½. */
const COTANGENT = [
  1, -3.28986764, -2.16468787, -2.03329039, -2.03195882, -1.77372158, -3.27255654, 1.98948443, -8.05502701,
];

/** From here on float32 numbers are whole. */
const WHOLE = 2 ** 23;

/** log |Γ(x)|. */
export function lgamma(x: Expr): Expr {
  const negative = less(x, f(0));
  // Γ(x) Γ(1 − x) = π / sin πx
  const y = select(negative, sub(f(1), x), x);
  const small = less(y, f(1));
  const log = ir.unary('log', y);
  // Below 1 from one further on; its zeros are those of y (y − 1) then.
  const above = select(small, y, sub(y, f(1)));
  const zeros = mul(above, sub(above, f(1)));
  const series = polynomial(sub(above, f(1.5)), LGAMMA);
  const low = add(mul(zeros, series), select(small, neg(log), f(0)));
  const inverse = div(f(1), y);
  const rest = madd(inverse, polynomial(mul(inverse, inverse), STIRLING), f((Math.log(2 * Math.PI) - 1) / 2));
  const high = madd(sub(y, f(0.5)), sub(log, f(1)), rest);
  const positive = select(less(y, f(4)), low, high);
  const r = sub(x, ir.unary('nearest', x));
  const sine = mul(abs(r), polynomial(mul(r, r), SINE));
  const reflected = sub(neg(ir.unary('log', sine)), positive);
  // At poles the sine is 0. Numbers so large are all whole, −∞ among them.
  const far = less(x, f(-WHOLE));
  return select(negative, select(far, INFINITE, reflected), select(equal(y, INFINITE), INFINITE, positive));
}

/** ψ(y) / (y − its zero) on [1, 3], in y − 2. */
const DIGAMMA = [
  0.785307527, -0.260738611, 0.108999409, -0.0495604351, 0.0234559514, -0.0112656066, 0.00549902581, -0.00297720078,
  0.0015093761, -0.000310868723, 0.000125420978, -0.000414142502, 0.000216505126,
];
/** (log y − 1/(2y) − ψ(y)) y² from 3 on, in 1/y². */
const ASYMPTOTIC = [0.0833333358, -0.00833320618, 0.00395842874, -0.00389231741, 0.00413908437];
const ZERO = 1.4616321449683622;
const ZERO_HIGH = Math.fround(ZERO);

/** Γ′(x) / Γ(x). */
export function digamma(x: Expr): Expr {
  const negative = less(x, f(0));
  const y = select(negative, sub(f(1), x), x);
  const small = less(y, f(1));
  const above = select(small, add(y, f(1)), y);
  const fromZero = sub(sub(above, f(ZERO_HIGH)), f(ZERO - ZERO_HIGH));
  const low = mul(fromZero, polynomial(sub(above, f(2)), DIGAMMA));
  const inverse = div(f(1), y);
  const square = mul(inverse, inverse);
  const high = sub(madd(inverse, f(-0.5), ir.unary('log', y)), mul(square, polynomial(square, ASYMPTOTIC)));
  const positive = select(less(above, f(3)), sub(low, select(small, inverse, f(0))), high);
  const r = sub(x, ir.unary('nearest', x));
  const reflected = sub(positive, div(polynomial(mul(r, r), COTANGENT), r));
  const pole = ir.binary('and', equal(r, f(0)), ir.compare('le', x, f(0)));
  return select(pole, NONE, select(negative, reflected, positive));
}

/** erfinv x / x in w = −log(1 − x²): up to 5, around 2.5. */
const CENTRE = [
  1.50140941, 0.246640295, -0.00417733938, -0.0012527447, 0.000218282628, -4.96191069e-6, -3.43461147e-6, 4.65891844e-7,
  1.80371345e-8, -8.77280559e-9, 3.35545647e-10,
];
/** In √w: up to 4, around 3; beyond, around 7. */
const MIDDLE = [
  2.83297682, 1.00167513, 0.00944568869, -0.00763940578, 0.00568312919, -0.00358698866, 0.00149599207, -7.66752783e-5,
  -0.000318854232, 0.000129051914,
];
const FAR = [
  6.86901999, 1.0085963, -0.000513264386, 5.39218809e-6, 6.4239166e-6, -1.29683292e-6, 2.32273848e-7, -9.45128278e-8,
  1.616886e-8,
];
/** erfinv x of x and 1 − x², which knows more of an x near ±1. `far`: where it may be so small that it lies beyond float32's steps at 1. */
function erfinvOf(x: Expr, complement: Expr, far: boolean): Expr {
  const w = neg(ir.unary('log', complement));
  const root = ir.unary('sqrt', w);
  const middle = polynomial(sub(root, f(3)), MIDDLE);
  const outer = far ? select(less(root, f(4)), middle, polynomial(sub(root, f(7)), FAR)) : middle;
  const factor = select(less(w, f(5)), polynomial(sub(w, f(2.5)), CENTRE), outer);
  return mul(x, select(equal(w, INFINITE), INFINITE, factor));
}
/** The inverse of erf. */
export const erfinv = (x: Expr): Expr => erfinvOf(x, mul(sub(f(1), x), add(f(1), x)), false);
/** The inverse of erfc. */
export const erfcinv = (x: Expr): Expr => erfinvOf(sub(f(1), x), mul(x, sub(f(2), x)), true);
/** The inverse of the normal distribution function. */
export const ndtri = (p: Expr): Expr =>
  mul(erfinvOf(sub(add(p, p), f(1)), mul(mul(p, f(4)), sub(f(1), p)), true), f(Math.SQRT2));

/** e^−x I₀(x) up to 8, around 4; times √x beyond, in 1/x. */
const I0_NEAR = [
  0.207001925, -0.0282510798, 0.00590720866, -0.00139131094, 0.000341216888, -8.29666242e-5, 1.93331271e-5,
  -4.24598193e-6, 8.73368663e-7, -1.63867099e-7, 2.74883245e-8, -4.66624694e-9, 8.50197357e-10, -1.07555714e-10,
  5.19938823e-12, -1.14411551e-12, 4.51291592e-13, -4.29008195e-14,
];
const I0_FAR = [0.398942292, 0.0498695858, 0.0278987922, 0.0337853059, -0.0138522312, 0.387971669];
/** e^−x I₁(x) / x up to 8, and e^−x I₁(x) √x beyond. */
const I1_NEAR = [
  0.0446877107, -0.015281084, 0.00425359886, -0.0010700433, 0.000249093806, -5.39819994e-5, 1.09050261e-5,
  -2.05608831e-6, 3.62109802e-7, -5.92125637e-8, 9.00057717e-9, -1.33821665e-9, 1.95183841e-10, -2.21673496e-11,
  1.73912653e-12, -3.06486227e-13, 6.82451938e-14, -5.39277544e-15,
];
const I1_FAR = [0.398942292, -0.149602935, -0.0468018427, -0.0386588797, -0.10340865, 0.337652802, -2.07616711];
const scaledBessel = (a: Expr, near: Expr, far: readonly number[]): Expr =>
  select(less(a, f(8)), near, div(polynomial(div(f(1), a), far), ir.unary('sqrt', a)));
/** e^−|x| I₀(x). */
export function i0e(x: Expr): Expr {
  const a = abs(x);
  return scaledBessel(a, polynomial(sub(a, f(4)), I0_NEAR), I0_FAR);
}
/** e^−|x| I₁(x). */
export function i1e(x: Expr): Expr {
  const a = abs(x);
  const value = scaledBessel(a, mul(a, polynomial(sub(a, f(4)), I1_NEAR)), I1_FAR);
  return select(less(x, f(0)), neg(value), select(equal(x, f(0)), x, value));
}
/** Times e^|x|, in halves: the result ends later than the exponential. */
const unscaled = (x: Expr, scaled: Expr): Expr => {
  const half = ir.unary('exp', mul(abs(x), f(0.5)));
  const product = mul(mul(scaled, half), half);
  // 0 · ∞ at the end.
  return select(equal(half, INFINITE), mul(x, select(less(x, f(0)), f(Number.NEGATIVE_INFINITY), INFINITE)), product);
};
export const i0 = (x: Expr): Expr => unscaled(x, i0e(x));
/** As I₀, with x's sign. */
export const i1 = (x: Expr): Expr => {
  const value = unscaled(x, abs(i1e(x)));
  return select(less(x, f(0)), neg(value), select(equal(x, f(0)), x, value));
};

const i = ir.integer;
/** The next number from x towards y: whole numbers in the order of floats count them, ±0 as one. */
export function nextafter(x: Expr, y: Expr): Expr {
  const [a, b] = [ir.bitcast('i32', x), ir.bitcast('i32', y)];
  const order = (bits: Expr): Expr =>
    select(ir.compare('lt', bits, i(0)), ir.binary('sub', i(-0x80000000), bits), bits);
  const [from, to] = [order(a), order(b)];
  const up = ir.compare('lt', from, to);
  const next = ir.binary('add', from, select(up, i(1), i(-1)));
  const bits = select(ir.compare('lt', next, i(0)), ir.binary('sub', i(-0x80000000), next), next);
  // Steps to zero keep the sign.
  const signed = select(ir.compare('eq', next, i(0)), ir.binary('and', a, i(-0x80000000)), bits);
  const moved = ir.bitcast('f32', select(ir.compare('eq', from, to), b, signed));
  const unordered = ir.binary('or', ir.compare('ne', x, x), ir.compare('ne', y, y));
  return select(unordered, NONE, moved);
}
