// A planned program as one WebAssembly module.
// Owns: which functions the module has — one for each distinct kernel, the driver, the helpers they call — and its key.

import type { FloatUnary, Kernel } from '../../compiler/loop-ir.ts';
import type { Program, Step } from '../backend.ts';
import { type FunctionBuilder, type MemoryImport, ModuleBuilder } from './assembler/module.ts';
import { forEachExpr } from './codegen/analysis.ts';
import { isMachineUnary } from './codegen/scalar-operators.ts';
import { driverFunction, SCRATCH_PARAMETER } from './driver.ts';
import { KernelFunctions } from './kernel-functions.ts';
import type { DoubleFunction, Library, VectorFunction } from './library.ts';
import { farFunctions, vectorMathFunction } from './math/functions.ts';

export interface GeneratedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly doubleFunctions: readonly DoubleFunction[];
  /** What packed operands need; its address is the second argument of `run`. */
  readonly scratchBytes: number;
}

const unaryDouble = { params: ['f64'], results: ['f64'] } as const;
const binaryDouble = { params: ['f64', 'f64'], results: ['f64'] } as const;
const takesTwo = (fn: string): boolean => fn === 'pow' || fn === 'atan2' || fn === 'rem';

/** The functions of JavaScript's Math that the kernels need. */
function neededDoubles(kernels: readonly Kernel[]): DoubleFunction[] {
  const needed = new Set<DoubleFunction>();
  for (const kernel of kernels) {
    if (kernel.kind !== 'loops') continue;
    forEachExpr(kernel.body, (e) => {
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
  relaxed: boolean,
): GeneratedProgram {
  const module = new ModuleBuilder(memory);
  const host = module.importFunction('env', 'host', { params: ['i32'], results: [] });
  const doubleFunctions = neededDoubles(program.kernels);
  const doubles = new Map(
    doubleFunctions.map((fn) => [fn, module.importFunction('math', fn, takesTwo(fn) ? binaryDouble : unaryDouble)]),
  );
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

  const functions = new KernelFunctions(module, library);
  const callsOf = program.kernels.map((kernel, i) => functions.callsOf(kernel, texts[i]!));
  const call = (kernel: number, slots: readonly number[], driver: FunctionBuilder, slot: (n: number) => void): void => {
    const code = driver.body;
    for (const { fn, extent, args } of callsOf[kernel]!) {
      code.i32(0).i32(extent);
      for (const arg of args) {
        if (arg === 'scratch') code.get(SCRATCH_PARAMETER);
        else if ('buffer' in arg) slot(slots[arg.buffer]!);
        else code.i32(arg.constant);
      }
      code.call(fn);
    }
  };
  module.export('run', module.define(driverFunction(program.steps, { host, kernel: call })));
  return { bytes: module.encode(), doubleFunctions, scratchBytes: functions.scratchBytes };
}

/** What a program is, as text: programs with the same text share one module. */
export function programKey(program: Program, texts: readonly string[]): string {
  const stepText = (step: Step): string => JSON.stringify(step);
  return `${program.slotCount}\n${texts.join('\n\n')}\n\n${program.steps.map(stepText).join('\n')}`;
}
