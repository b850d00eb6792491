// Tidies loop nests: index arithmetic in a normal form, neighbouring loops that run over contiguous memory made one.
// Owns: affine analysis of indices, rewriting of expressions. Works on the loop IR alone.
import * as ir from './loop-ir.ts';

/** Σ coefficient · loop + constant. */
export interface Affine {
  readonly constant: number;
  readonly terms: ReadonlyMap<ir.LoopIndex, number>;
}

/** The affine form of an index, or null when it has none. */
export function affine(e: ir.Expr): Affine | null {
  switch (e.op) {
    case 'const':
      return { constant: Number(e.value), terms: new Map() };
    case 'index':
      return { constant: 0, terms: new Map([[e.loop, 1]]) };
    case 'binary': {
      if (e.fn !== 'add' && e.fn !== 'sub' && e.fn !== 'mul') return null;
      const [a, b] = [affine(e.a), affine(e.b)];
      if (!a || !b) return null;
      if (e.fn === 'mul') {
        const [factor, other] =
          a.terms.size === 0 ? [a.constant, b] : b.terms.size === 0 ? [b.constant, a] : [null, null];
        if (factor === null || !other) return null;
        return {
          constant: other.constant * factor,
          terms: new Map([...other.terms].map(([loop, n]) => [loop, n * factor])),
        };
      }
      const sign = e.fn === 'add' ? 1 : -1;
      const terms = new Map(a.terms);
      for (const [loop, n] of b.terms) terms.set(loop, (terms.get(loop) ?? 0) + sign * n);
      for (const [loop, n] of terms) if (n === 0) terms.delete(loop);
      return { constant: a.constant + sign * b.constant, terms };
    }
    default:
      return null;
  }
}

/** The expression of an affine form. */
export function expression({ constant, terms }: Affine): ir.Expr {
  let sum: ir.Expr = ir.integer(0);
  for (const [loop, n] of terms) sum = ir.plus(sum, ir.times(ir.index(loop), n));
  return ir.plus(sum, ir.integer(constant));
}

/** Calls `visit` for the indices of memory accesses and for every other place where loops are used in expressions. */
function scan(
  statements: readonly ir.Statement[],
  onIndex: (index: ir.Expr) => void,
  onLoop: (loop: ir.LoopIndex) => void,
): void {
  const seen = new Set<ir.Expr>();
  const walk = (e: ir.Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    switch (e.op) {
      case 'index':
        onLoop(e.loop);
        return;
      case 'load':
        position(e.index);
        if (e.guard) walk(e.guard);
        if (e.otherwise) walk(e.otherwise);
        return;
      case 'unary':
      case 'convert':
      case 'bitcast':
        walk(e.a);
        return;
      case 'binary':
      case 'compare':
        walk(e.a);
        walk(e.b);
        return;
      case 'multiplyAdd':
        walk(e.a);
        walk(e.b);
        walk(e.c);
        return;
      case 'select':
        walk(e.condition);
        walk(e.a);
        walk(e.b);
        return;
      default:
    }
  };
  const position = (index: ir.Expr): void => {
    if (affine(index)) onIndex(index);
    else walk(index);
  };
  const run = (list: readonly ir.Statement[]): void => {
    for (const statement of list) {
      switch (statement.kind) {
        case 'loop':
          run(statement.body);
          break;
        case 'reduce':
          for (const accumulator of statement.accumulators) walk(accumulator.value);
          break;
        case 'set':
          walk(statement.value);
          break;
        case 'store':
        case 'update':
          position(statement.index);
          walk(statement.value);
          break;
        case 'if':
          walk(statement.condition);
          run(statement.body);
      }
    }
  };
  run(statements);
}

