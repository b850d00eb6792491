// From kernels to functions of a module, and how each is called.
// Owns: which generator a kernel gets: loops, matrix products (also those that come as loops), Philox. Equal kernels share
// their functions.
import type { Kernel, LoopKernel } from '../../compiler/loop-ir.ts';
import type { Code } from './assembler/code.ts';
import type { FunctionBuilder, ModuleBuilder } from './assembler/module.ts';
import { generateKernel } from './codegen/kernel.ts';
import { prepare } from './codegen/normalise.ts';
import { type BlockHooks, blockFunction } from './contract/blocks.ts';
import { dotFunction } from './contract/dot.ts';
import { type Contraction, matchContraction } from './contract/match.ts';
import { alignUp, planBlocks, planContract, taskCount } from './contract/plan.ts';
import type { Library } from './library.ts';
import { philoxFunction } from './philox.ts';

/** One call: f(begin, end, address of each operand…, then scratch or a number where the function takes one). */
export interface KernelCall {
  readonly fn: number;
  /** The range that may be cut, at multiples of RANGE_GRAIN in loop kernels and of 4 in Philox. */
  readonly extent: number;
  /** Positions among the kernel's buffers. */
  readonly operands: readonly number[];
  readonly last: 'scratch' | number | undefined;
}

export class KernelFunctions {
  /** What all kernels together need, in bytes; calls do not keep anything there. */
  scratchBytes = 0;
  private readonly module: ModuleBuilder;
  private readonly library: Library;
  private readonly byKey = new Map<string, number>();
  private readonly byText = new Map<string, readonly KernelCall[]>();

  constructor(module: ModuleBuilder, library: Library) {
    this.module = module;
    this.library = library;
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
        const fn = this.define('philox', philoxFunction);
        return [{ fn, extent: Math.ceil(kernel.count / 4), operands: [0, 1], last: kernel.count }];
      }
      case 'contract': {
        const plan = planContract(kernel);
        const { relaxed } = this.library;
        this.scratchBytes = Math.max(this.scratchBytes, plan.scratchBytes);
        const made =
          plan.kind === 'dot' ? dotFunction(plan, name, relaxed) : blockFunction(plan, name, this.define, relaxed);
        const operands = plan.swapped ? [1, 0, 2] : [0, 1, 2];
        return [{ fn: this.module.define(made), extent: taskCount(plan), operands, last: 'scratch' }];
      }
      case 'loops': {
        const match = matchContraction(prepare(kernel));
        return match ? this.contraction(match, name) : [this.loops(kernel, name)];
      }
    }
  }

  private loops(kernel: LoopKernel, name: string): KernelCall {
    const { fn, extent } = generateKernel(kernel, name, this.library);
    return { fn: this.module.define(fn), extent, operands: kernel.buffers.map((_, i) => i), last: undefined };
  }

  private contraction(match: Contraction, name: string): readonly KernelCall[] {
    const { padding, epilogue } = match;
    const plan = planBlocks(match.nest, { padded: padding !== undefined });
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
    const made = blockFunction(plan, name, this.define, this.library.relaxed, hooks);
    const extent = taskCount({ ...plan, swapped: false });
    const product: KernelCall = { fn: this.module.define(made), extent, operands: match.buffers, last: 'scratch' };
    return epilogue ? [product, this.loops(epilogue, `${name}.epilogue`)] : [product];
  }
}
