// How a matrix product is cut for the native kernels: tasks, what is packed, blocks of the sum.
// Owns: the decisions and the words in which native/plan.h reads them. The tiles' sizes are the addon's business; widths here
// are multiples of all of them.
import { type Axis, type Nest, simplify, sizeOf } from '../contract/nest.ts';
import { alignUp, type BlockOptions, NO_AXIS } from '../contract/plan.ts';

export interface NativePlan {
  readonly nest: Nest;
  /** Loops around everything, of which tasks are numbered; then the pieces of `chunkAxis`; groups of columns come first of all. */
  readonly taskAxes: readonly Axis[];
  readonly chunkAxis: Axis;
  readonly chunk: number;
  /** So many pieces that follow one another may be one call. */
  readonly together: number;
  /** The whole of `chunkAxis` in one call (padded copies). */
  readonly chunkInside: boolean;
  /** What is cut are matrices of a batch, not rows. */
  readonly matrices: boolean;
  /** Rows of one step along `chunkAxis`. */
  readonly rowsInside: number;
  readonly rowCount: number;
  readonly columnGroups: number;
  /** Loops of the sum around a padded copy. */
  readonly depthOutside: readonly Axis[];
  readonly words: Int32Array;
  readonly scratchBytes: number;
}

/** Fewer products are done before the call is. */
const LEAST_PRODUCTS = 1 << 14;
const LEAST_COLUMNS = 8;
const LEAST_DEPTH = 4;
/** Tasks are so large that calling them counts little, and so many that threads share them evenly. */
const TASK_PRODUCTS = 1 << 20;
export const MOST_TASKS = 8;
/** What a task writes should be in cache still when something follows. */
export const TASK_BYTES = 1 << 18;
/** Rows of a tile; fewer than two tiles are not cut. */
const TILE_ROWS = 12;
/** The last of a task that threads take alone: rows, and products of them. */
const [PIECE_ROWS, PIECE_PRODUCTS] = [2 * TILE_ROWS, 1 << 20];
/** Small products are cut into pieces of so many rows: the body of a loop, in which threads keep to rows of their own. */
const FEW_ROWS = 8;
/** Every panel's width divides it. */
const COLUMN_UNIT = 64;
const GROUP_COLUMNS = 256;
/** Terms of the sum in a block: each block but the first reads C and writes it again. Rows that are packed should stay in the first cache. */
const [PACKED_BLOCK, PACKED_WHOLE, DEPTH_MOST] = [256, 384, 1024];
/** A tile holds so few rows at once. */
const THIN = 6;
/** More of B than this comes from memory again for every piece of rows: then pieces are large, but there are some for threads. */
const [STREAMED_BYTES, STREAMED_ROWS, FEWEST_STREAMED] = [1 << 22, 48, 3];
/** Bytes of packed B that are kept from task to task. */
const KEPT_BYTES = 1 << 22;
/** Lines of B so far apart (in floats) are packed: each lies on a page of its own. Half of it where registers, and caches, are smaller. */
const [FAR, FAR_AVX2] = [1024, 512];
/** Runs of the sum shorter than this are packed with their rows. */
const SHORT_RUN = 16;
const MOST_AXES = 8;
/** The first word of a plan. */
const PRODUCT = 0;
const HEADER_BYTES = 64;

