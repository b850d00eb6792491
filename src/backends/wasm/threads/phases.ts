// How the threads of a program share its steps: which kernels they cut, which one of them runs alone, where they wait for
// one another.
// Owns: those decisions, the same for any number of threads. Leaves the code to driver.ts, the waiting to barrier.ts.
//
// All threads go through all steps. A step that is too small is done by the first thread alone; so is control flow in which
// nothing is worth sharing. A barrier stands only where a step touches what another thread may still be reading or writing.
import { MOST_THREADS } from '../../../base/threads.ts';
import type { CopyStep, IfStep, KernelStep, Place, Program, RepeatStep, Step, WhileStep } from '../../backend.ts';
import { MOST_PIECES } from './pieces.ts';

/** A call of a function that can be cut into ranges: f(begin, end, …). */
export interface Divisible {
  readonly extent: number;
  /** Ranges begin at multiples of this. */
  readonly grain: number;
  /** Nanoseconds it takes one thread, roughly. */
  readonly cost: number;
  /** By buffer: i of the extent touches nothing but bytes [i · n, (i + 1) · n), where that is so. */
  readonly footprint?: readonly (number | undefined)[] | undefined;
  /** Whether a piece finds what the piece before it, on the same thread, has packed. */
  readonly keeps?: boolean;
  /** The buffers that it reads or writes, where it is one of several calls of a kernel that do not all touch the same. */
  readonly touches?: readonly { readonly buffer: number; readonly write: boolean }[] | undefined;
}

/** What a thread gets at least, in nanoseconds: waiting for one another takes some 300. */
const LEAST_SHARE = 5_000;
/** What a piece takes at least, in nanoseconds: taking one, and calling a kernel for it, costs some 300. */
const LEAST_PIECE = 2_500;
/** Bytes that are copied in a nanosecond, and the grain of copies. */
const COPY_SPEED = 8;
const COPY_GRAIN = 4096;
/** Bytes that one call writes before the next reads them: half of the second cache. */
const CHAIN_BYTES = 1 << 20;
/** Less than this stays in the caches anyway. */
const LEAST_CHAINED = 1 << 21;
/** Runs of a loop that nobody can count. */
const GUESSED_RUNS = 4;

export type Phase =
  /** All threads wait for one another. */
  | { readonly kind: 'barrier' }
  /** The first thread does it, as if there were no others. */
  | { readonly kind: 'alone'; readonly step: Step }
  | { readonly kind: 'host'; readonly host: number }
  /** One call of a kernel, cut for so many threads at most. */
  | {
      readonly kind: 'call';
      readonly step: KernelStep;
      readonly call: number;
      readonly parts: number;
      /** Into how many pieces it may be cut, of which threads take one after the other; without it each keeps to a range. */
      readonly pieces?: number;
      /** Where ranges begin at multiples of something larger than the call's own grain. */
      readonly grain?: number;
      /** Calls that go over what this one wrote, a few pieces at a time, before it leaves the cache. */
      readonly chain?: Chain;
    }
  | { readonly kind: 'copy'; readonly step: CopyStep; readonly parts: number }
  /** Control flow that every thread goes through. */
  | { readonly kind: 'repeat'; readonly step: RepeatStep; readonly body: readonly Phase[] }
  /** A loop whose runs are shared: each thread does some of them, whole. */
  | { readonly kind: 'runs'; readonly step: RepeatStep; readonly parts: number }
  | {
      readonly kind: 'while';
      readonly step: WhileStep;
      readonly condition: readonly Phase[];
      readonly body: readonly Phase[];
    }
  | {
      readonly kind: 'if';
      readonly step: IfStep;
      readonly then: readonly Phase[];
      readonly otherwise: readonly Phase[];
    };

export interface Chain {
  /** Pieces of the first call that are done at a time. */
  readonly block: number;
  /** Each with how many of its own pieces belong to one of the first call's. */
  readonly links: readonly { readonly step: KernelStep; readonly call: number; readonly ratio: number }[];
}

export interface Phases {
  readonly phases: readonly Phase[];
  /** Nanoseconds of work that is cut. */
  readonly shared: number;
}

