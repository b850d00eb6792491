// Loop nests in the form that vectorises best.
// Owns: loops of one iteration dropped; positions that are divided split into one loop for each digit; loops whose elements
// are contiguous joined into one; small reductions unrolled; equal expressions shared. The meaning stays; the outer loop may become another one.
import {
  binary,
  childrenOf,
  constant,
  type Expr,
  index,
  integer,
  type LoopIndex,
  type LoopKernel,
  plus,
  rootsOf,
  type Statement,
  times,
} from '../../../compiler/loop-ir.ts';
import { affineOf, coefficientOf } from './affine.ts';
import { forEachExpr, forEachLoop } from './analysis.ts';
import { neutral } from './neutral.ts';
import { type Replacement, rewriteBody, rewriter } from './rewrite.ts';
import { shareEqual } from './share.ts';

type Loop = Extract<Statement, { kind: 'loop' }>;
type Reduce = Extract<Statement, { kind: 'reduce' }>;

/** The first half: digits split, single iterations dropped; the loops still stand one for one axis. */
export function prepare(kernel: LoopKernel): LoopKernel {
  const [top] = splitDigits({ kind: 'loop', loop: kernel.outer, body: kernel.body });
  const { loop, body } = dropSingles(top!);
  return { ...kernel, outer: loop, body };
}

export function normalise(kernel: LoopKernel): LoopKernel {
  const prepared = prepare(kernel);
  let top: Loop = { kind: 'loop', loop: prepared.outer, body: prepared.body };
  top = unrollReductions(top);
  top = joinLoops(top);
  // A single loop inside a single iteration is the loop that threads share.
  while (top.loop.extent === 1 && top.body.length === 1 && top.body[0]!.kind === 'loop') top = top.body[0] as Loop;
  return shareEqual({ ...kernel, outer: top.loop, body: top.body });
}

// ── Loops of one iteration ──────────────────────────────────────────────────────────────────────────────────────

function dropSingles(top: Loop): Loop {
  const singles = new Map<LoopIndex, Expr>();
  const visit = (loops: readonly LoopIndex[]) => {
    for (const loop of loops) if (loop.extent === 1) singles.set(loop, integer(0));
  };
  forEachLoop([top], visit);
  if (singles.size === 0) return top;
  const body = rewriteBody(top.body, rewriter(singles), (s) => {
    if (s.kind === 'loop' && singles.has(s.loop)) return s.body;
    if (s.kind === 'reduce') {
      const loops = s.loops.filter((loop) => !singles.has(loop));
      if (loops.length > 0) return [{ ...s, loops }];
      return s.accumulators.map((a) => ({
        kind: 'set',
        local: a.local,
        value: withInitial(a, a.value),
      }));
    }
    return [s];
  });
  return { ...top, body };
}

type Accumulator = Reduce['accumulators'][number];

const combined = ({ combine, signed, local }: Accumulator, a: Expr, b: Expr): Expr => {
  const bool = local.type === 'bool';
  const fn = bool ? (combine === 'and' || combine === 'mul' || combine === 'min' ? 'and' : 'or') : combine;
  return binary(fn, a, b, signed);
};
const withInitial = (a: Accumulator, value: Expr): Expr =>
  Object.is(Number(a.initial), Number(neutral(a))) || (a.combine === 'add' && Number(a.initial) === 0)
    ? value
    : combined(a, constant(a.local.type, a.initial), value);

// ── Small reductions ────────────────────────────────────────────────────────────────────────────────────────────

const MOST_COPIES = 9;
const MOST_NODES = 100;

function unrollReductions(top: Loop): Loop {
  const body = rewriteBody(
    top.body,
    (e) => e,
    (s) => (s.kind === 'reduce' ? unrolled(s) : [s]),
  );
  return { ...top, body };
}

