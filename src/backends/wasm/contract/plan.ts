// How a matrix product is cut: tiles, panels, blocks, what is packed.
// Owns: the decisions, from the shapes and strides alone. Code is generated in tiled.ts and dot.ts.
//
// A tile of C (rows × vectors of columns) lives in registers while the sum over k runs. V8 loads all operands of an
// iteration before it multiplies, so rows · vectors + rows + vectors must not exceed the 15 registers it has.
import type { ContractKernel, MatrixLayout } from '../../../compiler/loop-ir.ts';

export interface TilePlan {
  readonly kind: 'tiled';
  readonly kernel: ContractKernel;
  /** Rows of a tile, and its columns in vectors of four. */
  readonly rows: number;
  readonly vectors: number;
  /** Rows that are worked on with one panel of B in cache. */
  readonly rowBlock: number;
  /** Terms of the sum over k that are done at a time. */
  readonly depthBlock: number;
  /** Panels of B are copied so that they are contiguous. */
  readonly packB: boolean;
  /** Blocks of A are copied likewise. */
  readonly packA: boolean;
  /** Parts into which the columns are cut so that there are enough tasks for threads. */
  readonly columnGroups: number;
}
/** N = 1 with contiguous rows of A: products of rows. */
export interface DotPlan {
  readonly kind: 'dot';
  readonly kernel: ContractKernel;
}
/** With `swapped`, buffer 1 is the left operand. */
export type ContractPlan = (TilePlan | DotPlan) & { readonly swapped: boolean };

const LINE = 16;
/** Scratch of one thread, in floats: one panel of B, one block of A. */
export const MAXIMUM_DEPTH = 512;
const MAXIMUM_PANEL = 32;
const MAXIMUM_ROWS = 256;
export const PANEL_FLOATS = MAXIMUM_DEPTH * MAXIMUM_PANEL;
export const SCRATCH_BYTES = 4 * (PANEL_FLOATS + (MAXIMUM_ROWS + 8) * MAXIMUM_DEPTH);

const transposed = ({ batchStride, rowStride, columnStride }: MatrixLayout): MatrixLayout => ({
  batchStride,
  rowStride: columnStride,
  columnStride: rowStride,
});

/** The same product as Cᵀ = Bᵀ Aᵀ. */
const exchange = (kernel: ContractKernel): ContractKernel => ({
  ...kernel,
  m: kernel.n,
  n: kernel.m,
  a: transposed(kernel.b),
  b: transposed(kernel.a),
  c: transposed(kernel.c),
});

/** Whether lines of a matrix that is walked with this stride fall onto few sets of the first cache. */
const conflicts = (stride: number): boolean => stride % 256 === 0;

/** Strides of dimensions with one element mean nothing: 1 keeps the simple ways open. */
const simplified = (kernel: ContractKernel): ContractKernel => ({
  ...kernel,
  a: kernel.m === 1 ? { ...kernel.a, rowStride: kernel.a.columnStride === 1 ? kernel.k : 1 } : kernel.a,
  b: kernel.n === 1 ? { ...kernel.b, columnStride: kernel.b.rowStride === 1 ? kernel.k : 1 } : kernel.b,
});

export function planContract(given: ContractKernel): ContractPlan {
  let kernel = simplified(given);
  // A column of results whose left operand is contiguous downwards is a row of results; and the reverse.
  const down = kernel.n === 1 && kernel.m > 1 && kernel.a.rowStride === 1 && kernel.c.rowStride === 1;
  const across = kernel.m === 1 && kernel.n > 1 && kernel.b.columnStride !== 1 && kernel.b.rowStride === 1;
  const swap = down || across;
  if (swap) kernel = exchange(kernel);
  const { m, n, k, a, b, batch } = kernel;
  if (n === 1 && (a.columnStride === 1 || k === 1) && (b.rowStride === 1 || k === 1))
    return { kind: 'dot', kernel, swapped: swap };

  const [rows, vectors] =
    n <= 4
      ? [Math.min(6, m), 1]
      : m === 1
        ? [1, Math.min(8, Math.ceil(n / 4))]
        : m === 2
          ? [2, 4]
          : m === 3
            ? [3, 3]
            : [4, 2];
  const tiles = Math.ceil(m / rows);
  const depthBlocks = m <= rows ? 1 : Math.max(1, Math.ceil(k / MAXIMUM_DEPTH));
  let depthBlock = Math.max(1, Math.ceil(k / depthBlocks));
  // Contiguous downwards: four tiles share the lines of A, which must stay in the first cache.
  const narrowA = a.rowStride === 1 && a.columnStride !== 1;
  if (narrowA && depthBlock > 256) depthBlock = Math.ceil(k / Math.ceil(k / 256));
  const panels = Math.ceil(n / (4 * vectors));
  const packB = (n > 1 && b.columnStride !== 1) || (tiles >= 4 && (b.rowStride >= 512 || conflicts(b.rowStride)));
  if (packB && depthBlock > MAXIMUM_DEPTH) depthBlock = Math.ceil(k / Math.ceil(k / MAXIMUM_DEPTH));
  const packA = narrowA && conflicts(a.columnStride) && k > 8 && m > rows && panels > 1;
  let rowBlock = m;
  if (m > MAXIMUM_ROWS) rowBlock = Math.ceil(m / Math.ceil(m / MAXIMUM_ROWS));
  else if (!packB && m >= 2 * LINE) rowBlock = Math.ceil(m / Math.ceil(m / LINE));
  rowBlock = Math.ceil(rowBlock / rows) * rows;
  const tasks = batch * Math.ceil(m / rowBlock);
  const columnGroups = tasks >= 8 ? 1 : Math.min(panels, Math.ceil(8 / tasks));
  return { kind: 'tiled', swapped: swap, kernel, rows, vectors, rowBlock, depthBlock, packB, packA, columnGroups };
}

/** How many independent pieces of work there are. */
export function taskCount(plan: ContractPlan): number {
  if (plan.kind === 'dot') return plan.kernel.batch * Math.ceil(plan.kernel.m / 4);
  return plan.kernel.batch * Math.ceil(plan.kernel.m / plan.rowBlock) * plan.columnGroups;
}
