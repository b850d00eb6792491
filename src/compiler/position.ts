// Where an element lies, as expressions of loop indices: by axes, or by its row-major position, each made from the
// other only when asked for. A reshape passes the flat position on, so chains of reshapes need no division.
// Owns: index arithmetic of shapes in the loop IR.
import { type Dims, stridesOf } from '../base/shape.ts';
import * as ir from './loop-ir.ts';

export class Position {
  readonly dims: Dims;
  #axes: readonly ir.Expr[] | null;
  #flat: ir.Expr | null;
  readonly #makeAxes: (() => readonly ir.Expr[]) | null;

  private constructor(
    dims: Dims,
    axes: readonly ir.Expr[] | null,
    flat: ir.Expr | null,
    makeAxes: (() => readonly ir.Expr[]) | null,
  ) {
    this.dims = dims;
    this.#axes = axes;
    this.#flat = flat;
    this.#makeAxes = makeAxes;
  }

  static of(dims: Dims, axes: readonly ir.Expr[]): Position {
    return new Position(dims, axes, null, null);
  }

  /** From the row-major position; `axes` may say how to find the axes without dividing it. */
  static flat(dims: Dims, flat: ir.Expr, axes: (() => readonly ir.Expr[]) | null = null): Position {
    return new Position(dims, null, flat, axes);
  }

  get axes(): readonly ir.Expr[] {
    this.#axes ??= this.#makeAxes?.() ?? splitIndex(this.dims, this.#flat!);
    return this.#axes;
  }

  get flat(): ir.Expr {
    this.#flat ??= linearIndex(this.dims, this.#axes!);
    return this.#flat;
  }

  /** The same element seen through another shape of the same size. */
  reshaped(dims: Dims): Position {
    return Position.flat(dims, this.flat, () => reshapeIndex(dims, this.dims, this.axes));
  }
}

/** The row-major position of an index. */
export function linearIndex(dims: Dims, at: readonly ir.Expr[]): ir.Expr {
  const strides = stridesOf(dims);
  return at.reduce(
    (sum, index, axis) => ir.plus(sum, dims[axis] === 1 ? ir.integer(0) : ir.times(index, strides[axis]!)),
    ir.integer(0),
  );
}

/** The index of a row-major position. */
export function splitIndex(dims: Dims, position: ir.Expr): ir.Expr[] {
  const strides = stridesOf(dims);
  let first = true;
  return dims.map((dimension, axis) => {
    if (dimension === 1) return ir.integer(0);
    const q = ir.quotient(position, strides[axis]!);
    const whole = first;
    first = false;
    return whole ? q : ir.remainder(q, dimension);
  });
}

/** The index in `from` of the element at `at` in `to`; runs of axes whose sizes agree are translated by themselves. */
export function reshapeIndex(from: Dims, to: Dims, at: readonly ir.Expr[]): ir.Expr[] {
  // Without elements no index matters, and runs of equal size cannot be told.
  if (from.includes(0)) return from.map(() => ir.integer(0));
  const result: ir.Expr[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const [si, sj] = [i, j];
    let [a, b] = [from[i++] ?? 1, to[j++] ?? 1];
    while (a !== b) {
      if (a < b) a *= from[i++]!;
      else b *= to[j++]!;
    }
    [i, j] = [Math.min(i, from.length), Math.min(j, to.length)];
    const [fromRun, toRun] = [from.slice(si, i), to.slice(sj, j)];
    if (fromRun.length === 1 && toRun.length === 1) result.push(at[sj]!);
    else result.push(...splitIndex(fromRun, linearIndex(toRun, at.slice(sj, j))));
  }
  return result;
}
