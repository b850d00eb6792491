// The workers that share programs with the thread that calls them.
// Owns: when they start, giving them orders and code, and what happens when one fails or ends. What a worker does stands
// in worker.js, which part of a program each thread runs in the program's own driver.
import { StateError } from '../../../base/errors.ts';
import { MOST_THREADS, threadsFor } from '../../../base/threads.ts';
import type { WasmHeap } from '../memory.ts';
import { type NativeChoice, PLAN_SECTION } from '../native/addon.ts';
import { control } from './control.ts';

/** A started worker. */
export interface WorkerHandle {
  /** Ends it. */
  terminate(): void;
}

/** What the platform gives: workers that load a file. `ended` is told once, why a worker is no more. */
export interface WorkerMaker {
  readonly processors: number;
  start(file: URL, data: object, ended: (why: string) => void): WorkerHandle;
  /** Whether the calling thread may sleep: not in a page. */
  readonly mayWait: boolean;
}

/** Milliseconds for which a worker looks for the next order before it sleeps. */
const SPIN = 0.5;
/**
 * Nanoseconds of work, as estimated, that a thread must get: while workers look out, and when they sleep. Waking takes some
 * ten microseconds where the machine is quiet, but hundreds where its cores are shared with others (docs/decisions.md).
 */
const [HOT_SHARE, COLD_SHARE] = [200_000, 1_000_000];
/** Workers are started when programs that they could have shared have cost so many nanoseconds. */
const START_AFTER = 2_000_000;
/** Programs that workers keep; a program that was forgotten is sent again. */
const KEPT_PROGRAMS = 64;
/** Pauses without anything happening after which workers are given up, and how many come to a second. */
const [PATIENCE, PAUSES] = [300, 5];

/** A program as the pool calls it. */
export interface Shared {
  readonly bytes: Uint8Array;
  /** Nanoseconds of work that threads can share, as estimated. */
  readonly shared: number;
  readonly slotCount: number;
  /** Whether running it changes the table, so that threads need their own. */
  readonly movesSlots: boolean;
  readonly scratchBytes: number;
  run(table: number, scratch: number, thread: number, threads: number): void;
}

type State =
  | { readonly kind: 'none' }
  | { readonly kind: 'impossible' }
  | { readonly kind: 'workers'; readonly threads: number; readonly workers: readonly WorkerHandle[]; ready: boolean };

export interface PoolOptions {
  readonly patience?: number;
  readonly shareAll?: boolean;
  readonly native?: NativeChoice | null;
}

export class Pool {
  readonly #heap: WasmHeap;
  readonly #maker: WorkerMaker;
  readonly #words: Int32Array;
  #state: State = { kind: 'none' };
  #spent = 0;
  #busy = false;
  #pauses = 0;
  #began = 0;
  readonly #native: { file: string; instructions: string; section: string } | undefined;
  readonly #patience: number;
  readonly #shareAll: boolean;
  /** Why a worker ended, until it is told. */
  #ended: string | undefined;
  readonly #programs = new Map<Shared, number>();
  readonly #tables = { address: 0, bytes: 0 };

  constructor(heap: WasmHeap, maker: WorkerMaker, options: PoolOptions = {}) {
    this.#heap = heap;
    this.#maker = maker;
    const { native } = options;
    if (native?.file) this.#native = { file: native.file, instructions: native.instructions, section: PLAN_SECTION };
    this.#patience = options.patience ?? PATIENCE;
    this.#shareAll = options.shareAll ?? false;
    this.#words = new Int32Array(heap.buffer, 0, 16384);
    this.#words[control.mayWait >> 2] = maker.mayWait ? 1 : 0;
  }

  /** The number of threads that programs run on now. */
  get threads(): number {
    return this.#state.kind === 'workers' && this.#isReady() ? this.#state.threads : 1;
  }

