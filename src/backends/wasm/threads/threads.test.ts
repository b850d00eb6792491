// Threads: they give the bits of one thread, start only for large programs, and never leave the caller waiting for ever.
import { afterEach, describe, expect, it } from 'vitest';
import { StateError } from '../../../base/errors.ts';
import { setWantedThreads, wantedThreads } from '../../../base/threads.ts';
import { type ContractKernel, index, type LoopKernel, load, unary } from '../../../compiler/loop-ir.ts';
import { nativeAddon } from '../../../platform/native-addon.ts';
import { workers } from '../../../platform/workers.ts';
import type { Backend, Executable, Step } from '../../backend.ts';
import { createWasmBackend } from '../index.ts';
import type { NativeChoice } from '../native/addon.ts';
import { generator, runKernel } from '../testing.ts';
import type { WorkerHandle, WorkerMaker } from './pool.ts';

const before = wantedThreads();
afterEach(() => setWantedThreads(before));

/** y[i] = tanh(x[i]) */
function tanhKernel(extent: number): LoopKernel {
  const i = { name: 'i', extent };
  return {
    kind: 'loops',
    buffers: [
      { storage: 'f32', access: 'read' },
      { storage: 'f32', access: 'write' },
    ],
    outer: i,
    serial: false,
    body: [{ kind: 'store', buffer: 1, index: index(i), value: unary('tanh', load('f32', 0, index(i))) }],
  };
}
const kernel = (number: number, ...slots: number[]): Step => ({ kind: 'kernel', kernel: number, slots });

interface Started {
  readonly backend: Backend;
  readonly handles: WorkerHandle[];
}
function start(
  threads: number,
  options: { patience?: number; shareAll?: boolean; native?: NativeChoice | null } = { shareAll: true },
): Started {
  setWantedThreads(threads);
  const handles: WorkerHandle[] = [];
  const maker: WorkerMaker = {
    processors: 2,
    mayWait: workers.mayWait,
    start: (...given) => {
      const handle = workers.start(...given);
      handles.push(handle);
      return handle;
    },
  };
  return { backend: createWasmBackend({ workers: maker, ...options }), handles };
}

/** Quicker than looking at each element. */
const sameBits = (a: Float32Array, b: Float32Array) =>
  Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)) === 0;

const SIZE = 400_003;
/** A large program x → tanh x → tanh tanh x, its table and memory. */
function large(backend: Backend, middle: readonly Step[] = []) {
  const { heap } = backend;
  const executable = backend.compile({
    slotCount: 3,
    kernels: [tanhKernel(SIZE)],
    steps: [kernel(0, 0, 1), ...middle, kernel(0, 1, 2)],
  });
  const addresses = [0, 1, 2].map(() => heap.allocate(SIZE * 4));
  const table = heap.allocate(12);
  const setTable = () => new Uint32Array(heap.buffer, table, 3).set(addresses);
  setTable();
  const random = generator(5);
  const x = new Float32Array(heap.buffer, addresses[0]!, SIZE);
  for (let i = 0; i < SIZE; i++) x[i] = random.uniform() * 4 - 2;
  const result = () => new Float32Array(heap.buffer, addresses[2]!, SIZE).slice();
  return { executable, table, setTable, addresses, result, x };
}

