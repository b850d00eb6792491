// The driver of a program: a WebAssembly function run(table, scratch, thread, threads) that executes the steps without
// returning to JavaScript. Every thread calls it with a number of its own; thread 0 of 1 does everything.
// Owns: control steps, the table of addresses, the ranges of the threads. How a kernel is called is given by program.ts, what
// threads share by threads/phases.ts.

import { FunctionBuilder } from '../../assembler/module.ts';
import type { CopyStep, IfStep, KernelStep, OwnMemory, RepeatStep, Step, WhileStep } from '../backend.ts';
import { type Chain, type Divisible, type Phase, swapsOf } from './threads/phases.ts';
import { MOST_PIECES, TAKEN_SHIFT } from './threads/pieces.ts';

/** The driver's parameters. `scratch` is the address of memory for packed operands, of this thread's own. */
const [TABLE, SCRATCH, THREAD, THREADS] = [0, 1, 2, 3];
export const SCRATCH_PARAMETER = SCRATCH;

/** Pieces that a thread gets for its own, where they are worth it: what another stands still for is a piece. */
const OWN_PIECES = 32;

type CallPhase = Extract<Phase, { kind: 'call' }>;

export interface DriverCalls {
  /** The imported function (i32) → () for host steps. */
  readonly host: number;
  /** barrier(thread, threads); undefined where memory is not shared. */
  readonly barrier: number | undefined;
  /** Where in a thread's scratch memory the slots begin that are its own. */
  readonly ownMemory: number;
  /** take(thread, owners, pieces); undefined as well. */
  readonly take: number | undefined;
  /** The calls that make up a kernel. */
  callsOf(kernel: number): readonly Divisible[];
  /** Emits what goes before the first of several calls that a thread makes for one kernel. */
  prepare(kernel: number, call: number, driver: FunctionBuilder): void;
  /** Emits a call of a kernel; `range` pushes begin and end, `slot(n)` the address in slot n. */
  call(
    kernel: number,
    call: number,
    slots: readonly number[],
    driver: FunctionBuilder,
    range: () => void,
    slot: (n: number) => void,
  ): void;
}

export function driverFunction(phases: readonly Phase[], calls: DriverCalls): FunctionBuilder {
  return new Driver(calls).make(phases);
}

class Driver {
  readonly #calls: DriverCalls;
  readonly #fn = new FunctionBuilder('run', { params: ['i32', 'i32', 'i32', 'i32'], results: [] });
  readonly #code = this.#fn.body;

  constructor(calls: DriverCalls) {
    this.#calls = calls;
  }

  make(phases: readonly Phase[]): FunctionBuilder {
    this.#phases(phases);
    return this.#fn;
  }

