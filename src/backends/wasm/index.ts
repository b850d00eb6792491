// The WebAssembly backend: planned programs compiled to modules over one engine memory.
// Owns: the heap, the detection of relaxed SIMD, the cache of compiled modules. Code generation stands in program.ts.

import { Code } from '../../assembler/code.ts';
import { FunctionBuilder, ModuleBuilder } from '../../assembler/module.ts';
import { describeKernel } from '../../compiler/print-loop-ir.ts';
import type { Backend, Executable, Heap, Program } from '../backend.ts';
import { alignUp } from './contract/plan.ts';
import { doubleFunctionTable } from './double-functions.ts';
import { type HeapOptions, WasmHeap } from './memory.ts';
import { type NativeChoice, NativeMemory } from './native/addon.ts';
import { type GeneratedProgram, generateProgram, programKey } from './program.ts';
import { Pool, type Shared, type WorkerMaker } from './threads/pool.ts';
import { type TurnsFunction, turnsModule } from './turns.ts';

export interface WasmOptions extends HeapOptions {
  /** Switches relaxed SIMD on where the engine hides it behind a flag (`platform/simd.ts`); called once, before the first module. */
  readonly enableRelaxedSimd?: () => void;
  /** Use fused multiply-add where the engine has it; default true. */
  readonly relaxedSimd?: boolean;
  /** Makes threads that share large programs; one thread without it, or where memory cannot be shared. */
  readonly workers?: WorkerMaker;
  /** Fifths of a second without a sign of life after which a thread counts as lost. */
  readonly patience?: number;
  /** Shares everything that can be cut, however small, and waits for the workers to start: for tests. */
  readonly shareAll?: boolean;
  /** The native addon, where there is one and it is wanted (`platform/native-addon.ts`). */
  readonly native?: NativeChoice | null;
}

/** A page's main thread may compile this much without waiting: in older versions of Chrome, and since. */
const [OLD_PAGE_LIMIT, PAGE_LIMIT] = [4096, 8 << 20];

/** The largest module that compiles synchronously here, found by trying one that the old limit forbids. */
function synchronousLimit(): number {
  if (typeof window === 'undefined') return Number.POSITIVE_INFINITY;
  const module = new ModuleBuilder();
  const f = new FunctionBuilder('f', { params: [], results: [] });
  for (let i = 0; i < 2 * OLD_PAGE_LIMIT; i++) f.body.op('nop');
  module.define(f);
  try {
    new WebAssembly.Module(module.encode());
    return PAGE_LIMIT;
  } catch {
    return OLD_PAGE_LIMIT;
  }
}

export function relaxedSimdAvailable(): boolean {
  const module = new ModuleBuilder();
  const f = new FunctionBuilder('f', { params: ['v128'], results: ['v128'] });
  f.body.append(new Code().get(0).get(0).get(0).op('f32x4.relaxed_madd'));
  module.define(f);
  return WebAssembly.validate(module.encode());
}

