import { describe, expect, it } from 'vitest';
import { interpretLoops } from '../../compiler/interpret-loop-ir.ts';
import {
  binary,
  compare,
  constant,
  convert,
  index,
  integer,
  type LoopIndex,
  type LoopKernel,
  load,
  plus,
  quotient,
  read,
  remainder,
  type Statement,
  select,
  times,
  unary,
} from '../../compiler/loop-ir.ts';
import { createWasmBackend } from './index.ts';
import { arrayOf, copyOf, difference, fill, generator, runKernel } from './testing.ts';

const loop = (name: string, extent: number): LoopIndex => ({ name, extent });
const backend = createWasmBackend({ shared: false });

/** Runs a kernel both ways on random data. */
function check(kernel: LoopKernel, sizes: readonly number[], tolerance = 1e-5, seed = 1): void {
  const random = generator(seed);
  const arrays = kernel.buffers.map(({ storage }, i) => {
    const array = arrayOf(storage, sizes[i]!);
    fill(array, random, storage);
    return array;
  });
  const wanted = arrays.map(copyOf);
  interpretLoops(kernel, wanted);
  runKernel(backend, kernel, arrays);
  arrays.forEach((array, i) => {
    const wrong = difference(array, wanted[i]!, tolerance);
    if (wrong) throw new Error(`buffer ${i}, ${wrong}`);
  });
}

