// The engine's memory: one WebAssembly.Memory and the allocator over it.
// Owns: where blocks lie, growth, the count of bytes in use. When a block is given back is the runtime's business.
// Free blocks stand in bins by size (four to a power of two); neighbours are merged at once.
import { StateError } from '../../base/errors.ts';
import type { Heap } from '../backend.ts';

const PAGE = 65536;
const ALIGNMENT = 64;
/** The first page belongs to the backend (constants, scratch); no address is near 0, so small negative offsets never wrap. */
export const RESERVED_BYTES = PAGE;
/** Vector loads may read past the end of the last block, never past the memory. */
const SLACK = 256;

export interface HeapOptions {
  /** Shared with workers; falls back to private memory where the platform forbids it. */
  readonly shared?: boolean;
  readonly initialPages?: number;
  readonly maximumPages?: number;
}

/** Whether workers may see our memory: in Node always, in a page when it is cross-origin isolated. */
export function sharedMemoryAllowed(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  return isolated !== false;
}

const binOf = (bytes: number): number => {
  const units = bytes / ALIGNMENT;
  const log = 31 - Math.clz32(units);
  return log < 2 ? units : log * 4 + ((units >>> (log - 2)) & 3);
};

export class WasmHeap implements Heap {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly minimumPages: number;
  readonly maximumPages: number;
  /** As `memory.buffer` is, which makes an object anew at each look where memory is shared. */
  buffer: ArrayBufferLike;
  /** Called when memory has grown, and may lie elsewhere. */
  moved: () => void = () => {};
  private readonly sizes = new Map<number, number>();
  private readonly freeSizes = new Map<number, number>();
  private readonly freeEnds = new Map<number, number>();
  private readonly bins: Set<number>[] = [];
  private top = RESERVED_BYTES;
  private used = 0;

  constructor(options: HeapOptions = {}) {
    this.minimumPages = options.initialPages ?? 256;
    let maximum = options.maximumPages ?? 65536;
    const wantShared = options.shared ?? sharedMemoryAllowed();
    for (;;) {
      try {
        this.memory = new WebAssembly.Memory({ initial: this.minimumPages, maximum, shared: wantShared });
        break;
      } catch (error) {
        // Small devices refuse to reserve 4 GiB of addresses for shared memory.
        if (maximum <= 4 * this.minimumPages) throw error;
        maximum /= 2;
      }
    }
    this.buffer = this.memory.buffer;
    this.shared = wantShared;
    this.maximumPages = maximum;
  }

  get bytesInUse(): number {
    return this.used;
  }

  allocate(bytes: number): number {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    const address = this.takeFree(size) ?? this.extend(size);
    this.sizes.set(address, size);
    this.used += size;
    return address;
  }

  free(address: number): void {
    const size = this.sizes.get(address);
    if (size === undefined) throw new StateError(`free(${address}): no block begins there, or it was freed before.`);
    this.sizes.delete(address);
    this.used -= size;
    let start = address;
    let end = address + size;
    const after = this.freeSizes.get(end);
    if (after !== undefined) {
      this.removeFree(end, after);
      end += after;
    }
    const before = this.freeEnds.get(start);
    if (before !== undefined) {
      this.removeFree(before, start - before);
      start = before;
    }
    if (end === this.top) this.top = start;
    else this.addFree(start, end - start);
  }

  private takeFree(size: number): number | undefined {
    for (let bin = binOf(size); bin < this.bins.length; bin++) {
      const starts = this.bins[bin];
      if (!starts) continue;
      for (const start of starts) {
        const found = this.freeSizes.get(start)!;
        if (found < size) continue; // only in the first bin
        this.removeFree(start, found);
        if (found > size) this.addFree(start + size, found - size);
        return start;
      }
    }
    return undefined;
  }

  private extend(size: number): number {
    const start = this.top;
    const needed = start + size + SLACK;
    const missing = needed - this.buffer.byteLength;
    if (missing > 0) {
      const current = this.buffer.byteLength / PAGE;
      const least = Math.ceil(missing / PAGE);
      // Growing costs a system call and, for private memory, detaches every view: in steps of an eighth.
      const wanted = Math.max(least, Math.min(current >> 3, 4096));
      if (!this.grow(wanted) && !this.grow(least)) {
        throw new StateError(
          `Out of memory: ${size} bytes wanted with ${this.used} in use; WebAssembly memory ends at ${this.maximumPages * PAGE} bytes. Use a smaller batch or model.`,
        );
      }
    }
    this.top = start + size;
    return start;
  }

  private grow(pages: number): boolean {
    if (this.buffer.byteLength / PAGE + pages > this.maximumPages) return false;
    try {
      this.memory.grow(pages);
      this.buffer = this.memory.buffer;
      this.moved();
      return true;
    } catch {
      return false;
    }
  }

  private addFree(start: number, size: number): void {
    this.freeSizes.set(start, size);
    this.freeEnds.set(start + size, start);
    const bin = binOf(size);
    this.bins[bin] ??= new Set();
    this.bins[bin].add(start);
  }

  private removeFree(start: number, size: number): void {
    this.freeSizes.delete(start);
    this.freeEnds.delete(start + size);
    this.bins[binOf(size)]!.delete(start);
  }
}