/** How many threads a call is worth. */
export function partsOf({ extent, grain, cost }: Divisible, leastShare = LEAST_SHARE): number {
  const worth = leastShare > 0 ? Math.floor(cost / leastShare) : MOST_THREADS;
  return Math.max(1, Math.min(Math.ceil(extent / grain), worth, MOST_THREADS));
}

/** Into how many pieces a call may be cut that threads take from each other. */
function piecesOf({ extent, grain, cost }: Divisible, leastShare: number): number {
  const worth = leastShare > 0 ? Math.floor(cost / LEAST_PIECE) : MOST_PIECES;
  return Math.max(1, Math.min(Math.ceil(extent / grain), worth, MOST_PIECES));
}

const copyCost = ({ bytes }: CopyStep): Divisible => ({ extent: bytes, grain: COPY_GRAIN, cost: bytes / COPY_SPEED });

/** Pairs of slots that have changed places when the steps are done, in order. */
export function swapsOf(steps: readonly Step[]): (readonly [number, number])[] {
  const all: (readonly [number, number])[] = [];
  for (const step of steps) {
    if (step.kind !== 'repeat' || step.count <= 0) continue;
    const inside = swapsOf(step.body);
    if (step.count % 2 === 1) all.push(...inside);
    else all.push(...step.swap);
  }
  return all;
}

/** Whether the threads' tables may come to differ in a way that only running the steps tells. */
const swapsUnknown = (steps: readonly Step[]): boolean =>
  steps.some((step) => {
    if (step.kind === 'repeat') return swapsUnknown(step.body);
    if (step.kind === 'while')
      return [step.condition, step.body].some((list) => swapsUnknown(list) || swapsOf(list).length > 0);
    if (step.kind === 'if')
      return [step.then, step.otherwise].some((list) => swapsUnknown(list) || swapsOf(list).length > 0);
    return false;
  });

/** Whether running steps changes the table of addresses. */
export const movesSlots = (steps: readonly Step[]): boolean =>
  steps.some((step) => {
    if (step.kind === 'repeat') return step.advance.length > 0 || step.swap.length > 0 || movesSlots(step.body);
    if (step.kind === 'while') return movesSlots(step.condition) || movesSlots(step.body);
    return step.kind === 'if' && (movesSlots(step.then) || movesSlots(step.otherwise));
  });

export function planPhases(
  program: Program,
  callsOf: readonly (readonly Divisible[])[],
  leastShare = LEAST_SHARE,
): Phases {
  const planner = new Planner(program, callsOf, leastShare);
  const phases = planner.list(program.steps, 1);
  planner.close(phases);
  // A loop sets its addresses back after its last barrier. Who calls the program next writes the threads' tables anew, also
  // while another thread still wakes from that barrier, which would then set back the new addresses.
  const last = phases.at(-1)?.kind;
  if ((last === 'repeat' || last === 'runs') && movesSlots(program.steps)) phases.push({ kind: 'barrier' });
  return { phases, shared: planner.shared };
}

/** Something that was read or written since the last barrier. */
interface Access {
  readonly slot: number;
  readonly write: boolean;
  /** By the first thread only. */
  readonly alone: boolean;
  /** Into how many equal pieces of how many bytes threads have cut it: each keeps to its own. */
  readonly cut?: string | undefined;
}

class Planner {
  shared = 0;
  readonly #program: Program;
  readonly #callsOf: readonly (readonly Divisible[])[];
  readonly #leastShare: number;
  #pending: readonly Access[] = [];
  /** Where the accesses of the latest call, the head of a chain, begin among those. */
  #head = 0;

  constructor(program: Program, callsOf: readonly (readonly Divisible[])[], leastShare: number) {
    this.#program = program;
    this.#callsOf = callsOf;
    this.#leastShare = leastShare;
  }

  #parts(divisible: Divisible): number {
    return partsOf(divisible, this.#leastShare);
  }

  /** The phases of steps that run so often; what they leave pending is kept for what follows. */
  list(steps: readonly Step[], runs: number): Phase[] {
    const phases: Phase[] = [];
    for (const step of steps) this.#step(step, runs, phases);
    return phases;
  }

