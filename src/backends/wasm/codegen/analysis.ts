// What the code generator knows of expressions and statements before it emits them.
// Owns: on which loops, locals and buffers a value depends, how often it is used, and what a body changes.
import {
  childrenOf,
  type Expr,
  type Local,
  type LoopIndex,
  type Register,
  rootsOf,
  type Statement,
} from '../../../compiler/loop-ir.ts';

export interface ExprInfo {
  readonly loops: readonly LoopIndex[];
  readonly locals: readonly Local[];
  /** Buffers that are read somewhere inside. */
  readonly buffers: readonly number[];
  /** Reads without a guard, which must not be moved out of an `if`. */
  readonly unguarded: boolean;
}

export const isWide = (type: Register): boolean => type === 'f64' || type === 'i64';

const union = <T>(a: readonly T[], b: readonly T[]): readonly T[] => {
  if (a.length === 0) return b;
  const extra = b.filter((x) => !a.includes(x));
  return extra.length === 0 ? a : [...a, ...extra];
};

/** Facts about the expressions of one kernel, found once. */
export class Analysis {
  private readonly infos = new Map<Expr, ExprInfo>();
  private readonly useCounts = new Map<Expr, number>();

  constructor(body: readonly Statement[]) {
    this.countBody(body);
  }

  info(e: Expr): ExprInfo {
    const known = this.infos.get(e);
    if (known) return known;
    let loops: readonly LoopIndex[] = e.op === 'index' ? [e.loop] : [];
    let locals: readonly Local[] = e.op === 'local' ? [e.local] : [];
    let buffers: readonly number[] = e.op === 'load' ? [e.buffer] : [];
    let unguarded = e.op === 'load' && !e.guard;
    for (const child of childrenOf(e)) {
      const inner = this.info(child);
      loops = union(loops, inner.loops);
      locals = union(locals, inner.locals);
      buffers = union(buffers, inner.buffers);
      unguarded ||= inner.unguarded;
    }
    const info = { loops, locals, buffers, unguarded };
    this.infos.set(e, info);
    return info;
  }

  /** More than one: the value is kept in a local. */
  uses(e: Expr): number {
    return this.useCounts.get(e) ?? 1;
  }

  private countBody(body: readonly Statement[]): void {
    for (const statement of body) {
      for (const root of rootsOf(statement)) this.count(root);
      if (statement.kind === 'loop' || statement.kind === 'if') this.countBody(statement.body);
    }
  }

  private count(e: Expr): void {
    const known = this.useCounts.get(e) ?? 0;
    this.useCounts.set(e, known + 1);
    if (known > 0) return;
    for (const child of childrenOf(e)) {
      this.count(child);
      // Going from 32 to 64 bits reads the same vector twice, a guard is looked at twice.
      const twice = isWide(e.type) !== isWide(child.type) || (e.op === 'load' && child === e.guard);
      if (twice) this.useCounts.set(child, this.useCounts.get(child)! + 1);
    }
  }
}

/** What running a body changes. */
export interface Effects {
  readonly stores: ReadonlySet<number>;
  readonly sets: ReadonlySet<Local>;
}

export function effectsOf(body: readonly Statement[]): Effects {
  const stores = new Set<number>();
  const sets = new Set<Local>();
  const visit = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      if (statement.kind === 'store' || statement.kind === 'update') stores.add(statement.buffer);
      else if (statement.kind === 'set') sets.add(statement.local);
      else if (statement.kind === 'reduce') for (const { local } of statement.accumulators) sets.add(local);
      else visit(statement.body);
    }
  };
  visit(body);
  return { stores, sets };
}

/** Every expression below the statements, each once. */
export function forEachExpr(body: readonly Statement[], visit: (e: Expr) => void): void {
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    visit(e);
    for (const child of childrenOf(e)) walk(child);
  };
  const walkBody = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      for (const root of rootsOf(statement)) walk(root);
      if (statement.kind === 'loop' || statement.kind === 'if') walkBody(statement.body);
    }
  };
  walkBody(body);
}

/** The loops of every loop and reduction in a body. */
export function forEachLoop(body: readonly Statement[], visit: (loops: readonly LoopIndex[]) => void): void {
  for (const statement of body) {
    if (statement.kind === 'loop') {
      visit([statement.loop]);
      forEachLoop(statement.body, visit);
    } else if (statement.kind === 'reduce') visit(statement.loops);
    else if (statement.kind === 'if') forEachLoop(statement.body, visit);
  }
}
