// The state of emitting one kernel: open scopes, loops, locals, what is cached where.
// Owns: where a value is computed (its home: the outermost open scope in which it does not change) and which
// WebAssembly locals are free. Emitting expressions and statements is left to the other files of this folder.
//
// Each scope collects its own instructions. Code hoisted to an outer scope is appended there, which is before the inner scope,
// because an inner scope's code joins its parent only when it closes.

import { Code, type ValueType } from '../../../assembler/code.ts';
import type { FunctionBuilder } from '../../../assembler/module.ts';
import { assert } from '../../../base/errors.ts';
import type { Expr, Local, LoopIndex, LoopKernel, Register } from '../../../compiler/loop-ir.ts';
import type { Library } from '../library.ts';
import { Analysis, type Effects, isWide } from './analysis.ts';

export interface Scope {
  readonly kind: 'function' | 'loop' | 'pass' | 'branch';
  readonly code: Code;
  readonly effects: Effects;
  /** Values computed in this scope: scalars, uniform values spread over a vector, vectors by unit, addresses by their terms. */
  readonly scalars: Map<Expr, number>;
  readonly splats: Map<Expr, number>;
  readonly vectors: Map<Expr, (number | undefined)[]>;
  readonly addresses: Map<string, number>;
  readonly masks: Map<Expr, number>;
  owned: (readonly [ValueType, number])[];
  readonly free: Map<ValueType, number[]>;
}

export interface LoopState {
  /** Depth of the scope that is the loop's body. */
  readonly depth: number;
  /** The index: a local, or a constant in a straight pass. */
  readonly index: { readonly local: number } | { readonly constant: number };
  readonly step: number;
  /** Locals that hold index · stride, kept by addition. */
  readonly strides: Map<number, number>;
}

/** The loop whose iterations lie in lanes, four to a part. */
export interface VectorState {
  readonly loop: LoopIndex;
  readonly parts: number;
  readonly depth: number;
  /** Lanes of the last part that exist: 4, or fewer in the last pass. */
  readonly lastLanes: number;
  readonly varying: ReadonlySet<Local>;
}

/** Where a named local of the loop IR lives. */
export type LocalPlace = ({ readonly scalar: number } | { readonly units: readonly number[] }) & {
  readonly depth: number;
};

/** The emitters of expressions, which call each other through here. */
export interface Emit {
  /** Pushes the value of an expression that does not vary over lanes. Bools are i32 0 or 1. */
  scalar(e: Expr, depth: number): void;
  /** Pushes one v128 of a value: four lanes of 32 bits, or two of 64; bools are lane masks of 32 bits. */
  vector(e: Expr, unit: number, depth: number): void;
}

export class KernelContext {
  readonly scopes: Scope[] = [];
  readonly loops = new Map<LoopIndex, LoopState>();
  readonly places = new Map<Local, LocalPlace>();
  vector: VectorState | undefined;
  readonly kernel: LoopKernel;
  readonly fn: FunctionBuilder;
  readonly library: Library;
  readonly analysis: Analysis;
  readonly emit: Emit;
  private readonly numbers = new Map<object, number>();
  /** Position of the first pointer among the function's parameters. */
  readonly firstPointer = 2;

  constructor(kernel: LoopKernel, fn: FunctionBuilder, library: Library, emit: (k: KernelContext) => Emit) {
    this.kernel = kernel;
    this.emit = emit(this);
    this.fn = fn;
    this.library = library;
    this.analysis = new Analysis(kernel.body);
  }

  get depth(): number {
    return this.scopes.length - 1;
  }
  get code(): Code {
    return this.scopes[this.depth]!.code;
  }
  codeAt(depth: number): Code {
    return this.scopes[depth]!.code;
  }
  /** A number that stands for an object in keys. */
  number(object: object): number {
    let known = this.numbers.get(object);
    if (known === undefined) {
      known = this.numbers.size;
      this.numbers.set(object, known);
    }
    return known;
  }
  pointer(buffer: number): number {
    return this.firstPointer + buffer;
  }

  open(kind: Scope['kind'], effects: Effects): Scope {
    const scope: Scope = {
      kind,
      code: new Code(),
      effects,
      scalars: new Map(),
      splats: new Map(),
      vectors: new Map(),
      addresses: new Map(),
      masks: new Map(),
      owned: [],
      free: new Map(),
    };
    this.scopes.push(scope);
    return scope;
  }