  #slot = (n: number): void => {
    this.#code.get(TABLE).memory('i32.load', n * 4);
  };

  // ── What all threads go through ─────────────────────────────────────────────────────────────────────────────────

  #phases(list: readonly Phase[]): void {
    const code = this.#code;
    for (let i = 0; i < list.length; i++) {
      const phase = list[i]!;
      switch (phase.kind) {
        case 'barrier':
          if (this.#calls.barrier !== undefined) code.get(THREAD).get(THREADS).call(this.#calls.barrier);
          break;
        case 'host':
          code.get(THREAD).op('i32.eqz').if().i32(phase.host).call(this.#calls.host).end();
          break;
        case 'alone': {
          // One condition for all that follow one another.
          const steps: Step[] = [];
          for (let next: Phase | undefined = phase; next?.kind === 'alone'; next = list[++i]) steps.push(next.step);
          i--;
          const swapped = swapsOf(steps);
          code.get(THREAD).op('i32.eqz').if();
          this.#steps(steps);
          if (swapped.length > 0) {
            code.else();
            for (const pair of swapped) this.#swap(pair);
          }
          code.end();
          break;
        }
        case 'call': {
          const divisible = this.#calls.callsOf(phase.step.kernel)[phase.call]!;
          const { grain = divisible.grain } = phase;
          this.#call(phase, { ...divisible, grain });
          break;
        }
        case 'copy':
          this.#sharedCopy(phase.step, phase.parts);
          break;
        case 'repeat':
          this.#repeat(phase.step, () => this.#phases(phase.body));
          break;
        case 'runs':
          this.#runs(phase.step, phase.parts);
          break;
        case 'while':
          this.#while(
            phase.step,
            () => this.#phases(phase.condition),
            () => this.#phases(phase.body),
          );
          break;
        case 'if':
          this.#if(
            phase.step,
            () => this.#phases(phase.then),
            () => this.#phases(phase.otherwise),
          );
      }
    }
  }

  /** The ends of this thread's range of something cut for `parts` threads, in locals that the caller releases. */
  #range({ extent, grain }: Divisible, parts: number): readonly [number, number] {
    const [fn, code] = [this.#fn, this.#code];
    const [begin, end, count] = [fn.local('i32'), fn.local('i32'), fn.local('i32')];
    const units = Math.ceil(extent / grain);
    // units · thread / count, where those beyond the count have nothing.
    code.get(THREADS).i32(parts).get(THREADS).i32(parts).op('i32.lt_u', 'select').set(count);
    for (const [local, next] of [
      [begin, 0],
      [end, 1],
    ] as const) {
      code.get(THREAD);
      if (next > 0) code.i32(next).op('i32.add');
      code.tee(local).get(count).get(local).get(count).op('i32.lt_u', 'select').set(local);
      code.get(local).op('i64.extend_i32_u').i64(BigInt(units)).op('i64.mul').get(count).op('i64.extend_i32_u');
      code.op('i64.div_u', 'i32.wrap_i64');
      if (grain > 1) {
        code.i32(grain).op('i32.mul').tee(local).i32(extent).get(local).i32(extent).op('i32.lt_u', 'select');
      }
      code.set(local);
    }
    fn.release(count);
    return [begin, end];
  }

  #call(phase: CallPhase, divisible: Divisible): void {
    const { step, call, parts, pieces, chain } = phase;
    const code = this.#code;
    const one = (range: () => void) => this.#calls.call(step.kernel, call, step.slots, this.#fn, range, this.#slot);
    const prepare = () => this.#calls.prepare(step.kernel, call, this.#fn);
    if (parts === 1) {
      code.get(THREAD).op('i32.eqz').if();
      prepare();
      one(() => code.i32(0).i32(divisible.extent));
      code.end();
      return;
    }
    const body = (begin: number, end: number) => {
      if (chain) this.#chain(phase, chain, begin, end);
      else one(() => code.get(begin).get(end));
    };
    if (!chain) prepare();
    if (pieces !== undefined) {
      this.#pieces(divisible, parts, pieces, body);
      return;
    }
    const [begin, end] = this.#range(divisible, parts);
    code.get(begin).get(end).op('i32.lt_u').if();
    body(begin, end);
    code.end();
    for (const local of [begin, end]) this.#fn.release(local);
  }

  /** What this thread does of something cut for `parts` threads: pieces, at most `most` in all, one after the other. */
  #pieces({ extent, grain }: Divisible, parts: number, most: number, body: (begin: number, end: number) => void): void {
    const [fn, code] = [this.#fn, this.#code];
    const [begin, end, owners, size] = [fn.local('i32'), fn.local('i32'), fn.local('i32'), fn.local('i32')];
    const units = Math.ceil(extent / grain);
    const smaller = (local: number, limit: number) =>
      code.get(local).i32(limit).get(local).i32(limit).op('i32.lt_u', 'select');
    smaller(THREADS, parts);
    code.tee(owners).i32(OWN_PIECES).op('i32.mul').set(size);
    // Units of a piece: units / min(owners · OWN_PIECES, most), rounded up.
    smaller(size, most);
    code
      .set(size)
      .get(size)
      .i32(units - 1)
      .op('i32.add')
      .get(size)
      .op('i32.div_u')
      .set(size);
    code.block().loop();
    code.get(THREADS).i32(2).op('i32.lt_u').if();
    code.i32(0).set(begin).i32(extent).set(end);
    code.else();
    code
      .get(THREAD)
      .get(owners)
      .get(size)
      .i32(units - 1)
      .op('i32.add')
      .get(size)
      .op('i32.div_u');
    code.call(this.#calls.take!).tee(end).i32(0).op('i32.lt_s').branchIf(2);
    code.get(end).i32(MOST_PIECES).op('i32.and').get(size).op('i32.mul').set(begin);
    code.get(end).i32(TAKEN_SHIFT).op('i32.shr_u').i32(1).op('i32.add').get(size).op('i32.mul');
    code.get(begin).op('i32.add').set(end);
    if (grain > 1) {
      code.get(begin).i32(grain).op('i32.mul').set(begin);
      code.get(end).i32(grain).op('i32.mul').set(end);
    }
    smaller(end, extent);
    code.set(end).end();
    body(begin, end);
    code.get(THREADS).i32(2).op('i32.ge_u').branchIf(0).end().end();
    for (const local of [begin, end, owners, size]) fn.release(local);
  }

  /** A block of a call's pieces, then of those that read them, and so on from `begin` to `end`. */
  #chain({ step, call }: CallPhase, { block, links }: Chain, begin: number, end: number): void {
    const [fn, code] = [this.#fn, this.#code];
    const [at, next] = [fn.local('i32'), fn.local('i32')];
    const emit = (kernel: KernelStep, number: number, ratio: number) => {
      const range = () => code.get(at).i32(ratio).op('i32.mul').get(next).i32(ratio).op('i32.mul');
      this.#calls.prepare(kernel.kernel, number, fn);
      this.#calls.call(kernel.kernel, number, kernel.slots, fn, range, this.#slot);
    };
    code.get(begin).set(at).loop();
    code.get(at).i32(block).op('i32.add').tee(next).get(end).get(next).get(end).op('i32.lt_u', 'select').set(next);
    emit(step, call, 1);
    for (const link of links) emit(link.step, link.call, link.ratio);
    code.get(next).tee(at).get(end).op('i32.lt_u').branchIf(0).end();
    for (const local of [at, next]) fn.release(local);
  }

  #sharedCopy(step: CopyStep, parts: number): void {
    const code = this.#code;
    const [begin, end] = this.#range({ extent: step.bytes, grain: 4096, cost: 0 }, parts);
    this.#slot(step.to);
    code.get(begin).op('i32.add');
    this.#slot(step.from);
    code.get(begin).op('i32.add');
    code.get(end).get(begin).op('i32.sub').memoryCopy();
    for (const local of [begin, end]) this.#fn.release(local);
  }

  // ── What one thread does by itself ──────────────────────────────────────────────────────────────────────────────

  #steps(list: readonly Step[]): void {
    const code = this.#code;
    for (const step of list) {
      switch (step.kind) {
        case 'host':
          code.i32(step.host).call(this.#calls.host);
          break;
        case 'kernel':
          this.#calls.callsOf(step.kernel).forEach(({ extent }, call) => {
            const range = () => code.i32(0).i32(extent);
            this.#calls.prepare(step.kernel, call, this.#fn);
            this.#calls.call(step.kernel, call, step.slots, this.#fn, range, this.#slot);
          });
          break;
        case 'copy':
          this.#slot(step.to);
          this.#slot(step.from);
          code.i32(step.bytes).memoryCopy();
          break;
        case 'repeat':
          this.#repeat(step, () => this.#steps(step.body));
          break;
        case 'while':
          this.#while(
            step,
            () => this.#steps(step.condition),
            () => this.#steps(step.body),
          );
          break;
        case 'if':
          this.#if(
            step,
            () => this.#steps(step.then),
            () => this.#steps(step.otherwise),
          );
      }
    }
  }

  // ── Control flow ────────────────────────────────────────────────────────────────────────────────────────────────

  #repeat(step: RepeatStep, body: () => void): void {
    if (step.count <= 0) return;
    const [fn, code] = [this.#fn, this.#code];
    const left = fn.local('i32');
    if (step.apart) this.#own(step.apart);
    code.i32(step.count).set(left).loop();
    body();
    code.get(left).i32(1).op('i32.sub').tee(left).if();
    for (const { slot, bytes } of step.advance) this.#move(slot, bytes);
    for (const pair of step.swap) this.#swap(pair);
    code.branch(1).end().end();
    for (const { slot, bytes } of step.advance) this.#move(slot, -bytes * (step.count - 1));
    fn.release(left);
  }

  /** This thread's share of a loop's runs, one after the other. */
  #runs(step: RepeatStep, parts: number): void {
    const [fn, code] = [this.#fn, this.#code];
    const [begin, end] = this.#range({ extent: step.count, grain: 1, cost: 0 }, parts);
    const at = fn.local('i32');
    code.get(begin).get(end).op('i32.lt_u').if();
    this.#own(step.apart!);
    for (const { slot, bytes } of step.advance) this.#move(slot, () => code.get(begin).i32(bytes).op('i32.mul'));
    code.get(begin).set(at).loop();
    this.#steps(step.body);
    code.get(at).i32(1).op('i32.add').tee(at).get(end).op('i32.lt_u').if();
    for (const { slot, bytes } of step.advance) this.#move(slot, bytes);
    code.branch(1).end().end();
    const back = (bytes: number) => () => code.i32(1).get(end).op('i32.sub').i32(bytes).op('i32.mul');
    for (const { slot, bytes } of step.advance) this.#move(slot, back(bytes));
    code.end();
    for (const local of [begin, end, at]) fn.release(local);
  }

  /** Slots of what each thread has for itself. */
  #own({ slots }: OwnMemory): void {
    for (const { slot, offset } of slots) {
      this.#code
        .get(TABLE)
        .get(SCRATCH)
        .i32(this.#calls.ownMemory + offset);
      this.#code.op('i32.add').memory('i32.store', slot * 4);
    }
  }

  #while(step: WhileStep, condition: () => void, body: () => void): void {
    const code = this.#code;
    code.block().loop();
    condition();
    this.#slot(step.flag);
    code.memory('i32.load8_u').op('i32.eqz').branchIf(1);
    body();
    code.branch(0).end().end();
  }

  #if(step: IfStep, then: () => void, otherwise: () => void): void {
    const code = this.#code;
    this.#slot(step.flag);
    code.memory('i32.load8_u').if();
    then();
    code.else();
    otherwise();
    code.end();
  }

  #move(slot: number, bytes: number | (() => void)): void {
    this.#code.get(TABLE);
    this.#slot(slot);
    if (typeof bytes === 'number') this.#code.i32(bytes);
    else bytes();
    this.#code.op('i32.add').memory('i32.store', slot * 4);
  }

  #swap([a, b]: readonly [number, number]): void {
    const held = this.#fn.local('i32');
    this.#slot(a);
    this.#code.set(held).get(TABLE);
    this.#slot(b);
    this.#code.memory('i32.store', a * 4);
    this.#code
      .get(TABLE)
      .get(held)
      .memory('i32.store', b * 4);
    this.#fn.release(held);
  }
}