export function createWasmBackend(options: WasmOptions = {}): Backend {
  const heap = new WasmHeap(options);
  let relaxed = options.relaxedSimd !== false && relaxedSimdAvailable();
  if (!relaxed && options.relaxedSimd !== false && options.enableRelaxedSimd) {
    options.enableRelaxedSimd();
    relaxed = relaxedSimdAvailable();
  }
  const memory = {
    module: 'env',
    name: 'memory',
    shared: heap.shared,
    minimumPages: heap.minimumPages,
    maximumPages: heap.maximumPages,
  } as const;
  const scratch = new Scratch(heap);
  const native = options.native ? new NativeMemory(options.native, heap.memory) : undefined;
  if (native) heap.moved = () => native.follow();
  const pool = heap.shared && options.workers ? new Pool(heap, options.workers, options) : undefined;
  const executables = new Map<string, WeakRef<Executable>>();
  // A program's text is long: it is kept no longer than the program.
  const texts = new FinalizationRegistry<string>((key) => {
    if (executables.get(key)?.deref() === undefined) executables.delete(key);
  });

  const generate = (program: Program) => {
    const kernels = program.kernels.map(describeKernel);
    const key = programKey(program, kernels);
    const known = executables.get(key)?.deref();
    if (known) return { known };
    return {
      key,
      generated: generateProgram(program, kernels, memory, {
        relaxed,
        native: options.native,
        shareAll: pool !== undefined && options.shareAll === true,
      }),
    };
  };
  const imports = (module: WebAssembly.Module, host: HostCell): WebAssembly.Imports => ({
    env: {
      memory: heap.memory,
      host: (index: number) => host.call(index),
      stalled: () => pool?.stalled(),
      ...native?.bind(module),
    },
    math: doubleFunctionTable,
  });
  const executable = (
    key: string,
    instance: WebAssembly.Instance,
    { bytes, scratchBytes, doubleFunctions, shared, movesSlots }: GeneratedProgram,
    host: HostCell,
    slotCount: number,
  ): Executable => {
    const run = instance.exports.run as Shared['run'];
    const each = alignUp(scratchBytes);
    scratch.reserve(each);
    const program: Shared = {
      bytes,
      // Workers have no functions but those of Math.
      shared: doubleFunctions.every((fn) => fn in Math && fn !== 'pow') ? shared : 0,
      slotCount,
      movesSlots,
      scratchBytes: each,
      run,
    };
    const made: Executable = {
      codeBytes: bytes.length,
      inTurn(turns) {
        const module = new WebAssembly.Module(turnsModule(turns, memory));
        const { exports } = new WebAssembly.Instance(module, { env: { memory: heap.memory }, program: { run } });
        const call = exports.turns as TurnsFunction;
        return (table, block, times) => call(table, scratch.address, block, times);
      },
      run(table, call, meanwhile) {
        const outer = host.call;
        host.call = call;
        try {
          const threads = pool ? pool.threadsNow(program) : 1;
          if (threads > 1) {
            scratch.reserve(each * threads);
            pool!.run(program, table, scratch.address, threads, meanwhile);
          } else run(table, scratch.address, 0, 1);
        } finally {
          host.call = outer;
        }
      },
    };
    executables.set(key, new WeakRef(made));
    texts.register(made, key);
    return made;
  };

  return {
    name: 'wasm',
    heap,
    ...(native && { copyRows: native.copyRows }),
    synchronousLimit: synchronousLimit(),
    kernels: options.native?.instructions ?? (relaxed ? 'WebAssembly relaxed SIMD' : 'WebAssembly SIMD'),
    get threads() {
      return pool?.threads ?? 1;
    },
    compile(program) {
      const made = generate(program);
      if (made.known) return made.known;
      const host: HostCell = { call: noHost };
      const module = new WebAssembly.Module(made.generated.bytes);
      const instance = new WebAssembly.Instance(module, imports(module, host));
      return executable(made.key, instance, made.generated, host, program.slotCount);
    },
    async compileAsync(program) {
      const made = generate(program);
      if (made.known) return made.known;
      const host: HostCell = { call: noHost };
      const module = await WebAssembly.compile(made.generated.bytes);
      const instance = await WebAssembly.instantiate(module, imports(module, host));
      return executable(made.key, instance, made.generated, host, program.slotCount);
    },
  };
}

/** Memory for packed operands, shared by all programs: one runs at a time, and none keeps anything there. */
class Scratch {
  address = 0;
  private bytes = 0;
  private readonly heap: Heap;

  constructor(heap: Heap) {
    this.heap = heap;
  }

  reserve(bytes: number): void {
    if (bytes <= this.bytes) return;
    // The old block stays: a program that called a host step may go on with it. Doubling bounds what is lost.
    this.bytes = Math.max(bytes, 2 * this.bytes);
    this.address = this.heap.allocate(this.bytes);
  }
}

interface HostCell {
  call: (index: number) => void;
}
const noHost = () => {
  throw new RangeError('a host step outside of run');
};
