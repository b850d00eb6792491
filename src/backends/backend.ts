// What the compiler hands to a backend, and what it gets back.
// Owns: the types of planned programs and of their execution. Leaves graphs to the compiler, code to the backends.
//
// A program is a list of steps over numbered slots. A slot is a place in the engine's memory; the caller fills a table
// of addresses (one unsigned 32-bit number a slot), so that one compiled program serves any variables and arguments.
import type { CopyRows } from '../base/native-abi.ts';
import type { Kernel } from '../compiler/loop-ir.ts';

/** Runs in JavaScript between kernels; gets the table's address in the engine's memory. */
export interface HostStep {
  readonly kind: 'host';
  /** Position in `Program.hosts`. */
  readonly host: number;
}
/** Calls kernel `kernel` with the addresses of `slots`, in the kernel's order of buffers. */
export interface KernelStep {
  readonly kind: 'kernel';
  readonly kernel: number;
  readonly slots: readonly number[];
}
/** Copies `bytes` from one slot to another. */
export interface CopyStep {
  readonly kind: 'copy';
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}
/** Runs `body` `count` times. Before each run but the first, every slot in `advance` moves by its bytes (negative: backwards), and
 *  the addresses of each pair in `swap` change places (the new carry becomes the old one). Addresses are restored at the end but for swaps. */
export interface RepeatStep {
  readonly kind: 'repeat';
  readonly count: number;
  readonly body: readonly Step[];
  readonly advance: readonly { readonly slot: number; readonly bytes: number }[];
  readonly swap: readonly (readonly [number, number])[];
  /** Of runs that touch nothing of one another, without `swap`: threads may share them. */
  readonly apart?: OwnMemory;
}
/** What a run makes on its way lies in memory that each thread has for itself: where slots lie in it. */
export interface OwnMemory {
  readonly bytes: number;
  readonly slots: readonly { readonly slot: number; readonly offset: number }[];
}
/** Runs `condition`, then, while the byte at slot `flag` is not 0, `body` and `condition` again. */
export interface WhileStep {
  readonly kind: 'while';
  readonly condition: readonly Step[];
  readonly flag: number;
  readonly body: readonly Step[];
}
/** Runs one of two lists by the byte at slot `flag`. */
export interface IfStep {
  readonly kind: 'if';
  readonly flag: number;
  readonly then: readonly Step[];
  readonly otherwise: readonly Step[];
}

export type Step = HostStep | KernelStep | CopyStep | RepeatStep | WhileStep | IfStep;

/** Where a slot lies while the program runs: byte ranges of a region. What lies in different regions never overlaps. */
export interface Place {
  readonly region: number;
  readonly ranges: readonly (readonly [number, number])[];
}

export interface Program {
  readonly slotCount: number;
  readonly kernels: readonly Kernel[];
  readonly steps: readonly Step[];
  /** By slot, where it is known: threads need not wait between steps that touch different places. */
  readonly places?: readonly Place[];
}

/** The engine's memory, as a backend shares it with the runtime. Addresses are byte offsets, 64-byte aligned. */
export interface Heap {
  allocate(bytes: number): number;
  free(address: number): void;
  /** The buffer now; it changes when memory grows, so never keep it across an allocation. */
  readonly buffer: ArrayBufferLike;
  readonly bytesInUse: number;
}

export interface Executable {
  /**
   * Runs the program over the table of slot addresses at `table`. `host` is called for host steps; `meanwhile` once other threads have
   * begun, where there are any, while they do what this one could have done.
   */
  run(table: number, host: (index: number) => void, meanwhile?: () => void): void;
  readonly codeBytes: number;
  /** A function that runs the program several times in one call, each time on other arguments. */
  inTurn(turns: Turns): (table: number, block: number, times: number) => number;
}

/** What changes from run to run where a program runs several times in one call. */
export interface Turns {
  /** Slots into which the next of so many bytes go before each run. */
  readonly given: readonly Part[];
  /** Slots from which so many bytes are taken after each run. */
  readonly taken: readonly Part[];
  /** Slot of an int32 that ends the turns when a run leaves it other than 0; -1 for none. */
  readonly flag: number;
}
export interface Part {
  readonly slot: number;
  readonly bytes: number;
}

export interface Backend {
  readonly name: string;
  readonly heap: Heap;
  /** How many threads large programs run on now: 1 until the first of them has started the others. */
  readonly threads: number;
  /** What computes products and convolutions: 'AVX-512', 'WebAssembly relaxed SIMD' … */
  readonly kernels: string;
  /** Missing where JavaScript copies rows as well. */
  readonly copyRows?: CopyRows;
  /** Compiles synchronously. */
  compile(program: Program): Executable;
  /** Where the platform forbids large synchronous compilation (a browser's main thread). */
  compileAsync(program: Program): Promise<Executable>;
  /** The largest program, in bytes of code, that may be compiled synchronously here. */
  readonly synchronousLimit: number;
}
