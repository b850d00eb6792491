// The memory in which pictures are decoded, and the assembled kernels that work on it.
// Owns: the module and its instance, one for each thread, the places of what every picture needs. Kernels are written in
// entropy-kernel.ts, transform-kernels.ts and row-kernels.ts.
import { ModuleBuilder } from '../../../assembler/module.ts';
import { defineDecode, MULTIPLIERS, PART, STATE } from './entropy-kernel.ts';
import { zigzag } from './headers.ts';
import { TABLE } from './huffman.ts';
import { defineRowKernels, SLACK } from './row-kernels.ts';
import { flatTransforms, smallTransforms } from './small-transforms.ts';
import { definePut, TRANSFORM } from './transform-kernels.ts';

const PAGE = 65536;
/** A workspace beyond this is given back after its picture. */
const KEPT = 2 ** 26;
const MOST_PARTS = 10;

/** Fixed places, in bytes. */
const STATE_AT = 0;
const ZIGZAG_AT = STATE_AT + STATE.size;
const PREDICTORS_AT = ZIGZAG_AT + 80;
const PARTS_AT = PREDICTORS_AT + 16;
const BLOCK_AT = PARTS_AT + MOST_PARTS * PART.size;
const MULTIPLIERS_AT = BLOCK_AT + 256;
const TABLES_AT = MULTIPLIERS_AT + 4 * MULTIPLIERS;
const FREE_AT = TABLES_AT + 8 * TABLE.size;
export const place = {
  state: STATE_AT,
  predictors: PREDICTORS_AT,
  parts: PARTS_AT,
  multipliers: MULTIPLIERS_AT,
  tables: TABLES_AT,
} as const;

interface Kernels {
  decode(state: number, parts: number, partsEnd: number, block: number, zigzag: number, mcus: number): number;
  put(block: number, out: number, stride: number, transform: number, last: number): void;
  wide(near: number, far: number, width: number, out: number, sums: number): void;
  wideOfTwo(near: number, far: number, width: number, out: number, sums: number): void;
  colors(y: number, cb: number, cr: number, width: number, out: number): void;
}

let compiled: WebAssembly.Module | undefined;
function kernelModule(): WebAssembly.Module {
  if (compiled) return compiled;
  const module = new ModuleBuilder({
    module: 'env',
    name: 'memory',
    shared: false,
    minimumPages: 1,
    maximumPages: PAGE,
  });
  const small = module.importFunction('env', 'small', { params: ['i32', 'i32', 'i32', 'i32', 'i32'], results: [] });
  const put = definePut(module, small);
  defineDecode(module, put);
  defineRowKernels(module);
  compiled = new WebAssembly.Module(module.encode());
  return compiled;
}

export class Workspace {
  readonly #memory: WebAssembly.Memory;
  readonly kernels: Kernels;
  /** The memory; views are made anew for each picture. */
  bytes!: Uint8Array<ArrayBuffer>;
  clamped!: Uint8ClampedArray<ArrayBuffer>;
  words!: Int32Array<ArrayBuffer>;
  /** The block that `put` transforms. */
  block!: Int32Array<ArrayBuffer>;
  #next = FREE_AT;

  private constructor(bytes: number) {
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil((FREE_AT + bytes) / PAGE), maximum: PAGE });
    const small = (_block: number, out: number, stride: number, transform: number, last: number): void =>
      (last === 0 ? flatTransforms : smallTransforms)[transform - TRANSFORM.small]!(
        this.block,
        this.clamped,
        out,
        stride,
      );
    const { exports } = new WebAssembly.Instance(kernelModule(), { env: { memory: this.#memory, small } });
    this.kernels = exports as object as Kernels;
    this.#look();
    this.bytes.set(
      Uint8Array.from(zigzag, (position) => position * 4),
      ZIGZAG_AT,
    );
  }

  static #kept: Workspace | null = null;
  /** Room for one picture, which must be done with before the next one begins. */
  static open(bytes: number): Workspace {
    if (bytes > KEPT) return new Workspace(bytes);
    Workspace.#kept ??= new Workspace(bytes);
    Workspace.#kept.#begin(bytes);
    return Workspace.#kept;
  }

  #begin(bytes: number): void {
    this.#next = FREE_AT;
    const missing = FREE_AT + bytes - this.bytes.length;
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE));
      this.#look();
    }
    // A picture that was refused may have left something.
    this.block.fill(0);
  }
  #look(): void {
    const { buffer } = this.#memory;
    this.bytes = new Uint8Array(buffer);
    this.clamped = new Uint8ClampedArray(buffer);
    this.words = new Int32Array(buffer);
    this.block = new Int32Array(buffer, BLOCK_AT, 64);
  }

  /** What a buffer takes of the room that is opened. */
  static sizeOf(bytes: number): number {
    return (bytes + SLACK + 15) & ~15;
  }
  /** The address of a buffer. */
  allocate(bytes: number): number {
    const at = this.#next;
    this.#next += Workspace.sizeOf(bytes);
    return at;
  }

  /** Writes the pixels of the block, which is cleared, to an address. */
  put(out: number, stride: number, transform: number, last: number): void {
    this.kernels.put(BLOCK_AT, out, stride, transform, last);
  }
  /** Decodes MCUs until the data ends: how many. */
  decode(parts: number, mcus: number): number {
    return this.kernels.decode(STATE_AT, PARTS_AT, PARTS_AT + parts * PART.size, BLOCK_AT, ZIGZAG_AT, mcus);
  }
}
