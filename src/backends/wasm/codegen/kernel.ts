// One loop kernel as one WebAssembly function: (begin, end, pointer per buffer).
// Owns: putting the emitters together.

import { FunctionBuilder } from '../../../assembler/module.ts';
import type { LoopKernel } from '../../../compiler/loop-ir.ts';
import type { Library } from '../library.ts';
import { effectsOf } from './analysis.ts';
import { KernelContext } from './context.ts';
import { type Footprint, footprintOf } from './footprint.ts';
import { emitLoop } from './loops.ts';
import { normalise } from './normalise.ts';
import { planVectors } from './plan.ts';
import { emitReduce } from './reductions.ts';
import { pushScalar } from './scalar.ts';
import type { LoopEmitter } from './statements.ts';
import { pushVector } from './vector.ts';

/** The function of a kernel and the extent of the loop whose range its callers cut. */
export interface GeneratedKernel {
  readonly fn: FunctionBuilder;
  readonly extent: number;
  /** Ranges must begin at multiples of this: that loop may lie in lanes. */
  readonly grain: number;
  /** Rough instructions of one run. */
  readonly cost: number;
  readonly footprint: Footprint;
}

export function generateKernel(given: LoopKernel, name: string, library: Library): GeneratedKernel {
  const kernel = normalise(given);
  const fn = new FunctionBuilder(name, {
    params: ['i32', 'i32', ...kernel.buffers.map(() => 'i32' as const)],
    results: [],
  });
  const k = new KernelContext(kernel, fn, library, (context) => ({
    scalar: (e, depth) => pushScalar(context, e, depth),
    vector: (e, unit, depth) => pushVector(context, e, unit, depth),
  }));
  const { plan, cost } = planVectors(kernel, k.analysis);
  const loops: LoopEmitter = {
    loop: (context, { loop, body }) => emitLoop(context, loop, { begin: 0, end: loop.extent }, body, plan, loops),
    reduce: (context, statement) => emitReduce(context, statement, plan),
  };
  const effects = effectsOf(kernel.body);
  k.open('function', effects);
  emitLoop(k, kernel.outer, { begin: 0, end: kernel.outer.extent, locals: [0, 1] }, kernel.body, plan, loops);
  fn.body.append(k.close());
  const grain = 4 * (plan.get(kernel.outer) ?? 0.25);
  return { fn, extent: kernel.outer.extent, grain, cost, footprint: footprintOf(kernel) };
}
