// Sums of a few rows in a large table of zeros, as gradients of embeddings are: the rows that occur are added up in a table of
// their own, and a number for each row of the large one says where. So what follows (an optimizer's update) reads a small table
// that lies in cache instead of writing and reading a large one that is nearly all zeros.
// Owns: recognising them, and that form:
//   place[r] = 1 + the number of the last update of row r, or 0;   small[place[indices[i]]] += updates[i];   small[place[r]]
// Row 0 of the small table stays zero. Updates of a row are added in the same order as before.
import { sizeOf } from '../base/shape.ts';
import type { Graph, GraphValue, Node } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import { rewrite } from '../graph/rewrite.ts';
import { type PrimitiveName, primitive } from '../primitives/registry.ts';
import { isZero } from './groups.ts';

/** Smaller tables stay in cache as they are; shorter rows cost more to find than to copy. */
const [LEAST_ELEMENTS, LEAST_ROW] = [1 << 16, 16];
/** The small table is worth it where it is so many times smaller. */
const SMALLER = 2;

export function sparseRows(graph: Graph): Graph {
  const places = new Map<GraphValue, { readonly all: GraphValue; readonly updated: GraphValue }>();
  return rewrite(graph, (out, node, inputs) => {
    if (!isSparse(node)) return null;
    const [table, indices, updates] = inputs as readonly [GraphValue, GraphValue, GraphValue];
    const apply = (name: PrimitiveName, operands: readonly GraphValue[], params: Params = {}): GraphValue =>
      out.apply(primitive(name) as Primitive, operands, params, node.scope)[0]!;
    const numbers = (start: number, dims: readonly number[]): GraphValue => {
      const one = out.addConstant(Int32Array.of(start), { dims: [], dtype: 'int32' });
      return apply('broadcast', [one], { dims, axes: [] });
    };
    const count = sizeOf(indices.dims);
    let place = places.get(indices);
    if (!place) {
      const order = apply('iota', [], { dims: [count], axis: 0, dtype: 'int32' });
      const numbered = apply('reshape', [apply('add', [order, numbers(1, [count])])], { dims: indices.dims });
      const all = apply('scatterRows', [numbers(0, [table.dims[0]!]), indices, numbered], { mode: 'update' });
      place = { all, updated: apply('takeRows', [all, indices]) };
      places.set(indices, place);
    }
    const zero = out.addConstant(Float32Array.of(0), { dims: [], dtype: 'float32' });
    const empty = apply('broadcast', [zero], { dims: [count + 1, ...table.dims.slice(1)], axes: [] });
    const small = apply('scatterRows', [empty, place.updated, updates], { mode: 'add', within: true });
    return [apply('takeRows', [small, place.all], { within: true })];
  });
}

function isSparse(node: Node): boolean {
  if (node.primitive?.name !== 'scatterRows' || node.params.mode !== 'add') return false;
  const [table, indices] = node.inputs as readonly [GraphValue, GraphValue];
  const row = sizeOf(table.dims.slice(1));
  return (
    table.dtype === 'float32' &&
    isZero(table) &&
    row >= LEAST_ROW &&
    sizeOf(table.dims) >= LEAST_ELEMENTS &&
    sizeOf(indices.dims) > 0 &&
    SMALLER * (sizeOf(indices.dims) + 1) <= table.dims[0]!
  );
}