  /** How many threads should share a program now; 1 when it is too small, the workers are not there (yet) or busy. */
  threadsNow({ shared }: Shared): number {
    if (this.#ended !== undefined) this.#tellEnd();
    const [hot, cold] = this.#shareAll ? [0, 0] : [HOT_SHARE, COLD_SHARE];
    if (shared === 0 || shared < 2 * hot || this.#busy || this.#state.kind === 'impossible') return 1;
    const wanted = threadsFor(this.#maker.processors);
    if (this.#state.kind === 'workers' && this.#state.threads !== wanted) this.#stop();
    if (wanted < 2) return 1;
    if (this.#state.kind === 'none') {
      this.#spent += shared;
      if (this.#spent < START_AFTER && !this.#shareAll) return 1;
      this.#start(wanted);
      if (this.#shareAll) while (!this.#isReady()) Atomics.wait(this.#words, control.message >> 2, 0, 5);
    }
    if (!this.#isReady()) return 1;
    return shared < wanted * (this.#someSleep(wanted) ? cold : hot) ? 1 : wanted;
  }

  /** Runs a program on all threads. `scratch` has room for `threads` times what it needs. `meanwhile` is called when the others have begun. */
  run(program: Shared, table: number, scratch: number, threads: number, meanwhile?: () => void): void {
    const words = this.#words;
    let number = this.#programs.get(program);
    let code = 0;
    const put = (address: number, value: number) => {
      words[address >> 2] = value;
    };
    if (number === undefined) {
      number = this.#place(program);
      code = this.#heap.allocate(program.bytes.length);
      new Uint8Array(this.#heap.buffer, code, program.bytes.length).set(program.bytes);
    }
    put(control.program, number);
    put(control.code, code);
    put(control.codeBytes, code === 0 ? 0 : program.bytes.length);
    put(control.threads, threads);
    this.#giveTables(program, table, threads);
    put(control.scratch, scratch);
    put(control.scratchStride, program.scratchBytes);
    this.#busy = true;
    this.#pauses = 0;
    this.#began = performance.now();
    try {
      Atomics.add(words, control.order >> 2, 1);
      Atomics.notify(words, control.order >> 2);
      meanwhile?.();
      program.run(table, scratch, 0, threads);
    } catch (error) {
      throw this.#recover(error);
    } finally {
      this.#busy = false;
      // All have passed the program's first barrier, so all have read the code.
      if (code !== 0) this.#heap.free(code);
    }
  }

  /** Called by the first thread while it waits in vain. */
  stalled = (): void => {
    // Other threads may take some times as long as this one has worked, on a machine that others use too.
    const worked = (performance.now() - this.#began) / 1000 - ++this.#pauses / PAUSES;
    if (this.#ended === undefined && this.#pauses <= this.#patience + Math.max(0, 4 * worked) * PAUSES) return;
    throw new StateError(this.#ended ?? 'a thread of the engine does not answer any more.');
  };

  /** Ends the workers; the next large program starts new ones. */
  #stop(): void {
    const words = this.#words;
    const workers = this.#state.kind === 'workers' ? this.#state.workers : [];
    this.#state = { kind: 'none' };
    // Those that wait leave by themselves, also where ending them takes long.
    Atomics.add(words, control.team >> 2, 1);
    Atomics.add(words, control.order >> 2, 1);
    Atomics.notify(words, control.order >> 2);
    for (const worker of workers) worker.terminate();
    this.#programs.clear();
    this.#clear();
  }

  #clear(): void {
    for (const address of [control.arrived, control.sleeping, control.abort, control.failed])
      Atomics.store(this.#words, address >> 2, 0);
    for (let thread = 0; thread < MOST_THREADS; thread++) {
      const line = thread * control.doneStride;
      for (const address of [control.calls, control.range, control.range + 4])
        Atomics.store(this.#words, (address + line) >> 2, 0);
    }
  }

  #start(threads: number): void {
    const workers: WorkerHandle[] = [];
    const order = Atomics.load(this.#words, control.order >> 2);
    const team = Atomics.load(this.#words, control.team >> 2);
    try {
      const file = new URL('./worker.js', import.meta.url);
      for (let thread = 1; thread < threads; thread++) {
        // Not the present order: a worker says by it that it is ready.
        Atomics.store(this.#words, (control.done + thread * control.doneStride) >> 2, order - 1);
        const data = { memory: this.#heap.memory, thread, team, control, spin: SPIN, native: this.#native };
        const ended = (why: string) => {
          // Workers that were ended on purpose, or replaced, are of no interest.
          if (this.#state.kind !== 'workers' || this.#state.workers !== workers) return;
          if (this.#state.ready) this.#ended = `thread ${thread + 1} of ${threads} of the engine ended: ${why}`;
          else {
            // They do not start here: one thread then.
            this.#stop();
            this.#state = { kind: 'impossible' };
          }
        };
        workers.push(this.#maker.start(file, data, ended));
      }
      this.#state = { kind: 'workers', threads, workers, ready: false };
    } catch {
      for (const worker of workers) worker.terminate();
      this.#state = { kind: 'impossible' };
    }
  }

  #isReady(): boolean {
    const state = this.#state;
    if (state.kind !== 'workers') return false;
    if (!state.ready) state.ready = this.#unfinished(state.threads) === 0;
    return state.ready;
  }

  /** The first thread that has not finished the latest order; 0 when all have. */
  #unfinished(threads: number): number {
    const order = Atomics.load(this.#words, control.order >> 2);
    for (let thread = 1; thread < threads; thread++)
      if (Atomics.load(this.#words, (control.done + thread * control.doneStride) >> 2) !== order) return thread;
    return 0;
  }

  #someSleep(threads: number): boolean {
    for (let thread = 1; thread < threads; thread++)
      if (Atomics.load(this.#words, (control.parked + thread * control.doneStride) >> 2) !== 0) return true;
    return false;
  }

  /** The number of a program that workers are about to get. */
  #place(program: Shared): number {
    let number = this.#programs.size;
    if (number >= KEPT_PROGRAMS) {
      const [oldest, its] = this.#programs.entries().next().value!;
      this.#programs.delete(oldest);
      number = its;
    }
    this.#programs.set(program, number);
    return number;
  }

  #giveTables({ slotCount, movesSlots }: Shared, table: number, threads: number): void {
    const put = (address: number, stride: number) => {
      this.#words[control.table >> 2] = address;
      this.#words[control.tableStride >> 2] = stride;
    };
    if (!movesSlots) return put(table, 0);
    const stride = Math.ceil(slotCount / 16) * 64;
    const wanted = stride * (threads - 1);
    if (wanted > this.#tables.bytes) {
      if (this.#tables.bytes > 0) this.#heap.free(this.#tables.address);
      this.#tables.bytes = wanted;
      this.#tables.address = this.#heap.allocate(wanted);
    }
    const bytes = new Uint8Array(this.#heap.buffer);
    for (let thread = 1; thread < threads; thread++)
      bytes.copyWithin(this.#tables.address + (thread - 1) * stride, table, table + slotCount * 4);
    put(this.#tables.address, stride);
  }

  /** After an exception in this thread: waits until no other is inside the program; the error to throw. */
  #recover(error: unknown): unknown {
    const words = this.#words;
    const { threads } = this.#state as State & { kind: 'workers' };
    if (Atomics.compareExchange(words, control.abort >> 2, 0, 1) === 0) {
      Atomics.add(words, control.passed >> 2, 1);
      Atomics.notify(words, control.passed >> 2);
    }
    try {
      for (let thread = this.#unfinished(threads); thread > 0; thread = this.#unfinished(threads)) {
        const at = (control.done + thread * control.doneStride) >> 2;
        const end = performance.now() + 200;
        if (this.#maker.mayWait) Atomics.wait(words, at, Atomics.load(words, at), 200);
        else while (performance.now() < end && this.#unfinished(threads) === thread);
        if (this.#unfinished(threads) === thread) this.stalled();
      }
    } catch (gone) {
      this.#ended = undefined;
      this.#stop();
      return gone;
    }
    const failed = words[control.failed >> 2]!;
    const bytes = new Uint8Array(this.#heap.buffer, control.message, words[control.messageBytes >> 2]!).slice();
    this.#clear();
    if (failed === 0) return error;
    return new StateError(
      `thread ${failed + 1} of ${threads} of the engine failed: ${new TextDecoder().decode(bytes)}`,
    );
  }

  #tellEnd(): never {
    const why = this.#ended!;
    this.#ended = undefined;
    this.#stop();
    throw new StateError(`${why} The next program starts new threads.`);
  }
}
