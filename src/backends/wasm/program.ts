// A planned program as one WebAssembly module.
// Owns: which functions the module has — one for each distinct kernel, the driver, the helpers they call — and its key.

import { type MemoryImport, ModuleBuilder } from '../../assembler/module.ts';
import type { FloatUnary, Kernel } from '../../compiler/loop-ir.ts';
import type { Program, Step } from '../backend.ts';
import { forEachExpr } from './codegen/analysis.ts';
import { isMachineUnary } from './codegen/scalar-operators.ts';
import { alignUp } from './contract/plan.ts';
import { type DriverCalls, driverFunction, SCRATCH_PARAMETER } from './driver.ts';
import { KernelFunctions } from './kernel-functions.ts';
import { type DoubleFunction, type Library, takesTwo, type VectorFunction } from './library.ts';
import { farFunctions, vectorMathFunction } from './math/functions.ts';
import { type NativeChoice, PLAN_SECTION } from './native/addon.ts';
import { barrierFunction } from './threads/barrier.ts';
import { movesSlots, type Phase, planPhases } from './threads/phases.ts';
import { takeFunction } from './threads/pieces.ts';

export interface GeneratedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly doubleFunctions: readonly DoubleFunction[];
  /** What packed operands, and slots of its own, need in each thread; its address is the second argument of `run`. */
  readonly scratchBytes: number;
  /** Nanoseconds of work that threads can share, as estimated. */
  readonly shared: number;
  /** Whether running the program changes the table. */
  readonly movesSlots: boolean;
}

export interface Generation {
  readonly relaxed: boolean;
  readonly native?: NativeChoice | null | undefined;
  /** Threads share everything that can be cut. */
  readonly shareAll?: boolean;
}

/** See NativeContract. */
const contractSignature = { params: new Array<'i32'>(9).fill('i32'), results: [] } as const;
/** See NativeLoops. */
const loopsSignature = { params: new Array<'i32'>(4).fill('i32'), results: [] } as const;
const unaryDouble = { params: ['f64'], results: ['f64'] } as const;
const binaryDouble = { params: ['f64', 'f64'], results: ['f64'] } as const;

/** The functions of JavaScript's Math that the kernels need. */
function neededDoubles(kernels: readonly Kernel[]): DoubleFunction[] {
  const needed = new Set<DoubleFunction>();
  const bodies = kernels.flatMap((kernel) => {
    if (kernel.kind === 'sequence') return kernel.parts.map((part) => part.kernel.body);
    return kernel.kind === 'loops' ? [kernel.body] : [];
  });
  for (const body of bodies) {
    forEachExpr(body, (e) => {
      if (e.op === 'binary' && e.fn === 'rem' && (e.type === 'f32' || e.type === 'f64')) needed.add('rem');
      if (e.op === 'unary' && e.type === 'f32' && farFunctions[e.fn as FloatUnary])
        needed.add(farFunctions[e.fn as FloatUnary]!);
      if (e.type !== 'f64') return;
      if (e.op === 'binary' && (e.fn === 'pow' || e.fn === 'atan2')) needed.add(e.fn);
      if (e.op === 'unary' && !isMachineUnary(e.fn) && e.fn !== 'roundF16' && e.fn !== 'roundBf16') {
        needed.add(e.fn as DoubleFunction);
      }
    });
  }
  return [...needed];
}

export function generateProgram(
  program: Program,
  texts: readonly string[],
  memory: MemoryImport,
  { relaxed, native, shareAll = false }: Generation,
): GeneratedProgram {
  const module = new ModuleBuilder(memory);
  const host = module.importFunction('env', 'host', { params: ['i32'], results: [] });
  const stalled = memory.shared ? module.importFunction('env', 'stalled', { params: [], results: [] }) : undefined;
  const doubleFunctions = neededDoubles(program.kernels);
  const doubles = new Map(
    doubleFunctions.map((fn) => [fn, module.importFunction('math', fn, takesTwo(fn) ? binaryDouble : unaryDouble)]),
  );
  const imports = native && {
    contract: module.importFunction('env', 'contract', contractSignature),
    loops: module.importFunction('env', 'loops', loopsSignature),
  };
  const vectors = new Map<VectorFunction, number>();
  const library: Library = {
    relaxed,
    vectorFunction: (fn) => {
      let known = vectors.get(fn);
      if (known === undefined) {
        known = module.define(vectorMathFunction(fn, library));
        vectors.set(fn, known);
      }
      return known;
    },
    doubleFunction: (fn) => doubles.get(fn)!,
  };

  const functions = new KernelFunctions(module, library, imports ?? undefined, native);
  const callsOf = program.kernels.map((kernel, i) => functions.callsOf(kernel, texts[i]!));
  const call: DriverCalls['call'] = (kernel, number, slots, driver, range, slot) => {
    const code = driver.body;
    const { fn, args } = callsOf[kernel]![number]!;
    range();
    for (const arg of args) {
      if (arg === 'scratch') code.get(SCRATCH_PARAMETER);
      else if ('buffer' in arg) slot(slots[arg.buffer]!);
      else code.i32(arg.constant);
    }
    code.call(fn);
  };
  const prepare: DriverCalls['prepare'] = (kernel, number, driver) => {
    // Nothing is packed yet.
    if (callsOf[kernel]![number]!.keeps) driver.body.get(SCRATCH_PARAMETER).i64(0n).memory('i64.store', 0);
  };
  const planned = memory.shared
    ? planPhases(program, callsOf, shareAll ? 0 : undefined)
    : { phases: alone(program.steps), shared: 0 };
  const barrier = stalled === undefined ? undefined : module.define(barrierFunction(stalled));
  const take = stalled === undefined ? undefined : module.define(takeFunction());
  const ownMemory = alignUp(functions.scratchBytes);
  const calls: DriverCalls = { host, barrier, take, ownMemory, callsOf: (kernel) => callsOf[kernel]!, prepare, call };
  module.export('run', module.define(driverFunction(planned.phases, calls)));
  const { plans } = functions;
  if (plans.length > 0) module.customSection(PLAN_SECTION, new Uint8Array(Int32Array.from(plans).buffer));
  return {
    bytes: module.encode(),
    doubleFunctions,
    scratchBytes: ownMemory + ownBytes(program.steps),
    shared: planned.shared,
    movesSlots: movesSlots(program.steps),
  };
}

/** What each thread needs for slots of its own; loops that need some do not stand inside one another. */
export const ownBytes = (steps: readonly Step[]): number =>
  steps.reduce((most, step) => {
    if (step.kind === 'repeat') return Math.max(most, step.apart?.bytes ?? ownBytes(step.body));
    if (step.kind === 'while') return Math.max(most, ownBytes(step.condition), ownBytes(step.body));
    return step.kind === 'if' ? Math.max(most, ownBytes(step.then), ownBytes(step.otherwise)) : most;
  }, 0);

const alone = (steps: readonly Step[]): Phase[] => steps.map((step) => ({ kind: 'alone', step }));

/** What a program is, as text: programs with the same text share one module. */
export function programKey(program: Program, texts: readonly string[]): string {
  const stepText = (step: Step): string => JSON.stringify(step);
  return `${program.slotCount}\n${texts.join('\n\n')}\n\n${program.steps.map(stepText).join('\n')}\n${JSON.stringify(program.places)}`;
}
