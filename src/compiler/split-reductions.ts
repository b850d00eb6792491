// Long sums with few results in two steps, so that threads can share them: first one partial result for each slice of the
// outermost summed axis, then over the slices. Reductions, products of matrices, gradients of filters. How a sum is split
// never depends on the number of threads.
// Owns: which sums, and how. Sums become a little more exact by it.
import { type Dims, sizeOf } from '../base/shape.ts';
import type { Graph, GraphValue, Node } from '../graph/graph.ts';
import type { ContractPrimitive, Params, Primitive } from '../graph/primitive.ts';
import { type Replacement, rewrite } from '../graph/rewrite.ts';
import type { DotDimensions } from '../primitives/functions.ts';
import { primitive as primitiveNamed } from '../primitives/registry.ts';
import { isLargeContraction } from './fuse.ts';

/** Fewer elements are reduced quickly; more results are shared as they are. */
const [LEAST_ELEMENTS, MOST_RESULTS] = [1 << 17, 64];
/** How many slices are good. */
const [LEAST_SLICES, MOST_SLICES] = [8, 512];

/** The input's shape, with the outermost reduced axis cut in two if need be; the axis of the slices; what the first step reduces. */
interface Split {
  readonly dims: Dims;
  readonly slices: number;
  readonly first: readonly number[];
}

function splitOf(node: Node): Split | null {
  // Windows are reductions too, without axes.
  const { axes } = node.params as { readonly axes?: readonly number[] };
  if (node.primitive?.kind !== 'reduce' || !axes) return null;
  const [input] = node.inputs as readonly [GraphValue];
  const output = node.outputs[0]!;
  // Sums of 16-bit floats are rounded once, at the end.
  if (!['float32', 'float64', 'int32', 'int64'].includes(input.dtype) || output.dtype !== input.dtype) return null;
  if (sizeOf(input.dims) < LEAST_ELEMENTS || sizeOf(output.dims) > MOST_RESULTS) return null;
  const real = [...axes].sort((a, b) => a - b).filter((axis) => input.dims[axis]! > 1);
  const [outer, ...rest] = real;
  if (outer === undefined) return null;
  const extent = input.dims[outer]!;
  if (rest.length > 0 && extent >= LEAST_SLICES && extent <= MOST_SLICES)
    return { dims: input.dims, slices: outer, first: axes.filter((axis) => axis !== outer) };
  let slices = Math.min(MOST_SLICES, Math.floor(extent / 2));
  while (slices >= LEAST_SLICES && extent % slices !== 0) slices--;
  if (slices < LEAST_SLICES) return null;
  const dims = input.dims.flatMap((n, axis) => (axis === outer ? [slices, n / slices] : [n]));
  return { dims, slices: outer, first: axes.map((axis) => (axis >= outer ? axis + 1 : axis)) };
}

/** Fewer products are summed quickly; a piece's sum has at least so many terms; threads share so many pieces evenly. */
const [LEAST_PRODUCTS, LEAST_TERMS, MOST_PIECES] = [1 << 24, 256, 10];
/** Narrower products are not limited by how often their operands are read. */
const LEAST_SIDE = 16;
/** Results of all pieces together may have so many elements for one of the operands. */
const PARTIAL_SHARE = 0.25;

/**
 * Into how many pieces a sum of products is cut: each thread then goes through its own part of the operands once, for all
 * rows of the result; cut by rows, every thread would read one of them whole. 0 where that does not pay, and where the axis has
 * no divisor of use (a batch of 31).
 */
function piecesOf(terms: number, least: number, node: Node): number {
  const [a, b] = node.inputs as readonly [GraphValue, GraphValue];
  const [result, operands] = [sizeOf(node.outputs[0]!.dims), sizeOf(a.dims) + sizeOf(b.dims)];
  let pieces = Math.min(MOST_PIECES, Math.floor(terms / least), Math.floor((operands * PARTIAL_SHARE) / result));
  while (pieces > 1 && terms % pieces !== 0) pieces--;
  return pieces > 1 ? pieces : 0;
}

