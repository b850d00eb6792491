// Reductions: accumulators over one or more loops, in scalars, in the lanes of an enclosing vectorised loop, or over lanes.
// Owns: starting values, the blocking of long float sums, and the combination of lanes at the end.
import type { Accumulator, Combine, LoopIndex, Statement } from '../../../compiler/loop-ir.ts';
import { isWide } from './analysis.ts';
import type { KernelContext } from './context.ts';
import { extractLane, firstLanes, withTemporary } from './lanes.ts';
import { countedLoop, vectorPasses } from './loops.ts';
import { isFloat, neutral } from './neutral.ts';
import { lastOf, type VectorPlan } from './plan.ts';
import { pushConstant, scalarType } from './scalar.ts';
import { scalarOperators } from './scalar-operators.ts';
import { placeOf } from './statements.ts';
import { combineUnits, pushSplatConstant } from './vector.ts';

type Reduce = Extract<Statement, { kind: 'reduce' }>;

/** How many terms are added one after the other before the partial sum is put aside. */
const BLOCK = 256;

/** One accumulator while it runs: its locals, and those of the finished blocks. */
interface Running {
  readonly accumulator: Accumulator;
  readonly vectors: boolean;
  readonly current: readonly number[];
  readonly finished: readonly number[];
  /** For the smallest or largest of floats: masks of lanes that have seen a NaN, which the plain instruction forgets. */
  readonly unordered: readonly number[];
}

export function emitReduce(k: KernelContext, statement: Reduce, plan: VectorPlan): void {
  const lane = k.vector ? undefined : statement.loops.find((loop) => plan.has(loop));
  const loops = lane ? lastOf(statement.loops, lane) : statement.loops;
  const parts = lane ? plan.get(lane)! : 0;
  const depth = k.depth;

  const trips = loops.map((loop) => (loop === lane ? Math.ceil(loop.extent / (4 * parts)) : loop.extent));
  const split = blockLevel(trips);
  const running = statement.accumulators.map((accumulator): Running => {
    const { local, combine } = accumulator;
    const vectors = lane !== undefined || (k.vector?.varying.has(local) ?? false);
    const count = lane ? parts * (isWide(local.type) ? 2 : 1) : vectors ? k.units(local.type) : 1;
    const type = vectors ? 'v128' : scalarType(local.type);
    const make = () => Array.from({ length: count }, () => k.allocate(type, depth));
    const blocked = split && combine === 'add' && (local.type === 'f32' || local.type === 'f64');
    const extreme = vectors && isFloat(local.type) && (combine === 'min' || combine === 'max');
    return {
      accumulator,
      vectors,
      current: make(),
      finished: blocked ? make() : [],
      unordered: extreme ? make() : [],
    };
  });
  for (const r of running) {
    // Lanes start from the neutral element; the initial value comes in once, at the end.
    const start = lane || r.finished.length > 0 ? neutral(r.accumulator) : r.accumulator.initial;
    setAll(k, r, r.current, start);
    setAll(k, r, r.finished, lane ? neutral(r.accumulator) : r.accumulator.initial);
    for (const local of r.unordered) k.code.v128([0, 0, 0, 0]).set(local);
  }
  const effects = { stores: new Set<number>(), sets: new Set<never>() };
  const blocksAt = (level: number) => {
    if (!split || split.level !== level) return undefined;
    const blocked = running.filter((r) => r.finished.length > 0);
    if (blocked.length === 0) return undefined;
    return {
      size: split.size,
      begin: () => {
        for (const r of blocked) setAll(k, r, r.current, neutral(r.accumulator));
      },
      end: () => {
        for (const r of blocked) mergeAll(k, r, r.finished, r.current);
      },
    };
  };
  const nest = (level: number): void => {
    const loop = loops[level];
    if (!loop) {
      accumulate(k, running);
      return;
    }
    const range = { begin: 0, end: loop.extent };
    if (loop === lane) {
      const pass = (passParts: number, lastLanes: number) => {
        k.vector = { loop, parts: passParts, depth: k.depth, lastLanes, varying: new Set() };
        accumulate(k, running);
        k.vector = undefined;
      };
      vectorPasses(k, loop, range, parts, effects, pass, blocksAt(level));
      return;
    }
    countedLoop(k, loop, range, 1, effects, () => nest(level + 1), blocksAt(level));
  };
  nest(0);
  finish(k, running, lane);
}

/** Where to cut a long nest: the level and the number of its iterations in a block, or null when the nest is short. */
function blockLevel(trips: readonly number[]): { level: number; size: number } | null {
  let inner = 1;
  for (let level = trips.length - 1; level >= 0; level--) {
    const all = inner * trips[level]!;
    if (all > 2 * BLOCK) return { level, size: Math.max(1, Math.floor(BLOCK / inner)) };
    inner = all;
  }
  return null;
}

function setAll(k: KernelContext, r: Running, locals: readonly number[], value: number | bigint): void {
  const { type } = r.accumulator.local;
  for (const local of locals) {
    if (r.vectors) pushSplatConstant(k, type, value, k.depth);
    else pushConstant(k, type, value, k.depth);
    k.code.set(local);
  }
}

/** With two operands on the stack. */
function combineOne(k: KernelContext, r: Running, combine: Combine): void {
  const { local, signed } = r.accumulator;
  if (r.vectors) combineUnits(k, combine, local.type, signed, k.depth);
  else scalarOperators.binary(k, combine, local.type, signed, k.depth);
}

