// From kernels to functions of a module, and how each is called.
// Owns: which generator a kernel gets: loops, matrix products (also those that come as loops), Philox. Equal kernels share
// their functions.

import type { Code } from '../../assembler/code.ts';
import type { FunctionBuilder, ModuleBuilder } from '../../assembler/module.ts';
import type { BufferUse, Kernel, LoopKernel, SequenceKernel } from '../../compiler/loop-ir.ts';
import { Analysis } from './codegen/analysis.ts';
import { type Footprint, footprintOf } from './codegen/footprint.ts';
import { type GeneratedKernel, generateKernel } from './codegen/kernel.ts';
import { normalise, prepare } from './codegen/normalise.ts';
import { planVectors } from './codegen/plan.ts';
import {
  matchTransposition,
  type Transposition,
  transpositionFunction,
  transpositionTasks,
} from './codegen/transpose.ts';
import { type BlockHooks, blockFunction, PARAMETERS } from './contract/blocks.ts';
import { dotFunction } from './contract/dot.ts';
import { type Contraction, matchContraction } from './contract/match.ts';
import { type Axis, type Nest, nestOf, sizeOf } from './contract/nest.ts';
import type { Place } from './contract/places.ts';
import { alignUp, type BlockOptions, type BlockPlan, planBlocks, planContract, taskCount } from './contract/plan.ts';
import { productsOf } from './contract/windows.ts';
import type { Library } from './library.ts';
import type { NativeChoice } from './native/addon.ts';
import { nativeFunction } from './native/function.ts';
import { loopFunction } from './native/loop-function.ts';
import { type LoopPlan, planLoops, planRandom } from './native/loop-plan.ts';
import { type NativePlan, nativeTaskCount, planNative } from './native/plan.ts';
import { planWindows } from './native/plan-windows.ts';
import { followOf, isSquare, type Pooled } from './native/pooling.ts';
import { philoxFunction } from './philox.ts';
import type { Divisible } from './threads/phases.ts';

/** A buffer's address, by its position among the kernel's; the address of scratch; a number. */
export type Argument = { readonly buffer: number } | { readonly constant: number } | 'scratch';

/** One call: f(begin, end, arguments…). */
export interface KernelCall extends Divisible {
  readonly fn: number;
  readonly args: readonly Argument[];
}

/** Random numbers below which they are made before the addon is called. */
const LEAST_RANDOM = 512;

/** Nanoseconds: of a rough instruction of a loop, of one that the addon does, of a multiplication in tiles, of one in native ones, of four random numbers, of an element that is moved. */
const [INSTRUCTION, NATIVE_INSTRUCTION, PRODUCT, NATIVE_PRODUCT, RANDOM_BLOCK, MOVED] = [0.4, 0.2, 0.03, 0.015, 5, 0.6];
/** Of four that the addon makes. */
const NATIVE_RANDOM_BLOCK = 3;

/** Rough instructions below which a loop is done before the addon is called. */
const LEAST_LOOPS = 8_000;

/** The imported functions of the addon. */
export interface NativeImports {
  readonly contract: number;
  readonly loops: number;
}

/** A call of which the cost is not known yet. */
type Product = Omit<KernelCall, 'cost'>;

const buffers = (positions: readonly number[]): Argument[] => positions.map((buffer) => ({ buffer }));

export class KernelFunctions {
  /** What all kernels together need, in bytes; calls do not keep anything there. */
  scratchBytes = 0;
  /** The plans of the native kernels, one after the other, in words. */
  readonly plans: number[] = [];
  private readonly module: ModuleBuilder;
  private readonly library: Library;
  private readonly native: NativeImports | undefined;
  private readonly leastProducts: number | undefined;
  private readonly instructions: string | undefined;
  private readonly byKey = new Map<string, number>();
  private readonly byText = new Map<string, readonly KernelCall[]>();

