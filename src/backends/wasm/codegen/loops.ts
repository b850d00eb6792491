// Loops over constant ranges, in scalars or in vectors.
// Owns: the control flow of loops, the split of a vectorised loop into full vectors and one last pass over what remains.
//
// A range [begin, end) of the outer loop begins at a multiple of the elements that a vectorised pass takes (a power of two) and
// ends at one or at the extent, so the remainder of a vectorised outer loop has a known place and size.
import type { LoopIndex, Statement } from '../../../compiler/loop-ir.ts';
import { type Effects, effectsOf } from './analysis.ts';
import type { KernelContext, LoopState } from './context.ts';
import type { VectorPlan } from './plan.ts';
import { emitBody, type LoopEmitter, varyingLocals } from './statements.ts';

/** Ends of a loop: constants, or the function's parameters. */
export interface Range {
  readonly begin: number;
  readonly end: number;
  /** Locals with the true ends, within [begin, end), for the outer loop. */
  readonly locals?: readonly [number, number];
}

export function emitLoop(
  k: KernelContext,
  loop: LoopIndex,
  range: Range,
  body: readonly Statement[],
  plan: VectorPlan,
  loops: LoopEmitter,
): void {
  const effects = effectsOf(body);
  const parts = k.vector ? undefined : plan.get(loop);
  if (parts === undefined) {
    countedLoop(k, loop, range, 1, effects, () => emitBody(k, body, loops));
    return;
  }
  const varying = varyingLocals(k, body, (e) => k.analysis.info(e).loops.includes(loop));
  vectorPasses(k, loop, range, parts, effects, (passParts, lastLanes) => {
    k.vector = { loop, parts: passParts, depth: k.depth, lastLanes, varying };
    emitBody(k, body, loops);
    k.vector = undefined;
  });
}

/** A loop whose body is emitted by `body` in a scope of its own. */
export function countedLoop(
  k: KernelContext,
  loop: LoopIndex,
  range: Range,
  step: number,
  effects: Effects,
  body: () => void,
  blocks?: { readonly size: number; readonly begin: () => void; readonly end: () => void },
): void {
  const parent = k.code;
  const parentDepth = k.depth;
  const [beginLocal, endLocal] = range.locals ?? [undefined, undefined];
  if (range.locals === undefined && range.end - range.begin <= step) {
    // One iteration: the index is a constant.
    straightPass(k, loop, range.begin, effects, () => {
      blocks?.begin();
      body();
      blocks?.end();
    });
    return;
  }
  const index = k.allocate('i32', parentDepth);
  if (beginLocal === undefined) parent.i32(range.begin);
  else parent.get(beginLocal);
  parent.set(index);
  // All that lives across iterations is allocated before the body, whose own locals are free for reuse when it closes.
  const end = k.allocate('i32', parentDepth);
  const limit = k.allocate('i32', parentDepth);
  k.open('loop', effects);
  const state: LoopState = { depth: k.depth, index: { local: index }, step, strides: new Map() };
  k.loops.set(loop, state);
  body();
  k.loops.delete(loop);
  const content = k.close();
  for (const [stride, local] of state.strides) {
    content
      .get(local)
      .i32(stride * step)
      .op('i32.add')
      .set(local);
  }
  content.get(index).i32(step).op('i32.add').tee(index);

  const pushEnd = () => {
    // Only whole steps: what remains is somebody else's.
    const whole = range.begin + Math.floor((range.end - range.begin) / step) * step;
    if (endLocal === undefined) parent.i32(whole);
    else if (step === 1) parent.get(endLocal);
    else parent.get(endLocal).i32(-step).op('i32.and');
  };
  if (blocks) {
    pushEnd();
    parent.set(end);
    parent.loop();
    blocks.begin();
    parent
      .get(index)
      .i32(blocks.size * step)
      .op('i32.add')
      .tee(limit)
      .get(end);
    parent.get(limit).get(end).op('i32.lt_s', 'select').set(limit);
    parent.loop().append(content).get(limit).op('i32.lt_s').branchIf(0).end();
    blocks.end();
    parent.get(index).get(end).op('i32.lt_s').branchIf(0).end();
  } else if (range.locals) {
    pushEnd();
    parent.set(end);
    parent.get(index).get(end).op('i32.lt_s').if();
    parent.loop().append(content).get(end).op('i32.lt_s').branchIf(0).end().end();
  } else {
    parent.loop().append(content);
    pushEnd();
    parent.op('i32.lt_s').branchIf(0).end();
  }
  for (const local of [index, end, limit]) k.release(local, parentDepth);
}

/** One execution of a body with a constant index. */
export function straightPass(
  k: KernelContext,
  loop: LoopIndex,
  index: number,
  effects: Effects,
  body: () => void,
): void {
  const parent = k.code;
  k.open('pass', effects);
  k.loops.set(loop, { depth: k.depth, index: { constant: index }, step: 1, strides: new Map() });
  body();
  k.loops.delete(loop);
  parent.append(k.close());
}

/** Full vectors in a loop, then one pass over the remainder; `pass` emits a body of so many parts, the last with so many lanes. */
export function vectorPasses(
  k: KernelContext,
  loop: LoopIndex,
  range: Range,
  parts: number,
  effects: Effects,
  pass: (parts: number, lastLanes: number) => void,
  blocks?: { readonly size: number; readonly begin: () => void; readonly end: () => void },
): void {
  const step = parts * 4;
  const extent = range.end - range.begin;
  // What fits into one pass needs no loop.
  const rest = extent <= step ? extent : extent % step;
  if (extent > step) countedLoop(k, loop, range, step, effects, () => pass(parts, 4), blocks);
  if (rest === 0) return;
  const restParts = Math.ceil(rest / 4);
  const emitRest = () =>
    straightPass(k, loop, range.end - rest, effects, () => {
      blocks?.begin();
      pass(restParts, rest - (restParts - 1) * 4);
      blocks?.end();
    });
  if (!range.locals) {
    emitRest();
    return;
  }
  // Only who has the end of the range does the remainder. The test comes after what the pass hoists.
  const parent = k.code;
  k.open('branch', effects);
  emitRest();
  const content = k.close();
  parent.get(range.locals[1]).i32(range.end).op('i32.eq').if().append(content).end();
}
