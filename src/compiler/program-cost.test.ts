import { expect, it } from 'vitest';
import type { ContractKernel } from './loop-ir.ts';
import { programCost } from './program-cost.ts';

const product: ContractKernel = {
  kind: 'contract',
  batch: 1,
  m: 2,
  n: 3,
  k: 5,
  a: { batchStride: 0, rowStride: 5, columnStride: 1 },
  b: { batchStride: 0, rowStride: 3, columnStride: 1 },
  c: { batchStride: 0, rowStride: 3, columnStride: 1 },
};
const call = { kind: 'kernel', kernel: 0, slots: [0, 1, 2] } as const;

it('counts products and bytes, loops as often as they run, and of a sequence only the element at hand', () => {
  const once = programCost({ slotCount: 3, kernels: [product], steps: [call] }, (slot) => [40, 60, 24][slot]!);
  expect(once).toEqual({ operations: 60, bytes: 124 });
  const loop = { kind: 'repeat', count: 7, body: [call], advance: [{ slot: 0, bytes: 40 }], swap: [] } as const;
  const often = programCost({ slotCount: 3, kernels: [product], steps: [loop] }, (slot) => [280, 60, 24][slot]!);
  expect(often).toEqual({ operations: 420, bytes: 7 * 124 });
});
