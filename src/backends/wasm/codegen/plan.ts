// Which loop of each nest lies in vector lanes, and how many vectors at a time.
// Owns: legality (iterations must not depend on one another) and a cost model in rough instructions: each way of a nest
// (no vectors, this loop, a loop further in) is costed and the cheapest taken.
import {
  type Accumulator,
  childrenOf,
  type Expr,
  type Local,
  type LoopIndex,
  type LoopKernel,
  rootsOf,
  type Statement,
  storageBytes,
} from '../../../compiler/loop-ir.ts';
import { type Affine, affineOf, coefficientOf } from './affine.ts';
import { type Analysis, effectsOf, forEachExpr, forEachLoop, isWide } from './analysis.ts';
import { isMachineUnary } from './scalar-operators.ts';

/** Number of v128 of 32-bit lanes that advance together, for each loop that is vectorised. */
export type VectorPlan = ReadonlyMap<LoopIndex, number>;

interface Nest {
  readonly loop: LoopIndex;
  /** How often the body runs, all loops around it included. */
  readonly trips: number;
}

/** The plan, and what one run of the kernel costs with it. */
export function planVectors(
  kernel: LoopKernel,
  analysis: Analysis,
): { readonly plan: VectorPlan; readonly cost: number } {
  const plan = new Map<LoopIndex, number>();
  const planner = new Planner(kernel, analysis, plan);
  const cost = planner.choose({ kind: 'loop', loop: kernel.outer, body: kernel.body }, [], new Set());
  return { plan, cost };
}

class Planner {
  readonly kernel: LoopKernel;
  readonly analysis: Analysis;
  readonly plan: Map<LoopIndex, number>;

  constructor(kernel: LoopKernel, analysis: Analysis, plan: Map<LoopIndex, number>) {
    this.kernel = kernel;
    this.analysis = analysis;
    this.plan = plan;
  }

  /** Decides for a loop or reduction and everything in it; gives the cost. */
  choose(statement: Statement, nests: readonly Nest[], outsideSets: ReadonlySet<Local>): number {
    if (statement.kind !== 'loop' && statement.kind !== 'reduce')
      return this.cost(statement, nests, undefined, new Set());
    const inside = new Map<LoopIndex, number>();
    let best = this.cost(statement, nests, undefined, new Set());
    if (statement.kind === 'reduce') {
      for (const loop of statement.loops) {
        const cost = this.cost(statement, nests, loop, new Set());
        if (cost >= best) continue;
        best = cost;
        inside.clear();
        inside.set(loop, this.reductionParts(statement.loops, loop, statement.accumulators));
      }
    } else {
      const { loop, body } = statement;
      const inner = [...nests, { loop, trips: tripsOf(nests) * loop.extent }];
      const sets = new Set(outsideSets);
      for (const child of body) {
        if (child.kind === 'set') sets.add(child.local);
        else if (child.kind === 'reduce') for (const { local } of child.accumulators) sets.add(local);
      }
      // Children first; what they decide holds unless this loop itself is cheaper.
      const before = new Map(this.plan);
      let children = 0;
      const seen = new Set<Expr>();
      children += this.chooseBody(body, inner, sets, seen);
      if (children < best) {
        best = children;
        for (const [key, value] of this.plan) if (!before.has(key)) inside.set(key, value);
      }
      this.plan.clear();
      for (const [key, value] of before) this.plan.set(key, value);
      if (this.legal(loop, body, outsideSets)) {
        const cost = this.cost(statement, nests, loop, new Set());
        if (cost < best) {
          best = cost;
          inside.clear();
          inside.set(loop, this.loopParts(loop, body));
        }
      }
    }
    for (const [key, value] of inside) this.plan.set(key, value);
    return best;
  }

  private chooseBody(
    body: readonly Statement[],
    nests: readonly Nest[],
    sets: ReadonlySet<Local>,
    seen: Set<Expr>,
  ): number {
    let total = 0;
    for (const child of body) {
      if (child.kind === 'loop' || child.kind === 'reduce') total += this.choose(child, nests, sets);
      else if (child.kind === 'if') {
        total += this.expressionCost(child.condition, nests, undefined, seen);
        total += this.chooseBody(child.body, nests, sets, seen);
      } else total += this.cost(child, nests, undefined, seen);
    }
    return total;
  }

  private loopParts(loop: LoopIndex, body: readonly Statement[]): number {
    const most = Math.ceil(loop.extent / 4);
    // Reductions inside keep all parts' accumulators in registers, and read whole cache lines.
    const reduces = body.some(
      (s) => s.kind === 'reduce' || (s.kind === 'loop' && s.body.some((t) => t.kind === 'reduce')),
    );
    let weight = 0;
    forEachExpr(body, (e) => {
      if (e.op === 'index' || e.op === 'const' || !this.analysis.info(e).loops.includes(loop)) return;
      weight += (e.op === 'unary' && !isMachineUnary(e.fn) ? 16 : 1) * (isWide(e.type) ? 2 : 1);
    });
    const wanted = reduces ? (weight <= 6 ? 8 : weight <= 12 ? 4 : 2) : weight <= 24 ? 4 : weight <= 160 ? 2 : 1;
    return Math.min(wanted, most);
  }