function mergeAll(k: KernelContext, r: Running, into: readonly number[], from: readonly number[]): void {
  into.forEach((local, i) => {
    k.code.get(local).get(from[i]!);
    combineOne(k, r, r.accumulator.combine);
    k.code.set(local);
  });
}

/** Combines the values of this iteration into the accumulators. */
function accumulate(k: KernelContext, running: readonly Running[]): void {
  for (const r of running) {
    const { value, combine, local } = r.accumulator;
    if (!r.vectors) {
      k.code.get(r.current[0]!);
      k.emit.scalar(value, k.depth);
      combineOne(k, r, combine);
      k.code.set(r.current[0]!);
      continue;
    }
    const perUnit = isWide(local.type) ? 2 : 4;
    const { loop } = k.vector!;
    const own = !k.vector!.varying.has(local);
    for (let unit = 0; unit < k.units(local.type); unit++) {
      const part = Math.floor((unit * perUnit) / 4);
      const lanes = Math.min(perUnit, k.lanesOf(part) - ((unit * perUnit) % 4));
      if (own && lanes <= 0) continue;
      const whole = !own || lanes === perUnit;
      const product =
        whole &&
        combine === 'add' &&
        isFloat(local.type) &&
        k.library.relaxed &&
        value.op === 'binary' &&
        value.fn === 'mul';
      if (product && k.analysis.uses(value) < 2 && k.analysis.info(value).loops.includes(loop)) {
        k.emit.vector(value.a, unit, k.depth);
        k.emit.vector(value.b, unit, k.depth);
        k.code.get(r.current[unit]!);
        k.code.op(local.type === 'f32' ? 'f32x4.relaxed_madd' : 'f64x2.relaxed_madd').set(r.current[unit]!);
        continue;
      }
      if (r.unordered.length > 0) {
        extreme(k, r, unit, whole ? perUnit : lanes);
        continue;
      }
      k.code.get(r.current[unit]!);
      k.emit.vector(value, unit, k.depth);
      if (!whole) {
        // Lanes past the end count nothing.
        pushSplatConstant(k, local.type, neutral(r.accumulator), k.depth);
        k.code.v128(perUnit === 2 ? [-1, -1, 0, 0] : firstLanes(lanes)).op('v128.bitselect');
      }
      combineOne(k, r, combine);
      k.code.set(r.current[unit]!);
    }
  }
}

/** The smaller or larger of accumulator and value by the one instruction that ignores NaN, which is noted beside. */
function extreme(k: KernelContext, r: Running, unit: number, lanes: number): void {
  const { value, combine, local } = r.accumulator;
  const code = k.code;
  const shape = local.type === 'f32' ? 'f32x4' : 'f64x2';
  const perUnit = local.type === 'f32' ? 4 : 2;
  const current = r.current[unit]!;
  withTemporary(k, 'v128', k.depth, (x) => {
    k.emit.vector(value, unit, k.depth);
    if (lanes < perUnit) {
      pushSplatConstant(k, local.type, neutral(r.accumulator), k.depth);
      code.v128(perUnit === 2 ? [-1, -1, 0, 0] : firstLanes(lanes)).op('v128.bitselect');
    }
    code.set(x);
    code
      .get(current)
      .get(x)
      .op(`${shape}.p${combine as 'min' | 'max'}`)
      .set(current);
    code.get(r.unordered[unit]!).get(x).get(x).op(`${shape}.ne`, 'v128.or').set(r.unordered[unit]!);
  });
}

/** Puts the results where the accumulators' locals are read. */
function finish(k: KernelContext, running: readonly Running[], lane: LoopIndex | undefined): void {
  for (const r of running) {
    const { accumulator } = r;
    const results = r.finished.length > 0 ? r.finished : r.current;
    // All bits set are a NaN.
    r.unordered.forEach((mask, i) => {
      k.code.get(results[i]!).get(mask).op('v128.or').set(results[i]!);
    });
    const places = placeOf(k, accumulator.local);
    if (lane) {
      combineLanes(k, r, results);
      pushConstant(k, accumulator.local.type, accumulator.initial, k.depth);
      scalarOperators.binary(k, accumulator.combine, accumulator.local.type, accumulator.signed, k.depth);
      k.code.set(places[0]!);
    } else {
      for (const [i, local] of results.entries()) k.code.get(local).set(places[i]!);
    }
  }
  for (const r of running) for (const local of [...r.current, ...r.finished, ...r.unordered]) k.release(local, k.depth);
  k.forget(new Set(running.map((r) => r.accumulator.local)));
}

/** Pushes the combination of all lanes of all units, as a scalar. */
function combineLanes(k: KernelContext, r: Running, units: readonly number[]): void {
  const { type } = r.accumulator.local;
  const { combine } = r.accumulator;
  const code = k.code;
  // Pairwise, so that the additions do not wait for each other.
  const live = [...units];
  while (live.length > 1) {
    const half = Math.ceil(live.length / 2);
    for (let i = 0; i + half < live.length; i++) {
      code.get(live[i]!).get(live[i + half]!);
      combineOne(k, r, combine);
      code.set(live[i]!);
    }
    live.length = half;
  }
  const all = live[0]!;
  if (!isWide(type)) {
    code.get(all).get(all).get(all).shuffle32(2, 3, 0, 1);
    combineOne(k, r, combine);
    code.set(all);
  }
  code.get(all).get(all).get(all);
  if (isWide(type)) code.shuffle32(2, 3, 0, 1);
  else code.shuffle32(1, 0, 3, 2);
  combineOne(k, r, combine);
  extractLane(k, type, 0, k.depth);
  if (type === 'bool') code.i32(1).op('i32.and');
}
