// Rewriting of loop IR: loop indices replaced by other expressions, everything else kept, shared values still shared.
// Owns: rebuilding expressions and statements with constants folded. What to replace is decided by normalise.ts.
import {
  binary,
  type CompareOp,
  type Expr,
  integer,
  type LoopIndex,
  plus,
  quotient,
  remainder,
  type Statement,
  times,
} from '../../../compiler/loop-ir.ts';

export type Replacement = ReadonlyMap<LoopIndex, Expr>;

/** Rebuilds expressions with the indices replaced, and what `other` knows better; the same object gives the same object. */
export function rewriter(replacement: Replacement, other?: (e: Expr) => Expr | undefined): (e: Expr) => Expr {
  const done = new Map<Expr, Expr>();
  const rewrite = (e: Expr): Expr => {
    const known = done.get(e);
    if (known) return known;
    const made = other?.(e) ?? rebuild(e);
    done.set(e, made);
    return made;
  };
  const rebuild = (e: Expr): Expr => {
    switch (e.op) {
      case 'index':
        return replacement.get(e.loop) ?? e;
      case 'load': {
        const index = rewrite(e.index);
        if (!e.guard) return index === e.index ? e : { ...e, index };
        const [guard, otherwise] = [rewrite(e.guard), rewrite(e.otherwise!)];
        if (index === e.index && guard === e.guard && otherwise === e.otherwise) return e;
        if (guard.op === 'const') {
          if (Number(guard.value) === 0) return otherwise;
          return { op: 'load', type: e.type, buffer: e.buffer, index };
        }
        return { ...e, index, guard, otherwise };
      }
      case 'unary':
      case 'convert':
      case 'bitcast': {
        const a = rewrite(e.a);
        return a === e.a ? e : { ...e, a };
      }
      case 'binary': {
        const [a, b] = [rewrite(e.a), rewrite(e.b)];
        if (a === e.a && b === e.b) return e;
        return folded(e, a, b);
      }
      case 'compare': {
        const [a, b] = [rewrite(e.a), rewrite(e.b)];
        if (a === e.a && b === e.b) return e;
        if (a.op === 'const' && b.op === 'const' && a.type === 'i32' && e.signed) {
          return { op: 'const', type: 'bool', value: compareNumbers(e.fn, Number(a.value), Number(b.value)) ? 1 : 0 };
        }
        return { ...e, a, b };
      }
      case 'multiplyAdd': {
        const [a, b, c] = [rewrite(e.a), rewrite(e.b), rewrite(e.c)];
        return a === e.a && b === e.b && c === e.c ? e : { ...e, a, b, c };
      }
      case 'select': {
        const [condition, a, b] = [rewrite(e.condition), rewrite(e.a), rewrite(e.b)];
        if (condition.op === 'const') return Number(condition.value) !== 0 ? a : b;
        return condition === e.condition && a === e.a && b === e.b ? e : { ...e, condition, a, b };
      }
      default:
        return e;
    }
  };
  return rewrite;
}

export const compareNumbers = (fn: CompareOp, a: number, b: number): boolean =>
  fn === 'eq'
    ? a === b
    : fn === 'ne'
      ? a !== b
      : fn === 'lt'
        ? a < b
        : fn === 'le'
          ? a <= b
          : fn === 'gt'
            ? a > b
            : a >= b;

/** Index arithmetic with constants folded; bools with a constant side too. */
function folded(e: Extract<Expr, { op: 'binary' }>, a: Expr, b: Expr): Expr {
  const constant = b.op === 'const' ? Number(b.value) : undefined;
  if (e.type === 'i32') {
    if (e.fn === 'add') return plus(a, b);
    if (e.fn === 'mul' && constant !== undefined) return times(a, constant);
    if (e.fn === 'mul' && a.op === 'const') return times(b, Number(a.value));
    if (e.fn === 'sub' && constant !== undefined) return plus(a, integer(-constant));
    if (!e.signed && constant !== undefined && constant > 0 && (a.op !== 'const' || Number(a.value) >= 0)) {
      if (e.fn === 'div') return quotient(a, constant);
      if (e.fn === 'rem') return remainder(a, constant);
    }
  }
  if (e.type === 'bool' && (e.fn === 'and' || e.fn === 'or')) {
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      if (x.op !== 'const') continue;
      const truth = Number(x.value) !== 0;
      return e.fn === 'and' ? (truth ? y : x) : truth ? x : y;
    }
  }
  // What a window reads beyond its border.
  if (e.fn === 'max' || e.fn === 'min') {
    const none = e.fn === 'max' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    if (b.op === 'const' && b.value === none) return a;
    if (a.op === 'const' && a.value === none) return b;
  }
  return e.a === a && e.b === b ? e : { ...binary(e.fn, a, b, e.signed) };
}

/** Rewrites the expressions of statements; loops stay as they are unless `statement` gives something else. */
export function rewriteBody(
  body: readonly Statement[],
  rewrite: (e: Expr) => Expr,
  statement: (s: Statement) => readonly Statement[] = (s) => [s],
): Statement[] {
  const one = (s: Statement): Statement => {
    switch (s.kind) {
      case 'loop':
        return { ...s, body: rewriteBody(s.body, rewrite, statement) };
      case 'if':
        return { ...s, condition: rewrite(s.condition), body: rewriteBody(s.body, rewrite, statement) };
      case 'reduce':
        return { ...s, accumulators: s.accumulators.map((a) => ({ ...a, value: rewrite(a.value) })) };
      case 'set':
        return { ...s, value: rewrite(s.value) };
      case 'store':
      case 'update':
        return { ...s, index: rewrite(s.index), value: rewrite(s.value) };
    }
  };
  return body.flatMap((s) => statement(one(s)));
}