  private reductionParts(loops: readonly LoopIndex[], loop: LoopIndex, accumulators: readonly Accumulator[]): number {
    const most = Math.ceil(loop.extent / 4);
    const wanted = accumulators.length <= 2 ? 4 : 2;
    return loops.length > 1 && most < wanted ? most : Math.min(wanted, most);
  }

  /** Whether the iterations of the loop may run side by side. */
  private legal(loop: LoopIndex, body: readonly Statement[], outsideSets: ReadonlySet<Local>): boolean {
    if (loop.extent < 2) return false;
    const { stores, sets } = effectsOf(body);
    for (const local of sets) if (outsideSets.has(local)) return false;
    const inner = new Set<LoopIndex>();
    forEachLoop(body, (loops) => {
      for (const each of loops) inner.add(each);
    });
    const written = new Map<number, Affine[]>();
    const updated = new Set<number>();
    let possible = true;
    const visit = (statements: readonly Statement[]): void => {
      for (const statement of statements) {
        if (statement.kind === 'update') {
          // Every iteration must have an element of its own.
          const affine = affineOf(statement.index);
          updated.add(statement.buffer);
          if (Math.abs(coefficientOf(affine, loop)) !== 1 || isWide(statement.value.type)) possible = false;
          if (affine.terms.some(({ atom }) => atom.op !== 'index' && this.changesIn(atom, loop, sets)))
            possible = false;
          if (affine.terms.some(({ atom }) => atom.op === 'index' && inner.has(atom.loop))) possible = false;
          if (storageBytes[this.kernel.buffers[statement.buffer]!.storage] !== 4) possible = false;
        } else if (statement.kind === 'if') {
          const { loops, locals } = this.analysis.info(statement.condition);
          if (loops.includes(loop) || locals.some((local) => sets.has(local))) possible = false;
          visit(statement.body);
        } else if (statement.kind === 'loop') visit(statement.body);
        else if (statement.kind === 'store') {
          const affine = affineOf(statement.index);
          const opaque = affine.terms.some(({ atom }) => atom.op !== 'index' && this.changesIn(atom, loop, sets));
          if (opaque || coefficientOf(affine, loop) === 0) possible = false;
          const list = written.get(statement.buffer);
          if (list) list.push(affine);
          else written.set(statement.buffer, [affine]);
        }
      }
    };
    visit(body);
    if (!possible) return false;
    forEachExpr(body, (e) => {
      if (e.op !== 'load' || !stores.has(e.buffer)) return;
      if (updated.has(e.buffer)) possible = false;
      const read = affineOf(e.index);
      for (const affine of written.get(e.buffer) ?? []) if (!separate(read, affine, loop, inner)) possible = false;
    });
    return possible;
  }

  /** Whether a value may differ between iterations of the loop. */
  private changesIn(e: Expr, loop: LoopIndex, sets: ReadonlySet<Local>): boolean {
    const { loops, locals } = this.analysis.info(e);
    return loops.includes(loop) || locals.some((local) => sets.has(local));
  }

  /** Cost of all executions of a statement; `vector` is the loop in lanes, if any. */
  cost(statement: Statement, nests: readonly Nest[], vector: LoopIndex | undefined, seen: Set<Expr>): number {
    let total = 0;
    const expressions = (roots: readonly Expr[], at: readonly Nest[]): void => {
      for (const root of roots) total += this.expressionCost(root, at, vector, seen);
    };
    const enter = (loop: LoopIndex, at: readonly Nest[]): readonly Nest[] => {
      const trips = loop === vector ? Math.ceil(loop.extent / 4) : loop.extent;
      total += tripsOf(at) * trips; // counting, branching
      return [...at, { loop, trips: tripsOf(at) * trips }];
    };
    switch (statement.kind) {
      case 'loop': {
        const inner = enter(statement.loop, nests);
        for (const child of statement.body) total += this.cost(child, inner, vector, seen);
        return total;
      }
      case 'reduce': {
        const order = vector && statement.loops.includes(vector) ? lastOf(statement.loops, vector) : statement.loops;
        let inner = nests;
        for (const loop of order) inner = enter(loop, inner);
        expressions(rootsOf(statement), inner);
        const own = vector !== undefined && statement.loops.includes(vector);
        total += statement.accumulators.length * (tripsOf(inner) + tripsOf(nests) * (own ? 10 : 1));
        return total;
      }
      case 'if':
        expressions([statement.condition], nests);
        for (const child of statement.body) total += this.cost(child, nests, vector, seen);
        return total;
      case 'store': {
        expressions(rootsOf(statement), nests);
        const { storage } = this.kernel.buffers[statement.buffer]!;
        let each = storageBytes[storage] < 4 ? 3 : isWide(statement.value.type) ? 2 : 1;
        if (vector && Math.abs(coefficientOf(affineOf(statement.index), vector)) !== 1) each = 5;
        total += each * tripsOf(nests);
        return total;
      }
      case 'update':
        expressions(rootsOf(statement), nests);
        total += 3 * tripsOf(nests);
        return total;
      case 'set':
        expressions(rootsOf(statement), nests);
        return total;
    }
  }

