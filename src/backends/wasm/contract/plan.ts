// How a matrix product is cut: tiles, panels, blocks, what is packed.
// Owns: the decisions, from extents and strides alone. Code is generated in blocks.ts and dot.ts.
//
// A tile of C (rows × vectors of columns) lives in registers while the sum over depth runs. V8 loads all operands of an
// iteration before it multiplies, so rows · vectors + rows + vectors must not exceed the 15 registers it has; and two sums are
// begun a cycle, each of which takes four: at least eight are needed, and nine leave some room.
import type { ContractKernel, MatrixLayout } from '../../../compiler/loop-ir.ts';
import { type Axis, type Nest, nestOf, simplify, sizeOf } from './nest.ts';

export interface BlockPlan {
  readonly kind: 'blocks';
  readonly nest: Nest;
  /** The rows of a tile run along this axis (extent 1 where there are no rows). */
  readonly tileAxis: Axis;
  readonly tileRows: number;
  /** The columns run along this axis, in vectors of four. */
  readonly columnAxis: Axis;
  readonly vectors: number;
  /** Loops around everything, of which tasks are numbered: batch, other columns, outer rows. */
  readonly taskAxes: readonly Axis[];
  /** The outermost row axis inside a task is cut into pieces of `chunk`; pieces are tasks unless `chunkInside`. */
  readonly chunkAxis: Axis;
  readonly chunk: number;
  readonly chunkInside: boolean;
  /** Row axes around the pieces but inside a task. */
  readonly pieceAxes: readonly Axis[];
  /** Row axes inside a piece, without the tile's. */
  readonly rowAxes: readonly Axis[];
  /** Loops of the sum around a padded copy, then those around a block; the loop that is cut, and those inside it. */
  readonly depthOutside: readonly Axis[];
  readonly depthOuter: readonly Axis[];
  readonly depthAxis: Axis;
  readonly depthChunk: number;
  readonly depthInner: readonly Axis[];
  readonly packB: boolean;
  readonly packA: boolean;
  /** Parts into which the columns are cut so that there are enough tasks for threads. */
  readonly columnGroups: number;
  readonly scratchBytes: number;
}
/** One column, contiguous rows of A: products of rows. */
export interface DotPlan {
  readonly kind: 'dot';
  readonly kernel: ContractKernel;
  readonly scratchBytes: number;
}
/** With `swapped`, buffer 1 is the left operand. */
export type ContractPlan = (BlockPlan | DotPlan) & { readonly swapped: boolean };

/** Terms of the sum in a block: a panel of B and a few rows of A stay in the first cache. */
const MAXIMUM_DEPTH = 512;
/** Rows that are worked on with one panel. */
const MAXIMUM_ROWS = 256;
export const NO_AXIS: Axis = { extent: 1, a: 0, b: 0, c: 0 };

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
  const swapped = down || across;
  if (swapped) kernel = exchange(kernel);
  const { n, k, a, b } = kernel;
  if (n === 1 && (a.columnStride === 1 || k === 1) && (b.rowStride === 1 || k === 1)) {
    return { kind: 'dot', kernel, swapped, scratchBytes: 0 };
  }
  return { ...planBlocks(nestOf(kernel)), swapped };
}

/** Whether lines of a matrix that is walked with this stride fall onto few sets of the first cache. */
const conflicts = (stride: number): boolean => stride !== 0 && stride % 256 === 0;

export interface BlockOptions {
  /** A is read from padded copies: pieces of rows are loops inside a task. */
  readonly padded?: boolean;
  /** Columns are not cut, so that what follows can run on the rows of a task. */
  readonly wholeColumns?: boolean;
}

