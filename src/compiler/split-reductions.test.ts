import { describe, expect, it } from 'vitest';
import { runGraph } from '../graph/evaluate-graph.ts';
import { Graph } from '../graph/graph.ts';
import type { Primitive } from '../graph/primitive.ts';
import '../primitives/index.ts';
import { primitive } from '../primitives/registry.ts';
import { splitReductions } from './split-reductions.ts';

const graphOf = (dims: readonly number[], axes: readonly number[], name: 'reduceSum' | 'reduceMax' = 'reduceSum') => {
  const graph = new Graph();
  const x = graph.addParameter({ dims, dtype: 'float32' });
  graph.outputs = graph.apply(primitive(name) as Primitive, [x], { axes });
  return graph;
};
const steps = (graph: Graph) =>
  graph.liveNodes().flatMap(({ primitive, inputs }) => (primitive ? [`${primitive.name} ${inputs[0]!.dims}`] : []));

describe('long reductions to few results', () => {
  it.each([
    { dims: [16, 30, 30, 12], axes: [0, 1, 2], made: ['reduceSum 16,30,30,12', 'reduceSum 16,12'] },
    { dims: [12, 20000], axes: [1], made: ['reshape 12,20000', 'reduceSum 12,500,40', 'reduceSum 12,500'] },
    { dims: [140000], axes: [0], made: ['reshape 140000', 'reduceSum 500,280', 'reduceSum 500'] },
    { dims: [1, 40, 5000, 3], axes: [0, 1, 2], made: ['reduceSum 1,40,5000,3', 'reduceSum 40,3'] },
  ])('of $dims over $axes are made in steps', ({ dims, axes, made }) => {
    const graph = graphOf(dims, axes);
    const split = splitReductions(graph);
    expect(steps(split)).toEqual(made);
    const size = dims.reduce((a, b) => a * b, 1);
    const data = [Float32Array.from({ length: size }, (_, i) => (i * 7919) % 64)];
    expect(runGraph(split, data)).toEqual(runGraph(graph, data));
    expect(split.outputs[0]!.dims).toEqual(graph.outputs[0]!.dims);
  });

  it('short ones, and those of which no slices can be made, stay', () => {
    for (const graph of [
      graphOf([100, 100], [0, 1]),
      graphOf([131101], [0]),
      graphOf([4096, 100], [0]),
      graphOf([4, 8000, 5], [1, 0, 2]),
    ])
      expect(splitReductions(graph)).toBe(graph);
  });

  it('goes for extremes too', () => {
    const graph = graphOf([64, 4096], [0, 1], 'reduceMax');
    expect(steps(splitReductions(graph))).toEqual(['reduceMax 64,4096', 'reduceMax 64']);
  });

  const contraction = (a: readonly number[], b: readonly number[], lhs: readonly number[], rhs: readonly number[]) => {
    const graph = new Graph();
    const inputs = [a, b].map((dims) => graph.addParameter({ dims, dtype: 'float32' }));
    const dimensions = { lhsBatch: [], rhsBatch: [], lhsContract: lhs, rhsContract: rhs };
    graph.outputs = graph.apply(primitive('dotGeneral') as Primitive, inputs, dimensions);
    return graph;
  };
  const filterGradient = (x: readonly number[], dy: readonly number[], window: readonly number[]) => {
    const graph = new Graph();
    const inputs = [x, dy].map((dims) => graph.addParameter({ dims, dtype: 'float32' }));
    const params = { strides: [1, 1], dilation: [1, 1], low: [1, 0], high: [1, 0], groups: 1, window };
    graph.outputs = graph.apply(primitive('convolutionFilterGradient') as Primitive, inputs, params);
    return graph;
  };
  it.each([
    {
      what: 'a product with a long inner axis',
      graph: contraction([16384, 32], [16384, 40], [0], [0]),
      made: ['reshape 16384,32', 'reshape 16384,40', 'dotGeneral 8,2048,32', 'reduceSum 8,32,40'],
    },
    {
      what: 'a product over two axes',
      graph: contraction([20, 1000, 32], [20, 1000, 40], [0, 1], [0, 1]),
      made: ['reshape 20,1000,32', 'reshape 20,1000,40', 'dotGeneral 10,2,1000,32', 'reduceSum 10,32,40'],
    },
    {
      what: "a filter's gradient",
      graph: filterGradient([6, 40, 41, 16], [6, 40, 39, 18], [3, 3]),
      made: ['convolutionFilterGradient 6,40,41,16', 'reduceSum 6,3,3,16,18'],
    },
  ])('sums $what in pieces', ({ graph, made }) => {
    const split = splitReductions(graph);
    expect(steps(split)).toEqual(made);
    const data = graph.parameters.map(({ dims }) =>
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7919) % 16) - 8),
    );
    expect(runGraph(split, data)).toEqual(runGraph(graph, data));
  });

  it('leaves products whose results are large, or whose sums are short', () => {
    for (const graph of [
      contraction([1024, 1024], [1024, 1024], [0], [0]),
      contraction([400, 256], [400, 256], [0], [0]),
      contraction([65536, 8], [65536, 64], [0], [0]),
      contraction([2, 8192, 64], [8192, 2, 64], [0, 1], [1, 0]),
    ])
      expect(splitReductions(graph)).toBe(graph);
  });
});
