// Matrix products in the widest sense: C[rows, columns] = Σ over depth A[rows, depth] · B[depth, columns], where each of the
// three is a set of loops with constant strides. A plain product has one loop of each kind; a convolution reads the image
// through several, without patches ever being written out.
// Owns: the description, and joining loops that one index can count.
import type { ContractKernel } from '../../../compiler/loop-ir.ts';

/** A loop and how far one step moves in the three arrays, in elements (0 where it does not appear). */
export interface Axis {
  readonly extent: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** Moves the source of a padded copy of A, not a place in it. */
  readonly outside?: boolean;
}

export interface Nest {
  /** In both operands, or in none. */
  readonly batch: readonly Axis[];
  readonly rows: readonly Axis[];
  readonly columns: readonly Axis[];
  /** Summed over. */
  readonly depth: readonly Axis[];
  /** Elements before the first of each array. */
  readonly offsets: readonly [number, number, number];
}

export const sizeOf = (axes: readonly Axis[]): number => axes.reduce((product, { extent }) => product * extent, 1);

export function nestOf({ batch, m, n, k, a, b, c }: ContractKernel): Nest {
  return simplify({
    batch: [{ extent: batch, a: a.batchStride, b: b.batchStride, c: c.batchStride }],
    rows: [{ extent: m, a: a.rowStride, b: 0, c: c.rowStride }],
    columns: [{ extent: n, a: 0, b: b.columnStride, c: c.columnStride }],
    depth: [{ extent: k, a: a.columnStride, b: b.rowStride, c: 0 }],
    offsets: [0, 0, 0],
  });
}

/** Cᵀ = Bᵀ Aᵀ. */
export function transpose(nest: Nest): Nest {
  const exchange = (axes: readonly Axis[]) => axes.map((axis) => ({ ...axis, a: axis.b, b: axis.a }));
  const [a, b, c] = nest.offsets;
  return {
    batch: exchange(nest.batch),
    rows: exchange(nest.columns),
    columns: exchange(nest.rows),
    depth: exchange(nest.depth),
    offsets: [b, a, c],
  };
}

/** Single iterations dropped, neighbouring axes joined. */
export function simplify(nest: Nest): Nest {
  return {
    ...nest,
    batch: joined(nest.batch),
    rows: joined(nest.rows),
    columns: joined(nest.columns),
    depth: joined(nest.depth),
  };
}

function joined(axes: readonly Axis[]): readonly Axis[] {
  const result: Axis[] = [];
  for (const axis of axes) {
    if (axis.extent === 1) continue;
    const last = result[result.length - 1];
    const fits = (x: 'a' | 'b' | 'c') => last !== undefined && last[x] === axis[x] * axis.extent;
    if (last && last.outside === axis.outside && fits('a') && fits('b') && fits('c')) {
      result[result.length - 1] = { ...axis, extent: last.extent * axis.extent };
    } else result.push(axis);
  }
  return result;
}