/** Runs until the workers are there. */
async function untilReady(backend: Backend, run: () => void, threads: number): Promise<void> {
  for (let tries = 0; backend.threads < threads; tries++) {
    if (tries > 500) throw new Error('the workers do not start');
    run();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('threads', () => {
  it.each([1, 2, 3, 7])('give the same bits: %i', async (threads) => {
    const { backend, handles } = start(threads);
    const { executable, table, result, x } = large(backend);
    executable.run(table, () => {});
    const alone = result();
    await untilReady(backend, () => executable.run(table, () => {}), threads);
    expect(handles.length).toBe(threads - 1);
    for (let run = 0; run < 20; run++) executable.run(table, () => {});
    expect(sameBits(result(), alone)).toBe(true);
    for (const i of [0, 7, SIZE - 1]) expect(alone[i]).toBeCloseTo(Math.tanh(Math.tanh(x[i]!)), 5);
    for (const handle of handles) handle.terminate();
  });

  it.each([
    ['rows of both', 2003, 96, 130, false, false],
    ['A and B transposed', 1100, 160, 200, true, true],
    ['rows with few terms', 2600, 512, 24, false, false],
  ])('give the same bits of products, of which they take several pieces at once: %s', (_, m, n, k, turnA, turnB) => {
    const kernel: ContractKernel = {
      ...{ kind: 'contract', batch: 1, m, n, k },
      a: { batchStride: 0, rowStride: turnA ? 1 : k, columnStride: turnA ? m : 1 },
      b: { batchStride: 0, rowStride: turnB ? 1 : n, columnStride: turnB ? k : 1 },
      c: { batchStride: 0, rowStride: n, columnStride: 1 },
    };
    const random = generator(11);
    const [a, b] = [new Float32Array(m * k), new Float32Array(k * n)];
    for (const array of [a, b]) for (let i = 0; i < array.length; i++) array[i] = random.uniform() - 0.5;
    const found = nativeAddon();
    for (const instructions of [undefined, ...(found?.addon.instructions ?? [])]) {
      const native = instructions === undefined ? null : { ...found!, instructions };
      const [alone, shared] = [new Float32Array(m * n), new Float32Array(m * n)];
      runKernel(createWasmBackend({ native }), kernel, [a, b, alone]);
      const { backend, handles } = start(3, { shareAll: true, native });
      for (let run = 0; run < 5; run++) {
        runKernel(backend, kernel, [a, b, shared.fill(777)]);
        expect(sameBits(shared, alone)).toBe(true);
      }
      for (const handle of handles) handle.terminate();
      for (const [i, j] of [
        [0, 0],
        [m >> 1, n - 1],
        [m - 1, 3],
      ] as const) {
        let sum = 0;
        for (let t = 0; t < k; t++) sum += a[turnA ? t * m + i : i * k + t]! * b[turnB ? j * k + t : t * n + j]!;
        expect(shared[i * n + j]).toBeCloseTo(sum, 4);
      }
    }
  });

  it('have set their addresses back when a program that ends with a loop returns', async () => {
    const { backend, handles } = start(2);
    const { heap } = backend;
    const [rows, bytes] = [3, SIZE * 4];
    const advance = [0, 1].map((slot) => ({ slot, bytes }));
    // The first thread comes last to the last barrier, when the other sleeps there.
    const serial: LoopKernel = { ...tanhKernel(SIZE), serial: true };
    const body = [kernel(0, 0, 1), kernel(1, 2, 3)];
    const executable = backend.compile({
      slotCount: 4,
      kernels: [tanhKernel(SIZE), serial],
      steps: [{ kind: 'repeat', count: rows, body, advance, swap: [] }],
    });
    // Rows before those that are meant, for addresses that are set back too often.
    const x = heap.allocate(2 * rows * bytes) + rows * bytes;
    const y = heap.allocate(2 * rows * bytes) + rows * bytes;
    const table = heap.allocate(16);
    new Uint32Array(heap.buffer, table, 4).set([x, y, heap.allocate(bytes), heap.allocate(bytes)]);
    const run = () => executable.run(table, () => {});
    await untilReady(backend, run, 2);
    const result = new Float32Array(heap.buffer, y, rows * SIZE);
    const lasts = Array.from({ length: rows }, (_, row) => (row + 1) * SIZE - 1);
    const stale: number[] = [];
    for (let round = 0; round < 30; round++) {
      for (const last of lasts) result[last] = 9;
      run();
      if (lasts.some((last) => result[last] === 9)) stale.push(round);
    }
    expect(stale).toEqual([]);
    for (const handle of handles) handle.terminate();
  });

  it('are not started by small programs', () => {
    const { backend, handles } = start(3, {});
    const { heap } = backend;
    const small = backend.compile({ slotCount: 2, kernels: [tanhKernel(500)], steps: [kernel(0, 0, 1)] });
    const table = heap.allocate(8);
    new Uint32Array(heap.buffer, table, 2).set([heap.allocate(2000), heap.allocate(2000)]);
    for (let run = 0; run < 20_000; run++) small.run(table, () => {});
    expect(handles).toEqual([]);
    expect(backend.threads).toBe(1);
  });

  it('that end are an error that names them, and others take their place', async () => {
    const { backend, handles } = start(3);
    const { executable, table, result } = large(backend);
    const run = () => executable.run(table, () => {});
    await untilReady(backend, run, 3);
    const wanted = result();
    handles[1]!.terminate();
    await new Promise((resolve) => setTimeout(resolve, 100));
    let error: unknown;
    for (let tries = 0; tries < 500 && error === undefined; tries++) {
      try {
        run();
        await new Promise((resolve) => setTimeout(resolve, 20));
      } catch (caught) {
        error = caught;
      }
    }
    expect(error).toBeInstanceOf(StateError);
    expect(String(error)).toMatch(/thread 3 of 3 of the engine ended: it exited with code 1/);
    run();
    await untilReady(backend, run, 3);
    run();
    expect(handles.length).toBe(4);
    expect(sameBits(result(), wanted)).toBe(true);
    for (const handle of handles) handle.terminate();
  });

  it('that end while a program runs are an error, not a hang', async () => {
    const { backend, handles } = start(2, { patience: 5, shareAll: true });
    const { executable, table } = large(backend, [{ kind: 'host', host: 0 }]);
    await untilReady(backend, () => executable.run(table, () => {}), 2);
    const kill = () => {
      handles[0]!.terminate();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    };
    expect(() => executable.run(table, kill)).toThrow(/does not answer/);
    await untilReady(backend, () => executable.run(table, () => {}), 2);
    executable.run(table, () => {});
    for (const handle of handles) handle.terminate();
  });

  it('tell their exceptions', async () => {
    const { backend, handles } = start(2);
    const { heap } = backend;
    const { executable, table, setTable, result } = large(backend);
    const run = () => executable.run(table, () => {});
    await untilReady(backend, run, 2);
    const wanted = result();
    // The first half of the result lies in memory, the second beyond its end: whoever comes to a piece of it fails.
    const beyond = heap.buffer.byteLength - SIZE * 2 - 64;
    for (let round = 0; round < 5; round++) {
      new Uint32Array(heap.buffer, table, 3)[2] = beyond;
      expect(run).toThrow(/out of bounds/);
      setTable();
      run();
      expect(sameBits(result(), wanted)).toBe(true);
    }
    // In a loop in which threads keep to rows of their own it is the second thread.
    const extent = SIZE - (SIZE % 64);
    const loop: Step = { kind: 'repeat', count: 2, body: [kernel(0, 0, 1)], advance: [], swap: [] };
    const places = [0, 1].map((region) => ({ region, ranges: [[0, extent * 4] as const] }));
    const rows = backend.compile({ slotCount: 2, kernels: [tanhKernel(extent)], steps: [loop], places });
    new Uint32Array(heap.buffer, table, 3)[1] = beyond;
    expect(() => rows.run(table, () => {})).toThrow(/thread 2 of 2 of the engine failed: .*out of bounds/);
    setTable();
    run();
    expect(sameBits(result(), wanted)).toBe(true);
    for (const handle of handles) handle.terminate();
  });

  it('leave a program whose host step throws', async () => {
    const { backend, handles } = start(3);
    const { executable, table, result } = large(backend, [{ kind: 'host', host: 0 }]);
    await untilReady(backend, () => executable.run(table, () => {}), 3);
    const wanted = result();
    for (let round = 0; round < 3; round++) {
      const fail = () => {
        throw new RangeError(`round ${round}`);
      };
      expect(() => executable.run(table, fail)).toThrow(`round ${round}`);
      // A program inside a host step runs on one thread.
      executable.run(table, () => executable.run(table, () => {}));
      expect(sameBits(result(), wanted)).toBe(true);
    }
    for (const handle of handles) handle.terminate();
  });

  it('can be fewer or more from one program to the next', async () => {
    const { backend, handles } = start(2);
    const { executable, table, result } = large(backend);
    const run = () => executable.run(table, () => {});
    await untilReady(backend, run, 2);
    const wanted = result();
    for (const threads of [3, 1, 2]) {
      setWantedThreads(threads);
      run();
      await untilReady(backend, run, threads);
      expect(backend.threads).toBe(threads);
      run();
      expect(sameBits(result(), wanted)).toBe(true);
    }
    for (const handle of handles) handle.terminate();
  });

  it('keep programs that were forgotten', async () => {
    const { backend, handles } = start(2);
    const { executable, table, addresses } = large(backend);
    await untilReady(backend, () => executable.run(table, () => {}), 2);
    const kept: Executable[] = [];
    const extents = Array.from({ length: 70 }, (_, i) => 60_000 + i);
    for (const extent of extents)
      kept.push(backend.compile({ slotCount: 3, kernels: [tanhKernel(extent)], steps: [kernel(0, 0, 1)] }));
    const y = () => new Float32Array(backend.heap.buffer, addresses[1]!, 70_000);
    for (const round of [0, 1]) {
      kept.forEach((program, i) => {
        y().fill(9);
        program.run(table, () => {});
        const [last, after] = y().subarray(extents[i]! - 1, extents[i]! + 1);
        expect(Math.abs(last!), `round ${round}, program ${i}`).toBeLessThan(1);
        expect(after).toBe(9);
      });
    }
    for (const handle of handles) handle.terminate();
  });
});