function unrolled(s: Reduce): readonly Statement[] {
  const copies = s.loops.reduce((product, { extent }) => product * extent, 1);
  if (copies > MOST_COPIES) return [s];
  let nodes = 0;
  forEachExpr([s], () => nodes++);
  if (nodes * copies > MOST_NODES) return [s];
  const values: Expr[][] = s.accumulators.map(() => []);
  const visit = (depth: number, at: Replacement): void => {
    const loop = s.loops[depth];
    if (!loop) {
      const rewrite = rewriter(at);
      s.accumulators.forEach((a, i) => {
        values[i]!.push(rewrite(a.value));
      });
      return;
    }
    for (let i = 0; i < loop.extent; i++) visit(depth + 1, new Map([...at, [loop, integer(i)]]));
  };
  visit(0, new Map());
  return s.accumulators.map((a, i) => ({
    kind: 'set',
    local: a.local,
    value: withInitial(
      a,
      values[i]!.reduce((sum, value) => combined(a, sum, value)),
    ),
  }));
}

// ── Digits ──────────────────────────────────────────────────────────────────────────────────────────────────────

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

/** Splits loops whose index is divided, where the divisors form a chain that divides the extent. */
function splitDigits(top: Loop): Loop[] {
  const cuts = new Map<LoopIndex, Set<number>>();
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    const digit = digitOf(e);
    if (digit && e.op !== 'index') {
      let set = cuts.get(digit.loop);
      if (!set) {
        set = new Set();
        cuts.set(digit.loop, set);
      }
      set.add(digit.divisor);
      if (digit.modulus !== undefined) set.add(digit.divisor * digit.modulus);
    }
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

// ── Contiguous loops ────────────────────────────────────────────────────────────────────────────────────────────

/** Joins a loop with the only loop inside it, and neighbouring loops of a reduction, where one index can count both. */
function joinLoops(top: Loop): Loop {
  const inside = rewriteBody(
    top.body,
    (e) => e,
    (s) => (s.kind === 'loop' ? [joinPair(s)] : s.kind === 'reduce' ? [joinReduction(s)] : [s]),
  );
  return joinPair({ ...top, body: inside });
}

function joinPair(outer: Loop): Loop {
  const [inner] = outer.body;
  if (outer.body.length !== 1 || inner?.kind !== 'loop') return outer;
  const joined = join(outer.loop, inner.loop, inner.body);
  if (!joined) return outer;
  return { kind: 'loop', loop: joined.loop, body: rewriteBody(inner.body, joined.rewrite) };
}

function joinReduction(s: Reduce): Reduce {
  let result = s;
  for (let i = result.loops.length - 2; i >= 0; i--) {
    const joined = join(result.loops[i]!, result.loops[i + 1]!, [result]);
    if (!joined) continue;
    const loops = [...result.loops.slice(0, i), joined.loop, ...result.loops.slice(i + 2)];
    const accumulators = result.accumulators.map((a) => ({ ...a, value: joined.rewrite(a.value) }));
    result = { ...result, loops, accumulators };
  }
  return result;
}

function join(
  outer: LoopIndex,
  inner: LoopIndex,
  body: readonly Statement[],
): { loop: LoopIndex; rewrite: (e: Expr) => Expr } | undefined {
  let possible = true;
  const seen = new Set<Expr>();
  /** Index expressions may name both loops in the right ratio; values and what hides in an index may not. */
  const address = (e: Expr): void => {
    const affine = affineOf(e);
    if (coefficientOf(affine, outer) !== Math.imul(coefficientOf(affine, inner), inner.extent)) possible = false;
    for (const { atom } of affine.terms) if (atom.op !== 'index') value(atom);
  };
  const value = (e: Expr): void => {
    if (!possible || seen.has(e)) return;
    seen.add(e);
    if (e.op === 'index') {
      if (e.loop === outer || e.loop === inner) possible = false;
    } else if (e.op === 'load') {
      address(e.index);
      if (e.guard) {
        value(e.guard);
        value(e.otherwise!);
      }
    } else childrenOf(e).forEach(value);
  };
  const visit = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      if (s.kind === 'store' || s.kind === 'update') {
        address(s.index);
        value(s.value);
      } else rootsOf(s).forEach(value);
      if (s.kind === 'loop' || s.kind === 'if') visit(s.body);
    }
  };
  visit(body);
  if (!possible) return undefined;
  const loop: LoopIndex = { name: `${outer.name}${inner.name}`, extent: outer.extent * inner.extent };
  // outer · (extent · c) + inner · c = joined · c: the outer index takes nothing, the inner one all.
  return {
    loop,
    rewrite: rewriter(
      new Map<LoopIndex, Expr>([
        [outer, integer(0)],
        [inner, index(loop)],
      ]),
    ),
  };
}