/** Rewrites every expression, sharing what was shared. */
function rewrite(
  statements: readonly ir.Statement[],
  position: (index: Affine) => Affine,
  loops: (list: readonly ir.LoopIndex[]) => readonly ir.LoopIndex[],
): ir.Statement[] {
  const memo = new Map<ir.Expr, ir.Expr>();
  const at = (index: ir.Expr): ir.Expr => {
    const form = affine(index);
    return form ? expression(position(form)) : one(index);
  };
  const one = (e: ir.Expr): ir.Expr => {
    let result = memo.get(e);
    if (!result) memo.set(e, (result = make(e)));
    return result;
  };
  const make = (e: ir.Expr): ir.Expr => {
    switch (e.op) {
      case 'load':
        return e.guard
          ? { ...e, index: at(e.index), guard: one(e.guard), otherwise: one(e.otherwise!) }
          : { ...e, index: at(e.index) };
      case 'unary':
      case 'convert':
      case 'bitcast':
        return { ...e, a: one(e.a) };
      case 'binary':
      case 'compare':
        return { ...e, a: one(e.a), b: one(e.b) };
      case 'multiplyAdd':
        return { ...e, a: one(e.a), b: one(e.b), c: one(e.c) };
      case 'select':
        return { ...e, condition: one(e.condition), a: one(e.a), b: one(e.b) };
      default:
        return e;
    }
  };
  const run = (list: readonly ir.Statement[]): ir.Statement[] =>
    list.map((statement): ir.Statement => {
      switch (statement.kind) {
        case 'loop':
          return { ...statement, body: run(statement.body) };
        case 'reduce':
          return {
            ...statement,
            loops: loops(statement.loops),
            accumulators: statement.accumulators.map((a) => ({ ...a, value: one(a.value) })),
          };
        case 'set':
          return { ...statement, value: one(statement.value) };
        case 'store':
        case 'update':
          return { ...statement, index: at(statement.index), value: one(statement.value) };
        case 'if':
          return { ...statement, condition: one(statement.condition), body: run(statement.body) };
      }
    });
  return run(statements);
}

/** Runs of neighbouring loops that every access walks through contiguously. */
function runsOf(
  list: readonly ir.LoopIndex[],
  accesses: readonly Affine[],
  fixed: ReadonlySet<ir.LoopIndex>,
): ir.LoopIndex[][] {
  const runs: ir.LoopIndex[][] = [];
  for (const loop of list) {
    const run = runs.at(-1);
    const outer = run?.at(-1);
    const joins =
      outer &&
      !fixed.has(outer) &&
      !fixed.has(loop) &&
      accesses.every(({ terms }) => (terms.get(outer) ?? 0) === (terms.get(loop) ?? 0) * loop.extent);
    if (joins) run!.push(loop);
    else runs.push([loop]);
  }
  return runs;
}

export interface Nest {
  readonly loops: readonly ir.LoopIndex[];
  readonly body: readonly ir.Statement[];
}

/** The nest with contiguous neighbours made one loop, in the nest itself and in its reductions. */
export function collapse(nest: Nest): Nest {
  const accesses: Affine[] = [];
  const fixed = new Set<ir.LoopIndex>();
  scan(
    nest.body,
    (index) => accesses.push(affine(index)!),
    (loop) => fixed.add(loop),
  );
  const replaced = new Map<ir.LoopIndex, { readonly loop: ir.LoopIndex; readonly last: boolean }>();
  const join = (list: readonly ir.LoopIndex[]): ir.LoopIndex[] =>
    runsOf(list, accesses, fixed).map((run) => {
      if (run.length === 1) return run[0]!;
      const loop = { name: run.map((l) => l.name).join(''), extent: run.reduce((n, l) => n * l.extent, 1) };
      run.forEach((l, i) => replaced.set(l, { loop, last: i === run.length - 1 }));
      return loop;
    });
  const loops = join(nest.loops);
  const inner = new Map<readonly ir.LoopIndex[], readonly ir.LoopIndex[]>();
  const find = (list: readonly ir.Statement[]): void => {
    for (const statement of list) {
      if (statement.kind === 'reduce') inner.set(statement.loops, join(statement.loops));
      else if (statement.kind === 'loop' || statement.kind === 'if') find(statement.body);
    }
  };
  find(nest.body);
  if (replaced.size === 0) return nest;
  const position = ({ constant, terms }: Affine): Affine => {
    const result = new Map<ir.LoopIndex, number>();
    for (const [loop, n] of terms) {
      const other = replaced.get(loop);
      if (!other) result.set(loop, n);
      else if (other.last) result.set(other.loop, n);
    }
    return { constant, terms: result };
  };
  return { loops, body: rewrite(nest.body, position, (list) => inner.get(list) ?? list) };
}
