// Matrix products: brings contractions into a form whose operands are matrices with strides, and makes their kernels.
// Owns: those kernels, and the transposed copies that they need. Leaves the arithmetic to the backends.
import type { Graph, GraphValue, Node } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import { rewrite } from '../graph/rewrite.ts';
import { dotFree } from '../primitives/contract/dot-general.ts';
import type { DotDimensions } from '../primitives/functions.ts';
import { primitive } from '../primitives/registry.ts';
import { isLargeContraction } from './fuse.ts';
import type { ContractKernel } from './loop-ir.ts';
import { isTileable, layoutsOf, pairs } from './matrix-layout.ts';

/** A graph in which every contraction has operands that are matrices, or loops that backends recognise; others are transposed first. */
export const prepareContractions = (graph: Graph): Graph =>
  rewrite(graph, (out, node, inputs) => {
    const prepared = isLargeContraction(node) && !isTileable(node) ? prepare(out, node, inputs) : null;
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
  const { left, right } = layoutsOf(node);
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
  const layouts = layoutsOf(node);
  const [left, right] = [layouts.left!, layouts.right!];
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
