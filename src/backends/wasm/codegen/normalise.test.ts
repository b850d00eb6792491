import { describe, expect, it } from 'vitest';
import {
  binary,
  compare,
  type Expr,
  index,
  integer,
  type LoopKernel,
  load,
  plus,
  quotient,
  remainder,
  select,
  times,
} from '../../../compiler/loop-ir.ts';
import { enableRelaxedSimd } from '../../../platform/simd.ts';
import { createWasmBackend } from '../index.ts';
import { runKernel } from '../testing.ts';
import { forEachExpr } from './analysis.ts';
import { normalise } from './normalise.ts';

const backend = createWasmBackend({ enableRelaxedSimd });
const [i, j] = [
  { name: 'i', extent: 6 },
  { name: 'j', extent: 10 },
];
const at = plus(times(index(i), 10), index(j));
const copy = (value: Expr, readings = 1): LoopKernel => ({
  kind: 'loops',
  buffers: [
    ...Array.from({ length: readings }, () => ({ storage: 'f32', access: 'read' }) as const),
    { storage: 'f32', access: 'write' },
  ],
  outer: i,
  serial: false,
  body: [{ kind: 'loop', loop: j, body: [{ kind: 'store', buffer: readings, index: at, value }] }],
});
const numbers = (n: number, from = 1) => Float32Array.from({ length: n }, (_, k) => k + from);
const run = (kernel: LoopKernel, ...inputs: Float32Array[]): Float32Array => {
  const out = new Float32Array(60);
  runKernel(backend, kernel, [...inputs, out]);
  return out;
};
const count = (kernel: LoopKernel, wanted: (e: Expr) => boolean): number => {
  let found = 0;
  forEachExpr(normalise(kernel).body, (e) => {
    if (wanted(e)) found++;
  });
  return found;
};

describe('conditions on a loop', () => {
  it('of windows over a border are gone', () => {
    const shifted = plus(index(j), integer(-2));
    const inside = binary('and', compare('ge', shifted, integer(0)), compare('lt', shifted, integer(7)));
    const kernel = copy(load('f32', 0, plus(times(index(i), 7), shifted), inside));
    expect(count(kernel, (e) => e.op === 'compare')).toBe(0);
    const found = run(kernel, numbers(42));
    const wanted = Float32Array.from({ length: 60 }, (_, k) => {
      const column = (k % 10) - 2;
      return column >= 0 && column < 7 ? Math.floor(k / 10) * 7 + column + 1 : 0;
    });
    expect(found).toEqual(wanted);
  });

  it('choose the part of a concatenation, in every form of comparison', () => {
    const forms = [
      [compare('lt', index(j), integer(4)), (c: number) => c < 4],
      [compare('le', index(j), integer(4)), (c: number) => c <= 4],
      [compare('gt', integer(4), index(j)), (c: number) => 4 > c],
      [compare('ge', times(index(j), -2), integer(-7)), (c: number) => -2 * c >= -7],
      [compare('gt', times(index(j), 3), integer(6)), (c: number) => 3 * c > 6],
      [compare('eq', index(j), integer(4)), (c: number) => c === 4],
      [compare('ne', times(index(j), 2), integer(5)), (c: number) => 2 * c !== 5],
    ] as const;
    for (const [condition, truth] of forms) {
      const kernel = copy(select(condition, load('f32', 0, at), load('f32', 1, at)), 2);
      expect(count(kernel, (e) => e.op === 'compare')).toBe(0);
      const found = run(kernel, numbers(60), numbers(60, 1000));
      expect(found).toEqual(Float32Array.from({ length: 60 }, (_, k) => (truth(k % 10) ? k + 1 : k + 1000)));
    }
  });
});

it('quotients and remainders of sums of indices are sums of digits', () => {
  // A matrix of 15 rows and 4 columns transposed, in lines of ten.
  const kernel = copy(load('f32', 0, plus(times(remainder(at, 15), 4), quotient(at, 15))));
  expect(run(kernel, numbers(60))).toEqual(
    Float32Array.from({ length: 60 }, (_, k) => (k % 15) * 4 + Math.floor(k / 15) + 1),
  );
  const even = copy(load('f32', 0, plus(times(remainder(at, 30), 2), quotient(at, 30))));
  expect(count(even, (e) => e.op === 'binary' && (e.fn === 'div' || e.fn === 'rem'))).toBe(0);
  expect(run(even, numbers(60))).toEqual(
    Float32Array.from({ length: 60 }, (_, k) => (k % 30) * 2 + Math.floor(k / 30) + 1),
  );
});

it('transposes lines that lie a multiple of 4 KB apart', () => {
  for (const [rows, columns] of [
    [1024, 37],
    [1030, 48],
    [1024, 8],
    [2048, 16],
  ] as const) {
    const wide = rows === 1030 ? 2048 : rows;
    const [r, c] = [
      { name: 'r', extent: columns },
      { name: 'c', extent: rows },
    ];
    const store = plus(times(index(r), wide), index(c));
    const kernel: LoopKernel = {
      kind: 'loops',
      buffers: [
        { storage: 'f32', access: 'read' },
        { storage: 'f32', access: 'write' },
      ],
      outer: r,
      serial: false,
      body: [
        {
          kind: 'loop',
          loop: c,
          body: [
            { kind: 'store', buffer: 1, index: store, value: load('f32', 0, plus(times(index(c), columns), index(r))) },
          ],
        },
      ],
    };
    const out = new Float32Array(wide * columns);
    runKernel(backend, kernel, [numbers(rows * columns), out]);
    for (let k = 0; k < rows; k++)
      for (let n = 0; n < columns; n++) if (out[n * wide + k] !== k * columns + n + 1) throw new Error(`${k}, ${n}`);
  }
});
