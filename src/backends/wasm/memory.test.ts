import { describe, expect, it } from 'vitest';
import { seed } from '../../../test/support/seed.ts';
import { RESERVED_BYTES, WasmHeap } from './memory.ts';

describe('engine heap', () => {
  it('gives aligned blocks that do not overlap, over thousands of random requests', () => {
    let state = seed;
    const random = (n: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    const heap = new WasmHeap({ initialPages: 2, maximumPages: 4096 });
    const live = new Map<number, number>();
    for (let i = 0; i < 4000; i++) {
      if (live.size > 0 && random(100) < 48) {
        const keys = [...live.keys()];
        const address = keys[random(keys.length)]!;
        heap.free(address);
        live.delete(address);
      } else {
        const bytes = random(10) === 0 ? random(300000) : random(2000);
        const address = heap.allocate(bytes);
        expect(address % 64).toBe(0);
        expect(address).toBeGreaterThanOrEqual(RESERVED_BYTES);
        expect(address + bytes).toBeLessThanOrEqual(heap.buffer.byteLength - 16);
        for (const [other, size] of live) {
          if (!(address + bytes <= other || other + size <= address)) {
            throw new Error(`seed ${seed}: ${address}+${bytes} overlaps ${other}+${size}`);
          }
        }
        live.set(address, bytes);
      }
    }
    for (const address of live.keys()) heap.free(address);
    expect(heap.bytesInUse).toBe(0);
  });

  it('merges neighbours, so that memory stays flat', () => {
    const heap = new WasmHeap({ initialPages: 2 });
    for (let round = 0; round < 50; round++) {
      const blocks = Array.from({ length: 20 }, (_, i) => heap.allocate(1000 * (i + 1 + (round % 3))));
      for (let i = 0; i < 20; i += 2) heap.free(blocks[i]!);
      for (let i = 1; i < 20; i += 2) heap.free(blocks[i]!);
    }
    expect(heap.allocate(64)).toBe(RESERVED_BYTES);
    expect(heap.buffer.byteLength).toBeLessThan(1_000_000);
  });

  it('says what is wrong when memory runs out or a block is freed twice', () => {
    const heap = new WasmHeap({ initialPages: 2, maximumPages: 4 });
    expect(() => heap.allocate(1_000_000)).toThrow(/Out of memory: 1000000/);
    const address = heap.allocate(10);
    heap.free(address);
    expect(() => heap.free(address)).toThrow(/freed before/);
  });
});
