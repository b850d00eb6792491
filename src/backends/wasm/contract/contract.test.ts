import { describe, expect, it } from 'vitest';
import type { ContractKernel, MatrixLayout } from '../../../compiler/loop-ir.ts';
import { nativeAddon } from '../../../platform/native-addon.ts';
import { enableRelaxedSimd } from '../../../platform/simd.ts';
import { createWasmBackend } from '../index.ts';
import { fill, generator, kernelVariants, runKernel } from '../testing.ts';

const sizeOf = (batch: number, rows: number, columns: number, l: MatrixLayout): number =>
  1 + (batch - 1) * l.batchStride + (rows - 1) * l.rowStride + (columns - 1) * l.columnStride;

function reference(kernel: ContractKernel, a: Float32Array, b: Float32Array, c: Float32Array): void {
  const { batch, m, n, k } = kernel;
  for (let z = 0; z < batch; z++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) {
          const x = a[z * kernel.a.batchStride + i * kernel.a.rowStride + p * kernel.a.columnStride]!;
          const y = b[z * kernel.b.batchStride + p * kernel.b.rowStride + j * kernel.b.columnStride]!;
          sum += x * y;
        }
        c[z * kernel.c.batchStride + i * kernel.c.rowStride + j] = sum;
      }
    }
  }
}

/** Row-major or transposed, with some distance between rows and between batch elements. */
const layout = (rows: number, columns: number, transpose: boolean, gap: number): MatrixLayout => {
  const [rowStride, columnStride] = transpose ? [1, rows + gap] : [columns + gap, 1];
  return {
    batchStride: (transpose ? columns : rows) * Math.max(rowStride, columnStride) + gap,
    rowStride,
    columnStride,
  };
};

describe.each(kernelVariants(enableRelaxedSimd, nativeAddon()))('matrix products $name', ({ options }) => {
  const backend = createWasmBackend(options);

  function check(kernel: ContractKernel, seed: number): void {
    const { batch, m, n, k } = kernel;
    const random = generator(seed);
    const a = new Float32Array(sizeOf(batch, m, k, kernel.a));
    const b = new Float32Array(sizeOf(batch, k, n, kernel.b));
    // What stands behind the operands must not count; what stands between rows of C must stay.
    const c = new Float32Array(sizeOf(batch, m, n, kernel.c) + 9).fill(777);
    fill(a, random);
    fill(b, random);
    const wanted = c.slice();
    reference(kernel, a, b, wanted);
    runKernel(backend, kernel, [a, b, c]);
    for (let i = 0; i < c.length; i++) {
      if (Math.abs(c[i]! - wanted[i]!) > 1e-5 * (10 + Math.abs(wanted[i]!)) * Math.sqrt(k + 1)) {
        throw new Error(`${JSON.stringify(kernel)}: element ${i} is ${c[i]}, wanted ${wanted[i]}`);
      }
    }
  }

  const shapes: readonly (readonly [number, number, number, number])[] = [
    ...[1, 2, 3, 4, 5, 7, 9].flatMap((m) =>
      [1, 3, 4, 5, 8, 10, 31].flatMap((n) => [1, 4, 17].map((k) => [1, m, n, k] as const)),
    ),
    [1, 32, 128, 784],
    [1, 784, 128, 32],
    [1, 32, 10, 128],
    [3, 130, 20, 600],
    [2, 260, 9, 1030],
    [5, 13, 17, 11],
    [1, 1, 300, 700],
    [1, 300, 1, 5000],
  ];

  it('agree with the sum for all layouts', () => {
    let seed = 1;
    for (const [batch, m, n, k] of shapes) {
      for (const [ta, tb] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const gap = seed % 3;
        const kernel: ContractKernel = {
          kind: 'contract',
          batch,
          m,
          n,
          k,
          a: layout(m, k, ta, gap),
          b: layout(k, n, tb, (seed >> 1) % 2),
          c: layout(m, n, false, (seed >> 2) % 3),
        };
        check(kernel, seed++);
      }
    }
  }, 300_000);

  it('read operands at any strides, shared among batch elements, and with conflicting lines', () => {
    const base = { kind: 'contract', batch: 2, m: 9, n: 12, k: 21 } as const;
    const c = { batchStride: 9 * 12, rowStride: 12, columnStride: 1 };
    check(
      {
        ...base,
        a: { batchStride: 0, rowStride: 43, columnStride: 2 },
        b: { batchStride: 1000, rowStride: 40, columnStride: 3 },
        c,
      },
      1,
    );
    for (const [rows, columns] of [
      [512, 1],
      [1, 512],
    ] as const) {
      check(
        {
          kind: 'contract',
          batch: 1,
          m: 200,
          n: 40,
          k: 300,
          a: { batchStride: 0, rowStride: rows, columnStride: columns },
          b: { batchStride: 0, rowStride: rows, columnStride: columns },
          c: { batchStride: 0, rowStride: 40, columnStride: 1 },
        },
        2,
      );
    }
  });

  it('give 0 for an empty sum', () => {
    const a = new Float32Array(1);
    const c = new Float32Array(12).fill(5);
    const flat = { batchStride: 0, rowStride: 1, columnStride: 1 };
    runKernel(
      backend,
      {
        kind: 'contract',
        batch: 1,
        m: 3,
        n: 4,
        k: 0,
        a: flat,
        b: flat,
        c: { batchStride: 0, rowStride: 4, columnStride: 1 },
      },
      [a, a, c],
    );
    expect([...c]).toEqual(new Array(12).fill(0));
  });
});