  /** Waits at the end of a list, unless nothing but `harmless` is pending. */
  close(phases: Phase[], harmless?: Access): void {
    if (this.#pending.some((access) => access !== harmless)) phases.push({ kind: 'barrier' });
    this.#pending = [];
  }

  #step(step: Step, runs: number, phases: Phase[]): void {
    if (step.kind === 'repeat' && step.apart && this.#runs(step, runs, phases)) return;
    const apart = step.kind === 'repeat' ? this.#apart(step, runs) : undefined;
    if (apart && step.kind === 'repeat') {
      this.close(phases);
      phases.push({ kind: 'repeat', step, body: apart }, { kind: 'barrier' });
      return;
    }
    if (this.#allAlone([step]) && !swapsUnknown([step])) {
      this.#touch(this.#accessesOf([step], true), phases);
      phases.push({ kind: 'alone', step });
      return;
    }
    switch (step.kind) {
      case 'host':
        this.close(phases);
        phases.push({ kind: 'host', host: step.host }, { kind: 'barrier' });
        return;
      case 'copy':
        this.shared += runs * copyCost(step).cost;
        this.#touch(this.#accessesOf([step], false), phases);
        phases.push({ kind: 'copy', step, parts: this.#parts(copyCost(step)) });
        return;
      case 'kernel':
        this.#callsOf[step.kernel]!.forEach((divisible, call) => {
          const parts = this.#parts(divisible);
          if (parts > 1) this.shared += runs * divisible.cost;
          if (this.#chained(step, call, divisible, phases)) return;
          const accesses = this.#accessesOfCall(step, divisible, parts === 1).map(({ access }) => access);
          this.#touch(accesses, phases);
          this.#head = this.#pending.length - accesses.length;
          const pieces = parts > 1 ? piecesOf(divisible, this.#leastShare) : undefined;
          phases.push({ kind: 'call', step, call, parts, ...(pieces && { pieces }) });
        });
        return;
      case 'repeat': {
        if (step.count <= 0) return;
        this.close(phases);
        const body = this.list(step.body, runs * step.count);
        this.close(body);
        phases.push({ kind: 'repeat', step, body });
        return;
      }
      case 'while': {
        this.close(phases);
        const flag: Access = { slot: step.flag, write: false, alone: false };
        const condition = this.list(step.condition, runs * GUESSED_RUNS);
        this.close(condition);
        this.#pending = [flag];
        const body = this.list(step.body, runs * GUESSED_RUNS);
        this.close(body);
        phases.push({ kind: 'while', step, condition, body });
        this.#pending = [flag];
        return;
      }
      case 'if': {
        this.close(phases);
        const flag: Access = { slot: step.flag, write: false, alone: false };
        const branch = (steps: readonly Step[], share: number) => {
          this.#pending = [flag];
          const list = this.list(steps, runs * share);
          this.close(list, flag);
          return list;
        };
        // A branch beside nothing is what usually runs: nothing stands for an error.
        const [then, otherwise] = [
          branch(step.then, step.otherwise.length === 0 ? 1 : 0.5),
          branch(step.otherwise, step.then.length === 0 ? 1 : 0.5),
        ];
        phases.push({ kind: 'if', step, then, otherwise });
        this.#pending = [flag];
      }
    }
  }

  /**
   * Makes a call a link of the call before it, where all that it reads or writes of what that one touches are the same pieces
   * in the same order: then nobody waits between them, and pieces are read from the cache.
   */
  #chained(step: KernelStep, call: number, divisible: Divisible, phases: Phase[]): boolean {
    const before = phases.at(-1);
    if (before?.kind !== 'call' || before.parts < 2 || before.grain !== undefined) return false;
    const head = this.#callsOf[before.step.kernel]![before.call]!;
    const ratio = divisible.extent / head.extent;
    if (head.grain !== 1 || !Number.isInteger(ratio) || ratio % divisible.grain !== 0) return false;
    const links = before.chain?.links ?? [];
    let bytes = 0;
    const now = this.#accessesOfCall(step, divisible, false);
    const members = [{ step: before.step, call: before.call, ratio: 1 }, ...links];
    const earlier = members.flatMap((member) => {
      const touched = this.#accessesOfCall(member.step, this.#callsOf[member.step.kernel]![member.call]!, false);
      return touched.map(({ access, piece }) => ({
        access,
        bytes: piece === undefined ? undefined : piece * member.ratio,
      }));
    });
    for (const { access, piece } of now) {
      for (const other of earlier) {
        if (!this.#conflict([access], [other.access])) continue;
        if (access.slot !== other.access.slot || piece === undefined || piece * ratio !== other.bytes) return false;
        bytes = Math.max(bytes, other.bytes);
      }
    }
    const everything = this.#leastShare === 0;
    if (bytes === 0 || (bytes * head.extent < LEAST_CHAINED && !everything)) return false;
    const accesses = now.map(({ access }) => access);
    if (this.#conflict(accesses, this.#pending.slice(0, this.#head))) return false;
    this.#pending = [...this.#pending, ...accesses];
    const block = before.chain?.block ?? (everything ? 1 : Math.max(1, Math.floor(CHAIN_BYTES / bytes)));
    phases[phases.length - 1] = { ...before, chain: { block, links: [...links, { step, call, ratio }] } };
    return true;
  }

  /**
   * The body of a loop in which every thread keeps to rows of its own, so that nobody waits inside: where all its kernels can be
   * cut into the same number of pieces and each reads of what others write there only what lies in its own piece.
   */
  #apart({ body, count, swap }: RepeatStep, runs: number): Phase[] | undefined {
    const steps: KernelStep[] = [];
    for (const step of body) {
      if (step.kind !== 'kernel') return undefined;
      steps.push(step);
    }
    const calls = steps.flatMap((step) =>
      this.#callsOf[step.kernel]!.map((divisible, call) => ({ step, call, divisible })),
    );
    let pieces = 0;
    for (const { extent, grain } of calls.map(({ divisible }) => divisible)) {
      if (extent % grain !== 0) return undefined;
      pieces = commonDivisor(pieces, extent / grain);
    }
    const cost = count * calls.reduce((sum, { divisible }) => sum + divisible.cost, 0);
    const parts = partsOf({ extent: pieces, grain: 1, cost }, this.#leastShare);
    if (parts < 2) return undefined;
    let pending: Access[] = [];
    const renamed = new Map(swap.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
    // Threads may be any number of rounds apart: the same names, the others, the same again.
    for (let round = 0; round < 3; round++) {
      for (const { step, divisible } of calls) {
        const accesses = this.#accessesOfCall(step, divisible, false).map(
          ({ access, piece }): Access =>
            piece === undefined ? access : { ...access, cut: `${piece * divisible.extent}/${pieces}` },
        );
        if (this.#conflict(accesses, pending, renamed)) return undefined;
        pending = [...pending, ...accesses];
      }
      // In the next round the places that change roles have each other's names.
      pending = pending.map((access) => ({ ...access, slot: renamed.get(access.slot) ?? access.slot }));
    }
    this.shared += runs * cost;
    return calls.map(({ step, call, divisible }) => ({
      kind: 'call',
      step,
      call,
      parts,
      grain: divisible.extent / pieces,
    }));
  }

  /** Shares the runs of a loop, where they are worth it. */
  #runs(step: RepeatStep, runs: number, phases: Phase[]): boolean {
    const cost = this.#costOf([step]);
    const parts = this.#parts({ extent: step.count, grain: 1, cost });
    if (parts < 2) return false;
    this.shared += runs * cost;
    const own = new Set(step.apart!.slots.map(({ slot }) => slot));
    this.#touch(
      this.#accessesOf([step], false).filter(({ slot }) => !own.has(slot)),
      phases,
    );
    phases.push({ kind: 'runs', step, parts });
    return true;
  }

  /** Nanoseconds that steps take one thread. */
  #costOf(steps: readonly Step[]): number {
    return steps.reduce((sum, step) => {
      switch (step.kind) {
        case 'host':
          return sum;
        case 'copy':
          return sum + copyCost(step).cost;
        case 'kernel':
          return sum + this.#callsOf[step.kernel]!.reduce((all, { cost }) => all + cost, 0);
        case 'repeat':
          return sum + step.count * this.#costOf(step.body);
        case 'while':
          return sum + GUESSED_RUNS * this.#costOf([...step.condition, ...step.body]);
        case 'if':
          return sum + Math.max(this.#costOf(step.then), this.#costOf(step.otherwise));
      }
    }, 0);
  }

  #allAlone(steps: readonly Step[]): boolean {
    return steps.every((step) => {
      switch (step.kind) {
        case 'host':
          return false;
        case 'copy':
          return this.#parts(copyCost(step)) === 1;
        case 'kernel':
          return this.#callsOf[step.kernel]!.every((call) => this.#parts(call) === 1);
        case 'repeat':
          if (step.apart) return this.#parts({ extent: step.count, grain: 1, cost: this.#costOf([step]) }) === 1;
          return this.#allAlone(step.body);
        case 'while':
          return this.#allAlone(step.condition) && this.#allAlone(step.body);
        case 'if':
          return this.#allAlone(step.then) && this.#allAlone(step.otherwise);
      }
    });
  }

  /** What one of a kernel's calls touches, with the bytes of its pieces. */
  #accessesOfCall(step: KernelStep, { touches, footprint }: Divisible, alone: boolean) {
    const accesses: readonly Access[] =
      touches?.map(({ buffer, write }) => ({ slot: step.slots[buffer]!, write, alone })) ??
      this.#accessesOf([step], alone);
    return accesses.map((access, i) => ({ access, piece: footprint?.[touches ? touches[i]!.buffer : i] }));
  }

  /** What steps touch. */
  #accessesOf(steps: readonly Step[], alone: boolean): Access[] {
    return steps.flatMap((step): Access[] => {
      switch (step.kind) {
        case 'host':
          return [];
        case 'copy':
          return [
            { slot: step.from, write: false, alone },
            { slot: step.to, write: true, alone },
          ];
        case 'kernel': {
          const kernel = this.#program.kernels[step.kernel]!;
          const last = step.slots.length - 1;
          const writes = (i: number) => ('buffers' in kernel ? kernel.buffers[i]!.access !== 'read' : i === last);
          return step.slots.map((slot, i) => ({ slot, write: writes(i), alone }));
        }
        case 'repeat':
          return this.#accessesOf(step.body, alone);
        case 'while':
          return [
            { slot: step.flag, write: false, alone },
            ...this.#accessesOf([...step.condition, ...step.body], alone),
          ];
        case 'if':
          return [
            { slot: step.flag, write: false, alone },
            ...this.#accessesOf([...step.then, ...step.otherwise], alone),
          ];
      }
    });
  }

  /** Waits for the others where the accesses demand it, and notes them. */
  #touch(accesses: readonly Access[], phases: Phase[]): void {
    if (this.#conflict(accesses, this.#pending)) this.close(phases);
    this.#pending = [...this.#pending, ...accesses];
  }

  /** `apart`: slots that change roles, and never lie in the same place. */
  #conflict(
    accesses: readonly Access[],
    pending: readonly Access[],
    apart: ReadonlyMap<number, number> = new Map(),
  ): boolean {
    return accesses.some((now) =>
      pending.some(
        (before) =>
          (now.write || before.write) &&
          !(now.alone && before.alone) &&
          !(now.slot === before.slot && now.cut !== undefined && now.cut === before.cut) &&
          apart.get(now.slot) !== before.slot &&
          this.#overlap(now.slot, before.slot),
      ),
    );
  }

  #overlap(a: number, b: number): boolean {
    const { places } = this.#program;
    if (a === b || !places) return true;
    return placesOverlap(places[a]!, places[b]!);
  }
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

const placesOverlap = (a: Place, b: Place): boolean =>
  a.region === b.region && a.ranges.some(([from, to]) => b.ranges.some(([start, end]) => from < end && start < to));
