// Sums of few rows in a large table of zeros: the same elements, bit for bit, found through a small table.
import { describe, expect, it } from 'vitest';
import { generator } from '../backends/wasm/testing.ts';
import { sizeOf } from '../base/shape.ts';
import { runGraph } from '../graph/evaluate-graph.ts';
import { Graph, type GraphValue } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import '../primitives/index.ts';
import { verifyGraph } from '../graph/verify.ts';
import { type PrimitiveName, primitive } from '../primitives/registry.ts';
import { checkedNodes } from './index-checks.ts';
import { sparseRows } from './sparse-rows.ts';

/** Two sums by the same indices: of the updates and of their squares, as an optimizer needs them. */
function sums(rows: number, width: number, indices: readonly number[], start = 0): Graph {
  const graph = new Graph();
  const apply = (name: PrimitiveName, inputs: readonly GraphValue[], params: Params = {}): GraphValue =>
    graph.apply(primitive(name) as Primitive, inputs, params)[0]!;
  const at = graph.addParameter({ dims: indices, dtype: 'int32' });
  const updates = graph.addParameter({ dims: [...indices, width], dtype: 'float32' });
  const zero = graph.addConstant(Float32Array.of(start), { dims: [], dtype: 'float32' });
  const table = apply('broadcast', [zero], { dims: [rows, width], axes: [] });
  graph.outputs = [updates, apply('mul', [updates, updates])].map((each) =>
    apply('scatterRows', [table, at, each], { mode: 'add' }),
  );
  return graph;
}
const names = (graph: Graph): string[] => graph.liveNodes().map(({ primitive: p }) => p?.name ?? '');

describe('sparse rows', () => {
  it.each([
    { rows: 5000, width: 16, indices: [30] },
    { rows: 4097, width: 33, indices: [4, 50] },
    { rows: 4096, width: 16, indices: [1] },
  ])('are the same in a table of $rows × $width', ({ rows, width, indices }) => {
    const graph = sums(rows, width, indices);
    const sparse = sparseRows(graph);
    verifyGraph(sparse, 'sparse rows');
    expect(names(sparse).filter((name) => name === 'scatterRows')).toHaveLength(3);
    const random = generator(7);
    // Some rows many times, the first and the last among them.
    const few = [0, rows - 1, 17, 17, 18];
    const at = Int32Array.from({ length: sizeOf(indices) }, (_, i) => few[i] ?? random.below(rows >> 6));
    const updates = Float32Array.from({ length: sizeOf(indices) * width }, () => random.uniform() - 0.5);
    const [wanted, found] = [graph, sparse].map((each) => runGraph(each, [at, updates]));
    expect(wanted![0]!.some((x) => x !== 0)).toBe(true);
    expect(found).toEqual(wanted);
  });

  it('have their indices looked at once, and what is made of them not at all', () => {
    const sparse = sparseRows(sums(5000, 16, [30]));
    const looked = sparse
      .liveNodes()
      .flatMap((node) => (node.kind === 'apply' ? checkedNodes({ kind: 'map', roots: [node] }, new Map()) : []));
    expect(new Set(looked.map((node) => node.inputs[1]))).toEqual(new Set([sparse.parameters[0]]));
  });

  it.each([
    { name: 'small tables', graph: () => sums(1000, 16, [30]) },
    { name: 'short rows', graph: () => sums(50000, 8, [30]) },
    { name: 'as many updates as half the rows', graph: () => sums(5000, 16, [2500]) },
    { name: 'tables that are not zero', graph: () => sums(5000, 16, [30], 1) },
  ])('are left alone in $name', ({ graph }) => {
    const given = graph();
    expect(sparseRows(given)).toBe(given);
  });
});
