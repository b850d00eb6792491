// The engine's memory as programs see it: views by dtype, places of variables, of intermediate values, of batches that come ahead.
// Owns: these places, and giving them back. Which program uses what is said by engine.ts.
import type { Backend } from '../backends/backend.ts';
import { allocate, type Data, type DType, dtypes, type TypedArray } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import type { ArrayValue } from '../graph/primitive.ts';
import type { Spec } from '../graph/value.ts';
import { LEAST_COPIED, type Place, type RowsTensor } from './rows.ts';
import type { Residence, VariableTensor } from './variable.ts';

/** Views of the backend's memory, remade when it grows. */
export class Memory {
  readonly backend: Backend;
  #buffer: ArrayBufferLike;
  #views: Partial<Record<DType, ArrayBufferView>> = {};

  constructor(backend: Backend) {
    this.backend = backend;
    this.#buffer = backend.heap.buffer;
  }

  /** All memory as elements of a dtype. */
  elements(dtype: DType): Float64Array {
    const { buffer } = this.backend.heap;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#views = {};
    }
    return (this.#views[dtype] ??= new dtypes[dtype].array!(buffer)) as Float64Array;
  }

  write(address: number, dtype: DType, data: Data): void {
    const { copyRows } = this.backend;
    const { array } = dtypes[dtype];
    const { buffer, byteOffset, byteLength } = data as TypedArray;
    if (copyRows && byteLength >= LEAST_COPIED && data instanceof array!)
      copyRows(address, new Uint8Array(buffer, byteOffset, byteLength), byteLength, null, 0, 1);
    else this.elements(dtype).set(data as Float64Array, address / array!.BYTES_PER_ELEMENT);
  }

  /** Writes the rows that a tensor stands for, and those that follow as the next so many tensors like it. */
  writeRows(address: number, rows: RowsTensor, times = 1, first = rows.place.first): void {
    const { array } = dtypes[rows.dtype];
    const at = address / array!.BYTES_PER_ELEMENT;
    rows.writeTo(this.elements(rows.dtype), at, first, times, this.backend.copyRows);
  }

  read(address: number, dtype: DType, size: number): Data {
    const { array, lanes } = dtypes[dtype];
    const from = address / array!.BYTES_PER_ELEMENT;
    const copy = allocate(dtype, size) as Float64Array;
    const view = this.elements(dtype);
    if (size * lanes <= 4) for (let i = 0; i < size * lanes; i++) copy[i] = view[from + i]!;
    else copy.set(view.subarray(from, from + size * lanes));
    return copy;
  }

  /** A view for host calls. */
  view(address: number, { dims, dtype }: Spec): ArrayValue {
    const { array, lanes } = dtypes[dtype];
    return { dims, dtype, data: new array!(this.backend.heap.buffer, address, sizeOf(dims) * lanes) };
  }
}

/** A variable's place in the engine's memory. */
export class Resident implements Residence {
  /** Where it lies; one block, freed once: on release, or when its variable is collected. */
  readonly #block: { address: number };
  readonly #memory: Memory;
  readonly #dtype: DType;
  readonly #size: number;
  /** The run in which it was used last. */
  lastRun = 0;
  /** Gives the memory back; holds on to nothing but the memory. */
  readonly free: () => void;

  constructor(memory: Memory, variable: VariableTensor) {
    this.#memory = memory;
    this.#dtype = variable.dtype;
    this.#size = sizeOf(variable.eagerDims);
    const { heap } = memory.backend;
    const block = { address: heap.allocate(Math.max(this.#size * dtypes[variable.dtype].bytes, 1)) };
    this.#block = block;
    this.free = () => {
      if (block.address < 0) return;
      heap.free(block.address);
      block.address = -1;
    };
  }

  get address(): number {
    return this.#block.address;
  }

  read(): Data {
    return this.#memory.read(this.address, this.#dtype, this.#size);
  }

  write(elements: Data): void {
    this.#memory.write(this.address, this.#dtype, elements);
  }

  release(): void {
    this.free();
  }
}

/** Scratch memory that programs share, one block for each depth of nesting (a host call may run a program). */
export class Arena {
  readonly #memory: Memory;
  address = 0;
  #bytes = 0;
  /** Counts moves, so that programs know when to fill their tables anew. */
  version = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  ensure(bytes: number): void {
    if (bytes <= this.#bytes) return;
    const { heap } = this.#memory.backend;
    const wanted = Math.max(bytes, Math.ceil(this.#bytes * 1.25));
    if (this.#bytes > 0) heap.free(this.address);
    // There is no block until a new one is given: memory may be out.
    this.#bytes = 0;
    this.address = heap.allocate(wanted);
    this.#bytes = wanted;
    this.version++;
  }
}

/**
 * Two places for an argument in turn: while a program reads the rows in one, those of the next batch come into the other.
 */
export class Rooms {
  readonly #memory: Memory;
  readonly #places: number[];
  #now = 0;
  /** What lies in the other place. */
  #ahead: Place | null = null;
  /** Gives the memory back; holds on to nothing but the memory. */
  readonly free: () => void;

  constructor(memory: Memory, bytes: number) {
    this.#memory = memory;
    const { heap } = memory.backend;
    const places: number[] = [];
    this.#places = places;
    this.free = () => {
      for (const address of places.splice(0)) heap.free(address);
    };
    try {
      while (places.length < 2) places.push(heap.allocate(bytes));
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** Where the rows of now lie. */
  settle(rows: RowsTensor): number {
    const { pass, first } = rows.place;
    if (this.#ahead?.pass === pass && this.#ahead.next === first) this.#now = 1 - this.#now;
    else this.#memory.writeRows(this.#places[this.#now]!, rows);
    this.#ahead = null;
    return this.#places[this.#now]!;
  }

  /** Brings the rows of the next batch. */
  goAhead(rows: RowsTensor): void {
    const { next } = rows.place;
    if (next < 0) return;
    this.#memory.writeRows(this.#places[1 - this.#now]!, rows, 1, next);
    this.#ahead = rows.place;
  }
}