const cut = (extent: number, pieces: number): number => Math.ceil(extent / Math.max(1, Math.ceil(pieces)));
/** The largest divisor of an extent that is at most so large, unless it is far smaller: equal pieces can be worked on alike. */
export function evenly(extent: number, most: number, unit = 1): number {
  for (let size = Math.floor(most / unit) * unit; size >= unit && size * 4 >= most; size -= unit)
    if (extent % size === 0) return size;
  return most;
}
const upTo = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** A plan for some instructions, or undefined where the generated kernels do as well. */
export function planNative(
  given: Nest,
  options: BlockOptions = {},
  least: number = LEAST_PRODUCTS,
  instructions?: string,
): NativePlan | undefined {
  const nest = simplify(given);
  const columnAxis = nest.columns.find((axis) => axis.c === 1);
  if (!columnAxis || (columnAxis.extent < LEAST_COLUMNS && least > 0)) return undefined;
  const padded = options.padded === true;
  const taskColumns = nest.columns.filter((axis) => axis !== columnAxis);
  const rows = nest.rows.filter((axis) => !axis.outside);
  const rowsOutside = nest.rows.filter((axis) => axis.outside);
  const depthOutside = nest.depth.filter((axis) => axis.outside);
  const depth = nest.depth.filter((axis) => !axis.outside);
  if (depth.length === 0) depth.push(NO_AXIS);
  const [n, m, terms] = [columnAxis.extent, sizeOf(rows), sizeOf(depth)];
  const around = [nest.batch, taskColumns, rowsOutside].reduce((product, axes) => product * sizeOf(axes), 1);
  const products = around * m * n * terms * sizeOf(depthOutside);
  if (
    products < Math.max(least, 1) ||
    (terms < LEAST_DEPTH && least > 0) ||
    rows.length > MOST_AXES ||
    depth.length > MOST_AXES
  )
    return undefined;

  const inner = depth[depth.length - 1]!;
  const straight = depth.every((axis, i) => {
    const next = depth[i + 1];
    return !next || axis.b === next.b * next.extent;
  });
  const far = instructions === 'AVX2' ? FAR_AVX2 : FAR;
  const packB = columnAxis.b !== 1 || !straight || (Math.abs(inner.b) >= far && m > 4 * TILE_ROWS);

  // Tasks: groups of columns where B is packed and wide, then rows, then columns again.
  const wanted = Math.min(MOST_TASKS, Math.ceil(products / TASK_PRODUCTS));
  const cached = options.wholeColumns ? Math.ceil((around * m * n * 4) / TASK_BYTES) : 1;
  let groups = !options.wholeColumns && packB ? Math.ceil(n / GROUP_COLUMNS) : 1;
  const streamed = terms * n * 4 > STREAMED_BYTES;
  const split = splitRows(nest, rows, [...nest.batch, ...taskColumns, ...rowsOutside], {
    pieces: padded ? 1 : Math.max(wanted, cached) / groups,
    streamed,
    batched: taskColumns.length + rowsOutside.length === 0 && !padded && groups === 1,
  });
  const tasks = sizeOf(split.taskAxes) * Math.ceil(split.chunkAxis.extent / split.chunk) * groups;
  if (!options.wholeColumns && tasks < wanted)
    groups = Math.min(Math.floor(n / COLUMN_UNIT), groups * Math.ceil(wanted / tasks));
  const groupColumns = groups > 1 ? upTo(cut(n, groups), COLUMN_UNIT) : n;
  groups = Math.ceil(n / groupColumns);

  const insideRows = split.matrices ? rows : [split.chunkAxis, ...split.inside];
  const rowAxes = insideRows.length > 0 ? insideRows : [NO_AXIS];
  const narrow = rowAxes[rowAxes.length - 1]!;
  const panels = Math.ceil(groupColumns / 32);
  const packA =
    m > THIN && inner.a !== 1 && narrow.a === 1 && (panels > 1 || (depth.length > 1 && inner.extent < SHORT_RUN));
  const depthBlock = Math.min(terms, !packA ? DEPTH_MOST : terms <= PACKED_WHOLE ? PACKED_WHOLE : PACKED_BLOCK);
  const panelBytes = upTo(groupColumns, COLUMN_UNIT) * 4;
  const keepB = packB && terms * panelBytes <= KEPT_BYTES;
  const { chunk, together } =
    streamed || (packB && !keepB) ? { ...split, together: 1 } : inPieces(split, groupColumns * terms);

  const axisWords = (axis: Axis) => [axis.extent, axis.a, axis.b, axis.c];
  const list = (axes: readonly Axis[]) =>
    Array.from({ length: MOST_AXES }, (_, i) => axisWords(axes[i] ?? { extent: 0, a: 0, b: 0, c: 0 })).flat();
  const words = Int32Array.from([
    PRODUCT,
    ...[n, columnAxis.b, groupColumns, rowAxes.length, depth.length],
    ...[packB, packA].map(Number),
    ...[depthBlock, Number(keepB)],
    ...axisWords(split.matrices ? split.chunkAxis : NO_AXIS),
    ...list(rowAxes),
    ...list(depth),
  ]);
  return {
    nest,
    taskAxes: split.taskAxes,
    chunkAxis: split.chunkAxis,
    chunk,
    together,
    chunkInside: padded,
    matrices: split.matrices,
    rowsInside: sizeOf(split.inside),
    rowCount: m,
    columnGroups: groups,
    depthOutside,
    words,
    scratchBytes: alignUp(HEADER_BYTES + (packB ? (keepB ? terms : depthBlock) * panelBytes : 0)),
  };
}

