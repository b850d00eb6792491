// Loops cut where conditions on their index change: the borders of padded windows, the parts of a concatenation, the columns of
// interleaved results. In each piece such a condition is true or false, so that nothing is asked in the loop.
// Owns: where a loop is cut, and copies of its body. The outer loop, which threads cut, stays whole.
import {
  type CompareOp,
  constant,
  type Expr,
  index,
  integer,
  type Local,
  type LoopIndex,
  plus,
  type Statement,
} from '../../../compiler/loop-ir.ts';
import { affineOf } from './affine.ts';
import { forEachExpr } from './analysis.ts';
import { compareNumbers, type Replacement, rewriteBody, rewriter } from './rewrite.ts';

type Loop = Extract<Statement, { kind: 'loop' }>;

const MOST_PIECES = 8;
/** Expressions of all pieces of a loop. */
const MOST_NODES = 1500;

/** The loop with those inside it cut. */
export const splitGuards = (top: Loop): Loop => ({ ...top, body: splitBody(top.body, new Set()) });

function splitBody(body: readonly Statement[], outside: ReadonlySet<Local>): Statement[] {
  const defined = new Set(outside);
  return body.flatMap((s): readonly Statement[] => {
    if (s.kind === 'set') defined.add(s.local);
    else if (s.kind === 'reduce') for (const { local } of s.accumulators) defined.add(local);
    else if (s.kind === 'if') return [{ ...s, body: splitBody(s.body, defined) }];
    else if (s.kind === 'loop') return cut({ ...s, body: splitBody(s.body, defined) }, defined);
    return [s];
  });
}

/** factor · index + rest, compared with 0. */
interface Condition {
  readonly fn: CompareOp;
  readonly factor: number;
  readonly rest: number;
}

/** A comparison that depends on nothing but the loop. */
function conditionOn(e: Expr, loop: LoopIndex): Condition | undefined {
  if (e.op !== 'compare' || e.a.type !== 'i32' || !e.signed) return undefined;
  const [a, b] = [affineOf(e.a), affineOf(e.b)];
  let [factor, rest] = [0, a.constant - b.constant];
  for (const [{ terms }, sign] of [
    [a, 1],
    [b, -1],
  ] as const)
    for (const { atom, coefficient } of terms) {
      if (atom.op !== 'index' || atom.loop !== loop) return undefined;
      factor += sign * coefficient;
    }
  const reach = Math.max(Math.abs(rest), Math.abs(rest + factor * loop.extent));
  return factor !== 0 && reach < 2 ** 31 ? { fn: e.fn, factor, rest } : undefined;
}

const holds = ({ fn, factor, rest }: Condition, i: number): boolean => compareNumbers(fn, factor * i + rest, 0);

/** The first indices at which a condition may change. */
function* changes({ fn, factor, rest }: Condition): Iterable<number> {
  const zero = -rest / factor;
  if (fn === 'eq' || fn === 'ne') yield* Number.isInteger(zero) ? [zero, zero + 1] : [];
  else {
    // At the zero itself ≤ goes with one side and < with the other.
    const withLess = (fn === 'lt' || fn === 'ge') === factor > 0;
    yield withLess ? Math.ceil(zero) : Math.floor(zero) + 1;
  }
}

function cut(s: Loop, outside: ReadonlySet<Local>): readonly Statement[] {
  const { loop, body } = s;
  const conditions = new Map<Expr, Condition>();
  const cuts = new Set<number>();
  forEachExpr(body, (e) => {
    const condition = conditionOn(e, loop);
    if (!condition) return;
    conditions.set(e, condition);
    for (const at of changes(condition)) if (at > 0 && at < loop.extent) cuts.add(at);
  });
  if (conditions.size === 0 || cuts.size >= MOST_PIECES) return [s];
  const ends = [...cuts, loop.extent].sort((a, b) => a - b);
  let begin = 0;
  const pieces = ends.flatMap((end, piece): readonly Statement[] => {
    const copy = copyOf(s, `${piece}`, begin, end, conditions, outside);
    begin = end;
    return copy;
  });
  let nodes = 0;
  forEachExpr(pieces, () => nodes++);
  return nodes > MOST_NODES ? [s] : pieces;
}

/** A loop from `begin` to `end`, with loops and locals of its own. */
function copyOf(
  { loop, body }: Loop,
  suffix: string,
  begin: number,
  end: number,
  conditions: ReadonlyMap<Expr, Condition>,
  outside: ReadonlySet<Local>,
): readonly Statement[] {
  const own: LoopIndex = { name: `${loop.name}.${suffix}`, extent: end - begin };
  const single = end - begin === 1;
  const loops = new Map<LoopIndex, LoopIndex>();
  const locals = new Map<Local, Local>();
  const replacement = new Map<LoopIndex, Expr>([[loop, single ? integer(begin) : plus(index(own), integer(begin))]]);
  const renamed = (given: LoopIndex): LoopIndex => {
    const made = { ...given, name: `${given.name}.${suffix}` };
    loops.set(given, made);
    replacement.set(given, index(made));
    return made;
  };
  const define = (local: Local): void => {
    if (!outside.has(local) && !locals.has(local)) locals.set(local, { ...local, name: `${local.name}.${suffix}` });
  };
  const prepare = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      if (s.kind === 'loop') renamed(s.loop);
      if (s.kind === 'reduce') s.loops.forEach(renamed);
      if (s.kind === 'set') define(s.local);
      if (s.kind === 'reduce') for (const { local } of s.accumulators) define(local);
      if (s.kind === 'loop' || s.kind === 'if') prepare(s.body);
    }
  };
  prepare(body);
  const localOf = (local: Local): Local => locals.get(local) ?? local;
  const other = (e: Expr): Expr | undefined => {
    if (e.op === 'local') return locals.has(e.local) ? { ...e, local: localOf(e.local) } : undefined;
    const condition = conditions.get(e);
    return condition && constant('bool', holds(condition, begin) ? 1 : 0);
  };
  const copied = rewriteBody(body, rewriter(replacement as Replacement, other), (s) => {
    if (s.kind === 'loop') return [{ ...s, loop: loops.get(s.loop)! }];
    if (s.kind === 'set') return [{ ...s, local: localOf(s.local) }];
    if (s.kind === 'if' && s.condition.op === 'const') return Number(s.condition.value) !== 0 ? s.body : [];
    if (s.kind !== 'reduce') return [s];
    const accumulators = s.accumulators.map((a) => ({ ...a, local: localOf(a.local) }));
    return [{ ...s, loops: s.loops.map((each) => loops.get(each)!), accumulators }];
  });
  return single ? copied : [{ kind: 'loop', loop: own, body: copied }];
}