/** A plan for a nest whose columns have an axis that is contiguous in C. */
export function planBlocks(given: Nest, options: BlockOptions = {}): BlockPlan {
  const nest = simplify(given);
  const columnAxis = nest.columns.find((axis) => axis.c === 1) ?? nest.columns[0] ?? { ...NO_AXIS, c: 1 };
  const taskColumns = nest.columns.filter((axis) => axis !== columnAxis);
  const padded = options.padded === true;
  const rowsInside = nest.rows.filter((axis) => !axis.outside);
  const rowsOutside = nest.rows.filter((axis) => axis.outside);
  // The axis along which whole tiles fit best, all rows counted; the innermost of equals.
  const n = columnAxis.extent;
  let tileAxis = NO_AXIS;
  for (const axis of rowsInside) {
    if (
      tileAxis === NO_AXIS ||
      tileCost(axis.extent, n) / axis.extent <= tileCost(tileAxis.extent, n) / tileAxis.extent
    ) {
      tileAxis = axis;
    }
  }
  const innermost = nest.depth[nest.depth.length - 1] ?? NO_AXIS;
  const narrow = tileAxis.a === 1 && innermost.a !== 1;
  const [tileRows, vectors] = narrow ? tileSize(tileAxis.extent, n) : cheapestTile(tileAxis.extent, n);

  // Pieces of rows: from the innermost outwards while they stay few.
  const remaining = [...rowsInside.filter((axis) => axis !== tileAxis)];
  const rowAxes: Axis[] = [];
  let chunkAxis = tileAxis;
  let chunk = tileAxis.extent;
  const depthSize = sizeOf(nest.depth);
  const tiles = Math.ceil(sizeOf(rowsInside) / tileRows);
  const packB =
    (n > 1 && columnAxis.b !== 1) ||
    (tiles >= 4 && (innermost.b >= 512 || nest.depth.some((axis) => conflicts(axis.b))));
  if (chunk > MAXIMUM_ROWS) chunk = evenly(chunk, MAXIMUM_ROWS);
  else if (!packB && remaining.length === 0 && chunk >= 32) chunk = evenly(chunk, 16);
  chunk = Math.min(tileAxis.extent, Math.ceil(chunk / tileRows) * tileRows);
  let size = tileAxis.extent;
  if (chunk === tileAxis.extent) {
    while (remaining.length > 0) {
      const axis = remaining.pop()!;
      if (chunkAxis !== tileAxis) rowAxes.unshift(chunkAxis);
      chunkAxis = axis;
      chunk = evenly(axis.extent, Math.max(1, Math.floor(MAXIMUM_ROWS / size)));
      size *= axis.extent;
      if (chunk < axis.extent) break;
    }
  }
  const taskAxes = [...nest.batch, ...taskColumns, ...rowsOutside, ...(padded ? [] : remaining)];

  // Blocks of the sum: whole inner loops, a piece of one, single iterations of the outer ones.
  const few = sizeOf(nest.rows) <= tileRows;
  const most = few ? Number.POSITIVE_INFINITY : narrow ? MAXIMUM_DEPTH / 2 : MAXIMUM_DEPTH;
  const depthOutside = nest.depth.filter((axis) => axis.outside);
  const depthInside = nest.depth.filter((axis) => !axis.outside);
  const depth = depthInside.length > 0 ? depthInside : [NO_AXIS];
  let level = depth.length - 1;
  let inner = 1;
  while (level > 0 && inner * depth[level]!.extent <= most) inner *= depth[level--]!.extent;
  const depthAxis = depth[level]!;
  let depthChunk = Math.max(1, Math.min(depthAxis.extent, Math.floor(most / inner)));
  depthChunk = evenly(depthAxis.extent, depthChunk);
  const depthInner = depth.slice(level + 1);
  const blockDepth = Math.max(1, depthChunk * inner);

  const panels = Math.ceil(n / (4 * vectors));
  const packA =
    narrow &&
    nest.depth.length === 1 &&
    chunkAxis === tileAxis &&
    conflicts(innermost.a) &&
    depthSize > 8 &&
    panels > 1;
  const pieces = padded ? 1 : Math.ceil(chunkAxis.extent / chunk);
  const tasks = sizeOf(taskAxes) * pieces;
  const columnGroups = options.wholeColumns || tasks >= 8 ? 1 : Math.min(panels, Math.ceil(8 / tasks));
  const panelBytes = packB ? blockDepth * vectors * 16 : 0;
  const blockBytes = packA ? (Math.ceil(chunk / (4 * tileRows)) * 4 * tileRows + 16) * blockDepth * 4 : 0;
  return {
    kind: 'blocks',
    nest,
    tileAxis,
    tileRows,
    columnAxis,
    vectors,
    taskAxes,
    chunkAxis,
    chunk,
    chunkInside: padded,
    pieceAxes: padded ? remaining : [],
    rowAxes,
    depthOutside,
    depthOuter: depth.slice(0, level),
    depthAxis,
    depthChunk,
    depthInner,
    packB,
    packA,
    columnGroups,
    scratchBytes: alignUp(panelBytes) + blockBytes,
  };
}

/** The size of equal pieces of at most `most`; 1 for nothing. */
const evenly = (extent: number, most: number): number =>
  Math.max(1, Math.ceil(extent / Math.max(1, Math.ceil(extent / most))));

export const alignUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Rows and vectors of a tile for so many rows and columns. */
function tileSize(m: number, n: number): readonly [number, number] {
  if (n <= 4) return [Math.min(6, m), 1];
  if (m === 1) return [1, Math.min(8, Math.ceil(n / 4))];
  if (m === 2) return [2, 4];
  if (m === 3) return [3, 3];
  return [4, 2];
}

/** Time of all rows in units of a row of a full tile; what remains takes as long as a full tile of its own. */
function tileCost(m: number, n: number): number {
  const [rows] = tileSize(m, n);
  return Math.ceil(m / rows) * rows;
}

/** Cycles of a term in a tile with so many sums, measured: few sums wait for themselves. */
const termCycles = (sums: number): number => Math.max(8.6, sums * 1.02) / 2;

/** Cycles of a term in all tiles of so many rows and vectors. */
function termsCycles(m: number, n: number, rows: number, vectors: number): number {
  const parts = (extent: number, size: number) => ({ whole: Math.floor(extent / size), rest: extent % size });
  const [down, across] = [parts(m, rows), parts(Math.ceil(n / 4), vectors)];
  const line = (r: number) =>
    across.whole * termCycles(r * vectors) + (across.rest > 0 ? termCycles(r * across.rest) : 0);
  return down.whole * line(rows) + (down.rest > 0 ? line(down.rest) : 0);
}

/** Nine sums where they are faster than eight: in wide products of many rows. Rows side by side in memory are read in fours. */
function cheapestTile(m: number, n: number): readonly [number, number] {
  const usual = tileSize(m, n);
  const [rows, vectors] = usual;
  return rows === 4 && termsCycles(m, n, 3, 3) < 0.98 * termsCycles(m, n, rows, vectors) ? [3, 3] : usual;
}

/** How many independent pieces of work there are. */
export function taskCount(plan: ContractPlan): number {
  if (plan.kind === 'dot') return plan.kernel.batch * Math.ceil(plan.kernel.m / 4);
  const pieces = plan.chunkInside ? 1 : Math.ceil(plan.chunkAxis.extent / plan.chunk);
  return sizeOf(plan.taskAxes) * pieces * plan.columnGroups;
}

/** Bytes of scratch that the packed panel takes; what else needs scratch stands behind it. */
export function panelBytes({ packB, depthChunk, depthInner, vectors }: BlockPlan): number {
  return packB ? alignUp(Math.max(1, depthChunk * sizeOf(depthInner)) * vectors * 16) : 0;
}
