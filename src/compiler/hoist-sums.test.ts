import { describe, expect, it } from 'vitest';
import { generator } from '../backends/wasm/testing.ts';
import { sizeOf } from '../base/shape.ts';
import { runGraph } from '../graph/evaluate-graph.ts';
import { Graph, type GraphValue } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import '../primitives/index.ts';
import { verifyGraph } from '../graph/verify.ts';
import type { ScanParams } from '../primitives/control/scan.ts';
import { type PrimitiveName, primitive } from '../primitives/registry.ts';
import { hoistSums } from './hoist-sums.ts';

type Values = Record<'weights' | 'state' | 'sum' | 'other' | 'x' | 'y', GraphValue>;
type Apply = (name: PrimitiveName, inputs: readonly GraphValue[], params?: Params) => GraphValue;
const product = { lhsBatch: [], rhsBatch: [], lhsContract: [0], rhsContract: [0] };

/** A scan of six steps, backwards: what `body` gives are the new state, sum and other, then results. */
function scanOf(body: (apply: Apply, values: Values) => readonly GraphValue[]): Graph {
  const inner = new Graph();
  const spec = (...dims: number[]) => ({ dims, dtype: 'float32' }) as const;
  const [weights, state, sum, other, x, y] = [spec(4, 5), spec(3, 5), spec(4, 5), spec(5), spec(3, 4), spec(3, 5)].map(
    (each) => inner.addParameter(each),
  ) as [GraphValue, ...GraphValue[]];
  const applyIn =
    (graph: Graph): Apply =>
    (name, inputs, params = {}) =>
      graph.apply(primitive(name) as Primitive, inputs, params)[0]!;
  inner.outputs = [...body(applyIn(inner), { weights, state: state!, sum: sum!, other: other!, x: x!, y: y! })];
  const graph = new Graph();
  const inputs = inner.parameters.map(({ dims }, i) => graph.addParameter(spec(...(i > 3 ? [6, ...dims] : dims))));
  const params = { body: inner, length: 6, reverse: true, constants: 1, carries: 3 };
  graph.outputs = graph.apply(primitive('scan') as Primitive, inputs, params as Params);
  return graph;
}

/** How many carries the scan has left, once its values are checked. */
function carriesLeft(graph: Graph): number {
  const hoisted = hoistSums(graph);
  const random = generator(3);
  const data = graph.parameters.map(({ dims }) =>
    Float32Array.from({ length: sizeOf(dims) }, () => random.uniform() - 0.5),
  );
  const [wanted, found] = [runGraph(graph, data), runGraph(hoisted, data)] as [Float32Array[], Float32Array[]];
  expect(found.length).toBe(wanted.length);
  wanted.forEach((values, i) => {
    expect(hoisted.outputs[i]!.dims).toEqual(graph.outputs[i]!.dims);
    values.forEach((value, j) => expect(found[i]![j]).toBeCloseTo(value, 5));
  });
  verifyGraph(hoisted, 'hoisting');
  const scan = hoisted.liveNodes().find((node) => node.primitive?.name === 'scan')!;
  return (scan.params as ScanParams).carries;
}

const next = (apply: Apply, { weights, x, y, state }: Values): GraphValue =>
  apply('tanh', [
    apply('add', [apply('dotGeneral', [x, weights], { ...product, lhsContract: [1] }), apply('mul', [state, y])]),
  ]);
const column = (apply: Apply, value: GraphValue) => apply('reduceSum', [value], { axes: [0] });

describe('sums over the steps of a scan', () => {
  it('of products and of sums are made after it', () => {
    const graph = scanOf((apply, values) => {
      const { sum, other, x } = values;
      const state = next(apply, values);
      const gradient = apply('dotGeneral', [x, state], product);
      return [state, apply('add', [sum, gradient]), apply('add', [column(apply, state), other]), apply('neg', [state])];
    });
    expect(carriesLeft(graph)).toBe(1);
  });

  it('also where the product is transposed, and where a result is what is summed', () => {
    const graph = scanOf((apply, values) => {
      const { sum, other, x } = values;
      const state = next(apply, values);
      const turned = apply('transpose', [apply('dotGeneral', [state, x], product)], { permutation: [1, 0] });
      return [state, apply('add', [sum, turned]), apply('add', [other, column(apply, state)]), state];
    });
    expect(carriesLeft(graph)).toBe(1);
  });

  it('stay where a step reads them, or gives them, or where they add something else', () => {
    const graph = scanOf((apply, values) => {
      const { sum, other, x } = values;
      const state = apply('mul', [next(apply, values), apply('broadcast', [other], { dims: [3, 5], axes: [1] })]);
      const total = apply('add', [sum, apply('dotGeneral', [x, state], product)]);
      return [state, total, apply('add', [other, column(apply, state)]), total];
    });
    expect(hoistSums(graph)).toBe(graph);
    const constant = scanOf((apply, values) => {
      const { sum, other, weights } = values;
      return [next(apply, values), apply('add', [sum, weights]), apply('mul', [other, other])];
    });
    expect(hoistSums(constant)).toBe(constant);
  });
});
