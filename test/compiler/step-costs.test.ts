// What a training step of each workload of the benchmark comes to: operations, bytes, kernels, memory between them.
// A pass of the compiler that fires where it should not, or no longer fires, changes these before it changes any number; times are
// the benchmark's business. The operations of products have a closed form; the other bounds are what was reached, and 3 %.
import { afterEach, expect, it } from 'vitest';
import { setDebugLevel, setDebugOutput } from '../../src/base/debug.ts';

const quiet = setDebugOutput(() => {});
afterEach(() => {
  setDebugLevel(0);
  setDebugOutput(quiet);
  delete process.env.CORNU_BENCH_WARM_UP_ONLY;
});

/** Of products of rows × terms × columns: the result and, where the operand is one of the network's own values, both gradients. */
const product = (rows: number, terms: number, columns: number, passes = 3): number =>
  2 * rows * terms * columns * passes;

interface Limits {
  /** Multiplications and additions of all products. */
  readonly products: number;
  /** All operations as a multiple of that. */
  readonly beside: number;
  readonly bytes: number;
  readonly kernels: number;
  readonly arena: number;
}
const [heads, tokens, width] = [32 * 4, 64, 32];
const transformerBlock =
  4 * product(32 * 64, 128, 128) + 2 * product(32 * 64, 128, 512) + 2 * product(heads * tokens, width, tokens);
const convolution = (images: number, side: number, channels: number, filters: number, passes = 3): number =>
  product(images * side * side, 9 * channels, filters, passes);

const workloads: Readonly<Record<string, Limits>> = {
  mlp: {
    products: product(32, 784, 128, 2) + product(32, 128, 10),
    beside: 1.13,
    bytes: 2_980_000,
    kernels: 29,
    arena: 540_000,
  },
  cnn: {
    products: convolution(128, 26, 1, 32, 2) + convolution(128, 11, 32, 64) + product(128, 1600, 10),
    // The gradient by the second image counts its border of zeros: 13 × 13 places for 11 × 11.
    beside: 1.15,
    bytes: 73_400_000,
    kernels: 38,
    arena: 20_500_000,
  },
  lstm: {
    products: 80 * (product(32, 64, 256) + product(32, 64, 256)) + product(32, 64, 1),
    beside: 1.04,
    bytes: 87_000_000,
    kernels: 46,
    arena: 11_000_000,
  },
  transformer: {
    products: 2 * transformerBlock + product(32, 128, 2),
    beside: 1.03,
    bytes: 387_000_000,
    kernels: 154,
    arena: 44_700_000,
  },
};

it.each(Object.entries(workloads))('a step of %s', async (name, limits) => {
  const lines: string[] = [];
  setDebugOutput((text) => lines.push(text));
  setDebugLevel(1);
  process.env.CORNU_BENCH_WARM_UP_ONLY = '1';
  await import(`../../bench/workloads/${name}.ts`);
  // The step is the largest of the programs.
  const steps = lines
    .map((line) => ({ line, operations: Number(/(\d+) operations/.exec(line)?.[1] ?? 0) }))
    .sort((a, b) => b.operations - a.operations);
  const { line, operations } = steps[0]!;
  const [, bytes, arena] = /operations on (\d+) bytes; arena (\d+) bytes/.exec(line)!;
  const kernels = Number(/(\d+) kernel/.exec(line)![1]);
  expect(line, 'what runs in JavaScript').not.toMatch(/\d+ host/);
  expect(operations / limits.products).toBeGreaterThan(0.99);
  expect(operations / limits.products).toBeLessThan(limits.beside);
  expect(Number(bytes)).toBeLessThan(limits.bytes);
  expect(Number(arena)).toBeLessThan(limits.arena);
  expect(kernels).toBeLessThanOrEqual(limits.kernels);
});
