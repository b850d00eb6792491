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
});