  /** `native`: the imported functions that run native kernels, where there are any. */
  constructor(module: ModuleBuilder, library: Library, native?: NativeImports, choice?: NativeChoice | null) {
    this.module = module;
    this.library = library;
    this.native = native;
    this.leastProducts = choice?.leastProducts;
    this.instructions = choice?.instructions;
  }

  /** The calls that run a kernel, in order; `text` is its description. */
  callsOf(kernel: Kernel, text: string): readonly KernelCall[] {
    let calls = this.byText.get(text);
    if (!calls) {
      calls = this.make(kernel, `kernel${this.byText.size}`);
      this.byText.set(text, calls);
    }
    return calls;
  }

  private define = (key: string, make: () => FunctionBuilder): number => {
    let known = this.byKey.get(key);
    if (known === undefined) {
      known = this.module.define(make());
      this.byKey.set(key, known);
    }
    return known;
  };

  private make(kernel: Kernel, name: string): readonly KernelCall[] {
    switch (kernel.kind) {
      case 'philox': {
        // The first number may stand anywhere in its block.
        const extent = Math.ceil((kernel.count + 3) / 4);
        if (this.native && (kernel.count >= LEAST_RANDOM || this.leastProducts === 0)) {
          const plan = planRandom(kernel.count);
          const args = [...buffers([0, 1]), 'scratch' as const];
          return [
            { fn: this.planned(plan, 2, name), extent, grain: plan.grain, cost: extent * NATIVE_RANDOM_BLOCK, args },
          ];
        }
        const fn = this.define('philox', philoxFunction);
        const args = [...buffers([0, 1]), { constant: kernel.count }];
        return [{ fn, extent, grain: 4, cost: extent * RANDOM_BLOCK, args }];
      }
      case 'contract': {
        const native = this.nativePlan(nestOf(kernel));
        const products = kernel.batch * kernel.m * kernel.n * kernel.k;
        if (native) {
          const footprint = footprintOfTasks(native, [0, 1, 2]);
          return [
            { ...this.nativeProduct(native, name, buffers([0, 1, 2])), cost: products * NATIVE_PRODUCT, footprint },
          ];
        }
        const plan = planContract(kernel);
        const { relaxed } = this.library;
        this.scratchBytes = Math.max(this.scratchBytes, plan.scratchBytes);
        const made =
          plan.kind === 'dot' ? dotFunction(plan, name, relaxed) : blockFunction(plan, name, this.define, relaxed);
        const order = plan.swapped ? ([1, 0, 2] as const) : ([0, 1, 2] as const);
        const args = [...buffers(order), 'scratch' as const];
        const call = {
          fn: this.module.define(made),
          extent: taskCount(plan),
          grain: 1,
          cost: products * PRODUCT,
          args,
        };
        return [plan.kind === 'dot' ? call : { ...call, footprint: footprintOfTasks(plan, order) }];
      }
      case 'sequence': {
        const each = () => kernel.parts.flatMap((part, i) => callsOfPart(this.make(part.kernel, `${name}.${i}`), part));
        return (this.native && this.pooled(kernel, name)) ?? each();
      }
      case 'loops': {
        const prepared = prepare(kernel);
        const match = matchContraction(prepared);
        if (match) return this.contraction(match, name);
        const transposition = matchTransposition(prepared);
        return [transposition ? this.transposition(transposition, name) : this.loops(kernel, name)];
      }
    }
  }

  private transposition(match: Transposition, name: string): KernelCall {
    const fn = this.module.define(transpositionFunction(match, name));
    const all = Array.from({ length: match.bufferCount }, (_, i) => i);
    const elements = [match.across, match.down, ...match.others].reduce((n, { extent }) => n * extent, 1);
    return { fn, extent: transpositionTasks(match), grain: 1, cost: elements * MOVED, args: buffers(all) };
  }

