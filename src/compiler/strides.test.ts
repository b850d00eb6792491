import { describe, expect, it } from 'vitest';
import '../primitives/index.ts';
import { sizeOf } from '../base/shape.ts';
import { runGraph } from '../graph/evaluate-graph.ts';
import { Graph } from '../graph/graph.ts';
import type { Primitive } from '../graph/primitive.ts';
import { primitive } from '../primitives/registry.ts';
import { inPhases } from './strides.ts';

const cases = [
  { dy: [2, 7, 9, 8], filter: [4, 4, 6, 8], strides: [2, 2], low: [1, 1], spatial: [14, 18] },
  { dy: [2, 7, 9, 8], filter: [3, 5, 6, 8], strides: [2, 3], low: [0, 2], spatial: [13, 26] },
  { dy: [2, 12, 9, 16], filter: [2, 1, 6, 16], strides: [3, 2], low: [0, 0], spatial: [35, 17] },
  { dy: [2, 7, 9, 16], filter: [3, 3, 6, 16], strides: [1, 2], dilation: [2, 1], low: [2, 1], spatial: [9, 18] },
  { dy: [1, 40, 32], filter: [5, 16, 32], strides: [4], low: [2], spatial: [157] },
  { dy: [1, 3, 4, 5, 8], filter: [3, 2, 2, 8, 8], strides: [2, 2, 1], low: [1, 0, 0], spatial: [5, 8, 6] },
  { dy: [2, 7, 9, 16], filter: [3, 3, 6, 16], strides: [2, 2], low: [1, 1], spatial: [14, 18], groups: 2 },
];

describe('transposed convolutions in phases', () => {
  it.each(cases)('equals the one sum: $filter strides $strides', ({ dy, filter, strides, low, spatial, ...rest }) => {
    const graph = new Graph();
    const specs = [dy, filter].map((dims) => ({ dims, dtype: 'float32' }) as const);
    const inputs = specs.map((spec) => graph.addParameter(spec));
    const dilation = rest.dilation ?? strides.map(() => 1);
    const params = { strides, dilation, low, high: low, groups: rest.groups ?? 1, spatial };
    graph.outputs = graph.apply(primitive('convolutionInputGradient') as Primitive, inputs, params);
    const phases = inPhases(graph);
    const kinds = phases.liveNodes().filter((node) => node.primitive?.name === 'convolutionInputGradient');
    expect(kinds.length).toBeGreaterThan(1);
    for (const { params } of kinds) expect((params as { strides: number[] }).strides.every((n) => n === 1)).toBe(true);

    let state = 7;
    const random = () => ((state = (state * 48271) % 2147483647) / 2147483647 - 0.5) * 2;
    const data = specs.map(({ dims }) => Float32Array.from({ length: sizeOf(dims) }, random));
    const wanted = runGraph(graph, data)[0] as Float32Array;
    const found = runGraph(phases, data)[0] as Float32Array;
    expect(found.length).toBe(wanted.length);
    expect(Math.max(...found.map((x, i) => Math.abs(x - wanted[i]!)))).toBeLessThan(1e-5);
  });
  it('leaves small ones alone', () => {
    const graph = new Graph();
    const inputs = [
      [1, 3, 2],
      [3, 2, 2],
    ].map((dims) => graph.addParameter({ dims, dtype: 'float32' }));
    const params = { strides: [2], dilation: [1], low: [0], high: [0], groups: 1, spatial: [7] };
    graph.outputs = graph.apply(primitive('convolutionInputGradient') as Primitive, inputs, params);
    expect(inPhases(graph)).toBe(graph);
  });
});