  private expressionCost(e: Expr, nests: readonly Nest[], vector: LoopIndex | undefined, seen: Set<Expr>): number {
    if (e.op === 'const' || e.op === 'index' || e.op === 'local' || seen.has(e)) return 0;
    seen.add(e);
    const { loops, locals } = this.analysis.info(e);
    // Computed at the depth of the innermost loop it depends on.
    let trips = locals.length > 0 ? tripsOf(nests) : 1;
    for (const nest of nests) if (loops.includes(nest.loop)) trips = Math.max(trips, nest.trips);
    const varies = vector !== undefined && (loops.includes(vector) || locals.length > 0);
    let total = trips * (varies ? this.vectorCost(e, vector) : scalarCost(e));
    for (const child of childrenOf(e)) {
      // The sums of an index are folded into the address.
      if (e.op === 'load' && child === e.index) total += this.indexCost(child, nests, vector, seen);
      else total += this.expressionCost(child, nests, vector, seen);
    }
    return total;
  }

  private indexCost(index: Expr, nests: readonly Nest[], vector: LoopIndex | undefined, seen: Set<Expr>): number {
    let total = 0;
    for (const { atom } of affineOf(index).terms) total += this.expressionCost(atom, nests, vector, seen);
    return total;
  }

  private vectorCost(e: Expr, vector: LoopIndex): number {
    const wide = isWide(e.type) ? 2 : 1;
    switch (e.op) {
      case 'load': {
        const affine = affineOf(e.index);
        const guard = e.guard ? 4 : 0;
        const opaque = affine.terms.some(
          ({ atom }) => atom.op !== 'index' && this.analysis.info(atom).loops.includes(vector),
        );
        if (opaque) return 14 * wide + guard;
        const stride = Math.abs(coefficientOf(affine, vector));
        const { storage } = this.kernel.buffers[e.buffer]!;
        if (stride <= 1) return (storageBytes[storage] < 4 ? 2 : 1) * wide + guard;
        return (storageBytes[storage] < 4 ? 8 : 6) * wide + guard;
      }
      case 'unary':
        if (isMachineUnary(e.fn)) return e.fn === 'sqrt' ? 4 * wide : wide;
        return e.type === 'f32' ? 20 : e.type === 'f64' ? 100 : 2 * wide;
      case 'binary':
        if (e.fn === 'pow' || e.fn === 'atan2') return e.type === 'f32' ? 50 : 140;
        if (e.fn === 'rem' && e.type === 'f32') return 20;
        if (e.fn === 'rem' || (e.fn === 'div' && !(e.type === 'f32' || e.type === 'f64'))) return 24;
        return (e.fn === 'div' ? 4 : 1) * wide;
      case 'convert':
        return isWide(e.type) || isWide(e.a.type) ? 3 : 1;
      default:
        return wide;
    }
  }
}

const tripsOf = (nests: readonly Nest[]): number => nests[nests.length - 1]?.trips ?? 1;

/** The loops with one of them moved to the end. */
export const lastOf = (loops: readonly LoopIndex[], last: LoopIndex): readonly LoopIndex[] => [
  ...loops.filter((loop) => loop !== last),
  last,
];

function scalarCost(e: Expr): number {
  switch (e.op) {
    case 'load':
      return e.guard ? 4 : 1;
    case 'unary':
      return isMachineUnary(e.fn) ? (e.fn === 'sqrt' ? 4 : 1) : e.type === 'f32' || e.type === 'f64' ? 24 : 1;
    case 'binary':
      if (e.fn === 'pow' || e.fn === 'atan2') return 50;
      if (e.fn === 'rem') return e.type === 'f32' || e.type === 'f64' ? 25 : 4;
      return e.fn === 'div' ? 4 : 1;
    default:
      return 1;
  }
}

/**
 * Whether elements at the two indices, in different iterations of the loop, are never the same. Loops outside of it are in the
 * same iteration for both, those in `inner` in any.
 */
function separate(a: Affine, b: Affine, loop: LoopIndex, inner: ReadonlySet<LoopIndex>): boolean {
  const stride = coefficientOf(a, loop);
  if (stride === 0 || stride !== coefficientOf(b, loop)) return false;
  const bounds = (affine: Affine, other: Affine): readonly [number, number] | null => {
    let [low, high] = [affine.constant, affine.constant];
    for (const { atom, coefficient } of affine.terms) {
      if (atom.op !== 'index') return null;
      if (atom.loop === loop) continue;
      if (!inner.has(atom.loop)) {
        if (coefficientOf(other, atom.loop) !== coefficient) return null;
        continue;
      }
      const reach = coefficient * (atom.loop.extent - 1);
      low += Math.min(0, reach);
      high += Math.max(0, reach);
    }
    return [low, high];
  };
  // What remains of both must lie within one stride.
  const [x, y] = [bounds(a, b), bounds(b, a)];
  if (!x || !y) return false;
  return Math.max(x[1], y[1]) - Math.min(x[0], y[0]) < Math.abs(stride);
}
