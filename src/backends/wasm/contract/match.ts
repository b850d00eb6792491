// Recognises loop kernels that are matrix products in disguise: convolutions, their gradients, products with what follows.
// Owns: reading the strides of both operands off a nest of loops around one sum of products, and the test that tiles pay.
// A guard on one operand (padding) becomes a padded copy; see padding.ts.
import {
  childrenOf,
  type Expr,
  type Local,
  type LoopIndex,
  type LoopKernel,
  load,
  type Statement,
} from '../../../compiler/loop-ir.ts';
import { type Affine, affineOf, coefficientOf } from '../codegen/affine.ts';
import { type Axis, type Nest, sizeOf, transpose } from './nest.ts';
import { coordinatesOf, type Padding, paddingOf } from './padding.ts';
import { type Windows, windowsOf } from './windows.ts';

export interface Contraction {
  readonly nest: Nest;
  /** The kernel's buffers that are A, B and C. */
  readonly buffers: readonly [number, number, number];
  readonly padding: Padding | undefined;
  /** The same as windows of 3 × 3 taps, if it is that: over the image as it lies, without a padded copy. */
  readonly windows: Windows | undefined;
  /** What is done with the finished sums, in place: a kernel over the given kernel's buffers, its loops those of the nest. */
  readonly epilogue: LoopKernel | undefined;
  /** The parallel loops outermost first, as axes. */
  readonly loops: readonly Axis[];
}

type Load = Extract<Expr, { op: 'load' }>;

/** Below these the plain loops are as good. */
const LEAST_TERMS = 12;
const LEAST_PRODUCTS = 1 << 13;

/** `leastTerms`: sums of fewer are left to plain loops. */
export function matchContraction(kernel: LoopKernel, leastTerms = LEAST_TERMS): Contraction | undefined {
  const loops: LoopIndex[] = [kernel.outer];
  let body: readonly Statement[] = kernel.body;
  while (body.length === 1 && body[0]!.kind === 'loop') {
    loops.push(body[0]!.loop);
    body = body[0]!.body;
  }
  const [reduce, store] = body;
  if (body.length !== 2 || reduce?.kind !== 'reduce' || store?.kind !== 'store') return undefined;
  const [accumulator] = reduce.accumulators;
  if (reduce.accumulators.length !== 1 || !accumulator || accumulator.combine !== 'add') return undefined;
  const { value, local, initial } = accumulator;
  if (local.type !== 'f32' || Number(initial) !== 0 || kernel.buffers[store.buffer]!.storage !== 'f32')
    return undefined;
  if (value.op !== 'binary' || value.fn !== 'mul' || value.a.op !== 'load' || value.b.op !== 'load') return undefined;

  const operands: readonly [Load, Load] = [value.a, value.b];
  if (operands.some((x) => kernel.buffers[x.buffer]!.storage !== 'f32' || x.buffer === store.buffer)) return undefined;
  const places = [operands[0].index, operands[1].index, store.index].map(affineOf) as [Affine, Affine, Affine];
  if (places.some(({ terms }) => terms.some(({ atom }) => atom.op !== 'index'))) return undefined;
  const axisOf = (loop: LoopIndex): Axis => ({
    extent: loop.extent,
    a: coefficientOf(places[0], loop),
    b: coefficientOf(places[1], loop),
    c: coefficientOf(places[2], loop),
  });

  const made = { batch: [] as Axis[], rows: [] as Axis[], columns: [] as Axis[], depth: [] as Axis[] };
  const loopOf = new Map<Axis, LoopIndex>();
  for (const loop of loops) {
    const axis = axisOf(loop);
    loopOf.set(axis, loop);
    if (axis.c === 0 && loop.extent > 1) return undefined;
    (axis.a !== 0 ? (axis.b !== 0 ? made.batch : made.rows) : axis.b !== 0 ? made.columns : made.batch).push(axis);
  }
  for (const loop of reduce.loops) {
    const axis = axisOf(loop);
    loopOf.set(axis, loop);
    made.depth.push(axis);
  }
  let nest: Nest = { ...made, offsets: [places[0].constant, places[1].constant, places[2].constant] };
  let [left, right] = operands;
  let axes = loopOf;
  // Columns are what is contiguous in the result.
  if (!nest.columns.some((axis) => axis.c === 1)) {
    if (!nest.rows.some((axis) => axis.c === 1)) return undefined;
    axes = new Map();
    nest = transpose(nest);
    const order = [...made.batch, ...made.columns, ...made.rows, ...made.depth];
    [...nest.batch, ...nest.rows, ...nest.columns, ...nest.depth].forEach((axis, i) => {
      axes.set(axis, loopOf.get(order[i]!)!);
    });
    [left, right] = [right, left];
  }
  if (right.guard) return undefined;
  const terms = sizeOf(nest.depth);
  const columns = nest.columns.find((axis) => axis.c === 1)!.extent;
  const products = terms * sizeOf(nest.rows) * sizeOf(nest.columns) * sizeOf(nest.batch);
  if (terms < leastTerms || products < LEAST_PRODUCTS || columns < 4 || sizeOf(nest.rows) < 2) return undefined;

  const isZero = !left.guard || (left.otherwise?.op === 'const' && Number(left.otherwise.value) === 0);
  const coordinates = left.guard ? coordinatesOf(left.guard) : [];
  const windows = isZero && coordinates ? windowsOf(nest, coordinates, (axis) => axes.get(axis)) : undefined;
  let padding: Padding | undefined;
  if (left.guard) {
    const inside = new Set([...nest.rows, ...nest.depth]);
    padding = paddingOf(left, nest, (axis) => (inside.has(axis) ? axes.get(axis)! : undefined));
    if (!padding) return undefined;
    nest = padding.nest;
  }
  const epilogue = epilogueOf(kernel, loops, store, local);
  if (epilogue === 'impossible') return undefined;
  return {
    nest,
    buffers: [left.buffer, right.buffer, store.buffer],
    padding,
    windows,
    epilogue,
    loops: loops.map(axisOf),
  };
}

/** The kernel that turns sums into what is stored; none where they are stored as they are. */
function epilogueOf(
  kernel: LoopKernel,
  loops: readonly LoopIndex[],
  store: Extract<Statement, { kind: 'store' }>,
  sum: Local,
): LoopKernel | undefined | 'impossible' {
  if (store.value.op === 'local' && store.value.local === sum) return undefined;
  // A value as large as the result may share its memory with it, and the sums would overwrite it: only smaller ones are read.
  const seen = new Set<Expr>();
  const readsAll = (e: Expr): boolean => {
    if (seen.has(e)) return false;
    seen.add(e);
    if (e.op === 'load') {
      const named = affineOf(e.index).terms;
      const missing = loops.some(
        (loop) => loop.extent > 1 && !named.some(({ atom }) => atom.op === 'index' && atom.loop === loop),
      );
      if (!missing || named.some(({ atom }) => atom.op !== 'index')) return true;
    }
    return childrenOf(e).some(readsAll);
  };
  if (readsAll(store.value)) return 'impossible';
  const sums = load('f32', store.buffer, store.index);
  const innermost: Statement[] = [
    { kind: 'set', local: sum, value: sums },
    { kind: 'store', buffer: store.buffer, index: store.index, value: store.value },
  ];
  const nested = loops
    .slice(1)
    .reduceRight<Statement[]>((inner, loop) => [{ kind: 'loop', loop, body: inner }], innermost);
  const buffers = kernel.buffers.map((use, i) => (i === store.buffer ? { ...use, access: 'update' as const } : use));
  return { kind: 'loops', buffers, outer: kernel.outer, body: nested, serial: false };
}