interface Split {
  readonly taskAxes: readonly Axis[];
  readonly chunkAxis: Axis;
  readonly chunk: number;
  readonly inside: readonly Axis[];
  readonly matrices: boolean;
  readonly together?: number;
}

/** About so many pieces: of a batch's matrices where there are enough of them, else of rows. */
function splitRows(
  { batch }: Nest,
  rows: readonly Axis[],
  around: readonly Axis[],
  { pieces, streamed, batched }: { pieces: number; streamed: boolean; batched: boolean },
): Split {
  const whole: Split = {
    taskAxes: around,
    chunkAxis: rows[0] ?? NO_AXIS,
    chunk: rows[0]?.extent ?? 1,
    inside: rows.slice(1),
    matrices: false,
  };
  const missing = pieces / sizeOf(around);
  if (missing <= 1) {
    const [only, second] = rows;
    const cutFew = only && !second && !around.some(({ extent }) => extent > 1) && !streamed;
    if (cutFew && only.extent > FEW_ROWS && only.extent <= 8 * FEW_ROWS && only.extent % FEW_ROWS === 0)
      return { ...whole, chunk: FEW_ROWS, together: only.extent / FEW_ROWS };
    const last = batch[batch.length - 1];
    if (!batched || !last) return whole;
    const outer = batch.slice(0, -1);
    const chunk = cut(last.extent, pieces / sizeOf(outer));
    return chunk === 1 ? whole : { taskAxes: outer, chunkAxis: last, chunk, inside: rows, matrices: true };
  }
  const count = sizeOf(rows);
  const fitting = streamed ? Math.max(FEWEST_STREAMED, Math.floor(count / STREAMED_ROWS)) : count / (2 * TILE_ROWS);
  const want = Math.min(missing, Math.floor(fitting));
  let leading = 1;
  for (let level = 0; level < rows.length; level++) {
    const axis = rows[level]!;
    if (leading * axis.extent < want && level < rows.length - 1) {
      leading *= axis.extent;
      continue;
    }
    const innermost = level === rows.length - 1;
    const even = evenly(axis.extent, cut(axis.extent, want / leading));
    const chunk = Math.min(axis.extent, innermost ? upTo(even, TILE_ROWS) : even);
    return {
      taskAxes: [...around, ...rows.slice(0, level)],
      chunkAxis: axis,
      chunk,
      inside: rows.slice(level + 1),
      matrices: false,
    };
  }
  return whole;
}

/** Pieces of which several make a call as large as the one that was planned: where threads end together the last ones are small. */
function inPieces({ chunk, chunkAxis, inside, matrices, together }: Split, products: number) {
  const whole = { chunk, together: together ?? 1 };
  if (matrices || together !== undefined || chunk >= chunkAxis.extent) return whole;
  const each = sizeOf(inside);
  const least = Math.ceil(Math.max(PIECE_ROWS, PIECE_PRODUCTS / products) / each);
  const rows = inside.length === 0 ? upTo(least, TILE_ROWS) : least;
  return 2 * rows > chunk ? whole : { chunk: rows, together: Math.floor(chunk / rows) };
}

/** How many independent pieces of work there are. */
export function nativeTaskCount({ taskAxes, chunkAxis, chunk, columnGroups }: NativePlan): number {
  return sizeOf(taskAxes) * Math.ceil(chunkAxis.extent / chunk) * columnGroups;
}
