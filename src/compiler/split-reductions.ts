// Long reductions to few results in two steps, so that threads can share them: first to one partial result for each slice of
// the outermost reduced axis, then over the slices. How a sum is split never depends on the number of threads.
// Owns: which reductions, and how. Sums become a little more exact by it.
import { type Dims, sizeOf } from '../base/shape.ts';
import { Graph, type GraphValue, type Node } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import { primitive } from '../primitives/registry.ts';

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

/** A graph in which long reductions to few results take two steps. */
export function splitReductions(graph: Graph): Graph {
  const nodes = graph.liveNodes();
  if (!nodes.some((node) => node.kind === 'apply' && splitOf(node) !== null)) return graph;
  const out = new Graph();
  const values = new Map<GraphValue, GraphValue>();
  for (const parameter of graph.parameters) values.set(parameter, out.addParameter(parameter));
  for (const node of nodes) {
    if (node.kind === 'parameter') continue;
    if (node.kind === 'constant') {
      values.set(node.outputs[0]!, out.addConstant(node.data!, node.outputs[0]!));
      continue;
    }
    const inputs = node.inputs.map((input) => values.get(input)!);
    const split = splitOf(node);
    if (!split) {
      out.apply(node.primitive!, inputs, node.params, node.scope).forEach((value, i) => {
        values.set(node.outputs[i]!, value);
      });
      continue;
    }
    const { dims, slices, first } = split;
    const apply = (what: Primitive, value: GraphValue, params: Params) =>
      out.apply(what, [value], params, node.scope)[0]!;
    const input =
      dims === node.inputs[0]!.dims ? inputs[0]! : apply(primitive('reshape') as Primitive, inputs[0]!, { dims });
    const partial = apply(node.primitive!, input, { ...node.params, axes: first });
    const kept = dims.map((_, axis) => axis).filter((axis) => !first.includes(axis));
    const result = apply(node.primitive!, partial, { ...node.params, axes: [kept.indexOf(slices)] });
    values.set(node.outputs[0]!, result);
  }
  out.outputs = graph.outputs.map((value) => values.get(value)!);
  return out;
}
