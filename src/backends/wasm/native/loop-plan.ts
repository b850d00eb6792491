// Elementwise and row kernels for the native executor: which kernels have such a plan, and its words.
// Owns: the two forms of a kernel (values of rows, sums over rows) and the layout that native/loop-plan.h reads. Leaves
// expressions to loop-values.ts, the arithmetic to the addon.
import type { LoopIndex, LoopKernel, Statement } from '../../../compiler/loop-ir.ts';
import { effectsOf, forEachExpr } from '../codegen/analysis.ts';
import { isMachineUnary } from '../codegen/scalar-operators.ts';
import { INSTRUCTION_WORDS, type Layout, LoopValues } from './loop-values.ts';

export interface LoopPlan {
  readonly words: Int32Array;
  /** Memory for the addresses of buffers and for registers. */
  readonly scratchBytes: number;
  /** Ranges should begin at multiples of this. */
  readonly grain: number;
}

/** Bytes in front of the registers: an address for each buffer. Must equal LOOP_HEADER in native/addon.cc. */
export const LOOP_HEADER = 256;
const MOST_BUFFERS = LOOP_HEADER / 4;
/** Numbers of a register: those of a short program fit the first cache, and the next block comes while this one is worked on. */
const BLOCK = 2048;
/** Columns at a time where rows need not be whole, and where they are summed. */
const COLUMN_BLOCK = 512;
const SUMMED_COLUMNS = 256;
const SUMMED_ROWS = 64;
/** Rows that must be whole are not longer. */
const MOST_COLUMNS = 4096;
/** Fewer columns leave most lanes empty, fewer rows of single numbers too. */
const LEAST_COLUMNS = 8;
const LEAST_LINE = 64;
/** Shorter sums, as over the window of a convolution of one channel, stay in the registers of a generated kernel. */
const LEAST_SUMMED = 64;
const MOST_LOOPS = 4;
const LANES = 16;
const [CUT_ROWS, CUT_COLUMNS] = [-2, -1];

/** The distance between registers; must equal that of native/loop-plan.h. */
const registerFloats = (count: number): number => Math.ceil(count / LANES) * LANES + 80;

/** A plan for a kernel in its normal form, or undefined where it is nothing for the executor; `any`: however little it pays. */
export function planLoops(kernel: LoopKernel, any = false): LoopPlan | undefined {
  if (kernel.serial || kernel.buffers.length > MOST_BUFFERS) return undefined;
  const loops: LoopIndex[] = [kernel.outer];
  let body = kernel.body;
  while (body.length === 1 && body[0]!.kind === 'loop') {
    loops.push(body[0]!.loop);
    body = body[0]!.body;
  }
  for (const layout of layouts(loops, body)) {
    if (layout.outer.length + layout.inner.length > MOST_LOOPS) continue;
    const columns = layout.column?.extent ?? 1;
    const lanes = layout.column ? columns : layout.row.extent;
    if (!any && lanes < (layout.column ? LEAST_COLUMNS : LEAST_LINE)) continue;
    if (!any && (layout.sumsRows ? layout.row.extent < LEAST_SUMMED : !hasFunctions(body))) continue;
    const values = new LoopValues(kernel, layout, effectsOf(kernel.body).stores);
    if (values.body(body)) return finish(kernel, layout, values);
  }
  return undefined;
}

/** Random bits; the range counts blocks of four. Must equal RandomPlan in native/loop-plan.h. */
export function planRandom(count: number): LoopPlan {
  return { words: Int32Array.of(-1, count), scratchBytes: LOOP_HEADER, grain: 4 };
}

/** Whether anything is computed that takes longer than to fetch it: sums of a few products the generated kernels do as fast. */
function hasFunctions(body: readonly Statement[]): boolean {
  let found = false;
  forEachExpr(body, (e) => {
    if (e.op === 'unary' && e.type === 'f32' && !isMachineUnary(e.fn)) found = true;
  });
  return found;
}

/** The ways to see a kernel, likeliest first. */
function layouts(loops: readonly LoopIndex[], body: readonly Statement[]): readonly Layout[] {
  const last = loops[loops.length - 1]!;
  const nested = body.filter((s) => s.kind === 'loop' || s.kind === 'reduce');
  if (nested.length === 0) {
    // Nothing but stores: the innermost loop lies in lanes.
    if (loops.length === 1) return [{ sumsRows: false, outer: [], inner: [], row: last, column: undefined }];
    const [outer, row] = [loops.slice(0, -2), loops[loops.length - 2]!];
    return [{ sumsRows: false, outer, inner: [], row, column: last }];
  }
  const made: Layout[] = [];
  const outer = loops.slice(0, -1);
  const extents = new Set<number>();
  let single = true;
  for (const statement of nested) {
    const own = statement.kind === 'loop' ? [statement.loop] : statement.loops;
    if (own.length !== 1) single = false;
    else extents.add(own[0]!.extent);
  }
  const [extent] = extents;
  if (single && extents.size === 1)
    made.push({ sumsRows: false, outer, inner: [], row: last, column: { name: 'column', extent: extent! } });
  const [only] = nested;
  if (nested.length === 1 && only!.kind === 'reduce' && only!.loops.length > 0) {
    const [inner, row] = [only!.loops.slice(0, -1), only!.loops[only!.loops.length - 1]!];
    made.push({ sumsRows: true, outer, inner, row, column: last });
  }
  return made;
}

function finish(kernel: LoopKernel, layout: Layout, values: LoopValues): LoopPlan | undefined {
  const { sumsRows, outer, inner, row, column } = layout;
  const columns = column?.extent ?? 1;
  let [rowBlock, columnBlock] = [1, columns];
  if (sumsRows) {
    columnBlock = Math.min(columns, SUMMED_COLUMNS);
    rowBlock = values.blockValues > 0 ? Math.floor(BLOCK / columnBlock) : SUMMED_ROWS;
  } else {
    if (columns > COLUMN_BLOCK && !values.wholeRows) columnBlock = COLUMN_BLOCK;
    if (columnBlock > MOST_COLUMNS) return undefined;
    rowBlock = Math.max(1, Math.floor(BLOCK / columnBlock));
  }
  rowBlock = Math.min(rowBlock, row.extent);
  const made = values.finish();
  if (!made) return undefined;
  const { places, before, during, after, blockRegisters, lineRegisters, constants } = made;
  const around = [...outer, ...inner];
  const cut = kernel.outer === row ? CUT_ROWS : kernel.outer === column ? CUT_COLUMNS : 0;
  const header = [
    ...[row.extent, columns, rowBlock, columnBlock, Number(sumsRows), cut, outer.length, inner.length],
    ...Array.from({ length: MOST_LOOPS }, (_, i) => around[i]?.extent ?? 0),
    ...[places.length, before.length, during.length, after.length, blockRegisters],
  ];
  const instructions = [...before, ...during, ...after];
  const placeWords = places.flat();
  const constantsAt = header.length + placeWords.length + instructions.length * INSTRUCTION_WORDS;
  const words = Int32Array.from([
    ...header,
    ...placeWords,
    ...instructions.flatMap((instruction) => instruction(constantsAt)),
    ...constants,
  ]);
  const floats =
    blockRegisters * registerFloats(rowBlock * columnBlock) +
    lineRegisters * registerFloats(Math.max(rowBlock, columnBlock));
  const inLanes = cut === CUT_COLUMNS || (cut === CUT_ROWS && !column);
  return { words, scratchBytes: LOOP_HEADER + floats * 4, grain: inLanes ? LANES : 1 };
}
