// Expressions that the executor has one instruction for.
// Owns: recognising them: the logistic function, sums as arguments, gelu and its slope. Leaves instructions to loop-values.ts.
import type { Expr } from '../../../compiler/loop-ir.ts';

const isNumber = (e: Expr, value: number): boolean => e.op === 'const' && Math.fround(Number(e.value)) === value;
type Binary = Extract<Expr, { op: 'binary' }>;
const binaryOf = (e: Expr, fn: Binary['fn']): Binary | undefined =>
  e.op === 'binary' && e.fn === fn && e.type === 'f32' ? e : undefined;
const argumentOf = (e: Expr, fn: string): Expr | undefined =>
  e.op === 'unary' && e.fn === fn && e.type === 'f32' ? e.a : undefined;
/** x of x · value. */
const multipleOf = (e: Expr | undefined, value: number): Expr | undefined => {
  const product = e && binaryOf(e, 'mul');
  return product && isNumber(product.b, value) ? product.a : undefined;
};

/** a and b of a + b. */
export function termsOf(e: Expr): readonly [Expr, Expr] | undefined {
  const sum = binaryOf(e, 'add');
  return sum && [sum.a, sum.b];
}

/** a and b of a − b. */
export function differenceOf(e: Expr): readonly [Expr, Expr] | undefined {
  const difference = binaryOf(e, 'sub');
  return difference && [difference.a, difference.b];
}

/** Of a float32 made of some lower bits of an element, as random numbers are: the element, and the bits. */
export function maskedBits(
  e: Expr,
): { readonly from: Extract<Expr, { op: 'load' }>; readonly mask: number } | undefined {
  if (e.op !== 'convert' || e.type !== 'f32' || e.a.op !== 'binary' || e.a.fn !== 'and' || e.a.type !== 'i32')
    return undefined;
  const { a: from, b: mask } = e.a;
  if (from.op !== 'load' || mask.op !== 'const') return undefined;
  // Without the sign it is the same number, signed or not.
  const bits = Number(mask.value);
  return bits >= 0 && bits < 2 ** 31 ? { from, mask: bits } : undefined;
}

/** x of 1 / (1 + exp(−x)). */
export function logisticArgument(e: Expr): Expr | undefined {
  const quotient = binaryOf(e, 'div');
  const terms = quotient && isNumber(quotient.a, 1) ? termsOf(quotient.b) : undefined;
  if (!terms) return undefined;
  const [a, b] = terms;
  const power = isNumber(a, 1) ? b : isNumber(b, 1) ? a : undefined;
  const exponent = power && argumentOf(power, 'exp');
  return exponent && argumentOf(exponent, 'neg');
}

/** The constants of gelu in float32: 1/√2 and 1/√(2π). */
const [ROOT_HALF, DENSITY] = [Math.fround(Math.SQRT1_2), Math.fround(Math.fround(Math.SQRT1_2) / Math.sqrt(Math.PI))];

/** x of 2 Φ(x) = erfc(−x / √2). */
function twiceNormalArgument(e: Expr): Expr | undefined {
  const negated = argumentOf(e, 'erfc');
  return multipleOf(negated && argumentOf(negated, 'neg'), ROOT_HALF);
}

/** x of gelu, x / 2 · 2 Φ(x). */
export function normalUnitArgument(e: Expr): Expr | undefined {
  const product = binaryOf(e, 'mul');
  const x = product && multipleOf(product.a, 0.5);
  return x && twiceNormalArgument(product.b) === x ? x : undefined;
}

/** x of gelu's slope, 2 Φ(x) / 2 + x · exp(−(x / √2)²) / √(2π). */
export function normalSlopeArgument(e: Expr): Expr | undefined {
  const terms = termsOf(e);
  const twice = terms && multipleOf(terms[0], 0.5);
  const x = twice && twiceNormalArgument(twice);
  const product = terms && binaryOf(terms[1], 'mul');
  if (!x || product?.a !== x) return undefined;
  const power = multipleOf(product.b, DENSITY);
  const exponent = power && argumentOf(power, 'exp');
  const negated = exponent && argumentOf(exponent, 'neg');
  const square = negated && binaryOf(negated, 'mul');
  return square && square.a === square.b && multipleOf(square.a, ROOT_HALF) === x ? x : undefined;
}