  private loops(kernel: LoopKernel, name: string): KernelCall {
    const native = this.native && this.nativeLoops(kernel, name);
    if (native) return native;
    const { fn, extent, grain, cost, footprint } = generateKernel(kernel, name, this.library);
    const args = buffers(kernel.buffers.map((_, i) => i));
    return {
      fn: this.module.define(fn),
      extent,
      // What must run in order is one piece.
      grain: kernel.serial ? extent : grain,
      cost: cost * INSTRUCTION,
      footprint,
      args,
    };
  }

  /** A kernel of single numbers and rows for the addon, where the call is little beside the work. */
  private nativeLoops(kernel: LoopKernel, name: string): KernelCall | undefined {
    const normal = normalise(kernel);
    const { cost } = planVectors(normal, new Analysis(normal.body));
    const any = this.leastProducts === 0;
    if (cost < LEAST_LOOPS && !any) return undefined;
    const plan = planLoops(normal, any);
    if (!plan) return undefined;
    const { length } = normal.buffers;
    return {
      fn: this.planned(plan, length, name),
      extent: normal.outer.extent,
      grain: plan.grain,
      cost: cost * NATIVE_INSTRUCTION,
      footprint: footprintOf(normal),
      args: [...buffers(normal.buffers.map((_, i) => i)), 'scratch'],
    };
  }

  /** The function that hands buffers to the addon with a plan. */
  private planned(plan: LoopPlan, length: number, name: string): number {
    this.scratchBytes = Math.max(this.scratchBytes, alignUp(plan.scratchBytes));
    const fn = this.module.define(loopFunction(length, name, this.native!.loops, this.plans.length));
    this.plans.push(...plan.words);
    return fn;
  }

  private nativePlan(nest: Nest, options?: BlockOptions): NativePlan | undefined {
    return this.native === undefined ? undefined : planNative(nest, options, this.leastProducts, this.instructions);
  }

  private nativeProduct(plan: NativePlan, name: string, args: readonly Argument[], hooks: BlockHooks = {}): Product {
    this.scratchBytes = Math.max(this.scratchBytes, plan.scratchBytes);
    const made = nativeFunction(plan, name, this.native!.contract, this.plans.length, hooks);
    this.plans.push(...plan.words);
    return {
      fn: this.module.define(made),
      extent: nativeTaskCount(plan),
      grain: 1,
      keeps: true,
      args: [...args, 'scratch'],
    };
  }

  private blocks(plan: BlockPlan, name: string, args: readonly Argument[], hooks: BlockHooks): Product {
    const made = blockFunction(plan, name, this.define, this.library.relaxed, hooks);
    return {
      fn: this.module.define(made),
      extent: taskCount({ ...plan, swapped: false }),
      grain: 1,
      args: [...args, 'scratch'],
    };
  }

  /** A sequence around pooling in as many native calls as it has convolutions, if all of it can be done that way. */
  private pooled({ parts, pooling, buffers: uses }: SequenceKernel, name: string): readonly KernelCall[] | undefined {
    if (!isSquare(pooling)) return undefined;
    const [first, ...others] = parts as [Part, ...Part[]];
    const { values, numbers } = pooling;
    if (pooling.kind === 'largest') {
      const prepared = prepare(first.kernel);
      const [match, follow] = [matchContraction(prepared, 1), followOf(prepared, pooling)];
      const windows =
        match?.windows &&
        follow &&
        planWindows(match.windows, {}, this.leastProducts, { array: 'c', pooling, follow: follow.follow });
      if (!windows) return undefined;
      const [a, b] = match.buffers.map((buffer) => first.buffers[buffer]!) as [number, number, number];
      const bias = follow.bias === undefined ? values : first.buffers[follow.bias]!;
      const hooks = {
        extraPointers: 2,
        furtherArrays: [
          besides(PARAMETERS, 'c'),
          (code: Code) => {
            code.get(PARAMETERS + 1);
          },
        ],
      };
      const call = this.nativeProduct(windows, name, buffers([a, b, values]), hooks);
      const cost = productsOf(match.windows!) * NATIVE_PRODUCT;
      const further = [numbers < 0 ? values : numbers, bias];
      return [withTouches({ ...call, cost, args: [...call.args, ...buffers(further)] }, uses)];
    }
    const calls: KernelCall[] = [];
    for (const [i, part] of others.entries()) {
      const match = matchContraction(prepare(part.kernel));
      if (!match) return undefined;
      // The part's buffers, then those of the windows.
      const all = [...part.buffers, values, numbers];
      const made = this.contraction(match, `${name}.${i}`, { pooling, follow: 0 }, part.buffers.length);
      if (!made) return undefined;
      for (const call of made) {
        const args = call.args.map((arg) =>
          typeof arg === 'object' && 'buffer' in arg ? { buffer: all[arg.buffer]! } : arg,
        );
        calls.push(withTouches({ ...call, args, footprint: undefined }, uses));
      }
    }
    return calls;
  }

