// Matrix products: brings contractions into a form whose operands are matrices with strides, and makes their kernels.
// Owns: which axes merge into one. Leaves the arithmetic to the backends.
import type { Dims } from '../base/shape.ts';
import { stridesOf } from '../base/shape.ts';
import type { Graph, GraphValue, Node } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import { rewrite } from '../graph/rewrite.ts';
import { dotFree } from '../primitives/contract/dot-general.ts';
import type { DotDimensions } from '../primitives/functions.ts';
import { primitive } from '../primitives/registry.ts';
import { kindOf } from './fuse.ts';
import type { ContractKernel } from './loop-ir.ts';

interface Merged {
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

interface Layout {
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
function pairs(p: DotDimensions): { lhs: number[]; rhs: number[] } {
  const order = p.lhsContract.map((_, i) => i).sort((i, j) => p.lhsContract[i]! - p.lhsContract[j]!);
  return { lhs: order.map((i) => p.lhsContract[i]!), rhs: order.map((i) => p.rhsContract[i]!) };
}

/** A graph in which every contraction that gets a kernel has operands that are matrices; others are transposed first. */
export const prepareContractions = (graph: Graph): Graph =>
  rewrite(graph, (out, node, inputs) => {
    const prepared = kindOf(node) === 'contract' ? prepare(out, node, inputs) : null;
    return prepared && out.apply(node.primitive!, prepared.inputs, prepared.params, node.scope);
  });

function prepare(
  out: Graph,
  node: Node,
  inputs: readonly GraphValue[],
): { inputs: GraphValue[]; params: Params } | null {
  const p = node.params as Params & DotDimensions;
  const [a, b] = inputs as readonly [GraphValue, GraphValue];
  const free = dotFree(a, b, p);
  const { lhs, rhs } = pairs(p);
  const left = layoutOf(a.dims, p.lhsBatch, free.lhs, lhs);
  const right = layoutOf(b.dims, p.rhsBatch, free.rhs, rhs);
  if (left && right) return null;
  const transpose = primitive('transpose') as Primitive;
  const move = (
    value: GraphValue,
    batch: readonly number[],
    rest: readonly number[],
    contract: readonly number[],
  ): { value: GraphValue; batch: number[]; contract: number[] } => {
    const permutation = [...batch, ...rest, ...contract];
    const moved = out.apply(transpose, [value], { permutation }, node.scope)[0]!;
    return {
      value: moved,
      batch: batch.map((_, i) => i),
      contract: contract.map((_, i) => batch.length + rest.length + i),
    };
  };
  const l = left ? { value: a, batch: [...p.lhsBatch], contract: lhs } : move(a, p.lhsBatch, free.lhs, lhs);
  const r = right ? { value: b, batch: [...p.rhsBatch], contract: rhs } : move(b, p.rhsBatch, free.rhs, rhs);
  return {
    inputs: [l.value, r.value],
    params: { lhsBatch: l.batch, rhsBatch: r.batch, lhsContract: l.contract, rhsContract: r.contract },
  };
}

/** The kernel of a prepared contraction. */
export function contractKernel(node: Node): ContractKernel {
  const p = node.params as Params & DotDimensions;
  const [a, b] = node.inputs as readonly [GraphValue, GraphValue];
  const free = dotFree(a, b, p);
  const { lhs, rhs } = pairs(p);
  const left = layoutOf(a.dims, p.lhsBatch, free.lhs, lhs)!;
  const right = layoutOf(b.dims, p.rhsBatch, free.rhs, rhs)!;
  const [m, n] = [left.free.extent, right.free.extent];
  return {
    kind: 'contract',
    batch: left.batch.extent,
    m,
    n,
    k: left.contract.extent,
    a: { batchStride: left.batch.stride, rowStride: left.free.stride, columnStride: left.contract.stride },
    b: { batchStride: right.batch.stride, rowStride: right.contract.stride, columnStride: right.free.stride },
    c: { batchStride: m * n, rowStride: n, columnStride: 1 },
  };
}
