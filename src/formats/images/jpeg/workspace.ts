// The memory in which pictures are decoded, and the assembled kernels that work on it.
// Owns: the modules and their instances, the places of what every picture needs. A thread has a workspace of its own; where the
// pixels are to lie in shared memory as floats, there is one behind them. Kernels are written in entropy-kernel.ts,
// transform-kernels.ts and row-kernels.ts.
import { ModuleBuilder } from '../../../assembler/module.ts';
import { defineColorKernels, defineGrey, PHOTOGRAPH_SIZE, type Photograph, photographWords } from './color-kernels.ts';
import { defineDecode, MULTIPLIER, MULTIPLIERS, PART, STATE } from './entropy-kernel.ts';
import { zigzag } from './headers.ts';
import { TABLE } from './huffman.ts';
import { SLACK } from './row-kernels.ts';
import { defineSwap, defineUnstuff } from './scan-data.ts';
import { flatTransforms, smallTransforms } from './small-transforms.ts';
import { definePut, TRANSFORM } from './transform-kernels.ts';

const PAGE = 65536;
/** A workspace beyond this is given back after its picture. */
const KEPT = 2 ** 26;
const MOST_PARTS = 10;

/** Places in bytes from a workspace's beginning. */
const STATE_AT = 0;
const MARKER_AT = STATE_AT + STATE.size;
const PREDICTORS_AT = MARKER_AT + 16;
const PARTS_AT = PREDICTORS_AT + 16;
const BLOCK_AT = PARTS_AT + MOST_PARTS * PART.size;
const MULTIPLIERS_AT = BLOCK_AT + 256;
const TABLES_AT = MULTIPLIERS_AT + 4 * MULTIPLIERS;
const PHOTOGRAPH_AT = TABLES_AT + 8 * TABLE.size;
const FREE_AT = PHOTOGRAPH_AT + PHOTOGRAPH_SIZE;

/** Shared memory whose bytes from `from` on a workspace may take. */
export interface Site {
  readonly memory: WebAssembly.Memory;
  readonly from: number;
}

interface Kernels {
  unstuff(from: number, end: number, to: number, marker: number): number;
  swap(from: number, end: number): void;
  decode(state: number, parts: number, partsEnd: number, block: number, mcus: number): number;
  put(block: number, out: number, stride: number, transform: number, last: number): void;
  wide(near: number, far: number, width: number, out: number, sums: number): void;
  wideOfTwo(near: number, far: number, width: number, out: number, sums: number): void;
  colors(y: number, cb: number, cr: number, width: number, out: number): void;
  photograph(address: number): void;
  grey(at: number, count: number): void;
}

const compiled = new Map<boolean, WebAssembly.Module>();
function kernelModule(shared: boolean): WebAssembly.Module {
  const known = compiled.get(shared);
  if (known) return known;
  const module = new ModuleBuilder({ module: 'env', name: 'memory', shared, minimumPages: 1, maximumPages: PAGE });
  const small = module.importFunction('env', 'small', { params: ['i32', 'i32', 'i32', 'i32', 'i32'], results: [] });
  const put = definePut(module, small);
  defineDecode(module, put);
  defineUnstuff(module);
  defineSwap(module);
  defineColorKernels(module);
  defineGrey(module);
  const made = new WebAssembly.Module(module.encode());
  compiled.set(shared, made);
  return made;
}

export class Workspace {
  readonly #memory: WebAssembly.Memory;
  readonly #from: number;
  readonly kernels: Kernels;
  /** The memory; views are made anew for each picture. */
  bytes!: Uint8Array;
  clamped!: Uint8ClampedArray;
  words!: Int32Array;
  /** The block that `put` transforms. */
  block!: Int32Array;
  /** Addresses. */
  readonly place: Readonly<Record<'state' | 'predictors' | 'parts' | 'multipliers' | 'tables', number>>;
  #next = 0;

  private constructor({ memory, from }: Site, shared: boolean) {
    this.#memory = memory;
    this.#from = from;
    const [state, predictors, parts] = [from + STATE_AT, from + PREDICTORS_AT, from + PARTS_AT];
    this.place = { state, predictors, parts, multipliers: from + MULTIPLIERS_AT, tables: from + TABLES_AT };
    const small = (_block: number, out: number, stride: number, transform: number, last: number): void =>
      (last === 0 ? flatTransforms : smallTransforms)[transform - TRANSFORM.small]!(
        this.block,
        this.clamped,
        out,
        stride,
      );
    const { exports } = new WebAssembly.Instance(kernelModule(shared), { env: { memory, small } });
    this.kernels = exports as object as Kernels;
    this.#look();
  }

  static #kept: Workspace | null = null;
  /** Room for one picture, which must be done with before the next one begins. */
  static open(bytes: number): Workspace {
    const create = () =>
      new Workspace({ memory: new WebAssembly.Memory({ initial: 1, maximum: PAGE }), from: 0 }, false);
    if (bytes > KEPT) return create().#begin(bytes);
    Workspace.#kept ??= create();
    return Workspace.#kept.#begin(bytes);
  }
  static #latest: { readonly memory: WebAssembly.Memory; readonly workspace: Workspace } | null = null;
  /** The same in shared memory; null where that cannot grow so far. */
  static beside(site: Site, bytes: number): Workspace | null {
    if (Workspace.#latest?.memory !== site.memory)
      Workspace.#latest = { memory: site.memory, workspace: new Workspace(site, true) };
    try {
      return Workspace.#latest.workspace.#begin(bytes);
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  #begin(bytes: number): this {
    this.#next = this.#from + FREE_AT;
    const missing = this.#next + bytes - this.bytes.length;
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE));
      this.#look();
    }
    // A picture that was refused may have left something.
    this.block.fill(0);
    return this;
  }
  #look(): void {
    const { buffer } = this.#memory;
    this.bytes = new Uint8Array(buffer);
    this.clamped = new Uint8ClampedArray(buffer);
    this.words = new Int32Array(buffer);
    // The memory may still be too small for it.
    const block = this.#from + BLOCK_AT;
    this.block = buffer.byteLength < block + 256 ? new Int32Array(64) : new Int32Array(buffer, block, 64);
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

  /** Writes a component's factors, in zigzag order, to an address. */
  setMultipliers(at: number, factors: ArrayLike<number>): void {
    for (let k = 0; k * MULTIPLIER < MULTIPLIERS; k++) {
      const entry = (at + k * MULTIPLIER) / 4;
      this.words[entry] = factors[k % 64]!;
      this.words[entry + 1] = this.block.byteOffset + 4 * zigzag[k]!;
    }
  }
  /** Writes the pixels of the block, which is cleared, to an address. */
  put(out: number, stride: number, transform: number, last: number): void {
    this.kernels.put(this.block.byteOffset, out, stride, transform, last);
  }
  /** Copies a segment without stuffing to an address: how many bytes, and the address where it ended. */
  unstuff(from: number, end: number, to: number): { readonly length: number; readonly marker: number } {
    const marker = this.#from + MARKER_AT;
    const length = this.kernels.unstuff(from, end, to, marker);
    return { length, marker: this.words[marker / 4]! };
  }
  /** Writes the pixels of a whole picture. */
  photograph(picture: Photograph): void {
    const at = this.#from + PHOTOGRAPH_AT;
    this.words.set(photographWords(picture), at / 4);
    this.kernels.photograph(at);
  }
  /** Decodes MCUs until the data ends: how many. */
  decode(parts: number, mcus: number): number {
    const { state, parts: first } = this.place;
    return this.kernels.decode(state, first, first + parts * PART.size, this.block.byteOffset, mcus);
  }
}
