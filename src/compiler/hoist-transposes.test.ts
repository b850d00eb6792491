// Matrices that the steps of a scan read along their rows are transposed once, before it.
import { expect, it } from 'vitest';
import { generator } from '../backends/wasm/testing.ts';
import { sizeOf } from '../base/shape.ts';
import { runGraph } from '../graph/evaluate-graph.ts';
import { Graph, type GraphValue } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import '../primitives/index.ts';
import { verifyGraph } from '../graph/verify.ts';
import type { ScanParams } from '../primitives/control/scan.ts';
import { type PrimitiveName, primitive } from '../primitives/registry.ts';
import { hoistTransposes } from './hoist-transposes.ts';

/** h ← tanh(x · Uᵀ + h · W + x · Vᵀ) with U, W, V (40 × 40): W is read as it lies. */
function recurrence(length: number): Graph {
  const spec = (...dims: number[]) => ({ dims, dtype: 'float32' }) as const;
  const apply = (graph: Graph, name: PrimitiveName, inputs: readonly GraphValue[], params: Params = {}): GraphValue =>
    graph.apply(primitive(name) as Primitive, inputs, params)[0]!;
  const body = new Graph();
  const [u, w, v, h, x] = [spec(40, 40), spec(40, 40), spec(40, 40), spec(3, 40), spec(3, 40)].map((each) =>
    body.addParameter(each),
  ) as [GraphValue, GraphValue, GraphValue, GraphValue, GraphValue];
  const product = (a: GraphValue, b: GraphValue, along: number): GraphValue =>
    apply(body, 'dotGeneral', [a, b], { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [along] });
  const sum = apply(body, 'add', [apply(body, 'add', [product(x, u, 1), product(h, w, 0)]), product(x, v, 1)]);
  const next = apply(body, 'tanh', [sum]);
  body.outputs = [next, sum];
  const graph = new Graph();
  const inputs = body.parameters.map(({ dims }, i) =>
    graph.addParameter(spec(...(i === 4 ? [length, ...dims] : dims))),
  );
  const params = { body, length, reverse: false, constants: 3, carries: 1 };
  graph.outputs = graph.apply(primitive('scan') as Primitive, inputs, params as Params);
  return graph;
}

it('transposes what is read along its rows, and gives the same', () => {
  const graph = recurrence(9);
  const hoisted = hoistTransposes(graph);
  verifyGraph(hoisted, 'hoisting');
  const nodes = hoisted.liveNodes();
  expect(nodes.filter((node) => node.primitive?.name === 'transpose')).toHaveLength(2);
  const { body, constants } = nodes.find((node) => node.primitive?.name === 'scan')!.params as ScanParams;
  expect(constants).toBe(5);
  for (const node of body.liveNodes())
    if (node.primitive?.name === 'dotGeneral') expect(node.params.rhsContract).toEqual([0]);
  const random = generator(11);
  const data = graph.parameters.map(({ dims }) =>
    Float32Array.from({ length: sizeOf(dims) }, () => random.uniform() - 0.5),
  );
  expect(runGraph(hoisted, data)).toEqual(runGraph(graph, data));
});

it('leaves short scans alone', () => {
  const graph = recurrence(4);
  expect(hoistTransposes(graph)).toBe(graph);
});