  private contraction(match: Contraction, name: string): readonly KernelCall[];
  /** With an operand that is what pooling sends back, in buffers `sentAt` and the next: values and numbers. */
  private contraction(
    match: Contraction,
    name: string,
    sent: Omit<Pooled, 'array'>,
    sentAt: number,
  ): readonly KernelCall[] | undefined;
  private contraction(
    match: Contraction,
    name: string,
    sent?: Omit<Pooled, 'array'>,
    sentAt = 0,
  ): readonly KernelCall[] | undefined {
    const array = match.windows?.kind === 'filter' ? 'b' : 'a';
    const { epilogue } = match;
    const windows =
      match.windows && this.native
        ? planWindows(
            match.windows,
            { wholeColumns: epilogue !== undefined },
            this.leastProducts,
            sent && { ...sent, array },
          )
        : undefined;
    if (sent && !windows) return undefined;
    const padding = windows ? undefined : match.padding;
    const options = { padded: padding !== undefined, wholeColumns: epilogue !== undefined };
    const native = windows ?? this.nativePlan(match.nest, options);
    const plan = native ?? planBlocks(match.nest, options);
    let bytes = plan.scratchBytes;
    let hooks: BlockHooks = {};
    if (padding) {
      const copyAt = alignUp(bytes);
      bytes = copyAt + padding.bytes;
      const { fn, extent } = generateKernel(padding.kernel, `${name}.padding`, this.library);
      const copy = this.module.define(fn);
      hooks = {
        copyA: (code: Code, address: number, scratch: number) => {
          code.i32(0).i32(extent).get(address).get(scratch).i32(copyAt).op('i32.add').call(copy);
          code
            .get(scratch)
            .i32(copyAt + padding.offset * 4)
            .op('i32.add')
            .set(address);
        },
      };
    }
    this.scratchBytes = Math.max(this.scratchBytes, bytes);
    const extras: Argument[] = [];
    const after: KernelCall[] = [];
    if (sent) {
      extras.push({ buffer: sentAt + 1 });
      hooks = { extraPointers: 1, furtherArrays: [besides(PARAMETERS, array)] };
    }
    const own = extras.length;
    if (epilogue) {
      const generated = generateKernel(epilogue, `${name}.epilogue`, this.library);
      const fn = this.module.define(generated.fn);
      const all = epilogue.buffers.map((_, i) => i);
      const range = epilogueRange(plan, match.loops, generated);
      if (range) {
        // While the rows of a task are still in cache.
        const extra = all.filter((buffer) => !match.buffers.includes(buffer));
        const parameter = (buffer: number) =>
          match.buffers.includes(buffer) ? 2 + match.buffers.indexOf(buffer) : PARAMETERS + own + extra.indexOf(buffer);
        extras.push(...buffers(extra));
        hooks = {
          ...hooks,
          extraPointers: own + extra.length,
          finish: (code, task, first, rows) => {
            range(code, task, first, rows);
            for (const buffer of all) code.get(parameter(buffer));
            code.call(fn);
          },
        };
      } else {
        const { extent, grain, cost, footprint } = generated;
        after.push({ fn, extent, grain, cost: cost * INSTRUCTION, footprint, args: buffers(all) });
      }
    }
    const { batch, rows, columns, depth } = match.nest;
    const cost = [batch, rows, columns, depth].reduce((n, axes) => n * sizeOf(axes), native ? NATIVE_PRODUCT : PRODUCT);
    const operands = match.buffers.map((buffer, i) => (sent && i === 'ab'.indexOf(array) ? sentAt : buffer));
    const call = native
      ? this.nativeProduct(native, name, buffers(operands), hooks)
      : this.blocks(plan as BlockPlan, name, buffers(match.buffers), hooks);
    const footprint: (number | undefined)[] =
      padding || windows ? [] : [...(footprintOfTasks(plan, match.buffers) ?? [])];
    footprint[match.buffers[2]] ??= resultsOfTask(plan, match.nest);
    return [{ ...call, cost, footprint, args: [...call.args, ...extras] }, ...after];
  }
}

