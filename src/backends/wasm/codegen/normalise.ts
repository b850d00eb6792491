// Loop nests in the form that vectorises best.
// Owns: loops of one iteration dropped; loops whose elements are contiguous joined into one; small reductions unrolled; equal
// expressions shared. Positions that are divided become digits in digits.ts, loops are cut in split-guards.ts. The meaning stays;
// the outer loop may become another one.
import {
  binary,
  childrenOf,
  constant,
  type Expr,
  index,
  integer,
  type LoopIndex,
  type LoopKernel,
  rootsOf,
  type Statement,
} from '../../../compiler/loop-ir.ts';
import { affineOf, coefficientOf } from './affine.ts';
import { forEachExpr, forEachLoop } from './analysis.ts';
import { splitDigits } from './digits.ts';
import { neutral } from './neutral.ts';
import { type Replacement, rewriteBody, rewriter } from './rewrite.ts';
import { shareEqual } from './share.ts';
import { splitGuards } from './split-guards.ts';

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
  if (!kernel.serial) top = splitGuards(top);
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
const MOST_NODES = 400;

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
