// Powers whose exponent is known: products, quotients and roots instead of a logarithm and an exponential.
// Owns: which exponents, with the special cases of C's pow. float32 is computed in float64 where more than one rounding would
// be seen, so that results are as near as those of pow.
import * as ir from '../../compiler/loop-ir.ts';

type Expr = ir.Expr;
/** Products of more factors take longer than they save. */
const MOST_FACTORS = 8;

/** The number that arithmetic on constants gives. */
function constantOf(e: Expr): number | undefined {
  if (e.op === 'const') return Number(e.value);
  if (e.op !== 'binary' || (e.type !== 'f32' && e.type !== 'f64')) return undefined;
  const [a, b] = [constantOf(e.a), constantOf(e.b)];
  if (a === undefined || b === undefined || (e.fn !== 'add' && e.fn !== 'sub')) return undefined;
  const sum = e.fn === 'add' ? a + b : a - b;
  return e.type === 'f32' ? Math.fround(sum) : sum;
}

const mul = (a: Expr, b: Expr): Expr => ir.binary('mul', a, b);

/** x^n for n ≥ 1 by squaring. */
function product(x: Expr, n: number): Expr {
  if (n === 1) return x;
  const half = product(x, n >> 1);
  const even = mul(half, half);
  return n % 2 === 1 ? mul(even, x) : even;
}

/** x to a known power, or undefined where pow itself is better. */
export function knownPower(x: Expr, exponent: Expr): Expr | undefined {
  const { type } = x;
  const power = constantOf(exponent);
  if (power === undefined || (type !== 'f32' && type !== 'f64')) return undefined;
  const one = ir.constant(type, 1);
  if (power === 0) return one;
  if (power === 1) return x;
  if (power === 2) return mul(x, x);
  if (power === -1) return ir.binary('div', one, x);
  const size = Math.abs(power);
  if (!Number.isInteger(size * 2)) return undefined;
  if (power !== 0.5 && (type === 'f64' || size > MOST_FACTORS)) return undefined;
  const wide = ir.convert('f64', x);
  const inverse = (y: Expr): Expr => (power < 0 ? ir.binary('div', ir.constant('f64', 1), y) : y);
  if (Number.isInteger(size)) return ir.convert(type, inverse(product(wide, size)));
  // Of −0 as of 0, of −∞ as of ∞.
  const start = power === 0.5 ? x : wide;
  const zero = ir.constant(start.type, 0);
  const base = ir.binary('add', start, zero);
  const root = ir.unary('sqrt', base);
  const whole = Math.floor(size);
  const result = ir.convert(type, inverse(whole === 0 ? root : mul(root, product(base, whole))));
  const low = ir.compare('eq', x, ir.constant(type, Number.NEGATIVE_INFINITY));
  return ir.select(low, ir.constant(type, power > 0 ? Number.POSITIVE_INFINITY : 0), result);
}
