// A planned program as one WebAssembly module.
// Owns: which functions the module has — one for each distinct kernel, the driver, the helpers they call — and its key.

import {
  binary,
  type ContractKernel,
  type FloatUnary,
  index,
  type Kernel,
  type LoopIndex,
  type LoopKernel,
  load,
  plus,
  read,
  times,
} from '../../compiler/loop-ir.ts';
import type { Program, Step } from '../backend.ts';
import { type FunctionBuilder, type MemoryImport, ModuleBuilder } from './assembler/module.ts';
import { forEachExpr } from './codegen/analysis.ts';
import { generateKernel } from './codegen/kernel.ts';
import { isMachineUnary } from './codegen/scalar-operators.ts';
import { driverFunction } from './driver.ts';
import type { DoubleFunction, Library, VectorFunction } from './library.ts';
import { farFunctions, vectorMathFunction } from './math/functions.ts';
import { philoxFunction } from './philox.ts';

export interface GeneratedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly doubleFunctions: readonly DoubleFunction[];
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

  const byText = new Map<string, number>();
  let philox: number | undefined;
  const functions = program.kernels.map((kernel, i) => {
    if (kernel.kind === 'philox') {
      philox ??= module.define(philoxFunction());
      return philox;
    }
    const known = byText.get(texts[i]!);
    if (known !== undefined) return known;
    const loops = kernel.kind === 'contract' ? contractAsLoops(kernel) : kernel;
    const defined = module.define(generateKernel(loops, `kernel${i}`, library));
    byText.set(texts[i]!, defined);
    return defined;
  });

  const call = (kernel: number, slots: readonly number[], driver: FunctionBuilder, slot: (n: number) => void): void => {
    const what = program.kernels[kernel]!;
    const code = driver.body;
    const blocks =
      what.kind === 'philox' ? Math.ceil(what.count / 4) : what.kind === 'loops' ? what.outer.extent : what.m;
    code.i32(0).i32(blocks);
    slots.forEach(slot);
    if (what.kind === 'philox') code.i32(what.count);
    code.call(functions[kernel]!);
  };
  module.export('run', module.define(driverFunction(program.steps, { host, kernel: call })));
  return { bytes: module.encode(), doubleFunctions };
}

/** A product as a plain loop nest. */
function contractAsLoops({ batch, m, n, k, a, b, c }: ContractKernel): LoopKernel {
  const [ib, im, inn, ik] = [
    ['batch', batch],
    ['m', m],
    ['n', n],
    ['k', k],
  ].map(([name, extent]) => ({ name, extent }) as LoopIndex) as [LoopIndex, LoopIndex, LoopIndex, LoopIndex];
  const at = (layout: typeof a, row: LoopIndex, column: LoopIndex) =>
    plus(
      plus(times(index(ib), layout.batchStride), times(index(row), layout.rowStride)),
      times(index(column), layout.columnStride),
    );
  const sum = { name: 'sum', type: 'f32' } as const;
  return {
    kind: 'loops',
    buffers: [
      { storage: 'f32', access: 'read' },
      { storage: 'f32', access: 'read' },
      { storage: 'f32', access: 'write' },
    ],
    outer: im,
    serial: false,
    body: [
      {
        kind: 'loop',
        loop: ib,
        body: [
          {
            kind: 'loop',
            loop: inn,
            body: [
              {
                kind: 'reduce',
                loops: [ik],
                accumulators: [
                  {
                    local: sum,
                    combine: 'add',
                    signed: true,
                    initial: 0,
                    value: binary('mul', load('f32', 0, at(a, im, ik)), load('f32', 1, at(b, ik, inn))),
                  },
                ],
              },
              { kind: 'store', buffer: 2, index: at(c, im, inn), value: read(sum) },
            ],
          },
        ],
      },
    ],
  };
}

/** What a program is, as text: programs with the same text share one module. */
export function programKey(program: Program, texts: readonly string[]): string {
  const stepText = (step: Step): string => JSON.stringify(step);
  return `${program.slotCount}\n${texts.join('\n\n')}\n\n${program.steps.map(stepText).join('\n')}`;
}
