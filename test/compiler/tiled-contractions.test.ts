// Contractions over operands as they lie (attention's heads between its other axes), and what follows them on their tiles:
// the values against the reference, and that no transposed copies are made.
import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/index.ts';
import { generator } from '../../src/backends/wasm/testing.ts';
import type { Dims } from '../../src/base/shape.ts';
import { compile } from '../../src/compiler/compile.ts';
import { runGraph } from '../../src/graph/evaluate-graph.ts';
import { Graph, type GraphValue } from '../../src/graph/graph.ts';
import type { Params, Primitive } from '../../src/graph/primitive.ts';
import '../../src/primitives/index.ts';
import { enableRelaxedSimd } from '../../src/platform/simd.ts';
import { type PrimitiveName, primitive } from '../../src/primitives/registry.ts';
import { Engine, EngineProgram } from '../../src/runtime/engine.ts';

const engine = new Engine(createWasmBackend({ enableRelaxedSimd }));

type Apply = (name: PrimitiveName, inputs: readonly GraphValue[], params?: Params) => GraphValue;

/** What the kernels compute, after checking the values. */
function run(
  parameters: readonly Dims[],
  build: (apply: Apply, values: readonly GraphValue[]) => GraphValue,
): readonly string[] {
  const graph = new Graph();
  const values = parameters.map((dims) => graph.addParameter({ dims, dtype: 'float32' }));
  const apply: Apply = (name, inputs, params = {}) => graph.apply(primitive(name) as Primitive, inputs, params)[0]!;
  graph.outputs = [build(apply, values)];
  const random = generator(11);
  const data = parameters.map((dims) =>
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.uniform() - 0.5),
  );
  const [wanted] = runGraph(graph, data) as [Float32Array];
  const program = new EngineProgram(engine, { graph, arguments: values.map((_, i) => i), variables: [], results: 1 });
  const [actual] = program.execute(data) as [Float32Array];
  const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0);
  expect(worst).toBeLessThan(1e-4);
  return compile({ graph, variables: [] }).labels;
}

// (batch, time, heads, size)
const [q, k] = [
  [2, 9, 4, 16],
  [2, 13, 4, 16],
] as const;
const scores = { lhsBatch: [0, 2], rhsBatch: [0, 2], lhsContract: [3], rhsContract: [3] };
const mixed = { lhsBatch: [0, 1], rhsBatch: [0, 2], lhsContract: [3], rhsContract: [1] };

describe('contractions', () => {
  it('read heads where they lie', () => {
    expect(run([q, k], (apply, [a, b]) => apply('dotGeneral', [a!, b!], scores))).toEqual(['dotGeneral']);
  });

  it('store heads where they are wanted', () => {
    const labels = run([q, k, k], (apply, [a, b, c]) => {
      const weights = apply('dotGeneral', [a!, b!], scores); // (batch, heads, time, other time)
      const result = apply('dotGeneral', [weights, c!], mixed); // (batch, heads, time, size)
      return apply('transpose', [result], { permutation: [0, 2, 1, 3] });
    });
    expect(labels).toEqual(['dotGeneral', 'transpose']);
  });

  it('are transposed on the way out also where columns become rows', () => {
    const labels = run([q, k], (apply, [a, b]) =>
      apply('transpose', [apply('dotGeneral', [a!, b!], scores)], { permutation: [0, 1, 3, 2] }),
    );
    expect(labels).toEqual(['transpose']);
  });

  it('whose batch would be contiguous are stored as they come', () => {
    const labels = run([q, k], (apply, [a, b]) =>
      apply('transpose', [apply('dotGeneral', [a!, b!], scores)], { permutation: [3, 2, 0, 1] }),
    );
    expect(labels).toEqual(['dotGeneral', 'transpose']);
  });

  const matrix = { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] };
  const spread = (apply: Apply, bias: GraphValue, dims: Dims) => apply('broadcast', [bias], { dims, axes: [1] });

  it('take a bias along', () => {
    const labels = run([[300, 20], [20, 24], [24]], (apply, [a, b, bias]) =>
      apply('add', [apply('dotGeneral', [a!, b!], matrix), spread(apply, bias!, [300, 24])]),
    );
    expect(labels).toEqual(['add']);
  });

  it('take a bias along into another order', () => {
    const labels = run([[30, 10, 20], [20, 24], [24]], (apply, [a, b, bias]) => {
      const sum = apply('dotGeneral', [a!, b!], { lhsBatch: [], rhsBatch: [], lhsContract: [2], rhsContract: [0] });
      const spreadBias = apply('broadcast', [bias!], { dims: [30, 10, 24], axes: [2] });
      return apply('transpose', [apply('add', [sum, spreadBias])], { permutation: [1, 0, 2] });
    });
    expect(labels).toEqual(['transpose']);
  });

  it('leave alone what is as large as they are', () => {
    const labels = run(
      [
        [300, 20],
        [20, 24],
        [300, 24],
      ],
      (apply, [a, b, rest]) => apply('add', [apply('dotGeneral', [a!, b!], matrix), rest!]),
    );
    expect(labels).toEqual(['dotGeneral', 'add']);
    expect(
      run([q, k, [2, 4, 9, 13]], (apply, [a, b, rest]) => apply('mul', [rest!, apply('dotGeneral', [a!, b!], scores)])),
    ).toEqual(['dotGeneral', 'mul']);
  });

  it('do not share a kernel with one another', () => {
    const labels = run([q, k, q, k], (apply, [a, b, c, d]) =>
      apply('add', [apply('dotGeneral', [a!, b!], scores), apply('dotGeneral', [c!, d!], scores)]),
    );
    expect(labels.length).toBe(3);
  });

  it('too thin for tiles get transposed copies', () => {
    const labels = run([q, [2, 5, 4, 3, 16]], (apply, [a, b]) =>
      apply('dotGeneral', [a!, b!], { lhsBatch: [0, 2], rhsBatch: [0, 2], lhsContract: [3], rhsContract: [4] }),
    );
    expect(labels.at(-1)).toBe('dotGeneral');
    expect(labels.length).toBeGreaterThan(1);
  });

  it('and convolutions are stored before a residual is added', () => {
    const convolution = { strides: [1, 1], dilation: [1, 1], low: [1, 1], high: [1, 1], groups: 1 };
    const labels = run(
      [
        [2, 8, 8, 6],
        [3, 3, 6, 6],
      ],
      (apply, [x, w]) => apply('add', [apply('convolution', [x!, w!], convolution), x!]),
    );
    expect(labels).toEqual(['convolution', 'add']);
  });
});