type Part = SequenceKernel['parts'][number];

/** A part's calls over the buffers of its sequence. */
const callsOfPart = (calls: readonly KernelCall[], { kernel, buffers: numbers }: Part): KernelCall[] =>
  calls.map((call) => {
    const footprint: (number | undefined)[] = [];
    call.footprint?.forEach((bytes, i) => {
      footprint[numbers[i]!] = bytes;
    });
    const args = call.args.map((arg) =>
      typeof arg === 'object' && 'buffer' in arg ? { buffer: numbers[arg.buffer]! } : arg,
    );
    const touches = numbers.map((buffer, i) => ({ buffer, write: kernel.buffers[i]!.access !== 'read' }));
    return { ...call, footprint, args, touches };
  });

/** A call of a sequence with what it touches: its arguments. */
const withTouches = (call: KernelCall, uses: readonly BufferUse[]): KernelCall => ({
  ...call,
  touches: call.args.flatMap((arg) =>
    typeof arg === 'object' && 'buffer' in arg
      ? [{ buffer: arg.buffer, write: uses[arg.buffer]!.access !== 'read' }]
      : [],
  ),
});

/** The address in an array, given by a parameter, that lies as a place does in another. */
const besides =
  (parameter: number, array: 'a' | 'b' | 'c') =>
  (code: Code, at: Place, pointers: readonly number[]): void => {
    code.get(at[array]).get(pointers['abc'.indexOf(array)]!).op('i32.sub').get(parameter).op('i32.add');
  };

/** What each task touches, where tasks are equal pieces of the rows; `buffers` are the kernel's numbers of A, B and C. */
function footprintOfTasks(
  plan: Pick<BlockPlan, 'nest' | 'taskAxes' | 'chunkAxis' | 'chunk' | 'chunkInside' | 'columnGroups'>,
  [a, , c]: readonly [number, number, number],
): Footprint | undefined {
  const { nest, taskAxes, chunkAxis, chunk, chunkInside, columnGroups } = plan;
  if (columnGroups > 1 || taskAxes.length > 0 || chunkInside || chunkAxis.extent % chunk !== 0) return undefined;
  if (!nest.rows.includes(chunkAxis)) return undefined;
  const [rows, ...rest] = (['a', 'c'] as const).map((x) => {
    const others = [...nest.batch, ...nest.rows, ...nest.columns, ...nest.depth].filter((axis) => axis !== chunkAxis);
    const start = nest.offsets[x === 'a' ? 0 : 2];
    const within = others.every((axis) => axis[x] >= 0) && start >= 0;
    const reach = others.reduce((sum, axis) => sum + axis[x] * (axis.extent - 1), start);
    return within && reach < chunkAxis[x] ? chunkAxis[x] * chunk * 4 : undefined;
  });
  const result: (number | undefined)[] = [];
  [result[a], result[c]] = [rows, rest[0]];
  return result;
}

