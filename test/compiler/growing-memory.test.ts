// Memory that grows while a program runs: a host step that itself runs a large program, over memory that is not shared, as
// in a page without isolation, where growing takes every view of the old memory away.
import { expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/index.ts';
import { Graph } from '../../src/graph/graph.ts';
import type { HostFunction, Primitive } from '../../src/graph/primitive.ts';
import '../../src/primitives/index.ts';
import { primitive } from '../../src/primitives/registry.ts';
import { Engine, EngineProgram } from '../../src/runtime/engine.ts';

it('keeps what a host step computes when memory grows under it', () => {
  const engine = new Engine(createWasmBackend({ shared: false, initialPages: 4 }));
  const neg = primitive('neg') as Primitive;
  const call: HostFunction = {
    hostFunction: 'grows',
    infer: (inputs) => [...inputs],
    evaluate: ([x], [y]) => {
      const large = { dims: [3_000_000], dtype: 'float32' } as const;
      const filled = new Float32Array(3_000_000).fill(x!.data[0] as number);
      const [result] = engine.apply(neg, [{ ...large, data: filled }], {}, [large])!;
      (y!.data as Float32Array).set((result as Float32Array).subarray(0, 3));
      y!.data[1] = x!.data[1]!;
    },
  };
  const graph = new Graph();
  const x = graph.addParameter({ dims: [3], dtype: 'float32' });
  const [y] = graph.apply(primitive('customCall') as Primitive, [x], { call });
  graph.outputs = graph.apply(primitive('add') as Primitive, [y!, x], {});
  const program = new EngineProgram(engine, { graph, arguments: [0], variables: [], results: 1 });
  const before = engine.backend.heap.buffer.byteLength;
  for (let run = 0; run < 2; run++)
    expect(Array.from(program.execute([Float32Array.of(5, 7, 9)])[0] as Float32Array)).toEqual([0, 14, 4]);
  expect(engine.backend.heap.buffer.byteLength).toBeGreaterThan(before);
});