/** A sum that knows how to be made in pieces: the gradient of a filter, over the images. */
const splitPieces: Replacement = (out, node, inputs) => {
  const primitive = node.primitive as ContractPrimitive;
  const loops = primitive.loops(node.inputs, node.params).reduce((a, b) => a * b, 1);
  if (loops * sizeOf(node.outputs[0]!.dims) < LEAST_PRODUCTS) return null;
  const pieces = piecesOf(primitive.pieces!.extent(node.inputs), 1, node);
  if (pieces === 0) return null;
  const partial = out.apply(primitive as Primitive, inputs, primitive.pieces!.params(node.params, pieces), node.scope);
  return out.apply(primitiveNamed('reduceSum') as Primitive, partial, { axes: [0] }, node.scope);
};

/** A product whose sum is long, for each piece of the outermost summed axis. */
const splitProduct: Replacement = (out, node, inputs) => {
  const p = node.params as Params & DotDimensions;
  const [a, b] = node.inputs as readonly [GraphValue, GraphValue];
  if (p.lhsBatch.length > 0) return null;
  const terms = p.lhsContract.reduce((product, axis) => product * a.dims[axis]!, 1);
  const sides = [a, b].map(({ dims }) => sizeOf(dims) / terms);
  if (sides.some((n) => n < LEAST_SIDE) || terms * sides[0]! * sides[1]! < LEAST_PRODUCTS) return null;
  const [l, r] = [Math.min(...p.lhsContract), Math.min(...p.rhsContract)];
  // Another order of the axes on the other side would leave no matrices.
  if (p.lhsContract.indexOf(l) !== p.rhsContract.indexOf(r)) return null;
  const extent = a.dims[l]!;
  const pieces = piecesOf(extent, Math.ceil(LEAST_TERMS / (terms / extent)), node);
  if (pieces === 0) return null;
  const cut = (value: GraphValue, axis: number): GraphValue => {
    const dims = value.dims.flatMap((n, i) => (i === axis ? [pieces, n / pieces] : [n]));
    return out.apply(primitiveNamed('reshape') as Primitive, [value], { dims }, node.scope)[0]!;
  };
  const moved = (axes: Dims, first: number) => axes.map((axis) => (axis >= first ? axis + 1 : axis));
  const dimensions = {
    lhsBatch: [l],
    rhsBatch: [r],
    lhsContract: moved(p.lhsContract, l),
    rhsContract: moved(p.rhsContract, r),
  };
  const partial = out.apply(node.primitive!, [cut(inputs[0]!, l), cut(inputs[1]!, r)], dimensions, node.scope)[0]!;
  return out.apply(primitiveNamed('reduceSum') as Primitive, [partial], { axes: [0] }, node.scope);
};

const splitReduction: Replacement = (out, node, inputs) => {
  const split = splitOf(node);
  if (!split) return null;
  const { dims, slices, first } = split;
  const apply = (what: Primitive, value: GraphValue, params: Params) =>
    out.apply(what, [value], params, node.scope)[0]!;
  const input =
    dims === node.inputs[0]!.dims ? inputs[0]! : apply(primitiveNamed('reshape') as Primitive, inputs[0]!, { dims });
  const partial = apply(node.primitive!, input, { ...node.params, axes: first });
  const kept = dims.map((_, axis) => axis).filter((axis) => !first.includes(axis));
  return [apply(node.primitive!, partial, { ...node.params, axes: [kept.indexOf(slices)] })];
};

/** A graph in which long reductions to few results take two steps. */
export const splitReductions = (graph: Graph): Graph =>
  rewrite(graph, (out, node, inputs) => {
    if (node.primitive?.kind === 'convolution' && node.primitive.pieces) return splitPieces(out, node, inputs);
    if (isLargeContraction(node)) return splitProduct(out, node, inputs);
    return splitReduction(out, node, inputs);
  });
