// Which contractions are products of matrices with strides, and which are at least nests of loops that a backend recognises.
// Owns: which axes merge into one. Leaves kernels to contract.ts.
import type { Dims } from '../base/shape.ts';
import { sizeOf, stridesOf } from '../base/shape.ts';
import type { GraphValue, Node } from '../graph/graph.ts';
import type { Params } from '../graph/primitive.ts';
import { dotFree } from '../primitives/contract/dot-general.ts';
import type { DotDimensions } from '../primitives/functions.ts';

export interface Merged {
  readonly extent: number;
  readonly stride: number;
}

/** Several axes as one, if stepping through them in order is stepping by one stride. */
function mergeAxes(dims: Dims, axes: readonly number[]): Merged | null {
  const strides = stridesOf(dims);
  const real = axes.filter((axis) => dims[axis] !== 1);
  if (real.length === 0) return { extent: 1, stride: 1 };
  for (let i = 1; i < real.length; i++) {
    if (strides[real[i - 1]!] !== strides[real[i]!]! * dims[real[i]!]!) return null;
  }
  return { extent: real.reduce((n, axis) => n * dims[axis]!, 1), stride: strides[real.at(-1)!]! };
}

export interface Layout {
  readonly batch: Merged;
  readonly free: Merged;
  readonly contract: Merged;
}

function layoutOf(
  dims: Dims,
  batch: readonly number[],
  free: readonly number[],
  contract: readonly number[],
): Layout | null {
  const [b, f, c] = [mergeAxes(dims, batch), mergeAxes(dims, free), mergeAxes(dims, contract)];
  return b && f && c ? { batch: b, free: f, contract: c } : null;
}

/** The contracted pairs in the order of the left operand's axes: both operands must step through them alike. */
export function pairs(p: DotDimensions): { lhs: number[]; rhs: number[] } {
  const order = p.lhsContract.map((_, i) => i).sort((i, j) => p.lhsContract[i]! - p.lhsContract[j]!);
  return { lhs: order.map((i) => p.lhsContract[i]!), rhs: order.map((i) => p.rhsContract[i]!) };
}

export interface Layouts {
  readonly left: Layout | null;
  readonly right: Layout | null;
}

/** How the operands lie; null where their axes do not merge into batch, free and contracted. */
export function layoutsOf(node: Node): Layouts {
  const p = node.params as Params & DotDimensions;
  const [a, b] = node.inputs as readonly [GraphValue, GraphValue];
  const free = dotFree(a, b, p);
  const { lhs, rhs } = pairs(p);
  return { left: layoutOf(a.dims, p.lhsBatch, free.lhs, lhs), right: layoutOf(b.dims, p.rhsBatch, free.rhs, rhs) };
}

/** Whether both operands are matrices, or stacks of them. */
export function isMatrixProduct(node: Node): boolean {
  const { left, right } = layoutsOf(node);
  return left !== null && right !== null;
}

/** From these sizes on, backends make tiles of loops around a sum of products, whatever their strides. */
const [LEAST_TERMS, LEAST_COLUMNS, LEAST_ROWS, LEAST_PRODUCTS] = [12, 4, 2, 1 << 13];

/**
 * Whether a contraction may stay a nest of loops over its operands as they lie, because a backend will recognise it; its result
 * is stored in the given order of its axes (batch, free of the left, free of the right).
 */
export function isTileable(node: Node, order?: readonly number[]): boolean {
  const p = node.params as Params & DotDimensions;
  const [a, b] = node.inputs as readonly [GraphValue, GraphValue];
  const output = node.outputs[0]!.dims;
  const free = dotFree(a, b, p);
  const terms = sizeOf(p.lhsContract.map((axis) => a.dims[axis]!));
  const last = order ? order.at(-1)! : output.length - 1;
  const firstRight = p.lhsBatch.length + free.lhs.length;
  if (last === undefined || last < p.lhsBatch.length || output[last]! < LEAST_COLUMNS) return false;
  const [left, right] = [output.slice(p.lhsBatch.length, firstRight), output.slice(firstRight)].map(sizeOf);
  const rows = last < firstRight ? right! : left!;
  return terms >= LEAST_TERMS && rows >= LEAST_ROWS && terms * sizeOf(output) >= LEAST_PRODUCTS;
}