  /** Ends the innermost scope; its locals may be used again by what follows in the parent. */
  close(): Code {
    const scope = this.scopes.pop()!;
    for (const [local, { depth }] of this.places) if (depth > this.depth) this.places.delete(local);
    const parent = this.scopes[this.depth];
    if (parent) {
      const give = (type: ValueType, local: number) => {
        const list = parent.free.get(type);
        if (list) list.push(local);
        else parent.free.set(type, [local]);
      };
      for (const [type, local] of scope.owned) give(type, local);
      for (const [type, list] of scope.free) for (const local of list) give(type, local);
    }
    return scope.code;
  }

  /** A local for code of the scope at `depth`. Locals freed in deeper scopes are not taken: their loops may still write them. */
  allocate(type: ValueType, depth: number): number {
    let local: number | undefined;
    for (let d = depth; d >= 0 && local === undefined; d--) local = this.scopes[d]!.free.get(type)?.pop();
    local ??= this.fn.local(type);
    this.scopes[depth]!.owned.push([type, local]);
    return local;
  }

  /** Gives back a temporary that `allocate` gave for the same depth. */
  release(local: number, depth: number): void {
    const scope = this.scopes[depth]!;
    const at = scope.owned.findIndex(([, owned]) => owned === local);
    assert(at >= 0, `wasm: local ${local} released twice`);
    const [type] = scope.owned.splice(at, 1)[0]!;
    const list = scope.free.get(type);
    if (list) list.push(local);
    else scope.free.set(type, [local]);
  }

  /** Depth of the outermost scope in which the value is the same for every iteration of the scopes inside it. */
  home(e: Expr, depth: number): number {
    const { loops, locals, buffers, unguarded } = this.analysis.info(e);
    let home = 0;
    for (const loop of loops) {
      const state = this.loops.get(loop);
      assert(state, `wasm: index ${loop.name} outside its loop`);
      if (state.depth > home) home = state.depth;
    }
    if (locals.length > 0 || buffers.length > 0) {
      for (let d = depth; d > home; d--) {
        const { kind, effects } = this.scopes[d]!;
        const changes =
          locals.some((local) => effects.sets.has(local)) ||
          buffers.some((buffer) => effects.stores.has(buffer)) ||
          (kind === 'branch' && unguarded);
        if (changes) {
          home = d;
          break;
        }
      }
    }
    return Math.min(home, depth);
  }

  /** Whether lanes of the vector loop hold different values of the expression. */
  varies(e: Expr): boolean {
    if (!this.vector) return false;
    const { loops, locals } = this.analysis.info(e);
    return loops.includes(this.vector.loop) || locals.some((local) => this.vector!.varying.has(local));
  }

  /** How many v128 hold a varying value of this type. */
  units(type: Register): number {
    return this.vector!.parts * (isWide(type) ? 2 : 1);
  }

  /** Lanes of a part that exist. */
  lanesOf(part: number): number {
    return part === this.vector!.parts - 1 ? this.vector!.lastLanes : 4;
  }

  /** The locals' values have changed: forget what was computed from them. */
  forget(locals: ReadonlySet<Local>): void {
    const stale = (e: Expr) => this.analysis.info(e).locals.some((local) => locals.has(local));
    for (const scope of this.scopes) {
      for (const map of [scope.scalars, scope.splats, scope.vectors, scope.masks]) {
        for (const e of map.keys()) if (stale(e)) map.delete(e);
      }
      if (scope.addresses.size > 0) scope.addresses.clear();
    }
  }

  /** The local that holds index · stride of a loop, made on first use and kept up by the loop. */
  stride(loop: LoopIndex, stride: number): number | { constant: number } {
    const state = this.loops.get(loop)!;
    if ('constant' in state.index) return { constant: Math.imul(state.index.constant, stride) };
    if (stride === 1) return state.index.local;
    const known = state.strides.get(stride);
    if (known !== undefined) return known;
    // Initialised where the loop begins: its code is not yet part of the parent's.
    const local = this.allocate('i32', state.depth - 1);
    this.codeAt(state.depth - 1)
      .get(state.index.local)
      .i32(stride)
      .op('i32.mul')
      .set(local);
    state.strides.set(stride, local);
    return local;
  }
}