/** Bytes of results that each task writes, where these are the pieces of a dense result in their order. */
function resultsOfTask(
  {
    taskAxes,
    chunkAxis,
    chunk,
    chunkInside,
    columnGroups,
  }: Pick<BlockPlan, 'taskAxes' | 'chunkAxis' | 'chunk' | 'chunkInside' | 'columnGroups'>,
  { batch, rows, columns, offsets }: Nest,
): number | undefined {
  const all = [...batch, ...rows, ...columns];
  const elements = sizeOf(all);
  const reach = all.reduce((sum, { extent, c }) => sum + c * (extent - 1), 0);
  if (columnGroups > 1 || offsets[2] !== 0 || all.some(({ c }) => c < 0) || reach + 1 !== elements) return undefined;
  const inner = elements / sizeOf(taskAxes);
  let stride = inner;
  for (const { extent, c } of [...taskAxes].reverse()) {
    if (extent === 1) continue;
    if (c !== stride) return undefined;
    stride *= extent;
  }
  if (chunkInside || chunk >= chunkAxis.extent) return inner * 4;
  return chunkAxis.extent * chunkAxis.c === inner && chunkAxis.extent % chunk === 0
    ? chunk * chunkAxis.c * 4
    : undefined;
}

/** Joins axes whose results are contiguous, whatever the operands. */
function places(axes: readonly Axis[]): string {
  const result: { extent: number; c: number }[] = [];
  for (const { extent, c } of axes) {
    if (extent === 1) continue;
    const last = result[result.length - 1];
    if (last && last.c === c * extent) result[result.length - 1] = { extent: last.extent * extent, c };
    else result.push({ extent, c });
  }
  return JSON.stringify(result);
}

/** Pushes the range of the epilogue's outer loop that a task has finished, where its tasks are ranges of it. */
function epilogueRange(
  plan: Pick<BlockPlan, 'taskAxes' | 'chunkAxis' | 'chunk' | 'chunkInside' | 'columnGroups'>,
  loops: readonly Axis[],
  { extent, grain }: GeneratedKernel,
): ((code: Code, task: number, first: number, rows: number) => void) | undefined {
  if (plan.columnGroups > 1) return undefined;
  const tasks = sizeOf(plan.taskAxes);
  const pieces = plan.chunkInside ? 1 : Math.ceil(plan.chunkAxis.extent / plan.chunk);
  const named = loops.filter((axis) => axis.extent > 1);
  let leading = 1;
  let count = 0;
  while (leading < tasks && count < named.length) leading *= named[count++]!.extent;
  if (leading !== tasks || places(named.slice(0, count)) !== places(plan.taskAxes) || extent % tasks !== 0)
    return undefined;
  if (pieces === 1) {
    const each = extent / tasks;
    if (each % grain !== 0) return undefined;
    return (code, task) => {
      code.get(task).i32(each).op('i32.mul').get(task).i32(1).op('i32.add').i32(each).op('i32.mul');
    };
  }
  const { chunkAxis, chunk } = plan;
  const cut = named[count];
  if (cut?.extent !== chunkAxis.extent || cut.c !== chunkAxis.c || extent % (tasks * cut.extent) !== 0)
    return undefined;
  const each = extent / (tasks * cut.extent);
  if ((each * chunk) % grain !== 0 || (each * cut.extent) % grain !== 0) return undefined;
  return (code, task, first, rows) => {
    const begin = () => {
      code.get(first);
      if (tasks > 1) code.get(task).i32(pieces).op('i32.div_u').i32(cut.extent).op('i32.mul', 'i32.add');
    };
    begin();
    code.i32(each).op('i32.mul');
    begin();
    code.get(rows).op('i32.add').i32(each).op('i32.mul');
  };
}
