import { describe, expect, it } from 'vitest';
import { binary, compare, constant, index, integer, type LoopKernel, load, unary } from '../../compiler/loop-ir.ts';
import type { Step } from '../backend.ts';
import { createWasmBackend } from './index.ts';
import { runProgram } from './testing.ts';

const backend = createWasmBackend({ shared: false });

/** y[i] = f(x[i]) over four elements. */
const map = (f: (x: ReturnType<typeof load>) => ReturnType<typeof load>): LoopKernel => {
  const i = { name: 'i', extent: 4 };
  return {
    kind: 'loops',
    buffers: [
      { storage: 'f32', access: 'read' },
      { storage: 'f32', access: 'write' },
    ],
    outer: i,
    serial: false,
    body: [{ kind: 'store', buffer: 1, index: index(i), value: f(load('f32', 0, index(i))) }],
  };
};
const double = map((x) => binary('mul', x, constant('f32', 2)));
const addOne = map((x) => binary('add', x, constant('f32', 1)));
const kernel = (number: number, ...slots: number[]): Step => ({ kind: 'kernel', kernel: number, slots });

describe('programs', () => {
  it('runs kernels, copies and host steps in order', () => {
    const a = Float32Array.of(1, 2, 3, 4);
    const b = new Float32Array(4);
    const c = new Float32Array(4);
    const seen: number[] = [];
    const steps: Step[] = [
      kernel(0, 0, 1),
      { kind: 'host', host: 7 },
      { kind: 'copy', from: 1, to: 2, bytes: 8 },
      kernel(1, 2, 2),
    ];
    runProgram(backend, { slotCount: 3, kernels: [double, addOne], steps }, [a, b, c], (n) => seen.push(n));
    expect([...b]).toEqual([2, 4, 6, 8]);
    expect([...c]).toEqual([3, 5, 1, 1]);
    expect(seen).toEqual([7]);
  });

  it('repeats with advancing and swapped addresses, and restores the table', () => {
    // Rows of x in order; carry' = 2 carry + row.
    const i = { name: 'i', extent: 2 };
    const step: LoopKernel = {
      kind: 'loops',
      buffers: ['read', 'read', 'write'].map((access) => ({ storage: 'f32', access: access as 'read' })),
      outer: i,
      serial: false,
      body: [
        {
          kind: 'store',
          buffer: 2,
          index: index(i),
          value: binary('add', binary('mul', load('f32', 0, index(i)), constant('f32', 2)), load('f32', 1, index(i))),
        },
      ],
    };
    for (const backwards of [false, true]) {
      const x = Float32Array.of(1, 2, 3, 4, 5, 6);
      const [old, fresh, out] = [new Float32Array(2), new Float32Array(2), new Float32Array(6)];
      const bytes = backwards ? -8 : 8;
      const last: Step = { kind: 'host', host: 0 };
      const steps: Step[] = [
        {
          kind: 'repeat',
          count: 3,
          body: [kernel(0, 0, 1, 2), { kind: 'copy', from: 2, to: 3, bytes: 8 }],
          advance: [
            { slot: 1, bytes },
            { slot: 3, bytes },
          ],
          swap: [[0, 2]],
        },
        last,
      ];
      let before: number[] = [];
      const slots = [old, x, fresh, out];
      const { heap } = backend;
      const addresses = slots.map((array) => heap.allocate(array.byteLength));
      const table = heap.allocate(16);
      slots.forEach((array, s) => {
        new Float32Array(heap.buffer, addresses[s]!, array.length).set(array);
      });
      const start = [...addresses];
      if (backwards) {
        start[1]! += 16;
        start[3]! += 16;
      }
      new Uint32Array(heap.buffer, table, 4).set(start);
      backend.compile({ slotCount: 4, kernels: [step], steps }).run(table, () => {
        before = [...new Uint32Array(heap.buffer, table, 4)];
      });
      expect(before[1]).toBe(start[1]);
      expect(before[3]).toBe(start[3]);
      expect([...new Float32Array(heap.buffer, addresses[3]!, 6)]).toEqual(
        backwards ? [27, 34, 13, 16, 5, 6] : [1, 2, 5, 8, 15, 22],
      );
    }
  });

  it('loops while a condition holds and takes one branch of two', () => {
    const i = { name: 'i', extent: 1 };
    const below: LoopKernel = {
      kind: 'loops',
      buffers: [
        { storage: 'f32', access: 'read' },
        { storage: 'bool', access: 'write' },
      ],
      outer: i,
      serial: false,
      body: [
        {
          kind: 'store',
          buffer: 1,
          index: integer(0),
          value: compare('lt', load('f32', 0, index(i)), constant('f32', 100)),
        },
      ],
    };
    const x = Float32Array.of(3, 0, 0, 0);
    const flag = new Uint8Array(1);
    const y = new Float32Array(4);
    const steps: Step[] = [
      { kind: 'while', condition: [kernel(1, 0, 1)], flag: 1, body: [kernel(0, 0, 0)] },
      { kind: 'if', flag: 1, then: [kernel(2, 0, 2)], otherwise: [kernel(0, 0, 2)] },
    ];
    runProgram(backend, { slotCount: 3, kernels: [double, below, addOne], steps }, [x, flag, y]);
    expect(x[0]).toBe(192);
    expect(y[0]).toBe(384);
  });

  it('gives one executable for programs of the same text, and one function for equal kernels', () => {
    const again = map((x) => binary('mul', x, constant('f32', 2)));
    const one = backend.compile({ slotCount: 2, kernels: [double], steps: [kernel(0, 0, 1)] });
    const two = backend.compile({ slotCount: 2, kernels: [again], steps: [kernel(0, 0, 1)] });
    expect(two).toBe(one);
    const both = backend.compile({ slotCount: 2, kernels: [double, again], steps: [kernel(0, 0, 1), kernel(1, 1, 0)] });
    expect(both.codeBytes).toBeLessThan(one.codeBytes + 60);
  });

  it('compiles asynchronously too', async () => {
    const { heap } = backend;
    const negate = map((x) => unary('neg', x));
    const executable = await backend.compileAsync({ slotCount: 2, kernels: [negate], steps: [kernel(0, 0, 1)] });
    const [a, b, table] = [heap.allocate(16), heap.allocate(16), heap.allocate(8)];
    new Float32Array(heap.buffer, a, 4).set([1, -2, 3, 0]);
    new Uint32Array(heap.buffer, table, 2).set([a, b]);
    executable.run(table, () => {});
    expect([...new Float32Array(heap.buffer, b, 4)]).toEqual([-1, 2, -3, -0]);
  });

  it('keeps the host of an outer run when a host step runs another program', () => {
    const seen: string[] = [];
    const program = {
      slotCount: 1,
      kernels: [],
      steps: [{ kind: 'host', host: 0 } as Step, { kind: 'host', host: 1 } as Step],
    };
    const executable = backend.compile(program);
    executable.run(0, (n) => {
      seen.push(`outer ${n}`);
      if (n === 0) executable.run(0, (m) => seen.push(`inner ${m}`));
    });
    expect(seen).toEqual(['outer 0', 'inner 0', 'inner 1', 'outer 1']);
  });
});
