// Positions that are divided, as digits: one loop for each digit instead of divisions.
// Owns: which loops are split, and quotients and remainders of sums of indices that need no division.
import {
  childrenOf,
  type Expr,
  index,
  integer,
  type LoopIndex,
  plus,
  rootsOf,
  type Statement,
  times,
} from '../../../compiler/loop-ir.ts';
import { type Affine, affineOf } from './affine.ts';
import { rewriteBody, rewriter } from './rewrite.ts';

type Loop = Extract<Statement, { kind: 'loop' }>;

/** Quotients of quotients show their digits only after those inside. */
const ROUNDS = 3;

/** Splits until nothing is left to split; loops stand in the place of the one that is split. */
export function splitDigits(top: Loop): Loop[] {
  let loops = [top];
  for (let round = 0; round < ROUNDS; round++) {
    const before = loops;
    loops = before.flatMap(splitOnce).map(withoutDivisions);
    if (loops.every((loop, i) => loop === before[i])) break;
  }
  return loops;
}

// ── Sums of indices ─────────────────────────────────────────────────────────────────────────────────────────────

type Division = Extract<Expr, { op: 'binary' }>;

/** A quotient or remainder of a sum of indices that is not negative. */
function dividedSum(e: Expr): { readonly e: Division; readonly by: number; readonly sum: Affine } | undefined {
  if (e.op !== 'binary' || e.type !== 'i32' || e.signed || e.b.op !== 'const') return undefined;
  if (e.fn !== 'div' && e.fn !== 'rem') return undefined;
  const by = Number(e.b.value);
  const sum = affineOf(e.a);
  if (by <= 0 || sum.constant < 0) return undefined;
  if (sum.terms.some(({ atom, coefficient }) => atom.op !== 'index' || coefficient < 0)) return undefined;
  return { e, by, sum };
}

const extentOf = (atom: Expr): number => (atom as Extract<Expr, { op: 'index' }>).loop.extent;

/** Where loops must be split so that a sum's digits are sums of theirs. */
function cutsOfSum(e: Expr, cuts: Cuts): void {
  const divided = dividedSum(e);
  if (!divided) return;
  const { by, sum } = divided;
  for (const { atom, coefficient } of sum.terms) {
    if (atom.op !== 'index' || by % coefficient !== 0) continue;
    const place = by / coefficient;
    if (place > 1 && place < atom.loop.extent && atom.loop.extent % place === 0) cutsOf(cuts, atom.loop).add(place);
  }
}

/** The quotient or remainder without a division: what are multiples of the divisor, and the rest, which is less. */
function digitsOfSum(e: Expr): Expr | undefined {
  const divided = dividedSum(e);
  if (!divided) return undefined;
  const { by, sum } = divided;
  const multiple = ({ coefficient }: { readonly coefficient: number }) => coefficient % by === 0;
  const rest = sum.terms.filter((term) => !multiple(term));
  const constant = sum.constant % by;
  const largest = rest.reduce((n, { atom, coefficient }) => n + coefficient * (extentOf(atom) - 1), constant);
  if (largest >= by) return undefined;
  const total = (terms: Affine['terms'], divisor: number, start: number): Expr =>
    terms.reduceRight((n: Expr, { atom, coefficient }) => plus(times(atom, coefficient / divisor), n), integer(start));
  if (divided.e.fn === 'rem') return total(rest, 1, constant);
  return total(sum.terms.filter(multiple), by, Math.floor(sum.constant / by));
}

function withoutDivisions(top: Loop): Loop {
  let found = false;
  const rewrite = rewriter(new Map(), (e) => {
    if (e.op !== 'binary' || (e.fn !== 'div' && e.fn !== 'rem')) return undefined;
    const a = rewrite(e.a);
    const made = digitsOfSum(a === e.a ? e : { ...e, a });
    if (made) found = true;
    return made;
  });
  const [made] = rewriteBody([top], rewrite);
  return found ? (made as Loop) : top;
}

// ── Digits of one index ─────────────────────────────────────────────────────────────────────────────────────────

/** The index divided and reduced: floor(index / divisor) mod modulus. */
interface Digit {
  readonly loop: LoopIndex;
  readonly divisor: number;
  readonly modulus: number | undefined;
}

function digitOf(e: Expr): Digit | undefined {
  if (e.op === 'index') return { loop: e.loop, divisor: 1, modulus: undefined };
  if (e.op !== 'binary' || e.type !== 'i32' || e.signed || e.b.op !== 'const') return undefined;
  const by = Number(e.b.value);
  if (by <= 0) return undefined;
  const inner = digitOf(e.a);
  if (!inner) return undefined;
  if (e.fn === 'rem' && inner.modulus === undefined) return { ...inner, modulus: by };
  if (e.fn === 'div') {
    if (inner.modulus === undefined) return { ...inner, divisor: inner.divisor * by };
    if (inner.modulus % by === 0) return { ...inner, divisor: inner.divisor * by, modulus: inner.modulus / by };
  }
  return undefined;
}

