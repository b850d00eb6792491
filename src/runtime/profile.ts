// Runs a program step by step and takes the time of each: debug level 2.
// Owns: the single steps as programs of their own, the table that is told. Conditions are decided in JavaScript, and loops whose
// runs are apart; other loops run as one step.
import type { Backend, Executable, RepeatStep, Step } from '../backends/backend.ts';
import { tell } from '../base/debug.ts';
import type { Compiled } from '../compiler/compile.ts';
import { countOperations } from '../compiler/count-operations.ts';

interface Timed {
  readonly label: string;
  readonly operations: number;
  milliseconds: number;
  runs: number;
}

/** A kernel that ran, for traces. */
export interface KernelEvent {
  readonly name: string;
  /** Milliseconds since the program began. */
  readonly start: number;
  readonly milliseconds: number;
}
let events: KernelEvent[] | null = null;
/** Begins to note every kernel that runs; programs then run step by step. */
export const startKernelTrace = (): void => {
  events = [];
};
export const isTracingKernels = (): boolean => events !== null;
export function stopKernelTrace(): readonly KernelEvent[] {
  const found = events ?? [];
  events = null;
  return found;
}

export class Profile {
  readonly #backend: Backend;
  readonly #compiled: Compiled;
  readonly #single = new Map<Step, Executable>();
  readonly #times = new Map<Step, Timed>();

  constructor(backend: Backend, compiled: Compiled) {
    this.#backend = backend;
    this.#compiled = compiled;
  }

  /** Does what the program's executable does, and tells how long each step took. */
  run(table: number, host: (index: number) => void): void {
    this.#steps(this.#compiled.program.steps, table, host);
    tell(2, () => {
      const rows = [...this.#times.values()].filter((timed) => timed.runs > 0);
      const total = rows.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
      const lines = rows.map(({ label, operations, milliseconds }) => {
        const time = `${(milliseconds * 1000).toFixed(1).padStart(10)} µs ${((100 * milliseconds) / total).toFixed(0).padStart(3)} %`;
        const rate = operations > 0 ? `${(operations / milliseconds / 1e6).toFixed(2).padStart(8)} GFLOP/s` : '';
        return `${time} ${rate.padEnd(17)} ${label}`;
      });
      for (const timed of rows) [timed.milliseconds, timed.runs] = [0, 0];
      return `steps, ${total.toFixed(3)} ms in all:\n${lines.join('\n')}`;
    });
  }

  #steps(steps: readonly Step[], table: number, host: (index: number) => void, apart = false): void {
    for (const step of steps) {
      if (step.kind === 'if')
        this.#steps(this.#flag(table, step.flag) ? step.then : step.otherwise, table, host, apart);
      else if (step.kind === 'repeat' && (step.apart || apart)) this.#repeat(step, table, host);
      else this.#one(step, table, host);
    }
  }

  #repeat(step: RepeatStep, table: number, host: (index: number) => void): void {
    const { heap } = this.#backend;
    const own = step.apart ? heap.allocate(step.apart.bytes) : 0;
    const change = (slot: number, to: (address: number) => number): void => {
      const words = new Uint32Array(heap.buffer, table + slot * 4, 1);
      words[0] = to(words[0]!);
    };
    for (const { slot, offset } of step.apart?.slots ?? []) change(slot, () => own + offset);
    for (let run = 1; run <= step.count; run++) {
      this.#steps(step.body, table, host, true);
      if (run === step.count) break;
      for (const { slot, bytes } of step.advance) change(slot, (address) => address + bytes);
      for (const [a, b] of step.swap) {
        let held = 0;
        change(a, (address) => {
          held = address;
          return new Uint32Array(heap.buffer, table + b * 4, 1)[0]!;
        });
        change(b, () => held);
      }
    }
    for (const { slot, bytes } of step.advance) change(slot, (address) => address - bytes * (step.count - 1));
    if (step.apart) heap.free(own);
  }

  #flag(table: number, slot: number): boolean {
    const { buffer } = this.#backend.heap;
    return new Uint8Array(buffer)[new Uint32Array(buffer, table + slot * 4, 1)[0]!] !== 0;
  }

  #one(step: Step, table: number, host: (index: number) => void): void {
    const { program, hosts, labels } = this.#compiled;
    let single = this.#single.get(step);
    let timed = this.#times.get(step);
    if (!single || !timed) {
      // A kernel alone is a small module; loops need all the kernels that they may call.
      const alone = step.kind === 'kernel';
      single = this.#backend.compile({
        slotCount: program.slotCount,
        kernels: alone ? [program.kernels[step.kernel]!] : program.kernels,
        steps: [alone ? { ...step, kernel: 0 } : step],
      });
      timed = {
        label: alone
          ? `${program.kernels[step.kernel]!.kind} ${labels[step.kernel]}`
          : step.kind === 'host'
            ? `host ${hosts[step.host]!.node.primitive!.name} ${hosts[step.host]!.node.scope}`
            : step.kind,
        operations: alone ? countOperations(program.kernels[step.kernel]!) : 0,
        milliseconds: 0,
        runs: 0,
      };
      this.#single.set(step, single);
      this.#times.set(step, timed);
    }
    const started = performance.now();
    single.run(table, host);
    const milliseconds = performance.now() - started;
    events?.push({ name: timed.label, start: started, milliseconds });
    timed.milliseconds += milliseconds;
    timed.runs++;
  }
}