describe('loop kernels', () => {
  it('does elementwise work of any extent', () => {
    for (let n = 1; n <= 70; n++) {
      const i = loop('i', n);
      const x = load('f32', 0, index(i));
      const y = load('f32', 1, index(i));
      check(
        {
          kind: 'loops',
          buffers: [
            { storage: 'f32', access: 'read' },
            { storage: 'f32', access: 'read' },
            { storage: 'f32', access: 'write' },
          ],
          outer: i,
          serial: false,
          body: [
            {
              kind: 'store',
              buffer: 2,
              index: index(i),
              value: select(compare('gt', x, y), binary('add', x, y), unary('abs', binary('mul', x, y))),
            },
          ],
        },
        [n, n, n],
      );
    }
  });

  it('broadcasts rows and columns', () => {
    for (const [m, n] of [
      [1, 1],
      [3, 5],
      [7, 128],
      [33, 10],
      [2, 67],
    ] as const) {
      const i = loop('i', m);
      const j = loop('j', n);
      const at = plus(times(index(i), n), index(j));
      check(
        {
          kind: 'loops',
          buffers: ['f32', 'f32', 'f32', 'f32'].map((storage, b) => ({
            storage: storage as 'f32',
            access: b === 3 ? 'write' : 'read',
          })),
          outer: i,
          serial: false,
          body: [
            {
              kind: 'loop',
              loop: j,
              body: [
                {
                  kind: 'store',
                  buffer: 3,
                  index: at,
                  value: binary(
                    'max',
                    binary('add', load('f32', 0, at), load('f32', 1, index(j))),
                    load('f32', 2, index(i)),
                  ),
                },
              ],
            },
          ],
        },
        [m * n, n, m, m * n],
      );
    }
  });

  it('sums rows, columns and everything', () => {
    for (const [m, n] of [
      [1, 1],
      [5, 3],
      [17, 64],
      [64, 17],
      [3, 5000],
      [3000, 19],
    ] as const) {
      const i = loop('i', m);
      const j = loop('j', n);
      const x = load('f32', 0, plus(times(index(i), n), index(j)));
      const sum = { name: 'sum', type: 'f32' } as const;
      const most = { name: 'most', type: 'f32' } as const;
      const reduction = (loops: LoopIndex[]) => ({
        kind: 'reduce' as const,
        loops,
        accumulators: [
          { local: sum, combine: 'add' as const, signed: true, initial: 0.5, value: x },
          { local: most, combine: 'max' as const, signed: true, initial: -Infinity, value: x },
        ],
      });
      const buffers = [
        { storage: 'f32' as const, access: 'read' as const },
        { storage: 'f32' as const, access: 'write' as const },
        { storage: 'f32' as const, access: 'write' as const },
      ];
      for (const [outer, inner] of [
        [i, [j]],
        [j, [i]],
        [loop('o', 1), [i, j]],
      ] as const) {
        check(
          {
            kind: 'loops',
            buffers,
            outer,
            serial: false,
            body: [
              reduction([...inner]),
              { kind: 'store', buffer: 1, index: index(outer), value: read(sum) },
              { kind: 'store', buffer: 2, index: index(outer), value: read(most) },
            ],
          },
          [m * n, outer.extent, outer.extent],
          1e-4,
        );
      }
    }
  });

  it('normalises rows in three passes', () => {
    for (const [m, n] of [
      [4, 10],
      [9, 37],
      [3, 256],
    ] as const) {
      const i = loop('i', m);
      const [j1, j2, j3] = [loop('j1', n), loop('j2', n), loop('j3', n)];
      const at = (j: LoopIndex) => plus(times(index(i), n), index(j));
      const most = { name: 'most', type: 'f32' } as const;
      const sum = { name: 'sum', type: 'f32' } as const;
      const e = unary('exp', binary('sub', load('f32', 0, at(j2)), read(most)));
      check(
        {
          kind: 'loops',
          buffers: [
            { storage: 'f32', access: 'read' },
            { storage: 'f32', access: 'update' },
          ],
          outer: i,
          serial: false,
          body: [
            {
              kind: 'reduce',
              loops: [j1],
              accumulators: [
                { local: most, combine: 'max', signed: true, initial: -Infinity, value: load('f32', 0, at(j1)) },
              ],
            },
            {
              kind: 'reduce',
              loops: [j2],
              accumulators: [{ local: sum, combine: 'add', signed: true, initial: 0, value: e }],
            },
            {
              kind: 'loop',
              loop: j3,
              body: [
                {
                  kind: 'store',
                  buffer: 1,
                  index: at(j3),
                  value: binary('div', unary('exp', binary('sub', load('f32', 0, at(j3)), read(most))), read(sum)),
                },
              ],
            },
          ],
        },
        [m * n, m * n],
      );
    }
  });

  it('pads, gathers, reverses, transposes and divides indices', () => {
    for (const n of [1, 2, 3, 4, 5, 8, 13, 40, 67]) {
      const i = loop('i', n);
      const inside = binary('and', compare('ge', index(i), integer(2)), compare('lt', index(i), integer(n - 1)));
      const padded = load('f32', 0, plus(index(i), integer(-2)), inside, constant('f32', 9));
      const reversed = load('f32', 0, binary('sub', integer(n - 1), index(i)));
      const gathered = load('f32', 0, binary('rem', load('i32', 1, index(i)), integer(n), false));
      const strided = load('f32', 0, quotient(times(index(i), 3), 3));
      const mixed = load('f32', 0, remainder(plus(times(index(i), 7), integer(3)), n));
      const outputs = [padded, reversed, gathered, strided, mixed];
      check(
        {
          kind: 'loops',
          buffers: [
            { storage: 'f32', access: 'read' },
            { storage: 'i32', access: 'read' },
            ...outputs.map(() => ({ storage: 'f32' as const, access: 'write' as const })),
          ],
          outer: i,
          serial: false,
          body: outputs.map((value, o) => ({ kind: 'store', buffer: 2 + o, index: index(i), value })),
        },
        [n, n, ...outputs.map(() => n)],
      );
      const j = loop('j', n);
      check(
        {
          kind: 'loops',
          buffers: [
            { storage: 'i64', access: 'read' },
            { storage: 'f32', access: 'write' },
          ],
          outer: i,
          serial: false,
          body: [
            {
              kind: 'loop',
              loop: j,
              body: [
                {
                  kind: 'store',
                  buffer: 1,
                  index: plus(times(index(j), n), index(i)),
                  value: convert('f32', load('i64', 0, plus(times(index(i), n), index(j)))),
                },
              ],
            },
          ],
        },
        [n * n, n * n],
        1e-6,
      );
    }
  });

  it('adds rows where indices say, some twice', () => {
    for (const [rows, width] of [
      [5, 1],
      [17, 32],
      [40, 7],
    ] as const) {
      const [i, j] = [loop('i', rows), loop('j', width)];
      const row = load('i32', 1, index(i));
      const inside = binary('and', compare('ge', row, integer(0)), compare('lt', row, integer(9)));
      check(
        {
          kind: 'loops',
          buffers: [
            { storage: 'f32', access: 'update' },
            { storage: 'i32', access: 'read' },
            { storage: 'f32', access: 'read' },
          ],
          outer: i,
          serial: true,
          body: [
            {
              kind: 'if',
              condition: inside,
              body: [
                {
                  kind: 'loop',
                  loop: j,
                  body: [
                    {
                      kind: 'update',
                      buffer: 0,
                      index: plus(times(row, width), index(j)),
                      combine: 'add',
                      signed: true,
                      value: load('f32', 2, plus(times(index(i), width), index(j))),
                    },
                  ],
                },
              ],
            },
          ],
        },
        [9 * width, rows, rows * width],
        1e-5,
        rows,
      );
    }
  });

  it('permutes dimensions', () => {
    const random = generator(3);
    for (let run = 0; run < 40; run++) {
      const count = 2 + random.below(3);
      const dims = Array.from({ length: count }, () => 1 + random.below(run % 4 === 0 && count < 4 ? 70 : 12));
      const loops = dims.map((extent, d) => loop(`d${d}`, extent));
      const order = loops.map((_, d) => d).sort(() => random.uniform() - 0.5);
      const position = (which: readonly number[]) =>
        which.reduce((sum, d) => plus(times(sum, dims[d]!), index(loops[d]!)), integer(0));
      const storage = random.pick(['f32', 'i32', 'u8', 'i64'] as const);
      const store = {
        kind: 'store' as const,
        buffer: 1,
        index: position(order),
        value: load(storage, 0, position(loops.map((_, d) => d))),
      };
      const nest = order.map((d) => loops[d]!);
      const body = nest
        .slice(1)
        .reduceRight<Statement[]>((inner, l) => [{ kind: 'loop', loop: l, body: inner }], [store]);
      const size = dims.reduce((a, b) => a * b);
      check(
        {
          kind: 'loops',
          buffers: [
            { storage, access: 'read' },
            { storage, access: 'write' },
          ],
          outer: nest[0]!,
          serial: false,
          body,
        },
        [size, size],
        0,
        run,
      );
    }
  });

  it('runs loops with a carried value, updates and branches in order', () => {
    for (const n of [1, 6, 33]) {
      const i = loop('i', n);
      const j = loop('j', n);
      const total = { name: 'total', type: 'f32' } as const;
      const at = plus(times(index(j), n), index(i));
      check(
        {
          kind: 'loops',
          buffers: [
            { storage: 'f32', access: 'read' },
            { storage: 'f32', access: 'write' },
          ],
          outer: i,
          serial: false,
          body: [
            { kind: 'set', local: total, value: constant('f32', 0) },
            {
              kind: 'loop',
              loop: j,
              body: [
                { kind: 'set', local: total, value: binary('add', read(total), load('f32', 0, at)) },
                { kind: 'store', buffer: 1, index: at, value: read(total) },
              ],
            },
          ],
        },
        [n * n, n * n],
      );
      check(
        {
          kind: 'loops',
          buffers: [
            { storage: 'i32', access: 'read' },
            { storage: 'f32', access: 'read' },
            { storage: 'f32', access: 'update' },
          ],
          outer: i,
          serial: true,
          body: [
            {
              kind: 'if',
              condition: compare('gt', load('i32', 0, index(i)), integer(0)),
              body: [
                {
                  kind: 'update',
                  buffer: 2,
                  index: binary('rem', load('i32', 0, index(i)), integer(5), false),
                  combine: 'add',
                  signed: true,
                  value: load('f32', 1, index(i)),
                },
              ],
            },
          ],
        },
        [n, n, 5],
      );
    }
    expect(true).toBe(true);
  });
});