type Cuts = Map<LoopIndex, Set<number>>;
const cutsOf = (cuts: Cuts, loop: LoopIndex): Set<number> => {
  let set = cuts.get(loop);
  if (!set) {
    set = new Set();
    cuts.set(loop, set);
  }
  return set;
};

/** Splits loops whose index is divided, where the divisors form a chain that divides the extent. */
function splitOnce(top: Loop): Loop[] {
  const cuts: Cuts = new Map();
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    const digit = digitOf(e);
    if (digit && e.op !== 'index') {
      const set = cutsOf(cuts, digit.loop);
      set.add(digit.divisor);
      if (digit.modulus !== undefined) set.add(digit.divisor * digit.modulus);
    } else if (!digit) cutsOfSum(e, cuts);
    for (const child of childrenOf(e)) walk(child);
  };
  const walkBody = (body: readonly Statement[]): void => {
    for (const s of body) {
      rootsOf(s).forEach(walk);
      if (s.kind === 'loop' || s.kind === 'if') walkBody(s.body);
    }
  };
  walkBody(top.body);
  const parts = new Map<LoopIndex, readonly LoopIndex[]>();
  const places = new Map<LoopIndex, readonly number[]>();
  for (const [loop, set] of cuts) {
    // 1 = p₀ | p₁ | … | extent
    const chain = [...new Set([1, ...[...set].filter((p) => p < loop.extent), loop.extent])].sort((a, b) => a - b);
    if (chain.length < 3 || chain.some((p, i) => i > 0 && p % chain[i - 1]! !== 0)) continue;
    const loops = chain.slice(1).map((p, i) => ({ name: `${loop.name}.${i}`, extent: p / chain[i]! }));
    parts.set(loop, loops.reverse());
    places.set(loop, chain.slice(0, -1).reverse());
  }
  if (parts.size === 0) return [top];
  /** Σ of the digits between two places, as a number that begins at the lower one. */
  const between = (loop: LoopIndex, low: number, high: number): Expr => {
    let sum: Expr = integer(0);
    parts.get(loop)!.forEach((part, i) => {
      const place = places.get(loop)![i]!;
      if (place >= low && place < high) sum = plus(sum, times(index(part), place / low));
    });
    return sum;
  };
  const whole = new Map<LoopIndex, Expr>();
  for (const loop of parts.keys()) whole.set(loop, between(loop, 1, loop.extent));
  const plain = rewriter(whole);
  // Digits first: what remains of the index is the whole sum.
  const memo = new Map<Expr, Expr>();
  const digits = (e: Expr): Expr => {
    const known = memo.get(e);
    if (known) return known;
    const digit = e.op === 'index' ? undefined : digitOf(e);
    let made: Expr;
    if (digit && parts.has(digit.loop)) {
      const { loop, divisor, modulus } = digit;
      const high = modulus === undefined ? loop.extent : Math.min(loop.extent, divisor * modulus);
      made = divisor >= loop.extent ? integer(0) : between(loop, divisor, high);
    } else made = rebuildWith(e, digits);
    memo.set(e, made);
    return made;
  };
  const rewritten = rewriteBody(
    [top],
    (e) => plain(digits(e)),
    (s) => {
      if (s.kind === 'reduce') {
        return [{ ...s, loops: s.loops.flatMap((loop) => parts.get(loop) ?? [loop]) }];
      }
      if (s.kind !== 'loop') return [s];
      const loops = parts.get(s.loop);
      if (!loops) return [s];
      return loops.reduceRight<readonly Statement[]>((body, loop) => [{ kind: 'loop', loop, body }], s.body);
    },
  );
  return rewritten as Loop[];
}

/** The expression with its direct operands mapped. */
function rebuildWith(e: Expr, map: (child: Expr) => Expr): Expr {
  switch (e.op) {
    case 'load': {
      const at = map(e.index);
      if (!e.guard) return at === e.index ? e : { ...e, index: at };
      const [guard, otherwise] = [map(e.guard), map(e.otherwise!)];
      return at === e.index && guard === e.guard && otherwise === e.otherwise
        ? e
        : { ...e, index: at, guard, otherwise };
    }
    case 'unary':
    case 'convert':
    case 'bitcast': {
      const a = map(e.a);
      return a === e.a ? e : { ...e, a };
    }
    case 'binary':
    case 'compare': {
      const [a, b] = [map(e.a), map(e.b)];
      return a === e.a && b === e.b ? e : { ...e, a, b };
    }
    case 'multiplyAdd': {
      const [a, b, c] = [map(e.a), map(e.b), map(e.c)];
      return a === e.a && b === e.b && c === e.c ? e : { ...e, a, b, c };
    }
    case 'select': {
      const [condition, a, b] = [map(e.condition), map(e.a), map(e.b)];
      return condition === e.condition && a === e.a && b === e.b ? e : { ...e, condition, a, b };
    }
    default:
      return e;
  }
}
