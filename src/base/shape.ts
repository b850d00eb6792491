// Arithmetic of shapes: sizes, strides, broadcasting, axes.
// Owns: functions on plain arrays of numbers. Knows nothing of tensors.
import { ShapeError, show, ValueError } from './errors.ts';

/** A shape in which a dimension may be unknown (`null`). */
export type Shape = readonly (number | null)[];
/** A shape whose dimensions are all known. */
export type Dims = readonly number[];

/** The number of elements. */
export function sizeOf(shape: Dims): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Dims): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dimension, i) => dimension === b[i]);

// The size that stands for an unknown one while code runs on symbolic tensors: messages must not show it.
let standIn: number | null = null;

/** Code divides the size that stands for an unknown one by `factor`, which does not divide it: a multiple of it would do. */
export class StandInError extends ShapeError {
  readonly factor: number;
  constructor(message: string, factor: number) {
    super(message);
    this.factor = factor;
  }
}
/** The error of `size` elements, or an axis so long, that cannot be divided by `factor`. */
export const indivisible = (message: string, size: number, factor: number): ShapeError =>
  standIn !== null && size % standIn === 0 ? new StandInError(message, factor) : new ShapeError(message);
export const isStandIn = (size: number | undefined): boolean => standIn !== null && size === standIn;

/** Runs `f`; shapes in its messages show `size` as None. */
export function withStandIn<T>(size: number, f: () => T): T {
  const outer = standIn;
  standIn = size;
  try {
    return f();
  } finally {
    standIn = outer;
  }
}

/** As Python prints a tuple: `(2, 3)`, `(4,)`, `()`. */
export const showShape = (shape: Shape): string =>
  `(${shape.map((n) => (n === null || n === standIn ? 'None' : n)).join(', ')}${shape.length === 1 ? ',' : ''})`;

/** The shape that both broadcast to, by NumPy's rule. */
export function broadcastShapes(a: Dims, b: Dims, operation = 'broadcast'): Dims {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const x = a[a.length - i] ?? 1;
    const y = b[b.length - i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        `${operation}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast: dimension -${i} is ${x} in the one and ${y} in the other. Dimensions must be equal, or one of them 1; reshape or expandDims one operand.`,
      );
    }
    result[rank - i] = x === 1 ? y : x;
  }
  return result;
}

/** `axis` counted from the front; throws when it is out of range. */
export function normalizeAxis(axis: number, rank: number, operation = 'axis'): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ValueError(
      `${operation}: axis ${show(axis)} is out of range for rank ${rank}: wanted an integer from ${-rank} to ${rank - 1}.`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** All axes for null, else the normalised, sorted, distinct axes. */
export function normalizeAxes(
  axis: number | readonly number[] | null | undefined,
  rank: number,
  operation = 'axis',
): number[] {
  if (axis === null || axis === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = typeof axis === 'number' ? [axis] : axis;
  const axes = list.map((a) => normalizeAxis(a, rank, operation)).sort((a, b) => a - b);
  for (let i = 1; i < axes.length; i++) {
    if (axes[i] === axes[i - 1])
      throw new ValueError(`${operation}: axis ${axes[i]} is given twice in ${show(list)}; name each axis once.`);
  }
  return axes;
}

/** `shape` with at most one -1 filled in so that it holds `size` elements. */
export function resolveReshape(shape: readonly number[], size: number, operation = 'reshape', from?: Dims): number[] {
  const wanted = [...shape];
  const unknown = wanted.indexOf(-1);
  const bad = wanted.findIndex((dimension, i) => !Number.isInteger(dimension) || dimension < (i === unknown ? -1 : 0));
  if (bad >= 0) {
    throw new ShapeError(
      `${operation}: dimension ${bad} of ${showShape(shape)} is ${show(wanted[bad])}; wanted integers ≥ 0, at most one of them -1.`,
    );
  }
  const rest = wanted.reduce((product, dimension, i) => (i === unknown ? product : product * dimension), 1);
  // Where a length of 0 is asked for, the others decide, as in TensorFlow.
  const others = (list: Dims): number => list.reduce((product, n) => (n > 0 ? product * n : product), 1);
  if (unknown >= 0) wanted[unknown] = rest === 0 ? others(from ?? [0]) / others(shape) : size / rest;
  if (!wanted.every(Number.isInteger) || sizeOf(wanted) !== size) {
    const message = `${operation}: ${from ? `a tensor of shape ${showShape(from)}` : 'a tensor'} has ${size} elements, which do not fill shape ${showShape(shape)}.`;
    throw unknown >= 0 && rest > 0 ? indivisible(message, size, rest) : new ShapeError(message);
  }
  return wanted;
}

/** Calls `visit` with the linear position in each strided operand, for every element of `shape` in row-major order. */
export function forEachStrided(
  shape: Dims,
  strides: readonly Dims[],
  visit: (index: number, positions: number[]) => void,
): void {
  const size = sizeOf(shape);
  const rank = shape.length;
  const counter = new Array<number>(rank).fill(0);
  const positions = strides.map(() => 0);
  for (let index = 0; index < size; index++) {
    visit(index, positions);
    for (let axis = rank - 1; axis >= 0; axis--) {
      counter[axis]!++;
      for (let k = 0; k < strides.length; k++) positions[k]! += strides[k]![axis]!;
      if (counter[axis]! < shape[axis]!) break;
      for (let k = 0; k < strides.length; k++) positions[k]! -= strides[k]![axis]! * shape[axis]!;
      counter[axis] = 0;
    }
  }
}
