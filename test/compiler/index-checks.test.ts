// Indices out of range inside compiled programs: an error that names the layer, variables as they were, no endless loops.
import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/index.ts';
import type { Data } from '../../src/base/dtype.ts';
import { ValueError } from '../../src/base/errors.ts';
import { Graph, type GraphValue } from '../../src/graph/graph.ts';
import type { Params, Primitive } from '../../src/graph/primitive.ts';
import '../../src/primitives/index.ts';
import { type PrimitiveName, primitive } from '../../src/primitives/registry.ts';
import { Engine, EngineProgram } from '../../src/runtime/engine.ts';
import { eagerTensor } from '../../src/runtime/tensor.ts';
import { VariableTensor } from '../../src/runtime/variable.ts';

const engine = new Engine(createWasmBackend());
const apply = (graph: Graph, name: PrimitiveName, inputs: GraphValue[], params: Params = {}): GraphValue =>
  graph.apply(primitive(name) as Primitive, inputs, params, 'embedding')[0]!;
const floats = (...dims: number[]) => ({ dims, dtype: 'float32' }) as const;
const ints = (...dims: number[]) => ({ dims, dtype: 'int32' }) as const;

/** A variable of four rows, two others of three elements, and a program that changes all before and after it takes rows. */
function embedding() {
  const graph = new Graph();
  const indices = graph.addParameter(ints(3));
  const table = graph.addParameter(floats(4, 2));
  const early = graph.addParameter(floats(3));
  const late = graph.addParameter(floats(3));
  const newEarly = apply(graph, 'add', [early, early]);
  const rows = apply(graph, 'takeRows', [table, indices]);
  const sums = apply(graph, 'reduceSum', [rows], { axes: [1] });
  const newLate = apply(graph, 'add', [late, sums]);
  const newTable = apply(graph, 'scatterRows', [table, indices, rows], { mode: 'add' });
  graph.outputs = [sums, newTable, newEarly, newLate];
  const variable = (...values: number[]) =>
    new VariableTensor(
      eagerTensor(Float32Array.from(values), values.length === 8 ? [4, 2] : [values.length], 'float32'),
    );
  const variables = [variable(0, 1, 2, 3, 4, 5, 6, 7), variable(1, 2, 3), variable(0, 0, 0)];
  const program = new EngineProgram(engine, {
    graph,
    arguments: [0],
    variables: variables.map((one, i) => ({ variable: one, parameter: i + 1, output: i + 1 })),
    results: 1,
  });
  return { run: (...indices: number[]): Data[] => program.execute([Int32Array.from(indices)]), variables };
}
const values = (variables: VariableTensor[]): number[][] =>
  variables.map((variable) => Array.from(variable.snapshot().elements as Float32Array));

describe('indices out of range', () => {
  it.each([[-1], [4], [2 ** 30], [-(2 ** 31)]])('%d throws and changes no variable', (wrong) => {
    const { run, variables } = embedding();
    const before = values(variables);
    expect(() => run(1, wrong, 0)).toThrow(ValueError);
    expect(() => run(1, 2, wrong)).toThrow(/embedding: gather: .*wanted 0 to 3/);
    expect(values(variables)).toEqual(before);
    expect(Array.from(run(1, 2, 0)[0] as Float32Array)).toEqual([5, 9, 1]);
    expect(values(variables)[1]).toEqual([2, 4, 6]);
    expect(values(variables)[2]).toEqual([5, 9, 1]);
  });

  it('inside a scan', () => {
    const body = new Graph();
    const [carry, index] = [body.addParameter(floats()), body.addParameter(ints())];
    const table = body.addConstant(Float32Array.of(1, 2, 3), floats(3));
    body.outputs = [apply(body, 'add', [carry, apply(body, 'takeRows', [table, index])])];
    const graph = new Graph();
    const [start, sequence, variable] = [
      graph.addParameter(floats()),
      graph.addParameter(ints(4)),
      graph.addParameter(floats()),
    ];
    const params: Params = { body, length: 4, reverse: false, constants: 0, carries: 1 };
    const end = apply(graph, 'scan', [start, sequence], params);
    graph.outputs = [end, apply(graph, 'add', [variable, variable])];
    const state = new VariableTensor(eagerTensor(Float32Array.of(5), [], 'float32'));
    const program = new EngineProgram(engine, {
      graph,
      arguments: [0, 1],
      variables: [{ variable: state, parameter: 2, output: 1 }],
      results: 1,
    });
    const run = (...list: number[]): Data => program.execute([Float32Array.of(0), Int32Array.from(list)])[0]!;
    expect(() => run(0, 3, 1, 1)).toThrow(/wanted 0 to 2/);
    expect(() => run(0, 1, 1, -1)).toThrow(/wanted 0 to 2/);
    expect(state.snapshot().elements![0]).toBe(5);
    expect(run(0, 1, 2, 2)[0]).toBe(9);
    expect(state.snapshot().elements![0]).toBe(10);
  });

  it('inside a while loop, which ends', () => {
    const specs = [ints(), floats()] as const;
    const condition = new Graph();
    const [i] = specs.map((spec) => condition.addParameter(spec));
    condition.outputs = [apply(condition, 'notEqual', [i!, condition.addConstant(Int32Array.of(-7), ints())])];
    const body = new Graph();
    const [j, sum] = specs.map((spec) => body.addParameter(spec));
    const table = body.addConstant(Float32Array.of(1, 2, 3), floats(3));
    const next = apply(body, 'add', [j!, body.addConstant(Int32Array.of(1), ints())]);
    body.outputs = [next, apply(body, 'add', [sum!, apply(body, 'takeRows', [table, j!])])];
    const graph = new Graph();
    const inputs = specs.map((spec) => graph.addParameter(spec));
    graph.outputs = [apply(graph, 'whileLoop', inputs, { condition, body, constants: 0 })];
    const program = new EngineProgram(engine, { graph, arguments: [0, 1], variables: [], results: 1 });
    expect(() => program.execute([Int32Array.of(0), Float32Array.of(0)])).toThrow(/wanted 0 to 2/);
  });

  it('inside the branch of a cond that is taken', () => {
    const branch = (taken: boolean): Graph => {
      const graph = new Graph();
      const index = graph.addParameter(ints());
      const table = graph.addConstant(Float32Array.of(1, 2, 3), floats(3));
      graph.outputs = [
        taken ? apply(graph, 'takeRows', [table, index]) : apply(graph, 'convert', [index], { dtype: 'float32' }),
      ];
      return graph;
    };
    const graph = new Graph();
    const inputs = [graph.addParameter({ dims: [], dtype: 'bool' }), graph.addParameter(ints())];
    const found = apply(graph, 'cond', inputs, { whenTrue: branch(true), whenFalse: branch(false) });
    graph.outputs = [apply(graph, 'add', [found, found])];
    const program = new EngineProgram(engine, { graph, arguments: [0, 1], variables: [], results: 1 });
    const run = (choice: number, index: number): number =>
      Number(program.execute([Uint8Array.of(choice), Int32Array.of(index)])[0]![0]);
    expect(() => run(1, 3)).toThrow(/wanted 0 to 2/);
    expect(run(0, 3)).toBe(6);
    expect(run(1, 2)).toBe(6);
  });
});
